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
mod catalogue;
mod catalogue_registers;
mod changes;
mod figures;
mod files;
mod finance;
mod idempotency;
mod identity;
mod isolation;
mod journal;
mod organisations;
mod registers;
mod service;
mod submission_import;
mod submissions;
