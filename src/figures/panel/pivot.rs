//! Figures as a table with two sides; pure.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use rust_decimal::Decimal;

use super::Names;
use crate::catalogue::document::{Aggregation, Measure};
use crate::catalogue::{Catalogue, CompiledIndicator};
use crate::figures::answer::{Coverage, Figure};
use crate::figures::ask::{Rank, rank};
use crate::figures::question::By;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::say;

/// The most cells, also of those that are empty.
pub(super) const MAX_CELLS: usize = 100_000;

/// The most columns.
pub(super) const MAX_COLUMNS: usize = 2_000;

/// What goes along a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Indicator,
    Period,
    By(By),
}

impl From<&str> for Key {
    fn from(key: &str) -> Self {
        match key {
            "indicator" => Self::Indicator,
            "period" => Self::Period,
            by => Self::By(By::from(by)),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Indicator => f.write_str("indicator"),
            Self::Period => f.write_str("period"),
            Self::By(by) => by.fmt(f),
        }
    }
}

impl Key {
    /// What it is about.
    pub(super) fn name(&self, names: &Names<'_>) -> String {
        match self {
            Self::Indicator => names.say(&say!("指标", "Indicator")),
            Self::Period => names.say(&say!("期间", "Period")),
            Self::By(by) => names.by(by),
        }
    }

    /// What one of it is called.
    pub(super) fn name_of(&self, code: Option<&str>, names: &Names<'_>) -> String {
        match self {
            Self::Indicator => names.indicator(code.unwrap_or_default()),
            Self::Period => code.unwrap_or_default().to_owned(),
            Self::By(by) => names.part(by, code),
        }
    }

    /// In what it is measured.
    pub(super) fn unit_of<'a>(&self, code: Option<&str>, names: &'a Names<'_>) -> Option<&'a str> {
        if *self == Self::Indicator { names.unit(code?) } else { None }
    }

    /// Of a figure.
    fn code(&self, figure: &Figure) -> Option<String> {
        match self {
            Self::Indicator => Some(figure.indicator.clone()),
            Self::Period => Some(figure.period.to_string()),
            Self::By(by) => figure.group.get(&by.to_string()).cloned().flatten(),
        }
    }
}

/// A code for each of the keys of a side.
pub(super) type Codes = Vec<Option<String>>;

/// What row and column have in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub value: Option<Decimal>,
    pub coverage: Coverage,
}

/// A table with two sides.
pub(super) struct Pivot {
    pub row_keys: Vec<Key>,
    pub column_keys: Vec<Key>,
    pub rows: Vec<Codes>,
    pub columns: Vec<Codes>,
    /// For each row, a cell for each column.
    pub cells: Vec<Vec<Cell>>,
    /// What the cells of each row make together, where that has a meaning.
    pub row_totals: Vec<Option<Decimal>>,
    pub column_totals: Vec<Option<Decimal>>,
    pub total: Option<Decimal>,
}

/// The figures of a question, with what their order and their totals depend on.
pub(super) struct Laid<'a> {
    pub catalogue: &'a Catalogue,
    pub indicators: &'a [String],
    pub figures: &'a [Figure],
}

impl Pivot {
    /// # Errors
    /// Where there are more than [`MAX_CELLS`] cells or [`MAX_COLUMNS`] columns.
    pub(super) fn of(laid: &Laid<'_>, row_keys: Vec<Key>, column_keys: Vec<Key>) -> Result<Self> {
        let rows = laid.side(&row_keys);
        let columns = laid.side(&column_keys);
        if columns.len() > MAX_COLUMNS || rows.len() * columns.len() > MAX_CELLS {
            let message = say!(
                "表格过大，至多 {MAX_COLUMNS} 列、{MAX_CELLS} 格",
                "The table is too large; it has at most {MAX_COLUMNS} columns and {MAX_CELLS} cells"
            );
            return Err(AppError::violation("/columns", ViolationCode::OutOfRange, message));
        }
        let numbered = |side: &[Codes]| -> HashMap<Codes, usize> {
            side.iter().enumerate().map(|(number, codes)| (codes.clone(), number)).collect()
        };
        let (row_numbers, column_numbers) = (numbered(&rows), numbered(&columns));
        let mut cells = vec![vec![Cell::default(); columns.len()]; rows.len()];
        for figure in laid.figures {
            let place = |keys: &[Key], numbers: &HashMap<Codes, usize>| numbers.get(&codes(keys, figure)).copied();
            let place = place(&row_keys, &row_numbers).zip(place(&column_keys, &column_numbers));
            let cell = place.and_then(|(row, column)| cells.get_mut(row)?.get_mut(column));
            if let Some(cell) = cell {
                *cell = Cell { value: figure.value, coverage: figure.coverage };
            }
        }
        let mut pivot = Self {
            row_keys,
            column_keys,
            rows,
            columns,
            cells,
            row_totals: Vec::new(),
            column_totals: Vec::new(),
            total: None,
        };
        pivot.add_up(laid);
        Ok(pivot)
    }

