//! Files over HTTP: uploaded, listed, read, deleted.

pub(super) mod attachments;
mod body;
pub(super) mod content;
mod upload;

use actix_multipart::Multipart;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, delete, get, post};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::IntoParams;
use uuid::Uuid;

use self::body::{FileBody, FilePath, FileUpload};
use super::model::Subject;
use super::{ops, queries};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{ActionErrors, IdempotencyKey, QueryErrors, ReadErrors, WriteErrors};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::extract::Params;
use crate::platform::idempotency::Idempotency;
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// Which files, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Those attached to a submission: code of its form, together with `period` and `school`.
    form: Option<String>,
    /// The period of the submission.
    period: Option<String>,
    /// Code of the school of the submission.
    school: Option<String>,
    /// Those attached to a record: code of its register, together with `record`.
    register: Option<String>,
    /// Code of the record.
    record: Option<String>,
    /// Those attached to the project with this code.
    project: Option<String>,
    /// Those attached to the rectification with this code.
    rectification: Option<String>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Filter {
    subject: Option<(&'static str, String)>,
}

/// A parameter, and what was given for it.
type Given<'a> = (&'static str, Option<&'a String>);

impl ListParams {
    /// What the files are asked for that are attached to it; none: the caller's own uploads.
    fn subject(&self) -> Result<Option<Subject>> {
        let things = self.things();
        let is_named = |thing: &&Vec<Given<'_>>| thing.iter().any(|(_, value)| value.is_some());
        let Some(named) = things.iter().rfind(is_named) else { return Ok(None) };
        let others = things.iter().filter(|thing| *thing != named).flatten().filter(|(_, value)| value.is_some());
        let missing = named.iter().filter(|(_, value)| value.is_none());
        let wrong: Vec<(&str, ViolationCode)> = others
            .map(|(name, _)| (*name, ViolationCode::Inconsistent))
            .chain(missing.map(|(name, _)| (*name, ViolationCode::Missing)))
            .collect();
        if !wrong.is_empty() {
            return Err(incomplete(&wrong));
        }
        let subject = match self {
            Self { form: Some(form), period: Some(period), school: Some(school), .. } => {
                let (form, period, school) = (form.clone(), period.clone(), school.clone());
                Subject::Submission { form, period, school }
            }
            Self { register: Some(register), record: Some(record), .. } => {
                Subject::Record { register: register.clone(), record: record.clone() }
            }
            Self { project: Some(code), .. } => Subject::Project(code.clone()),
            Self { rectification: Some(code), .. } => Subject::Rectification(code.clone()),
            _ => return Ok(None),
        };
        Ok(Some(subject))
    }

    /// The parameters that together name a thing, for each kind of thing.
    fn things(&self) -> [Vec<Given<'_>>; 4] {
        let Self { form, period, school, register, record, project, rectification, .. } = self;
        [
            vec![("form", form.as_ref()), ("period", period.as_ref()), ("school", school.as_ref())],
            vec![("register", register.as_ref()), ("record", record.as_ref())],
            vec![("project", project.as_ref())],
            vec![("rectification", rectification.as_ref())],
        ]
    }
}

/// What is missing to name a thing; or that two are named.
fn incomplete(wrong: &[(&str, ViolationCode)]) -> AppError {
    let message = say!(
        "请给出 form、period、school，或者 register、record，或者 project，或者 rectification",
        "Give form, period and school, or register and record, or project, or rectification"
    );
    let violation = |(name, code): &(&str, ViolationCode)| Violation::new(format!("?{name}"), *code, message.clone());
    AppError::new(Code::InvalidParameter).with_violations(wrong.iter().map(violation).collect())
}

/// List files
///
/// Those attached to a submission (`form`, `period`, `school`), a record (`register`, `record`), a project or a
/// rectification; without these, those that the caller uploaded.
#[utoipa::path(tag = "files", params(ListParams),
    responses((status = 200, description = "A page of files, the oldest first", body = Page<FileBody>), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/files")]
pub(super) async fn list_files(app: Data<App>, caller: Caller, Params(params): Params<ListParams>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFiles)?;
    let limit = page::limit(params.limit)?;
    let subject = params.subject()?;
    let filter = Filter { subject: subject.as_ref().map(|subject| (subject.kind(), subject.key())) };
    let after: Option<Uuid> = page::read_cursor(params.cursor.as_deref(), &filter)?;
    app.db
        .read(&scope, async |tx| {
            if let Some(subject) = &subject {
                attachments::check_visible(&app, tx, &scope, subject).await?;
            }
            let files = queries::list(tx, &scope, subject.as_ref(), (after, limit)).await?;
            let files = files.into_iter().map(|file| FileBody::of(file, &caller)).collect();
            Reply::ok(&Page::of(files, limit, &filter, FileBody::id)?)
        })
        .await
}

/// Upload a file
///
/// As `multipart/form-data` with the one field `file`. What it is, is told by its content and not by its name:
/// PDF, PNG, JPEG, DOCX, XLSX, PPTX, DOC, XLS, PPT, without macros. The file is the school's to which the account
/// belongs, and counts on its quota, a content once. It is visible to nobody else until it is attached, and goes after
/// 24 hours if it is not.
#[utoipa::path(tag = "files", params(IdempotencyKey),
    request_body(content = FileUpload, content_type = "multipart/form-data"),
    responses((status = 201, description = "Uploaded", body = FileBody,
        headers(("Location" = String, description = "Where it can be read"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/files")]
pub(super) async fn create_file(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: Multipart,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteFiles)?;
    let received = upload::receive(&app, payload).await?;
    // The boundary between the parts may differ when the same is sent again.
    let mut hash = Sha256::new();
    hash.update(received.digest.0);
    hash.update(&received.name);
    let idempotency = Idempotency::of(&request, hash.finalize().to_vec())?;
    if let Some(reply) = app.db.replay(&scope, &idempotency).await? {
        return Ok(reply);
    }
    ops::store(&app.db, &app.files, &scope, &received).await?;
    app.db
        .execute(&scope, &idempotency, async |tx| {
            let file = ops::add(tx, &app.files, &scope, &received).await?;
            Reply::created(format!("/v1/files/{}", file.id), &FileBody::of(file, &caller))
        })
        .await
}

/// Read what is known of a file
///
/// Visible with the scope of what it is attached to, and to whoever uploaded it.
#[utoipa::path(tag = "files", params(FilePath),
    responses((status = 200, description = "The file", body = FileBody), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/files/{id}")]
pub(super) async fn get_file(app: Data<App>, caller: Caller, path: Path<FilePath>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFiles)?;
    let id = path.id()?;
    app.db.read(&scope, async |tx| Reply::ok(&FileBody::of(ops::find(tx, &scope, id).await?, &caller))).await
}

/// Delete a file
///
/// By whoever uploaded it, while it is attached to nothing.
#[utoipa::path(tag = "files", params(FilePath),
    responses((status = 204, description = "Deleted"), WriteErrors),
    security(("bearer" = [])))]
#[delete("/v1/files/{id}")]
pub(super) async fn delete_file(app: Data<App>, caller: Caller, path: Path<FilePath>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteFiles)?;
    let id = path.id()?;
    app.db
        .write(&scope, async |tx| {
            ops::delete(tx, &scope, id).await?;
            Ok(Reply::no_content())
        })
        .await
}
