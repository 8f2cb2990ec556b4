//! Figures and their sources as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, Comparison, Coverage, Figure};
use super::question::Basis;
use super::sources::{Origin, Source};
use crate::catalogue::document::Book;

/// Figures, all read as of one moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Figures)]
pub(super) struct AnswerBody {
    /// The moment. Asking again as of it gives the identical answer.
    pub as_of: DateTime<Utc>,
    /// Which revisions count.
    pub basis: Basis,
    /// By indicator in the order asked, and within it by group.
    pub items: Vec<FigureBody>,
}

/// A number, and what it rests on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Figure)]
pub(super) struct FigureBody {
    /// Code of the indicator.
    #[schema(example = "gaokao.undergraduate")]
    indicator: String,
    /// The period asked for.
    #[schema(example = "2022")]
    period: String,
    /// The part of the breakdown: each of its keys with its value; null is the group of those that have none.
    #[schema(example = json!({"exam_category": "arts"}))]
    group: BTreeMap<String, Option<String>>,
    /// The number; null where nothing was reported, which is not zero.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 455)]
    value: Option<Decimal>,
    /// The unit of measure.
    #[schema(example = "人")]
    unit: Option<String>,
    /// What was divided, of averages and ratios.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>)]
    numerator: Option<Decimal>,
    /// What it was divided by.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>)]
    denominator: Option<Decimal>,
    /// The period with which is compared; null where none was asked for.
    previous: Option<ComparisonBody>,
    /// How complete it is.
    coverage: CoverageBody,
}

/// The same figure of an earlier period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comparison)]
pub(super) struct ComparisonBody {
    /// The earlier period.
    #[schema(example = "2021")]
    period: String,
    /// Its value.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 450)]
    value: Option<Decimal>,
    /// The value now less the value then.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 5)]
    change: Option<Decimal>,
    /// The change as a share of the value then, rounded half up to 4 decimals; null where that is missing or zero.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 0.0111)]
    growth: Option<Decimal>,
}

/// How complete a figure is. A school reports once for each period of the form; what is counted from a register rests on its
/// records, and what is read from a book on its lines.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Coverage)]
pub(super) struct CoverageBody {
    /// How many reports were expected, or how many records count; both together for a formula over both.
    #[schema(example = 74)]
    expected: usize,
    /// How many are in, with a value of the indicator; for a formula: of every operand asked of the school. Of records: how
    /// many have what is measured.
    #[schema(example = 73)]
    reported: usize,
}

/// A figure with the records behind it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureSources)]
pub(super) struct SourcesBody {
    /// The moment as of which everything is read.
    pub as_of: DateTime<Utc>,
    /// Which revisions count.
    pub basis: Basis,
    /// The figure.
    pub figure: FigureBody,
    /// The figures of the operands, where it is computed by a formula.
    pub operands: Vec<FigureBody>,
    /// The reported values, by indicator, period, school and dimensions; behind them the records, by indicator and code, and
    /// the lines of books, by indicator, record, kind and entry.
    pub items: Vec<SourceBody>,
    /// The cursor of the next page; null on the last.
    pub next: Option<String>,
}

