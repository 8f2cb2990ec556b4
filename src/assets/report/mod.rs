//! The yearly report: what was held, added, disposed of and depreciated.

mod body;
pub(super) mod http;
mod queries;
