//! Budget items over HTTP: entered, imported, listed, read.

mod export;

use actix_web::web::{Data, Path};
use actix_web::{Either, HttpResponse, get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{ItemBody, ItemInput};
use super::{ops, queries};
use crate::app::App;
use crate::finance::file::{self, Input, MAX_FILE};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{ActionErrors, Binary, IdempotencyKey, ImportErrors, ListErrors, ReadErrors};
use crate::platform::bulk::ImportReport;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::export::Format;
use crate::platform::extract::{Command, Params};
use crate::platform::import::{Import, ImportParams};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// Which items.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this fiscal year.
    #[param(example = 2022)]
    year: Option<i32>,
    /// Only those of this organisation.
    #[param(example = "2113000001")]
    organisation: Option<String>,
    /// Only those of this project.
    #[param(example = "green_schools")]
    project: Option<String>,
    /// Only those of this functional classification (功能科目).
    #[param(example = "2050202")]
    function: Option<String>,
    /// Only lumps (代编预算), or only what is none.
    is_lump: Option<bool>,
    /// Only those that were detailed out of this lump.
    #[param(example = "2022-3000")]
    parent: Option<String>,
    /// Items on a page, at most 1000; of a file there are no pages.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    fn filter(&self) -> queries::Filter<'_> {
        queries::Filter {
            year: self.year,
            organisation: self.organisation.as_deref(),
            project: self.project.as_deref(),
            function: self.function.as_deref(),
            is_lump: self.is_lump,
            parent: self.parent.as_deref(),
        }
    }
}

/// List budget items
///
/// In the order of their codes, with their totals as they are now; or, on `Accept: text/csv` or that of a workbook (XLSX), all
/// of them as they were entered, in a file that can be imported again. A caller of a school sees that school's.
#[utoipa::path(tag = "finance", params(ListParams),
    responses((status = 200, description = "A page of items, or all of them as a file", content(
        (Page<ItemBody> = "application/json"), (String = "text/csv"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/items")]
pub(in crate::finance) async fn list_budget_items(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
    accept: Accept,
) -> Result<Either<Reply, HttpResponse>> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    let offered = ["application/json", Format::Csv.media_type(), Format::Xlsx.media_type()];
    if let Some(format) = Format::of(accept.choose(&offered)?) {
        return export::send(app, scope, params, format).await.map(Either::Right);
    }
    let limit = page::limit(params.limit)?;
    let ListParams { year, organisation, project, function, is_lump, parent, .. } = &params;
    let bound_to = ("items", year, organisation, project, function, is_lump, parent);
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = params.filter();
    let from = (after.as_deref(), limit + 1);
    let found = app.db.read(&scope, async |tx| queries::list(tx, &scope, &filter, from).await).await?;
    let items: Vec<ItemBody> = found.into_iter().map(|stored| ItemBody::of(stored, &caller)).collect();
    Reply::ok(&Page::of(items, limit, &bound_to, |item| item.code.clone())?).map(Either::Left)
}

/// Read a budget item
///
/// With its totals as they are now, what is available, and of a lump what is not detailed yet.
#[utoipa::path(tag = "finance", params(("item" = String, Path, description = "Code of the item", example = "2022-3001")),
    responses((status = 200, description = "The item", body = ItemBody), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/items/{item}")]
pub(in crate::finance) async fn get_budget_item(app: Data<App>, caller: Caller, item: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    let found = app.db.read(&scope, async |tx| queries::find(tx, &scope, &[&item]).await).await?.pop();
    Reply::ok(&ItemBody::of(found.ok_or_else(|| ops::no_item(&item))?, &caller))
}

/// Enter a budget item
///
/// Its codes are checked against the tables that the policy of its year names; a project has to be admitted to the
/// budget. Everything that is wrong is named. Items of schools out of a lump are made by detailing it.
#[utoipa::path(tag = "finance", params(IdempotencyKey),
    request_body(content = ItemInput, example = json!({"code": "2022-3001", "year": 2022, "organisation": "2113000001",
        "name": "小学办公设备购置", "function": "2050202", "economic": "31002", "government_economic": "50601",
        "fund": "general", "source": "initial", "original": 120_000.5, "document": "深财教〔2022〕5号"})),
    responses((status = 201, description = "Entered", body = ItemBody,
        headers(("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/items")]
pub(in crate::finance) async fn create_budget_item(
    app: Data<App>,
    caller: Caller,
    command: Command<ItemInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteBudget)?;
    let proposal = command.body.into_content().map_err(AppError::invalid)?;
    let work = async |tx: &mut Tx| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let stored = ops::create(tx, &scope, &catalogue, &proposal).await?;
        let body = ItemBody::of(stored, &caller);
        Reply::created(format!("/v1/finance/items/{}", body.code), &body)
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Import budget items
///
/// Enters up to 100,000 items (32 MB) in one transaction: one a line as NDJSON, or a table as CSV or a workbook (XLSX) with the
/// fields as columns (an empty cell is absent). The same file again leaves everything unchanged; a code that stands for another item is refused.
/// Where a row violates rules, an atomic import is refused with 422 and pointers `/ROW/FIELD`; otherwise the other rows
/// are entered. A workbook that is refused comes back
/// with `Accept` of its type: its wrong cells marked, and all of them listed on a sheet 问题.
#[utoipa::path(tag = "finance", params(ImportParams, IdempotencyKey),
    request_body(content(
        (String = "text/csv", example = "code,year,organisation,name,function,economic,government_economic,fund,source,original\n2022-3001,2022,2113000001,小学办公设备购置,2050202,31002,50601,general,initial,120000.50\n"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/x-ndjson", example = "{\"code\":\"2022-3001\",\"year\":2022,\"organisation\":\"2113000001\",\"name\":\"小学办公设备购置\",\"original\":120000.50}\n"),
    )),
    responses((status = 200, description = "What became of the rows", body = ImportReport), ImportErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/items/import")]
pub(in crate::finance) async fn import_budget_items(
    app: Data<App>,
    caller: Caller,
    import: Import<MAX_FILE>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteBudget)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let enter = async |tx: &mut Tx, rows: &[_], progress: &_| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        ops::import(tx, &scope, &catalogue, rows, progress).await
    };
    import.run(&app.db, &scope, ItemInput::columns(&catalogue), file::row::<ItemInput>, enter).await
}
