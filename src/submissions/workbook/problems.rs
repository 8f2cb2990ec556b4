//! What is wrong with a workbook that was sent: marked in its cells, and listed on a sheet.

use rust_xlsxwriter::{Url, Worksheet, XlsxError};

use super::blocks::{lines_of, set_lines};
use super::layout::Place;
use super::style;
use super::write::{DATA_SHEET, print_as_a4};

pub(super) const PROBLEM_SHEET: &str = "问题";

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The cells that it concerns, in the workbook that is sent back.
    pub places: Vec<Place>,
    /// What the cell is about.
    pub about: String,
    /// What stood there.
    pub sent: String,
    pub message: String,
}

const NAMES: [&str; 5] = ["序号", "位置", "指标", "填写的内容", "问题"];
const WIDTHS: [u16; 5] = [6, 10, 32, 22, 60];

pub(super) fn write_problems(sheet: &mut Worksheet, problems: &[Problem]) -> Result<(), XlsxError> {
    sheet.set_name(PROBLEM_SHEET)?.set_tab_color("#C00000");
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let count = problems.len();
    // What is wrong with the workbook itself, or was not carried over, marks no cell.
    let advice = if problems.iter().any(|problem| !problem.places.is_empty()) {
        format!("请在“{DATA_SHEET}”页改正红色单元格，再导入一次。")
    } else {
        format!("“{DATA_SHEET}”页没有标红的单元格；请按下列说明核对后，再导入一次。")
    };
    let title = format!("本工作簿未被接收，共有 {count} 个问题。{advice}");
    sheet.merge_range(0, 0, 0, 4, &title, &style::heading().set_text_wrap())?;
    sheet.set_row_height(0, 28)?;
    let head = style::head();
    for (column, name) in (0..).zip(NAMES) {
        sheet.write_string_with_format(1, column, name, &head)?;
    }
    let (number, label, problem_style) = (style::number(), style::label(), style::problem());
    for (row, problem) in (2..).zip(problems) {
        let Problem { places, about, sent, message } = problem;
        sheet.write_string_with_format(row, 0, (row - 1).to_string(), &number)?;
        match places.first() {
            Some(place) => {
                let link = Url::new(format!("internal:'{DATA_SHEET}'!{place}")).set_text(place.to_string());
                sheet.write_url_with_format(row, 1, link, &number)?
            }
            None => sheet.write_blank(row, 1, &number)?,
        };
        let sent: String = sent.chars().take(200).collect();
        sheet.write_string_with_format(row, 2, about, &label)?;
        sheet.write_string_with_format(row, 3, &sent, &label.clone().set_num_format("@"))?;
        sheet.write_string_with_format(row, 4, message, &problem_style)?;
        set_lines(sheet, row, lines_of(message, 60).max(lines_of(about, 32)).max(lines_of(&sent, 22)))?;
    }
    sheet.set_freeze_panes(2, 0)?;
    print_as_a4(sheet, true);
    Ok(())
}
