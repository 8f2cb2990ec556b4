//! Projects as a file: one project a row.

use serde_json::{Map, Value};

use super::body::ProjectRow;
use super::import::Row;
use crate::catalogue::boolean_word;
use crate::platform::error::Result;
use crate::platform::rows::{self, FileRow};

const COLUMNS: [&str; 12] = [
    "code",
    "name",
    "category",
    "organisation",
    "section",
    "first_year",
    "last_year",
    "is_key",
    "is_special_fund",
    "summary",
    "state",
    "note",
];

/// Reads a file. An empty cell is absent.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read(media_type: &str, bytes: &[u8]) -> Result<Vec<Row>> {
    Ok(rows::read(media_type, bytes, &COLUMNS, object)?.iter().map(row).collect())
}

fn row(row: &FileRow) -> Row {
    let entry = row.parse::<ProjectRow>().map(ProjectRow::into_proposal);
    Row { index: row.index, line: row.line, entry }
}

/// What is neither yes nor no stays a text, and is refused as such.
fn object(cells: &[(&str, &str)]) -> Value {
    let value = |name: &str, text: &str| match name {
        "first_year" | "last_year" => rows::number(text),
        "is_key" | "is_special_fund" => boolean_word(text).map_or_else(|| text.into(), Value::Bool),
        _ => text.into(),
    };
    let cells = cells.iter().filter(|(_, text)| !text.is_empty());
    Value::Object(cells.map(|(name, text)| ((*name).to_owned(), value(name, text))).collect::<Map<_, _>>())
}
