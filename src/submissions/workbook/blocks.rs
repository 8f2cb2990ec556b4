//! The tables and grids of the sheet that is filled in.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::checks;
use super::filling::{CellId, Entry};
use super::heads;
use super::layout::{Asked, Block, Grid, Line, Place, Slot, column, marked};
use super::map::Choices;
use super::style::{self, Mark};
use super::words;
use super::write::Page;
use crate::catalogue::CompiledRule;
use crate::catalogue::document::ValueType;
use crate::platform::workbook::exact;
use crate::platform::workbook::look::{self, LINE_HEIGHT, lines_of, set_lines};

/// The longest text that a spreadsheet takes is a little longer.
const LONGEST_TEXT: usize = 10_000;

pub(super) fn write_blocks(sheet: &mut Worksheet, page: &Page<'_>, choices: &Choices) -> Result<(), XlsxError> {
    for block in &page.layout.blocks {
        match block {
            Block::Table { head, lines } => {
                write_table_head(sheet, page, *head)?;
                for line in lines {
                    write_line(sheet, page, choices, line)?;
                }
            }
            Block::Grid(grid) => write_grid(sheet, page, choices, grid)?,
            Block::Explanations { head, lines } => write_explanations(sheet, page, *head, lines)?,
        }
    }
    Ok(())
}

/// The names of the two columns of values.
fn periods(page: &Page<'_>) -> (String, String) {
    let period = page.assignment.sheet.period;
    (words::previous_head(period), words::current_head(period))
}

fn write_table_head(sheet: &mut Worksheet, page: &Page<'_>, row: u32) -> Result<(), XlsxError> {
    let head = look::head();
    let (previous, current) = periods(page);
    let names = ["序号", "指标", "单位", &previous, &current];
    sheet.write_string(row, column::KEY, heads::key_of(row))?;
    for (column, name) in (column::NUMBER..).zip(names) {
        sheet.write_string_with_format(row, column, name, &head)?;
    }
    sheet.merge_range(row, column::NOTE, row, column::NOTE_END, heads::NOTES, &head)?;
    sheet.merge_range(row, column::HELP, row, column::HELP_END, "填报说明", &head)?;
    sheet.set_row_height(row, 2 * LINE_HEIGHT + 4)?;
    Ok(())
}

