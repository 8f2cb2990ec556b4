//! Sealed entries in the database.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as UuidType};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::journal::StoredEntry;
use crate::platform::statement::statement;

/// A sealed entry.
#[derive(Debug, QueryableByName)]
pub(super) struct EntryRow {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub actor: String,
    #[diesel(sql_type = Text)]
    pub action: String,
    #[diesel(sql_type = Text)]
    pub subject_type: String,
    #[diesel(sql_type = Text)]
    pub subject: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub before: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub after: Option<Value>,
    #[diesel(sql_type = UuidType)]
    pub request_id: Uuid,
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
}

/// Which entries are meant.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub actor: Option<&'a str>,
    pub action: Option<&'a str>,
    pub subject_type: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub school: Option<&'a str>,
    pub from: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub newest_first: bool,
}

macro_rules! select {
    ($after:literal, $order:literal) => {
        concat!(
            "SELECT position, recorded_at, actor, action, subject_type, subject, school, before, after, request_id, hash
             FROM journal
             WHERE bureau_id = $1 AND position IS NOT NULL AND ($2 IS NULL OR position ",
            $after,
            " $2) AND ($3 IS NULL OR actor = $3) AND ($4 IS NULL OR action = $4)
                 AND ($5 IS NULL OR subject_type = $5) AND ($6 IS NULL OR subject = $6)
                 AND ($7 IS NULL OR school = $7) AND ($8 IS NULL OR recorded_at >= $8)
                 AND ($9 IS NULL OR recorded_at < $9)
             ORDER BY position ",
            $order,
            " LIMIT $10"
        )
    };
}

/// A page of sealed entries.
pub(super) async fn entries(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter<'_>,
    (after, limit): (Option<i64>, i64),
) -> Result<Vec<EntryRow>> {
    let sql = if filter.newest_first { select!("<", "DESC") } else { select!(">", "ASC") };
    Ok(statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<BigInt>, _>(after)
        .bind::<Nullable<Text>, _>(filter.actor)
        .bind::<Nullable<Text>, _>(filter.action)
        .bind::<Nullable<Text>, _>(filter.subject_type)
        .bind::<Nullable<Text>, _>(filter.subject)
        .bind::<Nullable<Text>, _>(filter.school)
        .bind::<Nullable<Timestamptz>, _>(filter.from)
        .bind::<Nullable<Timestamptz>, _>(filter.until)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?)
}

/// Where a chain ends.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct HeadRow {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
}

#[derive(QueryableByName)]
struct Bureau {
    #[diesel(sql_type = Text)]
    code: String,
}

/// The code of the bureau.
pub(super) async fn bureau(tx: &mut Tx, scope: &Scope) -> Result<String> {
    let bureau: Bureau = statement("SELECT code FROM bureaus WHERE id = $1")
        .bind::<Integer, _>(scope.bureau_id())
        .get_result(&mut **tx)
        .await?;
    Ok(bureau.code)
}

/// The newest sealed entry; none before the first.
pub(super) async fn head(tx: &mut Tx, scope: &Scope) -> Result<Option<HeadRow>> {
    let rows: Vec<HeadRow> = statement(
        "SELECT position, hash FROM journal
         WHERE bureau_id = $1 AND position IS NOT NULL ORDER BY position DESC LIMIT 1",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next())
}

/// A sealed entry as the chain has it.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct ChainRow {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
    #[diesel(embed)]
    pub entry: StoredEntry,
}

/// Sealed entries behind a position, in the order of the chain.
pub(super) async fn chain(tx: &mut Tx, scope: &Scope, after: i64, limit: i64) -> Result<Vec<ChainRow>> {
    Ok(statement(
        "SELECT position, hash, bureau_id, id, recorded_at, actor, action, subject_type, subject, school,
             before::text AS before, after::text AS after, request_id
         FROM journal WHERE bureau_id = $1 AND position > $2 ORDER BY position LIMIT $3",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?)
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many entries wait for the sealer since before a moment.
pub(super) async fn waiting_since(tx: &mut Tx, scope: &Scope, moment: DateTime<Utc>) -> Result<i64> {
    let waiting: Waiting = statement(
        "SELECT count(*) AS count FROM journal WHERE bureau_id = $1 AND position IS NULL AND recorded_at < $2",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(moment)
    .get_result(&mut **tx)
    .await?;
    Ok(waiting.count)
}
