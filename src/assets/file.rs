//! Cards as a file: NDJSON, one card a line as it is sent singly; or CSV with the same columns.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Number, Value};
use std::str::FromStr;

use super::body::AssetRow;
use super::ops::Row;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::extract;
use crate::platform::message::Message;
use crate::say;

/// The most rows of a file.
const MAX_ROWS: usize = 20_000;

/// How a formula begins: in a file, such a text stands behind an apostrophe.
pub(super) const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

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

/// Reads one JSON object a line; empty lines are passed over.
///
/// # Errors
/// [`Code::MalformedRequest`] where it is no such file, [`Code::PayloadTooLarge`].
pub(super) fn read_ndjson(bytes: &[u8]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(without_byte_order_mark(bytes)?.lines()) {
        if !text.trim().is_empty() {
            push(&mut rows, line, text.as_bytes())?;
        }
    }
    Ok(rows)
}

/// Reads CSV with a header. A column that is absent changes nothing.
///
/// # Errors
/// As for [`read_ndjson`].
pub(super) fn read_csv(bytes: &[u8]) -> Result<Vec<Row>> {
    let text = without_byte_order_mark(bytes)?;
    let mut reader = ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    check_header(&header)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        push(&mut rows, line, object(&header, &record).to_string().as_bytes())?;
    }
    Ok(rows)
}

fn push(rows: &mut Vec<Row>, line: u64, json: &[u8]) -> Result<()> {
    if rows.len() == MAX_ROWS {
        return Err(AppError::new(Code::PayloadTooLarge).detail(say!("至多 {MAX_ROWS} 行", "At most {MAX_ROWS} rows")));
    }
    let entry = extract::parse::<AssetRow>(json).and_then(AssetRow::read).map_err(|error| {
        let not_json = say!("这一行不是有效的 JSON", "This line is not valid JSON");
        error.into_violations().unwrap_or_else(|_| vec![Violation::new("", ViolationCode::WrongFormat, not_json)])
    });
    rows.push(Row { index: rows.len(), line, entry });
    Ok(())
}

fn without_byte_order_mark(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        malformed(say!("文件应为 UTF-8 编码（另存为“CSV UTF-8”）", "The file must be UTF-8 (save it as “CSV UTF-8”)"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn check_header(header: &StringRecord) -> Result<()> {
    let known = |name: &str| COLUMNS.contains(&name);
    let distinct = header.iter().enumerate().all(|(i, name)| !header.iter().take(i).any(|other| other == name));
    if header.iter().all(known) && distinct && header.iter().any(|name| name == "code") {
        return Ok(());
    }
    let columns = COLUMNS.join(",");
    Err(malformed(say!("第一行应为列名：{columns}", "The first line must name the columns: {columns}")))
}

/// A row of a table, as it would be sent singly.
fn object(header: &StringRecord, record: &StringRecord) -> Value {
    let mut row = Map::new();
    for (name, text) in header.iter().zip(record) {
        let text = text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA_SIGNS)).unwrap_or(text);
        let value = match name {
            _ if text.is_empty() && CLEARED.contains(&name) => Value::Null,
            _ if text.is_empty() => continue,
            // A text that is no number stays one, and is refused as any other.
            "value" => Number::from_str(text).map_or_else(|_| text.into(), Value::Number),
            _ => text.into(),
        };
        row.insert(name.to_owned(), value);
    }
    Value::Object(row)
}

fn unreadable(error: &csv::Error) -> AppError {
    let line = error.position().map_or(0, csv::Position::line);
    malformed(say!("第 {line} 行不是有效的 CSV", "Line {line} is not valid CSV"))
}

fn malformed(detail: Message) -> AppError {
    AppError::new(Code::MalformedRequest).detail(detail)
}
