//! The records behind a figure.

mod books;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::answer::Figure;
use super::ask::{Reading, settle};
use super::ledger::{Options, options};
use super::plan::{Detail, Subject};
use super::queries::{self, CellRow, RecordRow};
use super::question::{Basis, Question};
use super::records::{Counts, Numbered};
use super::request::Request;
use crate::catalogue::document::{Aggregation, Book, Measure};
use crate::catalogue::{Catalogues, Period};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::say;

/// A figure with some of the records behind it.
#[derive(Debug)]
pub(super) struct Sources {
    /// The moment as of which everything is read.
    pub as_of: DateTime<Utc>,
    /// Which revisions count.
    pub basis: Basis,
    /// The figure itself.
    pub figure: Figure,
    /// The figures of the operands, where it is computed by a formula.
    pub operands: Vec<Figure>,
    /// The records, in the order of their keys.
    pub items: Vec<Source>,
}

/// A reported value, a record, or a line of a book, that counts.
#[derive(Debug)]
pub(super) struct Source {
    /// Code of the indicator: the one asked, or an operand of its formula.
    pub indicator: String,
    /// Where it stands.
    pub origin: Origin,
    /// The period for which it was reported, or in which the record was looked at.
    pub period: Period,
    /// Code and name of the school; none of a record of the bureau's.
    pub school: Option<(String, String)>,
    /// The option of each dimension.
    pub dimensions: Options,
    /// The revision in which it stands.
    pub revision: i32,
    /// Who made it count: accepted or submitted it, by the basis; or recorded it.
    pub decided_by: String,
    /// Since when it counts.
    pub since: DateTime<Utc>,
    /// The value, where it is a number; 1 or 0 where it is true or false.
    pub value: Option<Decimal>,
    /// The value, where it is a text, a date or an option.
    pub text: Option<String>,
    /// What weighs it, where something does.
    pub weight: Option<Decimal>,
    /// What it contributes to the figure of its indicator.
    pub contribution: Option<Decimal>,
}

/// Where a source stands.
#[derive(Debug)]
pub(super) enum Origin {
    /// In a report.
    Report {
        /// The form on which it was reported.
        form: String,
        /// Who submitted the revision.
        submitted_by: String,
        /// When it was submitted.
        submitted_at: DateTime<Utc>,
    },
    /// In a register.
    Record {
        /// Code of the register.
        register: String,
        /// Code of the record.
        record: String,
        /// The state that was looked at.
        state: String,
    },
    /// In a book.
    Line {
        /// The book.
        book: Book,
        /// Code of the budget item, the card, the rectification or the project.
        record: String,
        /// The state that was looked at; of a budget item, the kind of line.
        state: String,
        /// The number of the entry or voucher of a budget item; none of a plan, and where the record is all there is.
        entry: Option<String>,
    },
}

/// Where a page of sources begins: after a record, of what was read as of a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Position {
    pub as_of: DateTime<Utc>,
    pub indicator: String,
    pub after: After,
}

/// What was the last of a page: reports come before records, and these before lines of books.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum After {
    Report { period: String, school: String, dimensions: Options },
    Record(String),
    Line { record: String, state: String, entry: Option<String> },
}

/// The figure of the one indicator of a question, which has no breakdown, with at most `limit` of
/// the records behind it.
///
/// The contributions of the records of an indicator add up to its value where that is a sum or
/// counts what is true, and to its numerator where it is an average, weighted or not. Where it is
/// one of the values (least, most, last) they are that value, and none for the others.
pub(super) async fn sources(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    question: &Question,
    (after, limit): (Option<Position>, i64),
) -> Result<Sources> {
    let as_of = after.as_ref().map(|after| after.as_of).or(question.as_of);
    let codes = question.indicators.iter().map(String::as_str);
    let (as_of, catalogue) = settle(tx, catalogues, scope, codes, (question.basis, as_of)).await?;
    if let Some(code) = question.indicators.iter().find(|code| catalogue.indicator(code).is_none()) {
        return Err(AppError::not_found(say!("没有指标“{code}”", "There is no indicator “{code}”")));
    }
    let reading = Reading::of(tx, scope, &catalogue, question, as_of).await?;
    let parts = reading.parts();
    let figure = reading.figures()?.pop().ok_or_else(|| AppError::internal("a whole without a figure"))?;
    let mut items = reported(tx, scope, &reading, &parts, (as_of, after.as_ref(), limit)).await?;
    let left = limit - i64::try_from(items.len()).map_err(AppError::internal)?;
    if left > 0 && !reading.plan.counted.is_empty() {
        items.extend(recorded(tx, scope, &reading, (as_of, after.as_ref(), left)).await?);
    }
    let left = limit - i64::try_from(items.len()).map_err(AppError::internal)?;
    if left > 0 && !reading.plan.booked.is_empty() {
        items.extend(books::lines(tx, scope, &reading, (as_of, after.as_ref(), left)).await?);
    }
    let has_formula = reading.plan.subjects.iter().any(|subject| subject.indicator.formula.is_some());
    let operands = if has_formula { parts.into_iter().map(|(_, figure)| figure).collect() } else { Vec::new() };
    Ok(Sources { as_of, basis: question.basis, figure, operands, items })
}

type Part<'a> = (Subject<'a>, Figure);

