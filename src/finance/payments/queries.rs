//! Payments in the database.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use super::model::{Account, Payment};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

#[derive(QueryableByName)]
struct AccountRow {
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Bool)]
    is_lump: bool,
    #[diesel(sql_type = Numeric)]
    available: Decimal,
}

/// Those of some items that exist, locked until the transaction ends; always in the same order, so that nobody waits in a
/// circle.
pub(super) async fn lock(tx: &mut Tx, scope: &Scope, items: &[&str]) -> Result<HashMap<String, Account>> {
    let rows: Vec<AccountRow> = statement(
        "SELECT item, year, school, is_lump, original + adjusted + received - detailed - paid AS available
         FROM budget_items
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND item = ANY ($3)
         ORDER BY item FOR NO KEY UPDATE",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Array<Text>, _>(items)
    .load(&mut **tx)
    .await?;
    let account = |row: AccountRow| {
        let AccountRow { item, year, school, is_lump, available } = row;
        (item, Account { year, school, is_lump, available })
    };
    Ok(rows.into_iter().map(account).collect())
}

macro_rules! select {
    ($rest:expr) => {
        concat!(
            "SELECT p.voucher, p.item, p.year, p.school, p.amount, p.paid_on, p.payment_type, p.payee, p.purpose, p.reverses,
                 p.reversed, p.recorded_by, p.recorded_at
             FROM payments AS p ",
            $rest
        )
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    voucher: String,
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
    #[diesel(sql_type = Date)]
    paid_on: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    payment_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    payee: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    purpose: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reverses: Option<String>,
    #[diesel(sql_type = Numeric)]
    reversed: Decimal,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl From<Row> for Payment {
    fn from(row: Row) -> Self {
        Self {
            voucher: row.voucher,
            item: row.item,
            year: row.year,
            school: row.school,
            amount: row.amount,
            paid_on: row.paid_on,
            type_code: row.payment_type,
            payee: row.payee,
            purpose: row.purpose,
            reverses: row.reverses,
            reversed: row.reversed,
            recorded: Some((row.recorded_by, row.recorded_at)),
        }
    }
}

/// Those of some payments that exist and the scope covers.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, vouchers: &[&str]) -> Result<Vec<Payment>> {
    let rows: Vec<Row> =
        statement(select!("WHERE p.bureau_id = $1 AND ($2 IS NULL OR p.school = $2) AND p.voucher = ANY ($3)"))
            .bind::<Integer, _>(scope.bureau_id())
            .bind::<Nullable<Text>, _>(scope.school())
            .bind::<Array<Text>, _>(vouchers)
            .load(&mut **tx)
            .await?;
    Ok(rows.into_iter().map(Payment::from).collect())
}

/// Which payments are meant.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub year: Option<i32>,
    pub item: Option<&'a str>,
    pub organisation: Option<&'a str>,
    pub project: Option<&'a str>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// After what a page begins; the year comes first because the days of an item lie in its year, and the index begins so.
pub(super) type Position = (i32, NaiveDate, String);

/// What follows of the statement of a page. Where the page and the year begin is said such that they are found in the index under
/// any plan; a join would be made and sorted anew for each page by a plan that knows no parameters.
macro_rules! page {
    ($items:literal) => {
        select!(concat!(
            "WHERE p.bureau_id = $1 AND ($2 IS NULL OR p.school = $2)
               AND p.year BETWEEN coalesce($3, 0) AND coalesce($3, 9999) AND ($4 IS NULL OR p.item = $4)
               AND ($7 IS NULL OR p.paid_on >= $7) AND ($8 IS NULL OR p.paid_on <= $8)
               AND (p.year, p.paid_on, p.voucher) > (coalesce($9, 0), coalesce($10, '-infinity'::date), coalesce($11, ''))",
            $items,
            "ORDER BY p.year, p.paid_on, p.voucher LIMIT $12"
        ))
    };
}

/// A page of payments, by day and voucher.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter<'_>,
    (after, limit): (Option<&Position>, i64),
) -> Result<Vec<Payment>> {
    let sql = if filter.organisation.is_none() && filter.project.is_none() {
        page!(" AND ($5::text IS NULL OR $6::text IS NULL OR true) ")
    } else {
        page!(
            " AND p.item = ANY (ARRAY(
                  SELECT i.item FROM budget_items AS i
                  WHERE i.bureau_id = $1 AND ($5 IS NULL OR i.organisation = $5) AND ($6 IS NULL OR i.project = $6))) "
        )
    };
    let rows: Vec<Row> = statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Nullable<Integer>, _>(filter.year)
        .bind::<Nullable<Text>, _>(filter.item)
        .bind::<Nullable<Text>, _>(filter.organisation)
        .bind::<Nullable<Text>, _>(filter.project)
        .bind::<Nullable<Date>, _>(filter.from)
        .bind::<Nullable<Date>, _>(filter.to)
        .bind::<Nullable<Integer>, _>(after.map(|(year, ..)| *year))
        .bind::<Nullable<Date>, _>(after.map(|(_, day, _)| *day))
        .bind::<Nullable<Text>, _>(after.map(|(.., voucher)| voucher.as_str()))
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(Payment::from).collect())
}

