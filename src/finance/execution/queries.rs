//! Budgets and payments, summed up in the database.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// What is summed up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub year: i32,
    pub until: NaiveDate,
    pub as_of: DateTime<Utc>,
    pub organisation: Option<&'a str>,
    pub project: Option<&'a str>,
}

impl Question<'_> {
    pub(super) fn month(&self) -> Result<i32> {
        i32::try_from(self.until.month()).map_err(AppError::internal)
    }
}

/// The sums of a group of items, or of all.
#[derive(Debug, QueryableByName)]
pub(super) struct Group {
    #[diesel(sql_type = Nullable<Text>)]
    pub key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = Bool)]
    pub is_total: bool,
    #[diesel(sql_type = BigInt)]
    pub items: i64,
    #[diesel(sql_type = BigInt)]
    pub planned_items: i64,
    #[diesel(sql_type = Numeric)]
    pub original: Decimal,
    #[diesel(sql_type = Numeric)]
    pub adjusted: Decimal,
    #[diesel(sql_type = Numeric)]
    pub received: Decimal,
    #[diesel(sql_type = Numeric)]
    pub detailed: Decimal,
    #[diesel(sql_type = Numeric)]
    pub budget: Decimal,
    #[diesel(sql_type = Numeric)]
    pub undetailed: Decimal,
    /// None where nothing was paid.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub executed: Option<Decimal>,
    /// None where nothing is planned.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub planned: Option<Decimal>,
    /// What was executed of the items that have a plan.
    #[diesel(sql_type = Numeric)]
    pub executed_of_planned: Decimal,
}

/// The groups of items by one of their codes, and at last all of them together.
pub(super) async fn groups(tx: &mut Tx, scope: &Scope, question: &Question<'_>, by: &str) -> Result<Vec<Group>> {
    let groups = statement(include_str!("sql/groups.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(question.year)
        .bind::<Date, _>(question.until)
        .bind::<Timestamptz, _>(question.as_of)
        .bind::<Text, _>(by)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Nullable<Text>, _>(question.organisation)
        .bind::<Nullable<Text>, _>(question.project)
        .bind::<Integer, _>(question.month()?);
    Ok(groups.load(&mut **tx).await?)
}

/// What was paid and planned in a month.
#[derive(Debug, QueryableByName)]
pub(super) struct MonthSums {
    #[diesel(sql_type = Integer)]
    pub month: i32,
    /// None where nothing was paid.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub executed: Option<Decimal>,
    /// None where nothing is planned.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub planned: Option<Decimal>,
    /// What was executed of the items that have a plan.
    #[diesel(sql_type = Numeric)]
    pub executed_of_planned: Decimal,
}

/// The months of the year until the day.
pub(super) async fn months(tx: &mut Tx, scope: &Scope, question: &Question<'_>) -> Result<Vec<MonthSums>> {
    let months = statement(include_str!("sql/months.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(question.year)
        .bind::<Date, _>(question.until)
        .bind::<Timestamptz, _>(question.as_of)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Nullable<Text>, _>(question.organisation)
        .bind::<Nullable<Text>, _>(question.project)
        .bind::<Integer, _>(question.month()?);
    Ok(months.load(&mut **tx).await?)
}

#[derive(QueryableByName)]
struct Posted {
    #[diesel(sql_type = Array<Integer>)]
    months: Vec<i32>,
}

/// The months in which anything at all was posted, of whatever item.
pub(super) async fn posted_months(tx: &mut Tx, scope: &Scope, question: &Question<'_>) -> Result<Vec<i32>> {
    let posted: Posted = statement(
        "SELECT coalesce(array_agg(DISTINCT extract(MONTH FROM paid_on)::integer), '{}') AS months
         FROM payments
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND year = $3 AND paid_on <= $4 AND recorded_at <= $5",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Integer, _>(question.year)
    .bind::<Date, _>(question.until)
    .bind::<Timestamptz, _>(question.as_of)
    .get_result(&mut **tx)
    .await?;
    Ok(posted.months)
}
