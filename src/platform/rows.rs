//! Files of rows: NDJSON, one JSON object a line as it is sent singly; or CSV with a header, in UTF-8 with or without a byte
//! order mark.

use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};
use utoipa::ToSchema;

use super::error::{AppError, Code, Result, Violation, ViolationCode};
use super::extract;
use super::message::Message;
use super::upload::unsupported;
use crate::say;

/// The most rows of a file.
const MAX_ROWS: usize = 20_000;

/// How a formula begins.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Position among the rows of the file, from 0.
    pub index: usize,
    /// Line of the file on which it begins, from 1.
    pub line: u64,
    json: String,
}

impl FileRow {
    /// What the row says, as if it had been sent singly.
    ///
    /// # Errors
    /// Everything that is wrong with how it says it.
    pub fn parse<T: DeserializeOwned + ToSchema + 'static>(&self) -> Result<T, Vec<Violation>> {
        extract::parse(self.json.as_bytes()).map_err(|error: AppError| {
            let not_json = say!("这一行不是有效的 JSON", "This line is not valid JSON");
            error.into_violations().unwrap_or_else(|_| vec![Violation::new("", ViolationCode::WrongFormat, not_json)])
        })
    }
}

/// Reads a file by its media type.
///
/// Of CSV the header names some of the columns, and the first of them in any case; `object` makes of the cells of a row, each
/// with the name of its column, what would be sent singly.
///
/// # Errors
/// [`Code::UnsupportedMediaType`], [`Code::MalformedRequest`] where it is no such file, [`Code::PayloadTooLarge`].
pub fn read(
    media_type: &str,
    bytes: &[u8],
    columns: &[&str],
    object: impl Fn(&[(&str, &str)]) -> Value,
) -> Result<Vec<FileRow>> {
    match media_type {
        "application/x-ndjson" => read_ndjson(bytes),
        "text/csv" => read_csv(bytes, columns, object),
        _ => Err(unsupported("application/x-ndjson, text/csv")),
    }
}

/// One JSON object a line; empty lines are passed over.
fn read_ndjson(bytes: &[u8]) -> Result<Vec<FileRow>> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(without_byte_order_mark(bytes)?.lines()) {
        if !text.trim().is_empty() {
            push(&mut rows, line, text.to_owned())?;
        }
    }
    Ok(rows)
}

fn read_csv(bytes: &[u8], columns: &[&str], object: impl Fn(&[(&str, &str)]) -> Value) -> Result<Vec<FileRow>> {
    let text = without_byte_order_mark(bytes)?;
    let mut reader = ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    check_header(columns, &header)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, |position| line(text, position));
        let cells: Vec<(&str, &str)> = header.iter().zip(record.iter().map(unescaped)).collect();
        push(&mut rows, line, object(&cells).to_string())?;
    }
    Ok(rows)
}

/// A cell as a number; what is none stays a text, and is refused as any other.
#[must_use]
pub fn number(cell: &str) -> Value {
    Number::from_str(cell).map_or_else(|_| cell.into(), Value::Number)
}

/// A text as a cell: what begins like a formula is written behind an apostrophe, so that no spreadsheet takes it for one.
#[must_use]
pub fn escaped(text: &str) -> String {
    if text.starts_with(FORMULA_SIGNS) { format!("'{text}") } else { text.to_owned() }
}

fn unescaped(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA_SIGNS)).unwrap_or(cell)
}

fn push(rows: &mut Vec<FileRow>, line: u64, json: String) -> Result<()> {
    if rows.len() == MAX_ROWS {
        return Err(AppError::new(Code::PayloadTooLarge).detail(say!("至多 {MAX_ROWS} 行", "At most {MAX_ROWS} rows")));
    }
    rows.push(FileRow { index: rows.len(), line, json });
    Ok(())
}

/// The reader goes on behind the first sign of a line's end, and has not seen the second where there are two.
fn line(text: &str, position: &csv::Position) -> u64 {
    let next = usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte));
    position.line() + u64::from(next == Some(&b'\n'))
}

