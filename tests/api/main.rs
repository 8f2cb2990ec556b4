//! The service over real HTTP, on a real PostgreSQL: one module per feature, as in `src`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what fails here fails the test"
)]

mod support;

mod access;
mod assets;
mod catalogue;
mod catalogue_policies;
mod catalogue_registers;
mod changes;
mod evaluation;
mod figures;
mod files;
mod finance;
mod form_workbooks;
mod goals;
mod idempotency;
mod identity;
mod isolation;
mod jobs;
mod journal;
mod monitoring;
mod organisations;
mod projects;
mod rectifications;
mod registers;
mod report_templates;
mod reports;
mod service;
mod submission_import;
mod submissions;
mod workbooks;
