//! Organisations as a file: CSV or NDJSON, one organisation a row.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::body::OrganisationInput;
use super::model::Definition;
use super::ops::FileRow;
use crate::platform::error::{AppError, Code, Violation, ViolationCode};
use crate::platform::extract;
use crate::platform::message::Message;
use crate::say;

type Result<T, E = AppError> = std::result::Result<T, E>;

/// The most rows of a file.
pub(super) const MAX_ROWS: usize = 20_000;

const COLUMNS: [&str; 8] = ["code", "name", "kind", "stage", "township", "parent", "opened_on", "closed_on"];

/// Reads CSV with a header: UTF-8, with or without a byte order mark. An empty field is absent.
///
/// # Errors
/// [`Code::MalformedRequest`] where it is no such file, [`Code::PayloadTooLarge`].
pub(super) fn read_csv(bytes: &[u8]) -> Result<Vec<FileRow>> {
    let text = without_byte_order_mark(bytes)?;
    let mut reader = ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
    check_header(&header)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        push(&mut rows, FileRow { line, definition: read_record(&header, &record) })?;
    }
    Ok(rows)
}

/// Reads one JSON object a line; empty lines are passed over.
///
/// # Errors
/// As for [`read_csv`].
pub(super) fn read_ndjson(bytes: &[u8]) -> Result<Vec<FileRow>> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(without_byte_order_mark(bytes)?.lines()) {
        if !text.trim().is_empty() {
            push(&mut rows, FileRow { line, definition: read_object(text.as_bytes()) })?;
        }
    }
    Ok(rows)
}

fn push(rows: &mut Vec<FileRow>, row: FileRow) -> Result<()> {
    if rows.len() == MAX_ROWS {
        return Err(AppError::new(Code::PayloadTooLarge).detail(say!("至多 {MAX_ROWS} 行", "At most {MAX_ROWS} rows")));
    }
    rows.push(row);
    Ok(())
}

fn without_byte_order_mark(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        malformed(say!("文件应为 UTF-8 编码（另存为“CSV UTF-8”）", "The file must be UTF-8 (save it as “CSV UTF-8”)"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn check_header(header: &StringRecord) -> Result<()> {
    let known = header.iter().all(|name| COLUMNS.contains(&name));
    let distinct = COLUMNS.iter().all(|column| header.iter().filter(|name| name == column).count() <= 1);
    let columns = COLUMNS.join(",");
    if known && distinct && header.iter().any(|name| name == "code") {
        Ok(())
    } else {
        Err(malformed(say!("第一行应为列名：{columns}", "The first line must name the columns: {columns}")))
    }
}

fn read_record(header: &StringRecord, record: &StringRecord) -> Result<Definition, Vec<Violation>> {
    if header.len() != record.len() {
        let (wanted, found) = (header.len(), record.len());
        return Err(vec![Violation::new(
            "",
            ViolationCode::WrongLength,
            say!("应有 {wanted} 列，实为 {found} 列", "There should be {wanted} columns, and there are {found}"),
        )]);
    }
    let fields: Map<String, Value> = header
        .iter()
        .zip(record)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    read_object(Value::Object(fields).to_string().as_bytes())
}

fn read_object(json: &[u8]) -> Result<Definition, Vec<Violation>> {
    let input: OrganisationInput = extract::parse(json).map_err(|error| {
        error.into_violations().unwrap_or_else(|_| {
            vec![Violation::new(
                "",
                ViolationCode::WrongFormat,
                say!("这一行不是有效的 JSON", "This line is not valid JSON"),
            )]
        })
    })?;
    input.into_definition(None).map_err(|violation| vec![violation])
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
    use super::*;
    use crate::organisations::{Kind, Stage};

    const EXAMPLE: &str = include_str!("../../examples/shenze-2022/organisations.csv");

    fn faults(row: &FileRow) -> Vec<String> {
        let violations = row.definition.as_ref().err().cloned().unwrap_or_default();
        violations.iter().map(|violation| format!("{} {:?}", violation.pointer, violation.code)).collect()
    }

    #[test]
    fn the_example_county_can_be_read() {
        let rows = read_csv(EXAMPLE.as_bytes()).unwrap();
        assert_eq!(rows.len(), EXAMPLE.lines().count() - 1);
        for row in &rows {
            assert!(row.definition.is_ok(), "{row:?}");
        }
        let bureau = rows[0].definition.as_ref().unwrap();
        assert_eq!((bureau.code.as_str(), bureau.kind), ("130128", Kind::Bureau));
        let school = rows[11].definition.as_ref().unwrap();
        assert_eq!(school.stage, Some(Stage::SeniorSecondary));
        assert_eq!((school.parent.as_deref(), school.closed_on), (Some("130128"), None));
        assert_eq!(rows[11].line, 13);
    }

    #[test]
    fn a_byte_order_mark_and_the_order_of_columns_do_not_matter() {
        let rows = read_csv("\u{feff}kind, code ,name\r\nsection,teaching, 教学科\r\n".as_bytes()).unwrap();
        let definition = rows[0].definition.as_ref().unwrap();
        assert_eq!((definition.code.as_str(), definition.name.as_str()), ("teaching", "教学科"));
    }

    #[test]
    fn both_formats_say_what_is_wrong_with_a_row() {
        let csv = "code,name,kind,stage,opened_on\n\
                   2199000001,,school,university,\n\
                   2199000002,第二小学,school,primary\n\
                   ,第三小学,school,primary,2000-02-30\n";
        let found: Vec<_> = read_csv(csv.as_bytes()).unwrap().iter().map(faults).collect();
        assert_eq!(found[0], ["/name Missing", "/stage NotAllowed"]);
        assert_eq!(found[1], [" WrongLength"]);
        assert_eq!(found[2], ["/opened_on WrongFormat"]);
        let ndjson = "{\"code\":\"a\",\"name\":\"b\",\"kind\":\"section\",\"colour\":1}\n\n{\n{\"name\":\"b\",\"kind\":\"section\"}\n";
        let rows = read_ndjson(ndjson.as_bytes()).unwrap();
        assert_eq!(
            rows.iter().map(faults).collect::<Vec<_>>(),
            [["/colour UnknownField"], [" WrongFormat"], ["/code Missing"]]
        );
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        for file in ["", "code;name;kind\n", "name,kind\n", "code,code\n", "code,colour\n"] {
            assert_eq!(read_csv(file.as_bytes()).unwrap_err().code(), Code::MalformedRequest, "{file}");
        }
        let gb18030 = b"code,name,kind\na,\xbd\xcc\xd3\xfd,section\n";
        assert_eq!(read_csv(gb18030).unwrap_err().code(), Code::MalformedRequest);
        let long = format!("code\n{}", "a\n".repeat(MAX_ROWS + 1));
        assert_eq!(read_csv(long.as_bytes()).unwrap_err().code(), Code::PayloadTooLarge);
    }
}
