//! A workbook that was refused, as it was sent: its wrong cells marked, and everything that is wrong on a sheet of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;

use super::column::Column;
use super::header::Header;
use super::heads::Heads;
use super::sheet::{Merged, Row, each_row};
use crate::platform::bulk::Rejected;
use crate::platform::error::{Result, Violation};
use crate::platform::message::Language;
use crate::platform::workbook::problems::Listed;
use crate::platform::workbook::{self, Area, Cell, Limits, Position, Sent, TableWriter, Value};

/// The most problems that are listed and marked.
const MOST_LISTED: usize = 5_000;

/// The workbook that goes back, out of that which was sent; what stands above the table is left out. It is long work, of a blocking kind.
///
/// # Errors
/// As of [`super::read`], where it is no such workbook.
pub fn annotated(bytes: &[u8], columns: &[Column], rejected: &[Rejected]) -> Result<File> {
    let mut sent = workbook::read(bytes, Limits::TABLE)?;
    let (sheet, header) = Header::of(&mut sent, columns)?;
    let percentages = sent.percentages(&sheet)?.into_iter().collect();
    let merged = Merged::below(&mut sent, &sheet, &header)?;
    let of_sheet = header.positions.iter().filter_map(|(at, position)| Some((*at, *position, columns.get(*position)?)));
    let of_sheet: Vec<(u32, usize, &Column)> = of_sheet.collect();
    let heads = Heads::of(columns);
    // A name that might mean another column gives way to the code.
    let head = |(_, own, column): &(u32, usize, &Column)| {
        let is_clear = header.has_codes || heads.position(&column.name) == Some(*own);
        let name = if is_clear { &column.name } else { &column.code };
        Column { name: name.clone(), ..(*column).clone() }
    };
    // Rows stay where they were, so that what is said of their numbers is true.
    let writer = TableWriter::begin_with(&sheet, of_sheet.iter().map(head).collect(), header.has_codes)?;
    let mut way = WayBack {
        all: columns,
        key: of_sheet.iter().position(|(_, position, _)| *position == 0).unwrap_or_default(),
        columns: of_sheet.iter().map(|(at, _, column)| (*at, *column)).collect(),
        percentages,
        merged,
        rejected: rejected.iter().map(|row| (row.index, row.violations.as_slice())).collect(),
        writer,
        problems: Vec::new(),
        left_out: 0,
    };
    let mut index = 0;
    each_row(&mut sent, &sheet, &header, |row| {
        way.take(index, &row)?;
        index += 1;
        Ok(())
    })?;
    way.writer.finish_with(&way.problems, way.left_out)
}

/// A workbook on its way back.
struct WayBack<'s> {
    /// All columns that a table may have.
    all: &'s [Column],
    /// Those that the sheet has, and where.
    columns: Vec<(u32, &'s Column)>,
    /// Which of them names the row.
    key: usize,
    percentages: HashSet<Position>,
    merged: Merged,
    /// What is wrong with the rows, by their numbers.
    rejected: HashMap<usize, &'s [Violation]>,
    writer: TableWriter,
    problems: Vec<Listed>,
    /// How many problems are not listed.
    left_out: usize,
}

impl WayBack<'_> {
    /// The row of a number, from 0.
    fn take(&mut self, index: usize, (row, cells): &Row) -> Result<()> {
        self.writer.skip_to(*row);
        let merged = self.merged.of_row(*row);
        let place = |column: u32| Position { row: *row, column };
        let mut again: Vec<Sent> =
            self.columns.iter().map(|(at, _)| self.sent(place(*at), cells.get(at), &merged)).collect();
        for violation in self.rejected.get(&index).copied().unwrap_or_default() {
            if self.problems.len() == MOST_LISTED {
                self.left_out += 1;
            } else {
                let problem = self.problem(violation, cells, &mut again);
                self.problems.push(problem);
            }
        }
        self.writer.sent_row(&again)
    }

    /// What stood in a cell. Of cells that were made one only the first has something, and what the others mean nobody knows.
    fn sent(&self, place: Position, cell: Option<&Cell>, merged: &[&Area]) -> Sent {
        let is_hidden = merged.iter().any(|area| area.contains(place) && area.first != place);
        let value = if is_hidden { Some(Value::Empty) } else { cell.map(|cell| cell.value.clone()) };
        Sent { value, is_percentage: self.percentages.contains(&place), complaint: None }
    }

    /// Marks the cell that a violation is about; where it is about none, that which names the row.
    fn problem(&self, violation: &Violation, cells: &BTreeMap<u32, Cell>, again: &mut [Sent]) -> Listed {
        let message = violation.message.text(Language::Chinese).to_owned();
        let key = again.get(self.key).map(Sent::text).unwrap_or_default();
        if let Some(cell) = &violation.cell {
            return self.beside(cell, &key, &message, cells);
        }
        let found = self.columns.iter().position(|(_, column)| column.holds(&violation.pointer));
        let at = found.unwrap_or(self.key);
        let named = self.all.iter().find(|column| column.holds(&violation.pointer));
        let own = self.columns.get(at).map(|(_, column)| *column);
        let name = named.or(own).map(|column| column.name.as_ref()).unwrap_or_default();
        let about = match (named, found) {
            (_, Some(at)) if at == self.key => name.to_owned(),
            (Some(_), None) => format!("{name}（{key}，表中没有此列）"),
            _ => format!("{name}（{key}）"),
        };
        let place = u32::try_from(at).ok().map(|column| Position { row: self.writer.next_row(), column }.to_string());
        let Some(cell) = again.get_mut(at) else { return Listed::new(None, &about, "", &message) };
        let text = cell.complaint.get_or_insert_default();
        text.extend([if text.is_empty() { "" } else { "\n" }, &message]);
        let sent = if found.is_some() { cell.text() } else { String::new() };
        Listed::new(place, &about, &sent, &message)
    }

    /// What stands under no name of a column does not come back.
    fn beside(&self, cell: &str, key: &str, message: &str, cells: &BTreeMap<u32, Cell>) -> Listed {
        let is_beside = |at: &u32| self.columns.iter().all(|(column, _)| column != at);
        let strays = cells.iter().filter(|(at, _)| is_beside(at)).map(|(_, cell)| cell);
        let text = |cell: &Cell| Sent { value: Some(cell.value.clone()), is_percentage: false, complaint: None }.text();
        let texts: Vec<String> = strays.clone().take(10).map(text).collect();
        let count = strays.count();
        let more = if count > 1 { format!("此行共 {count} 格，") } else { String::new() };
        let message = format!("{message}；{more}所填内容没有带过来");
        Listed::new(None, &format!("原单元格 {cell}（{key}）"), &texts.join("；"), &message)
    }
}