/// A reported value that counts, a record of a register, or a line of a book.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureSource)]
pub(super) struct SourceBody {
    /// The indicator asked for, or an operand of its formula.
    #[schema(example = "gaokao.undergraduate")]
    pub indicator: String,
    /// The form on which it was reported; null of a record or line.
    #[schema(example = "gaokao", required)]
    pub form: Option<String>,
    /// The register in which the record stands; null of a report or line.
    #[schema(required)]
    pub register: Option<String>,
    /// The book in which the line stands; null of a report or record.
    #[schema(required)]
    pub book: Option<Book>,
    /// Code of the record; of a line, code of the budget item, card, rectification or project; null of a report.
    #[schema(required)]
    pub record: Option<String>,
    /// The state in which the record was looked at; of a line of the ledger, its kind: `original`, `adjustment`, `received`,
    /// `detailed`, `payment` or `plan`; null of a report.
    #[schema(required)]
    pub state: Option<String>,
    /// Of a line of the ledger: the number of the entry, or of the payment's voucher; null of everything else.
    #[schema(required)]
    pub entry: Option<String>,
    /// The period for which it was reported, or in which the record or book was looked at.
    #[schema(example = "2022")]
    pub period: String,
    /// Code of the school; null of what is the bureau's.
    #[schema(example = "3413000001", required)]
    pub school: Option<String>,
    /// Name of the school.
    #[schema(example = "深泽中学", required)]
    pub school_name: Option<String>,
    /// The option of each dimension; of a line of the ledger also its `project`.
    #[schema(example = json!({"exam_category": "arts"}))]
    pub dimensions: BTreeMap<String, String>,
    /// The revision in which it stands.
    #[schema(example = 2)]
    pub revision: i32,
    /// Who submitted the revision; null of a record or line.
    #[schema(example = "user:principal", required)]
    pub submitted_by: Option<String>,
    /// When it was submitted; null of a record or line.
    #[schema(required)]
    pub submitted_at: Option<DateTime<Utc>>,
    /// Who accepted it; on the basis `submitted`, who submitted it; of a record or line, who recorded it.
    #[schema(example = "user:officer")]
    pub decided_by: String,
    /// Since when it counts.
    pub since: DateTime<Utc>,
    /// The value, where it is a number; 1 or 0 where it is true or false.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 85)]
    pub value: Option<Decimal>,
    /// The value, where it is a text, a date or an option; of a record, what makes it different from others, where that is
    /// counted.
    pub text: Option<String>,
    /// What weighs it, in a weighted average.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>)]
    pub weight: Option<Decimal>,
    /// What it contributes. The contributions add up to the value of a sum, and to the numerator of an average; where
    /// the figure is one of the values, it is that value, and null for the others. Of records that are counted it is 1; of
    /// those with a value that an earlier one has, where different values are counted, 0.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 85)]
    pub contribution: Option<Decimal>,
}

impl From<Answer> for AnswerBody {
    fn from(Answer { as_of, basis, items }: Answer) -> Self {
        Self { as_of, basis, items: items.into_iter().map(FigureBody::from).collect() }
    }
}

impl From<Figure> for FigureBody {
    fn from(figure: Figure) -> Self {
        let Figure { indicator, period, group, value, unit, numerator, denominator, previous, coverage } = figure;
        let Coverage { expected, reported } = coverage;
        Self {
            indicator,
            period: period.to_string(),
            group,
            value,
            unit,
            numerator,
            denominator,
            previous: previous.map(ComparisonBody::from),
            coverage: CoverageBody { expected, reported },
        }
    }
}

impl From<Comparison> for ComparisonBody {
    fn from(Comparison { period, value, change, growth }: Comparison) -> Self {
        Self { period: period.to_string(), value, change, growth }
    }
}

impl From<Source> for SourceBody {
    fn from(source: Source) -> Self {
        let (school, school_name) = source.school.unzip();
        let body = Self {
            indicator: source.indicator,
            form: None,
            register: None,
            book: None,
            record: None,
            state: None,
            entry: None,
            period: source.period.to_string(),
            school,
            school_name,
            dimensions: source.dimensions,
            revision: source.revision,
            submitted_by: None,
            submitted_at: None,
            decided_by: source.decided_by,
            since: source.since,
            value: source.value,
            text: source.text,
            weight: source.weight,
            contribution: source.contribution,
        };
        match source.origin {
            Origin::Report { form, submitted_by: by, submitted_at: at } => {
                Self { form: Some(form), submitted_by: Some(by), submitted_at: Some(at), ..body }
            }
            Origin::Record { register, record, state } => {
                Self { register: Some(register), record: Some(record), state: Some(state), ..body }
            }
            Origin::Line { book, record, state, entry } => {
                Self { book: Some(book), record: Some(record), state: Some(state), entry, ..body }
            }
        }
    }
}
