//! Where a cell stands, and what it holds.

use std::fmt;
use std::str::FromStr;

use calamine::{DataRef, ExcelDateTime};
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

/// Rows of the largest sheet.
pub(super) const MAX_ROWS: u32 = 1_048_576;

/// Columns of the widest sheet.
pub(super) const MAX_COLUMNS: u32 = 16_384;

/// What spreadsheets keep of a number.
const SIGNIFICANT_DIGITS: usize = 15;

/// Where a cell stands; shown as people name it, `B7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The row, from 0.
    pub row: u32,
    /// The column, from 0.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_name(self.column), u64::from(self.row) + 1)
    }
}

/// A text that names no cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a cell")]
pub struct NoPosition;

impl FromStr for Position {
    type Err = NoPosition;

    fn from_str(name: &str) -> Result<Self, NoPosition> {
        let digits = name.find(|c: char| c.is_ascii_digit()).ok_or(NoPosition)?;
        let (letters, digits) = name.split_at_checked(digits).ok_or(NoPosition)?;
        let is_name = (1..=3).contains(&letters.len())
            && letters.bytes().all(|letter| letter.is_ascii_uppercase())
            && digits.bytes().all(|digit| digit.is_ascii_digit());
        if !is_name {
            return Err(NoPosition);
        }
        let column = letters.bytes().fold(0, |column, letter| column * 26 + u32::from(letter - b'A') + 1);
        let row: u32 = digits.parse().map_err(|_| NoPosition)?;
        if (1..=MAX_ROWS).contains(&row) && column <= MAX_COLUMNS {
            Ok(Self { row: row - 1, column: column - 1 })
        } else {
            Err(NoPosition)
        }
    }
}

/// The letters of a column, counted from 0: `A`, `Z`, `AA`.
#[must_use]
pub fn column_name(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// Cells that were made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// The upper left cell, which has the value.
    pub first: Position,
    /// The lower right cell.
    pub last: Position,
}

impl Area {
    /// Whether a cell lies in it.
    #[must_use]
    pub fn contains(&self, position: Position) -> bool {
        (self.first.row..=self.last.row).contains(&position.row)
            && (self.first.column..=self.last.column).contains(&position.column)
    }
}

/// A cell that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Where it stands.
    pub position: Position,
    /// What it holds; of a formula, what it came to when the file was saved.
    pub value: Value,
    /// Whether its value was computed by a formula.
    pub is_formula: bool,
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: a formula that was never computed.
    Empty,
    /// A text, as it was written.
    Text(String),
    /// A number. A spreadsheet keeps 15 digits of it: these are they, so that what was typed is read.
    Number(Decimal),
    /// A number of more digits than a spreadsheet keeps, so that the last of them are not what was typed.
    Imprecise(String),
    /// Yes or no.
    Boolean(bool),
    /// A number that is shown as a day, or as a time of a day.
    Date(NaiveDateTime),
    /// A number that is shown as a time without a day.
    Time(String),
    /// What a formula comes to that cannot be computed: `#REF!`.
    Error(String),
}

impl Value {
    pub(super) fn of(data: &DataRef<'_>) -> Self {
        match data {
            DataRef::Empty => Self::Empty,
            DataRef::Int(number) => Self::Number(Decimal::from(*number)),
            DataRef::Float(number) => Self::number(*number),
            DataRef::String(text) => Self::text(text),
            DataRef::SharedString(text) => Self::text(text),
            DataRef::Bool(boolean) => Self::Boolean(*boolean),
            DataRef::DateTime(moment) => Self::moment(moment),
            DataRef::DateTimeIso(text) => Self::iso(text),
            DataRef::DurationIso(text) => Self::Time(text.clone()),
            DataRef::Error(error) => Self::Error(error.to_string()),
        }
    }

    fn text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    /// Files hold the nearest binary number, and some write 17 digits of that. The 15 that a spreadsheet shows are what was
    /// typed.
    fn number(number: f64) -> Self {
        let decimals = SIGNIFICANT_DIGITS - 1;
        let exact = (number.abs() < 1e15).then(|| Decimal::from_scientific(&format!("{number:.decimals$e}")).ok());
        exact.flatten().map_or_else(|| Self::Imprecise(number.to_string()), |number| Self::Number(number.normalize()))
    }

