//! jixiao (绩效): how a county education bureau collects, follows and evaluates performance.
//!
//! The map of the house, from the ground up; each room may use only those above it in this list:
//!
//! - [`platform`]: errors, access, the database, journal, idempotency, pages; names no feature
//! - [`rules`]: the expression language; pure
//! - [`documents`]: documents as people read them, and the formats in which they are written; pure
//! - [`identity`]: tokens, passwords, users, machine clients
//! - [`jobs`]: work that takes longer than a request
//! - [`organisations`]: the bureau, its sections and schools
//! - [`catalogue`]: a county's indicators, forms, rules and policies, as data
//! - [`scoring`]: how targets, execution and whole sheets are scored; pure
//! - [`submissions`]: drafts, review, revisions, import
//! - [`registers`]: records with a life: projects, licences, honours
//! - [`projects`]: projects and their appraisal
//! - [`finance`]: budgets, payments, execution
//! - [`assets`]: cards, depreciation, inventories, disposals
//! - [`rectifications`]: what was found and has to be put right
//! - [`files`]: evidence, and what it is attached to
//! - [`figures`]: the one question that everything that shows a number asks
//! - [`goals`]: a year's goals and their targets
//! - [`monitoring`]: how far budgets and targets have come
//! - [`evaluation`]: self-evaluation, review, grades, and what follows for the next budget
//! - [`reports`]: the bureau's reports: assembled, checked, approved, frozen
//! - [`audit`]: the sealed journal, read and verified
//! - [`changes`]: the change feed
//!
//! Around them: [`config`], [`app`], [`http`], [`openapi`], [`migrations`], [`embedded`], [`maintenance`], [`telemetry`].

pub mod app;
pub mod assets;
pub mod audit;
pub mod catalogue;
pub mod changes;
pub mod config;
pub mod documents;
pub mod embedded;
pub mod evaluation;
pub mod figures;
pub mod files;
pub mod finance;
pub mod goals;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod maintenance;
pub mod migrations;
pub mod monitoring;
pub mod openapi;
pub mod organisations;
pub mod platform;
pub mod projects;
pub mod rectifications;
pub mod registers;
pub mod reports;
pub mod rules;
#[allow(missing_docs, clippy::wildcard_imports, reason = "generated")]
pub mod schema;
pub mod scoring;
pub mod submissions;
pub mod telemetry;
