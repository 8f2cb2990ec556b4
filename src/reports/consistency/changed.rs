//! What changed since the document was assembled: figures, and what paragraphs say.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::uses::{previous, uses, value};
use super::{Current, Found, LONGEST_QUOTE};
use crate::documents::{Block, Document, FindingKind, Shows, Source};
use crate::platform::message::Message;
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

/// What each paragraph would say by now, where none of the figures in it is found to have changed: records come and go, and so
/// does what is said under a condition.
pub(super) fn check_texts(document: &Document, again: Result<&Document, &Message>, found: &mut Vec<Found>) {
    let again = match again {
        Ok(again) => again,
        Err(Message { zh, en }) => {
            let message = say!("按现有数据无法重新生成：{zh}", "It cannot be assembled by now: {en}");
            found.push(Found::new(FindingKind::Changed, ((0, 0), ""), "", message));
            return;
        }
    };
    let known: BTreeSet<String> = found
        .iter()
        .filter(|found| found.finding.kind == FindingKind::Changed)
        .map(|found| found.finding.place.clone())
        .collect();
    let (then, now) = (said(document), said(again));
    let places: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
    for place in places.into_iter().filter(|place| !known.contains(*place)) {
        let texts = |said: Option<&Said>| said.map(|said| said.texts.clone()).unwrap_or_default();
        let (gone, come) = apart(&texts(then.get(place)), &texts(now.get(place)));
        if gone.is_empty() && come.is_empty() {
            continue;
        }
        let message = if come.is_empty() {
            say!("按现有数据重新生成，此处不再出现", "Assembled by now, it does not say this any more")
        } else {
            say!("按现有数据重新生成，此处为“{come}”", "Assembled by now, it says “{come}”")
        };
        let at = then.get(place).map_or((document.blocks.len(), 0), |said| (said.block, 0));
        found.push(Found::new(FindingKind::Changed, (at, place), &gone, message));
    }
}

/// The paragraphs of a place.
struct Said {
    /// Position of the first among the blocks.
    block: usize,
    texts: Vec<String>,
}

fn said(document: &Document) -> BTreeMap<&str, Said> {
    let mut said = BTreeMap::new();
    for (block, content) in document.blocks.iter().enumerate() {
        if let Block::Heading(paragraph) | Block::Paragraph(paragraph) = content {
            let place = said.entry(paragraph.place.as_str()).or_insert_with(|| Said { block, texts: Vec::new() });
            place.texts.push(paragraph.text());
        }
    }
    said
}

/// Of two lists of paragraphs what is not the same, without what they begin and end with alike, and no longer than a glance.
fn apart(then: &[String], now: &[String]) -> (String, String) {
    let first = then.iter().zip(now).take_while(|(then, now)| then == now).count();
    let rest = |texts: &[String]| texts.get(first..).unwrap_or_default().to_vec();
    let (mut then, mut now) = (rest(then), rest(now));
    while then.last().is_some() && then.last() == now.last() {
        then.pop();
        now.pop();
    }
    let shortened = |texts: Vec<String>| {
        let text = texts.join(" ");
        let end = text.char_indices().nth(LONGEST_QUOTE).map(|(end, _)| end);
        end.and_then(|end| text.get(..end)).map_or_else(|| text.clone(), |start| format!("{start}…"))
    };
    (shortened(then), shortened(now))
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
