//! Cards as a file: one card a row, as it is sent singly.

use serde_json::{Map, Value};

use super::body::AssetRow;
use super::ops::Row;
use crate::platform::bulk::as_violations;
use crate::platform::error::Result;
use crate::platform::rows::{self, FileRow};

/// The columns of a table.
pub(super) const COLUMNS: [&str; 11] = [
    "code",
    "organisation",
    "name",
    "category",
    "value",
    "acquired_on",
    "funded_from",
    "place",
    "user_name",
    "state",
    "note",
];

/// What an empty cell takes away; elsewhere it says nothing.
const CLEARED: [&str; 3] = ["funded_from", "place", "user_name"];

/// Reads a file. A column that is absent changes nothing.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read(media_type: &str, bytes: &[u8]) -> Result<Vec<Row>> {
    Ok(rows::read(media_type, bytes, &COLUMNS, object)?.iter().map(row).collect())
}

fn row(row: &FileRow) -> Row {
    let entry = row.parse::<AssetRow>().and_then(|row| row.read().map_err(as_violations));
    Row { index: row.index, line: row.line, entry }
}

fn object(cells: &[(&str, &str)]) -> Value {
    let value = |name: &str, text: &str| match name {
        _ if text.is_empty() => CLEARED.contains(&name).then_some(Value::Null),
        "value" => Some(rows::number(text)),
        _ => Some(text.into()),
    };
    let fields = cells.iter().filter_map(|(name, text)| Some(((*name).to_owned(), value(name, text)?)));
    Value::Object(fields.collect::<Map<_, _>>())
}
