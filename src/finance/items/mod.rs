//! Budget items: how they are classified, and how much of each there is.

mod body;
pub(super) mod http;
mod model;
mod ops;
mod queries;

pub(super) use body::ItemBody;
pub(super) use model::{Item, Totals, rate};
pub(super) use ops::{check_codes, journaled, no_item};
pub(super) use queries::{Stored, find, insert, lock};
