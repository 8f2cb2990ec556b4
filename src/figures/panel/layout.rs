//! A table with two sides, as a file.

use super::Names;
use super::pivot::{Codes, Key, Pivot};
use super::rows::{cell, number};
use crate::documents::{Cell, Table};
use crate::platform::error::{AppError, Result};
use crate::platform::rows::escaped;
use crate::say;

/// CSV: codes down the side, and beside them what people call them; along the top the codes of a column with strokes between
/// them.
pub(super) fn csv(pivot: &Pivot, names: &Names<'_>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let join =
        |codes: &Codes| codes.iter().map(|code| code.as_deref().unwrap_or_default()).collect::<Vec<_>>().join("/");
    let mut header: Vec<String> =
        pivot.row_keys.iter().flat_map(|key| [key.to_string(), format!("{key}_name")]).collect();
    header.extend(pivot.columns.iter().map(|codes| escaped(&join(codes))));
    let (has_row_totals, has_column_totals) = (pivot.has_row_totals(), pivot.has_column_totals());
    if has_row_totals {
        header.push("total".to_owned());
    }
    writer.write_record(header).map_err(AppError::internal)?;
    for ((codes, cells), total) in pivot.rows.iter().zip(&pivot.cells).zip(&pivot.row_totals) {
        let head = pivot.row_keys.iter().zip(codes).flat_map(|(key, code)| {
            let name = key.name_of(code.as_deref(), names);
            [escaped(code.as_deref().unwrap_or_default()), escaped(&name)]
        });
        let mut record: Vec<String> = head.chain(cells.iter().map(|cell| number(cell.value))).collect();
        if has_row_totals {
            record.push(number(*total));
        }
        writer.write_record(record).map_err(AppError::internal)?;
    }
    if has_column_totals {
        let mut record = vec!["total".to_owned()];
        record.extend((1..pivot.row_keys.len() * 2).map(|_| String::new()));
        record.extend(pivot.column_totals.iter().map(|total| number(*total)));
        if has_row_totals {
            record.push(number(pivot.total));
        }
        writer.write_record(record).map_err(AppError::internal)?;
    }
    writer.into_inner().map_err(|error| AppError::internal(error.into_error()))
}

/// A sheet for people, with a head of as many rows as there are keys along the top, and what is the same beside or below each
/// other said once. What stands on neither side is said above.
pub(super) fn table(pivot: &Pivot, (indicators, periods): (&[String], &[String]), names: &Names<'_>) -> Table {
    let stands = |key: &Key| pivot.row_keys.contains(key) || pivot.column_keys.contains(key);
    let mut caption = Vec::new();
    if let Some(code) = indicators.first().filter(|_| !stands(&Key::Indicator)) {
        caption.push(name(&Key::Indicator, Some(code), names));
    }
    if let Some(period) = periods.first().filter(|_| !stands(&Key::Period)) {
        caption.push(period.clone());
    }
    let (has_row_totals, has_column_totals) = (pivot.has_row_totals(), pivot.has_column_totals());
    let total = || Cell::head(names.say(&say!("合计", "Total")));
    let depth = covered(pivot.column_keys.len());
    let head = pivot.column_keys.iter().enumerate().map(|(level, key)| {
        let mut cells = Vec::new();
        if level == 0 {
            cells.extend(pivot.row_keys.iter().map(|key| Cell::head(key.name(names)).over(1, depth)));
        }
        for (number, codes) in pivot.columns.iter().enumerate() {
            if let Some(count) = spanned(&pivot.columns, number, level) {
                let code = codes.get(level).and_then(Option::as_deref);
                cells.push(Cell::head(name(key, code, names)).over(covered(count), 1));
            }
        }
        if level == 0 && has_row_totals {
            cells.push(total().over(1, depth));
        }
        cells
    });
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (number, codes) in pivot.rows.iter().enumerate() {
        let heads = pivot.row_keys.iter().zip(codes).enumerate().filter_map(|(level, (key, code))| {
            let count = spanned(&pivot.rows, number, level)?;
            Some(Cell::text(name(key, code.as_deref(), names)).over(1, covered(count)))
        });
        let values = pivot.cells.get(number).into_iter().flatten().map(|own| cell(own.value));
        let of_row = pivot.row_totals.get(number).filter(|_| has_row_totals).map(|total| bold(cell(*total)));
        rows.push(heads.chain(values).chain(of_row).collect());
    }
    if has_column_totals {
        let all = pivot.column_totals.iter().copied().chain(has_row_totals.then_some(pivot.total));
        let head = total().over(covered(pivot.row_keys.len()), 1);
        rows.push(std::iter::once(head).chain(all.map(|total| bold(cell(total)))).collect());
    }
    let landscape = pivot.columns.len() > 6;
    Table { caption: caption.join("，"), widths: Vec::new(), head: head.collect(), rows, landscape }
}

fn bold(cell: Cell) -> Cell {
    Cell { bold: true, ..cell }
}

/// The name, with the unit of an indicator.
fn name(key: &Key, code: Option<&str>, names: &Names<'_>) -> String {
    let name = key.name_of(code, names);
    key.unit_of(code, names).map_or_else(|| name.clone(), |unit| format!("{name}（{unit}）"))
}

/// Over how many a code stands that begins here; none where it does not.
fn spanned(side: &[Codes], number: usize, level: usize) -> Option<usize> {
    let same = |one: &Codes, other: &Codes| one.iter().zip(other).take(level + 1).all(|(one, other)| one == other);
    let own = side.get(number)?;
    let is_first = number.checked_sub(1).and_then(|before| side.get(before)).is_none_or(|before| !same(before, own));
    is_first.then(|| side.iter().skip(number).take_while(|next| same(own, next)).count())
}

fn covered(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
