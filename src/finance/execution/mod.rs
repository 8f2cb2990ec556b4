//! How far budgets were executed.

mod answer;
mod funds;
pub(super) mod http;
mod ops;
mod queries;

pub use funds::{Funds, FundsOf, FundsQuestion, Sums, funds};
