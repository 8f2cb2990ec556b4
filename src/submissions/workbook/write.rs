//! Writes the workbook of a form for a school.

use std::collections::HashMap;

use rust_xlsxwriter::{DocProperties, ProtectionOptions, Workbook, Worksheet, XlsxError};

use super::blocks::write_blocks;
use super::filling::Filling;
use super::guide::write_guide;
use super::layout::{FIRST_ROW, LEGEND_ROW, Layout, MARKER_ROW, Place, SCHOOL_ROW, TITLE_ROW, column};
use super::map::{self, write_map};
use super::problems::Problem;
use super::words::period_name;
use crate::catalogue::{Catalogue, CompiledForm};
use crate::platform::error::{AppError, Result};
use crate::platform::workbook::look::{self, print_as_a4};
use crate::platform::workbook::problems::{Listed, mark, write_problems};
use crate::submissions::content::Content;
use crate::submissions::desk::{Desk, School};
use crate::submissions::model::SchoolWindow;
use crate::submissions::sheet::Sheet;

/// Name of the sheet that is filled in.
pub(super) const DATA_SHEET: &str = "填报";

/// Width of the columns of values, in characters.
const VALUE_WIDTH: f64 = 13.0;
const WIDTHS: [f64; 4] = [2.0, 6.0, 32.0, 8.0];

/// What a school is to fill in.
pub(in crate::submissions) struct Assignment {
    pub sheet: Sheet,
    pub school: School,
    pub window: SchoolWindow,
    /// What was reported for the period before.
    pub previous: Option<Content>,
}

impl Assignment {
    pub fn of(sheet: Sheet, desk: &Desk) -> Result<Self> {
        let window = sheet.window(desk.extended_until)?;
        Ok(Self { sheet, school: desk.school.clone(), window, previous: desk.previous.clone() })
    }

    /// Under which name the workbook is saved.
    pub fn file_name(&self) -> Result<String> {
        let form = &self.sheet.form()?.definition.name.zh;
        let (school, period) = (&self.school.name, period_name(self.sheet.period));
        // No folder, whatever the names say.
        Ok(format!("{form}-{period}-{school}.xlsx").replace(['/', '\\'], "_"))
    }
}

/// What is written onto a sheet, beside the sheet itself.
pub(super) struct Page<'a> {
    pub assignment: &'a Assignment,
    pub catalogue: &'a Catalogue,
    pub form: &'a CompiledForm,
    pub layout: &'a Layout<'a>,
    pub filling: &'a Filling,
    /// What was reported for the period before, as it is shown.
    pub previous: Filling,
    /// What is wrong in cells that are filled in.
    pub wrong: HashMap<Place, String>,
}

/// The workbook, with what stands in its cells and what is wrong with it.
pub(super) fn write(assignment: &Assignment, filling: &Filling, problems: &[Problem]) -> Result<Vec<u8>> {
    let catalogue = &assignment.sheet.catalogue;
    let form = assignment.sheet.form()?;
    let layout = Layout::of(catalogue, form);
    let previous = assignment.previous.as_ref().map(|content| Filling::of(catalogue, content)).unwrap_or_default();
    let mut wrong: HashMap<Place, String> = HashMap::new();
    for problem in problems {
        for place in &problem.places {
            let text = wrong.entry(*place).or_default();
            text.extend([if text.is_empty() { "" } else { "\n" }, &problem.message]);
        }
    }
    let page = Page { assignment, catalogue, form, layout: &layout, filling, previous, wrong };
    write_sheets(&page, problems).map_err(AppError::internal)
}

fn write_sheets(page: &Page<'_>, problems: &[Problem]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let name = &page.form.definition.name.zh;
    let subject = format!("{} {}", page.assignment.school.name, period_name(page.assignment.sheet.period));
    workbook.set_properties(&DocProperties::new().set_title(name).set_subject(subject));
    let choices = map::choices(page);
    let sheet = workbook.add_worksheet().set_name(DATA_SHEET)?;
    write_data(sheet, page, &choices)?;
    if !problems.is_empty() {
        let listed: Vec<Listed> = problems.iter().map(Problem::listed).collect();
        write_problems(workbook.add_worksheet(), DATA_SHEET, &listed, 0)?;
    }
    write_guide(workbook.add_worksheet(), page)?;
    write_map(workbook.add_worksheet(), page)?;
    workbook.save_to_buffer()
}

fn write_data(sheet: &mut Worksheet, page: &Page<'_>, choices: &map::Choices) -> Result<(), XlsxError> {
    let layout = page.layout;
    let last = layout.width - 1;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_column_range_width(column::PREVIOUS, last, VALUE_WIDTH)?;
    sheet.set_column_hidden(column::KEY)?;
    write_head(sheet, page, last)?;
    write_blocks(sheet, page, choices)?;
    for (place, message) in &page.wrong {
        mark(sheet, (place.row, place.column), message)?;
    }
    let options = ProtectionOptions { format_columns: true, format_rows: true, ..ProtectionOptions::new() };
    sheet.protect_with_options(&options).set_active(true);
    let below_head = layout.first_head().map_or(FIRST_ROW, |row| row + 1);
    sheet.set_freeze_panes(below_head, column::NAME + 1)?;
    if let Some(first) = layout.slots.first() {
        let Place { row, column } = first.value.place;
        sheet.set_selection(row, column, row, column)?;
    }
    print_as_a4(sheet, true);
    sheet.set_print_area(TITLE_ROW, column::NUMBER, layout.end - 1, last)?;
    sheet.set_repeat_rows(TITLE_ROW, below_head - 1)?;
    Ok(())
}

fn write_head(sheet: &mut Worksheet, page: &Page<'_>, last: u16) -> Result<(), XlsxError> {
    sheet.write_string(MARKER_ROW, column::KEY, map::MARKER)?;
    for column in column::NUMBER..=last {
        sheet.write_string(MARKER_ROW, column, column.to_string())?;
    }
    sheet.set_row_hidden(MARKER_ROW)?;
    let Page { assignment, form, .. } = page;
    let period = period_name(assignment.sheet.period);
    let title = format!("{}（{period}）", form.definition.name.zh);
    sheet.merge_range(TITLE_ROW, column::NUMBER, TITLE_ROW, last, &title, &look::title())?;
    sheet.set_row_height(TITLE_ROW, 30)?;
    let School { name, code, .. } = &assignment.school;
    let due = assignment.window.dates.due_on.format("%Y年%-m月%-d日");
    let school = format!("学校：{name}（{code}）　　期间：{period}　　报送期限：{due}");
    sheet.merge_range(SCHOOL_ROW, column::NUMBER, SCHOOL_ROW, last, &school, &look::heading())?;
    sheet.set_row_height(SCHOOL_ROW, 22)?;
    let legend = "只填有底色的单元格：黄色必填（名称后有 *），绿色可不填；灰色为上期数和说明，不可修改。没有的填 0，不掌握的留空。";
    sheet.merge_range(LEGEND_ROW, column::NUMBER, LEGEND_ROW, last, legend, &look::hint())?;
    sheet.set_row_height(LEGEND_ROW, 20)?;
    Ok(())
}
