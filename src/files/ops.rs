//! What happens to a file: uploaded, attached, detached, read, deleted.

use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{EvidenceFile, Subject};
use super::queries;
use super::spool::Received;
use super::store::Files;
use crate::platform::access::Scope;
use crate::platform::db::{Database, Tx};
use crate::platform::error::{AppError, Code, Result};
use crate::platform::journal::{self, Entry};
use crate::say;

/// The file, where the scope covers it.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<EvidenceFile> {
    queries::find(tx, scope, id).await?.ok_or_else(|| no_file(id))
}

fn no_file(id: Uuid) -> AppError {
    AppError::not_found(say!("没有文件“{id}”", "There is no file “{id}”"))
}

/// Puts a content into the store, where the quota has room for it. The row that makes a file of it
/// comes after: until then nobody sees anything, and what is left behind by a crash goes after the
/// time of grace.
pub(super) async fn store(db: &Database, files: &Files, scope: &Scope, received: &Received) -> Result<()> {
    let lost = db
        .write(scope, async |tx| {
            check_quota(tx, files, scope, received).await?;
            queries::claim(tx, scope, received.digest, received.size).await
        })
        .await?;
    let content = received.content.try_clone().map_err(AppError::internal)?;
    files.put(scope.bureau_id(), received.digest, content, lost).await
}

/// Makes a file of a content that is in the store.
pub(super) async fn add(tx: &mut Tx, files: &Files, scope: &Scope, received: &Received) -> Result<EvidenceFile> {
    check_quota(tx, files, scope, received).await?;
    let id = Uuid::now_v7();
    queries::insert(tx, scope, id, received).await?;
    let file = find(tx, scope, id).await?;
    journal::record(tx, scope, vec![entry("file.upload", &file, None, Some(described(&file)))]).await?;
    Ok(file)
}

/// Refuses what a school has no room for. A content that it keeps already takes none.
async fn check_quota(tx: &mut Tx, files: &Files, scope: &Scope, received: &Received) -> Result<()> {
    let Some(school) = scope.school() else { return Ok(()) };
    let usage = queries::usage(tx, scope, school, received.digest).await?;
    let (used, asked, allowed) = (usage.used, received.size, files.school_quota);
    if usage.counted || used.saturating_add(asked) <= allowed {
        return Ok(());
    }
    Err(AppError::new(Code::QuotaExceeded).detail(say!(
        "学校已用 {used} 字节，此文件 {asked} 字节，配额 {allowed} 字节",
        "The school uses {used} bytes, this file has {asked}, and {allowed} are allowed"
    )))
}

/// Attaches a file to a thing that the caller may change. Attaching again changes nothing.
pub(super) async fn attach(
    tx: &mut Tx,
    scope: &Scope,
    id: Uuid,
    subject: &Subject,
    school: Option<&str>,
) -> Result<EvidenceFile> {
    queries::lock(tx, scope, id).await?;
    let file = find(tx, scope, id).await?;
    check_whose(scope, &file)?;
    // A file of one school must not become visible to another.
    if file.school.is_some() && file.school.as_deref() != school {
        return Err(
            AppError::new(Code::Forbidden).detail(say!("文件属于另一所学校", "The file belongs to another school"))
        );
    }
    if !queries::attach(tx, scope, id, subject, school).await? {
        return Ok(file);
    }
    let attached = find(tx, scope, id).await?;
    let after = json!({ "subject_type": subject.kind(), "subject": subject.key() });
    let entry = Entry { school, ..entry("file.attach", &attached, None, Some(after)) };
    journal::record(tx, scope, vec![entry]).await?;
    Ok(attached)
}

/// Detaches a file from a thing that the caller may change.
pub(super) async fn detach(
    tx: &mut Tx,
    scope: &Scope,
    id: Uuid,
    subject: &Subject,
    school: Option<&str>,
) -> Result<()> {
    queries::lock(tx, scope, id).await?;
    let file = find(tx, scope, id).await?;
    check_whose(scope, &file)?;
    if !queries::detach(tx, scope, id, subject).await? {
        return Err(AppError::not_found(say!("文件没有附在此处", "The file is not attached to this")));
    }
    let before = json!({ "subject_type": subject.kind(), "subject": subject.key() });
    let entry = Entry { school, ..entry("file.detach", &file, Some(before), None) };
    journal::record(tx, scope, vec![entry]).await
}

/// A school sees what the bureau attached to its things, but has no say in it.
fn check_whose(scope: &Scope, file: &EvidenceFile) -> Result<()> {
    if scope.school().is_none() || file.school.as_deref() == scope.school() {
        return Ok(());
    }
    Err(AppError::new(Code::Forbidden).detail(say!("此文件由教育局提供", "The file is the bureau's")))
}

/// Takes a file away that is attached to nothing.
pub(super) async fn delete(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<()> {
    queries::lock(tx, scope, id).await?;
    let file = find(tx, scope, id).await?;
    let in_use =
        || AppError::new(Code::InUse).detail(say!("文件仍附在其他内容上，请先解除", "It is attached; detach it first"));
    if !file.attachments.is_empty() {
        return Err(in_use());
    }
    if !queries::delete(tx, scope, id).await? {
        return Err(in_use());
    }
    journal::record(tx, scope, vec![entry("file.delete", &file, Some(described(&file)), None)]).await
}

/// Whether reading a content is told to the journal: by others than whoever uploaded it and its school.
pub(super) fn is_told(scope: &Scope, file: &EvidenceFile) -> bool {
    let own = file.school.is_some() && file.school.as_deref() == scope.school();
    !own && file.uploaded_by != scope.actor()
}

/// Tells the journal that somebody read a content.
pub(super) async fn tell_reading(tx: &mut Tx, scope: &Scope, file: &EvidenceFile) -> Result<()> {
    let entry = Entry { subject_type: "reading", ..entry("file.read", file, None, Some(described(file))) };
    journal::record(tx, scope, vec![entry]).await
}

/// A file, as the journal describes it.
pub(super) fn described(file: &EvidenceFile) -> Value {
    let EvidenceFile { name, media_type, size, digest, .. } = file;
    json!({ "name": name, "media_type": media_type, "size": size, "sha256": digest.to_string() })
}

pub(super) fn entry<'a>(
    action: &'a str,
    file: &'a EvidenceFile,
    before: Option<Value>,
    after: Option<Value>,
) -> Entry<'a> {
    let school = file.school.as_deref();
    Entry { action, subject_type: "file", subject: file.id.to_string(), school, before, after }
}
