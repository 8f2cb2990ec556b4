//! The life of a report: assembled anew, approved, returned, published, discarded.

use actix_web::post;
use actix_web::web::{Data, Path};

use super::{ReportPath, reply};
use crate::app::App;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{ActionErrors, IdempotencyKey, IfMatchOptional};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::Command;
use crate::platform::message::Language;
use crate::platform::reply::Reply;
use crate::reports::body::{ApprovalInput, NoteInput, NothingInput, ReportBody};
use crate::reports::desk::Hand;
use crate::reports::model::Action;
use crate::reports::ops::{Office, Words};

/// Assemble a report anew
///
/// Puts what is known now in the place of a draft, or of what was returned. The report keeps its code; what it was before is
/// gone but for the journal.
#[utoipa::path(tag = "reports", params(ReportPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NothingInput, example = json!({})),
    responses((status = 200, description = "The draft, without its document", body = ReportBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/reports/{report}/assemble")]
pub(in crate::reports) async fn assemble_report(
    app: Data<App>,
    caller: Caller,
    path: Path<ReportPath>,
    language: Language,
    command: Command<NothingInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteReports)?;
    let hand = Hand::of(&caller);
    let Command { precondition, idempotency, .. } = command;
    if let Some(reply) = app.db.replay(&scope, &idempotency).await? {
        return Ok(reply);
    }
    let office = Office { db: &app.db, catalogues: &app.catalogues, scope: &scope, hand: &hand };
    let (read, _) = office.may_do(Action::Assemble, &path.report, &precondition).await?;
    let assembly = office.assemble(&read.template, read.year).await?;
    let work = async |tx: &mut Tx| {
        let report = office.replace(tx, &read, &assembly, &precondition).await?;
        reply(&report, &hand, language)
    };
    app.db.execute(&scope, &idempotency, work).await
}

/// Approve a report
///
/// By a leader, who did not assemble it. The report is checked once more, with figures as they are by now. Whatever is found,
/// except numbers typed as text, stands in the way (409, with every finding) until it is acknowledged by its id, with the reason
/// why it stands as it is. From now on the document never changes.
#[utoipa::path(tag = "reports", params(ReportPath, IfMatchOptional, IdempotencyKey),
    request_body(content = ApprovalInput,
        example = json!({"acknowledged": [{"finding": "9f86d081884c7d65", "reason": "一所学校停办，无数据"}]})),
    responses((status = 200, description = "Approved; without its document", body = ReportBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/reports/{report}/approve")]
pub(in crate::reports) async fn approve_report(
    app: Data<App>,
    caller: Caller,
    path: Path<ReportPath>,
    language: Language,
    command: Command<ApprovalInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ApproveReports)?;
    let hand = Hand::of(&caller);
    let Command { body, precondition, idempotency } = command;
    let words = body.read()?;
    if let Some(reply) = app.db.replay(&scope, &idempotency).await? {
        return Ok(reply);
    }
    let office = Office { db: &app.db, catalogues: &app.catalogues, scope: &scope, hand: &hand };
    let (read, text) = office.may_do(Action::Approve, &path.report, &precondition).await?;
    let findings = office.findings(&read, &text).await?;
    let work = async |tx: &mut Tx| {
        let report = office.approve(tx, (&read, &findings), &words, &precondition).await?;
        reply(&report, &hand, language)
    };
    app.db.execute(&scope, &idempotency, work).await
}

/// Return a report
///
/// Sends a draft back to whoever assembled it, with a note. By a leader.
#[utoipa::path(tag = "reports", params(ReportPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({"note": "请核对高考上线人数"})),
    responses((status = 200, description = "Returned; without its document", body = ReportBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/reports/{report}/return")]
pub(in crate::reports) async fn return_report(
    app: Data<App>,
    caller: Caller,
    path: Path<ReportPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ApproveReports)?;
    let Command { body, precondition, idempotency } = command;
    let command = Command { body: body.read_needed()?, precondition, idempotency };
    step(&app, &caller, &scope, (Action::Return, &path.report), language, command).await
}

/// Publish a report
///
/// Shows an approved report to the schools.
#[utoipa::path(tag = "reports", params(ReportPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NothingInput, example = json!({})),
    responses((status = 200, description = "Published; without its document", body = ReportBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/reports/{report}/publish")]
pub(in crate::reports) async fn publish_report(
    app: Data<App>,
    caller: Caller,
    path: Path<ReportPath>,
    language: Language,
    command: Command<NothingInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteReports)?;
    let Command { precondition, idempotency, .. } = command;
    let command = Command { body: Words::default(), precondition, idempotency };
    step(&app, &caller, &scope, (Action::Publish, &path.report), language, command).await
}

/// Discard a report
///
/// Gives up a draft, or what was returned, with a note. It stays to be read, and its number is not given again.
#[utoipa::path(tag = "reports", params(ReportPath, IfMatchOptional, IdempotencyKey),
    request_body(content = NoteInput, example = json!({"note": "年度选择有误"})),
    responses((status = 200, description = "Discarded; without its document", body = ReportBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/reports/{report}/discard")]
pub(in crate::reports) async fn discard_report(
    app: Data<App>,
    caller: Caller,
    path: Path<ReportPath>,
    language: Language,
    command: Command<NoteInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteReports)?;
    let Command { body, precondition, idempotency } = command;
    let command = Command { body: body.read_needed()?, precondition, idempotency };
    step(&app, &caller, &scope, (Action::Discard, &path.report), language, command).await
}

async fn step(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    what: (Action, &str),
    language: Language,
    command: Command<Words>,
) -> Result<Reply> {
    let hand = Hand::of(caller);
    let office = Office { db: &app.db, catalogues: &app.catalogues, scope, hand: &hand };
    let Command { body, precondition, idempotency } = &command;
    let work = async |tx: &mut Tx| reply(&office.step(tx, what, body, precondition).await?, &hand, language);
    app.db.execute(scope, idempotency, work).await
}
