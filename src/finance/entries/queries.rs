//! Entries of budget items in the database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use super::model::EntryKind;
use crate::finance::items::Item;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// An entry to be written.
#[derive(Debug, Clone, Copy)]
pub(in crate::finance) struct NewEntry<'a> {
    pub item: &'a Item,
    pub kind: EntryKind,
    pub amount: Decimal,
    pub day: NaiveDate,
    pub counterpart: Option<&'a str>,
    pub document: Option<&'a str>,
    pub reason: Option<&'a str>,
}

/// Writes entries in one statement, numbered on within their items. Who calls has taken the recording time, so that nobody
/// else numbers meanwhile.
pub(in crate::finance) async fn insert(tx: &mut Tx, scope: &Scope, entries: &[NewEntry<'_>]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    statement(
        "INSERT INTO budget_entries (bureau_id, recorded_by, recorded_at, entry, item, year, school, kind, amount, day,
             counterpart, document, reason)
         SELECT $1, $2, $3,
             coalesce((SELECT max(e.entry) FROM budget_entries AS e WHERE e.bureau_id = $1 AND e.item = n.item), 0)
                 + row_number() OVER (PARTITION BY n.item ORDER BY n.place),
             n.item, n.year, n.school, n.kind, n.amount, n.day, n.counterpart, n.document, n.reason
         FROM unnest($4::text[], $5::integer[], $6::text[], $7::text[], $8::numeric[], $9::date[], $10::text[], $11::text[],
             $12::text[])
             WITH ORDINALITY AS n (item, year, school, kind, amount, day, counterpart, document, reason, place)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.item.code.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(entries.iter().map(|entry| entry.item.year).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|entry| entry.item.school.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(entries.iter().map(|entry| entry.kind.name()).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(entries.iter().map(|entry| entry.amount).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(entries.iter().map(|entry| entry.day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|entry| entry.counterpart).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|entry| entry.document).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(entries.iter().map(|entry| entry.reason).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// By how much the totals of an item change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    pub item: &'a str,
    pub adjusted: Decimal,
    pub received: Decimal,
    pub detailed: Decimal,
}

/// Changes the totals of items that are locked.
pub(super) async fn change(tx: &mut Tx, scope: &Scope, changes: &[Change<'_>]) -> Result<()> {
    statement(
        "UPDATE budget_items AS i
         SET adjusted = i.adjusted + n.adjusted, received = i.received + n.received, detailed = i.detailed + n.detailed
         FROM unnest($2::text[], $3::numeric[], $4::numeric[], $5::numeric[]) AS n (item, adjusted, received, detailed)
         WHERE i.bureau_id = $1 AND i.item = n.item",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(changes.iter().map(|each| each.item).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(changes.iter().map(|each| each.adjusted).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(changes.iter().map(|each| each.received).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(changes.iter().map(|each| each.detailed).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An entry as it stands in the database.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = Integer)]
    pub entry: i32,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Numeric)]
    pub amount: Decimal,
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    pub counterpart: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub document: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<String>,
    #[diesel(sql_type = Text)]
    pub recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
}

/// A page of the entries of an item, in the order in which they were recorded.
pub(super) async fn list(tx: &mut Tx, scope: &Scope, item: &str, (after, limit): (i32, i64)) -> Result<Vec<Row>> {
    let entries = statement(
        "SELECT entry, kind, amount, day, counterpart, document, reason, recorded_by, recorded_at
         FROM budget_entries
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND item = $3 AND entry > $4
         ORDER BY entry LIMIT $5",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Text, _>(item)
    .bind::<Integer, _>(after)
    .bind::<BigInt, _>(limit);
    Ok(entries.load(&mut **tx).await?)
}
