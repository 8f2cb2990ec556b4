//! Rectifications over HTTP: listed, read, opened, changed, taken from state to state.

pub(super) mod reminders;

use actix_web::web::{Data, Path};
use actix_web::{get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{RectificationBody, RectificationInput, RectificationPatch, RectificationStepInput, SubjectType};
use super::life::Hand;
use super::model::{Change, Revision, Source, State, Step};
use super::ops::{self, no_rectification};
use super::queries::{self, Filter, Position};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    ActionErrors, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, ListErrors, NotModified, ReadErrors,
    WriteErrors,
};
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page, PageParams};
use crate::platform::reply::Reply;
use crate::say;

/// Which rectifications, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those that come from here.
    #[param(inline)]
    source: Option<Source>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<State>,
    /// Only those of this unit.
    #[param(example = "2113000001")]
    organisation: Option<String>,
    /// Only those over which this section watches.
    #[param(example = "caiwu")]
    section: Option<String>,
    /// Only those found in such a thing.
    #[param(inline)]
    subject_type: Option<SubjectType>,
    /// Only those found in the thing with this key.
    #[param(example = "13050021100001")]
    subject: Option<String>,
    /// Only those that are overdue today; with `false` only those that are not.
    overdue: Option<bool>,
    /// Only those that are due before this day.
    #[param(example = "2022-10-01")]
    due_before: Option<NaiveDate>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    /// What a cursor is bound to.
    fn bound_to(&self) -> impl Serialize {
        let Self { source, state, organisation, section, subject_type, subject, overdue, due_before, .. } = self;
        ("rectifications", source, state, organisation, section, subject_type, subject, overdue, due_before)
    }
}

