//! Many submissions in one file: NDJSON or CSV, of any size, in batches; or the workbook of one.

mod batch;
mod file;
mod workbook;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek};

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use tokio::task::spawn_blocking;
use utoipa::IntoParams;

use self::batch::{Intent, KeysSeen};
use self::file::{FileRow, Format, RowReader};
use self::workbook::Answer;
use crate::app::App;
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{Binary, IdempotencyKey, ImportErrors};
use crate::platform::bulk::{ImportReport, Outcome};
use crate::platform::db::Tx;
use crate::platform::errand::{Extent, Progress};
use crate::platform::error::{AppError, Result};
use crate::platform::extract::Params;
use crate::platform::message::Language;
use crate::platform::reply::Reply;
use crate::platform::upload::{Spool, unsupported};
use crate::platform::workbook::XLSX;

/// The largest file, in bytes.
const MAX_FILE: u64 = 256 * 1024 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// Answer completely, and write nothing.
    #[serde(default)]
    dry_run: bool,
    /// All or nothing; otherwise the submissions without fault are taken.
    #[serde(default = "yes")]
    #[param(default = true)]
    atomic: bool,
    /// Submit them as well; otherwise they stay drafts.
    #[serde(default)]
    submit: bool,
}

fn yes() -> bool {
    true
}

/// Import submissions
///
/// One submission a line as NDJSON, or one cell a line as CSV, where the lines of a submission stand together and
/// the dimensions are columns of their own. The same file again changes nothing. A submission is taken as a whole or
/// not at all.
///
/// Also the workbook of a form (`GET /v1/forms/{form}/template.xlsx`) that a school filled in: violations name the cell,
/// `填报!F7`. With `Accept: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet` a workbook that is refused
/// comes back: what was sent, the wrong cells marked, each with its message, and all of them listed on a sheet 问题.
/// Of a formula the result is taken that was saved with it.
#[utoipa::path(
    tag = "submissions",
    params(ImportParams, IdempotencyKey),
    request_body(content(
        (String = "application/x-ndjson", example = "{\"form\":\"gaokao\",\"period\":\"2022\",\"school\":\"3413000001\",\"values\":[{\"indicator\":\"gaokao.undergraduate\",\"dimensions\":{\"exam_category\":\"arts\"},\"value\":85}]}\n"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv", example = "form,period,school,indicator,exam_category,value,note\ngaokao,2022,3413000001,gaokao.undergraduate,arts,85,\n"),
    )),
    responses(
        (status = 200, description = "What became of the submissions", body = ImportReport),
        ImportErrors,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/submissions/import")]
pub(super) async fn import_submissions(
    app: Data<App>,
    caller: Caller,
    params: Params<ImportParams>,
    language: Language,
    accept: Accept,
    progress: Progress,
    upload: Spool<MAX_FILE>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteSubmissions)?;
    let ImportParams { dry_run, atomic, submit } = params.0;
    let intent = Intent { submit, signs: caller.may(Permission::SignSubmissions) };
    if upload.media_type == XLSX {
        let answer =
            Answer { language, as_workbook: accept.choose(&["application/json", XLSX]).is_ok_and(|it| it == XLSX) };
        return workbook::import(&app, &scope, upload, &params.0, intent, answer).await;
    }
    let format = match upload.media_type.as_str() {
        "application/x-ndjson" => Format::Ndjson,
        "text/csv" => Format::Csv,
        _ => return Err(unsupported(&format!("application/x-ndjson, text/csv, {XLSX}"))),
    };
    let Spool { file, idempotency, .. } = upload;
    let file = spawn_blocking(move || file::in_utf8(format, file)).await.map_err(AppError::internal)??;
    let import = Import { app: &app, scope: &scope, format, file: &file, intent, progress };
    if atomic || dry_run {
        let lines = import.lines().await?;
        let work =
            async |tx: &mut Tx| Reply::ok(&ImportReport::of(&import.at_once(tx, atomic, lines).await?, language));
        return app.db.execute_unless(dry_run, &scope, &idempotency, work).await;
    }
    if let Some(reply) = app.db.replay(&scope, &idempotency).await? {
        return Ok(reply);
    }
    let reply = Reply::ok(&ImportReport::of(&import.by_batch().await?, language))?;
    app.db.remember(&scope, &idempotency, &reply).await?;
    Ok(reply)
}

/// A file on its way in.
struct Import<'a> {
    app: &'a App,
    scope: &'a Scope,
    format: Format,
    file: &'a File,
    intent: Intent,
    progress: Progress,
}

