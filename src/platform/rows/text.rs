//! CSV as programs write it: in UTF-8 or GB18030, with commas, semicolons or tabs.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, GB18030};

use super::column::Column;
use super::heads::Heads;
use super::{Place, Take, malformed, of_cells, wrong_header};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::message::Message;
use crate::say;

/// What may part cells.
const DELIMITERS: [u8; 3] = *b",;\t";

/// A text in UTF-8, with or without a byte order mark, or in the encoding that its mark says; in GB18030 where it is not UTF-8
/// and can be that.
///
/// # Errors
/// [`Code::MalformedRequest`](crate::platform::error::Code::MalformedRequest) where it is none of these.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = bytes.get(mark..).unwrap_or_default();
        return encoding.decode_without_bom_handling_and_without_replacement(text).ok_or_else(unreadable_text);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) => GB18030.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(unreadable_text),
    }
}

fn unreadable_text() -> AppError {
    malformed(say!("文件应为 UTF-8 或 GB18030 编码", "The file must be in UTF-8 or GB18030"))
}

/// What parts the cells of a header: under which `fits` knows its names; a comma where none does.
#[must_use]
pub fn delimiter(text: &str, fits: impl Fn(&[&str]) -> bool) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let fitting = |delimiter: &u8| {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .delimiter(*delimiter)
            .trim(csv::Trim::All)
            .from_reader(first.as_bytes());
        let mut header = StringRecord::new();
        reader.read_record(&mut header).is_ok() && fits(&header.iter().collect::<Vec<_>>())
    };
    DELIMITERS.into_iter().find(fitting).unwrap_or(b',')
}

pub(super) fn read(bytes: &[u8], columns: &[Column], take: &mut Take<'_>) -> Result<()> {
    let text = decode(bytes)?;
    let heads = Heads::of(columns);
    let delimiter = delimiter(&text, |names| heads.resolve(names).is_ok());
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let names: Vec<&str> = header.iter().collect();
    let positions = heads.resolve(&names).map_err(|strange| wrong_header(columns, &strange))?;
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = record.position().map_or(0, |position| line(&text, position));
        let known = positions.iter().zip(&record).filter_map(|(position, text)| Some(((*position)?, text)));
        let cells = known.map(|(position, text)| {
            let column = columns.get(position);
            (position, column.map_or(Ok(None), |column| column.read_text(super::unescaped(text))))
        });
        let violations = wrong_length(&positions, &record).into_iter().collect();
        take(of_cells(columns, Place::table_line(line), cells, violations))?;
    }
    Ok(())
}

/// Cells behind the header, or under a blank name, have to be empty; and each column has its cell.
fn wrong_length(positions: &[Option<usize>], record: &StringRecord) -> Option<Violation> {
    let (wanted, found) = (positions.len(), record.len());
    let mut cells = record.iter().enumerate();
    let is_beside = cells.any(|(at, text)| !text.is_empty() && positions.get(at).copied().flatten().is_none());
    (found < wanted || is_beside).then(|| {
        let message =
            say!("应有 {wanted} 列，实为 {found} 列", "There should be {wanted} columns, and there are {found}");
        Violation::new("", ViolationCode::WrongLength, message)
    })
}

/// The reader goes on behind the first sign of a line's end, and has not seen the second where there are two.
fn line(text: &str, position: &csv::Position) -> u64 {
    let next = usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte));
    position.line() + u64::from(next == Some(&b'\n'))
}

fn unreadable(error: &csv::Error) -> AppError {
    let line = error.position().map_or(0, csv::Position::line);
    let message: Message = say!("第 {line} 行不是有效的 CSV", "Line {line} is not valid CSV");
    malformed(message)
}
