//! What a file is attached to.

pub(in crate::files) mod projects;
pub(in crate::files) mod rectifications;

use actix_web::web::{Data, Path};
use actix_web::{delete, put};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{FileBody, file_id};
use crate::app::App;
use crate::files::model::Subject;
use crate::files::ops;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::WriteErrors;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::reply::Reply;
use crate::projects::{check_project_visible, school_where_project_evidence_may_change};
use crate::rectifications::{check_rectification_visible, school_where_rectification_evidence_may_change};
use crate::registers::{Keeper, RecordStanding, find_record};
use crate::say;
use crate::submissions::{check_evidence_may_change, check_submission_visible};

/// A file, and a submission.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::files) struct SubmissionAttachmentPath {
    /// Id of the file.
    #[param(example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")]
    id: String,
    /// Code of the form.
    #[param(example = "gaokao")]
    form: String,
    /// The period.
    #[param(example = "2022")]
    period: String,
    /// Code of the school.
    #[param(example = "3413000001")]
    school: String,
}

impl SubmissionAttachmentPath {
    fn subject(&self) -> Subject {
        let Self { form, period, school, .. } = self;
        Subject::Submission { form: form.clone(), period: period.clone(), school: school.clone() }
    }
}

/// A file, and a record of a register.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::files) struct RecordAttachmentPath {
    /// Id of the file.
    #[param(example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")]
    id: String,
    /// Code of the register.
    #[param(example = "honours")]
    register: String,
    /// Code of the record.
    #[param(example = "green-2022-07")]
    record: String,
}

impl RecordAttachmentPath {
    fn subject(&self) -> Subject {
        Subject::Record { register: self.register.clone(), record: self.record.clone() }
    }
}

/// Attach a file to a submission
///
/// By whoever may save it, while it can be edited; by officers of the form's section at any time. From then on the file
/// is visible to whoever may see the submission. Attaching again changes nothing.
#[utoipa::path(tag = "files", params(SubmissionAttachmentPath),
    responses((status = 200, description = "Attached", body = FileBody), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/files/{id}/attachments/submissions/{form}/{period}/{school}")]
pub(in crate::files) async fn attach_file_to_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionAttachmentPath>,
) -> Result<Reply> {
    attach(&app, &caller, &path.id, &path.subject()).await
}

/// Detach a file from a submission
///
/// By those who may attach one; so not by the school, once the submission was handed in.
#[utoipa::path(tag = "files", params(SubmissionAttachmentPath),
    responses((status = 204, description = "Detached"), WriteErrors),
    security(("bearer" = [])))]
#[delete("/v1/files/{id}/attachments/submissions/{form}/{period}/{school}")]
pub(in crate::files) async fn detach_file_from_submission(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionAttachmentPath>,
) -> Result<Reply> {
    detach(&app, &caller, &path.id, &path.subject()).await
}

/// Attach a file to a record
///
/// By whoever may change the record. From then on the file is visible to whoever may see the record. Attaching again
/// changes nothing.
#[utoipa::path(tag = "files", params(RecordAttachmentPath),
    responses((status = 200, description = "Attached", body = FileBody), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/files/{id}/attachments/records/{register}/{record}")]
pub(in crate::files) async fn attach_file_to_record(
    app: Data<App>,
    caller: Caller,
    path: Path<RecordAttachmentPath>,
) -> Result<Reply> {
    attach(&app, &caller, &path.id, &path.subject()).await
}

/// Detach a file from a record
///
/// By whoever may change the record.
#[utoipa::path(tag = "files", params(RecordAttachmentPath),
    responses((status = 204, description = "Detached"), WriteErrors),
    security(("bearer" = [])))]
#[delete("/v1/files/{id}/attachments/records/{register}/{record}")]
pub(in crate::files) async fn detach_file_from_record(
    app: Data<App>,
    caller: Caller,
    path: Path<RecordAttachmentPath>,
) -> Result<Reply> {
    detach(&app, &caller, &path.id, &path.subject()).await
}

async fn attach(app: &App, caller: &Caller, id: &str, subject: &Subject) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteFiles)?;
    let id = file_id(id)?;
    app.db
        .write(&scope, async |tx| {
            ops::find(tx, &scope, id).await?;
            let school = school_where_evidence_may_change(app, tx, caller, &scope, subject).await?;
            let file = ops::attach(tx, &scope, id, subject, school.as_deref()).await?;
            Reply::ok(&FileBody::of(file, caller))
        })
        .await
}

async fn detach(app: &App, caller: &Caller, id: &str, subject: &Subject) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteFiles)?;
    let id = file_id(id)?;
    app.db
        .write(&scope, async |tx| {
            ops::find(tx, &scope, id).await?;
            let school = school_where_evidence_may_change(app, tx, caller, &scope, subject).await?;
            ops::detach(tx, &scope, id, subject, school.as_deref()).await?;
            Ok(Reply::no_content())
        })
        .await
}

/// The school of a thing whose evidence the caller may change; none where it is the bureau's.
async fn school_where_evidence_may_change(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    subject: &Subject,
) -> Result<Option<String>> {
    match subject {
        Subject::Submission { form, period, school } => {
            check_evidence_may_change(app, tx, caller, scope, (form, period, school)).await?;
            Ok(Some(school.clone()))
        }
        Subject::Record { register, record } => {
            school_where_record_evidence_may_change(app, tx, caller, scope, (register, record)).await
        }
        Subject::Project(code) => school_where_project_evidence_may_change(tx, caller, scope, code).await,
        Subject::Rectification(code) => school_where_rectification_evidence_may_change(tx, caller, scope, code).await,
    }
}

async fn school_where_record_evidence_may_change(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    (register, record): (&str, &str),
) -> Result<Option<String>> {
    let RecordStanding { school, withdrawn } = visible_record(tx, scope, register, record).await?;
    let catalogue = app.catalogues.current(tx, scope).await?;
    let keeps = catalogue.register(register).is_some_and(|it| Keeper::of(caller).may_write(it, school.as_deref()));
    if !keeps {
        return Err(AppError::new(Code::Forbidden).detail(say!(
            "只有可以修改此记录的人可以更改其佐证材料",
            "Only who may change this record changes its evidence"
        )));
    }
    if withdrawn {
        return Err(AppError::new(Code::StateForbids)
            .detail(say!("记录已撤销", "The record was withdrawn"))
            .state("withdrawn", vec!["restore".to_owned()]));
    }
    Ok(school)
}

/// Refuses a thing that the scope does not cover.
pub(super) async fn check_visible(app: &App, tx: &mut Tx, scope: &Scope, subject: &Subject) -> Result<()> {
    match subject {
        Subject::Submission { form, period, school } => {
            check_submission_visible(app, tx, scope, (form, period, school)).await
        }
        Subject::Record { register, record } => visible_record(tx, scope, register, record).await.map(drop),
        Subject::Project(code) => check_project_visible(tx, scope, code).await,
        Subject::Rectification(code) => check_rectification_visible(tx, scope, code).await,
    }
}

async fn visible_record(tx: &mut Tx, scope: &Scope, register: &str, record: &str) -> Result<RecordStanding> {
    let found = find_record(tx, scope, register, record).await?;
    found.ok_or_else(|| AppError::not_found(say!("没有记录“{record}”", "There is no record “{record}”")))
}