impl Import<'_> {
    /// The whole file in one transaction.
    async fn at_once(&self, tx: &mut Tx, atomic: bool, lines: Option<u64>) -> Result<Outcome> {
        let mut rows = self.rows()?;
        let mut seen = KeysSeen::default();
        let mut total = Outcome::default();
        while let Some(batch) = next_batch(&mut rows).await? {
            let behind = behind(&batch, lines);
            let fresh = seen.without_repeated(batch);
            add(&mut total, batch::import(tx, self.app, self.scope, fresh, self.intent).await?);
            self.progress.advance(behind).await?;
        }
        total.settle(atomic)
    }

    /// Each batch in a transaction of its own, so that a large file holds no lock for long. Those that were committed before
    /// the work was cut off are not done again.
    async fn by_batch(&self) -> Result<Outcome> {
        let lines = self.lines().await?;
        let taken: Vec<Outcome> = self.app.db.read(self.scope, async |tx| self.progress.steps(tx).await).await?;
        let mut taken = taken.into_iter();
        let mut rows = self.rows()?;
        let mut seen = KeysSeen::default();
        let mut total = Outcome::default();
        let mut number = 0;
        while let Some(batch) = next_batch(&mut rows).await? {
            let behind = behind(&batch, lines);
            let fresh = seen.without_repeated(batch);
            let work = async |tx: &mut Tx| {
                let outcome = batch::import(tx, self.app, self.scope, fresh.clone(), self.intent).await?;
                self.progress.take(tx, number, &outcome, behind).await?;
                Ok(outcome)
            };
            let outcome = match taken.next() {
                Some(outcome) => outcome,
                None => self.app.db.write(self.scope, work).await?,
            };
            add(&mut total, outcome);
            number += 1;
        }
        Ok(total)
    }

    /// How many lines the file has, where anybody asks.
    async fn lines(&self) -> Result<Option<u64>> {
        if !self.progress.is_followed() {
            return Ok(None);
        }
        let file = self.file.try_clone().map_err(AppError::internal)?;
        let lines = spawn_blocking(|| count_lines(file)).await.map_err(AppError::internal)?;
        lines.map(Some).map_err(AppError::internal)
    }

    fn rows(&self) -> Result<Option<RowReader>> {
        let file = self.file.try_clone().map_err(AppError::internal)?;
        RowReader::open(self.format, file).map(Some)
    }
}

/// The next rows of a file, read on a thread that may block; none at its end.
async fn next_batch(rows: &mut Option<RowReader>) -> Result<Option<Vec<FileRow>>> {
    let Some(mut reader) = rows.take() else { return Ok(None) };
    let read = move || reader.next_batch().map(|batch| (reader, batch));
    let (reader, batch) = spawn_blocking(read).await.map_err(AppError::internal)??;
    *rows = Some(reader);
    Ok(batch)
}

fn count_lines(mut file: File) -> io::Result<u64> {
    file.rewind()?;
    let mut text = BufReader::with_capacity(128 * 1024, file);
    let (mut lines, mut is_within) = (0, false);
    loop {
        let bytes = text.fill_buf()?;
        let Some(last) = bytes.last() else { return Ok(lines + u64::from(is_within)) };
        is_within = *last != b'\n';
        lines += bytes.iter().filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>();
        let read = bytes.len();
        text.consume(read);
    }
}

/// How far the file is behind after a batch.
fn behind(batch: &[FileRow], lines: Option<u64>) -> Extent {
    let line = batch.last().map_or(0, |row| row.place.number());
    Extent { done: lines.map_or(line, |lines| line.min(lines)), total: lines }
}

fn add(total: &mut Outcome, batch: Outcome) {
    total.created += batch.created;
    total.updated += batch.updated;
    total.unchanged += batch.unchanged;
    total.rejected.extend(batch.rejected);
}
