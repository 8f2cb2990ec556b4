//! Readings and sheets in the database.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::monitoring::model::{Entered, Seen, Sheet, State, light_name, named};
use crate::monitoring::reading::{Reading, Readings};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;
use crate::scoring::Light;

/// Written out with the rest of a statement, so that each is a constant.
macro_rules! sheets {
    ($rest:literal) => {
        concat!(include_str!("../sql/sheets.sql"), $rest)
    };
}

/// Keeps what was seen, as the given reading of each project, in one statement.
pub(in crate::monitoring) async fn insert_readings(
    tx: &mut Tx,
    scope: &Scope,
    round: &str,
    readings: &Readings,
    of: &[(&Reading, i32)],
) -> Result<()> {
    let seen = |(reading, _): &(&Reading, i32)| serde_json::to_value(&reading.seen).map_err(AppError::internal);
    statement(
        "INSERT INTO monitoring_readings (bureau_id, round, as_of, journal_position, recorded_by,
             project, reading, school, organisation, section, seen, light)
         SELECT $1, $2, $3, $4, $5, * FROM unnest($6::text[], $7::integer[], $8::text[], $9::text[], $10::text[],
             $11::jsonb[], $12::text[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(round)
    .bind::<Timestamptz, _>(readings.as_of)
    .bind::<BigInt, _>(readings.journal_position)
    .bind::<Text, _>(scope.actor())
    .bind::<Array<Text>, _>(of.iter().map(|(reading, _)| reading.project.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(of.iter().map(|(_, number)| *number).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(of.iter().map(|(reading, _)| reading.school.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(of.iter().map(|(reading, _)| reading.organisation.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(of.iter().map(|(reading, _)| reading.section.as_str()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(of.iter().map(seen).collect::<Result<Vec<_>>>()?)
    .bind::<Array<Nullable<Text>>, _>(of.iter().map(|(reading, _)| reading.light.map(light_name)).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Makes the sheets of projects that have their first reading, and turns those that have one already to the next.
pub(in crate::monitoring) async fn turn(tx: &mut Tx, scope: &Scope, round: &str, of: &[(&Reading, i32)]) -> Result<()> {
    let now = tx.now();
    statement(
        "INSERT INTO monitoring_sheets AS sheet (bureau_id, round, state, entered, row_version, updated_by, updated_at,
             project, reading, school)
         SELECT $1, $2, 'not_begun', $3, 1, $4, $5, * FROM unnest($6::text[], $7::integer[], $8::text[])
         ON CONFLICT (bureau_id, round, project) DO UPDATE SET reading = excluded.reading,
             row_version = sheet.row_version + 1, updated_by = excluded.updated_by, updated_at = excluded.updated_at",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(round)
    .bind::<Jsonb, _>(serde_json::to_value(Entered::default()).map_err(AppError::internal)?)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(of.iter().map(|(reading, _)| reading.project.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(of.iter().map(|(_, number)| *number).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(of.iter().map(|(reading, _)| reading.school.as_deref()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How far the sheet of a project is.
#[derive(QueryableByName)]
pub(in crate::monitoring) struct Standing {
    #[diesel(sql_type = Text)]
    pub project: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    pub reading: i32,
}

impl Standing {
    /// Whether it has not been handed in yet.
    pub(in crate::monitoring) fn is_in_work(&self) -> bool {
        self.state == State::NotBegun.name() || self.state == State::Draft.name()
    }
}

/// How far all sheets of a round are.
pub(in crate::monitoring) async fn standings(tx: &mut Tx, scope: &Scope, round: &str) -> Result<Vec<Standing>> {
    Ok(statement("SELECT project, state, reading FROM monitoring_sheets WHERE bureau_id = $1 AND round = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(round)
        .load(&mut **tx)
        .await?)
}

#[derive(QueryableByName)]
struct SheetRow {
    #[diesel(sql_type = Text)]
    project: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Text)]
    section: String,
    #[diesel(sql_type = Integer)]
    reading: i32,
    #[diesel(sql_type = Jsonb)]
    seen: Value,
    #[diesel(sql_type = Nullable<Text>)]
    light: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    as_of: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    journal_position: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Jsonb)]
    entered: Value,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Integer)]
    row_version: i32,
    #[diesel(sql_type = Text)]
    updated_by: String,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    entered_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    submitted_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    reviewed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    reviewed_at: Option<DateTime<Utc>>,
}

impl TryFrom<SheetRow> for Sheet {
    type Error = AppError;

    fn try_from(row: SheetRow) -> Result<Self> {
        Ok(Self {
            project: row.project,
            school: row.school,
            organisation: row.organisation,
            section: row.section,
            reading: row.reading,
            seen: serde_json::from_value::<Seen>(row.seen).map_err(AppError::internal)?,
            light: row.light.map(named::<Light>).transpose()?,
            as_of: row.as_of,
            journal_position: row.journal_position,
            state: named(row.state)?,
            entered: serde_json::from_value(row.entered).map_err(AppError::internal)?,
            note: row.note,
            version: row.row_version,
            updated_by: row.updated_by,
            updated_at: row.updated_at,
            entered_by: row.entered_by,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            reviewed_by: row.reviewed_by,
            reviewed_at: row.reviewed_at,
        })
    }
}

/// A sheet; none where there is none or the scope does not cover it. Locked where it is to be changed.
pub(in crate::monitoring) async fn find(
    tx: &mut Tx,
    scope: &Scope,
    (round, project): (&str, &str),
    locked: bool,
) -> Result<Option<Sheet>> {
    let sql = if locked {
        sheets!(" AND sheet.project = $4 FOR UPDATE OF sheet")
    } else {
        sheets!(" AND sheet.project = $4")
    };
    let rows: Vec<SheetRow> = statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(round)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(project)
        .load(&mut **tx)
        .await?;
    rows.into_iter().next().map(Sheet::try_from).transpose()
}

/// Which sheets of a round.
pub(in crate::monitoring) struct Filter<'a> {
    pub section: Option<&'a str>,
    pub organisation: Option<&'a str>,
    pub state: Option<State>,
    /// A light, or `none`.
    pub light: Option<&'a str>,
    pub after: Option<&'a str>,
    pub limit: i64,
}

/// A page of sheets, in the order of the projects' codes.
pub(in crate::monitoring) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    round: &str,
    filter: &Filter<'_>,
) -> Result<Vec<Sheet>> {
    let rows: Vec<SheetRow> = statement(sheets!(
        " AND ($4 IS NULL OR reading.section = $4) AND ($5 IS NULL OR reading.organisation = $5)
          AND ($6 IS NULL OR sheet.state = $6) AND ($7 IS NULL OR coalesce(reading.light, 'none') = $7)
          AND ($8 IS NULL OR sheet.project > $8) ORDER BY sheet.project LIMIT $9"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(round)
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Text>, _>(filter.section)
    .bind::<Nullable<Text>, _>(filter.organisation)
    .bind::<Nullable<Text>, _>(filter.state.map(State::name))
    .bind::<Nullable<Text>, _>(filter.light)
    .bind::<Nullable<Text>, _>(filter.after)
    .bind::<BigInt, _>(filter.limit)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(Sheet::try_from).collect()
}

/// Keeps what becomes of a sheet that is under the caller's lock.
pub(in crate::monitoring) async fn update(tx: &mut Tx, scope: &Scope, round: &str, sheet: &Sheet) -> Result<()> {
    statement(
        "UPDATE monitoring_sheets SET state = $4, entered = $5, note = $6, row_version = $7, updated_by = $8,
             updated_at = $9, entered_by = $10, submitted_by = $11, submitted_at = $12, reviewed_by = $13,
             reviewed_at = $14
         WHERE bureau_id = $1 AND round = $2 AND project = $3",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(round)
    .bind::<Text, _>(&sheet.project)
    .bind::<Text, _>(sheet.state.name())
    .bind::<Jsonb, _>(serde_json::to_value(&sheet.entered).map_err(AppError::internal)?)
    .bind::<Nullable<Text>, _>(sheet.note.as_deref())
    .bind::<Integer, _>(sheet.version)
    .bind::<Text, _>(&sheet.updated_by)
    .bind::<Timestamptz, _>(sheet.updated_at)
    .bind::<Nullable<Text>, _>(sheet.entered_by.as_deref())
    .bind::<Nullable<Text>, _>(sheet.submitted_by.as_deref())
    .bind::<Nullable<Timestamptz>, _>(sheet.submitted_at)
    .bind::<Nullable<Text>, _>(sheet.reviewed_by.as_deref())
    .bind::<Nullable<Timestamptz>, _>(sheet.reviewed_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
