//! How much of an item is planned to be paid in each month.

pub(super) mod http;
mod ops;
mod queries;
