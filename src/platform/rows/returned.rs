//! A workbook that was refused, as it was sent: its wrong cells marked, and everything that is wrong on a sheet of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;

use super::column::Column;
use super::sheet::{Header, Row};
use crate::platform::bulk::Rejected;
use crate::platform::error::{Result, Violation};
use crate::platform::message::Language;
use crate::platform::workbook::problems::Listed;
use crate::platform::workbook::{self, Limits, Position, Sent, TableWriter};

/// The most cells that are marked.
const MOST_MARKED: usize = 5_000;

/// The workbook that goes back, out of that which was sent. It is long work, of a blocking kind.
///
/// # Errors
/// As of [`super::read`], where it is no such workbook.
pub fn annotated(bytes: &[u8], columns: &[Column], rejected: &[Rejected]) -> Result<File> {
    let mut sent = workbook::read(bytes, Limits::TABLE)?;
    let (sheet, header) = Header::of(&mut sent, columns)?;
    let percentages = sent.percentages(&sheet)?.into_iter().collect();
    let of_sheet: Vec<(u32, &Column)> =
        header.positions.iter().filter_map(|(at, position)| Some((*at, columns.get(*position)?))).collect();
    let writer = TableWriter::begin(&sheet, of_sheet.iter().map(|(_, column)| (*column).clone()).collect())?;
    let rejected = rejected.iter().map(|row| (row.index, row.violations.as_slice())).collect();
    let key = header.positions.iter().position(|(_, position)| *position == 0).unwrap_or_default();
    let mut way = WayBack { columns: of_sheet, key, percentages, rejected, writer, problems: Vec::new(), left_out: 0 };
    let mut index = 0;
    header.each_row(&mut sent, &sheet, columns, |row| {
        way.take(index, &row)?;
        index += 1;
        Ok(())
    })?;
    way.finish()
}

/// A workbook on its way back.
struct WayBack<'s> {
    /// Those that the sheet has, and where.
    columns: Vec<(u32, &'s Column)>,
    /// Which of them names the row.
    key: usize,
    percentages: HashSet<Position>,
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
        let sent = |column: u32| Sent {
            value: cells.get(&column).map(|cell| cell.value.clone()),
            is_percentage: self.percentages.contains(&Position { row: *row, column }),
            complaint: None,
        };
        self.writer.skip_to(*row);
        let mut again: Vec<Sent> = self.columns.iter().map(|(at, _)| sent(*at)).collect();
        for violation in self.rejected.get(&index).copied().unwrap_or_default() {
            if self.problems.len() == MOST_MARKED {
                self.left_out += 1;
            } else {
                let problem = self.problem(violation, cells, &mut again);
                self.problems.push(problem);
            }
        }
        self.writer.sent_row(&again)
    }

    /// Marks the cell that a violation is about; where it is about none, that which names the row.
    fn problem(&self, violation: &Violation, cells: &BTreeMap<u32, workbook::Cell>, again: &mut [Sent]) -> Listed {
        let message = violation.message.text(Language::Chinese).to_owned();
        let key = again.get(self.key).map(Sent::text).unwrap_or_default();
        // Under no name of a column.
        if let Some(cell) = &violation.cell {
            let stray = cells.values().find(|each| each.position.to_string() == *cell);
            let sent =
                stray.map(|cell| Sent { value: Some(cell.value.clone()), is_percentage: false, complaint: None });
            return Listed {
                cell: None,
                about: format!("原单元格 {cell}（{key}）"),
                sent: sent.map(|sent| sent.text()).unwrap_or_default(),
                message: format!("{message}；所填内容没有带过来"),
            };
        }
        let found = self.columns.iter().position(|(_, column)| column.holds(&violation.pointer));
        let at = found.unwrap_or(self.key);
        let name = self.columns.get(at).map(|(_, column)| column.name.as_ref()).unwrap_or_default();
        let sent = again.get(at).map(Sent::text).unwrap_or_default();
        let about = if at == self.key { name.to_owned() } else { format!("{name}（{key}）") };
        if let Some(cell) = again.get_mut(at) {
            let text = cell.complaint.get_or_insert_default();
            text.extend([if text.is_empty() { "" } else { "\n" }, &message]);
        }
        let place = u32::try_from(at).ok().map(|column| Position { row: self.writer.next_row(), column });
        Listed { cell: place.map(|place| place.to_string()), about, sent, message }
    }

    fn finish(mut self) -> Result<File> {
        let left_out = self.left_out;
        if left_out > 0 {
            let message = format!("另有 {left_out} 个问题没有列出；请先改正已标出的");
            self.problems
                .push(Listed { cell: None, about: "整份工作簿".to_owned(), sent: String::new(), message });
        }
        self.writer.finish_with(&self.problems)
    }
}