/// The reported values behind a figure, after a position.
async fn reported(
    tx: &mut Tx,
    scope: &Scope,
    reading: &Reading<'_>,
    parts: &[Part<'_>],
    (as_of, position, limit): (DateTime<Utc>, Option<&Position>, i64),
) -> Result<Vec<Source>> {
    let request = Request::cells(&reading.plan, &reading.expected);
    let after = match position {
        None => None,
        Some(Position { indicator, after: After::Report { period, school, dimensions }, .. }) => {
            Some((indicator.clone(), period.clone(), school.clone(), serde_json::json!(dimensions)))
        }
        Some(Position { after: After::Record(_) | After::Line { .. }, .. }) => return Ok(Vec::new()),
    };
    if request.is_empty() {
        return Ok(Vec::new());
    }
    let basis = reading.plan.question.basis;
    let cells = queries::cells(tx, scope, as_of, basis, &request, (after, limit)).await?;
    cells.into_iter().map(|cell| source(reading, parts, cell)).collect()
}

/// The records behind a figure, after a position.
async fn recorded(
    tx: &mut Tx,
    scope: &Scope,
    reading: &Reading<'_>,
    (as_of, position, limit): (DateTime<Utc>, Option<&Position>, i64),
) -> Result<Vec<Source>> {
    let numbered = reading.plan.counts();
    let number = |code: &str| numbered.iter().position(|(counted, _)| *counted == code);
    let after = match position {
        Some(Position { indicator, after: After::Record(record), .. }) => {
            let number = number(indicator).and_then(|number| i32::try_from(number).ok());
            number.map(|number| (number, record.clone()))
        }
        Some(Position { after: After::Line { .. }, .. }) => return Ok(Vec::new()),
        _ => None,
    };
    let counts = Counts::of(&reading.plan, &reading.expected, Detail::Cells);
    let rows = queries::records(tx, scope, as_of, &counts, (after, limit)).await?;
    rows.into_iter().map(|row| record(reading, &numbered, row)).collect()
}

fn record(reading: &Reading<'_>, numbered: &[Numbered<'_>], row: RecordRow) -> Result<Source> {
    let inconsistent = || AppError::internal("a record of something that was not asked for");
    let number = usize::try_from(row.number).map_err(AppError::internal)?;
    let (indicator, _) = numbered.get(number).ok_or_else(inconsistent)?;
    let counting = reading.plan.counted.get(indicator).ok_or_else(inconsistent)?;
    let number = match counting.counted.measure {
        Measure::Sum => row.contribution,
        Measure::Records | Measure::Distinct => None,
    };
    Ok(Source {
        indicator: (*indicator).to_owned(),
        origin: Origin::Record { register: counting.counted.register.clone(), record: row.record, state: row.state },
        period: reading.plan.question.period,
        school: row.school.map(|code| named(reading, code)),
        dimensions: options(&row.dimensions)?,
        revision: row.revision,
        decided_by: row.recorded_by,
        since: row.recorded_at,
        value: number.map(|number| number.normalize()),
        text: row.value.filter(|_| number.is_none()),
        weight: None,
        contribution: row.contribution.map(|number| number.normalize()),
    })
}

fn named(reading: &Reading<'_>, code: String) -> (String, String) {
    let known = reading.expected.schools.iter().find(|school| school.code == code);
    let name = known.map(|school| school.name.clone()).unwrap_or_default();
    (code, name)
}

impl<'a> Reading<'a> {
    /// What the figures are made of, each with its own figure.
    fn parts(&self) -> Vec<Part<'a>> {
        let parts = self.plan.subjects.iter().flat_map(|subject| &subject.parts);
        let part = |part| {
            let subject = Subject { indicator: part, parts: vec![part] };
            let figure = self.whole(&subject);
            (subject, figure)
        };
        parts.map(|indicator| part(*indicator)).collect()
    }
}

fn source(reading: &Reading<'_>, parts: &[Part<'_>], cell: CellRow) -> Result<Source> {
    let Reading { plan, expected, ledger } = reading;
    let inconsistent = || AppError::internal("a record of something that was not asked for");
    let number = usize::try_from(cell.span).map_err(AppError::internal)?;
    let span = plan.spans.get(number).ok_or_else(inconsistent)?;
    let place = usize::try_from(cell.place).map_err(AppError::internal)?;
    let school = expected.schools.get(place).ok_or_else(inconsistent)?;
    let dimensions = options(&cell.dimensions)?;
    let weight = ledger.weight(&plan.collected, (&cell.indicator, number, place, &dimensions));
    let (part, figure) =
        parts.iter().find(|(part, _)| part.indicator.definition.code == cell.indicator).ok_or_else(inconsistent)?;
    let is_the_value = match part.indicator.definition.aggregation {
        Aggregation::Last => {
            let latest =
                ledger.measure(&cell.indicator, false, &Vec::new()).and_then(|measure| measure.latest.as_ref());
            latest.is_some_and(|latest| latest.is_of(span.period, place, &dimensions))
        }
        _ => cell.number == figure.value,
    };
    let contribution = match part.indicator.definition.aggregation {
        Aggregation::Sum | Aggregation::CountTrue | Aggregation::Average => cell.number,
        Aggregation::WeightedAverage => cell.number.zip(weight).map(|(number, weight)| number.saturating_mul(weight)),
        Aggregation::Min | Aggregation::Max | Aggregation::Last | Aggregation::None => {
            cell.number.filter(|_| is_the_value)
        }
    };
    let normal = |number: Option<Decimal>| number.map(|number| number.normalize());
    Ok(Source {
        origin: Origin::Report { form: cell.form, submitted_by: cell.submitted_by, submitted_at: cell.submitted_at },
        period: span.period,
        school: Some((school.code.clone(), school.name.clone())),
        dimensions,
        revision: cell.revision,
        decided_by: cell.decided_by,
        since: cell.since,
        value: normal(cell.number),
        text: cell.text,
        weight: normal(weight),
        contribution: normal(contribution),
        indicator: cell.indicator,
    })
}
