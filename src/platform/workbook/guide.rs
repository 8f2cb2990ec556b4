//! The sheet that says how a workbook is filled in.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::look::{self, lines_of, print_as_a4, set_lines};

/// Name of the sheet.
pub const GUIDE_SHEET: &str = "填写说明";

/// Fits a page of A4, also where another font makes columns wider.
const TEXT_WIDTH: u16 = 76;

/// Writes the sheet: a title, and sections of lines; those without lines are left out.
///
/// # Errors
/// Where something is too long for a cell.
pub fn write_guide(sheet: &mut Worksheet, title: &str, sections: &[(&str, Vec<String>)]) -> Result<(), XlsxError> {
    sheet.set_name(GUIDE_SHEET)?;
    sheet.set_column_width(0, TEXT_WIDTH)?;
    sheet.set_screen_gridlines(false);
    sheet.write_string_with_format(0, 0, format!("《{title}》填写说明"), &look::title())?;
    sheet.set_row_height(0, 32)?;
    let mut row = 1;
    let (heading, line) = (look::heading(), look::line());
    for (title, lines) in sections.iter().filter(|(_, lines)| !lines.is_empty()) {
        sheet.write_string_with_format(row, 0, *title, &heading)?;
        sheet.set_row_height(row, 24)?;
        row += 1;
        for text in lines {
            sheet.write_string_with_format(row, 0, text, &line)?;
            set_lines(sheet, row, lines_of(text, TEXT_WIDTH.into()))?;
            row += 1;
        }
    }
    sheet.protect();
    print_as_a4(sheet, false);
    Ok(())
}
