//! Files of rows: NDJSON, one JSON object a line as it is sent singly; CSV with a header; or a workbook with a visible
//! sheet that is the same table. Codes and names of columns do alike.

mod choices;
mod column;
mod header;
mod heads;
mod place;
mod returned;
mod sheet;
#[cfg(test)]
mod tests;
mod text;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::choices::Choices;
pub use self::column::{Column, Kind, Need};
pub use self::place::Place;
pub use self::returned::annotated;
pub use self::text::{decode, delimiter};
use super::bulk::Rejected;
use super::cells::Doubt;
use super::error::{AppError, Code, Result, Violation, ViolationCode};
use super::extract;
use super::message::Message;
use super::upload::unsupported;
use super::workbook::{XLSX, cut};
use crate::say;

/// One JSON object a line.
pub const NDJSON: &str = "application/x-ndjson";

/// Comma-separated values.
pub const CSV: &str = "text/csv";

/// The most rows of a file.
pub const MAX_ROWS: usize = 100_000;

/// The most cells of a file that may be wrong: who has more of them has the wrong columns, and each is kept with its words.
const MAX_FAULTS: usize = 5_000;

/// How many of them are named then, at least.
const FIRST_FAULTS: usize = 100;

/// How many names are told that are not known, and how much of each.
const MOST_STRANGE: usize = 20;
const LONGEST_STRANGE: usize = 50;

/// How a formula begins.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Position among the rows of the file, from 0.
    pub index: usize,
    /// Where it stands in the file.
    pub place: Place,
    json: String,
    /// What is wrong with its cells.
    violations: Vec<Violation>,
    /// Which of its cells are none of the choices of their columns. Whoever enters the row knows that best, and says so.
    strange: Vec<(usize, Violation)>,
}

impl FileRow {
    /// The columns in which something stands that is none of their choices, by their positions.
    pub(super) fn strange(&self) -> impl Iterator<Item = usize> {
        self.strange.iter().map(|(column, _)| *column)
    }

    /// What the row says, as if it had been sent singly.
    ///
    /// # Errors
    /// Everything that is wrong with how it says it.
    pub fn parse<T: DeserializeOwned + ToSchema + 'static>(&self) -> Result<T, Vec<Violation>> {
        let parsed = extract::parse(self.json.as_bytes()).map_err(|error: AppError| {
            let not_json = say!("这一行不是有效的 JSON", "This line is not valid JSON");
            error.into_violations().unwrap_or_else(|_| vec![Violation::new("", ViolationCode::WrongFormat, not_json)])
        });
        let further = match parsed {
            Ok(row) if self.violations.is_empty() => return Ok(row),
            Ok(_) => Vec::new(),
            Err(further) => further,
        };
        let is_at = |each: &Violation, known: &[Violation]| known.iter().any(|known| known.pointer == each.pointer);
        let mut violations = self.violations.clone();
        // What could not be read is not missing as well.
        violations.extend(further.into_iter().filter(|each| !is_at(each, &self.violations)));
        for (_, strange) in &self.strange {
            if !is_at(strange, &violations) {
                violations.push(strange.clone());
            }
        }
        Err(violations)
    }
}

/// Reads a file by its media type, and makes of each row what `understand` does: a row as it is read is not kept. It is long work,
/// of a blocking kind.
///
/// The header of a table names some of the columns, and the first of them in any case.
///
/// # Errors
/// [`Code::UnsupportedMediaType`], [`Code::MalformedRequest`] where it is no such file, [`Code::PayloadTooLarge`];
/// [`Code::ValidationFailed`] where so many cells are wrong that it has other columns.
pub fn read<T>(
    media_type: &str,
    bytes: &[u8],
    columns: &[Column],
    mut understand: impl FnMut(FileRow) -> T,
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    let (mut faults, mut first) = (0, Vec::new());
    let mut take = |row: NewRow| {
        faults += row.violations.len() + row.unnamed;
        if first.len() < FIRST_FAULTS && !row.violations.is_empty() {
            let NewRow { place, violations, .. } = &row;
            let row = Rejected { index: rows.len(), place: place.clone(), violations: violations.clone() };
            first.extend(row.within_file());
        }
        if faults > MAX_FAULTS {
            let message = say!(
                "有问题的单元格超过 {MAX_FAULTS} 个，此处列出最前的几个；请检查各列的内容后重新导入",
                "More than {MAX_FAULTS} cells are wrong, of which the first are named; look over the columns and import it again"
            );
            first.push(Violation::new("", ViolationCode::OutOfRange, message));
            return Err(AppError::invalid(std::mem::take(&mut first)));
        }
        if rows.len() == MAX_ROWS {
            return Err(
                AppError::new(Code::PayloadTooLarge).detail(say!("至多 {MAX_ROWS} 行", "At most {MAX_ROWS} rows"))
            );
        }
        let NewRow { place, json, violations, strange, .. } = row;
        rows.push(understand(FileRow { index: rows.len(), place, json, violations, strange }));
        Ok(())
    };
    match media_type {
        NDJSON => read_ndjson(bytes, &mut take),
        CSV => text::read(bytes, columns, &mut take),
        XLSX => sheet::read(bytes, columns, &mut take),
        _ => Err(unsupported(&[NDJSON, CSV, XLSX].join(", "))),
    }?;
    Ok(rows)
}

