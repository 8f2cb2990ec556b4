//! Cards over HTTP: listed, read, entered, changed, imported.

mod export;

use actix_web::web::{Data, Path};
use actix_web::{Either, HttpResponse, get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{AssetBody, AssetInput, AssetPatch, BookBody};
use super::keeper::Keeper;
use super::model::{Filter, Revision, State};
use super::ops::{self, Desk, Row, no_asset};
use super::queries;
use super::{depreciation, file};
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    ActionErrors, Binary, IdempotencyKey, IfMatch, IfNoneMatch, ImportErrors, ListErrors, NotModified, ReadErrors,
    StateErrors, WriteErrors,
};
use crate::platform::bulk::ImportReport;
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::Result;
use crate::platform::export::Format;
use crate::platform::extract::{Command, Params};
use crate::platform::import::{Import, ImportParams};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// The largest file of cards, in bytes.
const MAX_FILE: usize = 32 * 1024 * 1024;

/// Which cards.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this organisation.
    #[param(example = "2199000001")]
    organisation: Option<String>,
    /// Only those of this category.
    #[param(example = "computer")]
    category: Option<String>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<State>,
    /// Only those whose place contains this.
    #[param(example = "计算机教室")]
    place: Option<String>,
    /// Items on a page, at most 1000; of a file there are no pages.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    fn filter(&self) -> Filter {
        Filter {
            organisation: self.organisation.clone(),
            category: self.category.clone(),
            state: self.state,
            place: self.place.clone(),
        }
    }
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct BoundTo {
    assets: Filter,
}

