//! Records as a file: one record a row, as it is sent singly; in a table the fields are columns.

use serde_json::{Map, Value};

use super::body::RecordInput;
use super::ops::Row;
use crate::catalogue::document::{FieldKind, RegisterField};
use crate::catalogue::{CompiledRegister, boolean_word};
use crate::platform::error::Result;
use crate::platform::rows::{self, FileRow};

const OWN_COLUMNS: [&str; 5] = ["code", "school", "state", "since", "note"];

/// Reads a file. In a table, a column that is absent changes nothing, and an empty cell takes the field away.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read(register: &CompiledRegister, media_type: &str, bytes: &[u8]) -> Result<Vec<Row>> {
    let fields = register.definition.fields.iter().map(|field| field.code.as_str());
    let columns: Vec<&str> = OWN_COLUMNS.into_iter().chain(fields).collect();
    Ok(rows::read(media_type, bytes, &columns, |cells| object(register, cells))?.iter().map(row).collect())
}

fn row(row: &FileRow) -> Row {
    let entry = row.parse::<RecordInput>().map(RecordInput::into_change);
    Row { index: row.index, line: row.line, entry }
}

fn object(register: &CompiledRegister, cells: &[(&str, &str)]) -> Value {
    let mut own = Map::new();
    let mut fields = Map::new();
    for (name, text) in cells {
        match register.field(name) {
            Some(_) if text.is_empty() => {
                fields.insert((*name).to_owned(), Value::Null);
            }
            Some(field) => {
                fields.insert((*name).to_owned(), typed(field, text));
            }
            None if text.is_empty() => {}
            None => {
                own.insert((*name).to_owned(), (*text).into());
            }
        }
    }
    own.insert("fields".to_owned(), Value::Object(fields));
    Value::Object(own)
}

/// A text as a number, or yes or no, where its field is one; otherwise it stays a text, and is refused as any other.
fn typed(field: &RegisterField, text: &str) -> Value {
    match field.kind {
        FieldKind::Boolean => boolean_word(text).map_or_else(|| text.into(), Value::Bool),
        kind if kind.is_numeric() => rows::number(text),
        _ => text.into(),
    }
}
