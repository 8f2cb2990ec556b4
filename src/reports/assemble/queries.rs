//! What reports read themselves: records, names, evaluations. Everything as of a moment, and each in one statement.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde_json::Value;

use super::super::template::{Outcome, Place, RecordsAsk};
use crate::catalogue::document::EvaluationOf;
use crate::organisations::{Kind, Stage};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// The most records of one list.
pub(super) const MAX_RECORDS: usize = 1_000;

/// The most records of all lists that are read at once.
pub(super) const MAX_RECORDS_IN_ALL: usize = 20_000;

#[derive(QueryableByName)]
struct OrganisationRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    kind: Kind,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    stage: Option<Stage>,
    #[diesel(sql_type = Nullable<Text>)]
    township: Option<String>,
}

/// All organisations that were known, by code, and the name of the bureau.
pub(super) async fn organisations(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
) -> Result<(String, BTreeMap<String, Place>)> {
    let rows: Vec<OrganisationRow> = statement(
        "SELECT code, kind, version.name, version.stage, version.township
         FROM organisations
         JOIN organisation_versions AS version USING (bureau_id, code)
         WHERE bureau_id = $1 AND version.recorded_at <= $2 AND (version.superseded_at IS NULL OR version.superseded_at > $2)
             AND ($3 IS NULL OR kind <> 'school' OR code = $3)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(moment)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    let bureau = rows.iter().find(|row| row.kind == Kind::Bureau).map(|row| row.name.clone()).unwrap_or_default();
    let place = |row: OrganisationRow| {
        let (stage, township) = (row.stage, row.township);
        (row.code, Place { name: row.name, stage, township })
    };
    Ok((bureau, rows.into_iter().map(place).collect()))
}

#[derive(QueryableByName)]
struct ProjectRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
}

/// The names of the projects of a year, by code.
pub(super) async fn projects(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    moment: DateTime<Utc>,
) -> Result<BTreeMap<String, String>> {
    let rows: Vec<ProjectRow> = statement(
        "SELECT project AS code, name FROM project_revisions
         WHERE bureau_id = $1 AND $2 BETWEEN first_year AND last_year
             AND recorded_at <= $3 AND (superseded_at IS NULL OR superseded_at > $3)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Timestamptz, _>(moment)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name)).collect())
}

/// A record, of the list with a number.
#[derive(Debug, QueryableByName)]
pub(super) struct RecordRow {
    /// From 1.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub record: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
    #[diesel(sql_type = Jsonb)]
    pub fields: Value,
    #[diesel(sql_type = Text)]
    pub state: String,
}

/// The records of some lists, each in the order of their codes.
pub(super) async fn records(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    asks: &[RecordsAsk],
) -> Result<Vec<RecordRow>> {
    let one_more = |most: usize| i64::try_from(most + 1).map_err(AppError::internal);
    Ok(statement(include_str!("sql/records.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(moment)
        .bind::<Jsonb, _>(serde_json::to_value(asks).map_err(AppError::internal)?)
        .bind::<BigInt, _>(one_more(MAX_RECORDS)?)
        .bind::<BigInt, _>(one_more(MAX_RECORDS_IN_ALL)?)
        .load(&mut **tx)
        .await?)
}

#[derive(QueryableByName)]
struct EvaluationRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Numeric)]
    total: Decimal,
    #[diesel(sql_type = Text)]
    grade: String,
    #[diesel(sql_type = Numeric)]
    suggested: Decimal,
    #[diesel(sql_type = Nullable<Jsonb>)]
    funds: Option<Value>,
}

/// All evaluations of a year that were final.
pub(super) async fn evaluations(tx: &mut Tx, scope: &Scope, year: i32, moment: DateTime<Utc>) -> Result<Vec<Outcome>> {
    let rows: Vec<EvaluationRow> = statement(
        "SELECT kind, subject, name, total, grade, suggested, sheet #> '{funds,0}' AS funds
         FROM evaluation_results
         WHERE bureau_id = $1 AND year = $2 AND as_of <= $3 AND ($4 IS NULL OR school = $4)
         ORDER BY kind, subject",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Timestamptz, _>(moment)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    let read = |row: EvaluationRow| {
        let kind: EvaluationOf = serde_json::from_value(Value::from(row.kind)).map_err(AppError::internal)?;
        Ok(Outcome {
            kind,
            subject: row.subject,
            name: row.name,
            total: row.total,
            grade: serde_json::from_value(Value::from(row.grade)).map_err(AppError::internal)?,
            suggested: row.suggested,
            funds: row.funds.unwrap_or_default(),
        })
    };
    rows.into_iter().map(read).collect()
}
