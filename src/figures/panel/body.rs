//! Questions and answers as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Names;
use super::pivot::{Cell, Key, Pivot};
use super::reading::Asked;
use crate::catalogue::{InvalidPeriod, Period};
use crate::figures::answer::Figure;
use crate::figures::bodies::ComparisonBody;
use crate::figures::question::{Basis, By, Compare, Question};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::say;

/// Figures of many indicators and periods.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FigureQuery)]
pub(super) struct QueryBody {
    /// Codes of the indicators, in the order in which they are answered.
    #[schema(example = json!(["gaokao.undergraduate", "gaokao.first_batch"]), min_items = 1, max_items = 100)]
    indicators: Vec<String>,
    /// The periods, in the order in which they are answered: each of the type for which the indicators are reported, or a
    /// longer one that consists of such.
    #[schema(example = json!(["2021", "2022"]), min_items = 1, max_items = 40)]
    periods: Vec<String>,
    /// Keys of the breakdown: `school`, `stage`, `township`, the code of a dimension that all the indicators have, or, where
    /// all are read from the ledger, `project`.
    #[serde(default)]
    #[schema(example = json!(["exam_category"]), max_items = 3)]
    by: Vec<String>,
    /// A period to compare each with.
    #[serde(default)]
    #[schema(inline)]
    compare: Option<Compare>,
    /// Which revisions count; the accepted ones where absent.
    #[serde(default)]
    #[schema(inline)]
    basis: Option<Basis>,
    /// Answer what would have been answered at this moment.
    #[serde(default)]
    #[schema(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// Only schools that are this organisation, or stand below it.
    #[serde(default)]
    #[schema(example = "3413000001")]
    within: Option<String>,
    /// Only this part of a breakdown, as the `group` of a figure says it; null is none, as of a school without township.
    #[serde(default, rename = "where")]
    #[schema(example = json!({"exam_category": "arts"}))]
    only: BTreeMap<String, Option<String>>,
}

/// Figures as a table with two sides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FigurePivot)]
pub(super) struct PivotQueryBody {
    /// Codes of the indicators, in their order.
    #[schema(example = json!(["gaokao.undergraduate", "gaokao.first_batch"]), min_items = 1, max_items = 100)]
    indicators: Vec<String>,
    /// The periods, in their order: each of the type for which the indicators are reported, or a longer one that consists of
    /// such.
    #[schema(example = json!(["2021", "2022"]), min_items = 1, max_items = 40)]
    periods: Vec<String>,
    /// What goes down the side, from the widest to the narrowest: `indicator`, `period`, and keys of a breakdown: `school`,
    /// `stage`, `township`, the code of a dimension that all the indicators have, or, where all are read from the ledger,
    /// `project`.
    #[schema(example = json!(["exam_category"]), min_items = 1, max_items = 4)]
    rows: Vec<String>,
    /// What goes along the top, in the same way. Several indicators, and several periods, have to stand on one of the sides;
    /// of the keys of a breakdown there are at most 3.
    #[schema(example = json!(["indicator", "period"]), min_items = 1, max_items = 4)]
    columns: Vec<String>,
    /// Which revisions count; the accepted ones where absent.
    #[serde(default)]
    #[schema(inline)]
    basis: Option<Basis>,
    /// Answer what would have been answered at this moment.
    #[serde(default)]
    #[schema(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// Only schools that are this organisation, or stand below it.
    #[serde(default)]
    #[schema(example = "3413000001")]
    within: Option<String>,
    /// Only this part of a breakdown, as the `group` of a figure says it; null is none, as of a school without township.
    #[serde(default, rename = "where")]
    #[schema(example = json!({"exam_category": "arts"}))]
    only: BTreeMap<String, Option<String>>,
}

impl QueryBody {
    /// # Errors
    /// Names all that stands twice, and what is no period.
    pub(super) fn asked(self) -> Result<Asked> {
        let mut violations = Vec::new();
        check_unique("/by", &self.by, &mut violations);
        let by = self.by.iter().map(|key| By::from(key.as_str())).collect();
        let periods = lists(&self.indicators, &self.periods, &mut violations);
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let view = (self.basis, self.as_of, self.within, self.only);
        asked((self.indicators, periods), by, self.compare, view, "/by")
    }
}

