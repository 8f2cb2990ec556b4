//! How far budgets were executed.

mod funds;

pub use funds::{Funds, FundsOf, FundsQuestion, Sums, funds};
