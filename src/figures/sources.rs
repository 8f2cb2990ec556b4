//! The records behind a figure.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::answer::Figure;
use super::ask::{Reading, moment};
use super::ledger::{Options, options};
use super::plan::Subject;
use super::queries::{self, CellRow, RecordRow};
use super::question::{Basis, Question};
use super::records;
use super::request::Request;
use crate::catalogue::document::Aggregation;
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
    /// The reports and the records, in the order of their keys.
    pub items: Vec<Source>,
}

/// A reported value, or a record, that counts.
#[derive(Debug)]
pub(super) struct Source {
    /// Code of the indicator: the one asked, or an operand of its formula.
    pub indicator: String,
    /// What it is.
    pub origin: Origin,
    /// Code of the school; none where it is the bureau's own.
    pub school: Option<String>,
    /// Name of the school.
    pub school_name: Option<String>,
    /// The option of each dimension.
    pub dimensions: Options,
    /// The revision in which it stands.
    pub revision: i32,
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

/// Where a source is kept.
#[derive(Debug)]
pub(super) enum Origin {
    /// A value that a school reported.
    Report {
        /// The form on which it was reported.
        form: String,
        /// The period for which it was reported.
        period: Period,
        /// Who submitted the revision.
        submitted_by: String,
        /// When it was submitted.
        submitted_at: DateTime<Utc>,
        /// Who made it count: accepted it, or submitted it, by the basis.
        decided_by: String,
    },
    /// A record of a register.
    Record {
        /// The register.
        register: String,
        /// Code of the record.
        record: String,
        /// Its state at the time that is looked at.
        state: String,
        /// Who recorded the revision.
        recorded_by: String,
    },
}

/// Where a page of sources begins: after one of them, of what was read as of a moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Position {
    pub as_of: DateTime<Utc>,
    pub indicator: String,
    pub after: Key,
}

/// The key of a source. The reports are listed first, then the records.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Key {
    Report { period: String, school: String, dimensions: Options },
    Record { record: String },
}

impl Source {
    /// Its place in the list.
    pub(super) fn key(&self) -> Key {
        match &self.origin {
            Origin::Report { period, .. } => Key::Report {
                period: period.to_string(),
                school: self.school.clone().unwrap_or_default(),
                dimensions: self.dimensions.clone(),
            },
            Origin::Record { record, .. } => Key::Record { record: record.clone() },
        }
    }
}

/// The figure of the one indicator of a question, which has no breakdown, with at most `limit` of
/// the records behind it.
///
/// The contributions of the records of an indicator add up to its value where that is a sum or
/// counts what is true, and to its numerator where it is an average, weighted or not. Where it is
/// one of the values (least, most, last) they are that value, and none for the others. Those of counted
/// records add up to what was counted; of those with the same value the first counts as different.
pub(super) async fn sources(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    question: &Question,
    (after, limit): (Option<Position>, i64),
) -> Result<Sources> {
    let as_of = after.as_ref().map(|after| after.as_of).or(question.as_of);
    let as_of = moment(tx, scope, question.basis, as_of).await?;
    let catalogue = catalogues.as_of(tx, scope, as_of).await?;
    if let Some(code) = question.indicators.iter().find(|code| catalogue.indicator(code).is_none()) {
        return Err(AppError::not_found(say!("没有指标“{code}”", "There is no indicator “{code}”")));
    }
    let reading = Reading::of(tx, scope, &catalogue, question, as_of).await?;
    let parts = reading.parts();
    let figure = reading.figures()?.pop().ok_or_else(|| AppError::internal("a whole without a figure"))?;
    let (after_cell, after_record) = match after.map(|after| (after.indicator, after.after)) {
        None => (Some(None), None),
        Some((indicator, Key::Report { period, school, dimensions })) => {
            (Some(Some((indicator, period, school, serde_json::json!(dimensions)))), None)
        }
        Some((indicator, Key::Record { record })) => (None, Some((indicator, record))),
    };
    let mut items = Vec::new();
    if let Some(after) = after_cell.filter(|_| !reading.plan.collected.is_empty()) {
        let request = Request::cells(&reading.plan, &reading.expected);
        for cell in queries::cells(tx, scope, as_of, question.basis, &request, (after, limit)).await? {
            items.push(source(&reading, &parts, cell)?);
        }
    }
    let room = limit.saturating_sub(i64::try_from(items.len()).map_err(AppError::internal)?);
    if room > 0 && !reading.plan.counted.is_empty() {
        let request = records::Request::records(&reading.plan, &reading.expected);
        for row in queries::records(tx, scope, as_of, &request, (after_record, room)).await? {
            items.push(record(&reading, row)?);
        }
    }
    let has_formula = reading.plan.subjects.iter().any(|subject| subject.indicator.formula.is_some());
    let operands = if has_formula { parts.into_iter().map(|(_, figure)| figure).collect() } else { Vec::new() };
    Ok(Sources { as_of, basis: question.basis, figure, operands, items })
}

type Part<'a> = (Subject<'a>, Figure);

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
    let Reading { plan, expected, ledger, .. } = reading;
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
        origin: Origin::Report {
            form: cell.form,
            period: span.period,
            submitted_by: cell.submitted_by,
            submitted_at: cell.submitted_at,
            decided_by: cell.decided_by,
        },
        school: Some(school.code.clone()),
        school_name: Some(school.name.clone()),
        dimensions,
        revision: cell.revision,
        since: cell.since,
        value: normal(cell.number),
        text: cell.text,
        weight: normal(weight),
        contribution: normal(contribution),
        indicator: cell.indicator,
    })
}

fn record(reading: &Reading<'_>, row: RecordRow) -> Result<Source> {
    let number = usize::try_from(row.place).map_err(AppError::internal)?;
    // The bureau has the number after those of the schools.
    let school = reading.expected.schools.get(number);
    let normal = |number: Option<Decimal>| number.map(|number| number.normalize());
    Ok(Source {
        indicator: row.indicator,
        origin: Origin::Record {
            register: row.register,
            record: row.record,
            state: row.state,
            recorded_by: row.recorded_by,
        },
        school: school.map(|school| school.code.clone()),
        school_name: school.map(|school| school.name.clone()),
        dimensions: options(&row.dimensions)?,
        revision: row.revision,
        since: row.recorded_at,
        value: normal(row.number),
        text: row.text,
        weight: None,
        contribution: normal(row.contribution),
    })
}