fn write_line(sheet: &mut Worksheet, page: &Page<'_>, choices: &Choices, line: &Line<'_>) -> Result<(), XlsxError> {
    let Some(slot) = page.layout.slots.get(line.slot) else { return Ok(()) };
    let row = line.row;
    let definition = &line.asked.indicator.definition;
    let value_type = definition.value_type;
    let help = help_of(line.asked);
    sheet.write_string(row, column::KEY, &slot.value.key)?;
    sheet.write_string_with_format(row, column::NUMBER, &line.number, &look::centred())?;
    sheet.write_string_with_format(row, column::NAME, &slot.value.label, &look::label())?;
    let unit = definition.unit.as_deref().unwrap_or_else(|| words::unit(value_type));
    sheet.write_string_with_format(row, column::UNIT, unit, &look::centred())?;
    write_previous(sheet, page, slot, Place::new(row, column::PREVIOUS), value_type)?;
    write_value(sheet, page, choices, slot, line.asked)?;
    write_note(sheet, page, slot, column::NOTE_END)?;
    sheet.merge_range(row, column::HELP, row, column::HELP_END, &help, &look::label())?;
    let text = |entry: Option<&Entry>| match entry {
        Some(Entry::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let id = id_of(slot);
    let lines = lines_of(&slot.value.label, 32)
        .max(lines_of(&help, 52))
        .max(lines_of(&text(page.filling.values.get(&id)), 13))
        .max(lines_of(&text(page.previous.values.get(&id)), 13))
        .max(lines_of(&text(page.filling.notes.get(&id)), 26));
    set_lines(sheet, row, lines)
}

fn help_of(asked: Asked<'_>) -> String {
    let advice = words::advice(asked.indicator.definition.value_type);
    match &asked.field.help {
        Some(help) => format!("{}。{advice}", help.zh.trim_end_matches('。')),
        None => advice.to_owned(),
    }
}

fn id_of(slot: &Slot) -> CellId {
    (slot.indicator.clone(), slot.dimensions.clone())
}

fn mark_of(page: &Page<'_>, place: Place, required: bool) -> Mark {
    match (page.wrong.contains_key(&place), required) {
        (true, _) => Mark::Wrong,
        (false, true) => Mark::Required,
        (false, false) => Mark::Optional,
    }
}

fn write_previous(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    slot: &Slot,
    place: Place,
    value_type: ValueType,
) -> Result<(), XlsxError> {
    write_entry(sheet, place, page.previous.values.get(&id_of(slot)), &style::shown(value_type))
}

fn write_value(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    choices: &Choices,
    slot: &Slot,
    asked: Asked<'_>,
) -> Result<(), XlsxError> {
    let value_type = asked.indicator.definition.value_type;
    let place = slot.value.place;
    let format = style::input(value_type, mark_of(page, place, asked.field.required));
    write_entry(sheet, place, page.filling.values.get(&id_of(slot)), &format)?;
    let check = checks::of_value(value_type, place, choices.get(&slot.indicator).map(String::as_str))?;
    sheet.add_data_validation(place.row, place.column, place.row, place.column, &check)?;
    Ok(())
}

fn write_note(sheet: &mut Worksheet, page: &Page<'_>, slot: &Slot, end: u16) -> Result<(), XlsxError> {
    write_long(sheet, page, slot.note.place, end, page.filling.notes.get(&id_of(slot)))
}

/// A text that is filled in, in several columns.
fn write_long(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    place: Place,
    end: u16,
    entry: Option<&Entry>,
) -> Result<(), XlsxError> {
    let format = style::input_text(mark_of(page, place, false));
    sheet.merge_range(place.row, place.column, place.row, end, "", &format)?;
    write_entry(sheet, place, entry, &format)?;
    sheet.add_data_validation(place.row, place.column, place.row, place.column, &checks::of_text()?)?;
    Ok(())
}

/// Writes what stands in a cell. A number with more digits than a spreadsheet keeps is written as a text, so that it is read
/// again exactly.
pub(super) fn write_entry(
    sheet: &mut Worksheet,
    place: Place,
    entry: Option<&Entry>,
    format: &Format,
) -> Result<(), XlsxError> {
    let Place { row, column } = place;
    match entry {
        None => sheet.write_blank(row, column, format)?,
        Some(Entry::Number(number)) => match exact(*number) {
            Some(number) => sheet.write_number_with_format(row, column, number, format)?,
            None => sheet.write_string_with_format(row, column, number.to_string(), format)?,
        },
        Some(Entry::Boolean(boolean)) => sheet.write_boolean_with_format(row, column, *boolean, format)?,
        Some(Entry::Date(date)) if has_number(*date) => sheet.write_datetime_with_format(row, column, date, format)?,
        Some(Entry::Date(date)) => sheet.write_string_with_format(row, column, date.to_string(), format)?,
        Some(Entry::Error) => sheet.write_formula_with_format(row, column, look::not_available(), format)?,
        Some(Entry::Text(text)) if text.is_empty() => sheet.write_blank(row, column, format)?,
        Some(Entry::Text(text)) => {
            let text: String = text.chars().take(LONGEST_TEXT).collect();
            sheet.write_string_with_format(row, column, text, format)?
        }
    };
    Ok(())
}

/// Whether the day has a number in spreadsheets, and the same in all of them: they do not agree on the first days of 1900.
fn has_number(day: chrono::NaiveDate) -> bool {
    use chrono::Datelike;
    (1901..=9999).contains(&day.year())
}

fn write_grid(sheet: &mut Worksheet, page: &Page<'_>, choices: &Choices, grid: &Grid<'_>) -> Result<(), XlsxError> {
    let Grid { asked, title, columns, rows, notes_head, notes, .. } = grid;
    let definition = &asked.indicator.definition;
    let value_type = definition.value_type;
    let last = grid_end(columns.len()).max(column::HELP_END);
    let unit = definition.unit.as_deref().unwrap_or_else(|| words::unit(value_type));
    let name = marked(&definition.name.zh, asked.field.required);
    let unit = if unit.is_empty() { String::new() } else { format!("（单位：{unit}）") };
    let text = format!("{}　{name}{unit}　{}", asked.number, help_of(*asked));
    sheet.merge_range(*title, column::NUMBER, *title, last, &text, &look::heading().set_text_wrap())?;
    set_lines(sheet, *title, lines_of(&text, 130))?;
    write_grid_head(sheet, page, grid)?;
    let (label, number) = (look::label(), look::centred());
    for (i, row) in rows.iter().enumerate() {
        let slots = row.slots.iter().filter_map(|slot| page.layout.slots.get(*slot));
        if let Some(slot) = slots.clone().next() {
            sheet.write_string(row.row, column::KEY, &slot.value.key)?;
        }
        sheet.write_string_with_format(row.row, column::NUMBER, format!("{}.{}", asked.number, i + 1), &number)?;
        sheet.merge_range(row.row, column::NAME, row.row, column::UNIT, &row.label, &label)?;
        for slot in slots {
            let Place { row, column } = slot.value.place;
            write_previous(sheet, page, slot, Place::new(row, column - 1), value_type)?;
            write_value(sheet, page, choices, slot, *asked)?;
        }
        set_lines(sheet, row.row, lines_of(&row.label, 40))?;
    }
    let head = look::head();
    sheet.merge_range(*notes_head, column::NUMBER, *notes_head, grid_end(columns.len()), heads::NOTES, &head)?;
    for (i, (row, note_row)) in rows.iter().zip(notes).enumerate() {
        let slots = row.slots.iter().filter_map(|slot| page.layout.slots.get(*slot));
        if let Some(slot) = slots.clone().next() {
            sheet.write_string(*note_row, column::KEY, &slot.note.key)?;
        }
        sheet.write_string_with_format(*note_row, column::NUMBER, format!("{}.{}", asked.number, i + 1), &number)?;
        sheet.merge_range(*note_row, column::NAME, *note_row, column::UNIT, &row.label, &label)?;
        for slot in slots {
            write_note(sheet, page, slot, slot.note.place.column + 1)?;
        }
    }
    Ok(())
}

/// The last column of a grid.
fn grid_end(columns: usize) -> u16 {
    let columns = u16::try_from(columns).unwrap_or(u16::MAX).saturating_mul(2);
    column::GRID.saturating_add(columns).saturating_sub(1)
}

fn write_grid_head(sheet: &mut Worksheet, page: &Page<'_>, grid: &Grid<'_>) -> Result<(), XlsxError> {
    let head = look::head();
    let below = grid.head + 1;
    sheet.merge_range(grid.head, column::NUMBER, below, column::NUMBER, "序号", &head)?;
    let dimensions = grid.asked.indicator.dimensions.iter();
    let down: Vec<&str> =
        dimensions.take(grid.asked.indicator.dimensions.len() - 1).map(|each| each.name.zh.as_str()).collect();
    sheet.merge_range(grid.head, column::NAME, below, column::UNIT, &down.join("、"), &head)?;
    for row in [grid.head, below] {
        sheet.write_string(row, column::KEY, heads::key_of(row))?;
    }
    let (previous, current) = periods(page);
    for (label, column) in grid.column_labels().iter().zip((column::GRID..).step_by(2)) {
        sheet.merge_range(grid.head, column, grid.head, column + 1, label, &head)?;
        sheet.write_string_with_format(below, column, &previous, &head)?;
        sheet.write_string_with_format(below, column + 1, &current, &head)?;
    }
    sheet.set_row_height(below, 2 * LINE_HEIGHT + 4)?;
    Ok(())
}

fn write_explanations(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    row: u32,
    lines: &[(u32, &CompiledRule)],
) -> Result<(), XlsxError> {
    let head = look::head();
    sheet.write_string(row, column::KEY, heads::key_of(row))?;
    sheet.write_string_with_format(row, column::NUMBER, "序号", &head)?;
    sheet.merge_range(row, column::NAME, row, column::VALUE, "如有下列情形", &head)?;
    sheet.merge_range(row, column::NOTE, row, column::HELP_END, heads::EXPLANATIONS, &head)?;
    let slots = lines.iter().zip(&page.layout.explanations);
    for (i, ((row, rule), slot)) in slots.enumerate() {
        let text = &rule.definition.message.zh;
        sheet.write_string(*row, column::KEY, &slot.text.key)?;
        sheet.write_string_with_format(*row, column::NUMBER, (i + 1).to_string(), &look::centred())?;
        sheet.merge_range(*row, column::NAME, *row, column::VALUE, text, &look::label())?;
        let entry = page.filling.explanations.get(&slot.rule);
        write_long(sheet, page, slot.text.place, column::HELP_END, entry)?;
        let given = match entry {
            Some(Entry::Text(text)) => lines_of(text, 78),
            _ => 1,
        };
        set_lines(sheet, *row, lines_of(text, 66).max(given))?;
    }
    Ok(())
}
