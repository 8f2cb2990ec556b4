//! Figures that changed since the document was assembled.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::uses::{previous, uses, value};
use super::{Current, Found};
use crate::documents::{Document, FindingKind, Shows, Source};
use crate::say;

pub(super) fn check(document: &Document, current: &BTreeMap<usize, Current>, found: &mut Vec<Found>) {
    let mut seen = BTreeSet::new();
    for used in uses(document) {
        for number in used.sources {
            let Some((source, now)) = document.sources.get(*number).zip(current.get(number)) else { continue };
            let Some((then, now)) = difference(source, now, used.shows) else { continue };
            if seen.insert((used.place.clone(), *number)) {
                let message = say!(
                    "生成后数据已变动：原为 {then}，现为 {now}",
                    "This has changed since the document was assembled: it was {then} and is {now}"
                );
                found.push(Found::new(FindingKind::Changed, (used.at, &used.place), used.text, message));
            }
        }
    }
}

/// What a source said and says, where that is not the same; as far as it is shown.
fn difference(source: &Source, now: &Current, shows: Shows) -> Option<(String, String)> {
    let print = |value: Option<Decimal>| value.map_or_else(|| "—".to_owned(), |value| value.normalize().to_string());
    if matches!(source, Source::Records { .. }) {
        return None;
    }
    let then = value(source);
    if then != now.value && shows != Shows::Previous {
        return Some((print(then), print(now.value)));
    }
    let looks_back = matches!(shows, Shows::Previous | Shows::Growth | Shows::Change);
    let then = previous(source).filter(|_| looks_back);
    (then.is_some() && then != now.previous).then(|| (print(then), print(now.previous)))
}
