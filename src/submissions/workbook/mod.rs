//! The workbook with which a school fills in a form: written for it, and read again.

mod blocks;
mod checks;
mod filling;
mod guide;
mod http;
mod layout;
mod map;
mod problems;
mod style;
mod words;
mod write;

pub(super) use http::get_form_workbook;
