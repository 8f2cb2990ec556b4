//! Many records in one file.

use actix_web::post;
use actix_web::web::{Data, Path};

use super::file;
use super::http::Found;
use super::keeper::Keeper;
use super::ops::{Desk, Row};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{Binary, IdempotencyKey, ImportErrors};
use crate::platform::bulk::ImportReport;
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::Result;
use crate::platform::import::{Import, ImportParams};
use crate::platform::reply::Reply;

/// The largest file of records, in bytes.
const MAX_FILE: usize = 32 * 1024 * 1024;

/// Import records
///
/// Enters and changes up to 100,000 records (32 MB) in one transaction, by their codes: one record a line as NDJSON, or a
/// table as CSV or a workbook (XLSX) with the columns `code`, `school`, `state`, `since`, `note`, the fields, and,
/// where rules may warn, `explanations` (one text for whatever warning needs it). What a row does not name stays; null, or an empty cell, takes a field
/// away. A state that differs is reached by the transition that leads there, on `since`. The same file again leaves
/// everything unchanged. Where a row violates rules, an atomic import is refused with 422 and pointers `/ROW/FIELD`;
/// otherwise the other rows are entered. A workbook that is refused comes back with `Accept` of its type: its wrong cells
/// marked, and all of them listed on a sheet 问题.
#[utoipa::path(tag = "registers",
    params(("register" = String, Path, description = "Code of the register", example = "construction"), ImportParams,
        IdempotencyKey),
    request_body(content(
        (String = "application/x-ndjson", example = "{\"code\":\"2022-07\",\"school\":\"2113000001\",\"fields\":{\"title\":\"综合楼\"}}\n"),
        (String = "text/csv", example = "code,school,state,since,title\n2022-07,2113000001,foundation,2022-03-01,综合楼\n"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = 200, description = "What became of the rows", body = ImportReport), ImportErrors),
    security(("bearer" = [])))]
#[post("/v1/registers/{register}/records/import")]
pub(super) async fn import_records(
    app: Data<App>,
    caller: Caller,
    register: Path<String>,
    import: Import<MAX_FILE>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteRegisters)?;
    let keeper = Keeper::of(&caller);
    let found = app.db.read(&scope, async |tx| Found::find(&app, tx, &scope, &register).await).await?;
    let enter = async |tx: &mut Tx, rows: &[Row], progress: &Progress| {
        let found = Found::find(&app, tx, &scope, &register).await?;
        let desk = Desk { catalogue: &found.catalogue, register: found.register()?, keeper: &keeper, scope: &scope };
        desk.import(tx, rows, progress).await
    };
    let register = found.register()?;
    import.run(&app.db, &scope, file::columns(register), file::reader(register), enter).await
}