/// Writes payments and charges items, which are locked, in one statement.
pub(super) async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    payments: &[&Payment],
    charges: &[(&str, Decimal)],
) -> Result<()> {
    let now = tx.now();
    let column = Columns(payments);
    let (items, amounts): (Vec<&str>, Vec<Decimal>) = charges.iter().copied().unzip();
    statement(
        "WITH entered AS (
             INSERT INTO payments (bureau_id, recorded_by, recorded_at, voucher, item, year, school, amount, paid_on,
                 payment_type, payee, purpose, reverses)
             SELECT $1, $2, $3, *
             FROM unnest($4::text[], $5::text[], $6::integer[], $7::text[], $8::numeric[], $9::date[], $10::text[],
                 $11::text[], $12::text[], $13::text[])
         )
         UPDATE budget_items AS i SET paid = i.paid + charge.amount
         FROM unnest($14::text[], $15::numeric[]) AS charge (item, amount)
         WHERE i.bureau_id = $1 AND i.item = charge.item",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(column.of(|payment| payment.voucher.as_str()))
    .bind::<Array<Text>, _>(column.of(|payment| payment.item.as_str()))
    .bind::<Array<Integer>, _>(column.of(|payment| payment.year))
    .bind::<Array<Nullable<Text>>, _>(column.of(|payment| payment.school.as_deref()))
    .bind::<Array<Numeric>, _>(column.of(|payment| payment.amount))
    .bind::<Array<Date>, _>(column.of(|payment| payment.paid_on))
    .bind::<Array<Nullable<Text>>, _>(column.of(|payment| payment.type_code.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|payment| payment.payee.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|payment| payment.purpose.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|payment| payment.reverses.as_deref()))
    .bind::<Array<Text>, _>(items)
    .bind::<Array<Numeric>, _>(amounts)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes at the payments that were reversed how much of them was.
pub(super) async fn note_reversals(tx: &mut Tx, scope: &Scope, reversals: &[&Payment]) -> Result<()> {
    let column = Columns(reversals);
    statement(
        "UPDATE payments AS p SET reversed = p.reversed + n.amount
         FROM (
             SELECT voucher, sum(amount) AS amount FROM unnest($2::text[], $3::numeric[]) AS each (voucher, amount)
             GROUP BY voucher
         ) AS n
         WHERE p.bureau_id = $1 AND p.voucher = n.voucher",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Nullable<Text>>, _>(column.of(|payment| payment.reverses.as_deref()))
    .bind::<Array<Numeric>, _>(column.of(|payment| -payment.amount))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Payments column by column, as `unnest` takes them.
struct Columns<'a>(&'a [&'a Payment]);

impl<'a> Columns<'a> {
    fn of<T>(&self, field: impl Fn(&'a Payment) -> T) -> Vec<T> {
        self.0.iter().map(|payment| field(payment)).collect()
    }
}
