//! The hidden sheet: of which form and school the workbook is, and where its cells stand.

use std::collections::HashMap;

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::heads::heads;
use super::layout::{Place, Spot, option_label, written};
use super::write::{DATA_SHEET, Page};
use crate::catalogue::CompiledIndicator;
use crate::catalogue::document::{Choice, ValueType};

/// Name of the hidden sheet.
pub(super) const MAP_SHEET: &str = "_jixiao";

/// What stands first in the hidden sheet, and in the hidden row of the sheet that is filled in.
pub(super) const MARKER: &str = "jixiao";

/// How the map is written. Another way to write it takes another number.
pub(super) const FORMAT: &str = "1";

/// The row in which the map of the cells begins.
pub(super) const FIRST_CELL: u32 = 8;

/// The first column with options.
const FIRST_CHOICE: u16 = 12;

/// The range in which the options of an indicator stand.
pub(super) type Choices = HashMap<String, String>;

/// Where the options of the choices will stand.
pub(super) fn choices(page: &Page<'_>) -> Choices {
    let indicators = (FIRST_CHOICE..).zip(choosers(page));
    indicators
        .map(|(column, indicator)| {
            let absolute = |row| {
                let place = Place::new(row, column).to_string();
                let digits = place.find(|c: char| c.is_ascii_digit()).unwrap_or_default();
                let (letters, digits) = place.split_at(digits);
                format!("${letters}${digits}")
            };
            let last = u32::try_from(indicator.definition.options.len()).unwrap_or(u32::MAX);
            let range = format!("='{MAP_SHEET}'!{}:{}", absolute(1), absolute(last));
            (indicator.definition.code.clone(), range)
        })
        .collect()
}

/// The indicators of the form that have options of their own.
fn choosers<'p>(page: &'p Page<'_>) -> impl Iterator<Item = &'p CompiledIndicator> {
    let fields = page.form.definition.fields.iter().filter_map(|field| page.catalogue.indicator(&field.indicator));
    fields.filter(|indicator| indicator.definition.value_type == ValueType::Choice)
}

pub(super) fn write_map(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name(MAP_SHEET)?.set_very_hidden(true);
    let version = page.form.version.to_string();
    let period = page.assignment.sheet.period.to_string();
    let rows = [
        (MARKER, FORMAT),
        ("form", page.form.definition.code.as_str()),
        ("form_version", &version),
        ("school", &page.assignment.school.code),
        ("period", &period),
        ("sheet", DATA_SHEET),
    ];
    for (row, (name, value)) in (0..).zip(rows) {
        sheet.write_string(row, 0, name)?;
        sheet.write_string(row, 1, value)?;
    }
    write_cells(sheet, page)?;
    for (column, indicator) in (FIRST_CHOICE..).zip(choosers(page)) {
        let options: &[Choice] = &indicator.definition.options;
        sheet.write_string(0, column, &indicator.definition.code)?;
        for (row, option) in (1..).zip(options) {
            sheet.write_string(row, column, option_label(options, option))?;
        }
    }
    sheet.protect();
    Ok(())
}

fn write_cells(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    let layout = page.layout;
    let names = [
        "kind",
        "code",
        "dimensions",
        "key",
        "label",
        "row",
        "column",
        "note_key",
        "note_label",
        "note_row",
        "note_column",
    ];
    for (column, name) in (0..).zip(names) {
        sheet.write_string(FIRST_CELL - 1, column, name)?;
    }
    let mut row = FIRST_CELL;
    for slot in &layout.slots {
        sheet.write_string(row, 0, "cell")?;
        sheet.write_string(row, 1, &slot.indicator)?;
        sheet.write_string(row, 2, written(&slot.dimensions))?;
        write_spot(sheet, row, 3, &slot.value)?;
        write_spot(sheet, row, 7, &slot.note)?;
        row += 1;
    }
    for slot in &layout.explanations {
        sheet.write_string(row, 0, "explanation")?;
        sheet.write_string(row, 1, &slot.rule)?;
        write_spot(sheet, row, 3, &slot.text)?;
        row += 1;
    }
    for head in heads(layout, page.assignment.sheet.period) {
        sheet.write_string(row, 0, "head")?;
        sheet.write_string(row, 1, head.rows.start().to_string())?;
        sheet.write_string(row, 2, head.rows.end().to_string())?;
        write_spot(sheet, row, 3, &head.spot)?;
        row += 1;
    }
    Ok(())
}

fn write_spot(sheet: &mut Worksheet, row: u32, column: u16, spot: &Spot) -> Result<(), XlsxError> {
    let Spot { place, key, label } = spot;
    let values = [key.clone(), label.clone(), place.row.to_string(), place.column.to_string()];
    for (column, value) in (column..).zip(values) {
        sheet.write_string(row, column, value)?;
    }
    Ok(())
}
