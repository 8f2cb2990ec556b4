//! Many records in one file.

use actix_web::post;
use actix_web::web::{self, Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::file;
use super::http::Found;
use super::keeper::Keeper;
use super::ops::{Desk, Row};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{ActionErrors, IdempotencyKey};
use crate::platform::bulk::ImportReport;
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Result};
use crate::platform::extract::Params;
use crate::platform::message::Language;
use crate::platform::reply::Reply;
use crate::platform::upload::Upload;

/// The largest file of records, in bytes.
const MAX_FILE: usize = 32 * 1024 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ImportParams {
    /// The complete answer, but nothing is written.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
    /// All rows or none: one row that violates rules refuses the file.
    #[serde(default = "yes")]
    #[param(default = true)]
    atomic: bool,
}

const fn yes() -> bool {
    true
}

/// Import records
///
/// Enters and changes up to 100,000 records (32 MB) in one transaction, by their codes: one record a line as NDJSON, or a
/// table as CSV or a workbook (XLSX) with the columns `code`, `school`, `state`, `since`, `note` and the fields. What a row does not name stays; null, or an
/// empty cell, takes a field away. A state that differs is reached by the transition that leads there, on `since`. The
/// same file again leaves everything unchanged. Where a row violates rules, an atomic import is refused with 422 and
/// pointers `/ROW/FIELD`; otherwise the other rows are entered.
#[utoipa::path(tag = "registers",
    params(("register" = String, Path, description = "Code of the register", example = "construction"), ImportParams,
        IdempotencyKey),
    request_body(content(
        (String = "application/x-ndjson", example = "{\"code\":\"2022-07\",\"school\":\"2113000001\",\"fields\":{\"title\":\"综合楼\"}}\n"),
        (String = "text/csv", example = "code,school,state,since,title\n2022-07,2113000001,foundation,2022-03-01,综合楼\n"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = 200, description = "What became of the rows", body = ImportReport), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/registers/{register}/records/import")]
pub(super) async fn import_records(
    app: Data<App>,
    caller: Caller,
    register: Path<String>,
    params: Params<ImportParams>,
    language: Language,
    progress: Progress,
    upload: Upload<MAX_FILE>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteRegisters)?;
    let keeper = Keeper::of(&caller);
    let ImportParams { dry_run, atomic } = params.0;
    let Upload { media_type, bytes, idempotency, .. } = upload;
    let found = app.db.read(&scope, async |tx| Found::find(&app, tx, &scope, &register).await).await?;
    let read = move || file::read(found.register()?, &media_type, &bytes);
    let rows: Vec<Row> = web::block(read).await.map_err(AppError::internal)??;
    progress.begin(rows.len()).await?;
    let work = async |tx: &mut Tx| {
        let found = Found::find(&app, tx, &scope, &register).await?;
        let desk = Desk { catalogue: &found.catalogue, register: found.register()?, keeper: &keeper, scope: &scope };
        let outcome = desk.import(tx, &rows, &progress).await?.settle(atomic)?;
        Reply::ok(&ImportReport::of(&outcome, language))
    };
    app.db.execute_unless(dry_run, &scope, &idempotency, work).await
}
