//! Payment plans in the database.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// A revision of a plan.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Plan {
    #[diesel(sql_type = Integer)]
    pub revision: i32,
    #[diesel(sql_type = Array<Numeric>)]
    pub months: Vec<Decimal>,
    #[diesel(sql_type = Text)]
    pub recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
}

/// The plan of an item as it is, or was known at a moment.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, item: &str, as_of: Option<DateTime<Utc>>) -> Result<Option<Plan>> {
    let rows: Vec<Plan> = statement(
        "SELECT revision, months, recorded_by, recorded_at
         FROM payment_plans
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND item = $3
           AND CASE WHEN $4 IS NULL THEN superseded_at IS NULL
               ELSE recorded_at <= $4 AND (superseded_at IS NULL OR superseded_at > $4) END",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Text, _>(item)
    .bind::<Nullable<Timestamptz>, _>(as_of)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next())
}

/// Records the next revision of a plan.
pub(super) async fn record(
    tx: &mut Tx,
    scope: &Scope,
    (item, school): (&str, Option<&str>),
    (revision, months): (i32, &[Decimal]),
) -> Result<()> {
    let now = tx.now();
    statement(
        "UPDATE payment_plans SET superseded_at = $3 WHERE bureau_id = $1 AND item = $2 AND superseded_at IS NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(item)
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    statement(
        "INSERT INTO payment_plans (bureau_id, item, revision, school, months, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(item)
    .bind::<Integer, _>(revision)
    .bind::<Nullable<Text>, _>(school)
    .bind::<Array<Numeric>, _>(months)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
