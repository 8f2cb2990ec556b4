//! What figures rest on, in the database.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Date, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde_json::Value;

use super::books::Books;
use super::expected::School;
use super::question::Basis;
use super::records::Counts;
use super::request::Request;
use crate::catalogue::document::Book;
use crate::organisations::{Kind, Stage};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

const TALLIES: &str = concat!(include_str!("sql/reports.sql"), include_str!("sql/tallies.sql"));
const SOURCES: &str = concat!(include_str!("sql/reports.sql"), include_str!("sql/sources.sql"));

const COUNTS: &str = concat!(include_str!("sql/records.sql"), include_str!("sql/counts.sql"));
const RECORDS: &str = concat!(include_str!("sql/records.sql"), include_str!("sql/record_sources.sql"));

#[derive(QueryableByName)]
struct SchoolRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    stage: Stage,
    #[diesel(sql_type = Nullable<Text>)]
    township: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    opened_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    closed_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    within: Option<String>,
}

impl From<SchoolRow> for School {
    fn from(SchoolRow { code, name, stage, township, opened_on, closed_on, within }: SchoolRow) -> Self {
        Self { code, name, stage, township, opened_on, closed_on, within }
    }
}

/// The schools as they were known at a moment, in the order of their codes: all of them, or those that are one of some
/// organisations or stand below it, once for each of these.
pub(super) async fn schools(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    within: Option<&[String]>,
) -> Result<Vec<School>> {
    let rows: Vec<SchoolRow> = statement(include_str!("sql/schools.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Nullable<Array<Text>>, _>(within)
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(School::from).collect())
}

#[derive(QueryableByName)]
struct KindRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    kind: Kind,
}

/// What each of some organisations is that were known at a moment and are in the scope.
pub(super) async fn kinds(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    codes: &[&str],
) -> Result<HashMap<String, Kind>> {
    let rows: Vec<KindRow> = statement(
        "SELECT code, kind FROM organisations
         WHERE bureau_id = $1 AND code = ANY ($3) AND ($4 IS NULL OR kind <> 'school' OR code = $4)
             AND EXISTS (SELECT FROM organisation_versions AS known
                 WHERE known.bureau_id = $1 AND known.code = organisations.code AND known.recorded_at <= $2)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(moment)
    .bind::<Array<Text>, _>(codes)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.kind)).collect())
}

/// What is left of some cells when they are added up: those of an indicator in a period, of the
/// schools of a place, with certain options.
#[derive(Debug, QueryableByName)]
pub(super) struct Tally {
    #[diesel(sql_type = Text)]
    pub indicator: String,
    /// Position among the plan's spans.
    #[diesel(sql_type = Integer)]
    pub span: i32,
    /// The number that the request gave the schools.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    #[diesel(sql_type = Jsonb)]
    pub dimensions: Value,
    /// How many schools reported.
    #[diesel(sql_type = BigInt)]
    pub reports: i64,
    /// When the newest of the reports began to stand.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    pub cells: i64,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub total: Option<Decimal>,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub least: Option<Decimal>,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub most: Option<Decimal>,
}

/// Reads and adds up what the reports of a request contain.
pub(super) async fn tallies(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    basis: Basis,
    request: &Request<'_>,
) -> Result<Vec<Tally>> {
    Ok(statement(TALLIES)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Text, _>(basis.code())
        .bind::<Jsonb, _>(serde_json::to_value(request).map_err(AppError::internal)?)
        .load(&mut **tx)
        .await?)
}

/// A cell that counts, and the revision in which it was reported.
#[derive(Debug, QueryableByName)]
pub(super) struct CellRow {
    #[diesel(sql_type = Text)]
    pub indicator: String,
    #[diesel(sql_type = Text)]
    pub form: String,
    /// Position among the plan's spans.
    #[diesel(sql_type = Integer)]
    pub span: i32,
    /// The number that the request gave the school.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    #[diesel(sql_type = Jsonb)]
    pub dimensions: Value,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub number: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    pub text: Option<String>,
    #[diesel(sql_type = Integer)]
    pub revision: i32,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub decided_by: String,
    #[diesel(sql_type = Text)]
    pub submitted_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub submitted_at: DateTime<Utc>,
}

/// The key of a cell: indicator, period, school, dimensions. Cells are listed in its order.
pub(super) type CellKey = (String, String, String, Value);

/// The cells that the reports of a request contain, one by one, after a key.
pub(super) async fn cells(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    basis: Basis,
    request: &Request<'_>,
    (after, limit): (Option<CellKey>, i64),
) -> Result<Vec<CellRow>> {
    let (indicator, period, school, dimensions) = match after {
        Some((indicator, period, school, dimensions)) => {
            (Some(indicator), Some(period), Some(school), Some(dimensions))
        }
        None => (None, None, None, None),
    };
    Ok(statement(SOURCES)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Text, _>(basis.code())
        .bind::<Jsonb, _>(serde_json::to_value(request).map_err(AppError::internal)?)
        .bind::<Nullable<Text>, _>(indicator)
        .bind::<Nullable<Text>, _>(period)
        .bind::<Nullable<Text>, _>(school)
        .bind::<Nullable<Jsonb>, _>(dimensions)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?)
}

