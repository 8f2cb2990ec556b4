//! A workbook as a table: the first visible sheet whose first row that is not empty names the columns.

use std::collections::{BTreeMap, HashSet};
use std::iter::Peekable;
use std::sync::Arc;

use serde_json::Value;

use super::column::{Column, Kind, resolve};
use super::{NewRow, Place, Take, malformed, of_cells, wrong_header};
use crate::platform::cells::{self, Doubt};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::workbook::{self, Area, Cell, Cells, Limits, Position, Workbook};
use crate::say;

/// Among so many rows the header is looked for: above it a title may stand.
const HEAD_ROWS: usize = 6;

/// The most merged cells beside the header: who makes more of them fills in no table.
const MOST_MERGED: usize = 1_000;

pub(super) fn read(bytes: &[u8], columns: &[Column], take: &mut Take<'_>) -> Result<()> {
    let mut workbook = workbook::read(bytes, Limits::TABLE)?;
    let (sheet, header) = Header::of(&mut workbook, columns)?;
    header.read(&mut workbook, &sheet, columns, take)
}

/// A row of a sheet, by columns.
pub(super) type Row = (u32, BTreeMap<u32, Cell>);

/// The rows of a sheet that are not empty.
struct Rows<'w, 'b>(Peekable<Cells<'w, 'b>>);

impl Rows<'_, '_> {
    fn next(&mut self, after: Option<u32>) -> Result<Option<Row>> {
        let mut row = BTreeMap::new();
        let mut number = None;
        while let Some(cell) = self.0.next_if(|cell| match (cell, number) {
            (Ok(cell), Some(number)) => cell.position.row == number,
            _ => true,
        }) {
            let cell = cell?;
            let is_in_order = after.is_none_or(|after| cell.position.row > after);
            number = Some(cell.position.row);
            if !is_in_order || row.insert(cell.position.column, cell).is_some() {
                return Err(malformed(say!("工作簿中的行次序混乱", "The rows of the workbook are in disorder")));
            }
        }
        Ok(number.map(|number| (number, row)))
    }
}

/// Where a table begins, and which of its columns is which.
pub(super) struct Header {
    row: u32,
    /// Whether the codes stand below the names.
    pub has_codes: bool,
    /// Column of the sheet → position among the columns of the table.
    pub positions: BTreeMap<u32, usize>,
}

impl Header {
    /// That of the first visible sheet that has one, and the name of that sheet.
    pub(super) fn of(workbook: &mut Workbook<'_>, columns: &[Column]) -> Result<(String, Self)> {
        let visible: Vec<String> =
            workbook.sheets().iter().filter(|sheet| sheet.is_visible).map(|sheet| sheet.name.clone()).collect();
        let mut found: Option<(String, Self)> = None;
        let mut refusal = None;
        for sheet in visible {
            match (Self::find(workbook, &sheet, columns)?, &found) {
                (Some(Ok(header)), None) => found = Some((sheet, header)),
                (Some(Ok(header)), Some((first, _))) if header.has_rows(workbook, &sheet)? => {
                    return Err(malformed(say!(
                        "工作表“{first}”和“{sheet}”都是这样的表，请只保留一个",
                        "The sheets “{first}” and “{sheet}” are both such tables; keep one of them"
                    )));
                }
                (Some(Err(error)), _) => refusal = refusal.or(Some(error)),
                _ => {}
            }
        }
        let nothing = || malformed(say!("工作簿中没有可见的数据", "There is nothing in the visible sheets"));
        found.ok_or_else(|| refusal.unwrap_or_else(nothing))
    }

    /// Among the first rows; none where the sheet is empty, and an error where it has no such header.
    fn find(workbook: &mut Workbook<'_>, sheet: &str, columns: &[Column]) -> Result<Option<Result<Self, AppError>>> {
        let mut rows = Rows(workbook.cells(sheet)?.peekable());
        let mut first: Vec<Row> = Vec::new();
        while first.len() < HEAD_ROWS {
            let last = first.last().map(|(row, _)| *row);
            match rows.next(last) {
                Ok(Some(row)) => first.push(row),
                Err(error) if first.is_empty() => return Err(error),
                Ok(None) | Err(_) => break,
            }
        }
        let mut refusal = None;
        for (at, (row, cells)) in first.iter().enumerate() {
            // Written by us, the second row has the codes; whatever the first has become, they count.
            let below = first.get(at + 1).and_then(|(_, cells)| codes(columns, cells));
            if let Some(positions) = below {
                return Ok(Some(Ok(Self { row: *row, has_codes: true, positions })));
            }
            let names: Vec<&str> = cells.values().map(|cell| text(cell).unwrap_or("?")).collect();
            match resolve(columns, &names) {
                Ok(found) => {
                    let found = cells.keys().zip(found);
                    let positions = found.filter_map(|(at, position)| Some((*at, position?))).collect();
                    return Ok(Some(Ok(Self { row: *row, has_codes: false, positions })));
                }
                Err(strange) => refusal = refusal.or(Some(strange)),
            }
        }
        Ok(refusal.map(|strange| Err(wrong_header(columns, &strange))))
    }

