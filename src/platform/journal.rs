//! The journal: who changed what, written in the transaction of the change.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::access::Scope;
use super::db::Tx;
use super::error::Result;
use crate::schema::journal;

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

/// Writes entries, all with the transaction's time, in one statement.
///
/// # Errors
/// Where the database refuses.
pub async fn record(tx: &mut Tx, scope: &Scope, entries: Vec<Entry<'_>>) -> Result<()> {
    let now = tx.now();
    let rows: Vec<_> = entries
        .into_iter()
        .map(|entry| {
            (
                journal::bureau_id.eq(scope.bureau_id()),
                journal::recorded_at.eq(now),
                journal::actor.eq(scope.actor().to_owned()),
                journal::action.eq(entry.action.to_owned()),
                journal::subject_type.eq(entry.subject_type.to_owned()),
                journal::subject.eq(entry.subject),
                journal::school.eq(entry.school.map(str::to_owned)),
                journal::before.eq(entry.before),
                journal::after.eq(entry.after),
                journal::request_id.eq(scope.request_id()),
            )
        })
        .collect();
    // A statement has room for 65,535 parameters.
    for chunk in rows.chunks(4_000) {
        diesel::insert_into(journal::table).values(chunk).execute(&mut **tx).await?;
    }
    Ok(())
}
