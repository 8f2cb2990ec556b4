//! What a file is attached to.

use actix_web::web::{Data, Path};
use actix_web::{delete, put};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{FileBody, file_id};
use crate::app::App;
use crate::files::model::Subject;
use crate::files::ops;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::WriteErrors;
use crate::platform::error::Result;
use crate::platform::reply::Reply;
use crate::submissions::check_evidence_may_change;

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
    let scope = caller.scope_for(Permission::WriteFiles)?;
    let id = file_id(&path.id)?;
    app.db
        .write(&scope, async |tx| {
            ops::find(tx, &scope, id).await?;
            check_evidence_may_change(&app, tx, &caller, &scope, (&path.form, &path.period, &path.school)).await?;
            let file = ops::attach(tx, &scope, id, &path.subject(), Some(&path.school)).await?;
            Reply::ok(&FileBody::of(file, &caller))
        })
        .await
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
    let scope = caller.scope_for(Permission::WriteFiles)?;
    let id = file_id(&path.id)?;
    app.db
        .write(&scope, async |tx| {
            ops::find(tx, &scope, id).await?;
            check_evidence_may_change(&app, tx, &caller, &scope, (&path.form, &path.period, &path.school)).await?;
            ops::detach(tx, &scope, id, &path.subject(), Some(&path.school)).await?;
            Ok(Reply::no_content())
        })
        .await
}
