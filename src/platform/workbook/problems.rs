//! The sheet that lists what is wrong with a workbook that was sent.

use rust_xlsxwriter::{Note, Url, Worksheet, XlsxError};

use super::look::{self, lines_of, print_as_a4, set_lines};
use super::names::cut;

/// Name of the sheet.
pub const PROBLEM_SHEET: &str = "问题";

/// So much is shown of what was sent, and of what it is about.
const LONGEST: usize = 200;

/// So much of what is wrong with a cell: a message may quote what was sent.
const LONGEST_MESSAGE: usize = 2_000;

const NAMES: [&str; 5] = ["序号", "位置", "填写项", "填写的内容", "问题"];
const WIDTHS: [u16; 5] = [6, 10, 32, 22, 60];

/// Something that is wrong, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The cell that is marked, in the workbook that is sent back; none where it is about no cell of it.
    pub cell: Option<String>,
    /// What the cell is about.
    pub about: String,
    /// What stood there.
    pub sent: String,
    /// What is wrong with it.
    pub message: String,
}

impl Listed {
    /// Something that is wrong; what is too long to be read is cut.
    #[must_use]
    pub fn new(cell: Option<String>, about: &str, sent: &str, message: &str) -> Self {
        let short = |text: &str, most: usize| cut(text, most).to_owned();
        Self {
            cell,
            about: short(about, LONGEST),
            sent: short(sent, LONGEST),
            message: short(message, LONGEST_MESSAGE),
        }
    }
}

/// Writes the sheet; `data_sheet` is the one whose cells are marked, and `left_out` says how many problems are not listed.
///
/// # Errors
/// Where something is too long for a cell.
pub fn write_problems(
    sheet: &mut Worksheet,
    data_sheet: &str,
    problems: &[Listed],
    left_out: usize,
) -> Result<(), XlsxError> {
    sheet.set_name(PROBLEM_SHEET)?.set_tab_color("#C00000");
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let count = problems.len() + left_out;
    let first = if left_out > 0 { format!("下列为前 {} 个，", problems.len()) } else { String::new() };
    // What is wrong with the workbook itself, or was not carried over, marks no cell.
    let advice = if problems.iter().any(|problem| problem.cell.is_some()) {
        format!("请在“{data_sheet}”页改正红色单元格，再导入一次。")
    } else {
        format!("“{data_sheet}”页没有标红的单元格；请按下列说明核对后，再导入一次。")
    };
    let title = format!("本工作簿未被接收，共有 {count} 个问题。{first}{advice}");
    sheet.merge_range(0, 0, 0, 4, &title, &look::heading().set_text_wrap())?;
    sheet.set_row_height(0, 28)?;
    let head = look::head();
    for (column, name) in (0..).zip(NAMES) {
        sheet.write_string_with_format(1, column, name, &head)?;
    }
    let (number, label, problem_style) = (look::centred(), look::label(), look::problem());
    let quoted = data_sheet.replace('\'', "''");
    let as_text = label.clone().set_num_format("@");
    for (row, problem) in (2..).zip(problems) {
        let Listed { cell, about, sent, message } = problem;
        sheet.write_string_with_format(row, 0, (row - 1).to_string(), &number)?;
        match cell {
            Some(cell) => {
                let link = Url::new(format!("internal:'{quoted}'!{cell}")).set_text(cell);
                sheet.write_url_with_format(row, 1, link, &number)?
            }
            None => sheet.write_blank(row, 1, &number)?,
        };
        sheet.write_string_with_format(row, 2, about, &label)?;
        sheet.write_string_with_format(row, 3, sent, &as_text)?;
        sheet.write_string_with_format(row, 4, message, &problem_style)?;
        set_lines(sheet, row, lines_of(message, 60).max(lines_of(about, 32)).max(lines_of(sent, 22)))?;
    }
    sheet.set_freeze_panes(2, 0)?;
    print_as_a4(sheet, true);
    Ok(())
}

/// Says at a cell what is wrong with it.
///
/// # Errors
/// Where there is no such cell.
pub fn mark(sheet: &mut Worksheet, (row, column): (u32, u16), message: &str) -> Result<(), XlsxError> {
    let note = Note::new(cut(message, LONGEST_MESSAGE)).add_author_prefix(false).set_width(260).set_height(110);
    sheet.insert_note(row, column, &note)?;
    Ok(())
}