    /// Adds up along each side that is only of parts of one thing.
    fn add_up(&mut self, laid: &Laid<'_>) {
        let indicator = |keys: &[Key], codes: &Codes| {
            let mut of_keys = keys.iter().zip(codes).filter(|(key, _)| **key == Key::Indicator);
            of_keys.next().and_then(|(_, code)| code.clone())
        };
        let adds = |code: Option<String>| {
            let code = code.as_deref().or(laid.indicators.first().map(String::as_str));
            code.and_then(|code| laid.catalogue.indicator(code)).is_some_and(is_sum)
        };
        let (along, down) = (is_of_parts(&self.column_keys), is_of_parts(&self.row_keys));
        let row_totals: Vec<Option<Decimal>> = self
            .rows
            .iter()
            .zip(&self.cells)
            .map(|(codes, cells)| {
                let values = cells.iter().map(|cell| cell.value);
                if along && adds(indicator(&self.row_keys, codes)) { sum(values) } else { None }
            })
            .collect();
        let column = |number: usize| self.cells.iter().map(move |cells| cells.get(number).and_then(|cell| cell.value));
        self.column_totals = self
            .columns
            .iter()
            .enumerate()
            .map(
                |(number, codes)| {
                    if down && adds(indicator(&self.column_keys, codes)) { sum(column(number)) } else { None }
                },
            )
            .collect();
        self.row_totals = row_totals;
        self.total = if along && down { sum(self.row_totals.iter().copied()) } else { None };
    }

    /// Whether any row has a total.
    pub(super) fn has_row_totals(&self) -> bool {
        self.row_totals.iter().any(Option::is_some)
    }

    /// Whether any column has one.
    pub(super) fn has_column_totals(&self) -> bool {
        self.column_totals.iter().any(Option::is_some)
    }
}

impl Laid<'_> {
    /// What stands along a side, in its order: indicators and periods as they were asked for, parts as a breakdown has them.
    fn side(&self, keys: &[Key]) -> Vec<Codes> {
        let mut indicators: HashMap<&str, usize> = HashMap::new();
        let mut periods = Vec::new();
        for (number, code) in self.indicators.iter().enumerate() {
            indicators.insert(code, number);
        }
        for figure in self.figures {
            if periods.last() != Some(&figure.period) {
                periods.push(figure.period);
            }
        }
        let options = |by: &By| -> Vec<&str> {
            let dimension = by.dimension().and_then(|code| self.catalogue.dimension(code));
            dimension.into_iter().flat_map(|dimension| &dimension.options).map(|option| option.code.as_str()).collect()
        };
        let options: Vec<Vec<&str>> =
            keys.iter().map(|key| if let Key::By(by) = key { options(by) } else { Vec::new() }).collect();
        let rank_of = |figure: &Figure, key: &Key, code: Option<&str>, options: &[&str]| -> Rank {
            let asked = |number: Option<usize>| (false, number.unwrap_or_default(), String::new());
            match key {
                Key::Indicator => asked(indicators.get(figure.indicator.as_str()).copied()),
                Key::Period => asked(periods.iter().position(|period| *period == figure.period)),
                Key::By(by) => rank(by, code, options),
            }
        };
        let mut side: BTreeMap<Vec<Rank>, Codes> = BTreeMap::new();
        for figure in self.figures {
            let codes = codes(keys, figure);
            let ranks = keys.iter().zip(&codes).zip(&options);
            let ranks = ranks.map(|((key, code), options)| rank_of(figure, key, code.as_deref(), options)).collect();
            side.entry(ranks).or_insert(codes);
        }
        side.into_values().collect()
    }
}

fn codes(keys: &[Key], figure: &Figure) -> Codes {
    keys.iter().map(|key| key.code(figure)).collect()
}

/// Whether a side is only of parts of one thing: of indicators and periods it is not.
fn is_of_parts(keys: &[Key]) -> bool {
    keys.iter().all(|key| matches!(key, Key::By(_)))
}

/// Whether the figures of the parts of a whole add up to that of the whole.
fn is_sum(indicator: &CompiledIndicator) -> bool {
    let definition = &indicator.definition;
    match (&definition.counted, &definition.booked) {
        (Some(counted), _) => counted.measure != Measure::Distinct,
        (_, Some(_)) => true,
        _ => indicator.formula.is_none() && matches!(definition.aggregation, Aggregation::Sum | Aggregation::CountTrue),
    }
}

/// What is there together; none where nothing is, or it is too much to be said.
fn sum(values: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    values
        .flatten()
        .try_fold(None, |sum: Option<Decimal>, value| Some(Some(sum.unwrap_or_default().checked_add(value)?)))?
        .map(|sum| sum.normalize())
}
