//! A table as a workbook: written row by row into a file, so that memory does not grow with it.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

use super::guide::{GUIDE_SHEET, write_guide};
use super::problems::{Listed, PROBLEM_SHEET, write_problems};
use super::{look, names, offers, words};
use crate::platform::error::{AppError, Result};
use crate::platform::rows::{Column, Kind, Need};

/// The digits that a spreadsheet keeps of a number; one that has more is written as a text, and read again exactly.
const SIGNIFICANT_DIGITS: u32 = 15;

/// The header has the names, and below it a hidden row the codes.
const CODES_ROW: u32 = 1;

/// What stands in a cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// Nothing.
    Empty,
    /// A text, or a code.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day.
    Date(NaiveDate),
    /// Yes or no.
    Boolean(bool),
}

impl<T: Into<Datum>> From<Option<T>> for Datum {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, T::into)
    }
}

impl From<String> for Datum {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Datum {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Decimal> for Datum {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}

impl From<i32> for Datum {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<NaiveDate> for Datum {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<bool> for Datum {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

/// A workbook of one table on its way: its rows, and a sheet that says how it is filled in.
pub struct TableWriter {
    pub(super) workbook: Workbook,
    name: String,
    pub(super) columns: Vec<Column>,
    pub(super) formats: Vec<Format>,
    /// The first row that is filled in.
    first: u32,
    pub(super) next: u32,
}

impl TableWriter {
    /// Begins a sheet of this name with these columns.
    ///
    /// # Errors
    /// Where the file for it cannot be made.
    pub fn begin(name: &str, columns: Vec<Column>) -> Result<Self> {
        Self::begin_with(name, columns, &[], true)
    }

    /// The same, with other heads behind, and with the hidden row of codes or without it.
    ///
    /// # Errors
    /// Where the file for it cannot be made.
    pub fn begin_with(name: &str, columns: Vec<Column>, others: &[&str], has_codes: bool) -> Result<Self> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
        let formats: Vec<Format> = columns.iter().map(format).collect();
        let name = names::beside(&[GUIDE_SHEET, PROBLEM_SHEET, offers::CHOICE_SHEET], name);
        let first = if has_codes { CODES_ROW + 1 } else { CODES_ROW };
        begin(sheet, &name, (&columns, &formats, others), first).map_err(failed)?;
        Ok(Self { workbook, name, columns, formats, first, next: first })
    }

    /// Adds a row: a cell for each column.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn row(&mut self, cells: &[Datum]) -> Result<()> {
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        for (at, ((datum, column), format)) in (0..).zip(cells.iter().zip(&self.columns).zip(&self.formats)) {
            write(sheet, (self.next, at), datum, column, format).map_err(failed)?;
        }
        self.next += 1;
        Ok(())
    }

    /// The row that is written next, from 0.
    #[must_use]
    pub fn next_row(&self) -> u32 {
        self.next
    }

    /// The file, which has no name and is gone when it is closed, from its beginning.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(self) -> Result<File> {
        self.finish_with(&[], 0)
    }

    /// The same with a list of what is wrong, where anything is, and how many problems are not listed.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish_with(mut self, problems: &[Listed], left_out: usize) -> Result<File> {
        self.complete(problems, left_out).map_err(failed)?;
        let mut file = tempfile::tempfile().map_err(AppError::internal)?;
        self.workbook.save_to_writer(&mut file).map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(AppError::internal)?;
        Ok(file)
    }

