//! Files, their contents and attachments in the database.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::model::{Attachment, Digest, EvidenceFile, Subject};
use super::spool::Received;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// Written out with the rest of a statement, so that each is a constant. A file is visible to who
/// uploaded it, and with the scope of what it is attached to.
macro_rules! select {
    ($rest:literal) => {
        concat!(include_str!("sql/select.sql"), $rest)
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    media_type: String,
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Text)]
    uploaded_by: String,
    #[diesel(sql_type = Timestamptz)]
    uploaded_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    lost: bool,
    #[diesel(sql_type = Jsonb)]
    attachments: serde_json::Value,
}

/// An attachment as the statement puts it together.
#[derive(Deserialize)]
struct AttachmentRow {
    subject_type: String,
    subject: String,
    attached_by: String,
    attached_at: DateTime<Utc>,
}

impl TryFrom<Row> for EvidenceFile {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let attachments: Vec<AttachmentRow> = serde_json::from_value(row.attachments).map_err(AppError::internal)?;
        let attachment = |row: AttachmentRow| Attachment {
            subject_type: row.subject_type,
            subject: row.subject,
            attached_by: row.attached_by,
            attached_at: row.attached_at,
        };
        Ok(Self {
            id: row.id,
            school: row.school,
            name: row.name,
            media_type: row.media_type,
            size: row.size,
            digest: stored_digest(&row.sha256)?,
            uploaded_by: row.uploaded_by,
            uploaded_at: row.uploaded_at,
            lost: row.lost,
            attachments: attachments.into_iter().map(attachment).collect(),
        })
    }
}

pub(super) fn stored_digest(bytes: &[u8]) -> Result<Digest> {
    Digest::of_bytes(bytes).ok_or_else(|| AppError::internal("a stored SHA-256 has another length"))
}

/// The file, where the scope covers it.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<Option<EvidenceFile>> {
    let rows: Vec<Row> = statement(select!(" AND f.id = $4"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(scope.actor())
        .bind::<SqlUuid, _>(id)
        .load(&mut **tx)
        .await?;
    rows.into_iter().next().map(EvidenceFile::try_from).transpose()
}

/// Which files are listed: those of a thing, or the caller's own uploads.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    subject: Option<&Subject>,
    (after, limit): (Option<Uuid>, i64),
) -> Result<Vec<EvidenceFile>> {
    let listed = match subject {
        Some(_) => statement(select!(
            " AND EXISTS (SELECT FROM file_attachments s
                 WHERE s.bureau_id = $1 AND s.subject_type = $4 AND s.subject = $5 AND s.file = f.id)
              AND ($6 IS NULL OR f.id > $6) ORDER BY f.id LIMIT $7"
        )),
        None => statement(select!(
            " AND f.uploaded_by = $3 AND ($4::text IS NULL OR $5::text IS NULL)
              AND ($6 IS NULL OR f.id > $6) ORDER BY f.id LIMIT $7"
        )),
    };
    let rows: Vec<Row> = listed
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(scope.actor())
        .bind::<Nullable<Text>, _>(subject.map(Subject::kind))
        .bind::<Nullable<Text>, _>(subject.map(Subject::key))
        .bind::<Nullable<SqlUuid>, _>(after)
        .bind::<BigInt, _>(limit + 1)
        .load(&mut **tx)
        .await?;
    rows.into_iter().map(EvidenceFile::try_from).collect()
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = Bool)]
    lost: bool,
}

