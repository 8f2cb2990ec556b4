//! A paragraph as it is looked at: its text, and the quantities in it, by sentence and clause.

use std::ops::Range;

use super::quantity::{Quantity, quantities};
use crate::documents::{Block, Document, Shows, Span};

/// The longest sentence, in characters: how far numbers may stand apart that belong together.
const LONGEST_SENTENCE: usize = 400;

/// What ends a sentence, as far as numbers belong together in one.
const SENTENCE_ENDS: [char; 6] = ['。', '！', '？', '；', ';', '\n'];

/// A paragraph or heading.
#[derive(Debug)]
pub(super) struct Passage {
    /// Position among the blocks of the document.
    pub block: usize,
    pub place: String,
    /// Of a heading.
    pub level: u8,
    /// Of a heading, as it is printed.
    pub number: String,
    pub text: String,
    pub quantities: Vec<Quantity>,
    /// The numbers that come from data.
    pub traced: Vec<Traced>,
}

/// A number that comes from data.
#[derive(Debug, Clone)]
pub(super) struct Traced {
    pub range: Range<usize>,
    pub shows: Shows,
    pub sources: Vec<usize>,
}

/// The paragraphs and headings of a document.
pub(super) fn passages(document: &Document) -> Vec<Passage> {
    let blocks = document.blocks.iter().enumerate();
    blocks
        .filter_map(|(block, content)| match content {
            Block::Heading(paragraph) | Block::Paragraph(paragraph) => {
                let number = paragraph.number.clone();
                Some(Passage::of(block, paragraph.place.clone(), (paragraph.level, number), &paragraph.spans))
            }
            Block::Table(_) | Block::Chart(_) | Block::PageBreak | Block::Signature => None,
        })
        .collect()
}

impl Passage {
    pub(super) fn of(block: usize, place: String, (level, number): (u8, String), spans: &[Span]) -> Self {
        let (mut text, mut traced) = (String::new(), Vec::new());
        for span in spans {
            let start = text.len();
            text.push_str(span.text());
            if let Span::Number { shows, sources, .. } = span {
                traced.push(Traced { range: start..text.len(), shows: *shows, sources: sources.clone() });
            }
        }
        let mut quantities = quantities(&text);
        for quantity in &mut quantities {
            quantity.traced = traced.iter().position(|traced| traced.range.contains(&quantity.range.start));
        }
        Self { block, place, level, number, text, quantities, traced }
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// The number that comes from data of which a quantity is the print.
    pub(super) fn traced(&self, quantity: &Quantity) -> Option<&Traced> {
        self.traced.get(quantity.traced?)
    }

    /// The sentences. What is longer than any sentence is none, and cut.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        for whole in split(&self.text, 0..self.text.len(), |c| SENTENCE_ENDS.contains(&c)) {
            let mut start = whole.start;
            while start < whole.end {
                let rest = self.slice(start..whole.end);
                let length = rest.char_indices().nth(LONGEST_SENTENCE).map_or(rest.len(), |(end, _)| end);
                sentences.push(start..start + length);
                start += length.max(1);
            }
        }
        sentences
    }

    /// The parts of a range between commas, and marks that list.
    pub(super) fn clauses(&self, range: Range<usize>) -> Vec<Range<usize>> {
        split(&self.text, range, |c| matches!(c, '，' | ',' | '、' | '：' | ':'))
    }

    /// The part of a sentence between commas in which an offset lies.
    pub(super) fn clause_at(&self, offset: usize) -> Range<usize> {
        self.around(offset, &['，', '。', '；', '：', '\n'])
    }

    /// The sentence in which an offset lies.
    pub(super) fn sentence_at(&self, offset: usize) -> Range<usize> {
        self.around(offset, &SENTENCE_ENDS)
    }

    fn around(&self, offset: usize, ends: &[char]) -> Range<usize> {
        let all = self.slice(0..offset);
        let first = all.char_indices().rev().nth(LONGEST_SENTENCE).map_or(0, |(at, _)| at);
        let before = self.slice(first..offset);
        let behind = |at: usize| before.get(at..)?.chars().next().map(|c| first + at + c.len_utf8());
        let start = before.rfind(ends).and_then(behind).unwrap_or(first);
        let all = self.text.get(offset..).unwrap_or_default();
        let length = all.char_indices().nth(LONGEST_SENTENCE).map_or(all.len(), |(end, _)| end);
        let rest = all.get(..length).unwrap_or_default();
        start..offset + rest.find(ends).unwrap_or(rest.len())
    }

    /// The quantities that begin in a range.
    pub(super) fn within(&self, range: &Range<usize>) -> impl DoubleEndedIterator<Item = &Quantity> {
        let number = |offset: usize| self.quantities.partition_point(|quantity| quantity.range.start < offset);
        self.quantities.get(number(range.start)..number(range.end)).unwrap_or_default().iter()
    }
}

/// A comma between digits parts nothing.
fn split(text: &str, range: Range<usize>, is_end: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let (mut parts, mut start) = (Vec::new(), range.start);
    let within = text.get(range.clone()).unwrap_or_default();
    for (at, c) in within.char_indices() {
        let end = range.start + at + c.len_utf8();
        let next_is_digit = || text.get(end..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if is_end(c) && !(c == ',' && next_is_digit()) {
            parts.push(start..range.start + at);
            start = end;
        }
    }
    parts.push(start..range.end);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_knows_that_it_comes_from_data() {
        let number = |text: &str| Span::Number { text: text.to_owned(), shows: Shows::Value, sources: vec![0] };
        let words = |text: &str| Span::Text { text: text.to_owned() };
        let spans = [words("上线"), number("135"), words("人，去年130人")];
        let passage = Passage::of(0, String::new(), (0, String::new()), &spans);
        let traced: Vec<_> = passage.quantities.iter().map(|quantity| (quantity.value, quantity.traced)).collect();
        assert_eq!(traced, [(135.into(), Some(0)), (130.into(), None)]);
    }
}
