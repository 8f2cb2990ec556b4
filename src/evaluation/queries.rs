//! Evaluations and their results in the database.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::inputs::Subject;
use super::model::{Action, Correction, Entered, Key, State};
use super::sheet::{Sheet, Suggestion};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// A name of a closed list, as it is stored.
pub(super) fn stored<T: DeserializeOwned>(name: &str) -> Result<T> {
    serde_json::from_value(Value::from(name)).map_err(AppError::internal)
}

/// As [`stored`], the other way round.
pub(super) fn name_of(value: impl Serialize) -> Result<String> {
    let name = serde_json::to_value(value).map_err(AppError::internal)?;
    name.as_str().map(str::to_owned).ok_or_else(|| AppError::internal("a value of a closed list has no name"))
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(AppError::internal)
}

/// An evaluation as it is.
#[derive(Debug, Clone)]
pub(super) struct Evaluation {
    pub state: State,
    pub version: i32,
    pub entered: Entered,
    pub corrections: Vec<Correction>,
    pub opinion: Option<String>,
    pub note: Option<String>,
    pub submitted_by: Option<String>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub reviewed_by: Option<String>,
    pub reviewed_at: Option<DateTime<Utc>>,
    pub updated_by: String,
    pub updated_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Jsonb)]
    content: Value,
    #[diesel(sql_type = Jsonb)]
    corrections: Value,
    #[diesel(sql_type = Nullable<Text>)]
    opinion: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    submitted_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    reviewed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    reviewed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    updated_by: String,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

/// An evaluation as it is; none where nothing was entered yet. It is read, not locked: whoever changes it names the version
/// that was read.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, key: &Key) -> Result<Option<Evaluation>> {
    let rows: Vec<Row> = statement(
        "SELECT state, version, content, corrections, opinion, note, submitted_by, submitted_at, reviewed_by, reviewed_at,
                updated_by, updated_at
         FROM evaluations
         WHERE bureau_id = $1 AND year = $2 AND kind = $3 AND subject = $4 AND ($5 IS NULL OR school = $5)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(key.year)
    .bind::<Text, _>(key.kind.name())
    .bind::<Text, _>(&key.subject)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    let read = |row: Row| {
        Ok(Evaluation {
            state: stored(&row.state)?,
            version: row.version,
            entered: serde_json::from_value(row.content).map_err(AppError::internal)?,
            corrections: serde_json::from_value(row.corrections).map_err(AppError::internal)?,
            opinion: row.opinion,
            note: row.note,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            reviewed_by: row.reviewed_by,
            reviewed_at: row.reviewed_at,
            updated_by: row.updated_by,
            updated_at: row.updated_at,
        })
    };
    rows.into_iter().next().map(read).transpose()
}

/// Begins an evaluation; false where somebody else was quicker.
pub(super) async fn begin(tx: &mut Tx, scope: &Scope, key: &Key, subject: &Subject, entered: &Entered) -> Result<bool> {
    let now = tx.now();
    let begun = statement(
        "INSERT INTO evaluations (bureau_id, year, kind, subject, organisation, school, state, version, content, updated_by,
                                  updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'draft', 1, $7, $8, $9)
         ON CONFLICT DO NOTHING",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(key.year)
    .bind::<Text, _>(key.kind.name())
    .bind::<Text, _>(&key.subject)
    .bind::<Text, _>(&subject.organisation)
    .bind::<Nullable<Text>, _>(subject.school.as_deref())
    .bind::<Jsonb, _>(json(entered)?)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(begun == 1)
}

