//! Rounds in the database, and what they look at.

pub(super) mod sheets;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Date, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::model::{CutOff, Round, named};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// Written out with the rest of a statement, so that each is a constant.
macro_rules! rounds {
    ($rest:literal) => {
        concat!(
            "SELECT round, year, month, name, due_on, state, row_version, read_at, opened_by, opened_at, closed_by, closed_at \
             FROM monitoring_rounds WHERE bureau_id = $1 ",
            $rest
        )
    };
}

/// What there is to see of a project, apart from its funds.
#[derive(QueryableByName)]
pub(super) struct ProjectRow {
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(sql_type = Text)]
    pub organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub organisation_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub goal: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub goal_version: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub goal_name: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub content: Option<Value>,
}

/// All projects in the budget as of a moment, with their goals of a year, in the order of their codes.
pub(super) async fn projects(tx: &mut Tx, scope: &Scope, year: i32, as_of: DateTime<Utc>) -> Result<Vec<ProjectRow>> {
    Ok(statement(include_str!("sql/projects.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Timestamptz, _>(as_of)
        .load(&mut **tx)
        .await?)
}

#[derive(QueryableByName)]
struct RoundRow {
    #[diesel(sql_type = Text)]
    round: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Integer)]
    month: i32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    row_version: i32,
    #[diesel(sql_type = Timestamptz)]
    read_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    opened_by: String,
    #[diesel(sql_type = Timestamptz)]
    opened_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    closed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
}

impl TryFrom<RoundRow> for Round {
    type Error = AppError;

    fn try_from(row: RoundRow) -> Result<Self> {
        let cut_off = u32::try_from(row.month).ok().and_then(|month| CutOff::of(row.year, month));
        Ok(Self {
            code: row.round,
            name: row.name,
            cut_off: cut_off.ok_or_else(|| AppError::internal("a round of no month"))?,
            due_on: row.due_on,
            state: named(row.state)?,
            version: row.row_version,
            read_at: row.read_at,
            opened_by: row.opened_by,
            opened_at: row.opened_at,
            closed_by: row.closed_by,
            closed_at: row.closed_at,
        })
    }
}

/// What somebody wants to do with a round, and so who has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grip {
    /// To read it.
    None,
    /// To change one of its sheets: the round neither ends nor looks again meanwhile.
    Share,
    /// To change the round: nobody changes a sheet meanwhile.
    Own,
}

/// A round; none where there is none.
pub(super) async fn round(tx: &mut Tx, scope: &Scope, code: &str, grip: Grip) -> Result<Option<Round>> {
    let sql = match grip {
        Grip::None => rounds!("AND round = $2"),
        Grip::Share => rounds!("AND round = $2 FOR SHARE"),
        Grip::Own => rounds!("AND round = $2 FOR UPDATE"),
    };
    let rows: Vec<RoundRow> =
        statement(sql).bind::<Integer, _>(scope.bureau_id()).bind::<Text, _>(code).load(&mut **tx).await?;
    rows.into_iter().next().map(Round::try_from).transpose()
}

/// Which rounds.
pub(super) struct RoundFilter<'a> {
    pub year: Option<i32>,
    pub state: Option<&'a str>,
    pub after: Option<&'a str>,
    pub limit: i64,
}

/// A page of rounds, in the order of their codes.
pub(super) async fn rounds(tx: &mut Tx, scope: &Scope, filter: &RoundFilter<'_>) -> Result<Vec<Round>> {
    let rows: Vec<RoundRow> = statement(rounds!(
        "AND ($2 IS NULL OR year = $2) AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR round > $4) ORDER BY round LIMIT $5"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Integer>, _>(filter.year)
    .bind::<Nullable<Text>, _>(filter.state)
    .bind::<Nullable<Text>, _>(filter.after)
    .bind::<BigInt, _>(filter.limit)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(Round::try_from).collect()
}

/// How many sheets of a round, of those that the scope covers, are in a state and show a light.
#[derive(QueryableByName)]
pub(super) struct Count {
    #[diesel(sql_type = Text)]
    pub round: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub light: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub sheets: i64,
}

/// The sheets of some rounds, counted.
pub(super) async fn counts(tx: &mut Tx, scope: &Scope, rounds: &[&str]) -> Result<Vec<Count>> {
    Ok(statement(
        "SELECT round, sheet.state, reading.light, count(*) AS sheets
         FROM monitoring_sheets AS sheet JOIN monitoring_readings AS reading USING (bureau_id, round, project, reading)
         WHERE bureau_id = $1 AND round = ANY ($2) AND ($3 IS NULL OR sheet.school = $3)
         GROUP BY round, sheet.state, reading.light",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(rounds)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?)
}

/// Makes a round. Fails on `monitoring_rounds_pkey` where the code is taken.
pub(super) async fn insert_round(tx: &mut Tx, scope: &Scope, round: &Round) -> Result<()> {
    statement(
        "INSERT INTO monitoring_rounds
             (bureau_id, round, year, month, name, due_on, state, row_version, read_at, opened_by, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&round.code)
    .bind::<Integer, _>(round.cut_off.year)
    .bind::<Integer, _>(i32::try_from(round.cut_off.month.number_from_month()).map_err(AppError::internal)?)
    .bind::<Text, _>(&round.name)
    .bind::<Date, _>(round.due_on)
    .bind::<Text, _>(round.state.name())
    .bind::<Integer, _>(round.version)
    .bind::<Timestamptz, _>(round.read_at)
    .bind::<Text, _>(&round.opened_by)
    .bind::<Timestamptz, _>(round.opened_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps what becomes of a round that is under the caller's lock.
pub(super) async fn update_round(tx: &mut Tx, scope: &Scope, round: &Round) -> Result<()> {
    statement(
        "UPDATE monitoring_rounds SET state = $3, row_version = $4, read_at = $5, closed_by = $6, closed_at = $7
         WHERE bureau_id = $1 AND round = $2",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&round.code)
    .bind::<Text, _>(round.state.name())
    .bind::<Integer, _>(round.version)
    .bind::<Timestamptz, _>(round.read_at)
    .bind::<Nullable<Text>, _>(round.closed_by.as_deref())
    .bind::<Nullable<Timestamptz>, _>(round.closed_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
