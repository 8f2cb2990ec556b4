//! Numbers that come from data, against what they show of it.

use rust_decimal::Decimal;

use super::Found;
use super::passage::Passage;
use super::quantity::{self, Kind};
use crate::documents::{Block, Cell, Chart, Document, FindingKind, Shows, Source, Span};
use crate::say;

/// A use of sources in a document.
pub(super) struct Use<'a> {
    /// Block, and offset in it.
    pub at: (usize, usize),
    pub place: String,
    /// As it is printed; of a chart, its caption.
    pub text: &'a str,
    pub shows: Shows,
    pub sources: &'a [usize],
}

/// Everything in a document that comes from data.
pub(super) fn uses(document: &Document) -> Vec<Use<'_>> {
    let mut uses = Vec::new();
    for (block, content) in document.blocks.iter().enumerate() {
        match content {
            Block::Heading(paragraph) | Block::Paragraph(paragraph) => {
                let mut offset = 0;
                for span in &paragraph.spans {
                    uses.extend(of_span(span, (block, offset), &paragraph.place));
                    offset += span.text().len();
                }
            }
            Block::Table(table) => {
                for (row, cells) in table.head.iter().chain(&table.rows).enumerate() {
                    for (column, cell) in cells.iter().enumerate() {
                        let place = match row.checked_sub(table.head.len()) {
                            None => format!("/blocks/{block}/head/{row}/{column}"),
                            Some(row) => format!("/blocks/{block}/rows/{row}/{column}"),
                        };
                        uses.extend(of_cell(cell, (block, row), &place));
                    }
                }
            }
            Block::Chart(chart) => uses.extend(of_chart(chart, block)),
            Block::PageBreak | Block::Signature => {}
        }
    }
    uses
}

fn of_span<'a>(span: &'a Span, at: (usize, usize), place: &str) -> Option<Use<'a>> {
    match span {
        Span::Text { .. } => None,
        Span::Number { text, shows, sources } => {
            Some(Use { at, place: place.to_owned(), text, shows: *shows, sources })
        }
    }
}

fn of_cell<'a>(cell: &'a Cell, at: (usize, usize), place: &str) -> Vec<Use<'a>> {
    cell.spans.iter().filter_map(|span| of_span(span, at, place)).collect()
}

fn of_chart(chart: &Chart, block: usize) -> impl Iterator<Item = Use<'_>> {
    let of_points = chart.series.iter().flat_map(|series| &series.sources);
    of_points.map(move |sources| Use {
        at: (block, 0),
        place: format!("/blocks/{block}"),
        text: &chart.caption,
        shows: Shows::Value,
        sources,
    })
}

/// The value of a source.
pub(super) fn value(source: &Source) -> Option<Decimal> {
    match source {
        Source::Figure { value, .. } | Source::Evaluation { value, .. } => *value,
        Source::Records { records, .. } => Some(Decimal::from(records.len())),
        Source::Sheet { .. } => None,
    }
}

/// The value of a source in the period before.
pub(super) fn previous(source: &Source) -> Option<Decimal> {
    match source {
        Source::Figure { previous, .. } => *previous,
        Source::Records { .. } | Source::Evaluation { .. } | Source::Sheet { .. } => None,
    }
}

/// How many of the units in which texts count the unit of a source is: of 万元 they are 10000.
fn scale(source: &Source) -> Decimal {
    let unit = match source {
        Source::Figure { unit, .. } => unit.as_deref(),
        Source::Records { .. } | Source::Evaluation { .. } | Source::Sheet { .. } => None,
    };
    unit.and_then(quantity::unit).map_or(Decimal::ONE, |(_, scale)| scale)
}

/// Shares of what is smaller, and sums and differences that are none.
pub(super) fn check(document: &Document, passages: &[Passage], found: &mut Vec<Found>) {
    let values = |sources: &[usize]| -> Option<Vec<Decimal>> {
        sources.iter().map(|source| document.sources.get(*source).and_then(value)).collect()
    };
    for used in uses(document).into_iter().filter(|used| used.shows == Shows::Share) {
        if let Some([part, whole]) = values(used.sources).as_deref()
            && part > whole
            && *whole > Decimal::ZERO
            && is_subset(document, used.sources)
        {
            let (part, whole) = (part.normalize(), whole.normalize());
            let message = say!("{part} 大于其整体 {whole}", "{part} is more than the whole of {whole}");
            found.push(Found::new(FindingKind::Subset, (used.at, &used.place), used.text, message));
        }
    }
    for passage in passages {
        for quantity in passage.quantities.iter().filter(|quantity| matches!(quantity.kind, Kind::Count(_))) {
            let Some(traced) = passage.traced(quantity) else { continue };
            let source = traced.sources.first().and_then(|source| document.sources.get(*source));
            let scale = source.map_or(Decimal::ONE, scale);
            let text = passage.slice(quantity.range.clone());
            let finding = |kind, message| Found::within(passage, quantity.range.start, kind, text, message);
            match (traced.shows, values(&traced.sources).as_deref()) {
                (Shows::Sum, Some(parts)) => {
                    let sum = parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(*part));
                    if let Some(sum) = sum.and_then(|sum| sum.checked_mul(scale)).filter(|sum| !quantity.may_be(*sum)) {
                        let sum = sum.normalize();
                        let message =
                            say!("各部分合计为 {sum}，不是 {text}", "The parts add up to {sum}, not to {text}");
                        found.push(finding(FindingKind::Total, message));
                    }
                }
                (Shows::Change, Some([now])) => {
                    let change =
                        source.and_then(previous).and_then(|before| now.checked_sub(before)?.checked_mul(scale));
                    if let Some(change) = change.filter(|change| !quantity.may_be(change.abs())) {
                        let change = change.normalize();
                        let message = say!("变化为 {change}，不是 {text}", "The change is {change}, not {text}");
                        found.push(finding(FindingKind::Growth, message));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether the first source of a share is a part of the second: of the same indicator, or counted in the same unit. What is
/// budgeted and spent may exceed each other.
fn is_subset(document: &Document, sources: &[usize]) -> bool {
    let figure = |source: &usize| match document.sources.get(*source) {
        Some(Source::Figure { indicator, unit, group, .. }) => Some((indicator, unit.as_deref(), group)),
        _ => None,
    };
    let [part, whole] = sources else { return false };
    figure(part).zip(figure(whole)).is_some_and(|((part, unit, of_part), (whole, other, of_whole))| {
        let is_counted = unit.is_some() && unit == other && !unit.is_some_and(|unit| unit.ends_with('元'));
        let is_within = of_whole.iter().all(|(key, part)| of_part.get(key) == Some(part));
        if part == whole { is_within } else { is_counted }
    })
}
