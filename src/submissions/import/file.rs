//! Reads the rows of a file, a batch at a time: memory does not grow with the file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::iter::Peekable;

use csv::{ReaderBuilder, StringRecord, StringRecordsIntoIter};
use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::extract;
use crate::platform::message::Message;
use crate::platform::rows::{self, Place};
use crate::say;
use crate::submissions::body::{CellInput, ExplanationBody};
use crate::submissions::content::{Dimensions, Explanation, RawCell};
use crate::submissions::desk::Key;

/// Bytes that are read at once.
const HEAD: usize = 128 * 1024;

/// About how many cells are taken at once.
const BATCH_CELLS: usize = 8_000;

/// The most submissions that are taken at once.
const BATCH_ROWS: usize = 500;

/// The longest line, in bytes.
const MAX_LINE: u64 = 4 * 1024 * 1024;

/// The most cells of one submission.
const MAX_CELLS: usize = 5_000;

const OWN_COLUMNS: [&str; 6] = ["form", "period", "school", "indicator", "value", "note"];

/// The columns that say of which submission a cell is.
const KEY_COLUMNS: [&str; 3] = ["form", "period", "school"];

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One submission a line.
    Ndjson,
    /// One cell a line; the lines of a submission stand together.
    Csv,
}

/// A submission of a file, or what is wrong with how it is written.
#[derive(Debug, Clone)]
pub(super) struct FileRow {
    /// Position among the submissions of the file, from 0.
    pub index: usize,
    /// Where it stands in the file.
    pub place: Place,
    pub submission: Result<FileSubmission, Vec<Violation>>,
}

/// A submission of a file.
#[derive(Debug, Clone)]
pub(super) struct FileSubmission {
    pub key: Key,
    pub cells: Vec<RawCell>,
    pub explanations: Vec<Explanation>,
    /// Whether its values are texts that the types of their indicators must make sense of.
    pub is_textual: bool,
}

/// Reads the submissions of a file in their order.
pub(super) struct RowReader {
    rows: Rows,
    index: usize,
}

enum Rows {
    Ndjson(Lines),
    Csv(Box<Cells>),
}

impl RowReader {
    /// Begins at the beginning of the file.
    ///
    /// # Errors
    /// [`Code::MalformedRequest`] where the header of a CSV file is not right.
    pub(super) fn open(format: Format, mut file: File) -> Result<Self> {
        file.rewind().map_err(AppError::internal)?;
        let mut text = BufReader::with_capacity(HEAD, file);
        skip_byte_order_mark(&mut text)?;
        let rows = match format {
            Format::Ndjson => Rows::Ndjson(Lines { text, line: 0 }),
            Format::Csv => Rows::Csv(Box::new(Cells::open(text)?)),
        };
        Ok(Self { rows, index: 0 })
    }

    /// The next submissions, or none at the end.
    ///
    /// # Errors
    /// [`Code::MalformedRequest`] where the file cannot be read any further.
    pub(super) fn next_batch(&mut self) -> Result<Option<Vec<FileRow>>> {
        let mut batch = Vec::new();
        let mut cells = 0;
        while batch.len() < BATCH_ROWS && cells < BATCH_CELLS {
            let next = match &mut self.rows {
                Rows::Ndjson(lines) => lines.next_row()?,
                Rows::Csv(cells) => cells.next_row()?,
            };
            let Some((place, submission)) = next else { break };
            cells += submission.as_ref().map_or(0, |submission| submission.cells.len());
            batch.push(FileRow { index: self.index, place, submission });
            self.index += 1;
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}

type Row = (Place, Result<FileSubmission, Vec<Violation>>);

fn skip_byte_order_mark(text: &mut BufReader<File>) -> Result<()> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if text.fill_buf().map_err(AppError::internal)?.starts_with(MARK) {
        text.consume(MARK.len());
    }
    Ok(())
}

/// The file in UTF-8: as it is, or written anew where it is CSV in GB18030 or in the encoding that its mark says. It is long
/// work, of a blocking kind.
///
/// # Errors
/// [`Code::MalformedRequest`] where it is in none of these.
pub(super) fn in_utf8(format: Format, mut file: File) -> Result<File> {
    if format != Format::Csv {
        return Ok(file);
    }
    let mut head = Vec::new();
    file.rewind().map_err(AppError::internal)?;
    (&mut file).take(3).read_to_end(&mut head).map_err(AppError::internal)?;
    let marked = Encoding::for_bom(&head).map(|(encoding, _)| encoding);
    if marked.is_none_or(|encoding| encoding == UTF_8) && transcode(&mut file, UTF_8, &mut io::sink())? {
        return Ok(file);
    }
    let mut written = tempfile::tempfile().map_err(AppError::internal)?;
    if transcode(&mut file, marked.unwrap_or(GB18030), &mut BufWriter::new(&mut written))? {
        return Ok(written);
    }
    Err(malformed(say!("文件应为 UTF-8 或 GB18030 编码", "The file must be in UTF-8 or GB18030")))
}

/// Writes a file in UTF-8; false where it is not in this encoding.
fn transcode(file: &mut File, encoding: &'static Encoding, out: &mut impl Write) -> Result<bool> {
    file.rewind().map_err(AppError::internal)?;
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut source, mut target) = (vec![0; HEAD], vec![0; 3 * HEAD + 16]);
    loop {
        let length = file.read(&mut source).map_err(AppError::internal)?;
        let chunk = source.get(..length).unwrap_or_default();
        // The target has room for whatever the chunk comes to.
        let (result, _, written) = decoder.decode_to_utf8_without_replacement(chunk, &mut target, length == 0);
        if result != DecoderResult::InputEmpty {
            return Ok(false);
        }
        out.write_all(target.get(..written).unwrap_or_default()).map_err(AppError::internal)?;
        if length == 0 {
            out.flush().map_err(AppError::internal)?;
            return Ok(true);
        }
    }
}