impl PivotQueryBody {
    /// The question, and the keys of both sides.
    ///
    /// # Errors
    /// Names all that stands twice, what is no period, and what would have no place.
    pub(super) fn asked(self) -> Result<(Asked, Vec<Key>, Vec<Key>)> {
        let mut violations = Vec::new();
        let periods = lists(&self.indicators, &self.periods, &mut violations);
        check_unique("/rows", &self.rows, &mut violations);
        check_unique("/columns", &self.columns, &mut violations);
        for (i, key) in self.columns.iter().enumerate().filter(|(_, key)| self.rows.contains(key)) {
            violations.push(twice("/columns", i, key));
        }
        let keys = |keys: &[String]| keys.iter().map(|key| Key::from(key.as_str())).collect::<Vec<_>>();
        let (rows, columns) = (keys(&self.rows), keys(&self.columns));
        let stands = |key: &Key| rows.contains(key) || columns.contains(key);
        let sides = [
            (self.indicators.len() > 1 && !stands(&Key::Indicator), "indicator"),
            (self.periods.len() > 1 && !stands(&Key::Period), "period"),
        ];
        for (_, key) in sides.into_iter().filter(|(is_missing, _)| *is_missing) {
            let message = say!(
                "有多个“{key}”，应列入 rows 或 columns",
                "There are several of {key}: put it into rows or columns"
            );
            violations.push(Violation::new("/rows", ViolationCode::Missing, message));
        }
        let by = |key: &Key| if let Key::By(by) = key { Some(by.clone()) } else { None };
        let of_rows: Vec<By> = rows.iter().filter_map(by).collect();
        let of_columns: Vec<By> = columns.iter().filter_map(by).collect();
        let by_pointer = match (of_rows.is_empty(), of_columns.is_empty()) {
            (false, true) => "/rows",
            (true, false) => "/columns",
            _ => "",
        };
        let by = [of_rows, of_columns].concat();
        if by.len() > crate::figures::MAX_BY {
            let most = crate::figures::MAX_BY;
            let message = say!("至多按 {most} 项分组", "Break down by at most {most} keys");
            violations.push(Violation::new(by_pointer, ViolationCode::WrongLength, message));
        }
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let view = (self.basis, self.as_of, self.within, self.only);
        Ok((asked((self.indicators, periods), by, None, view, by_pointer)?, rows, columns))
    }
}

type View = (Option<Basis>, Option<DateTime<Utc>>, Option<String>, BTreeMap<String, Option<String>>);

fn asked(
    (indicators, periods): (Vec<String>, Vec<Period>),
    by: Vec<By>,
    compare: Option<Compare>,
    (basis, as_of, within, only): View,
    by_pointer: &'static str,
) -> Result<Asked> {
    let first = periods.first().copied().ok_or_else(|| AppError::internal("a question without periods"))?;
    let only = only.into_iter().map(|(key, part)| (By::from(key.as_str()), part.unwrap_or_default())).collect();
    let basis = basis.unwrap_or_default();
    let question = Question { by, compare, basis, as_of, within, only, ..Question::new(indicators, first) };
    Ok(Asked { question, periods, by_pointer })
}

fn lists(indicators: &[String], periods: &[String], violations: &mut Vec<Violation>) -> Vec<Period> {
    check_unique("/indicators", indicators, violations);
    check_unique("/periods", periods, violations);
    let mut parsed = Vec::new();
    for (i, period) in periods.iter().enumerate() {
        match period.parse() {
            Ok(period) => parsed.push(period),
            Err(error) => {
                let message = InvalidPeriod::message(error);
                violations.push(Violation::new(format!("/periods/{i}"), ViolationCode::InvalidPeriod, message));
            }
        }
    }
    parsed
}

fn check_unique(place: &str, list: &[String], violations: &mut Vec<Violation>) {
    for (i, value) in list.iter().enumerate().filter(|(i, value)| list.iter().take(*i).any(|other| other == *value)) {
        violations.push(twice(place, i, value));
    }
}

fn twice(place: &str, position: usize, value: &str) -> Violation {
    let message = say!("“{value}”重复", "“{value}” stands twice");
    Violation::new(format!("{place}/{position}"), ViolationCode::Duplicate, message)
}

/// The answer, as of one moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureRows)]
pub(super) struct RowsBody {
    /// The moment. Asking again as of it gives the identical answer.
    pub as_of: DateTime<Utc>,
    /// Which revisions count.
    pub basis: Basis,
    /// By period in the order asked, within it by indicator in the order asked, and within that by group.
    pub items: Vec<RowBody>,
}

