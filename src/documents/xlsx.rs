//! Tables as a workbook (XLSX), made to be printed as they are.
//!
//! A workbook keeps numbers as doubles, which carry 15 decimal digits: a number with more is written as text, so that none
//! is ever changed. Text is only ever text, whatever it begins with.

mod layout;

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use self::layout::{Layout, Placed};
use super::model::{Align, Cell, Table};
use crate::platform::workbook::{exact, unique};

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The most characters of a cell; what is longer is cut.
const LONGEST_TEXT: usize = 32_767;

/// The highest row, in points.
const HIGHEST_ROW: f64 = 409.0;

/// Paper of the size A4.
const A4: u8 = 9;

const FONT: &str = "宋体";
const TITLE_FONT: &str = "黑体";

/// A workbook that cannot be written: it is larger than workbooks are.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be written")]
pub struct WorkbookError(#[from] XlsxError);

/// Writes tables as a workbook, each on a sheet of its own. Names of sheets are made such as workbooks allow.
///
/// # Errors
/// Where a table is larger than a sheet.
pub fn workbook(sheets: &[(String, Table)]) -> Result<Vec<u8>, WorkbookError> {
    let mut workbook = Workbook::new();
    let names = unique(sheets.iter().map(|(name, _)| name.as_str()));
    for (name, (_, table)) in names.into_iter().zip(sheets) {
        write(workbook.add_worksheet().set_name(name)?, table)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn write(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let layout = Layout::of(table);
    let last_column = layout.widths.len().saturating_sub(1);
    let last_column = u16::try_from(last_column).map_err(|_| XlsxError::RowColumnLimitError)?;
    for (column, width) in (0_u16..).zip(&layout.widths) {
        sheet.set_column_width(column, *width)?;
    }
    for (row, height) in (0_u32..).zip(&layout.heights) {
        sheet.set_row_height(row, height.min(HIGHEST_ROW))?;
    }
    if layout.title_rows > 0 {
        let format = Format::new().set_font_name(TITLE_FONT).set_font_size(16).set_bold().set_text_wrap();
        let format = format.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter);
        put_text(sheet, (0, 0), (0, last_column), &table.caption, &format)?;
    }
    for placed in &layout.cells {
        put(sheet, placed)?;
    }
    set_up_page(sheet, table, &layout, last_column)
}

fn put(sheet: &mut Worksheet, placed: &Placed<'_>) -> Result<(), XlsxError> {
    let (first, last) = ((placed.row, placed.column), (placed.last_row, placed.last_column));
    let format = format_of(placed);
    let Some(cell) = placed.cell else {
        return sheet.write_blank(placed.row, placed.column, &format).map(drop);
    };
    let Some(number) = cell.number.and_then(exact) else {
        return put_text(sheet, first, last, &cell.plain(), &format);
    };
    if first != last {
        sheet.merge_range(first.0, first.1, last.0, last.1, "", &format)?;
    }
    sheet.write_number_with_format(placed.row, placed.column, number, &format).map(drop)
}

fn put_text(
    sheet: &mut Worksheet,
    first: (u32, u16),
    last: (u32, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let text = cut(text);
    if first == last {
        return sheet.write_string_with_format(first.0, first.1, text, format).map(drop);
    }
    sheet.merge_range(first.0, first.1, last.0, last.1, text, format).map(drop)
}

/// As much of a text as a cell takes; what is missing is marked.
fn cut(text: &str) -> &str {
    text.char_indices().nth(LONGEST_TEXT).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

fn format_of(placed: &Placed<'_>) -> Format {
    let format = Format::new().set_font_name(FONT).set_font_size(10).set_text_wrap().set_border(FormatBorder::Thin);
    let format = format.set_align(FormatAlign::VerticalCenter);
    let Some(cell) = placed.cell else { return format };
    let align = match cell.align {
        Align::Left => FormatAlign::Left,
        Align::Centre => FormatAlign::Center,
        Align::Right => FormatAlign::Right,
    };
    let format = format.set_align(align);
    let format = if cell.bold { format.set_bold() } else { format };
    match number_format(cell) {
        Some(number_format) => format.set_num_format(number_format),
        None => format,
    }
}

fn number_format(cell: &Cell) -> Option<&str> {
    cell.number.and(cell.format.as_deref())
}

/// A4, as wide as the page, the head on each page and in sight.
fn set_up_page(sheet: &mut Worksheet, table: &Table, layout: &Layout<'_>, last_column: u16) -> Result<(), XlsxError> {
    let rows = u32::try_from(layout.heights.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
    let head = u32::try_from(table.head.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_margins(0.6, 0.6, 0.7, 0.7, 0.3, 0.3).set_footer("&C第 &P 页，共 &N 页");
    if table.landscape {
        sheet.set_landscape();
    }
    if rows > 0 {
        sheet.set_print_area(0, 0, rows - 1, last_column)?;
    }
    if head > 0 {
        sheet.set_repeat_rows(layout.title_rows, layout.title_rows + head - 1)?;
        sheet.set_freeze_panes(layout.title_rows + head, 0)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