/// List asset cards
///
/// A page of them in the order of their codes; or, on `Accept: text/csv` or that of a workbook (XLSX), all of them as a file
/// that can be imported again. A caller of a school sees that school's.
#[utoipa::path(tag = "assets", params(ListParams),
    responses((status = 200, description = "A page of cards, or all of them as a file", content(
        (Page<AssetBody> = "application/json"), (String = "text/csv"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/assets")]
pub(super) async fn list_assets(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
    accept: Accept,
) -> Result<Either<Reply, HttpResponse>> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let keeper = Keeper::of(&caller);
    let offered = ["application/json", Format::Csv.media_type(), Format::Xlsx.media_type()];
    if let Some(format) = Format::of(accept.choose(&offered)?) {
        return export::send(app, scope, params.filter(), format).await.map(Either::Right);
    }
    let limit = page::limit(params.limit)?;
    let bound_to = BoundTo { assets: params.filter() };
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| {
        let cards = queries::list(tx, &scope, &bound_to.assets, (after.as_deref(), limit + 1)).await?;
        let items: Vec<AssetBody> = cards.into_iter().map(|revision| AssetBody::of(&keeper, revision)).collect();
        Reply::ok(&Page::of(items, limit, &bound_to, |item| item.code.clone())?)
    };
    app.db.read(&scope, read).await.map(Either::Left)
}

/// On which day.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BookParams {
    /// The day at whose end the books are read; today where absent.
    #[param(example = "2022-12-31")]
    on: Option<NaiveDate>,
}

/// Read an asset card
///
/// As it is, with what stands in the books on a day: depreciation is straight-line by month over the life that the policy
/// of that day gives to the category, from the month of acquisition on.
#[utoipa::path(tag = "assets",
    params(("asset" = String, Path, description = "Code of the card", example = "2022-JSJ-0017"), BookParams, IfNoneMatch),
    responses((status = 200, description = "The card", body = AssetBody,
        headers(("ETag" = String, description = "The revision"))), NotModified, StateErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/{asset}")]
pub(super) async fn get_asset(
    app: Data<App>,
    caller: Caller,
    asset: Path<String>,
    Params(params): Params<BookParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let keeper = Keeper::of(&caller);
    let read = async |tx: &mut Tx| {
        let revision = queries::current(tx, &scope, &[&asset]).await?.pop().ok_or_else(|| no_asset(&asset))?;
        let catalogue = app.catalogues.current(tx, &scope).await?;
        reply(&shown(&catalogue, &keeper, revision, params.on.unwrap_or_else(|| local_date(tx.now())))?)
    };
    app.db.read(&scope, read).await
}

/// A card with its books.
fn shown(catalogue: &Catalogue, keeper: &Keeper, revision: Revision, on: NaiveDate) -> Result<AssetBody> {
    let policy = ops::policy(catalogue, on)?;
    let life = policy.assets.lives.get(&revision.card.category).copied();
    let book = depreciation::book(revision.card.cost(), life, on);
    let mut body = AssetBody::of(keeper, revision);
    body.book = Some(BookBody::of(book, life, on, &policy.code));
    Ok(body)
}

fn reply(body: &AssetBody) -> Result<Reply> {
    Ok(Reply::ok(body)?.version(body.revision))
}

/// List the revisions of an asset card
///
/// Everything that was ever recorded of it, from the first on.
#[utoipa::path(tag = "assets",
    params(("asset" = String, Path, description = "Code of the card", example = "2022-JSJ-0017"), page::PageParams),
    responses((status = 200, description = "A page of revisions", body = Page<AssetBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/{asset}/revisions")]
pub(super) async fn list_asset_revisions(
    app: Data<App>,
    caller: Caller,
    asset: Path<String>,
    Params(params): Params<page::PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let limit = page::limit(params.limit)?;
    let bound_to = ("asset revisions", asset.as_str());
    let after: Option<i32> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| {
        let revisions = queries::history(tx, &scope, &asset, (after.unwrap_or_default(), limit + 1)).await?;
        if revisions.is_empty() && after.is_none() {
            return Err(no_asset(&asset));
        }
        let items = revisions.into_iter().map(AssetBody::past).collect();
        Reply::ok(&Page::of(items, limit, &bound_to, |item: &AssetBody| item.revision)?)
    };
    app.db.read(&scope, read).await
}

/// Enter an asset card
///
/// Of the own school or section; the finance officer of any. Its code stands for the same thing for ever.
#[utoipa::path(tag = "assets", params(IdempotencyKey),
    request_body(content = AssetInput, example = json!({"code": "2022-JSJ-0017", "organisation": "2199000001",
        "name": "台式计算机", "category": "computer", "value": 4800.00, "acquired_on": "2022-03-15", "place": "计算机教室"})),
    responses((status = 201, description = "Entered", body = AssetBody, headers(
        ("ETag" = String, description = "The revision"), ("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/assets")]
pub(super) async fn create_asset(app: Data<App>, caller: Caller, command: Command<AssetInput>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteAssets)?;
    let keeper = Keeper::of(&caller);
    let (asset, statement) = command.body.read()?;
    let work = async |tx: &mut Tx| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let desk = Desk { catalogue: &catalogue, keeper: &keeper, scope: &scope };
        let revision = desk.create(tx, &asset, &statement).await?;
        let body = shown(&catalogue, &keeper, revision, local_date(tx.now()))?;
        Ok(Reply::created(format!("/v1/assets/{asset}"), &body)?.version(body.revision))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Change an asset card
///
/// Makes the next revision: another place, user or state; or a correction of value, category or date of acquisition,
/// which needs a note and works backwards. While a disposal is under way nothing can be changed, and afterwards neither.
#[utoipa::path(tag = "assets",
    params(("asset" = String, Path, description = "Code of the card", example = "2022-JSJ-0017"), IfMatch),
    request_body(content = AssetPatch, example = json!({"place": "图书室", "state": "idle"})),
    responses((status = 200, description = "Changed, or unchanged", body = AssetBody,
        headers(("ETag" = String, description = "The revision"))), WriteErrors),
    security(("bearer" = [])))]
#[patch("/v1/assets/{asset}")]
pub(super) async fn patch_asset(
    app: Data<App>,
    caller: Caller,
    asset: Path<String>,
    command: Command<AssetPatch>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteAssets)?;
    let keeper = Keeper::of(&caller);
    let statement = command.body.read()?;
    let work = async |tx: &mut Tx| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let desk = Desk { catalogue: &catalogue, keeper: &keeper, scope: &scope };
        let revision = desk.change(tx, &asset, &statement, &command.precondition).await?;
        reply(&shown(&catalogue, &keeper, revision, local_date(tx.now()))?)
    };
    app.db.write(&scope, work).await
}

/// Import asset cards
///
/// Enters and changes up to 100,000 cards (32 MB) in one transaction, by their codes: one card a line as NDJSON, or a table
/// as CSV or a workbook (XLSX), whose header has codes or Chinese names.
/// What a row does not name stays; null, or an empty cell of `funded_from`, `place` and `user_name`, takes it away. The
/// same file again leaves everything unchanged. Where a row violates rules, an atomic import is refused with 422 and
/// pointers `/ROW/FIELD`; otherwise the other rows are entered. A workbook that is refused comes back
/// with `Accept` of its type: its wrong cells marked, and all of them listed on a sheet 问题.
#[utoipa::path(tag = "assets", params(ImportParams, IdempotencyKey),
    request_body(content(
        (String = "application/x-ndjson", example = "{\"code\":\"2022-JSJ-0017\",\"organisation\":\"2199000001\",\"name\":\"台式计算机\",\"category\":\"computer\",\"value\":4800,\"acquired_on\":\"2022-03-15\"}\n"),
        (String = "text/csv", example = "code,organisation,name,category,value,acquired_on\n2022-JSJ-0017,2199000001,台式计算机,computer,4800,2022-03-15\n"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = 200, description = "What became of the rows", body = ImportReport), ImportErrors),
    security(("bearer" = [])))]
#[post("/v1/assets/import")]
pub(super) async fn import_assets(app: Data<App>, caller: Caller, import: Import<MAX_FILE>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteAssets)?;
    let keeper = Keeper::of(&caller);
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let enter = async |tx: &mut Tx, rows: &[Row], progress: &Progress| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let desk = Desk { catalogue: &catalogue, keeper: &keeper, scope: &scope };
        desk.import(tx, rows, progress).await
    };
    import.run(&app.db, &scope, file::columns(&catalogue), file::row, enter).await
}
