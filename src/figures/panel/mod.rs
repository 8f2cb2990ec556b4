//! Figures of many indicators and periods in one answer: as rows, or laid out as a table with two sides.
//!
//! All periods are read as of one moment, each with the statements of one [question](super::ask). What a row or a cell says is
//! what `GET /v1/figures` answers to the same question as of that moment.

mod body;
pub(super) mod http;
mod layout;
mod names;
mod pivot;
mod reading;
mod rows;

pub(super) use self::names::Names;
