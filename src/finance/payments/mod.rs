//! Payments and reversals: posted once each, against what is available.

mod body;
pub(super) mod http;
mod model;
mod ops;
mod queries;
