//! Comparing what the database says of contents with what the store has.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Timestamptz};
use diesel_async::RunQueryDsl;
use futures_util::TryStreamExt;
use sha2::{Digest as _, Sha256};

use super::model::Digest;
use super::queries::stored_digest;
use super::store::Files;
use crate::platform::access::Scope;
use crate::platform::db::{Database, Tx};
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// How many contents are read from the database at once.
const BATCH: i64 = 500;

/// Something that does not fit together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The SHA-256 that the content should have.
    pub sha256: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A file names it, and the store does not have it.
    Missing,
    /// The store has something else in its place.
    Altered,
    /// The store has it, and the database does not know it.
    Unknown,
}

/// How far the comparison has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Contents compared.
    pub done: u64,
    /// Contents that the database knows.
    pub of: u64,
}

/// Compares every content of a bureau with its row, and reads it to the end. With `repair` files whose content
/// is missing or altered are marked as lost, those whose content is there again are not lost any more, and
/// contents without a row get one, so that they go after the time of grace.
///
/// # Errors
/// Where the database or the store cannot be read.
pub async fn inspect(
    db: &Database,
    files: &Files,
    scope: &Scope,
    repair: bool,
    mut progress: impl FnMut(Progress),
) -> Result<Vec<Finding>> {
    let bureau = scope.bureau_id();
    let mut findings = Vec::new();
    let of = db.read(scope, async |tx| count(tx, scope).await).await?;
    let of = u64::try_from(of).unwrap_or_default();
    let mut done = 0;
    let mut after: Option<Digest> = None;
    loop {
        let batch = db.read(scope, async |tx| known(tx, scope, after).await).await?;
        let Some((last, _)) = batch.last() else { break };
        after = Some(*last);
        for (digest, known) in batch {
            let fault = fault(files, bureau, digest).await?;
            // What no file names need not be there: an upload may be under way, or have failed.
            let counts = known.named || fault != Some(Fault::Missing);
            if repair && fault.is_some() != known.lost {
                db.write(scope, async |tx| mark(tx, scope, digest, fault.is_some()).await).await?;
            }
            if let Some(fault) = fault.filter(|_| counts) {
                findings.push(Finding { sha256: digest.to_string(), fault });
            }
            done += 1;
            progress(Progress { done, of });
        }
    }
    let mut contents = files.contents(bureau).try_chunks(usize::try_from(BATCH).unwrap_or(1));
    while let Some(chunk) = contents.try_next().await.map_err(|error| error.1)? {
        let found: BTreeMap<Digest, u64> = chunk.into_iter().collect();
        for digest in db.write(scope, async |tx| unknown(tx, scope, &found, repair).await).await? {
            findings.push(Finding { sha256: digest.to_string(), fault: Fault::Unknown });
        }
    }
    Ok(findings)
}

/// Reads a content to the end.
async fn fault(files: &Files, bureau: i32, digest: Digest) -> Result<Option<Fault>> {
    let Some(mut content) = files.read(bureau, digest, None).await? else { return Ok(Some(Fault::Missing)) };
    let mut hash = Sha256::new();
    loop {
        match content.try_next().await {
            Ok(Some(bytes)) => hash.update(&bytes),
            Ok(None) => break,
            Err(_) => return Ok(Some(Fault::Altered)),
        }
    }
    let same = Digest(hash.finalize().into()) == digest;
    Ok(if same { None } else { Some(Fault::Altered) })
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count(tx: &mut Tx, scope: &Scope) -> Result<i64> {
    let count: Count = statement("SELECT count(*) AS count FROM file_contents WHERE bureau_id = $1")
        .bind::<Integer, _>(scope.bureau_id())
        .get_result(&mut **tx)
        .await?;
    Ok(count.count)
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Bool)]
    lost: bool,
    #[diesel(sql_type = Bool)]
    named: bool,
}

async fn known(tx: &mut Tx, scope: &Scope, after: Option<Digest>) -> Result<Vec<(Digest, Known)>> {
    let rows: Vec<Known> = statement(
        "SELECT c.sha256, c.lost_at IS NOT NULL AS lost,
             EXISTS (SELECT FROM files f WHERE f.bureau_id = $1 AND f.sha256 = c.sha256) AS named
         FROM file_contents c WHERE c.bureau_id = $1 AND c.sha256 > $2 ORDER BY c.sha256 LIMIT $3",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Binary, _>(after.map_or_else(Vec::new, |digest| digest.0.to_vec()))
    .bind::<BigInt, _>(BATCH)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(|row| Ok((stored_digest(&row.sha256)?, row))).collect()
}

async fn mark(tx: &mut Tx, scope: &Scope, digest: Digest, lost: bool) -> Result<()> {
    let at = lost.then(|| tx.now());
    statement("UPDATE file_contents SET lost_at = $3 WHERE bureau_id = $1 AND sha256 = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Binary, _>(digest.0.to_vec())
        .bind::<diesel::sql_types::Nullable<Timestamptz>, _>(at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Unknown {
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
}

/// Those contents that have no row; with `repair` they get one, and their time of grace begins. Nobody has
/// read them yet, so that an upload of the same content does not rely on them.
async fn unknown(tx: &mut Tx, scope: &Scope, found: &BTreeMap<Digest, u64>, repair: bool) -> Result<Vec<Digest>> {
    let digests: Vec<Vec<u8>> = found.keys().map(|digest| digest.0.to_vec()).collect();
    let rows: Vec<Unknown> = statement(
        "SELECT found.sha256 FROM unnest($2) AS found (sha256)
         WHERE NOT EXISTS (SELECT FROM file_contents c WHERE c.bureau_id = $1 AND c.sha256 = found.sha256)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Binary>, _>(digests)
    .load(&mut **tx)
    .await?;
    let unknown = rows.iter().map(|row| stored_digest(&row.sha256)).collect::<Result<Vec<_>>>()?;
    if repair && !unknown.is_empty() {
        let now = tx.now();
        statement(
            "INSERT INTO file_contents (bureau_id, sha256, size, stored_at, unused_since, lost_at)
             SELECT $1, sha256, greatest(size, 1), $4, $4, $4 FROM unnest($2, $3) AS found (sha256, size)
             ON CONFLICT DO NOTHING",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Array<Binary>, _>(unknown.iter().map(|digest| digest.0.to_vec()).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(
            unknown
                .iter()
                .map(|digest| found.get(digest).and_then(|size| i64::try_from(*size).ok()).unwrap_or(1))
                .collect::<Vec<_>>(),
        )
        .bind::<Timestamptz, _>(now)
        .execute(&mut **tx)
        .await?;
    }
    Ok(unknown)
}
