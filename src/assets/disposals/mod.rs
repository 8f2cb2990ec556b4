//! Disposals: applied for, appraised, decided, approved, disposed of, proceeds paid in, written off.

mod body;
pub(super) mod http;
mod life;
mod model;
mod ops;
mod queries;