/// A figure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FigureRow)]
pub(super) struct RowBody {
    /// Code of the indicator.
    #[schema(example = "gaokao.undergraduate")]
    indicator: String,
    /// What people call it, in the language of the caller.
    #[schema(example = "本科以上上线人数")]
    name: String,
    /// The period.
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
    /// How many reports were expected, or how many records count; both together for a formula over both.
    #[schema(example = 74)]
    expected: usize,
    /// How many of them are in, with a value of the indicator.
    #[schema(example = 73)]
    reported: usize,
}

impl RowBody {
    pub(super) fn of(figure: Figure, names: &Names<'_>) -> Self {
        let Figure { indicator, period, group, value, unit, numerator, denominator, previous, coverage } = figure;
        Self {
            name: names.indicator(&indicator),
            indicator,
            period: period.to_string(),
            group,
            value,
            unit,
            numerator,
            denominator,
            previous: previous.map(ComparisonBody::from),
            expected: coverage.expected,
            reported: coverage.reported,
        }
    }
}

/// A table with two sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PivotTable)]
pub(super) struct PivotBody {
    /// The moment. Asking again as of it gives the identical answer.
    pub as_of: DateTime<Utc>,
    /// Which revisions count.
    pub basis: Basis,
    /// What goes along the top, from left to right.
    pub columns: Vec<PivotColumnBody>,
    /// The rows, from above.
    pub rows: Vec<PivotRowBody>,
    /// All cells together; null as the total of a row.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>)]
    pub total: Option<Decimal>,
}

/// A column of a table with two sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PivotColumn)]
pub(super) struct PivotColumnBody {
    /// What it is about, for each of the keys.
    head: Vec<PivotHeadBody>,
    /// All its cells together; null as the total of a row.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>)]
    total: Option<Decimal>,
}

/// A row of a table with two sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PivotRow)]
pub(super) struct PivotRowBody {
    /// What it is about, for each of the keys.
    head: Vec<PivotHeadBody>,
    /// A cell for each column.
    cells: Vec<PivotCellBody>,
    /// All its cells together; null where nothing is in, and where adding up has no meaning: of periods, of different
    /// indicators, and of averages, ratios and whatever else is no sum.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>)]
    total: Option<Decimal>,
}

/// What a row or column is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PivotHead)]
pub(super) struct PivotHeadBody {
    /// `indicator`, `period`, or the key of a breakdown.
    #[schema(example = "exam_category")]
    key: String,
    /// Code of the indicator, the period, or the part of the breakdown; null of those that have none.
    #[schema(example = "arts", required)]
    code: Option<String>,
    /// What people call it, in the language of the caller.
    #[schema(example = "艺术类")]
    name: String,
    /// Of an indicator, its unit of measure.
    #[schema(example = "人", required)]
    unit: Option<String>,
}

/// A cell of a table with two sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PivotCell)]
pub(super) struct PivotCellBody {
    /// The number; null where nothing was reported, which is not zero, and where row and column have nothing in common.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 455)]
    value: Option<Decimal>,
    /// How many reports were expected, or how many records count.
    #[schema(example = 74)]
    expected: usize,
    /// How many of them are in.
    #[schema(example = 73)]
    reported: usize,
}

impl From<&Cell> for PivotCellBody {
    fn from(cell: &Cell) -> Self {
        Self { value: cell.value, expected: cell.coverage.expected, reported: cell.coverage.reported }
    }
}

impl PivotBody {
    pub(super) fn of((as_of, basis): (DateTime<Utc>, Basis), pivot: &Pivot, names: &Names<'_>) -> Self {
        let head = |keys: &[Key], codes: &[Option<String>]| {
            let head = |(key, code): (&Key, &Option<String>)| PivotHeadBody {
                key: key.to_string(),
                code: code.clone(),
                name: key.name_of(code.as_deref(), names),
                unit: key.unit_of(code.as_deref(), names).map(str::to_owned),
            };
            keys.iter().zip(codes).map(head).collect()
        };
        let columns = pivot.columns.iter().zip(&pivot.column_totals);
        let rows = pivot.rows.iter().zip(&pivot.cells).zip(&pivot.row_totals);
        Self {
            as_of,
            basis,
            columns: columns
                .map(|(codes, total)| PivotColumnBody { head: head(&pivot.column_keys, codes), total: *total })
                .collect(),
            rows: rows
                .map(|((codes, cells), total)| PivotRowBody {
                    head: head(&pivot.row_keys, codes),
                    cells: cells.iter().map(PivotCellBody::from).collect(),
                    total: *total,
                })
                .collect(),
            total: pivot.total,
        }
    }
}
