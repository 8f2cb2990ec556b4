//! Evaluations over HTTP: read, entered, submitted, returned, reviewed, made final, computed again.

use actix_web::web::{Data, Path};
use actix_web::{get, post, put};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{EvaluationBody, EvaluationInput, NoteInput, Recomputation, ReviewInput};
use super::desk::Evaluator;
use super::model::{Action, Key, Kind};
use super::ops::{Desk, Shown, Words};
use super::tables;
use crate::app::App;
use crate::documents::{self, XLSX};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{
    ActionErrors, Binary, ComputedErrors, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, NotModified,
    WriteErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::Command;
use crate::platform::message::Language;
use crate::platform::reply::Reply;

const JSON: &str = "application/json";

/// An evaluation by its key.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct EvaluationPath {
    /// The year that is evaluated.
    #[param(example = 2022)]
    year: i32,
    /// What is evaluated.
    #[param(inline)]
    kind: Kind,
    /// Code of the project, of the school, or of the bureau.
    #[param(example = "130128220000000000001")]
    subject: String,
}

impl From<&EvaluationPath> for Key {
    fn from(path: &EvaluationPath) -> Self {
        Self { year: path.year, kind: path.kind, subject: path.subject.clone() }
    }
}

fn reply(key: &Key, shown: Shown, language: Language) -> Result<Reply> {
    let is_final = shown.frozen.is_some();
    let body = EvaluationBody::of(key, shown, language);
    let reply = Reply::ok(&body)?;
    let reply = if is_final { reply } else { reply.live() };
    Ok(match body.version {
        Some(version) => reply.version(version),
        None => reply,
    })
}

/// Read an evaluation
///
/// With its sheet, also where nothing was entered yet. Until it is final the sheet is computed anew each time. A school sees
/// its own budget's and its own projects'. The `ETag` is of what was entered and decided, and only what is final is ever answered
/// with 304: until then the sheet also changes with what it is computed from. As a workbook it is the official form (绩效自评表),
/// with amounts in 万元.
#[utoipa::path(tag = "evaluation", params(EvaluationPath, IfNoneMatch),
    responses((status = 200, description = "The evaluation, or its official form", content(
        (EvaluationBody = "application/json"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), NotModified, ComputedErrors),
    security(("bearer" = [])))]
#[get("/v1/evaluations/{year}/{kind}/{subject}")]
pub(super) async fn get_evaluation(
    app: Data<App>,
    caller: Caller,
    path: Path<EvaluationPath>,
    language: Language,
    accept: Accept,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let (key, evaluator) = (Key::from(&*path), Evaluator::of(&caller));
    let desk = Desk { catalogues: &app.catalogues, scope: &scope, evaluator: &evaluator, key: &key };
    if accept.choose(&[JSON, XLSX])? == XLSX {
        let read = async |tx: &mut Tx| {
            let shown = desk.show(tx).await?;
            tables::of_shown(tx, &scope, &key, shown).await
        };
        let table = app.db.read(&scope, read).await?;
        return Reply::written(XLSX, move || documents::workbook(&[("绩效自评表".to_owned(), table)])).await;
    }
    app.db.read(&scope, async |tx| reply(&key, desk.show(tx).await?, language)).await
}

/// Compute a final evaluation again
///
/// Reads everything as of the moment at which it was frozen, and computes the sheet anew: it comes to exactly the same,
/// whatever was paid, accepted or amended since.
#[utoipa::path(tag = "evaluation", params(EvaluationPath),
    responses((status = 200, description = "The sheet, and whether it is the same", body = Recomputation), ComputedErrors),
    security(("bearer" = [])))]
#[get("/v1/evaluations/{year}/{kind}/{subject}/recompute")]
pub(super) async fn recompute_evaluation(app: Data<App>, caller: Caller, path: Path<EvaluationPath>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let (key, evaluator) = (Key::from(&*path), Evaluator::of(&caller));
    let desk = Desk { catalogues: &app.catalogues, scope: &scope, evaluator: &evaluator, key: &key };
    let read = async |tx: &mut Tx| {
        let (sheet, frozen) = desk.recompute(tx).await?;
        Reply::ok(&Recomputation { as_of: frozen.as_of, identical: sheet == frozen.sheet, sheet })
    };
    app.db.read(&scope, read).await
}

