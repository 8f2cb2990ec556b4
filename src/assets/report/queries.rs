//! The yearly report in one statement, whatever the number of cards.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde_json::json;

use crate::assets::depreciation::Lives;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// A row of the report; the last is the total.
#[derive(QueryableByName)]
pub(super) struct Row {
    /// Code of the organisation or category.
    #[diesel(sql_type = Nullable<Text>)]
    pub key: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_total: bool,
    #[diesel(sql_type = BigInt)]
    pub opening_count: i64,
    #[diesel(sql_type = Numeric)]
    pub opening_cost: Decimal,
    #[diesel(sql_type = Numeric)]
    pub opening_accumulated: Decimal,
    #[diesel(sql_type = BigInt)]
    pub additions_count: i64,
    #[diesel(sql_type = Numeric)]
    pub additions_cost: Decimal,
    #[diesel(sql_type = Numeric)]
    pub charge: Decimal,
    #[diesel(sql_type = BigInt)]
    pub disposals_count: i64,
    #[diesel(sql_type = Numeric)]
    pub disposals_cost: Decimal,
    #[diesel(sql_type = Numeric)]
    pub disposals_accumulated: Decimal,
    #[diesel(sql_type = BigInt)]
    pub closing_count: i64,
    #[diesel(sql_type = Numeric)]
    pub closing_cost: Decimal,
    #[diesel(sql_type = Numeric)]
    pub closing_accumulated: Decimal,
}

/// What is asked for.
pub(super) struct Question<'a> {
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub lives: &'a Lives,
    pub by_category: bool,
    pub as_of: DateTime<Utc>,
}

/// The rows of the report in the order of their codes, and the total.
pub(super) async fn report(tx: &mut Tx, scope: &Scope, question: &Question<'_>) -> Result<Vec<Row>> {
    let rows = statement(include_str!("report.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Jsonb, _>(json!(question.lives))
        .bind::<Date, _>(question.first)
        .bind::<Date, _>(question.last)
        .bind::<Timestamptz, _>(question.as_of)
        .bind::<Bool, _>(question.by_category)
        .load(&mut **tx)
        .await?;
    Ok(rows)
}
