//! Disposals over HTTP: listed, read, applied for, taken through their steps.

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{DisposalBody, DisposalInput, StepInput};
use super::model::{Action, Filter, Method, State};
use super::ops::{self, Application, no_disposal};
use super::queries;
use crate::app::App;
use crate::assets::keeper::Keeper;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    ActionErrors, IdempotencyKey, IfMatchOptional, IfNoneMatch, ListErrors, NotModified, ReadErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// Which disposals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this organisation.
    #[param(example = "2199000001")]
    organisation: Option<String>,
    /// Only those by this method.
    #[param(inline)]
    method: Option<Method>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<State>,
    /// Only those of the asset with this code.
    #[param(example = "2016-JSJ-0004")]
    asset: Option<String>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct BoundTo {
    disposals: Filter,
}

/// List disposals of assets
///
/// In the order of their codes. A caller of a school sees that school's.
#[utoipa::path(tag = "assets", params(ListParams),
    responses((status = 200, description = "A page of disposals", body = Page<DisposalBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/disposals")]
pub(in crate::assets) async fn list_disposals(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let keeper = Keeper::of(&caller);
    let limit = page::limit(params.limit)?;
    let ListParams { organisation, method, state, asset, .. } = params;
    let bound_to = BoundTo { disposals: Filter { disposal: None, organisation, method, state, asset } };
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| {
        let disposals = queries::list(tx, &scope, &bound_to.disposals, (after.as_deref(), limit + 1)).await?;
        let items = disposals.into_iter().map(|disposal| DisposalBody::of(&keeper, disposal)).collect();
        Reply::ok(&Page::of(items, limit, &bound_to, |item: &DisposalBody| item.code.clone())?)
    };
    app.db.read(&scope, read).await
}

/// Read a disposal of assets
///
/// Its assets, the steps that it took, and what the caller may do now.
#[utoipa::path(tag = "assets",
    params(("disposal" = String, Path, description = "Code of the disposal", example = "2022-CZ-003"), IfNoneMatch),
    responses((status = 200, description = "The disposal", body = DisposalBody,
        headers(("ETag" = String, description = "The version"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/assets/disposals/{disposal}")]
pub(in crate::assets) async fn get_disposal(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadAssets)?;
    let keeper = Keeper::of(&caller);
    let read = async |tx: &mut Tx| {
        let disposal = queries::find(tx, &scope, &code).await?.ok_or_else(|| no_disposal(&code))?;
        reply(&DisposalBody::of(&keeper, disposal))
    };
    app.db.read(&scope, read).await
}

fn reply(body: &DisposalBody) -> Result<Reply> {
    Ok(Reply::ok(body)?.version(body.version))
}

/// Apply for a disposal of assets
///
/// One or several of one unit. Until it ends their cards are `in_disposal`, and in no other disposal. Who approves it says
/// the policy, by the sum of what they cost.
#[utoipa::path(tag = "assets", params(IdempotencyKey),
    request_body(content = DisposalInput, example = json!({"code": "2022-CZ-003", "method": "scrapping",
        "assets": ["2016-JSJ-0004", "2016-JSJ-0005"], "note": "已达使用年限，无法修复"})),
    responses((status = 201, description = "Applied for", body = DisposalBody, headers(
        ("ETag" = String, description = "The version"), ("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/assets/disposals")]
pub(in crate::assets) async fn apply_for_disposal(
    app: Data<App>,
    caller: Caller,
    command: Command<DisposalInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteAssets)?;
    let keeper = Keeper::of(&caller);
    let application = Application::from(command.body);
    let work = async |tx: &mut Tx| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let disposal = ops::apply(tx, &scope, &keeper, &catalogue, &application).await?;
        let body = DisposalBody::of(&keeper, disposal);
        Ok(Reply::created(format!("/v1/assets/disposals/{}", body.code), &body)?.version(body.version))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// A disposal, and what happens to it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct StepPath {
    /// Code of the disposal.
    #[param(example = "2022-CZ-003")]
    disposal: String,
    /// `appraise`, `decide`, `approve`, `dispose`, `pay_proceeds` or `write_off`, in this order; or `reject` or `withdraw`.
    #[param(example = "appraise")]
    step: String,
}

/// Take a disposal of assets one step further
///
/// The unit takes each step but the approval, which is for the head of the unit, the finance officer or the leaders, as the
/// policy says, and for nobody who took a step before. Writing off ends it: the cards are not held any more from that day
/// on. Rejecting (by whoever approves) and withdrawing (by the unit, before it is disposed of) take a note, and the cards
/// are again what they were.
#[utoipa::path(tag = "assets", params(StepPath, IfMatchOptional, IdempotencyKey),
    request_body(content = StepInput, example = json!({"on": "2022-11-30", "document": "鉴定书 2022-17", "amount": 350.00})),
    responses((status = 200, description = "Taken", body = DisposalBody,
        headers(("ETag" = String, description = "The version"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/assets/disposals/{disposal}/{step}")]
pub(in crate::assets) async fn take_disposal_step(
    app: Data<App>,
    caller: Caller,
    path: Path<StepPath>,
    command: Command<StepInput>,
) -> Result<Reply> {
    // Which of the two is needed depends on the step.
    let approves = caller.may(Permission::ApproveAssets);
    let scope = caller.scope_for(if approves { Permission::ApproveAssets } else { Permission::WriteAssets })?;
    let keeper = Keeper::of(&caller);
    let StepPath { disposal, step } = path.into_inner();
    let action = Action::named(&step)
        .filter(|action| Action::STEPS.contains(action))
        .ok_or_else(|| AppError::not_found(say!("没有名为“{step}”的步骤", "There is no step “{step}”")))?;
    let saying = command.body.read()?;
    let work = async |tx: &mut Tx| {
        let disposal = ops::step(tx, &scope, &keeper, (&disposal, action), &saying, &command.precondition).await?;
        reply(&DisposalBody::of(&keeper, disposal))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}
