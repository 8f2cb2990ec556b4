//! Files of rows: NDJSON, one object a line as it is sent singly; or CSV with the fields as columns.

use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use utoipa::ToSchema;

use crate::catalogue::boolean_word;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::extract;
use crate::platform::message::Message;
use crate::say;

/// The most rows of a file.
const MAX_ROWS: usize = 20_000;

/// A row of a file, as far as it can be understood by itself.
#[derive(Debug)]
pub(super) struct Row<T> {
    /// Line on which it begins, from 1.
    pub line: u64,
    /// What it says, or everything that is wrong with how it says it.
    pub content: Result<T, Vec<Violation>>,
}

/// The columns of a table: those of texts, of numbers, and of yes or no.
pub(super) struct Columns {
    pub texts: &'static [&'static str],
    pub numbers: &'static [&'static str],
    pub booleans: &'static [&'static str],
}

impl Columns {
    fn all(&self) -> impl Iterator<Item = &'static str> {
        [self.texts, self.numbers, self.booleans].into_iter().flatten().copied()
    }
}

/// What a row has to be: an input as it is sent singly, which says by itself what is wrong with it.
pub(super) trait Input: DeserializeOwned + ToSchema + 'static {
    /// What it means.
    type Content;
    /// Its fields, as columns.
    const COLUMNS: Columns;

    /// What it means, or everything that is wrong with it.
    fn into_content(self) -> Result<Self::Content, Vec<Violation>>;
}

/// Reads a file of a media type; none where rows are not read from such files.
///
/// # Errors
/// [`Code::MalformedRequest`] where it is no such file, [`Code::PayloadTooLarge`].
pub(super) fn read<T: Input>(media_type: &str, bytes: &[u8]) -> Option<Result<Vec<Row<T::Content>>>> {
    match media_type {
        "text/csv" => Some(read_csv::<T>(bytes)),
        "application/x-ndjson" => Some(read_ndjson::<T>(bytes)),
        _ => None,
    }
}

/// Empty lines are passed over.
fn read_ndjson<T: Input>(bytes: &[u8]) -> Result<Vec<Row<T::Content>>> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(without_byte_order_mark(bytes)?.lines()) {
        if !text.trim().is_empty() {
            push::<T>(&mut rows, line, text.as_bytes())?;
        }
    }
    Ok(rows)
}

/// An empty cell is absent.
fn read_csv<T: Input>(bytes: &[u8]) -> Result<Vec<Row<T::Content>>> {
    let text = without_byte_order_mark(bytes)?;
    let mut reader = ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    check_header(&T::COLUMNS, &header)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, |position| line(text, position));
        push::<T>(&mut rows, line, object(&T::COLUMNS, &header, &record).to_string().as_bytes())?;
    }
    Ok(rows)
}

/// The reader goes on behind the first sign of a line's end, and has not seen the second where there are two.
fn line(text: &str, position: &csv::Position) -> u64 {
    let next = usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte));
    position.line() + u64::from(next == Some(&b'\n'))
}

fn push<T: Input>(rows: &mut Vec<Row<T::Content>>, line: u64, json: &[u8]) -> Result<()> {
    if rows.len() == MAX_ROWS {
        return Err(AppError::new(Code::PayloadTooLarge).detail(say!("至多 {MAX_ROWS} 行", "At most {MAX_ROWS} rows")));
    }
    let content = extract::parse::<T>(json).map_err(|error| {
        let not_json = say!("这一行不是有效的 JSON", "This line is not valid JSON");
        error.into_violations().unwrap_or_else(|_| vec![Violation::new("", ViolationCode::WrongFormat, not_json)])
    });
    rows.push(Row { line, content: content.and_then(T::into_content) });
    Ok(())
}

fn without_byte_order_mark(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        malformed(say!("文件应为 UTF-8 编码（另存为“CSV UTF-8”）", "The file must be UTF-8 (save it as “CSV UTF-8”)"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn check_header(columns: &Columns, header: &StringRecord) -> Result<()> {
    let known = |name: &str| columns.all().any(|column| column == name);
    let distinct = header.iter().enumerate().all(|(i, name)| !header.iter().take(i).any(|other| other == name));
    if header.iter().all(known) && distinct && !header.is_empty() {
        return Ok(());
    }
    let columns = columns.all().collect::<Vec<_>>().join(",");
    Err(malformed(say!("第一行应为列名：{columns}", "The first line must name the columns: {columns}")))
}

/// A row of a table, as it would be sent singly. What is no number, or neither yes nor no, stays a text and is refused as
/// any other.
fn object(columns: &Columns, header: &StringRecord, record: &StringRecord) -> Value {
    let mut fields = Map::new();
    for (name, text) in header.iter().zip(record).filter(|(_, text)| !text.is_empty()) {
        let typed = if columns.numbers.contains(&name) {
            Number::from_str(text).ok().map(Value::Number)
        } else if columns.booleans.contains(&name) {
            boolean_word(text).map(Value::Bool)
        } else {
            None
        };
        fields.insert(name.to_owned(), typed.unwrap_or_else(|| text.into()));
    }
    Value::Object(fields)
}

fn unreadable(error: &csv::Error) -> AppError {
    let line = error.position().map_or(0, csv::Position::line);
    malformed(say!("第 {line} 行不是有效的 CSV", "Line {line} is not valid CSV"))
}

fn malformed(detail: Message) -> AppError {
    AppError::new(Code::MalformedRequest).detail(detail)
}
