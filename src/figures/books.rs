//! What is to be read from books, as the statements take it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::expected::Expected;
use super::plan::{Booking, Detail, Plan};
use super::question::{By, Question};
use crate::catalogue::Period;
use crate::catalogue::document::{Book, BookMeasure, Moment, Scalar};

/// How groups name a project.
pub(super) const PROJECT: &str = "project";

/// What is read from one book, and where schools and organisations stand.
#[derive(Debug, Serialize)]
pub(super) struct Books<'a> {
    #[serde(skip)]
    pub book: Book,
    asked: Vec<Reading<'a>>,
    /// Of the ledger: the spans of time, each with what is read of it for any.
    spans: Vec<Span>,
    places: BTreeMap<&'a str, usize>,
    nowhere: Option<usize>,
    organisations: BTreeMap<&'a str, usize>,
}

/// An indicator that is read, in one period.
#[derive(Debug, Serialize)]
struct Reading<'a> {
    number: usize,
    measure: BookMeasure,
    at_end: bool,
    first: NaiveDate,
    last: NaiveDate,
    /// Of the ledger: its span.
    span: usize,
    /// Of the ledger: the kinds of lines that count, and whether each adds or subtracts.
    signs: BTreeMap<&'static str, i8>,
    /// The label of each dimension that is kept apart.
    dimensions: BTreeMap<&'a str, &'static str>,
    /// Of each label: what it must be like, one of these.
    #[serde(flatten)]
    labels: BTreeMap<&'static str, Vec<String>>,
    /// Whether only what is of no project counts.
    without_project: bool,
    /// Of assets: the years over which each category is depreciated; none where no policy says so.
    lives: Option<&'a BTreeMap<String, u32>>,
}

/// The days, and the fiscal years in which they may lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Span {
    #[serde(rename = "span")]
    number: usize,
    first: NaiveDate,
    last: NaiveDate,
    since_year: i32,
    until_year: i32,
    kinds: Vec<&'static str>,
}

impl<'a> Books<'a> {
    /// What a plan reads from each book, for each period that it looks at: by the keys of the breakdown, or, of single
    /// lines, by all that they have.
    pub(super) fn of(plan: &'a Plan<'_>, expected: &'a Expected, detail: Detail) -> Vec<Self> {
        let mut books: Vec<Self> = Vec::new();
        for (number, (code, earlier)) in plan.bookings().into_iter().enumerate() {
            let Some(booking) = plan.booked.get(code) else { continue };
            let period = if earlier { plan.earlier() } else { Some(plan.question.period) };
            let Some(period) = period else { continue };
            let book = booking.booked.book;
            let place = books.iter().position(|each| each.book == book).unwrap_or(books.len());
            if place == books.len() {
                books.push(Self::empty(book, expected));
            }
            if let Some(each) = books.get_mut(place) {
                each.add(number, booking, period, plan.question, detail);
            }
        }
        books
    }

    /// What several plans read, those of a book together for which schools and organisations stand in the same places: each
    /// with how many readings its plan has, and with its numbers after those of the ones before.
    pub(super) fn joined(all: Vec<(usize, Vec<Self>)>) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::new();
        let mut numbers = 0;
        for (own, books) in all {
            for mut book in books {
                for reading in &mut book.asked {
                    reading.number += numbers;
                }
                match joined.iter_mut().find(|each| each.stands_as(&book)) {
                    Some(each) => each.take(book),
                    None => joined.push(book),
                }
            }
            numbers += own;
        }
        joined
    }

    fn stands_as(&self, other: &Self) -> bool {
        (self.book, self.nowhere) == (other.book, other.nowhere)
            && self.places == other.places
            && self.organisations == other.organisations
    }

    /// Takes over what another reads, with its spans.
    fn take(&mut self, other: Self) {
        let mut spans = Vec::with_capacity(other.spans.len());
        for span in other.spans {
            let same = |each: &&mut Span| {
                (each.first, each.last, each.since_year, each.until_year)
                    == (span.first, span.last, span.since_year, span.until_year)
            };
            if let Some(known) = self.spans.iter_mut().find(same) {
                known.kinds.extend(&span.kinds);
                known.kinds.sort_unstable();
                known.kinds.dedup();
                spans.push(known.number);
            } else {
                let number = self.spans.len();
                self.spans.push(Span { number, ..span });
                spans.push(number);
            }
        }
        let moved =
            |reading: Reading<'a>| Reading { span: spans.get(reading.span).copied().unwrap_or_default(), ..reading };
        self.asked.extend(other.asked.into_iter().map(moved));
    }

    /// Whether what has a number is read from it.
    pub(super) fn reads(&self, number: usize) -> bool {
        self.asked.iter().any(|reading| reading.number == number)
    }

    fn empty(book: Book, expected: &'a Expected) -> Self {
        let places = expected.schools.iter().zip(&expected.place_of);
        let organisations = expected.organisations.iter();
        Self {
            book,
            asked: Vec::new(),
            spans: Vec::new(),
            places: places.map(|(school, place)| (school.code.as_str(), *place)).collect(),
            nowhere: expected.nowhere,
            organisations: organisations.map(|(code, place)| (code.as_str(), *place)).collect(),
        }
    }

    fn add(&mut self, number: usize, booking: &Booking<'a>, period: Period, question: &Question, detail: Detail) {
        let (measure, at_end) = (booking.booked.measure, booking.booked.when == Moment::AtEnd);
        let signs = signs(measure);
        let is_kept = |code: &str| detail == Detail::Cells || question.by.iter().any(|by| by.dimension() == Some(code));
        let mut dimensions: BTreeMap<&str, &str> =
            booking.dimensions.iter().copied().filter(|(code, _)| is_kept(code)).collect();
        if self.book == Book::Ledger && (detail == Detail::Cells || question.by.contains(&By::Project)) {
            dimensions.insert(PROJECT, PROJECT);
        }
        let span = if self.book == Book::Ledger { self.span(period, at_end, &signs) } else { 0 };
        self.asked.push(Reading {
            number,
            measure,
            at_end,
            first: period.start(),
            last: period.end(),
            span,
            signs,
            dimensions,
            labels: labels(booking, question),
            without_project: question.only.iter().any(|(by, code)| *by == By::Project && code.is_empty()),
            lives: booking.policy_at(period).map(|policy| &policy.assets.lives),
        });
    }

    /// The number of the span of a period. What stands at the end came about since the fiscal year began.
    fn span(&mut self, period: Period, at_end: bool, signs: &BTreeMap<&'static str, i8>) -> usize {
        let (first, last) = (period.start(), period.end());
        let first = if at_end { last.with_ordinal(1).unwrap_or(first) } else { first };
        // A payment may be dated after its year.
        let since_year = if at_end { last.year() } else { first.year() - 1 };
        let number =
            self.spans.iter().position(|span| (span.first, span.since_year, span.last) == (first, since_year, last));
        let number = number.unwrap_or(self.spans.len());
        if number == self.spans.len() {
            self.spans.push(Span { number, first, last, since_year, until_year: last.year(), kinds: Vec::new() });
        }
        if let Some(span) = self.spans.get_mut(number) {
            span.kinds.extend(signs.keys());
            span.kinds.sort_unstable();
            span.kinds.dedup();
        }
        number
    }
}

