//! Figures and records that changed since the document was assembled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use rust_decimal::Decimal;

use super::uses::{previous, uses, value};
use super::{Current, Found};
use crate::documents::{Document, FindingKind, Shows, Source};
use crate::say;

/// The most numbers that a finding names.
const MOST_NAMED: usize = 5;

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

/// What was said of records in each place, compared with what would be said there by now: records are chosen by the template, so
/// that those which came later show only when it is asked again.
pub(super) fn check_records(document: &Document, again: &Document, found: &mut Vec<Found>) {
    let (then, now) = (of_records(document), of_records(again));
    let places: BTreeSet<&str> = then.keys().chain(now.keys()).map(String::as_str).collect();
    for place in places {
        let (then, now) = (then.get(place), now.get(place));
        let without = |some: Option<&Said>, others: Option<&Said>| {
            let mut texts: Vec<String> = Vec::new();
            for (number, text) in some.map(|said| &said.numbers).into_iter().flatten() {
                let is_said = others.is_some_and(|said| said.numbers.contains(&(number.clone(), text.clone())));
                if !is_said && texts.len() < MOST_NAMED {
                    texts.push(text.clone());
                }
            }
            texts
        };
        let (gone, come) = (without(then, now), without(now, then));
        let quote = gone.first().or(come.first()).cloned().unwrap_or_default();
        if gone.is_empty() && come.is_empty() {
            continue;
        }
        let print = |texts: Vec<String>| if texts.is_empty() { "—".to_owned() } else { texts.join("、") };
        let (gone, come) = (print(gone), print(come));
        let message = say!(
            "生成后登记簿已变动：原为 {gone}，现为 {come}",
            "The register has changed since the document was assembled: it was {gone} and is {come}"
        );
        let at = then.or(now).map_or((0, 0), |said| said.at);
        found.push(Found::new(FindingKind::Changed, (at, place), &quote, message));
    }
}

/// What is said of records in a place.
struct Said {
    at: (usize, usize),
    /// The records behind each number, and the number as it is printed.
    numbers: Vec<(Vec<Source>, String)>,
}

fn of_records(document: &Document) -> BTreeMap<String, Said> {
    let mut said = BTreeMap::new();
    for used in uses(document) {
        let sources: Option<Vec<Source>> =
            used.sources.iter().map(|source| timeless(document.sources.get(*source)?)).collect();
        if let Some(sources) = sources {
            let place = said.entry(used.place).or_insert_with(|| Said { at: used.at, numbers: Vec::new() });
            place.numbers.push((sources, used.text.to_owned()));
        }
    }
    said
}

/// Which records a source means, whenever they were read; none of another source.
fn timeless(source: &Source) -> Option<Source> {
    let Source::Records { register, records, .. } = source else { return None };
    let (register, records) = (register.clone(), records.clone());
    Some(Source::Records { register, records, as_of: DateTime::UNIX_EPOCH, journal_position: 0 })
}

/// What a source said and says, where that is not the same; as far as it is shown.
fn difference(source: &Source, now: &Current, shows: Shows) -> Option<(String, String)> {
    let print = |value: Option<Decimal>| value.map_or_else(|| "—".to_owned(), |value| value.normalize().to_string());
    if matches!(source, Source::Records { .. } | Source::Sheet { .. }) {
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
