//! A school's submission over HTTP: read, saved, submitted, reviewed.

use actix_web::web::{Data, Path};
use actix_web::{get, post, put};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{NoteInput, SubmissionBody, SubmissionInput, SubmissionPath};
use super::content::{Content, Explanation, RawCell};
use super::model::Action;
use super::ops::{self};
use super::sheet::{Saving, Sheet};
use crate::app::App;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{
    ActionErrors, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, NotModified, QueryErrors, WriteErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::{Command, Params};
use crate::platform::message::Language;
use crate::platform::reply::Reply;
use crate::say;

/// Reads the submission and shows it.
async fn show(
    app: &App,
    tx: &mut Tx,
    scope: &Scope,
    caller: &Caller,
    path: &SubmissionPath,
    language: Language,
) -> Result<SubmissionBody> {
    let sheet = sheet(app, tx, scope, path).await?;
    let desk = sheet.desk(tx, scope, &path.school).await?;
    SubmissionBody::of(&sheet, desk, caller, tx.now(), language)
}

pub(super) async fn sheet(app: &App, tx: &mut Tx, scope: &Scope, path: &SubmissionPath) -> Result<Sheet> {
    let catalogue = app.catalogues.current(tx, scope).await?;
    Sheet::find(catalogue, &path.form, &path.period)
}

fn reply(body: &SubmissionBody, location: Option<String>) -> Result<Reply> {
    let reply = match location {
        Some(location) => Reply::created(location, body)?,
        None => Reply::ok(body)?,
    };
    Ok(match body.version {
        Some(version) => reply.version(version),
        None => reply,
    })
}

/// Read a submission
///
/// The working document with what stands in the way of submitting it. A school that has not begun is shown with
/// the state `not_begun`.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfNoneMatch),
    responses((status = 200, description = "The submission", body = SubmissionBody), NotModified, QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/forms/{form}/periods/{period}/submissions/{school}")]
pub(super) async fn get_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    language: Language,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadSubmissions)?;
    app.db.read(&scope, async |tx| reply(&show(&app, tx, &scope, &caller, &path, language).await?, None)).await
}

/// Whether to only try.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DryRun {
    /// Answer completely, and write nothing.
    #[serde(default)]
    dry_run: bool,
}

/// Save a draft
///
/// Replaces the working document. It may be incomplete; what is there is checked. The same content again changes
/// nothing, whatever the state.
#[utoipa::path(tag = "submissions", params(SubmissionPath, DryRun, IfMatch),
    request_body(content = SubmissionInput, example = json!({"values": [
        {"indicator": "gaokao.undergraduate", "dimensions": {"exam_category": "arts"}, "value": 85},
        {"indicator": "gaokao.undergraduate", "dimensions": {"exam_category": "general"}, "value": 370}]})),
    responses((status = 200, description = "Saved, or unchanged", body = SubmissionBody),
        (status = 201, description = "Begun", body = SubmissionBody), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/forms/{form}/periods/{period}/submissions/{school}")]
pub(super) async fn save_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    language: Language,
    Params(DryRun { dry_run }): Params<DryRun>,
    command: Command<SubmissionInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteSubmissions)?;
    let SubmissionInput { values, explanations } = command.body;
    let cells: Vec<RawCell> = values.into_iter().map(RawCell::from).collect();
    let explanations: Vec<Explanation> = explanations.into_iter().map(Explanation::from).collect();
    app.db
        .write_unless(dry_run, &scope, async |tx| {
            let sheet = sheet(&app, tx, &scope, &path).await?;
            let content = Content::read(&sheet.catalogue, sheet.form()?, cells.clone(), explanations.clone())
                .map_err(AppError::invalid)?;
            let (saving, desk) = ops::save(tx, &scope, &sheet, &path.school, &content, &command.precondition).await?;
            let body = SubmissionBody::of(&sheet, desk, &caller, tx.now(), language)?;
            let location = (saving == Saving::Create).then(|| {
                let SubmissionPath { form, period, school } = &*path;
                format!("/v1/forms/{form}/periods/{period}/submissions/{school}")
            });
            reply(&body, location)
        })
        .await
}

/// Submit a form
///
/// Hands the working document in as a new revision; where it says the same as the newest one, that is handed in
/// again. Missing required values, broken rules and unexplained warnings stand in the way, and all are named. Where
/// the form says so, only the principal may.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({})),
    responses((status = 200, description = "Submitted", body = SubmissionBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/forms/{form}/periods/{period}/submissions/{school}/submit")]
pub(super) async fn submit_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteSubmissions)?;
    let signs = caller.may(Permission::SignSubmissions);
    app.db
        .execute(&scope, &command.idempotency, async |tx| {
            let sheet = sheet(&app, tx, &scope, &path).await?;
            let desk = ops::submit(tx, &scope, &sheet, &path.school, signs, &command.precondition).await?;
            reply(&SubmissionBody::of(&sheet, desk, &caller, tx.now(), language)?, None)
        })
        .await
}

/// Return a submission
///
/// Sends it back to the school, with a note. What was accepted before it counts again.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({"note": "艺术类人数与名单不符，请核对"})),
    responses((status = 200, description = "Returned", body = SubmissionBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/forms/{form}/periods/{period}/submissions/{school}/return")]
pub(super) async fn return_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    review(&app, &caller, &path, language, &command, Action::Return).await
}

/// Accept a submission
///
/// From now on it counts. Whoever submitted it cannot accept it. Accepting again changes nothing.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({})),
    responses((status = 200, description = "Accepted", body = SubmissionBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/forms/{form}/periods/{period}/submissions/{school}/accept")]
pub(super) async fn accept_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    review(&app, &caller, &path, language, &command, Action::Accept).await
}

/// Reopen a submission
///
/// Lets the school mend what was accepted, with a note. It counts until something newer is accepted.
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({"note": "补录艺术类考生"})),
    responses((status = 200, description = "Reopened", body = SubmissionBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/forms/{form}/periods/{period}/submissions/{school}/reopen")]
pub(super) async fn reopen_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    review(&app, &caller, &path, language, &command, Action::Reopen).await
}

async fn review(
    app: &App,
    caller: &Caller,
    path: &SubmissionPath,
    language: Language,
    command: &Command<NoteInput>,
    action: Action,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReviewSubmissions)?;
    let note = command.body.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_none() && action != Action::Accept {
        return Err(AppError::violation("/note", ViolationCode::Missing, say!("请说明原因", "Say why")));
    }
    app.db
        .execute(&scope, &command.idempotency, async |tx| {
            let sheet = sheet(app, tx, &scope, path).await?;
            ops::review(tx, &scope, &sheet, &path.school, action, note, &command.precondition).await?;
            reply(&show(app, tx, &scope, caller, path, language).await?, None)
        })
        .await
}
