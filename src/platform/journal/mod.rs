//! The journal: who changed what, written in the transaction of the change, and sealed when that is committed.
//!
//! Transactions commit in another order than they begin, so entries have no order of their own. A single sealer gives
//! those that are committed a position, without gaps, and chains them: the hash of an entry is SHA-256 over the hash of
//! the entry before and the canonical form of this one. Whatever is changed, taken out or put in afterwards breaks the
//! chain from there on.

mod canonical;
mod sealer;

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::access::Scope;
use super::db::Tx;
use super::error::Result;
use super::statement::statement;

pub use canonical::{GENESIS, Hash, StoredEntry, hash};
pub use sealer::{Heads, Look, Sealer};

/// The most entries of a statement; what is written of them is held until it is sent.
const AT_ONCE: usize = 5_000;

/// A change, as the journal keeps it. Never put a secret into it.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    /// What was done, for example `submission.accept`.
    pub action: &'a str,
    /// The kind of thing that changed, for example `submission`.
    pub subject_type: &'a str,
    /// Its natural key, for example `gaokao/2022/3413000001`.
    pub subject: String,
    /// The school that it concerns.
    pub school: Option<&'a str>,
    /// What it was, where it was.
    pub before: Option<Value>,
    /// What it is, where it is.
    pub after: Option<Value>,
}

/// Writes entries, all with the transaction's time, in as few statements as may hold them.
///
/// # Errors
/// Where the database refuses.
pub async fn record<'a>(tx: &mut Tx, scope: &Scope, entries: impl IntoIterator<Item = Entry<'a>>) -> Result<()> {
    let mut entries = entries.into_iter();
    loop {
        let some: Vec<Entry<'_>> = entries.by_ref().take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        insert(tx, scope, &some).await?;
    }
}

async fn insert(tx: &mut Tx, scope: &Scope, entries: &[Entry<'_>]) -> Result<()> {
    let now = tx.now();
    statement(
        "INSERT INTO journal (bureau_id, recorded_at, actor, request_id,
                              action, subject_type, subject, school, before, after)
         SELECT $1, $2, $3, $4, * FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[], $10::jsonb[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(scope.actor())
    .bind::<Uuid, _>(scope.request_id())
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.action).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.subject_type).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.subject.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|entry| entry.school).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(entries.iter().map(|entry| entry.before.as_ref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(entries.iter().map(|entry| entry.after.as_ref()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where the sealed journal ends; 0 before its first entry.
///
/// # Errors
/// Where the database refuses.
pub async fn sealed_position(tx: &mut Tx, scope: &Scope) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Head {
        #[diesel(sql_type = BigInt)]
        position: i64,
    }
    let head: Head = statement(
        "SELECT coalesce(max(position), 0) AS position FROM journal WHERE bureau_id = $1 AND position IS NOT NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .get_result(&mut **tx)
    .await?;
    Ok(head.position)
}
