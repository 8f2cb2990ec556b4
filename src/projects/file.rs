//! Projects as a file: NDJSON, one project a line; or CSV.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Number, Value};

use super::body::ProjectRow;
use super::import::Row;
use crate::catalogue::boolean_word;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::extract;
use crate::platform::message::Message;
use crate::say;

/// The most rows of a file.
const MAX_ROWS: usize = 20_000;

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

/// Reads CSV with a header; an empty cell is absent.
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
    let entry = extract::parse::<ProjectRow>(json).map(ProjectRow::into_proposal).map_err(|error| {
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
    let distinct = COLUMNS.iter().all(|column| header.iter().filter(|name| name == column).count() <= 1);
    if distinct && header.iter().all(|name| COLUMNS.contains(&name)) && header.iter().any(|name| name == "code") {
        return Ok(());
    }
    let columns = COLUMNS.join(",");
    Err(malformed(say!("第一行应为列名：{columns}", "The first line must name the columns: {columns}")))
}

/// A row of a table, as it would be sent as JSON. What is no number or no yes or no stays a text, and is refused as such.
fn object(header: &StringRecord, record: &StringRecord) -> Value {
    let typed = |name: &str, text: &str| match name {
        "first_year" | "last_year" => text.parse::<i32>().ok().map(|year| Value::Number(Number::from(year))),
        "is_key" | "is_special_fund" => boolean_word(text).map(Value::Bool),
        _ => None,
    };
    let cells = header.iter().zip(record).filter(|(_, text)| !text.is_empty());
    let fields = cells.map(|(name, text)| (name.to_owned(), typed(name, text).unwrap_or_else(|| text.into())));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn unreadable(error: &csv::Error) -> AppError {
    let line = error.position().map_or(0, csv::Position::line);
    malformed(say!("第 {line} 行不是有效的 CSV", "Line {line} is not valid CSV"))
}

fn malformed(detail: Message) -> AppError {
    AppError::new(Code::MalformedRequest).detail(detail)
}
