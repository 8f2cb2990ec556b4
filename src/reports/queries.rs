//! Reports in the database.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::model::{Acknowledgement, Action, State};
use crate::documents::Finding;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::journal::Hash;
use crate::platform::statement::statement;

/// A report, without its document.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub code: String,
    pub template: String,
    pub year: i32,
    pub number: i32,
    pub title: String,
    pub state: State,
    pub version: i32,
    pub assembly: i32,
    pub sha256: Vec<u8>,
    pub findings: Vec<Finding>,
    pub acknowledged: Vec<Acknowledgement>,
    pub as_of: DateTime<Utc>,
    pub journal_position: i64,
    pub assembled_by: String,
    pub assembled_at: DateTime<Utc>,
    pub note: Option<String>,
    pub approved_by: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub published_by: Option<String>,
    pub published_at: Option<DateTime<Utc>>,
    pub updated_by: String,
    pub updated_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    template: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Integer)]
    assembly: i32,
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(sql_type = Jsonb)]
    findings: Value,
    #[diesel(sql_type = Jsonb)]
    acknowledged: Value,
    #[diesel(sql_type = Timestamptz)]
    as_of: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    journal_position: i64,
    #[diesel(sql_type = Text)]
    assembled_by: String,
    #[diesel(sql_type = Timestamptz)]
    assembled_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    approved_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    approved_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    published_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    updated_by: String,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

fn stored<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(AppError::internal)
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(AppError::internal)
}

impl TryFrom<Row> for Report {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            state: stored(Value::from(row.state))?,
            findings: stored(row.findings)?,
            acknowledged: stored(row.acknowledged)?,
            code: row.code,
            template: row.template,
            year: row.year,
            number: row.number,
            title: row.title,
            version: row.version,
            assembly: row.assembly,
            sha256: row.sha256,
            as_of: row.as_of,
            journal_position: row.journal_position,
            assembled_by: row.assembled_by,
            assembled_at: row.assembled_at,
            note: row.note,
            approved_by: row.approved_by,
            approved_at: row.approved_at,
            published_by: row.published_by,
            published_at: row.published_at,
            updated_by: row.updated_by,
            updated_at: row.updated_at,
        })
    }
}

/// Which reports.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter<'a> {
    pub code: Option<&'a str>,
    pub year: Option<i32>,
    pub template: Option<&'a str>,
    pub state: Option<State>,
}

/// What orders them: year, template, number.
pub(super) type Position = (i32, String, i32);

/// Reports after a position. A school sees what was published.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: Filter<'_>,
    (after, limit): (Option<&Position>, i64),
) -> Result<Vec<Report>> {
    let rows: Vec<Row> = statement(
        "SELECT code, template, year, number, title, state, version, assembly, sha256, findings, acknowledged, as_of,
                journal_position, assembled_by, assembled_at, note, approved_by, approved_at, published_by, published_at,
                updated_by, updated_at
         FROM reports
         WHERE bureau_id = $1 AND ($2 IS NULL OR state = 'published') AND ($3 IS NULL OR code = $3)
           AND ($4 IS NULL OR year = $4) AND ($5 IS NULL OR template = $5) AND ($6 IS NULL OR state = $6)
           AND ($7 IS NULL OR (year, template, number) > ($7, $8, $9))
         ORDER BY year, template, number LIMIT $10",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Text>, _>(filter.code)
    .bind::<Nullable<Integer>, _>(filter.year)
    .bind::<Nullable<Text>, _>(filter.template)
    .bind::<Nullable<Text>, _>(filter.state.map(State::name))
    .bind::<Nullable<Integer>, _>(after.map(|(year, ..)| *year))
    .bind::<Nullable<Text>, _>(after.map(|(_, template, _)| template.as_str()))
    .bind::<Nullable<Integer>, _>(after.map(|(.., number)| *number))
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(Report::try_from).collect()
}

/// A report by its code. It is read, not locked: whoever changes it names the version that was read.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Option<Report>> {
    let filter = Filter { code: Some(code), ..Filter::default() };
    Ok(list(tx, scope, filter, (None, 1)).await?.pop())
}

/// The document of a report in a version, as it is kept; none where somebody assembled it anew meanwhile.
pub(super) async fn document(tx: &mut Tx, scope: &Scope, report: &Report) -> Result<Option<String>> {
    #[derive(QueryableByName)]
    struct Kept {
        #[diesel(sql_type = Text)]
        document: String,
    }
    let rows: Vec<Kept> = statement(
        "SELECT document FROM reports
         WHERE bureau_id = $1 AND code = $2 AND assembly = $3 AND ($4 IS NULL OR state = 'published')",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&report.code)
    .bind::<Integer, _>(report.assembly)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next().map(|row| row.document))
}

