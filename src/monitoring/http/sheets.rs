//! Sheets over HTTP: the board, and each as it is filled in, handed in, returned and reviewed.

use actix_web::web::{Data, Path};
use actix_web::{get, post, put};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{JSON, workbook};
use crate::app::App;
use crate::documents::XLSX;
use crate::monitoring::body::{NoteInput, RowBody, SheetBody, SheetInput};
use crate::monitoring::desk::{self, Clerk};
use crate::monitoring::model::{Action, Round, Sheet, State};
use crate::monitoring::queries::{self, Grip, sheets};
use crate::monitoring::rounds::no_round;
use crate::monitoring::table;
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    ActionErrors, Binary, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, NotModified, ReadErrors, WriteErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// A sheet of a round.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SheetPath {
    /// Code of the round.
    #[param(example = "2022-07")]
    round: String,
    /// Code of the project.
    #[param(example = "2022-xiaobu-building")]
    project: String,
}

impl SheetPath {
    fn key(&self) -> (&str, &str) {
        (&self.round, &self.project)
    }
}

/// A light to look for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum LightFilter {
    /// Far behind.
    Red,
    /// Behind.
    Yellow,
    /// On the way.
    Green,
    /// Far ahead.
    Blue,
    /// Without a budget and without a target that has a value.
    None,
}

impl LightFilter {
    const fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::None => "none",
        }
    }
}

/// Which sheets, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BoardParams {
    /// Only those of projects of this section.
    #[param(example = "jijian")]
    section: Option<String>,
    /// Only those of this unit.
    #[param(example = "2113000001")]
    organisation: Option<String>,
    /// Only those that show this light.
    #[param(inline)]
    light: Option<LightFilter>,
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
    monitoring_sheets_of: &'a str,
    section: Option<&'a str>,
    organisation: Option<&'a str>,
    light: Option<LightFilter>,
    state: Option<State>,
}