/// Replaces what was entered; false where somebody else was quicker.
pub(super) async fn save(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    evaluation: &Evaluation,
    entered: &Entered,
) -> Result<bool> {
    let now = tx.now();
    let saved = statement(
        "UPDATE evaluations SET content = $7, version = version + 1, updated_by = $8, updated_at = $9
         WHERE bureau_id = $1 AND year = $2 AND kind = $3 AND subject = $4 AND version = $5 AND state = $6",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(key.year)
    .bind::<Text, _>(key.kind.name())
    .bind::<Text, _>(&key.subject)
    .bind::<Integer, _>(evaluation.version)
    .bind::<Text, _>(evaluation.state.name())
    .bind::<Jsonb, _>(json(entered)?)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(saved == 1)
}

/// What a step of the life of an evaluation leaves in it.
pub(super) struct Step<'a> {
    pub action: Action,
    /// Why it is returned.
    pub note: Option<&'a str>,
    /// What the review says of the whole, and how it corrects scores.
    pub opinion: Option<&'a str>,
    pub corrections: &'a [Correction],
}

/// Takes an evaluation to another state; false where somebody else was quicker. What the review said goes with its return.
pub(super) async fn step(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    evaluation: &Evaluation,
    step: &Step<'_>,
) -> Result<bool> {
    let now = tx.now();
    let changed = statement(
        "UPDATE evaluations SET state = $7, version = version + 1, updated_by = $8, updated_at = $9, note = $11,
             submitted_by = CASE $10 WHEN 'submit' THEN $8 ELSE submitted_by END,
             submitted_at = CASE $10 WHEN 'submit' THEN $9 ELSE submitted_at END,
             reviewed_by = CASE $10 WHEN 'review' THEN $8 WHEN 'return' THEN NULL ELSE reviewed_by END,
             reviewed_at = CASE $10 WHEN 'review' THEN $9 WHEN 'return' THEN NULL ELSE reviewed_at END,
             opinion = CASE $10 WHEN 'review' THEN $12 WHEN 'return' THEN NULL ELSE opinion END,
             corrections = CASE $10 WHEN 'review' THEN $13 WHEN 'return' THEN '[]' ELSE corrections END
         WHERE bureau_id = $1 AND year = $2 AND kind = $3 AND subject = $4 AND version = $5 AND state = $6",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(key.year)
    .bind::<Text, _>(key.kind.name())
    .bind::<Text, _>(&key.subject)
    .bind::<Integer, _>(evaluation.version)
    .bind::<Text, _>(evaluation.state.name())
    .bind::<Text, _>(step.action.leads_to().name())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(step.action.name())
    .bind::<Nullable<Text>, _>(step.note)
    .bind::<Nullable<Text>, _>(step.opinion)
    .bind::<Jsonb, _>(json(&step.corrections)?)
    .execute(&mut **tx)
    .await?;
    Ok(changed == 1)
}

/// A final evaluation as it was frozen.
#[derive(Debug, Clone)]
pub(super) struct Frozen {
    pub as_of: DateTime<Utc>,
    pub journal_position: i64,
    pub finalised_by: String,
    pub entered: Entered,
    pub corrections: Vec<Correction>,
    /// The sheet, word for word.
    pub sheet: Value,
}

#[derive(QueryableByName)]
struct EnteredRow {
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Jsonb)]
    content: Value,
    #[diesel(sql_type = Jsonb)]
    corrections: Value,
}

/// What has been entered of the projects of a year, and how it was corrected.
pub(super) async fn entered_projects(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
) -> Result<HashMap<String, (Entered, Vec<Correction>)>> {
    let rows: Vec<EnteredRow> = statement(
        "SELECT subject, content, corrections FROM evaluations
         WHERE bureau_id = $1 AND year = $2 AND kind = 'project' AND ($3 IS NULL OR school = $3)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    let read = |row: EnteredRow| {
        let entered = serde_json::from_value(row.content).map_err(AppError::internal)?;
        let corrections = serde_json::from_value(row.corrections).map_err(AppError::internal)?;
        Ok((row.subject, (entered, corrections)))
    };
    rows.into_iter().map(read).collect()
}

#[derive(QueryableByName)]
struct FrozenRow {
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Timestamptz)]
    as_of: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    journal_position: i64,
    #[diesel(sql_type = Text)]
    finalised_by: String,
    #[diesel(sql_type = Jsonb)]
    content: Value,
    #[diesel(sql_type = Jsonb)]
    corrections: Value,
    #[diesel(sql_type = Jsonb)]
    sheet: Value,
}

