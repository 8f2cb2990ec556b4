//! Budget items in the database.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use super::model::{Codes, Item, Totals};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// Written out with the rest of a statement, so that each is a constant.
macro_rules! select {
    ($rest:literal) => {
        concat!(include_str!("sql/select.sql"), $rest)
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Nullable<Text>)]
    parent: Option<String>,
    #[diesel(sql_type = Bool)]
    is_lump: bool,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    organisation_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    project: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    division_code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    agency_code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    function: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    economic: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    government_economic: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    fund: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    source: Option<String>,
    #[diesel(sql_type = Bool)]
    is_procurement: bool,
    #[diesel(sql_type = Numeric)]
    original: Decimal,
    #[diesel(sql_type = Numeric)]
    adjusted: Decimal,
    #[diesel(sql_type = Numeric)]
    received: Decimal,
    #[diesel(sql_type = Numeric)]
    detailed: Decimal,
    #[diesel(sql_type = Numeric)]
    paid: Decimal,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

/// An item as it stands in the database.
#[derive(Debug, Clone)]
pub(in crate::finance) struct Stored {
    pub item: Item,
    pub organisation_name: Option<String>,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

impl From<Row> for Stored {
    fn from(row: Row) -> Self {
        let codes = Codes {
            division: row.division_code,
            agency: row.agency_code,
            function: row.function,
            economic: row.economic,
            government_economic: row.government_economic,
            fund: row.fund,
            source: row.source,
            is_procurement: row.is_procurement,
        };
        let totals = Totals {
            original: row.original,
            adjusted: row.adjusted,
            received: row.received,
            detailed: row.detailed,
            paid: row.paid,
        };
        let item = Item {
            code: row.item,
            year: row.year,
            parent: row.parent,
            is_lump: row.is_lump,
            organisation: row.organisation,
            school: row.school,
            project: row.project,
            name: row.name,
            codes,
            totals,
        };
        Self {
            item,
            organisation_name: row.organisation_name,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        }
    }
}

/// Those of some items that exist and the scope covers.
pub(in crate::finance) async fn find(tx: &mut Tx, scope: &Scope, codes: &[&str]) -> Result<Vec<Stored>> {
    select_by_code(tx, scope, codes, select!(" AND i.item = ANY ($3)")).await
}

/// As [`find`], locked until the transaction ends; always in the same order, so that nobody waits in a circle.
pub(in crate::finance) async fn lock(tx: &mut Tx, scope: &Scope, codes: &[&str]) -> Result<Vec<Stored>> {
    let sql = select!(" AND i.item = ANY ($3) ORDER BY i.item FOR NO KEY UPDATE OF i");
    select_by_code(tx, scope, codes, sql).await
}

async fn select_by_code(tx: &mut Tx, scope: &Scope, codes: &[&str], sql: &'static str) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Array<Text>, _>(codes)
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// Which items are meant.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub year: Option<i32>,
    pub organisation: Option<&'a str>,
    pub project: Option<&'a str>,
    pub function: Option<&'a str>,
    pub is_lump: Option<bool>,
    pub parent: Option<&'a str>,
}

/// A page of items, in the order of their codes.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter<'_>,
    (after, limit): (Option<&str>, i64),
) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = statement(select!(
        " AND ($3 IS NULL OR i.year = $3) AND ($4 IS NULL OR i.organisation = $4) AND ($5 IS NULL OR i.project = $5)
          AND ($6 IS NULL OR i.function = $6) AND ($7 IS NULL OR i.is_lump = $7) AND ($8 IS NULL OR i.parent = $8)
          AND i.item > coalesce($9, '')
          ORDER BY i.item LIMIT $10"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Integer>, _>(filter.year)
    .bind::<Nullable<Text>, _>(filter.organisation)
    .bind::<Nullable<Text>, _>(filter.project)
    .bind::<Nullable<Text>, _>(filter.function)
    .bind::<Nullable<Bool>, _>(filter.is_lump)
    .bind::<Nullable<Text>, _>(filter.parent)
    .bind::<Nullable<Text>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Stored::from).collect())
}

#[derive(QueryableByName)]
struct DocumentRow {
    #[diesel(sql_type = Text)]
    item: String,
    #[diesel(sql_type = Text)]
    document: String,
}

/// The documents that decided the original budgets of some items, where they are known.
pub(super) async fn documents(tx: &mut Tx, scope: &Scope, items: &[&str]) -> Result<HashMap<String, String>> {
    let rows: Vec<DocumentRow> = statement(
        "SELECT item, document FROM budget_entries
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND item = ANY ($3) AND kind = 'original' AND document IS NOT NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Array<Text>, _>(items)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.item, row.document)).collect())
}

/// Makes items in one statement, whatever their number.
pub(in crate::finance) async fn insert(tx: &mut Tx, scope: &Scope, items: &[&Item]) -> Result<()> {
    let now = tx.now();
    let column = Columns(items);
    statement(
        "INSERT INTO budget_items (bureau_id, recorded_by, recorded_at, item, year, parent, is_lump, organisation, school,
             project, name, division_code, agency_code, function, economic, government_economic, fund, source,
             is_procurement, original, received)
         SELECT $1, $2, $3, *
         FROM unnest($4::text[], $5::integer[], $6::text[], $7::boolean[], $8::text[], $9::text[], $10::text[], $11::text[],
             $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[], $19::boolean[],
             $20::numeric[], $21::numeric[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(column.of(|item| item.code.as_str()))
    .bind::<Array<Integer>, _>(column.of(|item| item.year))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.parent.as_deref()))
    .bind::<Array<Bool>, _>(column.of(|item| item.is_lump))
    .bind::<Array<Text>, _>(column.of(|item| item.organisation.as_str()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.school.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.project.as_deref()))
    .bind::<Array<Text>, _>(column.of(|item| item.name.as_str()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.codes.division.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.codes.agency.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.codes.function.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.codes.economic.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.codes.government_economic.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.codes.fund.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|item| item.codes.source.as_deref()))
    .bind::<Array<Bool>, _>(column.of(|item| item.codes.is_procurement))
    .bind::<Array<Numeric>, _>(column.of(|item| item.totals.original))
    .bind::<Array<Numeric>, _>(column.of(|item| item.totals.received))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Items column by column, as `unnest` takes them.
struct Columns<'a>(&'a [&'a Item]);

impl<'a> Columns<'a> {
    fn of<T>(&self, field: impl Fn(&'a Item) -> T) -> Vec<T> {
        self.0.iter().map(|item| field(item)).collect()
    }
}

#[derive(QueryableByName)]
struct ProjectState {
    #[diesel(sql_type = Text)]
    project: String,
    #[diesel(sql_type = Text)]
    state: String,
}

/// The state of each of some projects; one that does not exist is not in the answer.
pub(super) async fn project_states(tx: &mut Tx, scope: &Scope, projects: &[&str]) -> Result<HashMap<String, String>> {
    let rows: Vec<ProjectState> = statement(
        "SELECT project, state FROM project_revisions
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND superseded_at IS NULL AND project = ANY ($3)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Array<Text>, _>(projects)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.project, row.state)).collect())
}
