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
    match (source, now) {
        (Source::Records { records, .. }, Current::Records(now)) => {
            let (then, now): (BTreeSet<&String>, BTreeSet<&String>) = (records.iter().collect(), now.iter().collect());
            let list =
                |codes: &BTreeSet<&String>| codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join("、");
            (then != now).then(|| (list(&then), list(&now)))
        }
        (Source::Figure { .. } | Source::Evaluation { .. }, Current::Number { value: now, previous: before }) => {
            let then = value(source);
            if then != *now && shows != Shows::Previous {
                return Some((print(then), print(*now)));
            }
            let looks_back = matches!(shows, Shows::Previous | Shows::Growth | Shows::Change);
            let then = previous(source).filter(|_| looks_back);
            (then.is_some() && then != *before).then(|| (print(then), print(*before)))
        }
        _ => None,
    }
}
