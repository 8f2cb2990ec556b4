//! A list as a file: CSV, sent page by page; or a workbook, written page by page and then sent. Memory grows with neither.

use std::fs::File;
use std::future::Future;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{self, Bytes};
use futures_util::stream;
use tokio::io::AsyncReadExt;

use super::error::{AppError, Result};
use super::rows::{self, CSV, Column};
use super::workbook::{Datum, TableWriter, XLSX};

/// Rows in one statement.
pub const PAGE: i64 = 1_000;

/// Bytes of a file that are sent at once.
const CHUNK: usize = 64 * 1024;

/// A table as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => CSV,
            Self::Xlsx => XLSX,
        }
    }

    /// The format of this media type.
    #[must_use]
    pub fn of(media_type: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx].into_iter().find(|format| format.media_type() == media_type)
    }
}

/// The rows of a table, read page by page.
pub trait Pages: 'static {
    /// The next rows, each with a cell for every column; none where there are no more.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Vec<Datum>>>>;
}

/// What a table is called, and its columns.
pub struct Table {
    /// The name of the file, without its ending.
    pub file_name: &'static str,
    /// The name of the sheet.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
}

impl Table {
    /// Sends it.
    ///
    /// # Errors
    /// Where the first rows cannot be read; of a workbook any.
    pub async fn send(self, format: Format, pages: impl Pages) -> Result<HttpResponse> {
        let mut response = HttpResponse::Ok();
        let ending = if format == Format::Csv { "csv" } else { "xlsx" };
        response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{ending}\"", self.file_name)));
        match format {
            Format::Csv => {
                let head = line(self.columns.iter().map(|column| column.code.clone().into_owned()))?;
                let parts = stream::try_unfold((Some(pages), head), async |(pages, mut text)| {
                    let Some(mut pages) = pages else { return Ok::<_, AppError>(None) };
                    let rows = pages.next().await?;
                    for row in &rows {
                        text.extend(line(row.iter().map(csv_cell))?);
                    }
                    let rest = (!rows.is_empty()).then_some(pages);
                    Ok(Some((Bytes::from(text), (rest, Vec::new()))))
                });
                Ok(response.content_type("text/csv; charset=utf-8").streaming(parts))
            }
            Format::Xlsx => {
                let file = self.write(pages).await?;
                Ok(response.content_type(XLSX).streaming(parts(file)))
            }
        }
    }

    async fn write(self, mut pages: impl Pages) -> Result<File> {
        let Self { title, columns, .. } = self;
        let mut writer = TableWriter::begin(&title, columns)?;
        loop {
            let rows = pages.next().await?;
            let is_last = rows.is_empty();
            let write = move || {
                rows.iter().try_for_each(|row| writer.row(row))?;
                if is_last { writer.finish().map(Written::File) } else { Ok(Written::Rows(Box::new(writer))) }
            };
            match web::block(write).await.map_err(AppError::internal)?? {
                Written::File(file) => return Ok(file),
                Written::Rows(going_on) => writer = *going_on,
            }
        }
    }
}

/// What came of writing some rows.
enum Written {
    Rows(Box<TableWriter>),
    File(File),
}

/// A file, part by part.
pub fn parts(file: File) -> impl futures_util::Stream<Item = Result<Bytes>> {
    stream::try_unfold(tokio::fs::File::from_std(file), async |mut file| {
        let mut part = Vec::with_capacity(CHUNK);
        let limit = u64::try_from(CHUNK).map_err(AppError::internal)?;
        let read = (&mut file).take(limit).read_to_end(&mut part).await.map_err(AppError::internal)?;
        Ok((read > 0).then(|| (Bytes::from(part), file)))
    })
}

fn csv_cell(datum: &Datum) -> String {
    match datum {
        Datum::Empty => String::new(),
        Datum::Text(text) => rows::escaped(text),
        Datum::Number(number) => number.to_string(),
        Datum::Date(date) => date.to_string(),
        Datum::Boolean(boolean) => boolean.to_string(),
    }
}

fn line(cells: impl Iterator<Item = String>) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(AppError::internal)?;
    writer.into_inner().map_err(|error| AppError::internal(error.into_error()))
}
