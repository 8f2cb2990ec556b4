//! The workbook with which a school fills in a form: written for it, and read again.
//!
//! [`write`] writes it; [`Sent`] reads it, wherever its cells went; [`typed`] makes values of what people typed; and
//! [`Refused`] says what is wrong, in the workbook itself where that is wanted.

mod blocks;
mod checks;
mod filling;
mod guide;
mod heads;
mod http;
mod layout;
mod locate;
mod map;
mod problems;
mod refused;
mod sent;
mod style;
mod typed;
mod words;
mod write;

pub(super) use http::get_form_workbook;
pub(super) use refused::{About, Complaint, Refused};
pub(super) use sent::Sent;
pub(super) use write::Assignment;