fn without_byte_order_mark(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        malformed(say!("文件应为 UTF-8 编码（另存为“CSV UTF-8”）", "The file must be UTF-8 (save it as “CSV UTF-8”)"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn check_header(columns: &[&str], header: &StringRecord) -> Result<()> {
    let distinct = header.iter().enumerate().all(|(i, name)| !header.iter().take(i).any(|other| other == name));
    let has_key = columns.first().is_some_and(|key| header.iter().any(|name| name == *key));
    if distinct && has_key && header.iter().all(|name| columns.contains(&name)) {
        return Ok(());
    }
    let columns = columns.join(",");
    Err(malformed(say!("第一行应为列名：{columns}", "The first line must name the columns: {columns}")))
}

fn unreadable(error: &csv::Error) -> AppError {
    let line = error.position().map_or(0, csv::Position::line);
    malformed(say!("第 {line} 行不是有效的 CSV", "Line {line} is not valid CSV"))
}

fn malformed(detail: Message) -> AppError {
    AppError::new(Code::MalformedRequest).detail(detail)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn rows(text: &str) -> Result<Vec<(u64, Value)>> {
        let object = |cells: &[(&str, &str)]| {
            let value = |name: &str, text: &str| if name == "n" { number(text) } else { text.into() };
            Value::Object(
                cells.iter().map(|(name, text)| ((*name).to_owned(), value(name, text))).collect::<Map<_, _>>(),
            )
        };
        let rows = read_csv(text.as_bytes(), &["code", "n", "text"], object)?;
        Ok(rows.into_iter().map(|row| (row.line, serde_json::from_str(&row.json).unwrap())).collect())
    }

    #[test]
    fn a_row_knows_its_line_whatever_ends_lines() {
        for end in ["\n", "\r\n"] {
            let text = ["\u{feff}n,code", "1.50,a", "x,\"b", "c\"", "2,d"].join(end);
            let found = rows(&text).unwrap();
            let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [2, 3, 5], "{end:?}");
            assert_eq!(found[0].1, json!({"n": serde_json::from_str::<Value>("1.50").unwrap(), "code": "a"}));
            assert_eq!(found[1].1["n"], "x", "what is no number stays a text");
        }
    }

    #[test]
    fn a_header_names_its_columns_once_and_the_key_among_them() {
        for header in ["n", "code,other", "code,code", ""] {
            assert_eq!(rows(header).unwrap_err().code(), Code::MalformedRequest, "{header}");
        }
        assert_eq!(rows("text,code").unwrap(), []);
        assert_eq!(rows("code\na,b").unwrap_err().code(), Code::MalformedRequest, "another number of cells");
    }

    #[test]
    fn what_would_be_a_formula_is_escaped_and_read_back() {
        for text in ["=1+1", "+86", "-", "@a", "'quoted", "plain", ""] {
            assert_eq!(unescaped(&escaped(text)), text);
        }
        assert_eq!(escaped("=1"), "'=1");
        assert_eq!(rows("code,text\na,'=1").unwrap()[0].1["text"], "=1");
    }

    #[test]
    fn a_file_has_a_bound() {
        let line = |n: usize| "{}\n".repeat(n);
        assert_eq!(read_ndjson(line(MAX_ROWS).as_bytes()).unwrap().len(), MAX_ROWS);
        assert_eq!(read_ndjson(line(MAX_ROWS + 1).as_bytes()).unwrap_err().code(), Code::PayloadTooLarge);
        assert_eq!(read_ndjson(b"\xff").unwrap_err().code(), Code::MalformedRequest);
        let found = read_ndjson("\n{}\n  \n{}".as_bytes()).unwrap();
        assert_eq!(found.iter().map(|row| (row.index, row.line)).collect::<Vec<_>>(), [(0, 2), (1, 4)]);
    }
}