/// Announces that a content is about to be used, so that it is not cleaned up meanwhile; says whether
/// what the store has of it is not to be trusted: it was found to be no good, or no upload of it was
/// ever finished, as of what a broken copy of the store left behind.
pub(super) async fn claim(tx: &mut Tx, scope: &Scope, digest: Digest, size: i64) -> Result<bool> {
    let now = tx.now();
    let claimed: Claimed = statement(
        "INSERT INTO file_contents (bureau_id, sha256, size, stored_at, unused_since, lost_at)
         VALUES ($1, $2, $3, $4, $4, $4)
         ON CONFLICT (bureau_id, sha256) DO UPDATE SET unused_since = $4 RETURNING lost_at IS NOT NULL AS lost",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Binary, _>(digest.0.to_vec())
    .bind::<BigInt, _>(size)
    .bind::<Timestamptz, _>(now)
    .get_result(&mut **tx)
    .await?;
    Ok(claimed.lost)
}

/// What a school keeps: the bytes of its contents, each counted once, and whether one is among them.
#[derive(QueryableByName)]
pub(super) struct Usage {
    #[diesel(sql_type = BigInt)]
    pub used: i64,
    #[diesel(sql_type = Bool)]
    pub counted: bool,
}

/// What a school keeps, and nobody adds to until the transaction ends.
pub(super) async fn usage(tx: &mut Tx, scope: &Scope, school: &str, digest: Digest) -> Result<Usage> {
    let lock = Sha256::digest(format!("quota of files/{}/{school}", scope.bureau_id()));
    let lock = lock.first_chunk().copied().map_or(0, i64::from_be_bytes);
    statement("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(lock).execute(&mut **tx).await?;
    let usage = statement(
        "SELECT coalesce(sum(size), 0)::bigint AS used, coalesce(bool_or(sha256 = $3), false) AS counted
         FROM (SELECT DISTINCT sha256, size FROM files WHERE bureau_id = $1 AND school = $2) AS kept",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(school)
    .bind::<Binary, _>(digest.0.to_vec())
    .get_result(&mut **tx)
    .await?;
    Ok(usage)
}

/// Adds a file whose content is in the store.
pub(super) async fn insert(tx: &mut Tx, scope: &Scope, id: Uuid, received: &Received) -> Result<()> {
    let now = tx.now();
    let digest = received.digest.0.to_vec();
    statement("UPDATE file_contents SET unused_since = NULL, lost_at = NULL WHERE bureau_id = $1 AND sha256 = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Binary, _>(digest.clone())
        .execute(&mut **tx)
        .await?;
    statement(
        "INSERT INTO files (bureau_id, id, school, name, media_type, size, sha256, uploaded_by, uploaded_at,
             unattached_since)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Text, _>(&received.name)
    .bind::<Text, _>(received.kind.media_type())
    .bind::<BigInt, _>(received.size)
    .bind::<Binary, _>(digest)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes a file away that is attached to nothing; false where it is gone, or attached by now. Its
/// content is unused from now on, unless other files name it.
pub(super) async fn delete(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<bool> {
    let now = tx.now();
    let deleted = statement(
        "DELETE FROM files WHERE bureau_id = $1 AND id = $2 AND unattached_since IS NOT NULL RETURNING sha256",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(id)
    .load::<DigestRow>(&mut **tx)
    .await?;
    let Some(DigestRow { sha256 }) = deleted.into_iter().next() else { return Ok(false) };
    statement("UPDATE file_contents SET unused_since = $3 WHERE bureau_id = $1 AND sha256 = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Binary, _>(sha256)
        .bind::<Timestamptz, _>(now)
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

#[derive(QueryableByName)]
pub(super) struct DigestRow {
    #[diesel(sql_type = Binary)]
    pub sha256: Vec<u8>,
}

/// Attaches a file; false where it is attached already.
pub(super) async fn attach(
    tx: &mut Tx,
    scope: &Scope,
    id: Uuid,
    subject: &Subject,
    school: Option<&str>,
) -> Result<bool> {
    let now = tx.now();
    let inserted = statement(
        "INSERT INTO file_attachments (bureau_id, file, subject_type, subject, school, attached_by, attached_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(subject.kind())
    .bind::<Text, _>(subject.key())
    .bind::<Nullable<Text>, _>(school)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    if inserted == 0 {
        return Ok(false);
    }
    statement("UPDATE files SET unattached_since = NULL WHERE bureau_id = $1 AND id = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<SqlUuid, _>(id)
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

/// Keeps a file as it is until the transaction ends; false where it is gone.
pub(super) async fn lock(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<bool> {
    let found = statement("SELECT FROM files WHERE bureau_id = $1 AND id = $2 FOR UPDATE")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<SqlUuid, _>(id)
        .execute(&mut **tx)
        .await?;
    Ok(found > 0)
}

/// Detaches a file; false where it is not attached to it.
pub(super) async fn detach(tx: &mut Tx, scope: &Scope, id: Uuid, subject: &Subject) -> Result<bool> {
    let now = tx.now();
    let deleted = statement(
        "DELETE FROM file_attachments WHERE bureau_id = $1 AND file = $2 AND subject_type = $3 AND subject = $4",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(subject.kind())
    .bind::<Text, _>(subject.key())
    .execute(&mut **tx)
    .await?;
    if deleted == 0 {
        return Ok(false);
    }
    statement(
        "UPDATE files SET unattached_since = $3 WHERE bureau_id = $1 AND id = $2
             AND NOT EXISTS (SELECT FROM file_attachments a WHERE a.bureau_id = $1 AND a.file = $2)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(true)
}
