//! Reconciliations in the database.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Date, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::model::Total;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

#[derive(QueryableByName)]
struct TotalRow {
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Numeric)]
    budget: Decimal,
    #[diesel(sql_type = Numeric)]
    paid: Decimal,
}

/// What this service knows of each item of a year until a day.
pub(super) async fn totals(tx: &mut Tx, scope: &Scope, year: i32, until: NaiveDate) -> Result<BTreeMap<String, Total>> {
    let rows: Vec<TotalRow> = statement(
        "WITH executions AS (
             SELECT item, sum(amount) AS paid FROM payments
             WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND year = $3 AND paid_on <= $4
             GROUP BY item
         )
         SELECT item, original + adjusted + received - detailed AS budget, coalesce(executions.paid, 0) AS paid
         FROM budget_items LEFT JOIN executions USING (item)
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND year = $3",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Integer, _>(year)
    .bind::<Date, _>(until)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.item, Total { budget: Some(row.budget), paid: row.paid })).collect())
}

/// A reconciliation as it stands in the database.
#[derive(QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Integer)]
    pub year: i32,
    #[diesel(sql_type = Date)]
    pub until: NaiveDate,
    #[diesel(sql_type = Integer)]
    pub items: i32,
    #[diesel(sql_type = Jsonb)]
    pub differences: Value,
    #[diesel(sql_type = Text)]
    pub recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
}

/// Keeps what was found.
pub(super) async fn insert(tx: &mut Tx, scope: &Scope, row: &Row) -> Result<()> {
    statement(
        "INSERT INTO reconciliations (bureau_id, id, year, until, items, differences, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(row.id)
    .bind::<Integer, _>(row.year)
    .bind::<Date, _>(row.until)
    .bind::<Integer, _>(row.items)
    .bind::<Jsonb, _>(&row.differences)
    .bind::<Text, _>(&row.recorded_by)
    .bind::<Timestamptz, _>(row.recorded_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A reconciliation. They are the bureau's: schools see none.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<Option<Row>> {
    let rows: Vec<Row> = statement(
        "SELECT id, year, until, items, differences, recorded_by, recorded_at
         FROM reconciliations
         WHERE bureau_id = $1 AND $2 IS NULL AND id = $3",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<SqlUuid, _>(id)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next())
}

/// What a list tells of a reconciliation.
#[derive(QueryableByName)]
pub(super) struct Summary {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Integer)]
    pub year: i32,
    #[diesel(sql_type = Date)]
    pub until: NaiveDate,
    #[diesel(sql_type = Integer)]
    pub items: i32,
    #[diesel(sql_type = Integer)]
    pub different: i32,
    #[diesel(sql_type = Integer)]
    pub only_here: i32,
    #[diesel(sql_type = Integer)]
    pub only_there: i32,
    #[diesel(sql_type = Text)]
    pub recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
}

/// A page of reconciliations, the last first: their ids begin with their time.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    year: Option<i32>,
    (after, limit): (Option<Uuid>, i64),
) -> Result<Vec<Summary>> {
    let summaries = statement(
        "SELECT id, year, until, items, jsonb_array_length(differences -> 'different') AS different,
             jsonb_array_length(differences -> 'only_here') AS only_here,
             jsonb_array_length(differences -> 'only_there') AS only_there, recorded_by, recorded_at
         FROM reconciliations
         WHERE bureau_id = $1 AND $2 IS NULL AND ($3 IS NULL OR year = $3) AND ($4 IS NULL OR id < $4)
         ORDER BY id DESC LIMIT $5",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Integer>, _>(year)
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<BigInt, _>(limit);
    Ok(summaries.load(&mut **tx).await?)
}
