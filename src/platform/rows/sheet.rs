//! The rows of a table in a workbook.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::iter::Peekable;
use std::sync::Arc;

use serde_json::Value;

use super::column::{Column, Kind};
use super::header::Header;
use super::{NewRow, Place, Take, malformed, of_cells};
use crate::platform::cells::Doubt;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::workbook::{self, Area, Cell, Cells, Limits, Position, Workbook};
use crate::say;

/// The most merged cells beside the header: who makes more of them fills in no table.
const MOST_MERGED: usize = 1_000;

/// The most text of a row, in bytes: a file may name one long text in each of its cells.
const MOST_TEXT: usize = 8 * 1024 * 1024;

pub(super) fn read(bytes: &[u8], columns: &[Column], take: &mut Take<'_>) -> Result<()> {
    let mut workbook = workbook::read(bytes, Limits::TABLE)?;
    let (sheet, header) = Header::of(&mut workbook, columns)?;
    let merged = Merged::below(&mut workbook, &sheet, &header)?;
    let disguises = Disguises::of(&mut workbook, &sheet)?;
    let of_columns =
        header.positions.iter().filter_map(|(at, position)| Some((columns.get(*position)?.pointer(), *at)));
    let fields: Arc<Vec<(String, u32)>> = Arc::new(of_columns.collect());
    each_row(&mut workbook, &sheet, &header, |(row, cells)| {
        let (stray, more) = beside(&header, &cells);
        let merged = merged.of_row(row);
        let read = header.positions.iter().filter_map(|(at, position)| {
            let place = Position { row, column: *at };
            Some((*position, value(columns.get(*position)?, cells.get(at), place, &merged, &disguises)))
        });
        let place = Place::row(row, Arc::clone(&fields));
        take(NewRow { unnamed: more, ..of_cells(columns, place, read, stray.into_iter().collect()) })
    })
}

/// Goes through the rows of a table, in their order.
pub(super) fn each_row(
    workbook: &mut Workbook<'_>,
    sheet: &str,
    header: &Header,
    mut take: impl FnMut(Row) -> Result<()>,
) -> Result<()> {
    let mut rows = Rows::of(workbook, sheet)?;
    while let Some(row) = rows.next()? {
        if header.is_below(&row) {
            take(row)?;
        }
    }
    Ok(())
}

/// A row of a sheet, by columns.
pub(super) type Row = (u32, BTreeMap<u32, Cell>);

/// The rows of a sheet that are not empty.
pub(super) struct Rows<'w, 'b> {
    cells: Peekable<Cells<'w, 'b>>,
    last: Option<u32>,
}

impl<'w, 'b> Rows<'w, 'b> {
    pub(super) fn of(workbook: &'w mut Workbook<'b>, sheet: &str) -> Result<Self> {
        Ok(Self { cells: workbook.cells(sheet)?.peekable(), last: None })
    }

    /// The next one; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Row>> {
        let mut row = BTreeMap::new();
        let (mut number, mut text) = (None, 0);
        while let Some(cell) = self.cells.next_if(|cell| match (cell, number) {
            (Ok(cell), Some(number)) => cell.position.row == number,
            _ => true,
        }) {
            let cell = cell?;
            if let workbook::Value::Text(held) = &cell.value {
                text += held.len();
            }
            if text > MOST_TEXT {
                return Err(
                    AppError::new(Code::PayloadTooLarge).detail(say!("一行的内容过多", "There is too much in one row"))
                );
            }
            let is_in_order = self.last.is_none_or(|last| cell.position.row > last);
            number = Some(cell.position.row);
            if !is_in_order || row.insert(cell.position.column, cell).is_some() {
                return Err(malformed(say!("工作簿中的行次序混乱", "The rows of the workbook are in disorder")));
            }
        }
        self.last = number.or(self.last);
        Ok(number.map(|number| (number, row)))
    }
}

/// Cells whose numbers are not seen as they are.
pub(super) struct Disguises {
    pub percentages: HashSet<Position>,
    /// With how many digits they are shown.
    pub padded: HashMap<Position, usize>,
}

impl Disguises {
    pub(super) fn of(workbook: &mut Workbook<'_>, sheet: &str) -> Result<Self> {
        let percentages = workbook.percentages(sheet)?.into_iter().collect();
        Ok(Self { percentages, padded: workbook.padded(sheet)?.into_iter().collect() })
    }
}

/// The cells of a table that were made one.
pub(super) struct Merged(Vec<Area>);

impl Merged {
    /// Those below its header.
    pub(super) fn below(workbook: &mut Workbook<'_>, sheet: &str, header: &Header) -> Result<Self> {
        let mut areas: Vec<Area> = workbook.merged(sheet)?;
        areas.retain(|area| area.last.row > header.row);
        if areas.len() > MOST_MERGED {
            return Err(
                AppError::new(Code::PayloadTooLarge).detail(say!("合并单元格过多", "There are too many merged cells"))
            );
        }
        Ok(Self(areas))
    }

    /// Those in which a row lies.
    pub(super) fn of_row(&self, row: u32) -> Vec<&Area> {
        self.0.iter().filter(|area| (area.first.row..=area.last.row).contains(&row)).collect()
    }
}

/// Cells under no name of a column: the first of a row, and how many more there are, which may be any number.
fn beside(header: &Header, cells: &BTreeMap<u32, Cell>) -> (Option<Violation>, usize) {
    let mut strays = cells.iter().filter(|(at, _)| !header.positions.contains_key(at));
    let named = strays.next().map(|(at, stray)| {
        let violation = Violation::new("", ViolationCode::UnknownField, header.why_strange(*at));
        violation.at_cell(stray.position.to_string())
    });
    (named, strays.count())
}

fn value(
    column: &Column,
    cell: Option<&Cell>,
    place: Position,
    merged: &[&Area],
    disguises: &Disguises,
) -> Result<Option<Value>, Doubt> {
    if merged.iter().any(|area| area.contains(place)) {
        return Err(Doubt::Merged);
    }
    // What is seen as 85% might be meant as 85 or as 0.85, and as a text it is neither; what is seen as 00123 is not 123.
    let is_number = |cell: &Cell| matches!(&cell.value, workbook::Value::Number(_));
    let is_zero = |cell: &Cell| matches!(&cell.value, workbook::Value::Number(number) if number.is_zero());
    let is_percentage = disguises.percentages.contains(&place);
    let is_disguised = is_percentage || disguises.padded.contains_key(&place);
    if column.kind == Kind::Text && is_disguised && cell.is_some_and(is_number) {
        return Err(Doubt::NotAText);
    }
    if column.is_numeric() && is_percentage && cell.is_some_and(|cell| !is_zero(cell)) {
        return Err(Doubt::Percentage);
    }
    cell.map_or_else(|| Ok(column.empty()), |cell| column.read_cell(cell))
}