/// List rectifications
///
/// Those of all sources, the most urgent first. A caller of a school sees that school's.
#[utoipa::path(tag = "rectifications", params(ListParams),
    responses((status = 200, description = "A page of rectifications", body = Page<RectificationBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/rectifications")]
pub(super) async fn list_rectifications(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadRectifications)?;
    let hand = Hand::of(&caller);
    let limit = page::limit(params.limit)?;
    let bound_to = params.bound_to();
    let after: Option<Position> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    app.db
        .read(&scope, async |tx| {
            let today = local_date(tx.now());
            let filter = Filter {
                source: params.source,
                state: params.state,
                organisation: params.organisation.as_deref(),
                section: params.section.as_deref(),
                subject_type: params.subject_type.map(SubjectType::code),
                subject: params.subject.as_deref(),
                due_before: params.due_before,
                overdue: (today, params.overdue),
                ..Filter::default()
            };
            let found = queries::list(tx, &scope, &filter, (after.as_ref(), limit + 1)).await?;
            let items = found.into_iter().map(|revision| RectificationBody::of(&hand, revision, today)).collect();
            let key = |item: &RectificationBody| (item.due_on, item.code.clone());
            Reply::ok(&Page::of(items, limit, &bound_to, key)?)
        })
        .await
}

/// Read a rectification
///
/// As it is, with what the caller may do now. Its `ETag` is the revision: whether it is overdue follows from the day on
/// which it is due.
#[utoipa::path(tag = "rectifications",
    params(("code" = String, Path, description = "Code of the rectification", example = "2022-audit-03"), IfNoneMatch),
    responses((status = 200, description = "The rectification", body = RectificationBody,
        headers(("ETag" = String, description = "The revision"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/rectifications/{code}")]
pub(super) async fn get_rectification(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadRectifications)?;
    let hand = Hand::of(&caller);
    app.db
        .read(&scope, async |tx| {
            let revision = queries::current(tx, &scope, &code).await?.ok_or_else(|| no_rectification(&code))?;
            reply(tx, &hand, revision)
        })
        .await
}

fn reply(tx: &Tx, hand: &Hand, revision: Revision) -> Result<Reply> {
    let body = RectificationBody::of(hand, revision, local_date(tx.now()));
    Ok(Reply::ok(&body)?.version(body.revision))
}

/// List the revisions of a rectification
///
/// Everything that was ever recorded of it, from the first on.
#[utoipa::path(tag = "rectifications",
    params(("code" = String, Path, description = "Code of the rectification", example = "2022-audit-03"), PageParams),
    responses((status = 200, description = "A page of revisions", body = Page<RectificationBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/rectifications/{code}/revisions")]
pub(super) async fn list_rectification_revisions(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    Params(params): Params<PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadRectifications)?;
    let limit = page::limit(params.limit)?;
    let bound_to = ("rectification revisions", code.as_str());
    let after: Option<i32> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    app.db
        .read(&scope, async |tx| {
            let from = (after.unwrap_or_default(), limit + 1);
            let revisions = queries::history(tx, &scope, &code, from).await?;
            if revisions.is_empty() && after.is_none() {
                return Err(no_rectification(&code));
            }
            let past = |revision: Revision| {
                let recorded_on = local_date(revision.recorded_at);
                RectificationBody::past(revision, recorded_on)
            };
            let items = revisions.into_iter().map(past).collect();
            Reply::ok(&Page::of(items, limit, &bound_to, |item: &RectificationBody| item.revision)?)
        })
        .await
}

/// Open a rectification
///
/// What an audit or a fiscal evaluation found: by auditors. Whatever else: by the section that watches over it, or the
/// finance office. Schools open none.
#[utoipa::path(tag = "rectifications", params(IdempotencyKey),
    request_body(content = RectificationInput, example = json!({"code": "2022-audit-03", "organisation": "2113000001",
        "section": "caiwu", "source": "external_audit", "finding": "专项资金支出进度低于 60%", "due_on": "2022-09-10"})),
    responses((status = 201, description = "Opened", body = RectificationBody, headers(
        ("ETag" = String, description = "The revision"), ("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/rectifications")]
pub(super) async fn create_rectification(
    app: Data<App>,
    caller: Caller,
    command: Command<RectificationInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteRectifications)?;
    let hand = Hand::of(&caller);
    let finding = command.body.into_finding()?;
    app.db
        .execute(&scope, &command.idempotency, async |tx| {
            let revision = ops::enter(tx, &scope, &hand, &finding).await?;
            let body = RectificationBody::of(&hand, revision, local_date(tx.now()));
            let location = format!("/v1/rectifications/{}", body.code);
            Ok(Reply::created(location, &body)?.version(body.revision))
        })
        .await
}

/// Change a rectification
///
/// While there is something to be done: measure and owner by whoever puts it right; the due date, with a note, by those who
/// watch over it. The same again changes nothing.
#[utoipa::path(tag = "rectifications",
    params(("code" = String, Path, description = "Code of the rectification", example = "2022-audit-03"), IfMatch),
    request_body(content = RectificationPatch, example = json!({"measure": "按月通报支出进度", "owner": "总务主任"})),
    responses((status = 200, description = "Changed, or unchanged", body = RectificationBody,
        headers(("ETag" = String, description = "The revision"))), WriteErrors),
    security(("bearer" = [])))]
#[patch("/v1/rectifications/{code}")]
pub(super) async fn patch_rectification(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    command: Command<RectificationPatch>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteRectifications)?;
    let hand = Hand::of(&caller);
    let change = Change::from(command.body);
    app.db
        .write(&scope, async |tx| {
            let revision = ops::change(tx, &scope, &hand, (&code, &change), &command.precondition).await?;
            reply(tx, &hand, revision)
        })
        .await
}

/// A rectification, and what happens to it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct StepPath {
    /// Code of the rectification.
    #[param(example = "2022-audit-03")]
    code: String,
    /// `begin`, `resolve`, `verify` or `send_back`.
    #[param(example = "resolve")]
    step: String,
}

/// Take a rectification a step further
///
/// `begin` (measure and owner must be known) and `resolve` (with a note of what was done): by its unit, the section that
/// watches over it, or the finance office. `verify`, and `send_back` with a note: by the section, the finance office or an
/// auditor, and by somebody else than who resolved it.
#[utoipa::path(tag = "rectifications", params(StepPath, IdempotencyKey, IfMatchOptional),
    request_body(content = RectificationStepInput, example = json!({"note": "已按进度支付"})),
    responses((status = 200, description = "As it is then", body = RectificationBody,
        headers(("ETag" = String, description = "The revision"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/rectifications/{code}/{step}")]
pub(super) async fn move_rectification(
    app: Data<App>,
    caller: Caller,
    path: Path<StepPath>,
    command: Command<RectificationStepInput>,
) -> Result<Reply> {
    let step = Step::named(&path.step);
    let decides = step.is_some_and(Step::decides);
    let needed = if decides { Permission::VerifyRectifications } else { Permission::WriteRectifications };
    let scope = caller.scope_for(needed)?;
    let hand = Hand::of(&caller);
    let change = command.body.into_change(step.ok_or_else(|| no_step(&path.step))?);
    app.db
        .execute(&scope, &command.idempotency, async |tx| {
            let revision = ops::change(tx, &scope, &hand, (&path.code, &change), &command.precondition).await?;
            reply(tx, &hand, revision)
        })
        .await
}

fn no_step(step: &str) -> AppError {
    AppError::not_found(say!("整改没有操作“{step}”", "Rectifications have no step “{step}”"))
}