    fn complete(&mut self, problems: &[Listed], left_out: usize) -> Result<(), XlsxError> {
        let Self { workbook, name, columns, first, next, .. } = self;
        offers::check_cells(workbook.worksheet_from_index(0)?, columns, (*first, *next))?;
        if !problems.is_empty() {
            write_problems(workbook.add_worksheet(), name, problems, left_out)?;
        }
        write_guide(workbook.add_worksheet(), name, &words::sections(name, columns, *first > CODES_ROW))?;
        offers::write_choices(workbook.add_worksheet(), columns)
    }
}

fn begin(
    sheet: &mut Worksheet,
    name: &str,
    (columns, formats, others): (&[Column], &[Format], &[&str]),
    first: u32,
) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(first, 1)?.set_row_height(0, 22)?;
    for (at, (column, format)) in (0..).zip(columns.iter().zip(formats)) {
        sheet.set_column_width(at, width(column))?.set_column_format(at, format)?;
    }
    let head = |format: Format| format.set_align(FormatAlign::VerticalCenter);
    let (optional, required) = (head(look::head()), head(look::required_head()));
    for (at, column) in (0..).zip(columns) {
        let head = if column.need == Need::Always { &required } else { &optional };
        sheet.write_string_with_format(0, at, column.name.as_ref(), head)?;
    }
    let behind = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    for (at, other) in (behind..).zip(others) {
        sheet.write_string_with_format(0, at, *other, &optional)?;
    }
    if first > CODES_ROW {
        sheet.set_row_hidden(CODES_ROW)?;
        for (at, column) in (0..).zip(columns) {
            sheet.write_string(CODES_ROW, at, column.code.as_ref())?;
        }
    }
    look::print_as_a4(sheet, true);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

fn width(column: &Column) -> f64 {
    let name = column.name.width() + 4;
    let content = match column.kind {
        Kind::Text => 20,
        Kind::Amount => 16,
        Kind::Whole | Kind::Number | Kind::Date => 12,
        Kind::Boolean => 8,
    };
    u32::try_from(name.max(content)).map_or(20.0, f64::from)
}

/// How cells of a column look; also of those that people fill in below. A text stays one, whatever it looks like.
fn format(column: &Column) -> Format {
    Format::new().set_num_format(match column.kind {
        Kind::Text | Kind::Boolean => "@",
        Kind::Whole => "0",
        Kind::Number => "General",
        Kind::Amount => "#,##0.00####",
        Kind::Date => "yyyy-mm-dd",
    })
}

fn write(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    datum: &Datum,
    column: &Column,
    format: &Format,
) -> Result<(), XlsxError> {
    match datum {
        Datum::Empty => {}
        Datum::Text(text) if text.is_empty() => {}
        Datum::Text(text) => {
            sheet.write_string_with_format(row, at, column.choices.shown(text), format)?;
        }
        Datum::Boolean(boolean) => {
            sheet.write_string_with_format(row, at, if *boolean { "是" } else { "否" }, format)?;
        }
        Datum::Number(number) => {
            match exact(*number) {
                Some(double) => sheet.write_number_with_format(row, at, double, format)?,
                None => sheet.write_string(row, at, number.to_string())?,
            };
        }
        Datum::Date(date) if date.year() < 1900 => {
            sheet.write_string(row, at, date.to_string())?;
        }
        Datum::Date(date) => {
            sheet.write_datetime_with_format(row, at, date, format)?;
        }
    }
    Ok(())
}

/// A number as a spreadsheet keeps it, where that is the same number: of up to 15 digits.
#[must_use]
pub fn exact(number: Decimal) -> Option<f64> {
    let mantissa = number.normalize().mantissa().unsigned_abs();
    (mantissa < 10_u128.pow(SIGNIFICANT_DIGITS)).then(|| number.to_string().parse().ok()).flatten()
}

pub(super) fn failed(error: XlsxError) -> AppError {
    AppError::internal(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_that_a_spreadsheet_would_round_are_not_given_to_it() {
        assert_eq!(exact("123456789.123456".parse().unwrap()), Some(123_456_789.123_456));
        assert_eq!(exact("1234567890123456".parse().unwrap()), None);
        assert_eq!(exact("100000000000000000".parse().unwrap()), None, "though it would fit");
        assert_eq!(exact("0.10".parse().unwrap()), Some(0.1));
    }

    proptest! {
        #[test]
        fn what_is_given_comes_back(digits in any::<i64>(), scale in 0_u32..=6) {
            let number = Decimal::new(digits, scale).normalize();
            if let Some(double) = exact(number) {
                let shown: Decimal = Decimal::from_scientific(&format!("{double:.14e}")).unwrap().normalize();
                prop_assert_eq!(shown, number);
            }
        }
    }
}
