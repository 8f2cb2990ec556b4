//! stand-in
use crate::documents::{Document, Finding};
#[derive(Default)]
pub(super) struct Known;
pub(super) fn check(_: &Document, _: &Known) -> Vec<Finding> {
    Vec::new()
}
