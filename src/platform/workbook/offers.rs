//! What a spreadsheet offers and checks while somebody fills in a table.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Formula, Worksheet, XlsxError,
};

use super::cell::{Position, column_name};
use super::words;
use crate::platform::rows::{Column, Kind};

/// Name of the hidden sheet in which the choices stand.
pub(super) const CHOICE_SHEET: &str = "_choices";

/// Rows below those that there are, which are checked as well.
const SPARE_ROWS: u32 = 1_000;

const LAST_ROW: u32 = 1_048_575;

/// Spreadsheets agree on days from here on.
const FIRST_YEAR: u16 = 1901;

/// Has the cells of each column checked, from the first row that is filled in to the next one that is not, and a thousand more.
pub(super) fn check_cells(
    sheet: &mut Worksheet,
    columns: &[Column],
    (first, next): (u32, u32),
) -> Result<(), XlsxError> {
    let last = next.saturating_add(SPARE_ROWS).min(LAST_ROW);
    for (at, column) in (0..).zip(columns) {
        if let Some(check) = check(column, Position { row: first, column: at.into() })? {
            let check = check.set_error_title("填写有误")?.set_error_message(words::objection(column))?;
            sheet.add_data_validation(first, at, last, at, &check)?;
        }
    }
    Ok(())
}

/// Writes the choices of each column into the column of the hidden sheet at the same place.
pub(super) fn write_choices(sheet: &mut Worksheet, columns: &[Column]) -> Result<(), XlsxError> {
    sheet.set_name(CHOICE_SHEET)?.set_very_hidden(true);
    for (at, column) in (0..).zip(columns) {
        for (row, label) in (0..).zip(column.choices.labels()) {
            sheet.write_string(row, at, label)?;
        }
    }
    Ok(())
}

fn check(column: &Column, first: Position) -> Result<Option<DataValidation>, XlsxError> {
    let check = DataValidation::new();
    Ok(match column.kind {
        // A code is right as well, and who knows it may type it.
        Kind::Text if !column.choices.is_empty() => Some(
            check
                .allow_list_formula(range(first.column, column.choices.len()))
                .set_error_style(DataValidationErrorStyle::Warning),
        ),
        Kind::Text => None,
        Kind::Whole => Some(check.allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(i32::MIN))),
        // What has more digits than a spreadsheet keeps is written as a text.
        Kind::Number | Kind::Amount => Some(check.allow_custom(Formula::new(format!("=ISNUMBER(VALUE({first}))")))),
        Kind::Boolean => Some(check.allow_list_strings(&["是", "否"])?),
        Kind::Date => {
            let (first, last) = (ExcelDateTime::from_ymd(FIRST_YEAR, 1, 1)?, ExcelDateTime::from_ymd(9999, 12, 31)?);
            Some(check.allow_date(DataValidationRule::Between(first, last)))
        }
    })
}

/// Where the choices of a column stand.
fn range(column: u32, choices: usize) -> Formula {
    let column = column_name(column);
    Formula::new(format!("='{CHOICE_SHEET}'!${column}$1:${column}${choices}"))
}
