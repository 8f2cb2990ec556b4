//! jixiao (绩效): how a county education bureau collects, follows and evaluates performance.
//!
//! The map of the house, from the ground up; each room may use only those above it in this list:
//!
//! - [`platform`]: errors, access, the database, journal, idempotency, pages; names no feature
//! - [`rules`]: the expression language; pure
//! - [`identity`]: tokens, passwords, users, machine clients
//! - [`organisations`]: the bureau, its sections and schools
//! - [`catalogue`]: a county's indicators, forms and rules, as data
//! - [`submissions`]: drafts, review, revisions, import
//! - [`registers`]: records with a life: projects, licences, honours
//! - [`files`]: evidence, and what it is attached to
//! - [`figures`]: the one question that everything that shows a number asks
//! - [`audit`]: the sealed journal, read and verified
//! - [`changes`]: the change feed
//!
//! Around them: [`config`], [`app`], [`http`], [`openapi`], [`migrations`], [`embedded`], [`maintenance`], [`telemetry`].

pub mod app;
pub mod audit;
pub mod catalogue;
pub mod changes;
pub mod config;
pub mod embedded;
pub mod figures;
pub mod files;
pub mod http;
pub mod identity;
pub mod maintenance;
pub mod migrations;
pub mod openapi;
pub mod organisations;
pub mod platform;
pub mod registers;
pub mod rules;
#[allow(missing_docs, clippy::wildcard_imports, reason = "generated")]
pub mod schema;
pub mod submissions;
pub mod telemetry;
