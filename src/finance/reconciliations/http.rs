//! Reconciliations over HTTP.

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::body::{ReconciliationBody, ReconciliationInput, SummaryBody};
use super::{ops, queries};
use crate::app::App;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{ActionErrors, IdempotencyKey, ListErrors, ReadErrors};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// Which reconciliations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this fiscal year.
    #[param(example = 2022)]
    year: Option<i32>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

fn no_reconciliation(id: &str) -> AppError {
    AppError::not_found(say!("没有对账“{id}”", "There is no reconciliation “{id}”"))
}

/// The scope in which reconciliations are read: they concern the whole bureau.
fn reading(caller: &Caller) -> Result<Scope> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    if scope.school().is_some() {
        let detail =
            say!("对账涉及全局，学校的账号不能查看", "Reconciliations are the bureau's, and not read from a school");
        return Err(AppError::new(Code::Forbidden).detail(detail));
    }
    Ok(scope)
}

/// Reconcile with the finance system
///
/// Compares the finance system's totals by item with ours until a day, and keeps where the two differ: items of which they
/// say different things, and items that only one of them has. Budgets are compared where they are given.
#[utoipa::path(tag = "finance", params(IdempotencyKey),
    request_body(content = ReconciliationInput, example = json!({"year": 2022, "until": "2022-05-31", "totals": [
        {"item": "2022-3001", "budget": 100_000.5, "paid": 35_000}]})),
    responses((status = 201, description = "Where the two differ", body = ReconciliationBody,
        headers(("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/finance/reconciliations")]
pub(in crate::finance) async fn create_reconciliation(
    app: Data<App>,
    caller: Caller,
    command: Command<ReconciliationInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::PostPayments)?;
    let book = command.body.into_book()?;
    let work = async |tx: &mut Tx| {
        let body = ReconciliationBody::try_from(ops::reconcile(tx, &scope, &book).await?)?;
        Reply::created(format!("/v1/finance/reconciliations/{}", body.id), &body)
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// List reconciliations
///
/// The last first. They concern the whole bureau, and are not read from a school.
#[utoipa::path(tag = "finance", params(ListParams),
    responses((status = 200, description = "A page of reconciliations", body = Page<SummaryBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/reconciliations")]
pub(in crate::finance) async fn list_reconciliations(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Reply> {
    let scope = reading(&caller)?;
    let limit = page::limit(params.limit)?;
    let after: Option<Uuid> = page::read_cursor(params.cursor.as_deref(), &("reconciliations", params.year))?;
    let read = async |tx: &mut Tx| queries::list(tx, &scope, params.year, (after, limit + 1)).await;
    let items: Vec<SummaryBody> = app.db.read(&scope, read).await?.into_iter().map(SummaryBody::from).collect();
    Reply::ok(&Page::of(items, limit, &("reconciliations", params.year), |item| item.id)?)
}

/// Read a reconciliation
///
/// Where the finance system's totals and ours differed, as it was found.
#[utoipa::path(tag = "finance",
    params(("id" = String, Path, description = "Id of the reconciliation", example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")),
    responses((status = 200, description = "The reconciliation", body = ReconciliationBody), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/reconciliations/{id}")]
pub(in crate::finance) async fn get_reconciliation(app: Data<App>, caller: Caller, id: Path<String>) -> Result<Reply> {
    let scope = reading(&caller)?;
    let wanted: Uuid = id.parse().map_err(|_| no_reconciliation(&id))?;
    let found = app.db.read(&scope, async |tx| queries::find(tx, &scope, wanted).await).await?;
    Reply::ok(&ReconciliationBody::try_from(found.ok_or_else(|| no_reconciliation(&id))?)?)
}