/// A row that was read just now.
struct NewRow {
    place: Place,
    json: String,
    violations: Vec<Violation>,
    strange: Vec<(usize, Violation)>,
    /// How many cells are wrong beside those that are named.
    unnamed: usize,
}

/// Takes the rows of a file, one after the other.
type Take<'t> = dyn FnMut(NewRow) -> Result<()> + 't;

/// One JSON object a line; empty lines are passed over.
fn read_ndjson(bytes: &[u8], take: &mut Take<'_>) -> Result<()> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| malformed(say!("文件应为 UTF-8 编码", "The file must be in UTF-8")))?;
    for (line, text) in (1..).zip(text.strip_prefix('\u{feff}').unwrap_or(text).lines()) {
        if !text.trim().is_empty() {
            take(NewRow {
                place: Place::line(line),
                json: text.to_owned(),
                violations: Vec::new(),
                strange: Vec::new(),
                unnamed: 0,
            })?;
        }
    }
    Ok(())
}

/// A row out of what was read in each of its columns, and what else is wrong with it.
fn of_cells(
    columns: &[Column],
    place: Place,
    cells: impl Iterator<Item = (usize, Result<Option<Value>, Doubt>)>,
    mut violations: Vec<Violation>,
) -> NewRow {
    let mut row = Map::new();
    let mut strange = Vec::new();
    for object in columns.iter().filter_map(|column| column.within) {
        row.entry(object).or_insert_with(|| Value::Object(Map::new()));
    }
    for (position, read) in cells {
        let Some(column) = columns.get(position) else { continue };
        match read {
            Ok(None) => {}
            Ok(Some(value)) => {
                strange.extend(column.complaint(&value).map(|violation| (position, violation)));
                let fields = match column.within {
                    None => Some(&mut row),
                    Some(object) => row.get_mut(object).and_then(Value::as_object_mut),
                };
                fields.map(|fields| fields.insert(column.code.clone().into_owned(), value));
            }
            Err(doubt) => violations.push(Violation::new(column.pointer(), doubt.code(), doubt.message())),
        }
    }
    NewRow { place, json: Value::Object(row).to_string(), violations, strange, unnamed: 0 }
}

/// A text as a cell of CSV: what begins like a formula, behind whatever apostrophes, is written behind one more, so that no
/// spreadsheet takes it for one, and it is read again as it was.
#[must_use]
pub fn escaped(text: &str) -> String {
    if is_like_formula(text) { format!("'{text}") } else { text.to_owned() }
}

fn unescaped(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_like_formula(rest)).unwrap_or(cell)
}

fn is_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA_SIGNS)
}

fn wrong_header(columns: &[Column], strange: &[String]) -> AppError {
    let names = columns.iter().map(|column| column.name.as_ref()).collect::<Vec<_>>().join("、");
    let codes = columns.iter().map(|column| column.code.as_ref()).collect::<Vec<_>>().join(",");
    if strange.is_empty() {
        return malformed(say!("列名应为：{names}", "The columns are called: {codes}"));
    }
    let shown: Vec<&str> = strange.iter().take(MOST_STRANGE).map(|name| cut(name, LONGEST_STRANGE)).collect();
    let (shown, count) = (shown.join(","), strange.len());
    malformed(say!(
        "列名应为：{names}；无法识别或重复（{count} 个）：{shown}",
        "The columns are called: {codes}; not known, or twice ({count}): {shown}"
    ))
}

fn malformed(detail: Message) -> AppError {
    AppError::new(Code::MalformedRequest).detail(detail)
}