/// The kinds of lines of the ledger that a measure adds up, and with which sign.
fn signs(measure: BookMeasure) -> BTreeMap<&'static str, i8> {
    const BUDGET: [(&str, i8); 4] = [("original", 1), ("adjustment", 1), ("received", 1), ("detailed", -1)];
    let signs: &[(&str, i8)] = match measure {
        BookMeasure::Original => &[("original", 1)],
        BookMeasure::Adjustment => &[("adjustment", 1)],
        BookMeasure::Detailed => &[("detailed", 1)],
        BookMeasure::Budget | BookMeasure::Undetailed => &BUDGET,
        BookMeasure::Executed => &[("payment", 1)],
        BookMeasure::Planned => &[("plan", 1)],
        BookMeasure::Available => {
            return BUDGET.into_iter().chain([("payment", -1)]).collect();
        }
        BookMeasure::Cards
        | BookMeasure::Value
        | BookMeasure::Depreciation
        | BookMeasure::NetValue
        | BookMeasure::Acquired
        | BookMeasure::Disposed
        | BookMeasure::Records => &[],
    };
    signs.iter().copied().collect()
}

/// What each label must be like: by the indicator's conditions, and by the part of the breakdown that is asked for.
fn labels(booking: &Booking<'_>, question: &Question) -> BTreeMap<&'static str, Vec<String>> {
    let booked = booking.booked;
    let mut labels = BTreeMap::new();
    for (label, _) in booked.book.labels() {
        if let Some(values) = booked.conditions.get(*label) {
            labels.insert(*label, values.iter().map(Condition::of).collect::<Vec<_>>());
        }
    }
    if booked.measure == BookMeasure::Undetailed {
        narrow(&mut labels, "is_lump", "true");
    }
    for (dimension, label) in &booking.dimensions {
        // What has no option of a dimension has no place among them.
        labels.entry(*label).or_insert_with(|| vec![Condition { text: String::new(), open: true }]);
        let chosen = question.only.iter().find(|(by, _)| by.dimension() == Some(dimension));
        if let Some((_, option)) = chosen {
            narrow(&mut labels, label, option);
        }
    }
    if let Some((_, code)) = question.only.iter().find(|(by, code)| *by == By::Project && !code.is_empty()) {
        narrow(&mut labels, PROJECT, code);
    }
    let patterns = |conditions: Vec<Condition>| conditions.iter().map(Condition::pattern).collect();
    labels.into_iter().map(|(label, conditions)| (label, patterns(conditions))).collect()
}

/// Leaves of what a label may be only one value, or nothing where it may not be that.
fn narrow(labels: &mut BTreeMap<&'static str, Vec<Condition>>, label: &'static str, value: &str) {
    let may_be = labels.get(label).is_none_or(|conditions| conditions.iter().any(|each| each.allows(value)));
    let only = Condition { text: value.to_owned(), open: false };
    labels.insert(label, may_be.then_some(only).into_iter().collect());
}

/// A value that a label must have, or with which it must begin.
struct Condition {
    text: String,
    open: bool,
}

impl Condition {
    fn of(value: &Scalar) -> Self {
        let text = match value {
            Scalar::Boolean(flag) => flag.to_string(),
            Scalar::Text(text) => text.clone(),
        };
        match text.strip_suffix('*') {
            Some(start) => Self { text: start.to_owned(), open: true },
            None => Self { text, open: false },
        }
    }

    fn allows(&self, value: &str) -> bool {
        if self.open { value.starts_with(&self.text) } else { value == self.text }
    }

    /// As `LIKE` takes it.
    fn pattern(&self) -> String {
        let mut pattern = String::new();
        for character in self.text.chars() {
            if matches!(character, '\\' | '%' | '_') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        if self.open {
            pattern.push('%');
        }
        pattern
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_what_it_says() {
        for (value, pattern) in
            [("301*", "301%"), ("30101", "30101"), ("a_b%", "a\\_b\\%"), ("*", "%"), ("\\*", "\\\\%")]
        {
            assert_eq!(Condition::of(&Scalar::Text(value.to_owned())).pattern(), pattern);
        }
        assert_eq!(Condition::of(&Scalar::Boolean(true)).pattern(), "true");
    }
}
