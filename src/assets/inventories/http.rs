//! Inventory rounds over HTTP: listed, opened, counted, closed.

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{CountsInput, InventoryBody, InventoryInput, ItemBody};
use super::model::{Count, Outcome, State};
use super::ops::{self, Round, no_inventory};
use super::queries;
use crate::app::App;
use crate::assets::keeper::Keeper;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    ActionErrors, IdempotencyKey, IfMatchOptional, IfNoneMatch, ListErrors, NotModified, ReadErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::{Action, Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// Which rounds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those in this state.
    #[param(inline)]
    state: Option<State>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct BoundTo<'a> {
    inventories: Option<State>,
    items_of: Option<&'a str>,
    organisation: Option<&'a str>,
    result: Option<Outcome>,
}

/// List inventories of assets
///
/// In the order of their codes. A caller of a school sees that school's, and those of all as far as they are its own.
#[utoipa::path(tag = "assets", params(ListParams),
    responses((status = 200, description = "A page of inventories", body = Page<InventoryBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/inventories")]
pub(in crate::assets) async fn list_inventories(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let keeper = Keeper::of(&caller);
    let limit = page::limit(params.limit)?;
    let bound_to = BoundTo { inventories: params.state, items_of: None, organisation: None, result: None };
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| {
        let rounds = queries::list(tx, &scope, (None, params.state), (after.as_deref(), limit + 1)).await?;
        let items = rounds.into_iter().map(|round| InventoryBody::of(&keeper, round)).collect();
        Reply::ok(&Page::of(items, limit, &bound_to, |item: &InventoryBody| item.code.clone())?)
    };
    app.db.read(&scope, read).await
}

/// Read an inventory of assets
///
/// How far it is, and how many differences it found.
#[utoipa::path(tag = "assets",
    params(("inventory" = String, Path, description = "Code of the inventory", example = "2022-PD-1"), IfNoneMatch),
    responses((status = 200, description = "The inventory", body = InventoryBody,
        headers(("ETag" = String, description = "The version"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/inventories/{inventory}")]
pub(in crate::assets) async fn get_inventory(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let keeper = Keeper::of(&caller);
    let read = async |tx: &mut Tx| {
        let round = queries::find(tx, &scope, &code).await?.ok_or_else(|| no_inventory(&code))?;
        reply(&InventoryBody::of(&keeper, round))
    };
    app.db.read(&scope, read).await
}

fn reply(body: &InventoryBody) -> Result<Reply> {
    Ok(Reply::ok(body)?.version(body.version))
}

/// Which things.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ItemParams {
    /// Only those of this organisation.
    #[param(example = "2199000001")]
    organisation: Option<String>,
    /// Only those of which this became.
    #[param(inline)]
    result: Option<Outcome>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// List what an inventory is to find, and found
///
/// Cards as they were when it was opened, and things that were found without being expected.
#[utoipa::path(tag = "assets",
    params(("inventory" = String, Path, description = "Code of the inventory", example = "2022-PD-1"), ItemParams),
    responses((status = 200, description = "A page of things", body = Page<ItemBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/inventories/{inventory}/items")]
pub(in crate::assets) async fn list_inventory_items(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    Params(params): Params<ItemParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let limit = page::limit(params.limit)?;
    let organisation = params.organisation.as_deref();
    let bound_to = BoundTo { inventories: None, items_of: Some(&code), organisation, result: params.result };
    let after: Option<(String, String)> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| {
        if queries::find(tx, &scope, &code).await?.is_none() {
            return Err(no_inventory(&code));
        }
        let which = (organisation, params.result);
        let items = queries::items(tx, &scope, &code, which, (after.as_ref(), limit + 1)).await?;
        let items = items.into_iter().map(ItemBody::from).collect();
        let key = |item: &ItemBody| (item.organisation.clone(), item.asset.clone());
        Reply::ok(&Page::of(items, limit, &bound_to, key)?)
    };
    app.db.read(&scope, read).await
}

/// Open an inventory of assets
///
/// Of the own school or section; the finance officer of any, or of all. The cards that are held on the day are frozen as
/// what is to be found.
#[utoipa::path(tag = "assets", params(IdempotencyKey),
    request_body(content = InventoryInput, example = json!({"code": "2022-PD-1", "day": "2022-12-31"})),
    responses((status = 201, description = "Opened", body = InventoryBody, headers(
        ("ETag" = String, description = "The version"), ("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/assets/inventories")]
pub(in crate::assets) async fn open_inventory(
    app: Data<App>,
    caller: Caller,
    command: Command<InventoryInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteAssets)?;
    let keeper = Keeper::of(&caller);
    let round = Round::from(command.body);
    let work = async |tx: &mut Tx| {
        let body = InventoryBody::of(&keeper, ops::open(tx, &scope, &keeper, &round).await?);
        Ok(Reply::created(format!("/v1/assets/inventories/{}", body.code), &body)?.version(body.version))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Count assets in an inventory
///
/// Up to 1,000 things at once, by the unit whose they are: found or not, where, and why. A later count of the same thing
/// replaces the earlier. Where one is wrong, none is kept.
#[utoipa::path(tag = "assets",
    params(("inventory" = String, Path, description = "Code of the inventory", example = "2022-PD-1"), IdempotencyKey),
    request_body(content = CountsInput, example = json!({"counts": [{"asset": "2022-JSJ-0017", "found": true},
        {"asset": "2022-JSJ-0018", "found": false, "note": "已报案"}]})),
    responses((status = 200, description = "Kept", body = InventoryBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/assets/inventories/{inventory}/counts")]
pub(in crate::assets) async fn count_inventory(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    command: Command<CountsInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteAssets)?;
    let keeper = Keeper::of(&caller);
    let counts: Vec<Count> = command.body.counts.into_iter().map(Count::from).collect();
    let work = async |tx: &mut Tx| {
        reply(&InventoryBody::of(&keeper, ops::count(tx, &scope, &keeper, (&code, &counts)).await?))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Close an inventory of assets
///
/// When everything was counted and each difference has a note that explains it; by the finance officer or a leader, and
/// not by whoever counted. Its differences stay listed.
#[utoipa::path(tag = "assets",
    params(("inventory" = String, Path, description = "Code of the inventory", example = "2022-PD-1"), IfMatchOptional,
        IdempotencyKey),
    responses((status = 200, description = "Closed", body = InventoryBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/assets/inventories/{inventory}/close")]
pub(in crate::assets) async fn close_inventory(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    action: Action,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ApproveAssets)?;
    let keeper = Keeper::of(&caller);
    let work = async |tx: &mut Tx| {
        reply(&InventoryBody::of(&keeper, ops::close(tx, &scope, &keeper, &code, &action.precondition).await?))
    };
    app.db.execute(&scope, &action.idempotency, work).await
}
