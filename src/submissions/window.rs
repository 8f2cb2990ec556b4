//! A school's window over HTTP: open or not, why, until when; and its extension.

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::body::SubmissionPath;
use super::desk::Key;
use super::http::sheet;
use super::model::{SchoolWindow, WindowState};
use super::ops::{self};
use super::sheet::Sheet;
use crate::app::App;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{IfMatch, QueryErrors, WriteErrors};
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::{Command, Params};
use crate::platform::journal;
use crate::platform::reply::Reply;
use crate::say;
use crate::schema::submission_extensions;

/// When a school may fill in a form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubmissionWindow)]
pub(super) struct WindowBody {
    /// Whether it is open, and if not, why.
    state: WindowState,
    /// First day on which a draft may be saved.
    #[schema(example = "2022-11-01")]
    opens_on: NaiveDate,
    /// Last day that is in time.
    #[schema(example = "2023-01-20")]
    due_on: NaiveDate,
    /// Last day without an extension.
    #[schema(example = "2023-01-31")]
    closes_on: NaiveDate,
    /// Last day for this school, where it was given more time.
    #[schema(required)]
    extended_until: Option<NaiveDate>,
    /// Code of the section that may extend it.
    #[schema(example = "jijiao")]
    may_be_extended_by: String,
}

pub(super) fn window_body(window: SchoolWindow, today: NaiveDate, section: &str) -> WindowBody {
    WindowBody {
        state: window.state(today),
        opens_on: window.dates.opens_on,
        due_on: window.dates.due_on,
        closes_on: window.dates.closes_on,
        extended_until: window.extended_until,
        may_be_extended_by: section.to_owned(),
    }
}

/// A form and a period.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SheetPath {
    /// Code of the form.
    #[param(example = "gaokao")]
    pub form: String,
    /// The period, of the form's period type.
    #[param(example = "2022")]
    pub period: String,
}

/// Of which school.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OfSchool {
    /// Code of the school.
    #[param(example = "3413000001")]
    school: String,
}

/// Read a school's window
///
/// Whether the form may be filled in now, and if not, why; until when; and which section may extend it.
#[utoipa::path(tag = "submissions", params(SheetPath, OfSchool),
    responses((status = 200, description = "The window", body = WindowBody), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/forms/{form}/periods/{period}/window")]
pub(super) async fn get_window(
    app: Data<App>,
    caller: Caller,
    path: Path<SheetPath>,
    Params(OfSchool { school }): Params<OfSchool>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadSubmissions)?;
    app.db
        .read(&scope, async |tx| {
            let catalogue = app.catalogues.current(tx, &scope).await?;
            let sheet = Sheet::find(catalogue, &path.form, &path.period)?;
            let desk = sheet.desk(tx, &scope, &school).await?;
            let window = sheet.window(desk.extended_until)?;
            Reply::ok(&window_body(window, local_date(tx.now()), &sheet.form()?.definition.section))
        })
        .await
}

/// More time for a school.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExtensionInput {
    /// Last day on which the school may submit, and is in time.
    #[schema(example = "2023-02-10")]
    until: NaiveDate,
    /// Why.
    #[schema(example = "学校停电一周", max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// More time for a school.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Extension)]
struct ExtensionBody {
    /// Last day on which the school may submit, and is in time.
    #[schema(example = "2023-02-10")]
    until: NaiveDate,
    /// Why.
    #[schema(example = "学校停电一周")]
    reason: String,
    /// Who granted it.
    #[schema(example = "user:jijiao.officer")]
    granted_by: String,
    /// Row version, as in the `ETag`.
    #[schema(example = 1)]
    version: i32,
}

/// Extend a school's window
///
/// By the section that reviews the form, or by the office that chases (a finance officer at the bureau).
#[utoipa::path(tag = "submissions", params(SubmissionPath, IfMatch),
    request_body(content = ExtensionInput, example = json!({"until": "2023-02-10", "reason": "学校停电一周"})),
    responses((status = 200, description = "Changed", body = ExtensionBody),
        (status = 201, description = "Granted", body = ExtensionBody), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/forms/{form}/periods/{period}/extensions/{school}")]
pub(super) async fn extend_window(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    command: Command<ExtensionInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ExtendWindows)?;
    app.db
        .write(&scope, async |tx| {
            let sheet = sheet(&app, tx, &scope, &path).await?;
            let desk = sheet.desk(tx, &scope, &path.school).await?;
            if !scope.is_bureau_wide() {
                ops::check_section(&scope, &sheet)?;
            }
            let closes = sheet.window(None)?.dates.closes_on;
            if command.body.until <= closes {
                return Err(AppError::violation(
                    "/until",
                    ViolationCode::OutOfRange,
                    say!("应晚于截止日 {closes}", "It must be later than the last day, {closes}"),
                ));
            }
            let key = sheet.key(&desk.school.code);
            let current = find(tx, &scope, &key).await?;
            command.precondition.check(current.as_ref().map(|(version, _)| *version))?;
            let version = grant(tx, &scope, &key, current.as_ref().map(|(version, _)| *version), &command.body).await?;
            let entry = journal::Entry {
                action: "window.extend",
                subject_type: "window",
                subject: key.to_string(),
                school: Some(&key.school),
                before: current.map(|(_, until)| json!({ "until": until })),
                after: Some(json!({ "until": command.body.until, "reason": command.body.reason })),
            };
            journal::record(tx, &scope, vec![entry]).await?;
            let body = ExtensionBody {
                until: command.body.until,
                reason: command.body.reason.clone(),
                granted_by: scope.actor().to_owned(),
                version,
            };
            let SubmissionPath { form, period, school } = &*path;
            let reply = match version {
                1 => Reply::created(format!("/v1/forms/{form}/periods/{period}/extensions/{school}"), &body)?,
                _ => Reply::ok(&body)?,
            };
            Ok(reply.version(version))
        })
        .await
}

async fn find(tx: &mut Tx, scope: &Scope, key: &Key) -> Result<Option<(i32, NaiveDate)>> {
    let row = submission_extensions::table
        .find((scope.bureau_id(), &key.form, &key.period, &key.school))
        .select((submission_extensions::version, submission_extensions::until))
        .first(&mut **tx)
        .await
        .optional()?;
    Ok(row)
}

/// Writes the extension where it still has the version that was read; returns the new version.
async fn grant(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    read_version: Option<i32>,
    input: &ExtensionInput,
) -> Result<i32> {
    let now = tx.now();
    let values = (
        submission_extensions::until.eq(input.until),
        submission_extensions::reason.eq(&input.reason),
        submission_extensions::granted_by.eq(scope.actor()),
        submission_extensions::granted_at.eq(now),
        submission_extensions::version.eq(read_version.unwrap_or_default() + 1),
    );
    let written = match read_version {
        None => {
            diesel::insert_into(submission_extensions::table)
                .values((
                    submission_extensions::bureau_id.eq(scope.bureau_id()),
                    submission_extensions::form.eq(&key.form),
                    submission_extensions::period.eq(&key.period),
                    submission_extensions::school.eq(&key.school),
                    values,
                ))
                .on_conflict_do_nothing()
                .execute(&mut **tx)
                .await?
        }
        Some(version) => {
            let target = submission_extensions::table
                .find((scope.bureau_id(), &key.form, &key.period, &key.school))
                .filter(submission_extensions::version.eq(version));
            diesel::update(target).set(values).execute(&mut **tx).await?
        }
    };
    if written == 1 { Ok(read_version.unwrap_or_default() + 1) } else { Err(ops::overtaken()) }
}