    /// Whether anything stands below.
    fn has_rows(&self, workbook: &mut Workbook<'_>, sheet: &str) -> Result<bool> {
        let below = self.row + u32::from(self.has_codes);
        workbook
            .cells(sheet)?
            .find_map(|cell| cell.map(|cell| (cell.position.row > below).then_some(true)).transpose())
            .unwrap_or(Ok(false))
    }

    fn read(self, workbook: &mut Workbook<'_>, sheet: &str, columns: &[Column], take: &mut Take<'_>) -> Result<()> {
        let mut merged: Vec<Area> = workbook.merged(sheet)?;
        merged.retain(|area| area.last.row > self.row);
        if merged.len() > MOST_MERGED {
            return Err(
                AppError::new(Code::PayloadTooLarge).detail(say!("合并单元格过多", "There are too many merged cells"))
            );
        }
        let of_columns =
            self.positions.iter().filter_map(|(at, position)| Some((columns.get(*position)?.pointer(), *at)));
        let percentages: HashSet<Position> = workbook.percentages(sheet)?.into_iter().collect();
        let fields: Arc<Vec<(String, u32)>> = Arc::new(of_columns.collect());
        self.each_row(workbook, sheet, columns, |(row, cells)| {
            let (stray, more) = self.beside(&cells);
            let merged: Vec<&Area> =
                merged.iter().filter(|area| (area.first.row..=area.last.row).contains(&row)).collect();
            let read = self.positions.iter().filter_map(|(at, position)| {
                let place = Position { row, column: *at };
                Some((*position, value(columns.get(*position)?, cells.get(at), place, &merged, &percentages)))
            });
            let place = Place::row(row, Arc::clone(&fields));
            take(NewRow { unnamed: more, ..of_cells(columns, place, read, stray.into_iter().collect()) })
        })
    }

    /// Goes through the rows below, in their order.
    pub(super) fn each_row(
        &self,
        workbook: &mut Workbook<'_>,
        sheet: &str,
        columns: &[Column],
        mut take: impl FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        let mut rows = Rows(workbook.cells(sheet)?.peekable());
        let mut last = None;
        while let Some((row, cells)) = rows.next(last)? {
            last = Some(row);
            if row > self.row && codes(columns, &cells).is_none() {
                take((row, cells))?;
            }
        }
        Ok(())
    }

    /// Cells under no name of a column: the first of a row, and how many more there are, which may be any number.
    fn beside(&self, cells: &BTreeMap<u32, Cell>) -> (Option<Violation>, usize) {
        let mut strays = cells.iter().filter(|(at, _)| !self.positions.contains_key(at)).map(|(_, cell)| cell);
        let named = strays.next().map(|stray| {
            let message = say!("此列没有列名", "This column has no name");
            Violation::new("", ViolationCode::UnknownField, message).at_cell(stray.position.to_string())
        });
        (named, strays.count())
    }
}

fn value(
    column: &Column,
    cell: Option<&Cell>,
    place: Position,
    merged: &[&Area],
    percentages: &HashSet<Position>,
) -> Result<Option<Value>, Doubt> {
    if merged.iter().any(|area| area.contains(place)) {
        return Err(Doubt::Merged);
    }
    // What is seen as 85% might be meant as 85 or as 0.85, and as a text it is neither.
    let is_number = |cell: &Cell| matches!(&cell.value, workbook::Value::Number(_));
    let is_zero = |cell: &Cell| matches!(&cell.value, workbook::Value::Number(number) if number.is_zero());
    if column.kind == Kind::Text && percentages.contains(&place) && cell.is_some_and(is_number) {
        return Err(Doubt::NotAText);
    }
    if column.is_numeric() && percentages.contains(&place) && cell.is_some_and(|cell| !is_zero(cell)) {
        return Err(Doubt::Percentage);
    }
    cell.map_or_else(|| Ok(column.empty()), |cell| column.read_cell(cell))
}

fn text(cell: &Cell) -> Option<&str> {
    match &cell.value {
        workbook::Value::Text(text) if !cell.is_formula => Some(cells::trimmed(text)),
        _ => None,
    }
}

/// Which columns a row names by their codes, where it does nothing else.
fn codes(columns: &[Column], cells: &BTreeMap<u32, Cell>) -> Option<BTreeMap<u32, usize>> {
    let code = |cell: &Cell| {
        let text = text(cell)?;
        columns.iter().position(|column| column.code == text)
    };
    let positions: BTreeMap<u32, usize> =
        cells.iter().map(|(at, cell)| Some((*at, code(cell)?))).collect::<Option<_>>()?;
    let mut seen = Vec::new();
    let distinct = positions.values().all(|position| {
        !seen.contains(position) && {
            seen.push(*position);
            true
        }
    });
    (distinct && seen.contains(&0)).then_some(positions)
}