/// List the sheets of a monitoring round
///
/// The board: every project that the round saw, with its lights and how far its sheet has come.
#[utoipa::path(tag = "monitoring",
    params(("round" = String, Path, description = "Code of the round", example = "2022-07"), BoardParams),
    responses((status = 200, description = "A page of sheets by project", body = Page<RowBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/monitoring/rounds/{round}/sheets")]
pub(in crate::monitoring) async fn list_monitoring_sheets(
    app: Data<App>,
    caller: Caller,
    round: Path<String>,
    Params(params): Params<BoardParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let limit = page::limit(params.limit)?;
    let (section, organisation) = (params.section.as_deref(), params.organisation.as_deref());
    let bound_to =
        BoundTo { monitoring_sheets_of: &round, section, organisation, light: params.light, state: params.state };
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = sheets::Filter {
        section,
        organisation,
        state: params.state,
        light: params.light.map(LightFilter::name),
        after: after.as_deref(),
        limit: limit + 1,
    };
    let read = async |tx: &mut Tx| {
        let found = queries::round(tx, &scope, &round, Grip::None).await?.ok_or_else(|| no_round(&round))?;
        let now = tx.now();
        let sheets = sheets::list(tx, &scope, &round, &filter).await?;
        let items = sheets.into_iter().map(|sheet| RowBody::of(&found, sheet, now)).collect();
        Reply::ok(&Page::of(items, limit, &bound_to, |row: &RowBody| row.project.clone())?)
    };
    app.db.read(&scope, read).await
}

fn reply(tx: &Tx, clerk: &Clerk, round: &Round, sheet: Sheet) -> Result<Reply> {
    let body = SheetBody::of(round, sheet, clerk, tx.now());
    Ok(Reply::ok(&body)?.version(body.version))
}

/// Read a monitoring sheet
///
/// What the round saw of the project, and what is said to it. A target without a value to date has no light: that is said, and
/// is no red light. As a workbook it is the official form (绩效运行监控表), with amounts in 万元.
#[utoipa::path(tag = "monitoring", params(SheetPath, IfNoneMatch),
    responses((status = 200, description = "The sheet, or its official form", content(
        (SheetBody = "application/json"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        headers(("ETag" = String, description = "The version"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/monitoring/rounds/{round}/sheets/{project}")]
pub(in crate::monitoring) async fn get_monitoring_sheet(
    app: Data<App>,
    caller: Caller,
    path: Path<SheetPath>,
    accept: Accept,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let clerk = Clerk::of(&caller);
    if accept.choose(&[JSON, XLSX])? == XLSX {
        let read = async |tx: &mut Tx| desk::find(tx, &scope, path.key(), Grip::None).await;
        let (round, sheet) = app.db.read(&scope, read).await?;
        return workbook(table::of_sheet(&round, &sheet)).await;
    }
    let read = async |tx: &mut Tx| {
        let (round, sheet) = desk::find(tx, &scope, path.key(), Grip::None).await?;
        reply(tx, &clerk, &round, sheet)
    };
    app.db.read(&scope, read).await
}

/// Fill in a monitoring sheet
///
/// By the project's unit or its section, in place of what was said before. It may be incomplete until it is handed in. The same
/// again changes nothing.
#[utoipa::path(tag = "monitoring", params(SheetPath, IfMatch),
    request_body(content = SheetInput, example = json!({
        "budget": {"expected": 1_150_000, "reason": {"kinds": ["funding"], "text": "工程款未到支付节点"}},
        "targets": [{"code": "floor_area", "expected": 3000, "likelihood": "certain"}],
        "measures": "倒排工期，9 月底前完成主体结算"})),
    responses((status = 200, description = "Saved, or unchanged", body = SheetBody,
        headers(("ETag" = String, description = "The version"))), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/monitoring/rounds/{round}/sheets/{project}")]
pub(in crate::monitoring) async fn put_monitoring_sheet(
    app: Data<App>,
    caller: Caller,
    path: Path<SheetPath>,
    command: Command<SheetInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let clerk = Clerk::of(&caller);
    let said = command.body.read()?;
    let work = async |tx: &mut Tx| {
        let (round, sheet) = desk::save(tx, &clerk, path.key(), &said, &command.precondition).await?;
        reply(tx, &clerk, &round, sheet)
    };
    app.db.write(&scope, work).await
}

/// Hand in a monitoring sheet
///
/// How likely each target is, and the reason of each yellow and red light, must be said; all that is missing is named. A red
/// light opens a rectification, once.
#[utoipa::path(tag = "monitoring", params(SheetPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({})),
    responses((status = 200, description = "Handed in", body = SheetBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/monitoring/rounds/{round}/sheets/{project}/submit")]
pub(in crate::monitoring) async fn submit_monitoring_sheet(
    app: Data<App>,
    caller: Caller,
    path: Path<SheetPath>,
    command: Command<NoteInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let clerk = Clerk::of(&caller);
    let note = command.body.said();
    let work = async |tx: &mut Tx| {
        let (round, sheet) = desk::submit(tx, &clerk, path.key(), note, &command.precondition).await?;
        reply(tx, &clerk, &round, sheet)
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Return a monitoring sheet
///
/// Sends it back to be mended, with a note. By the section that is responsible, or the finance officer.
#[utoipa::path(tag = "monitoring", params(SheetPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({"note": "请补充整改措施"})),
    responses((status = 200, description = "Returned", body = SheetBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/monitoring/rounds/{round}/sheets/{project}/return")]
pub(in crate::monitoring) async fn return_monitoring_sheet(
    app: Data<App>,
    caller: Caller,
    path: Path<SheetPath>,
    command: Command<NoteInput>,
) -> Result<Reply> {
    decide(&app, &caller, &path, &command, Action::Return).await
}

/// Review a monitoring sheet
///
/// Finds it in order. By the section that is responsible, or the finance officer; not by whoever filled it in or handed it in.
#[utoipa::path(tag = "monitoring", params(SheetPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({})),
    responses((status = 200, description = "Reviewed", body = SheetBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/monitoring/rounds/{round}/sheets/{project}/review")]
pub(in crate::monitoring) async fn review_monitoring_sheet(
    app: Data<App>,
    caller: Caller,
    path: Path<SheetPath>,
    command: Command<NoteInput>,
) -> Result<Reply> {
    decide(&app, &caller, &path, &command, Action::Review).await
}

async fn decide(
    app: &App,
    caller: &Caller,
    path: &SheetPath,
    command: &Command<NoteInput>,
    action: Action,
) -> Result<Reply> {
    // Officers of the section have no permission to run rounds; whether it is theirs shows at the sheet.
    let runs = caller.may(Permission::ReviewPerformance);
    let scope = caller.scope_for(if runs { Permission::ReviewPerformance } else { Permission::WritePerformance })?;
    let clerk = Clerk::of(caller);
    let note = command.body.said();
    let work = async |tx: &mut Tx| {
        let (round, sheet) = desk::decide(tx, &clerk, path.key(), action, note, &command.precondition).await?;
        reply(tx, &clerk, &round, sheet)
    };
    app.db.execute(&scope, &command.idempotency, work).await
}
