//! Where our books and those of the finance system differ.

mod body;
pub(super) mod http;
mod model;
mod ops;
mod queries;
