//! Entries of budget items over HTTP: adjusted, detailed, listed.

use actix_web::web::{Data, Path};
use actix_web::{get, post};

use super::body::{AdjustmentInput, DetailingBody, DetailingInput, EntryBody};
use super::{ops, queries};
use crate::app::App;
use crate::finance::items::{self, ItemBody, no_item};
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{ActionErrors, IdempotencyKey, ReadErrors};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// List the entries of a budget item
///
/// How its budget came about, from the first entry on: the original budget, adjustments, and detailing. What is detailed
/// stands at both items.
#[utoipa::path(tag = "finance",
    params(("item" = String, Path, description = "Code of the item", example = "2022-3001"), page::PageParams),
    responses((status = 200, description = "A page of entries", body = Page<EntryBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/items/{item}/entries")]
pub(in crate::finance) async fn list_budget_entries(
    app: Data<App>,
    caller: Caller,
    item: Path<String>,
    Params(params): Params<page::PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    let limit = page::limit(params.limit)?;
    let bound_to = ("entries", item.as_str());
    let after: Option<i32> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let from = (after.unwrap_or_default(), limit + 1);
    let read = async |tx: &mut Tx| {
        if items::find(tx, &scope, &[&item]).await?.is_empty() {
            return Err(no_item(&item));
        }
        queries::list(tx, &scope, &item, from).await
    };
    let entries = app.db.read(&scope, read).await?;
    let entries = entries.into_iter().map(EntryBody::try_from).collect::<Result<Vec<_>>>()?;
    Reply::ok(&Page::of(entries, limit, &bound_to, |entry| entry.entry)?)
}

/// Adjust a budget item
///
/// Adds to its budget, or cuts it by what is still available at most.
#[utoipa::path(tag = "finance",
    params(("item" = String, Path, description = "Code of the item", example = "2022-3001"), IdempotencyKey),
    request_body(content = AdjustmentInput, example = json!({"amount": -20_000, "document": "深财教〔2022〕31号",
        "reason": "压减一般性支出", "day": "2022-06-15"})),
    responses((status = 200, description = "The item as it is now", body = ItemBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/items/{item}/adjustments")]
pub(in crate::finance) async fn adjust_budget_item(
    app: Data<App>,
    caller: Caller,
    item: Path<String>,
    command: Command<AdjustmentInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteBudget)?;
    let adjustment = command.body.into_adjustment()?;
    let work = async |tx: &mut Tx| {
        let stored = ops::adjust(tx, &scope, &item, &adjustment).await?;
        Reply::ok(&ItemBody::of(stored, &caller))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Detail a lump to schools
///
/// Splits a lump (代编预算) into items of schools, adds to those that are there, and takes back from them what is not paid.
/// All of it or nothing; never more than the lump has left.
#[utoipa::path(tag = "finance",
    params(("item" = String, Path, description = "Code of the lump", example = "2022-3000"), IdempotencyKey),
    request_body(content = DetailingInput, example = json!({"day": "2022-03-10", "document": "深教财〔2022〕8号", "items": [
        {"code": "2022-3000-01", "organisation": "2113000001", "amount": 35_000}]})),
    responses((status = 200, description = "The lump and the items as they are now", body = DetailingBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/items/{item}/details")]
pub(in crate::finance) async fn detail_budget_item(
    app: Data<App>,
    caller: Caller,
    item: Path<String>,
    command: Command<DetailingInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteBudget)?;
    let detailing = command.body.into_detailing()?;
    let work = async |tx: &mut Tx| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let (lump, items) = ops::detail(tx, &scope, &catalogue, &item, &detailing).await?;
        let items = items.into_iter().map(|stored| ItemBody::of(stored, &caller)).collect();
        Reply::ok(&DetailingBody { lump: ItemBody::of(lump, &caller), items })
    };
    app.db.execute(&scope, &command.idempotency, work).await
}
