//! Rounds over HTTP: opened, listed, read, refreshed, closed.

pub(super) mod sheets;

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{RoundBody, RoundInput};
use super::model::{CutOff, Round, RoundState};
use super::queries::{self, Grip, RoundFilter};
use super::{rounds, tables};
use crate::app::App;
use crate::documents::{self, Table, XLSX};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{ActionErrors, Binary, IdempotencyKey, IfMatchOptional, ListErrors, ReadErrors};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::{Action, Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

const JSON: &str = "application/json";

/// An official form as a workbook.
async fn workbook(table: Table) -> Result<Reply> {
    Reply::written(XLSX, move || documents::workbook(&[("绩效运行监控表".to_owned(), table)])).await
}

/// Whether the caller opens and closes rounds.
fn runs(caller: &Caller) -> bool {
    caller.bureau_scope_for(Permission::ReviewPerformance).is_ok()
}

async fn show(tx: &mut Tx, scope: &Scope, caller: &Caller, round: Round) -> Result<RoundBody> {
    let counts = queries::counts(tx, scope, &[&round.code]).await?;
    RoundBody::of(round, &counts, runs(caller))
}

fn reply(body: &RoundBody) -> Result<Reply> {
    Ok(Reply::ok(body)?.version(body.version))
}

/// Which rounds, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RoundParams {
    /// Only those of this budget year.
    #[param(example = 2022)]
    year: Option<i32>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<RoundState>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct BoundTo {
    monitoring_rounds: bool,
    year: Option<i32>,
    state: Option<RoundState>,
}

/// List the monitoring rounds
///
/// In the order of their codes, each with how far its sheets are and what they show, as far as the caller sees them.
#[utoipa::path(tag = "monitoring", params(RoundParams),
    responses((status = 200, description = "A page of rounds", body = Page<RoundBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/monitoring/rounds")]
pub(super) async fn list_monitoring_rounds(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<RoundParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let limit = page::limit(params.limit)?;
    let bound_to = BoundTo { monitoring_rounds: true, year: params.year, state: params.state };
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = RoundFilter {
        year: params.year,
        state: params.state.map(RoundState::name),
        after: after.as_deref(),
        limit: limit + 1,
    };
    let read = async |tx: &mut Tx| {
        let rounds = queries::rounds(tx, &scope, &filter).await?;
        let codes: Vec<&str> = rounds.iter().map(|round| round.code.as_str()).collect();
        let counts = queries::counts(tx, &scope, &codes).await?;
        let show = |round| RoundBody::of(round, &counts, runs(&caller));
        let items = rounds.into_iter().map(show).collect::<Result<Vec<_>>>()?;
        Reply::ok(&Page::of(items, limit, &bound_to, |round| round.code.clone())?)
    };
    app.db.read(&scope, read).await
}

/// Open a monitoring round
///
/// Looks, as of one moment, at every project that is in the budget, under way or completed and has a budget or a goal in the
/// year, and makes a sheet for each. What it saw is frozen: later payments and amendments do not change it.
#[utoipa::path(tag = "monitoring", params(IdempotencyKey),
    request_body(content = RoundInput, example = json!({"code": "2022-07", "name": "2022年1—7月绩效运行监控", "year": 2022,
        "month": 7, "due_on": "2022-08-20"})),
    responses((status = 201, description = "Opened", body = RoundBody, headers(
        ("ETag" = String, description = "The version"), ("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/monitoring/rounds")]
pub(super) async fn open_monitoring_round(
    app: Data<App>,
    caller: Caller,
    command: Command<RoundInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReviewPerformance)?;
    let RoundInput { code, name, year, month, due_on } = &command.body;
    let cut_off = CutOff::of(*year, *month).ok_or_else(|| {
        AppError::violation("/month", ViolationCode::OutOfRange, say!("没有这个月份", "There is no such month"))
    })?;
    let new = rounds::New { code, name, cut_off, due_on: *due_on };
    let work = async |tx: &mut Tx| {
        let round = rounds::open(tx, &app.catalogues, &scope, &new).await?;
        let body = show(tx, &scope, &caller, round).await?;
        Ok(Reply::created(format!("/v1/monitoring/rounds/{code}"), &body)?.version(body.version))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Read a monitoring round
///
/// With how far its sheets are and what they show, as far as the caller sees them. That changes without the version of the
/// round, so there is no entity tag here: actions take the `version` as `If-Match`. As a workbook it is the summary of all its
/// sheets (绩效运行监控汇总表), with amounts in 万元.
#[utoipa::path(tag = "monitoring",
    params(("round" = String, Path, description = "Code of the round", example = "2022-07")),
    responses((status = 200, description = "The round, or its summary", content(
        (RoundBody = "application/json"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/monitoring/rounds/{round}")]
pub(super) async fn get_monitoring_round(
    app: Data<App>,
    caller: Caller,
    round: Path<String>,
    accept: Accept,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    if accept.choose(&[JSON, XLSX])? == XLSX {
        let table = app.db.read(&scope, async |tx| tables::table(tx, &scope, &round).await).await?;
        return workbook(table.ok_or_else(|| rounds::no_round(&round))?).await;
    }
    let read = async |tx: &mut Tx| {
        let found = queries::round(tx, &scope, &round, Grip::None).await?;
        let found = found.ok_or_else(|| rounds::no_round(&round))?;
        Reply::ok(&show(tx, &scope, &caller, found).await?)
    };
    app.db.read(&scope, read).await
}

/// Refresh a monitoring round
///
/// Looks again as of now, for the sheets that have not been handed in yet and for projects that have come since. Sheets that
/// were handed in stay with what they were handed in upon, and every earlier reading is kept.
#[utoipa::path(tag = "monitoring",
    params(("round" = String, Path, description = "Code of the round", example = "2022-07"), IfMatchOptional, IdempotencyKey),
    responses((status = 200, description = "Refreshed", body = RoundBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/monitoring/rounds/{round}/refresh")]
pub(super) async fn refresh_monitoring_round(
    app: Data<App>,
    caller: Caller,
    round: Path<String>,
    action: Action,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReviewPerformance)?;
    let work = async |tx: &mut Tx| {
        let round = rounds::refresh(tx, &app.catalogues, &scope, &round, &action.precondition).await?;
        reply(&show(tx, &scope, &caller, round).await?)
    };
    app.db.execute(&scope, &action.idempotency, work).await
}

/// Close a monitoring round
///
/// Nothing of it changes any more, whatever its sheets have come to.
#[utoipa::path(tag = "monitoring",
    params(("round" = String, Path, description = "Code of the round", example = "2022-07"), IfMatchOptional, IdempotencyKey),
    responses((status = 200, description = "Closed", body = RoundBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/monitoring/rounds/{round}/close")]
pub(super) async fn close_monitoring_round(
    app: Data<App>,
    caller: Caller,
    round: Path<String>,
    action: Action,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReviewPerformance)?;
    let work = async |tx: &mut Tx| {
        let round = rounds::close(tx, &scope, &round, &action.precondition).await?;
        reply(&show(tx, &scope, &caller, round).await?)
    };
    app.db.execute(&scope, &action.idempotency, work).await
}
