//! A workbook that was refused, as it was sent: its wrong cells marked, and everything that is wrong on a sheet of its own.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;

use super::column::Column;
use super::header::Header;
use super::heads::Heads;
use super::sheet::{Disguises, Merged, Row, each_row};
use crate::platform::bulk::Rejected;
use crate::platform::error::{Result, Violation};
use crate::platform::message::Language;
use crate::platform::workbook::problems::Listed;
use crate::platform::workbook::{self, Area, Cell, Limits, Position, Sent, TableWriter, Value};

/// The most problems that are listed and marked.
const MOST_LISTED: usize = 5_000;

/// The workbook that goes back, out of that which was sent; what stands above the table is left out. It is long work, of a
/// blocking kind.
///
/// # Errors
/// As of [`super::read`], where it is no such workbook.
pub fn annotated(bytes: &[u8], columns: &[Column], rejected: &[Rejected]) -> Result<File> {
    let mut sent = workbook::read(bytes, Limits::TABLE)?;
    let (sheet, header) = Header::of(&mut sent, columns)?;
    let disguises = Disguises::of(&mut sent, &sheet)?;
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
    let own: Vec<Column> = of_sheet.iter().map(head).collect();
    let strange: Vec<&str> = header.strange.values().map(String::as_str).collect();
    let beside = header.strange.keys().zip(own.len()..).filter_map(|(at, to)| Some((*at, u16::try_from(to).ok()?)));
    let beside: BTreeMap<u32, u16> = beside.collect();
    let writer = TableWriter::begin_with(&sheet, own, &strange, header.has_codes)?;
    let mut way = WayBack {
        all: columns,
        key: of_sheet.iter().position(|(_, position, _)| *position == 0).unwrap_or_default(),
        columns: of_sheet.iter().map(|(at, _, column)| (*at, *column)).collect(),
        header: &header,
        beside,
        disguises,
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
    header: &'s Header,
    /// Columns of the sheet that are none of the table, and where they go: behind the others.
    beside: BTreeMap<u32, u16>,
    disguises: Disguises,
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
        let beside = self.beside(*row, cells);
        for violation in self.rejected.get(&index).copied().unwrap_or_default() {
            if self.problems.len() == MOST_LISTED {
                self.left_out += 1;
                continue;
            }
            let problem = match &violation.cell {
                Some(_) => self.nameless(violation, &beside, &again),
                None => self.problem(violation, &mut again),
            };
            self.problems.push(problem);
        }
        self.writer.sent_row(&again, &beside)
    }

    /// What stood in a cell. Of cells that were made one only the first has something, and what the others mean nobody knows.
    fn sent(&self, place: Position, cell: Option<&Cell>, merged: &[&Area]) -> Sent {
        let is_hidden = merged.iter().any(|area| area.contains(place) && area.first != place);
        let value = if is_hidden { Some(Value::Empty) } else { cell.map(|cell| cell.value.clone()) };
        let is_percentage = self.disguises.percentages.contains(&place);
        Sent { value, is_percentage, digits: self.disguises.padded.get(&place).copied(), complaint: None }
    }

    /// What stood in columns that are none of the table, and where it goes.
    fn beside(&mut self, row: u32, cells: &BTreeMap<u32, Cell>) -> Vec<(u16, Sent)> {
        let mut beside = Vec::new();
        for (at, cell) in cells {
            if self.columns.iter().any(|(column, _)| column == at) {
                continue;
            }
            let next = u16::try_from(self.columns.len() + self.beside.len()).unwrap_or(u16::MAX);
            let to = *self.beside.entry(*at).or_insert(next);
            let sent = self.sent(Position { row, column: *at }, Some(cell), &[]);
            let complaint = self.header.why_strange(*at).text(Language::Chinese).to_owned();
            beside.push((to, Sent { complaint: Some(complaint), ..sent }));
        }
        beside
    }

    /// Cells in columns that are none of the table, of a row: told at the first.
    fn nameless(&self, violation: &Violation, beside: &[(u16, Sent)], again: &[Sent]) -> Listed {
        let message = violation.message.text(Language::Chinese);
        let message = match beside.len() {
            0 | 1 => message.to_owned(),
            count => format!("{message}（此行共 {count} 格）"),
        };
        let texts: Vec<String> = beside.iter().take(10).map(|(_, sent)| sent.text()).collect();
        let key = again.get(self.key).map(Sent::text).unwrap_or_default();
        let place = beside.first().map(|(column, _)| self.place((*column).into()));
        Listed::new(place, &format!("其他列（{key}）"), &texts.join("；"), &message)
    }

    /// Marks the cell that a violation is about; where it is about none, that which names the row.
    fn problem(&self, violation: &Violation, again: &mut [Sent]) -> Listed {
        let mut message = violation.message.text(Language::Chinese).to_owned();
        let key = again.get(self.key).map(Sent::text).unwrap_or_default();
        let found = self.columns.iter().position(|(_, column)| column.holds(&violation.pointer));
        let named = self.all.iter().find(|column| column.holds(&violation.pointer));
        let at = found.unwrap_or(self.key);
        let own = self.columns.get(at).map(|(_, column)| *column);
        let name = named.or(own).map(|column| column.name.as_ref()).unwrap_or_default();
        let about = match (named, found) {
            (_, Some(at)) if at == self.key => name.to_owned(),
            (Some(_), None) => format!("{name}（{key}，表中没有此列）"),
            _ => format!("{name}（{key}）"),
        };
        let Some(cell) = again.get_mut(at) else { return Listed::new(None, &about, "", &message) };
        let sent = if found.is_some() { cell.text() } else { String::new() };
        if named.is_some() && found.is_none() {
            message = format!("{name}：{message}");
        }
        let text = cell.complaint.get_or_insert_default();
        text.extend([if text.is_empty() { "" } else { "\n" }, &message]);
        Listed::new(u32::try_from(at).ok().map(|at| self.place(at)), &about, &sent, &message)
    }

    /// A cell of the row that is written next.
    fn place(&self, column: u32) -> String {
        Position { row: self.writer.next_row(), column }.to_string()
    }
}
