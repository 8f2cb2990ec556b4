//! Inventory rounds: what is to be found is frozen, counted by the units, and closed with its differences explained.

mod body;
pub(super) mod http;
mod model;
mod ops;
mod queries;
