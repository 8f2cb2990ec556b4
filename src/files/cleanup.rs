//! Cleaning up: uploads that nobody attached, and contents that no file names any more.

use chrono::TimeDelta;
use diesel::QueryableByName;
use diesel::sql_types::{Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::queries::{self, DigestRow, stored_digest};
use super::store::Files;
use crate::platform::access::Scope;
use crate::platform::db::{Database, Tx};
use crate::platform::error::{AppError, Result};
use crate::platform::journal::{self, Entry};
use crate::platform::statement::statement;

/// For how long an upload waits to be attached.
const UNATTACHED_FOR: TimeDelta = TimeDelta::hours(24);

/// What was cleaned up in a bureau.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CleanedUp {
    /// Files that were attached to nothing.
    pub files: usize,
    /// Contents that no file named.
    pub contents: usize,
}

/// Cleans up in the bureau of a scope that sees all of it.
///
/// # Errors
/// Where the database or the store refuses.
pub async fn clean_up(db: &Database, files: &Files, scope: &Scope) -> Result<CleanedUp> {
    let expired = db.write(scope, async |tx| forget_unattached(tx, scope).await).await?;
    let mut contents = 0;
    // One content a transaction, because the store is asked while the row is held.
    while db.write(scope, async |tx| remove_an_unused_content(tx, files, scope).await).await? {
        contents += 1;
    }
    Ok(CleanedUp { files: expired, contents })
}

/// Sweeps away what a crash left half written in the folder of the store.
///
/// # Errors
/// Where the folder cannot be read.
pub async fn sweep(files: &Files) -> Result<usize> {
    let files = files.clone();
    let swept = tokio::task::spawn_blocking(move || files.sweep()).await;
    swept.map_err(AppError::internal)?.map_err(AppError::internal)
}

#[derive(QueryableByName)]
struct Expired {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Jsonb)]
    described: Value,
}

async fn forget_unattached(tx: &mut Tx, scope: &Scope) -> Result<usize> {
    let before = tx.now() - UNATTACHED_FOR;
    let expired: Vec<Expired> = statement(
        "SELECT id, school, jsonb_build_object('name', name, 'media_type', media_type, 'size', size,
             'sha256', encode(sha256, 'hex')) AS described
         FROM files WHERE bureau_id = $1 AND unattached_since < $2 ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(before)
    .load(&mut **tx)
    .await?;
    let mut entries = Vec::new();
    for file in &expired {
        if queries::delete(tx, scope, file.id).await? {
            entries.push(Entry {
                action: "file.expire",
                subject_type: "file",
                subject: file.id.to_string(),
                school: file.school.as_deref(),
                before: Some(file.described.clone()),
                after: None,
            });
        }
    }
    let count = entries.len();
    if count > 0 {
        journal::record(tx, scope, entries).await?;
    }
    Ok(count)
}

/// Removes a content that no file has named for the time of grace; false where there is none.
///
/// The row is held while the store is asked, and goes with the content: who wants to use the content
/// claims the row first, and so either keeps the content, or finds that it is not there.
async fn remove_an_unused_content(tx: &mut Tx, files: &Files, scope: &Scope) -> Result<bool> {
    let before = tx.now() - files.grace;
    let removed: Vec<DigestRow> = statement(
        "DELETE FROM file_contents WHERE bureau_id = $1 AND sha256 = (
             SELECT c.sha256 FROM file_contents c
             WHERE c.bureau_id = $1 AND c.unused_since < $2
                 AND NOT EXISTS (SELECT FROM files f WHERE f.bureau_id = $1 AND f.sha256 = c.sha256)
             LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING sha256",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(before)
    .load(&mut **tx)
    .await?;
    let Some(DigestRow { sha256 }) = removed.into_iter().next() else { return Ok(false) };
    files.remove(scope.bureau_id(), stored_digest(&sha256)?).await?;
    Ok(true)
}
