//! What in a document cannot be right, or is not backed by data; pure.
//!
//! Numbers that come from data are compared with their sources, and all numbers with each other, as far as the words around them
//! say how they belong together. A number is an interval: `2万余` lies from 20000 to 30000, and `3.7%` within half a digit. What
//! may be right is not found: a finding is a contradiction, whatever lies in the intervals.
//!
//! A place is that of the paragraph; of a table or chart, where it stands among the blocks of the document.

mod changed;
mod growth;
mod incomplete;
mod numbering;
mod numerals;
mod parts;
mod passage;
mod quantity;
mod tables;
mod typed;
mod uses;
mod wholes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use self::passage::Passage;
pub(super) use self::typed::Spoken;
use crate::documents::{Document, Finding, FindingKind};
use crate::platform::message::Message;

/// The most findings; whoever has put these right asks again.
const MAX_FINDINGS: usize = 2_000;

/// The longest quote, in characters.
const LONGEST_QUOTE: usize = 200;

/// What is known beside the document.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// What the sources of the document say now, by their positions; those that are not here are not compared.
    pub current: BTreeMap<usize, Current>,
    /// Figures that the text may speak of.
    pub facts: Vec<Fact>,
    /// The same document, assembled by now, or why it cannot be; none where it was not assembled before.
    pub again: Option<Result<Document, Message>>,
}

/// What a figure, or an item of an evaluation, comes to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Current {
    /// The value; none where nothing is in.
    pub value: Option<Decimal>,
    /// That of the period before; looked at where the document has one.
    pub previous: Option<Decimal>,
}

/// A figure that the text may speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    /// Code of the indicator.
    pub indicator: String,
    /// Its Chinese name; behind it, those of the part of a breakdown, all of which a text must name.
    pub names: Vec<String>,
    /// Unit of measure; none of a share, which is one of 1.
    pub unit: Option<String>,
    /// The value.
    pub value: Decimal,
    /// Name of the period before, and the value in it.
    pub previous: Option<(String, Decimal)>,
}

/// Of what a document may speak in the paragraphs in which a number stands that does not come from data.
pub(super) fn spoken_of(document: &Document) -> Spoken {
    let passages = passage::passages(document);
    let is_typed = |passage: &&Passage| passage.quantities.iter().any(|quantity| quantity.traced.is_none());
    Spoken::of(passages.iter().filter(is_typed).map(|passage| passage.text.as_str()))
}

/// Everything in a document that cannot be right, or is not backed by data, in the order in which it is read.
pub(super) fn check(document: &Document, known: &Known) -> Vec<Finding> {
    let passages = passage::passages(document);
    let facts = typed::Facts::of(&known.facts);
    let mut found = Vec::new();
    numbering::check(&passages, &mut found);
    growth::check(document, &passages, &facts, &mut found);
    parts::check(&passages, &mut found);
    wholes::check(&passages, &mut found);
    tables::check(document, &mut found);
    uses::check(document, &passages, &mut found);
    changed::check(document, &known.current, &mut found);
    if let Some(again) = &known.again {
        changed::check_texts(document, again.as_ref(), &mut found);
    }
    incomplete::check(document, &mut found);
    typed::check(&passages, &facts, &mut found);
    found.sort_by_key(|found| found.at);
    found.truncate(MAX_FINDINGS);
    found.into_iter().map(|found| found.finding).collect()
}

/// A finding, and where it stands: block, and offset in it.
struct Found {
    at: (usize, usize),
    finding: Finding,
}

impl Found {
    fn new(kind: FindingKind, (at, place): ((usize, usize), &str), quote: &str, message: Message) -> Self {
        let Message { zh, en } = message;
        let quote = quote.trim();
        let end = quote.char_indices().nth(LONGEST_QUOTE).map_or(quote.len(), |(end, _)| end);
        let finding = Finding {
            kind,
            place: place.to_owned(),
            quote: quote.get(..end).unwrap_or_default().to_owned(),
            zh: zh.into_owned(),
            en: en.into_owned(),
        };
        Self { at, finding }
    }

    /// In a passage, at an offset.
    fn within(passage: &Passage, offset: usize, kind: FindingKind, quote: &str, message: Message) -> Self {
        Self::new(kind, ((passage.block, offset), &passage.place), quote, message)
    }
}