fn malformed(detail: Message) -> AppError {
    AppError::new(Code::MalformedRequest).detail(detail)
}

/// One submission a line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubmissionLine {
    #[schema(max_length = 100)]
    form: String,
    #[schema(max_length = 10)]
    period: String,
    #[schema(max_length = 32)]
    school: String,
    #[schema(max_items = 5000)]
    values: Vec<CellInput>,
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    explanations: Vec<ExplanationBody>,
}

struct Lines {
    text: BufReader<File>,
    line: u64,
}

impl Lines {
    fn next_row(&mut self) -> Result<Option<Row>> {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let read = self.text.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes).map_err(AppError::internal)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !bytes.ends_with(b"\n") && u64::try_from(read).is_ok_and(|read| read == MAX_LINE) {
                let line = self.line;
                return Err(malformed(say!("第 {line} 行过长", "Line {line} is too long")));
            }
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some((Place::line(self.line), read_line(&bytes))));
            }
        }
    }
}

fn read_line(bytes: &[u8]) -> Result<FileSubmission, Vec<Violation>> {
    let line: SubmissionLine = extract::parse(bytes).map_err(|error| {
        let not_json = say!("这一行不是有效的 JSON", "This line is not valid JSON");
        error.into_violations().unwrap_or_else(|_| vec![Violation::new("", ViolationCode::WrongFormat, not_json)])
    })?;
    let SubmissionLine { form, period, school, values, explanations } = line;
    Ok(FileSubmission {
        key: Key { form, period, school },
        cells: values.into_iter().map(RawCell::from).collect(),
        explanations: explanations.into_iter().map(Explanation::from).collect(),
        is_textual: false,
    })
}

struct Cells {
    columns: Columns,
    /// Whether lines end with two signs: the reader goes on behind the first, and has not counted the second.
    ends_twice: bool,
    records: Peekable<StringRecordsIntoIter<BufReader<File>>>,
}

