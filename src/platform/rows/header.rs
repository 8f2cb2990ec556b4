//! Where in a workbook a table begins, and which of its columns is which.

use std::collections::{BTreeMap, HashSet};

use super::column::Column;
use super::heads::Heads;
use super::sheet::{Row, Rows};
use super::{malformed, wrong_header};
use crate::platform::cells::trimmed;
use crate::platform::error::Result;
use crate::platform::message::Message;
use crate::platform::workbook::{Cell, Value, Workbook, cut};
use crate::say;

/// Among so many rows the header is looked for: above it a title may stand.
const HEAD_ROWS: usize = 6;

/// So much is kept of a name that is none.
const LONGEST_NAME: usize = 50;

/// A row with more cells than that is no header.
const WIDEST: usize = 2_000;

/// Where a table begins, and which of its columns is which.
pub(super) struct Header {
    pub row: u32,
    /// Whether the codes stand below the names.
    pub has_codes: bool,
    /// Column of the sheet → position among the columns of the table.
    pub positions: BTreeMap<u32, usize>,
    /// Names that are no columns, where others are known by their codes: column of the sheet → name.
    pub strange: BTreeMap<u32, String>,
    heads: Heads,
}

/// What was found on a sheet.
enum Found {
    Nothing,
    Header(Header),
    /// No such header: which names of the likeliest row are not known.
    Other(Vec<String>),
}

impl Header {
    /// That of the visible sheet that has one, and the name of that sheet; of several, that of the one with rows below.
    ///
    /// # Errors
    /// Where there is none, or several have rows.
    pub(super) fn of(workbook: &mut Workbook<'_>, columns: &[Column]) -> Result<(String, Self)> {
        let visible: Vec<String> =
            workbook.sheets().iter().filter(|sheet| sheet.is_visible).map(|sheet| sheet.name.clone()).collect();
        let mut empty: Option<(String, Self)> = None;
        let mut filled: Option<(String, Self)> = None;
        let mut refusal = None;
        for sheet in visible {
            match Self::find(workbook, &sheet, columns) {
                Ok(Found::Header(header)) if !header.has_rows(workbook, &sheet)? => {
                    empty = empty.or(Some((sheet, header)));
                }
                Ok(Found::Header(header)) => match &filled {
                    None => filled = Some((sheet, header)),
                    Some((first, _)) => {
                        return Err(malformed(say!(
                            "工作表“{first}”和“{sheet}”都是这样的表，请只保留一个",
                            "The sheets “{first}” and “{sheet}” are both such tables; keep one of them"
                        )));
                    }
                },
                Ok(Found::Other(strange)) => refusal = refusal.or(Some(wrong_header(columns, &strange))),
                Ok(Found::Nothing) => {}
                // Whatever stands on another sheet may be anything.
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        let nothing = || malformed(say!("工作簿中没有可见的数据", "There is nothing in the visible sheets"));
        filled.or(empty).ok_or_else(|| refusal.unwrap_or_else(nothing))
    }

    /// Among the first rows of a sheet.
    fn find(workbook: &mut Workbook<'_>, sheet: &str, columns: &[Column]) -> Result<Found> {
        let heads = Heads::of(columns);
        let mut rows = Rows::of(workbook, sheet)?;
        let Some(mut current) = rows.next()? else { return Ok(Found::Nothing) };
        let mut likeliest: Option<(usize, Vec<String>)> = None;
        for _ in 0..HEAD_ROWS {
            let below = rows.next().ok().flatten();
            // Written by us, the second row has the codes; whatever the first has become, they count.
            if let Some(positions) = below.as_ref().and_then(|(_, cells)| codes(&heads, cells)) {
                let header = Self { row: current.0, has_codes: true, positions, strange: BTreeMap::new(), heads };
                return Ok(Found::Header(header.with_names(&current.1)));
            }
            let (row, cells) = current;
            if cells.len() <= WIDEST {
                let names: Vec<&str> = cells.values().map(|cell| text(cell).unwrap_or("?")).collect();
                match heads.resolve(&names) {
                    Ok(found) => {
                        let found = cells.keys().zip(found);
                        let positions = found.filter_map(|(at, position)| Some((*at, position?))).collect();
                        return Ok(Found::Header(Self {
                            row,
                            has_codes: false,
                            positions,
                            strange: BTreeMap::new(),
                            heads,
                        }));
                    }
                    Err(strange) => {
                        let known = names.len() - strange.len();
                        if likeliest.as_ref().is_none_or(|(most, _)| known > *most) {
                            likeliest = Some((known, strange));
                        }
                    }
                }
            }
            let Some(below) = below else { break };
            current = below;
        }
        Ok(Found::Other(likeliest.map(|(_, strange)| strange).unwrap_or_default()))
    }

    /// With what names say above cells without a code: somebody put in a column.
    fn with_names(mut self, names: &BTreeMap<u32, Cell>) -> Self {
        for (at, cell) in names {
            let Some(name) = text(cell).filter(|name| !name.is_empty() && !self.positions.contains_key(at)) else {
                continue;
            };
            match self.heads.position(name).filter(|found| self.positions.values().all(|position| position != found)) {
                Some(position) => {
                    self.positions.insert(*at, position);
                }
                None => {
                    self.strange.insert(*at, cut(name, LONGEST_NAME).to_owned());
                }
            }
        }
        self
    }

    /// What is said of a cell in a column of the sheet that is none of the table.
    pub(super) fn why_strange(&self, column: u32) -> Message {
        match self.strange.get(&column) {
            Some(name) => {
                say!("没有名为“{name}”的列，或者它已在别处", "There is no column “{name}”, or it stands elsewhere")
            }
            None => say!("此列没有列名", "This column has no name"),
        }
    }

    /// Whether anything stands below.
    fn has_rows(&self, workbook: &mut Workbook<'_>, sheet: &str) -> Result<bool> {
        let mut rows = Rows::of(workbook, sheet)?;
        while let Some(row) = rows.next()? {
            if self.is_below(&row) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a row is one of the table: below the header, and not the codes of its columns.
    pub(super) fn is_below(&self, (row, cells): &Row) -> bool {
        *row > self.row && codes(&self.heads, cells).is_none()
    }
}

fn text(cell: &Cell) -> Option<&str> {
    match &cell.value {
        Value::Text(text) if !cell.is_formula => Some(trimmed(text)),
        _ => None,
    }
}

/// Which columns a row names by their codes, where it does nothing else.
fn codes(heads: &Heads, cells: &BTreeMap<u32, Cell>) -> Option<BTreeMap<u32, usize>> {
    let mut seen = HashSet::new();
    let positions: BTreeMap<u32, usize> = cells
        .iter()
        .map(|(at, cell)| Some((*at, heads.of_code(text(cell)?).filter(|position| seen.insert(*position))?)))
        .collect::<Option<_>>()?;
    seen.contains(&0).then_some(positions)
}