/// Save an evaluation
///
/// Replaces what the unit entered: what became of the goals, scores of qualitative targets within their band, reasons of
/// deviations and measures. It may be incomplete; what is there is checked. What is computed cannot be entered. A school
/// evaluates its own budget and projects, a section the projects for which it is responsible, and the finance officers the
/// department.
#[utoipa::path(tag = "evaluation", params(EvaluationPath, IfMatch),
    request_body(content = EvaluationInput, example = json!({"summary": "全年任务基本完成。",
        "goals": [{"goal": "renovation", "actual": "新建操场 11 个，维修 5 个。"}],
        "targets": [{"goal": "renovation", "target": "influence", "band": "achieved", "score": 9, "actual": "家长反映良好"},
            {"goal": "renovation", "target": "playgrounds", "reason": "追加任务", "measures": "次年提高目标值"}]})),
    responses((status = 200, description = "Saved, or unchanged", body = EvaluationBody),
        (status = 201, description = "Begun", body = EvaluationBody), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/evaluations/{year}/{kind}/{subject}")]
pub(super) async fn save_evaluation(
    app: Data<App>,
    caller: Caller,
    path: Path<EvaluationPath>,
    language: Language,
    command: Command<EvaluationInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let (key, evaluator) = (Key::from(&*path), Evaluator::of(&caller));
    let Command { body, precondition, .. } = command;
    let entered = body.read()?;
    let desk = Desk { catalogues: &app.catalogues, scope: &scope, evaluator: &evaluator, key: &key };
    let work = async |tx: &mut Tx| {
        let (begun, shown) = desk.save(tx, &entered, &precondition).await?;
        if !begun {
            return reply(&key, shown, language);
        }
        let body = EvaluationBody::of(&key, shown, language);
        let location = format!("/v1/evaluations/{key}");
        Ok(Reply::created(location, &body)?.version(body.version.unwrap_or_default()))
    };
    app.db.write(&scope, work).await
}

/// Submit an evaluation
///
/// Hands it in for the bureau's review. What is missing stands in the way, and all of it is named, at its place in the sheet:
/// actual values that nobody reported, scores of qualitative targets, reasons of deviations above the policy's threshold.
#[utoipa::path(tag = "evaluation", params(EvaluationPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({})),
    responses((status = 200, description = "Submitted", body = EvaluationBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/evaluations/{year}/{kind}/{subject}/submit")]
pub(super) async fn submit_evaluation(
    app: Data<App>,
    caller: Caller,
    path: Path<EvaluationPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let Command { body, precondition, idempotency } = command;
    let command = Command { body: body.read(), precondition, idempotency };
    step(&app, &caller, scope, &path, language, Action::Submit, command).await
}

/// Return an evaluation
///
/// Sends it back to the unit, with a note. What the review said goes with it. Not by whoever submitted it.
#[utoipa::path(tag = "evaluation", params(EvaluationPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({"note": "请补充操场未完成的原因"})),
    responses((status = 200, description = "Returned", body = EvaluationBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/evaluations/{year}/{kind}/{subject}/return")]
pub(super) async fn return_evaluation(
    app: Data<App>,
    caller: Caller,
    path: Path<EvaluationPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    // Whoever could review it, or make it final.
    let approves = caller.may(Permission::ApprovePerformance);
    let permission = if approves { Permission::ApprovePerformance } else { Permission::ReviewPerformance };
    let scope = caller.scope_for(permission)?;
    let Command { body, precondition, idempotency } = command;
    let command = Command { body: body.read_needed()?, precondition, idempotency };
    step(&app, &caller, scope, &path, language, Action::Return, command).await
}

/// Review an evaluation
///
/// Agrees with it, where need be with corrected scores, each with its reason. Not by whoever submitted it.
#[utoipa::path(tag = "evaluation", params(EvaluationPath, IfMatchOptional, IdempotencyKey),
    request_body(content = ReviewInput, example = json!({"opinion": "情况属实", "corrections": [
        {"goal": "renovation", "target": "playgrounds", "score": 15, "reason": "两个操场未通过验收"}]})),
    responses((status = 200, description = "Reviewed", body = EvaluationBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/evaluations/{year}/{kind}/{subject}/review")]
pub(super) async fn review_evaluation(
    app: Data<App>,
    caller: Caller,
    path: Path<EvaluationPath>,
    language: Language,
    command: Command<ReviewInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReviewPerformance)?;
    let Command { body, precondition, idempotency } = command;
    let command = Command { body: body.read()?, precondition, idempotency };
    step(&app, &caller, scope, &path, language, Action::Review, command).await
}

/// Make an evaluation final
///
/// By a leader, who neither submitted nor reviewed it. The sheet is frozen with the moment as of which everything was read
/// and the position of the sealed journal, and never changes again; what it means for the next budget is among the results
/// from now on.
#[utoipa::path(tag = "evaluation", params(EvaluationPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({})),
    responses((status = 200, description = "Final", body = EvaluationBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/evaluations/{year}/{kind}/{subject}/finalise")]
pub(super) async fn finalise_evaluation(
    app: Data<App>,
    caller: Caller,
    path: Path<EvaluationPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ApprovePerformance)?;
    let Command { body, precondition, idempotency } = command;
    let command = Command { body: body.read(), precondition, idempotency };
    step(&app, &caller, scope, &path, language, Action::Finalise, command).await
}

async fn step(
    app: &App,
    caller: &Caller,
    scope: Scope,
    path: &EvaluationPath,
    language: Language,
    action: Action,
    command: Command<Words>,
) -> Result<Reply> {
    let (key, evaluator) = (Key::from(path), Evaluator::of(caller));
    let desk = Desk { catalogues: &app.catalogues, scope: &scope, evaluator: &evaluator, key: &key };
    let Command { body, precondition, idempotency } = &command;
    let work = async |tx: &mut Tx| reply(&key, desk.step(tx, action, body, precondition).await?, language);
    app.db.execute(&scope, idempotency, work).await
}