impl Cells {
    fn open(mut text: BufReader<File>) -> Result<Self> {
        let head = String::from_utf8_lossy(text.fill_buf().map_err(AppError::internal)?).into_owned();
        let delimiter = rows::delimiter(&head, |names| names.contains(&"indicator"));
        let ends_twice = head.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
        let mut reader = ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text);
        let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
        if header.iter().any(|name| name.contains('\0')) {
            return Err(malformed(say!("列名不得含有空字符", "The names of the columns must not contain U+0000")));
        }
        let required = OWN_COLUMNS.iter().filter(|column| **column != "note");
        let complete = required.clone().all(|column| header.iter().any(|name| name == *column));
        let distinct = header.iter().enumerate().all(|(i, name)| !header.iter().take(i).any(|other| other == name));
        if complete && distinct {
            let records = reader.into_records().peekable();
            return Ok(Self { columns: Columns(header), ends_twice, records });
        }
        let columns = OWN_COLUMNS.join(",");
        Err(malformed(say!(
            "第一行应为列名：{columns}，以及各维度的列，均不得重复",
            "The first line must name the columns once each: {columns}, and one for each dimension"
        )))
    }

    fn next_row(&mut self) -> Result<Option<Row>> {
        let Some(first) = self.records.next() else { return Ok(None) };
        let first = first.map_err(|error| unreadable(&error))?;
        let key = self.columns.key(&first);
        let line = line_of(&first, self.ends_twice);
        let mut lines = vec![line];
        let mut cells = vec![self.columns.cell(&first)];
        let mut violations = self.columns.nul_in_key(&first);
        violations.extend(self.columns.nul_in_cell(&first, 0));
        while let Some(Ok(record)) = self.records.peek() {
            if self.columns.key(record) != key {
                break;
            }
            violations.extend(self.columns.nul_in_cell(record, cells.len()));
            cells.push(self.columns.cell(record));
            lines.push(line_of(record, self.ends_twice));
            self.records.next();
        }
        let place = if lines.len() > 1 { Place::lines(line, lines) } else { Place::line(line) };
        if cells.len() > MAX_CELLS {
            let message = say!("一份填报至多 {MAX_CELLS} 个单元格", "A submission has at most {MAX_CELLS} cells");
            violations = vec![Violation::new("/values", ViolationCode::WrongLength, message)];
        }
        if !violations.is_empty() {
            return Ok(Some((place, Err(violations))));
        }
        Ok(Some((place, Ok(FileSubmission { key, cells, explanations: Vec::new(), is_textual: true }))))
    }
}

/// The line on which a record begins, from 1.
fn line_of(record: &StringRecord, ends_twice: bool) -> u64 {
    record.position().map_or(0, csv::Position::line) + u64::from(ends_twice)
}

/// The names of the columns, and what a record says in them.
struct Columns(StringRecord);

impl Columns {
    fn field<'r>(&self, record: &'r StringRecord, column: &str) -> &'r str {
        let position = self.0.iter().position(|name| name == column);
        position.and_then(|position| record.get(position)).unwrap_or_default()
    }

    fn key(&self, record: &StringRecord) -> Key {
        let text = |column| self.field(record, column).to_owned();
        Key { form: text("form"), period: text("period"), school: text("school") }
    }

    /// Where there is a U+0000 in what says which submission it is.
    fn nul_in_key(&self, record: &StringRecord) -> Vec<Violation> {
        let columns = KEY_COLUMNS.iter().filter(|column| self.field(record, column).contains('\0'));
        columns.map(|column| nul(format!("/{column}"))).collect()
    }

    /// Where there is one in what it says of a cell.
    fn nul_in_cell(&self, record: &StringRecord, position: usize) -> Vec<Violation> {
        let columns =
            self.0.iter().zip(record).filter(|(name, text)| !KEY_COLUMNS.contains(name) && text.contains('\0'));
        let field =
            |name: &str| if OWN_COLUMNS.contains(&name) { name.to_owned() } else { format!("dimensions/{name}") };
        columns.map(|(name, _)| nul(format!("/values/{position}/{}", field(name)))).collect()
    }

    fn cell(&self, record: &StringRecord) -> RawCell {
        let columns = self.0.iter().zip(record);
        let dimensions: Dimensions = columns
            .filter(|(name, option)| !OWN_COLUMNS.contains(name) && !option.is_empty())
            .map(|(name, option)| (name.to_owned(), option.to_owned()))
            .collect();
        let value = self.field(record, "value");
        let note = self.field(record, "note");
        RawCell {
            indicator: self.field(record, "indicator").to_owned(),
            dimensions,
            value: if value.is_empty() { serde_json::Value::Null } else { value.into() },
            note: (!note.is_empty()).then(|| note.to_owned()),
        }
    }
}

/// A U+0000, which no other import takes either.
fn nul(pointer: String) -> Violation {
    let message = say!("不得含有空字符", "It must not contain the character U+0000");
    Violation::new(pointer, ViolationCode::WrongFormat, message)
}

fn unreadable(error: &csv::Error) -> AppError {
    let line = error.position().map_or(0, csv::Position::line);
    malformed(say!("第 {line} 行不是有效的 CSV", "Line {line} is not valid CSV"))
}
