//! Finds the cells of a workbook that was sent, even where rows or columns were moved: by the hidden map, by the keys in the
//! hidden column, and by the numbers in the hidden row. A row is only what its key says where its name says so, too; and a
//! column only what its number says where its head says so.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::heads::Head;
use super::layout::{Place, Slot, Spot, column, dimensions_of};
use super::map::{FIRST_CELL, FORMAT, MAP_SHEET, MARKER};
use super::sent::{Found, Held};
use crate::platform::cells::trimmed;
use crate::platform::error::{AppError, Code, Result, ViolationCode};
use crate::platform::message::Message;
use crate::platform::workbook::{Area, Cell, Position, Value, Workbook};
use crate::say;

/// How many rows from above the hidden row is looked for.
const SEARCHED_ROWS: u32 = 50;

/// The most cells, explanations and heads that a map names. The largest form has 5,000 cells, and of a grid each column two
/// heads.
const MAX_ENTRIES: u32 = 16_000;

/// The most cells that are named where nothing is asked.
const MAX_STRAY: usize = 500;

/// The most areas of merged cells. The largest form has half as many.
const MAX_MERGED: usize = 20_000;

type Cells = BTreeMap<Position, Cell>;

/// What the hidden sheet says.
pub(super) struct Map {
    pub form: String,
    pub form_version: String,
    pub school: String,
    pub period: String,
    /// Name of the sheet that was filled in.
    pub sheet: String,
    pub cells: Vec<Slot>,
    pub explanations: Vec<(String, Spot)>,
    /// None where the workbook was written before it named them.
    pub heads: Vec<Head>,
}

impl Map {
    pub fn read(workbook: &mut Workbook<'_>) -> Result<Self> {
        if !workbook.sheets().iter().any(|sheet| sheet.name == MAP_SHEET) {
            return Err(no_form());
        }
        let cells = workbook.grid(MAP_SHEET)?;
        let text = |row, column| text_at(&cells, row, column);
        let names: HashMap<&str, &str> =
            (0..FIRST_CELL).filter_map(|row| Some((text(row, 0)?, text(row, 1)?))).collect();
        let name = |name| names.get(name).map(|value| (*value).to_owned());
        let (Some(form), Some(form_version), Some(school), Some(period), Some(sheet), Some(FORMAT)) = (
            name("form"),
            name("form_version"),
            name("school"),
            name("period"),
            name("sheet"),
            names.get(MARKER).copied(),
        ) else {
            return Err(no_form());
        };
        let mut map = Self {
            form,
            form_version,
            school,
            period,
            sheet,
            cells: Vec::new(),
            explanations: Vec::new(),
            heads: Vec::new(),
        };
        for row in (FIRST_CELL..FIRST_CELL + MAX_ENTRIES).take_while(|row| text(*row, 0).is_some()) {
            map.add(&cells, row).ok_or_else(no_form)?;
        }
        Ok(map)
    }

    fn add(&mut self, cells: &Cells, row: u32) -> Option<()> {
        let text = |column| text_at(cells, row, column);
        let code = text(1)?.to_owned();
        let spot = |column: u32| {
            let place = Place { row: text(column + 2)?.parse().ok()?, column: text(column + 3)?.parse().ok()? };
            Some(Spot { place, key: text(column)?.to_owned(), label: text(column + 1)?.to_owned() })
        };
        match text(0)? {
            "explanation" => self.explanations.push((code, spot(3)?)),
            "head" => {
                let rows = code.parse().ok()?..=text(2)?.parse().ok()?;
                self.heads.push(Head { spot: spot(3)?, rows });
            }
            _ => {
                let dimensions = dimensions_of(text(2).unwrap_or_default())?;
                let (value, note) = (spot(3)?, spot(7)?);
                self.cells.push(Slot { indicator: code, dimensions, name: value.label.clone(), value, note });
            }
        }
        Some(())
    }
}

fn no_form() -> AppError {
    AppError::violation(
        MAP_SHEET,
        ViolationCode::Missing,
        say!(
            "这不是从本系统下载的填报工作簿，或者其中的隐藏工作表已被删改；请重新下载后填写",
            "This is no workbook of a form, or its hidden sheet was changed; download it again"
        ),
    )
}

