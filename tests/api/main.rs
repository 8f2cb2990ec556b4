//! The service over real HTTP, on a real PostgreSQL: one module per feature, as in `src`.

mod support;

mod identity;
mod service;
mod submission_import;
mod submissions;
