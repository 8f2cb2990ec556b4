//! What a check of a document has to know, and all that is found wrong with it.

use std::collections::BTreeSet;

use super::consistency::{Known, check};
use super::model::id_of;
use crate::catalogue::Catalogues;
use crate::documents::{Document, Finding, FindingKind};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// What is known by now of the figures of a document.
pub(super) async fn known(
    _tx: &mut Tx,
    _catalogues: &Catalogues,
    _scope: &Scope,
    _document: &Document,
) -> Result<Known> {
    Ok(Known::default())
}

/// What is found wrong with a document, each finding once: what only assembling could find, and what the document shows.
pub(super) fn all(document: &Document, known: &Known, before: Vec<Finding>) -> Vec<Finding> {
    let of_assembling = |finding: &Finding| matches!(finding.kind, FindingKind::Undefined | FindingKind::Incomplete);
    let mut seen = BTreeSet::new();
    before
        .into_iter()
        .filter(of_assembling)
        .chain(check(document, known))
        .filter(|each| seen.insert(id_of(each)))
        .collect()
}
