//! The steps of a goal's life.

use actix_web::post;
use actix_web::web::{Data, Path};

use super::{GoalPath, period, reply};
use crate::app::App;
use crate::goals::body::GoalBody;
use crate::goals::input::{GoalAmendment, GoalNote, GoalReturn, ReviewInput};
use crate::goals::keeper::Keeper;
use crate::goals::model::Goal;
use crate::goals::ops::Desk;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{ActionErrors, IdempotencyKey, IfMatchOptional};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::Command;
use crate::platform::reply::Reply;

/// Takes a step in its transaction, once a key.
async fn step<T>(
    app: &App,
    scope: &Scope,
    caller: &Caller,
    path: &GoalPath,
    command: &Command<T>,
    take: impl AsyncFn(&Desk<'_>, &mut Tx) -> Result<Goal>,
) -> Result<Reply> {
    let keeper = Keeper::of(caller);
    let year = period(path.year)?;
    let desk = Desk { catalogues: &app.catalogues, scope, keeper: &keeper, year, number: path.year };
    let work = async |tx: &mut Tx| reply(path.year, take(&desk, tx).await?, &keeper);
    app.db.execute(scope, &command.idempotency, work).await
}

/// The first of some permissions that the caller has; the first of all where it has none.
fn any_of(caller: &Caller, permissions: &[Permission]) -> Permission {
    let held = permissions.iter().find(|permission| caller.may(**permission));
    held.or(permissions.first()).copied().unwrap_or(Permission::ReviewPerformance)
}

fn said(note: Option<&String>) -> Option<&str> {
    note.map(|note| note.trim()).filter(|note| !note.is_empty())
}

/// Submit a goal
///
/// Hands the version in work in for its review, where it is complete: it says what is to be reached and how, serves a goal
/// one level above, its targets have indicators whose figures can be asked for the year, and those of a project weigh what
/// the policy gives to each part of the framework. Everything that stands in the way is named, at its place in the goal.
#[utoipa::path(tag = "goals", params(GoalPath, IfMatchOptional, IdempotencyKey),
    request_body(content = GoalNote, example = json!({})),
    responses((status = 200, description = "Submitted", body = GoalBody,
        headers(("ETag" = String, description = "The state of the goal"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/goals/{year}/{goal}/submit")]
pub(in crate::goals) async fn submit_goal(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    command: Command<GoalNote>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let take = async |desk: &Desk<'_>, tx: &mut Tx| {
        desk.submit(tx, &path.goal, said(command.body.note.as_ref()), &command.precondition).await
    };
    step(&app, &scope, &caller, &path, &command, take).await
}

/// Review a goal
///
/// Scores what was submitted by each criterion of the policy. The total gives the grade: an excellent goal goes on to the
/// leader; a good or fair one is returned to be amended, unless `accept` says that it goes on; a poor one is returned. The
/// officers of its section may, and who reviews all, but neither whoever wrote it nor whoever submitted it.
#[utoipa::path(tag = "goals", params(GoalPath, IfMatchOptional, IdempotencyKey),
    request_body(content = ReviewInput, example = json!({"scores": [{"criterion": "completeness", "score": 28},
        {"criterion": "relevance", "score": 24}, {"criterion": "adequacy", "score": 23},
        {"criterion": "feasibility", "score": 18, "reason": "工期偏紧"}]})),
    responses((status = 200, description = "Reviewed, or returned", body = GoalBody,
        headers(("ETag" = String, description = "The state of the goal"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/goals/{year}/{goal}/review")]
pub(in crate::goals) async fn review_goal(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    command: Command<ReviewInput>,
) -> Result<Reply> {
    let permission = any_of(&caller, &[Permission::ReviewPerformance, Permission::WritePerformance]);
    let scope = caller.scope_for(permission)?;
    let take =
        async |desk: &Desk<'_>, tx: &mut Tx| desk.review(tx, &path.goal, &command.body, &command.precondition).await;
    step(&app, &scope, &caller, &path, &command, take).await
}

/// Return a goal
///
/// Sends back what was submitted or reviewed, to be amended. Whoever may review or approve it may return it.
#[utoipa::path(tag = "goals", params(GoalPath, IfMatchOptional, IdempotencyKey),
    request_body(content = GoalReturn, example = json!({"note": "满意度指标过低，请重新设定"})),
    responses((status = 200, description = "Returned", body = GoalBody,
        headers(("ETag" = String, description = "The state of the goal"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/goals/{year}/{goal}/return")]
pub(in crate::goals) async fn return_goal(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    command: Command<GoalReturn>,
) -> Result<Reply> {
    let permissions = [Permission::ReviewPerformance, Permission::ApprovePerformance, Permission::WritePerformance];
    let scope = caller.scope_for(any_of(&caller, &permissions))?;
    let take = async |desk: &Desk<'_>, tx: &mut Tx| {
        desk.send_back(tx, &path.goal, command.body.note.trim(), &command.precondition).await
    };
    step(&app, &scope, &caller, &path, &command, take).await
}

/// Approve a goal
///
/// Puts what was reviewed in force; from then on it is frozen. The version that was in force counts until then. The goal
/// that it serves is approved before. Whoever wrote, submitted or reviewed it does not approve it.
#[utoipa::path(tag = "goals", params(GoalPath, IfMatchOptional, IdempotencyKey),
    request_body(content = GoalNote, example = json!({"note": "同意"})),
    responses((status = 200, description = "In force", body = GoalBody,
        headers(("ETag" = String, description = "The state of the goal"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/goals/{year}/{goal}/approve")]
pub(in crate::goals) async fn approve_goal(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    command: Command<GoalNote>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ApprovePerformance)?;
    let take = async |desk: &Desk<'_>, tx: &mut Tx| {
        desk.approve(tx, &path.goal, said(command.body.note.as_ref()), &command.precondition).await
    };
    step(&app, &scope, &caller, &path, &command, take).await
}

/// Amend a goal
///
/// Begins the next version of a goal that is in force, as a draft that says the same, with the reason. The version in force
/// counts until the next one is approved.
#[utoipa::path(tag = "goals", params(GoalPath, IfMatchOptional, IdempotencyKey),
    request_body(content = GoalAmendment, example = json!({"reason": "省级追加资金，建设规模扩大"})),
    responses((status = 200, description = "The next version, in work", body = GoalBody,
        headers(("ETag" = String, description = "The state of the goal"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/goals/{year}/{goal}/amend")]
pub(in crate::goals) async fn amend_goal(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    command: Command<GoalAmendment>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let take = async |desk: &Desk<'_>, tx: &mut Tx| {
        desk.amend(tx, &path.goal, command.body.reason.trim(), &command.precondition).await
    };
    step(&app, &scope, &caller, &path, &command, take).await
}
