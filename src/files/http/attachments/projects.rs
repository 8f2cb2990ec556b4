//! Evidence of projects.

use actix_web::web::{Data, Path};
use actix_web::{delete, put};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{attach, detach};
use crate::app::App;
use crate::files::http::body::FileBody;
use crate::files::model::Subject;
use crate::platform::access::Caller;
use crate::platform::answers::WriteErrors;
use crate::platform::error::Result;
use crate::platform::reply::Reply;

/// A file, and a project.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::files) struct ProjectAttachmentPath {
    /// Id of the file.
    #[param(example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")]
    id: String,
    /// Code of the project.
    #[param(example = "13050021100001")]
    project: String,
}

impl ProjectAttachmentPath {
    fn subject(&self) -> Subject {
        Subject::Project(self.project.clone())
    }
}

/// Attach a file to a project
///
/// By its unit, the section that is responsible for it, or the finance office, until it is closed. From then on the file is
/// visible to whoever may see the project. Attaching again changes nothing.
#[utoipa::path(tag = "files", params(ProjectAttachmentPath),
    responses((status = 200, description = "Attached", body = FileBody), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/files/{id}/attachments/projects/{project}")]
pub(in crate::files) async fn attach_file_to_project(
    app: Data<App>,
    caller: Caller,
    path: Path<ProjectAttachmentPath>,
) -> Result<Reply> {
    attach(&app, &caller, &path.id, &path.subject()).await
}

/// Detach a file from a project
///
/// By those who may attach one.
#[utoipa::path(tag = "files", params(ProjectAttachmentPath),
    responses((status = 204, description = "Detached"), WriteErrors),
    security(("bearer" = [])))]
#[delete("/v1/files/{id}/attachments/projects/{project}")]
pub(in crate::files) async fn detach_file_from_project(
    app: Data<App>,
    caller: Caller,
    path: Path<ProjectAttachmentPath>,
) -> Result<Reply> {
    detach(&app, &caller, &path.id, &path.subject()).await
}
