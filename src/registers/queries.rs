//! Records and their revisions in the database.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::filter::Filter;
use super::model::{Content, Revision};
use crate::platform::access::Scope;
use crate::platform::db::{Tx, beyond_school};
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// Written out with the rest of a statement, so that each is a constant.
macro_rules! select {
    ($($rest:expr),*) => { concat!(include_str!("sql/select.sql"), $($rest),*) };
}

/// What is current, or was at a moment, page by page.
macro_rules! list {
    ($as_of:expr, $page:literal) => {
        match $as_of {
            // What is current has an index of its own; $4 is named for its type alone.
            None => select!(
                " AND r.superseded_at IS NULL AND ($4::timestamptz IS NULL OR true) ",
                include_str!("sql/list.sql"),
                $page,
                " LIMIT $13"
            ),
            Some(_) => select!(
                " AND r.recorded_at <= $4 AND (r.superseded_at IS NULL OR r.superseded_at > $4) ",
                include_str!("sql/list.sql"),
                $page,
                " LIMIT $13"
            ),
        }
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    record: String,
    #[diesel(sql_type = Integer)]
    revision: i32,
    #[diesel(sql_type = Integer)]
    register_version: i32,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    school_name: Option<String>,
    #[diesel(sql_type = Jsonb)]
    timeline: Value,
    #[diesel(sql_type = Jsonb)]
    fields: Value,
    #[diesel(sql_type = Jsonb)]
    explanations: Value,
    #[diesel(sql_type = Bool)]
    withdrawn: bool,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl TryFrom<Row> for Revision {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let content = Content {
            school: row.school,
            timeline: serde_json::from_value(row.timeline).map_err(AppError::internal)?,
            fields: serde_json::from_value(row.fields).map_err(AppError::internal)?,
            explanations: serde_json::from_value(row.explanations).map_err(AppError::internal)?,
            withdrawn: row.withdrawn,
        };
        Ok(Self {
            record: row.record,
            number: row.revision,
            register_version: row.register_version,
            content,
            school_name: row.school_name,
            action: row.action,
            note: row.note,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        })
    }
}

fn revisions(rows: Vec<Row>) -> Result<Vec<Revision>> {
    rows.into_iter().map(Revision::try_from).collect()
}

/// Those of some records that exist and the scope covers, as they are.
pub(super) async fn current(tx: &mut Tx, scope: &Scope, register: &str, records: &[&str]) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!(" AND r.superseded_at IS NULL AND r.record = ANY ($4)"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(register)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Array<Text>, _>(records)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// The codes among some of which there are records that the scope does not cover. Who calls has taken the recording time, so
/// that it stays so.
pub(super) async fn elsewhere(tx: &mut Tx, scope: &Scope, register: &str, records: &[&str]) -> Result<HashSet<String>> {
    #[derive(QueryableByName)]
    struct Coded {
        #[diesel(sql_type = Text)]
        record: String,
    }
    let Some(school) = scope.school() else { return Ok(HashSet::new()) };
    let rows: Vec<Coded> = beyond_school(tx, scope, async |connection| {
        let found = statement(
            "SELECT record FROM register_revisions
             WHERE bureau_id = $1 AND register = $2 AND record = ANY ($3) AND superseded_at IS NULL
                 AND school IS DISTINCT FROM $4",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(register)
        .bind::<Array<Text>, _>(records)
        .bind::<Text, _>(school);
        Ok(found.load(connection).await?)
    })
    .await?;
    Ok(rows.into_iter().map(|row| row.record).collect())
}

/// What others need to know of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordStanding {
    /// Code of the school whose it is; none where it is the bureau's.
    pub school: Option<String>,
    /// Whether it was withdrawn.
    pub withdrawn: bool,
}

/// A record as it is; none where there is none or the scope does not cover it.
///
/// # Errors
/// Where the database refuses.
pub async fn find(tx: &mut Tx, scope: &Scope, register: &str, record: &str) -> Result<Option<RecordStanding>> {
    let found = current(tx, scope, register, &[record]).await?.pop();
    Ok(found.map(|Revision { content, .. }| RecordStanding { school: content.school, withdrawn: content.withdrawn }))
}

/// A page of the revisions of a record, from the first on.
pub(super) async fn history(
    tx: &mut Tx,
    scope: &Scope,
    register: &str,
    record: &str,
    (after, limit): (i32, i64),
) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!(" AND r.record = $4 AND r.revision > $5 ORDER BY r.revision LIMIT $6"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(register)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(record)
        .bind::<Integer, _>(after)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// Where a page of records begins: after a value of the field by which is sorted, and a code.
pub(super) type Position = (Value, String);

/// A page of the records that a filter means, as they are or were at its moment.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    register: &str,
    filter: &Filter,
    (after, limit): (Option<&Position>, i64),
) -> Result<Vec<Revision>> {
    let sql = match (&filter.sort.field, filter.sort.descending) {
        // By their codes alone, upwards, a page is found in the index under any plan; $10 and $11 are named for their types.
        (None, false) => list!(
            filter.as_of,
            " AND ($10::text IS NULL OR $11::jsonb IS NULL OR true) AND r.record > coalesce($12, '') ORDER BY r.record"
        ),
        (None, true) => list!(
            filter.as_of,
            " AND ($10::text IS NULL OR $11::jsonb IS NULL OR true) AND ($12 IS NULL OR r.record < $12)
              ORDER BY r.record DESC"
        ),
        (Some(_), false) => list!(
            filter.as_of,
            " AND ($12 IS NULL OR (coalesce(r.fields -> $10, 'null'), r.record) > ($11, $12))
              ORDER BY coalesce(r.fields -> $10, 'null'), r.record"
        ),
        (Some(_), true) => list!(
            filter.as_of,
            " AND ($12 IS NULL OR (coalesce(r.fields -> $10, 'null'), r.record) < ($11, $12))
              ORDER BY coalesce(r.fields -> $10, 'null') DESC, r.record DESC"
        ),
    };
    let rows: Vec<Row> = statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(register)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Nullable<Timestamptz>, _>(filter.as_of)
        .bind::<Nullable<Text>, _>(filter.school.as_deref())
        .bind::<Nullable<Text>, _>(filter.state.as_deref())
        .bind::<Bool, _>(filter.withdrawn)
        .bind::<Nullable<Jsonb>, _>(filter.equal.as_ref())
        .bind::<Jsonb, _>(&filter.bounds)
        .bind::<Nullable<Text>, _>(filter.sort.field.as_deref())
        .bind::<Nullable<Jsonb>, _>(after.map(|(value, _)| value))
        .bind::<Nullable<Text>, _>(after.map(|(_, record)| record.as_str()))
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// A revision to be recorded, after the one with the number before it.
pub(super) struct Next<'a> {
    pub record: &'a str,
    pub number: i32,
    pub content: &'a Content,
    pub action: &'a str,
    pub note: Option<&'a str>,
}

/// Records revisions in two statements, whatever their number. Who calls has taken the recording time, so that nobody else
/// changes any of them meanwhile.
pub(super) async fn record(
    tx: &mut Tx,
    scope: &Scope,
    (register, version): (&str, i32),
    next: &[&Next<'_>],
) -> Result<()> {
    let now = tx.now();
    let json = |value: &dyn Fn(&Content) -> serde_json::Result<Value>| -> Result<Vec<Value>> {
        next.iter().map(|each| value(each.content).map_err(AppError::internal)).collect()
    };
    let changed: Vec<&str> = next.iter().filter(|each| each.number > 1).map(|each| each.record).collect();
    if !changed.is_empty() {
        statement(
            "UPDATE register_revisions SET superseded_at = $4
             WHERE bureau_id = $1 AND register = $2 AND record = ANY ($3) AND superseded_at IS NULL",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(register)
        .bind::<Array<Text>, _>(changed)
        .bind::<Timestamptz, _>(now)
        .execute(&mut **tx)
        .await?;
    }
    statement(
        "INSERT INTO register_revisions (bureau_id, register, register_version, recorded_by, recorded_at, record, revision,
             school, state, timeline, fields, explanations, withdrawn, action, note)
         SELECT $1, $2, $3, $4, $5, *
         FROM unnest($6::text[], $7::integer[], $8::text[], $9::text[], $10::jsonb[], $11::jsonb[], $12::jsonb[],
                     $13::boolean[], $14::text[], $15::text[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(register)
    .bind::<Integer, _>(version)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(next.iter().map(|each| each.record).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(next.iter().map(|each| each.number).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(next.iter().map(|each| each.content.school.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(next.iter().map(|each| each.content.state()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(json(&|content| serde_json::to_value(&content.timeline))?)
    .bind::<Array<Jsonb>, _>(json(&|content| serde_json::to_value(&content.fields))?)
    .bind::<Array<Jsonb>, _>(json(&|content| serde_json::to_value(&content.explanations))?)
    .bind::<Array<Bool>, _>(next.iter().map(|each| each.content.withdrawn).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(next.iter().map(|each| each.action).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(next.iter().map(|each| each.note).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
