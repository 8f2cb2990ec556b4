//! Sealed entries, as changes.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::kinds::Kind;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// How many positions are looked at for one answer, visible or not.
const REACH: i64 = 20_000;

/// A change.
#[derive(Debug, QueryableByName)]
pub(super) struct ChangeRow {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub subject_type: String,
    #[diesel(sql_type = Text)]
    pub action: String,
    #[diesel(sql_type = Text)]
    pub subject: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
}

/// The visible changes after a position, and the position up to which was looked: at most the head, the last sealed one.
pub(super) async fn changes(
    tx: &mut Tx,
    scope: &Scope,
    kinds: &[Kind],
    (after, head, limit): (i64, i64, i64),
) -> Result<(Vec<ChangeRow>, i64)> {
    let until = head.min(after.saturating_add(REACH)).max(after);
    let names = |kinds: &mut dyn Iterator<Item = &Kind>| kinds.map(|kind| kind.name()).collect::<Vec<_>>();
    let rows: Vec<ChangeRow> = statement(
        "SELECT position, recorded_at, subject_type, action, subject, school
         FROM journal
         WHERE bureau_id = $1 AND position > $2 AND position <= $3 AND subject_type = ANY ($4)
             -- Until it is attached a file is only its uploader's.
             AND action NOT IN ('file.upload', 'file.delete', 'file.expire')
             AND ($5 IS NULL OR school = $5 OR school IS NULL AND subject_type = ANY ($6))
         ORDER BY position LIMIT $7",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(until)
    .bind::<Array<Text>, _>(names(&mut kinds.iter()))
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Array<Text>, _>(names(&mut kinds.iter().filter(|kind| kind.is_everybodys())))
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|found| found == limit);
    let next = rows.iter().next_back().filter(|_| is_full).map_or(until, |last| last.position);
    Ok((rows, next))
}

#[derive(QueryableByName)]
struct Recorded {
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

/// The first position that was recorded at a moment or later; positions follow time, but for what was committed at once.
pub(super) async fn first_since(tx: &mut Tx, scope: &Scope, head: i64, moment: DateTime<Utc>) -> Result<i64> {
    let (mut low, mut high) = (1, head.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        if recorded_before(tx, scope, middle, moment).await? { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// Whether the entry at a position was recorded before a moment.
pub(super) async fn recorded_before(tx: &mut Tx, scope: &Scope, position: i64, moment: DateTime<Utc>) -> Result<bool> {
    let rows: Vec<Recorded> = statement("SELECT recorded_at FROM journal WHERE bureau_id = $1 AND position = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<BigInt, _>(position)
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().next().is_some_and(|row| row.recorded_at < moment))
}