fn text_at(cells: &Cells, row: u32, column: u32) -> Option<&str> {
    match &cells.get(&Position { row, column })?.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The sheet that was filled in.
pub(super) struct Page {
    pub name: String,
    cells: Cells,
    merged: Vec<Area>,
    percentages: HashSet<Position>,
    /// The rows that have a key, from above.
    rows: HashMap<String, Vec<u32>>,
    /// Where each column went.
    columns: Columns,
}

/// Where the columns went; where nobody knows they are where they were.
#[derive(Default)]
struct Columns(HashMap<u32, u32>);

impl Columns {
    fn now(&self, column: u16) -> Option<u32> {
        let column = u32::from(column);
        if self.0.is_empty() { Some(column) } else { self.0.get(&column).copied() }
    }
}

impl Page {
    /// The sheet of a name; where it has another name now, the only one with the hidden row.
    pub fn read(workbook: &mut Workbook<'_>, name: &str) -> Result<Self> {
        let names: Vec<String> = workbook.sheets().iter().map(|sheet| sheet.name.clone()).collect();
        if names.iter().any(|each| each == name) {
            refuse_copies(workbook, name)?;
            let cells = workbook.grid(name)?;
            return Self::of(workbook, name, cells);
        }
        let mut copies = names.into_iter().filter(|each| each != MAP_SHEET && has_marker(workbook, each));
        let (found, more) = (copies.next(), copies.next().is_some());
        drop(copies);
        match found {
            Some(name) if !more => {
                let cells = workbook.grid(&name)?;
                Self::of(workbook, &name, cells)
            }
            _ => Err(AppError::violation(
                name,
                ViolationCode::Missing,
                say!("找不到工作表“{name}”，请不要改名、复制或删除", "There is no sheet “{name}”; do not rename it"),
            )),
        }
    }

    fn of(workbook: &mut Workbook<'_>, name: &str, cells: Cells) -> Result<Self> {
        let columns = columns_of(&cells);
        let mut rows: HashMap<String, Vec<u32>> = HashMap::new();
        if let Some(keys) = columns.now(column::KEY) {
            for (position, cell) in cells.iter().filter(|(position, _)| position.column == keys) {
                if let Value::Text(key) = &cell.value {
                    rows.entry(key.clone()).or_default().push(position.row);
                }
            }
        }
        let merged = workbook.merged(name)?;
        if merged.len() > MAX_MERGED {
            let detail = say!("合并的单元格过多", "Too many cells were merged");
            return Err(AppError::new(Code::PayloadTooLarge).detail(detail));
        }
        let percentages = workbook.percentages(name)?.into_iter().collect();
        Ok(Self { name: name.to_owned(), cells, merged, percentages, rows, columns })
    }

    /// What stands at a spot.
    pub fn find(&self, spot: &Spot) -> Found {
        let lost = |message| Found { place: spot.place, held: Held::Lost(message, None) };
        let Some(column) = self.columns.now(spot.place.column) else {
            return lost(say!(
                "这一列已被删除，请重新下载后填写",
                "This column was deleted; download the workbook again"
            ));
        };
        let row = match self.row_of(spot) {
            Ok(row) => row,
            Err(message) => return lost(message),
        };
        let position = Position { row, column };
        let place = Place { row, column: u16::try_from(column).unwrap_or(u16::MAX) };
        let name = self.columns.now(column::NAME).and_then(|column| text_at(&self.cells, row, column));
        if !name.is_some_and(|name| is_same_name(name, &spot.label)) {
            let label = &spot.label;
            let message = say!(
                "这一行应为“{label}”，但名称对不上，无法确定填的是哪一项",
                "This row should be “{label}”, but its name is another"
            );
            return Found { place, held: self.held(position).lost(message) };
        }
        Found { place, held: self.held(position) }
    }

    /// The row in which a spot is now, or why nobody knows.
    fn row_of(&self, spot: &Spot) -> Result<u32, Message> {
        match self.rows.get(&spot.key).map(Vec::as_slice).unwrap_or_default() {
            [row] => Ok(*row),
            // The hidden column is gone, and the row is where it was.
            [] if self.rows.is_empty() => Ok(spot.place.row),
            [] => Err(say!("这一行已被删除，请重新下载后填写", "This row was deleted; download the workbook again")),
            [first, second, ..] => {
                let (first, second) = (first + 1, second + 1);
                Err(say!(
                    "第 {first} 行与第 {second} 行是同一行，请删除多余的一行",
                    "Rows {first} and {second} are the same; delete one of them"
                ))
            }
        }
    }

    /// The heads that are not what they were.
    pub fn misnamed(&self, heads: Vec<Head>) -> Misnamed {
        let wrong = heads.into_iter().filter_map(|head| {
            let found = self.why_misnamed(&head.spot)?;
            Some((head, Some(found)))
        });
        Misnamed(wrong.collect())
    }

    /// What is wrong with a head. Where its column is gone, that is said of the cells below it.
    fn why_misnamed(&self, head: &Spot) -> Option<Found> {
        let column = self.columns.now(head.place.column)?;
        let row = match self.row_of(head) {
            Ok(row) => row,
            Err(message) => return Some(Found { place: head.place, held: Held::Lost(message, None) }),
        };
        let position = Position { row, column };
        if self.shown_above(position).is_some_and(|name| is_same_name(name, &head.label)) {
            return None;
        }
        let first = self.covering(position).map_or(position, |area| area.first);
        let place = Place { row: first.row, column: u16::try_from(first.column).unwrap_or(u16::MAX) };
        let label = head.label.replace('\n', " ");
        let message = say!(
            "此处应为“{label}”，但名称对不上，无法确定这一列填的是哪一项，整列未采用",
            "This should be “{label}”, but its name is another, so that nothing of this column was taken"
        );
        Some(Found { place, held: Held::Lost(message, None) })
    }

    /// What people see as the head at a position: a head of several columns stands in the first of them, also where they are
    /// no longer merged.
    fn shown_above(&self, position: Position) -> Option<&str> {
        let row = self.cells.range(Position { column: 0, ..position }..=position);
        row.rev().find_map(|(_, cell)| match &cell.value {
            Value::Text(text) if !trimmed(text).is_empty() => Some(text.as_str()),
            _ => None,
        })
    }

    /// What stands beside and below the form, as where somebody moved a value: nobody would read it. Nothing where nobody knows
    /// where the form ends.
    pub fn stray(&self) -> Vec<Found> {
        let keyed = self.rows.iter().filter(|(key, _)| *key != MARKER).flat_map(|(_, rows)| rows);
        let (Some(first), Some(last), Some(end)) = (keyed.clone().min(), keyed.max(), self.columns.0.values().max())
        else {
            return Vec::new();
        };
        let is_outside =
            |position: &Position| position.row > *last || (position.row >= *first && position.column > *end);
        let is_blank = |value: &Value| match value {
            Value::Text(text) => trimmed(text).is_empty(),
            value => *value == Value::Empty,
        };
        let stray = self.cells.iter().filter(|(position, cell)| is_outside(position) && !is_blank(&cell.value));
        let found = stray.filter_map(|(position, _)| {
            let place = Place { row: position.row, column: u16::try_from(position.column).ok()? };
            Some(Found { place, held: self.held(*position) })
        });
        found.take(MAX_STRAY).collect()
    }

    /// The merged cells in which a position lies behind the first.
    fn covering(&self, position: Position) -> Option<&Area> {
        self.merged.iter().find(|area| area.contains(position) && area.first != position)
    }

    fn held(&self, position: Position) -> Held {
        if let Some(area) = self.covering(position) {
            let first = area.first;
            let message = say!(
                "此单元格已与 {first} 合并，无法确定填的是哪一项；请取消合并",
                "This cell was merged with {first}; undo that"
            );
            return Held::Lost(message, None);
        }
        match self.cells.get(&position) {
            None => Held::Nothing,
            Some(cell) => {
                Held::Value { value: cell.value.clone(), is_percentage: self.percentages.contains(&position) }
            }
        }
    }
}

/// What somebody fills into a copy of the sheet is not to be passed over.
fn refuse_copies(workbook: &mut Workbook<'_>, name: &str) -> Result<()> {
    let others = workbook.sheets().iter().filter(|sheet| sheet.is_visible && sheet.name != name);
    let others: Vec<String> = others.map(|sheet| sheet.name.clone()).collect();
    for other in others {
        if has_marker(workbook, &other) {
            let message = say!(
                "工作表“{other}”是“{name}”的副本，其中的内容不会被采用，请删除",
                "The sheet “{other}” is a copy of “{name}”, of which nothing is taken: delete it"
            );
            return Err(AppError::violation(&other, ViolationCode::Duplicate, message));
        }
    }
    Ok(())
}

/// Whether a sheet has the hidden row. One that cannot be read has not.
fn has_marker(workbook: &mut Workbook<'_>, sheet: &str) -> bool {
    let is_marker = |cell: &Cell| matches!(&cell.value, Value::Text(text) if text == MARKER);
    let Ok(cells) = workbook.cells(sheet) else { return false };
    cells.map_while(Result::ok).take_while(|cell| cell.position.row < SEARCHED_ROWS).any(|cell| is_marker(&cell))
}

/// The heads that are not what they were, each with what is to be said of it.
pub(super) struct Misnamed(Vec<(Head, Option<Found>)>);

impl Misnamed {
    /// What was found at a spot; lost where its head is wrong, which is said once, of the first cell below it.
    pub fn judge(&mut self, spot: &Spot, found: Found) -> Found {
        let mut above = self.0.iter_mut().filter(|(head, _)| head.is_above(spot.place)).peekable();
        if above.peek().is_none() {
            return found;
        }
        match above.find_map(|(_, wrong)| wrong.take()) {
            Some(first) => first,
            None => Found { held: found.held.lost_as_well(), ..found },
        }
    }
}

/// Whether two names are the same to those who read them, whatever their spaces and however wide their characters are.
fn is_same_name(one: &str, other: &str) -> bool {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    let bare = |text: &str| -> String { trimmed(text).chars().filter(|c| !c.is_whitespace()).map(narrow).collect() };
    bare(one) == bare(other)
}

/// The numbers of the columns as the hidden row says them; none where it is not there.
fn columns_of(cells: &Cells) -> Columns {
    let end = Position { row: SEARCHED_ROWS, column: 0 };
    let marker = cells.range(..end).find(|(_, cell)| matches!(&cell.value, Value::Text(text) if text == MARKER));
    let Some((marker, _)) = marker else { return Columns::default() };
    let row = cells.range(*marker..Position { row: marker.row + 1, column: 0 });
    let mut columns = HashMap::from([(u32::from(column::KEY), marker.column)]);
    for (position, cell) in row {
        if let Value::Text(number) = &cell.value
            && let Ok(number) = number.parse()
        {
            columns.entry(number).or_insert(position.column);
        }
    }
    Columns(columns)
}