impl TryFrom<FrozenRow> for Frozen {
    type Error = AppError;

    fn try_from(row: FrozenRow) -> Result<Self> {
        Ok(Self {
            as_of: row.as_of,
            journal_position: row.journal_position,
            finalised_by: row.finalised_by,
            entered: serde_json::from_value(row.content).map_err(AppError::internal)?,
            corrections: serde_json::from_value(row.corrections).map_err(AppError::internal)?,
            sheet: row.sheet,
        })
    }
}

/// What the evaluations of a year's projects came to that were final at a moment.
pub(super) async fn frozen_projects(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    moment: DateTime<Utc>,
) -> Result<HashMap<String, Frozen>> {
    let rows: Vec<FrozenRow> = statement(
        "SELECT subject, as_of, journal_position, finalised_by, content, corrections, sheet
         FROM evaluation_results
         WHERE bureau_id = $1 AND year = $2 AND kind = 'project' AND ($3 IS NULL OR school = $3) AND as_of <= $4",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Timestamptz, _>(moment)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(|row| Ok((row.subject.clone(), row.try_into()?))).collect()
}

/// What an evaluation came to; none where it is not final.
pub(super) async fn frozen(tx: &mut Tx, scope: &Scope, key: &Key) -> Result<Option<Frozen>> {
    let rows: Vec<FrozenRow> = statement(
        "SELECT subject, as_of, journal_position, finalised_by, content, corrections, sheet
         FROM evaluation_results
         WHERE bureau_id = $1 AND year = $2 AND kind = $3 AND subject = $4 AND ($5 IS NULL OR school = $5)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(key.year)
    .bind::<Text, _>(key.kind.name())
    .bind::<Text, _>(&key.subject)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    rows.into_iter().next().map(Frozen::try_from).transpose()
}

/// What is frozen of an evaluation that becomes final.
pub(super) struct Freezing<'a> {
    pub evaluation: &'a Evaluation,
    pub sheet: &'a Sheet,
    pub suggestion: &'a Suggestion,
    pub journal_position: i64,
}

/// Freezes an evaluation with its sheet.
pub(super) async fn freeze(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    school: Option<&str>,
    result: &Freezing<'_>,
) -> Result<()> {
    let Freezing { evaluation, sheet, suggestion, journal_position } = result;
    let grade = sheet.grade.ok_or_else(|| AppError::internal("a final evaluation has no grade"))?;
    statement(
        "INSERT INTO evaluation_results (bureau_id, year, kind, subject, school, name, category, as_of, journal_position,
             content, corrections, sheet, policy, total, grade, budget, action, percent, suggested, reasoning, finalised_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(key.year)
    .bind::<Text, _>(key.kind.name())
    .bind::<Text, _>(&key.subject)
    .bind::<Nullable<Text>, _>(school)
    .bind::<Text, _>(&sheet.subject.name)
    .bind::<Nullable<Text>, _>(sheet.subject.category.as_deref())
    .bind::<Timestamptz, _>(sheet.as_of)
    .bind::<BigInt, _>(*journal_position)
    .bind::<Jsonb, _>(json(&evaluation.entered)?)
    .bind::<Jsonb, _>(json(&evaluation.corrections)?)
    .bind::<Jsonb, _>(json(sheet)?)
    .bind::<Text, _>(&sheet.policy.code)
    .bind::<Numeric, _>(sheet.total)
    .bind::<Text, _>(name_of(grade)?)
    .bind::<Numeric, _>(suggestion.budget)
    .bind::<Text, _>(name_of(suggestion.action)?)
    .bind::<Integer, _>(i32::try_from(suggestion.percent).map_err(AppError::internal)?)
    .bind::<Numeric, _>(suggestion.suggested)
    .bind::<Jsonb, _>(json(&suggestion.reasoning)?)
    .bind::<Text, _>(scope.actor())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
