//! Figures for which not everything is in.

use std::collections::BTreeSet;

use super::Found;
use super::uses::uses;
use crate::documents::{Document, FindingKind, Source};
use crate::say;

pub(super) fn check(document: &Document, found: &mut Vec<Found>) {
    let mut seen = BTreeSet::new();
    for used in uses(document) {
        for number in used.sources {
            let Some(Source::Figure { name, period, expected, reported, .. }) = document.sources.get(*number) else {
                continue;
            };
            if reported < expected && seen.insert((used.place.clone(), *number)) {
                let message = say!(
                    "{name}（{period}）应报 {expected} 份，已报 {reported} 份",
                    "Of {name} ({period}), {reported} of {expected} reports are in"
                );
                found.push(Found::new(FindingKind::Incomplete, (used.at, &used.place), used.text, message));
            }
        }
    }
}