/// The hash that the newest entry of the journal about an assembly or approval of a report keeps; none where there is no such
/// entry. What is not sealed yet counts as well.
pub(super) async fn journaled_sha256(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Option<String>> {
    #[derive(QueryableByName)]
    struct Kept {
        #[diesel(sql_type = Text)]
        sha256: String,
    }
    // Fenced, so that the entries of the report are found by their index: going backwards through the journal until one is of
    // this report would read most of it.
    let rows: Vec<Kept> = statement(
        "SELECT sha256
         FROM (SELECT position, id, after ->> 'sha256' AS sha256 FROM journal
               WHERE bureau_id = $1 AND subject_type = 'report' AND subject = $2
                 AND action IN ('report.assemble', 'report.approve') OFFSET 0) AS entries
         WHERE sha256 IS NOT NULL ORDER BY position DESC NULLS FIRST, id DESC LIMIT 1",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(code)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next().map(|row| row.sha256))
}

/// What assembling came to, as it is kept.
#[derive(Debug)]
pub(super) struct Assembly {
    pub title: String,
    /// The document, as canonical JSON.
    pub text: String,
    pub sha256: Hash,
    pub findings: Vec<Finding>,
    pub as_of: DateTime<Utc>,
    pub journal_position: i64,
}

/// Adds a report under the next number of its template and year; none where somebody took that just now.
pub(super) async fn add(
    tx: &mut Tx,
    scope: &Scope,
    (template, year): (&str, i32),
    assembly: &Assembly,
) -> Result<Option<String>> {
    #[derive(QueryableByName)]
    struct Added {
        #[diesel(sql_type = Text)]
        code: String,
    }
    let now = tx.now();
    let rows: Vec<Added> = statement(
        "INSERT INTO reports (bureau_id, code, template, year, number, title, state, version, assembly, document, sha256,
             findings, as_of, journal_position, assembled_by, assembled_at, updated_by, updated_at)
         SELECT $1, $2 || '-' || $3 || '-' || number, $2, $3, number, $4, 'draft', 1, 1, $5, $6, $7, $8, $9, $10, $11, $10, $11
         FROM (SELECT coalesce(max(number), 0) + 1 AS number FROM reports
               WHERE bureau_id = $1 AND template = $2 AND year = $3) AS next
         ON CONFLICT DO NOTHING
         RETURNING code",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(template)
    .bind::<Integer, _>(year)
    .bind::<Text, _>(&assembly.title)
    .bind::<Text, _>(&assembly.text)
    .bind::<Binary, _>(assembly.sha256.as_slice())
    .bind::<Jsonb, _>(json(&assembly.findings)?)
    .bind::<Timestamptz, _>(assembly.as_of)
    .bind::<BigInt, _>(assembly.journal_position)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next().map(|row| row.code))
}

/// Puts another assembly in the place of the one before; false where somebody else was quicker.
pub(super) async fn replace(tx: &mut Tx, scope: &Scope, report: &Report, assembly: &Assembly) -> Result<bool> {
    let now = tx.now();
    let changed = statement(
        "UPDATE reports SET state = 'draft', version = version + 1, assembly = assembly + 1, title = $4, document = $5,
             sha256 = $6, findings = $7, as_of = $8, journal_position = $9, assembled_by = $10, assembled_at = $11,
             note = NULL, updated_by = $10, updated_at = $11
         WHERE bureau_id = $1 AND code = $2 AND version = $3 AND state IN ('draft', 'returned')",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&report.code)
    .bind::<Integer, _>(report.version)
    .bind::<Text, _>(&assembly.title)
    .bind::<Text, _>(&assembly.text)
    .bind::<Binary, _>(assembly.sha256.as_slice())
    .bind::<Jsonb, _>(json(&assembly.findings)?)
    .bind::<Timestamptz, _>(assembly.as_of)
    .bind::<BigInt, _>(assembly.journal_position)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(changed == 1)
}

/// What a step of the life of a report leaves in it.
pub(super) struct Step<'a> {
    pub action: Action,
    /// Why it is returned or discarded.
    pub note: Option<&'a str>,
    /// What was found when it was approved, and what of that stands as it is.
    pub approval: Option<(&'a [Finding], &'a [Acknowledgement])>,
}

/// Takes a report to another state; false where somebody else was quicker.
pub(super) async fn step(tx: &mut Tx, scope: &Scope, report: &Report, step: &Step<'_>) -> Result<bool> {
    let now = tx.now();
    let (findings, acknowledged) = step.approval.unzip();
    let changed = statement(
        "UPDATE reports SET state = $5, version = version + 1, updated_by = $6, updated_at = $7,
             note = coalesce($8, note), findings = coalesce($9, findings), acknowledged = coalesce($10, acknowledged),
             approved_by = CASE $5 WHEN 'approved' THEN $6 ELSE approved_by END,
             approved_at = CASE $5 WHEN 'approved' THEN $7 ELSE approved_at END,
             published_by = CASE $5 WHEN 'published' THEN $6 END,
             published_at = CASE $5 WHEN 'published' THEN $7 END
         WHERE bureau_id = $1 AND code = $2 AND version = $3 AND state = $4",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&report.code)
    .bind::<Integer, _>(report.version)
    .bind::<Text, _>(report.state.name())
    .bind::<Text, _>(step.action.leads_to().name())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<Text>, _>(step.note)
    .bind::<Nullable<Jsonb>, _>(findings.map(|findings| json(&findings)).transpose()?)
    .bind::<Nullable<Jsonb>, _>(acknowledged.map(|acknowledged| json(&acknowledged)).transpose()?)
    .execute(&mut **tx)
    .await?;
    Ok(changed == 1)
}
