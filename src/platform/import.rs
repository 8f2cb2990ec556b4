//! A file of rows on its way in: read, entered in one transaction, answered. Handlers say what its columns are, what a row
//! means, and how rows are entered.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::Deserialize;
use utoipa::IntoParams;

use super::accept::Accept;
use super::access::Scope;
use super::bulk::{ImportReport, Outcome, Rejected};
use super::db::{Database, Tx};
use super::errand::Progress;
use super::error::{AppError, Code, Result, ViolationCode};
use super::extract::Params;
use super::message::{Language, Message};
use super::reply::Reply;
use super::rows::{self, Column, FileRow};
use super::upload::Upload;
use super::workbook::XLSX;
use crate::say;

/// What becomes of a file.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// The complete answer, but nothing is written.
    #[serde(default)]
    #[param(default = false)]
    pub dry_run: bool,
    /// All rows or none: one row that violates rules refuses the file.
    #[serde(default = "yes")]
    #[param(default = true)]
    pub atomic: bool,
}

const fn yes() -> bool {
    true
}

/// A file of at most `MAX` bytes, and how it is to be taken.
pub struct Import<const MAX: usize> {
    params: ImportParams,
    language: Language,
    /// Whether a workbook that is refused comes back.
    returns: bool,
    progress: Progress,
    upload: Upload<MAX>,
}

impl<const MAX: usize> FromRequest for Import<MAX> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let params = Params::from_request(request, &mut Payload::None);
        let language = Language::from_request(request, &mut Payload::None);
        let accept = Accept::from_request(request, &mut Payload::None);
        let progress = Progress::from_request(request, &mut Payload::None);
        let upload = Upload::from_request(request, payload);
        Box::pin(async move {
            let Params(params) = params.await?;
            let (Ok(language), Ok(progress)) = (language.await, progress.await);
            let returns = accept.await?.choose(&["application/json", XLSX]).is_ok_and(|format| format == XLSX);
            Ok(Self { params, language, returns, progress, upload: upload.await? })
        })
    }
}

impl<const MAX: usize> Import<MAX> {
    /// Reads the rows, has `enter` enter them, and answers what became of them. A workbook that is refused for its rows comes
    /// back with its wrong cells marked, where the caller takes one.
    ///
    /// # Errors
    /// As of [`rows::read`] and `enter`; 422 where a row violates rules and the import is atomic.
    pub async fn run<T: Send + 'static>(
        self,
        db: &Database,
        scope: &Scope,
        columns: Vec<Column>,
        understand: impl FnMut(FileRow) -> T + Send + 'static,
        enter: impl AsyncFn(&mut Tx, &[T], &Progress) -> Result<Outcome>,
    ) -> Result<Reply> {
        let Self { params: ImportParams { dry_run, atomic }, language, returns, progress, upload } = self;
        let Upload { media_type, bytes, idempotency, .. } = upload;
        let columns = Arc::new(columns);
        let sent = (returns && atomic && media_type == XLSX).then(|| bytes.clone());
        let Taken { rows, strange } = read(media_type, bytes, Arc::clone(&columns), understand).await?;
        progress.begin(rows.len()).await?;
        let refused = RefCell::new(Vec::new());
        let work = async |tx: &mut Tx| {
            let mut outcome = enter(tx, &rows, &progress).await?;
            name_columns(&mut outcome, &columns, &strange);
            refused.replace(if sent.is_some() { std::mem::take(&mut outcome.rejected) } else { Vec::new() });
            if !refused.borrow().is_empty() {
                return Err(AppError::new(Code::ValidationFailed));
            }
            Reply::ok(&ImportReport::of(&outcome.settle(atomic)?, language))
        };
        let answer = db.execute_unless(dry_run, scope, &idempotency, work).await;
        match (answer, sent, refused.into_inner()) {
            (Err(error), Some(sent), refused) if !refused.is_empty() && error.code() == Code::ValidationFailed => {
                let annotate = move || contents(rows::annotated(&sent, &columns, &refused)?);
                let workbook = web::block(annotate).await.map_err(AppError::internal)??;
                Ok(Reply::refusal(XLSX, workbook))
            }
            (answer, ..) => answer,
        }
    }
}

/// What was read of a file.
struct Taken<T> {
    rows: Vec<T>,
    /// Row and column of what is none of the choices of its column.
    strange: HashSet<(usize, usize)>,
}

async fn read<T: Send + 'static>(
    media_type: String,
    bytes: Bytes,
    columns: Arc<Vec<Column>>,
    mut understand: impl FnMut(FileRow) -> T + Send + 'static,
) -> Result<Taken<T>> {
    let read = move || {
        let mut strange = HashSet::new();
        let take = |row: FileRow| {
            strange.extend(row.strange().map(|column| (row.index, column)));
            understand(row)
        };
        let rows = rows::read(&media_type, &bytes, &columns, take)?;
        Ok(Taken { rows, strange })
    };
    web::block(read).await.map_err(AppError::internal)?
}

/// In a table people see names, and not codes: of choices, and of columns.
fn name_columns(outcome: &mut Outcome, columns: &[Column], strange: &HashSet<(usize, usize)>) {
    let named: HashMap<String, (usize, &Column, Option<Message>)> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| (column.pointer(), (at, column, column.choices.named())))
        .collect();
    // A line of JSON names fields.
    let of_tables = outcome.rejected.iter_mut().filter(|rejected| rejected.place.is_of_table());
    for Rejected { index, violations, .. } in of_tables {
        for violation in violations {
            let Some((at, column, choices)) = named.get(&violation.pointer) else { continue };
            match (violation.code, choices) {
                (ViolationCode::NotAllowed, Some(Message { zh, en })) if strange.contains(&(*index, *at)) => {
                    violation.message = say!("只允许：{zh}", "Allowed are: {en}");
                }
                (ViolationCode::Missing, _) => {
                    let (code, name) = (format!("“{}”", column.code), format!("“{}”", column.name));
                    violation.message.zh = violation.message.zh.replace(&code, &name).into();
                }
                _ => {}
            }
        }
    }
}

fn contents(mut file: File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(AppError::internal)?;
    Ok(bytes)
}