/// What was counted of an indicator, in a place, with certain options.
#[derive(Debug, QueryableByName)]
pub(super) struct CountRow {
    /// The number that the request gave what is counted.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    /// The number that the request gave the schools.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    #[diesel(sql_type = Jsonb)]
    pub dimensions: Value,
    #[diesel(sql_type = BigInt)]
    pub records: i64,
    #[diesel(sql_type = BigInt)]
    pub reported: i64,
    #[diesel(sql_type = Numeric)]
    pub total: Decimal,
}

/// Counts records of registers.
pub(super) async fn counts(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    counts: &Counts<'_>,
) -> Result<Vec<CountRow>> {
    Ok(statement(COUNTS)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Jsonb, _>(serde_json::to_value(counts).map_err(AppError::internal)?)
        .load(&mut **tx)
        .await?)
}

/// A record that counts.
#[derive(Debug, QueryableByName)]
pub(super) struct RecordRow {
    /// The number that the request gave what is counted.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub record: String,
    #[diesel(sql_type = Integer)]
    pub revision: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
    /// The state that was looked at.
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Text)]
    pub recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    pub dimensions: Value,
    /// What is measured of it, where it has that.
    #[diesel(sql_type = Nullable<Text>)]
    pub value: Option<String>,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub contribution: Option<Decimal>,
}

/// The records that count, one by one, after one of them.
pub(super) async fn records(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    counts: &Counts<'_>,
    (after, limit): (Option<(i32, String)>, i64),
) -> Result<Vec<RecordRow>> {
    let (number, record) = after.unzip();
    Ok(statement(RECORDS)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Jsonb, _>(serde_json::to_value(counts).map_err(AppError::internal)?)
        .bind::<Nullable<Integer>, _>(number)
        .bind::<Nullable<Text>, _>(record)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?)
}

/// The statements that read a book: added up, and line by line.
const fn of_book(book: Book) -> (&'static str, &'static str) {
    macro_rules! read {
        ($($part:literal),*; $($all:literal),*) => {
            (
                concat!($(include_str!(concat!("sql/books/", $part, ".sql")),)* include_str!("sql/books/tallies.sql")),
                concat!($(include_str!(concat!("sql/books/", $all, ".sql")),)* include_str!("sql/books/sources.sql")),
            )
        };
    }
    match book {
        Book::Ledger => read!("lines", "sums", "ledger"; "lines", "singles", "ledger"),
        Book::Assets => read!("assets"; "assets"),
        Book::Rectifications => read!("rectifications"; "rectifications"),
        Book::Projects => read!("projects"; "projects"),
    }
}

/// Adds up what is read from a book.
pub(super) async fn read_book(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    books: &Books<'_>,
) -> Result<Vec<CountRow>> {
    let (tallies, _) = of_book(books.book);
    Ok(statement(tallies)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Jsonb, _>(serde_json::to_value(books).map_err(AppError::internal)?)
        .load(&mut **tx)
        .await?)
}

/// A line of a book that counts: an entry, a payment or a plan of a budget item, or a card, a rectification, a project.
#[derive(Debug, QueryableByName)]
pub(super) struct LineRow {
    /// The number that the request gave what is read.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub record: String,
    /// The state, or the kind of line.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// What tells it from others of its kind; empty where there are none.
    #[diesel(sql_type = Text)]
    pub entry: String,
    #[diesel(sql_type = Integer)]
    pub revision: i32,
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
    #[diesel(sql_type = Text)]
    pub recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    pub dimensions: Value,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub value: Option<Decimal>,
}

/// The lines of a book that count, one by one, after one of them: its number, record, state and entry.
pub(super) async fn lines(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    books: &Books<'_>,
    (after, limit): (Option<(i32, String, String, String)>, i64),
) -> Result<Vec<LineRow>> {
    let (number, record, state, entry) = match after {
        Some((number, record, state, entry)) => (Some(number), Some(record), Some(state), Some(entry)),
        None => (None, None, None, None),
    };
    let (_, sources) = of_book(books.book);
    Ok(statement(sources)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Jsonb, _>(serde_json::to_value(books).map_err(AppError::internal)?)
        .bind::<Nullable<Integer>, _>(number)
        .bind::<Nullable<Text>, _>(record)
        .bind::<Nullable<Text>, _>(state)
        .bind::<Nullable<Text>, _>(entry)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?)
}
