//! How files are sent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::files::model::{Attachment, EvidenceFile};
use crate::platform::access::{Caller, Permission};
use crate::platform::error::{AppError, Result};
use crate::say;

/// A file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::files) struct FilePath {
    /// Id of the file.
    #[param(example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")]
    id: String,
}

/// What cannot be an id stands for nothing.
pub(in crate::files) fn file_id(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| AppError::not_found(say!("没有文件“{id}”", "There is no file “{id}”")))
}

impl FilePath {
    pub(super) fn id(&self) -> Result<Uuid> {
        file_id(&self.id)
    }
}

/// A form with a file.
#[derive(ToSchema)]
pub(in crate::files) struct FileUpload {
    /// The file, with its name.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    #[expect(dead_code, reason = "it is read as a stream; this describes it")]
    file: String,
}

/// A file, without its content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = File)]
pub(in crate::files) struct FileBody {
    /// Its id.
    id: Uuid,
    /// Its name.
    #[schema(example = "获奖证书.pdf")]
    name: String,
    /// What its content is.
    #[schema(example = "application/pdf")]
    media_type: String,
    /// How many bytes it has.
    #[schema(example = 183_422)]
    size: i64,
    /// The SHA-256 of its content.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// Code of the school whose file it is; null: it is the bureau's.
    #[schema(required, example = "3413000001")]
    school: Option<String>,
    /// Who uploaded it.
    #[schema(example = "user:3413000001.reporter")]
    uploaded_by: String,
    /// When it was uploaded.
    uploaded_at: DateTime<Utc>,
    /// Whether the content is lost; uploading it again heals that.
    lost: bool,
    /// What it is attached to, as far as the caller may see that.
    attached_to: Vec<AttachmentBody>,
    /// What the caller may do with it.
    may: Vec<FileAction>,
}

/// That a file is attached to something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileAttachment)]
struct AttachmentBody {
    /// The kind of thing.
    #[schema(example = "submission")]
    subject_type: String,
    /// Its natural key.
    #[schema(example = "gaokao/2022/3413000001")]
    subject: String,
    /// Who attached it.
    #[schema(example = "user:3413000001.reporter")]
    attached_by: String,
    /// When it was attached.
    attached_at: DateTime<Utc>,
}

/// What may be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FileAction {
    /// Attach it to something that the caller may change.
    Attach,
    /// Delete it.
    Delete,
}

impl FileBody {
    pub(in crate::files) fn of(file: EvidenceFile, caller: &Caller) -> Self {
        let scope = caller.scope_for(Permission::WriteFiles).ok();
        let own = scope.is_some_and(|scope| scope.school().is_none() || scope.school() == file.school.as_deref());
        let unattached = file.attachments.is_empty() && file.uploaded_by == caller.actor;
        let may = [(FileAction::Attach, own), (FileAction::Delete, own && unattached)];
        Self {
            id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            sha256: file.digest.to_string(),
            school: file.school,
            uploaded_by: file.uploaded_by,
            uploaded_at: file.uploaded_at,
            lost: file.lost,
            attached_to: file.attachments.into_iter().map(AttachmentBody::of).collect(),
            may: may.into_iter().filter(|(_, may)| *may).map(|(action, _)| action).collect(),
        }
    }

    /// By which lists are ordered.
    pub(in crate::files) fn id(&self) -> Uuid {
        self.id
    }
}

impl AttachmentBody {
    fn of(attachment: Attachment) -> Self {
        let Attachment { subject_type, subject, attached_by, attached_at } = attachment;
        Self { subject_type, subject, attached_by, attached_at }
    }
}