    fn moment(moment: &ExcelDateTime) -> Self {
        // The first day that a spreadsheet knows: what lies before is a time.
        let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default();
        match moment.as_datetime() {
            Some(at)
                if !moment.is_duration() && at.date() >= first && moment.as_f64() >= 1.0 && has_four_digits(at) =>
            {
                Self::Date(at)
            }
            _ => Self::Time(moment.as_f64().to_string()),
        }
    }

    fn iso(text: &str) -> Self {
        let day = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
        let moment = text.trim_end_matches('Z').parse::<NaiveDateTime>().ok();
        let moment = moment.or_else(day).filter(|at| has_four_digits(*at));
        moment.map_or_else(|| Self::Time(text.to_owned()), Self::Date)
    }
}

/// Whether the year is written with four digits. The number of a later day is one that was not meant as a day: 20231216.
fn has_four_digits(moment: NaiveDateTime) -> bool {
    (1000..=9999).contains(&moment.year())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_named_as_people_name_them() {
        for (row, column, name) in
            [(0, 0, "A1"), (6, 1, "B7"), (0, 25, "Z1"), (0, 26, "AA1"), (MAX_ROWS - 1, MAX_COLUMNS - 1, "XFD1048576")]
        {
            let position = Position { row, column };
            assert_eq!((position.to_string().as_str(), name.parse()), (name, Ok(position)));
        }
        for name in ["", "A", "7", "A0", "a1", "XFE1", "A1048577", "AAAA1", "A1B", "A-1", "Ａ1"] {
            assert_eq!(name.parse::<Position>(), Err(NoPosition), "{name}");
        }
    }

    #[test]
    fn days_are_those_of_years_with_four_digits() {
        let shown = |number: f64| {
            let kind = calamine::ExcelDateTimeType::DateTime;
            Value::moment(&ExcelDateTime::new(number, kind, false))
        };
        let day = |text: &str| Value::Date(text.parse::<NaiveDate>().unwrap().into());
        assert_eq!(shown(44805.0), day("2022-09-01"));
        assert_eq!(shown(2_958_465.0), day("9999-12-31"));
        for number in [2_958_466.0, 20_231_216.0, 1e300, -1.0] {
            assert!(matches!(shown(number), Value::Time(_)), "{number}");
        }
        assert_eq!(Value::iso("1000-01-01"), day("1000-01-01"));
        for text in ["+57291-03-08", "0999-12-31", "-2022-09-01", "+10000-01-01T00:00:00"] {
            assert_eq!(Value::iso(text), Value::Time(text.to_owned()));
        }
    }

    #[test]
    fn numbers_are_what_was_typed() {
        for (number, read) in [
            (0.1 + 0.2, "0.3"),
            (3.85, "3.85"),
            (-1234.56, "-1234.56"),
            (1e-7, "0.0000001"),
            (999_999_999_999.999, "999999999999.999"),
            (0.0, "0"),
        ] {
            assert_eq!(Value::number(number), Value::Number(read.parse().unwrap()), "{number}");
        }
        for number in [1e15, 1.101_011_990_030_745_2e17, f64::MAX, f64::NAN, f64::INFINITY] {
            assert!(matches!(Value::number(number), Value::Imprecise(_)), "{number}");
        }
    }

    proptest! {
        #[test]
        fn up_to_15_digits_come_back(digits in -999_999_999_999_999_i64..=999_999_999_999_999, scale in 0_u32..=6) {
            let written = Decimal::new(digits, scale);
            let stored: f64 = written.to_string().parse().unwrap();
            prop_assert_eq!(Value::number(stored), Value::Number(written.normalize()));
        }

        #[test]
        fn names_come_back(row in 0..MAX_ROWS, column in 0..MAX_COLUMNS) {
            let position = Position { row, column };
            prop_assert_eq!(position.to_string().parse(), Ok(position));
        }
    }
}
