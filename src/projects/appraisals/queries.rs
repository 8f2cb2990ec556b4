//! Appraisals in the database.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde_json::Value;

use super::judge::Judgement;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;
use crate::projects::model::Conclusion;
use crate::projects::queries::unknown;

/// An appraisal of a project.
#[derive(Debug, Clone)]
pub(super) struct Appraisal {
    /// From 1, within the project.
    pub number: i32,
    /// The revision of the project that was appraised.
    pub revision: i32,
    /// Code of the policy.
    pub policy: String,
    pub judgement: Judgement,
    pub opinion: String,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    appraisal: i32,
    #[diesel(sql_type = Integer)]
    revision: i32,
    #[diesel(sql_type = Text)]
    policy: String,
    #[diesel(sql_type = Jsonb)]
    scores: Value,
    #[diesel(sql_type = Numeric)]
    total: Decimal,
    #[diesel(sql_type = Text)]
    by_points: String,
    #[diesel(sql_type = Text)]
    conclusion: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Text)]
    opinion: String,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl TryFrom<Row> for Appraisal {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let read = |code: &str| Conclusion::of_code(code).ok_or_else(|| unknown(code));
        let judgement = Judgement {
            scores: serde_json::from_value(row.scores).map_err(AppError::internal)?,
            total: row.total,
            by_points: read(&row.by_points)?,
            conclusion: read(&row.conclusion)?,
            reason: row.reason,
        };
        Ok(Self {
            number: row.appraisal,
            revision: row.revision,
            policy: row.policy,
            judgement,
            opinion: row.opinion,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        })
    }
}

/// A page of the appraisals of a project that the scope covers, from the first on.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    project: &str,
    (after, limit): (i32, i64),
) -> Result<Vec<Appraisal>> {
    let rows: Vec<Row> = statement(
        "SELECT appraisal, revision, policy, scores, total, by_points, conclusion, reason, opinion, recorded_by, recorded_at
         FROM project_appraisals
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND project = $3 AND appraisal > $4
         ORDER BY appraisal LIMIT $5",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Text, _>(project)
    .bind::<Integer, _>(after)
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(Appraisal::try_from).collect()
}

/// Adds an appraisal.
pub(super) async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    (project, school): (&str, Option<&str>),
    appraisal: &Appraisal,
) -> Result<()> {
    let Appraisal { judgement, .. } = appraisal;
    statement(
        "INSERT INTO project_appraisals (bureau_id, project, appraisal, school, revision, policy, scores, total, by_points,
             conclusion, reason, opinion, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(project)
    .bind::<Integer, _>(appraisal.number)
    .bind::<Nullable<Text>, _>(school)
    .bind::<Integer, _>(appraisal.revision)
    .bind::<Text, _>(&appraisal.policy)
    .bind::<Jsonb, _>(serde_json::to_value(&judgement.scores).map_err(AppError::internal)?)
    .bind::<Numeric, _>(judgement.total)
    .bind::<Text, _>(judgement.by_points.code())
    .bind::<Text, _>(judgement.conclusion.code())
    .bind::<Nullable<Text>, _>(judgement.reason.as_deref())
    .bind::<Text, _>(&appraisal.opinion)
    .bind::<Text, _>(&appraisal.recorded_by)
    .bind::<Timestamptz, _>(appraisal.recorded_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
