//! Evidence of rectifications.

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

/// A file, and a rectification.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::files) struct RectificationAttachmentPath {
    /// Id of the file.
    #[param(example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")]
    id: String,
    /// Code of the rectification.
    #[param(example = "2022-audit-03")]
    rectification: String,
}

impl RectificationAttachmentPath {
    fn subject(&self) -> Subject {
        Subject::Rectification(self.rectification.clone())
    }
}

/// Attach a file to a rectification
///
/// By its unit, the section that watches over it, or the finance office, until it is verified. From then on the file is
/// visible to whoever may see the rectification. Attaching again changes nothing.
#[utoipa::path(tag = "files", params(RectificationAttachmentPath),
    responses((status = 200, description = "Attached", body = FileBody), WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/files/{id}/attachments/rectifications/{rectification}")]
pub(in crate::files) async fn attach_file_to_rectification(
    app: Data<App>,
    caller: Caller,
    path: Path<RectificationAttachmentPath>,
) -> Result<Reply> {
    attach(&app, &caller, &path.id, &path.subject()).await
}

/// Detach a file from a rectification
///
/// By those who may attach one.
#[utoipa::path(tag = "files", params(RectificationAttachmentPath),
    responses((status = 204, description = "Detached"), WriteErrors),
    security(("bearer" = [])))]
#[delete("/v1/files/{id}/attachments/rectifications/{rectification}")]
pub(in crate::files) async fn detach_file_from_rectification(
    app: Data<App>,
    caller: Caller,
    path: Path<RectificationAttachmentPath>,
) -> Result<Reply> {
    detach(&app, &caller, &path.id, &path.subject()).await
}
