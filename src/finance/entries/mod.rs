//! What makes the budgets of items: original amounts, adjustments, detailing.

mod body;
pub(super) mod http;
mod model;
mod ops;
mod queries;

pub(super) use model::EntryKind;
pub(super) use queries::{NewEntry, insert};
