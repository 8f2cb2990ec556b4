//! Rectifications and their revisions in the database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::model::{Content, Revision, Source, State, Subject};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
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
    code: String,
    #[diesel(sql_type = Integer)]
    revision: i32,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    organisation_name: Option<String>,
    #[diesel(sql_type = Text)]
    section: String,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Nullable<Text>)]
    subject_type: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    subject: Option<String>,
    #[diesel(sql_type = Text)]
    finding: String,
    #[diesel(sql_type = Nullable<Text>)]
    measure: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    owner: Option<String>,
    #[diesel(sql_type = Date)]
    found_on: NaiveDate,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Jsonb)]
    timeline: Value,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl TryFrom<Row> for Revision {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let source = Source::of_code(&row.source);
        let content = Content {
            organisation: row.organisation,
            school: row.school,
            section: row.section,
            source: source.ok_or_else(|| AppError::internal(format!("“{}” is no source", row.source)))?,
            subject: row.subject_type.zip(row.subject).map(|(kind, key)| Subject { kind, key }),
            finding: row.finding,
            measure: row.measure,
            owner: row.owner,
            found_on: row.found_on,
            due_on: row.due_on,
            timeline: serde_json::from_value(row.timeline).map_err(AppError::internal)?,
        };
        Ok(Self {
            code: row.code,
            number: row.revision,
            content,
            organisation_name: row.organisation_name,
            action: row.action,
            note: row.note,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        })
    }
}

fn revisions(rows: Vec<Row>) -> Result<Vec<Revision>> {
    rows.into_iter().map(Revision::try_from).collect()
}

/// A rectification as it is; none where there is none or the scope does not cover it.
pub(super) async fn current(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Option<Revision>> {
    let rows: Vec<Row> = statement(select!(" AND r.superseded_at IS NULL AND r.code = $3"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(code)
        .load(&mut **tx)
        .await?;
    Ok(revisions(rows)?.pop())
}

/// Whatever was found in a subject, put right or not.
pub(super) async fn found_in(tx: &mut Tx, scope: &Scope, subject: &Subject) -> Result<Vec<Revision>> {
    let rows: Vec<Row> =
        statement(select!(" AND r.superseded_at IS NULL AND r.subject_type = $3 AND r.subject = $4 ORDER BY r.code"))
            .bind::<Integer, _>(scope.bureau_id())
            .bind::<Nullable<Text>, _>(scope.school())
            .bind::<Text, _>(&subject.kind)
            .bind::<Text, _>(&subject.key)
            .load(&mut **tx)
            .await?;
    revisions(rows)
}

/// A page of the revisions of a rectification, from the first on.
pub(super) async fn history(
    tx: &mut Tx,
    scope: &Scope,
    code: &str,
    (after, limit): (i32, i64),
) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!(" AND r.code = $3 AND r.revision > $4 ORDER BY r.revision LIMIT $5"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(code)
        .bind::<Integer, _>(after)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// Which rectifications are meant.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub source: Option<Source>,
    pub state: Option<State>,
    pub organisation: Option<&'a str>,
    pub section: Option<&'a str>,
    pub subject_type: Option<&'a str>,
    pub subject: Option<&'a str>,
    /// Those that a section answers for, as the unit or because it watches over them.
    pub concerns: Option<&'a str>,
    pub due_before: Option<NaiveDate>,
    /// Whether there is something to be done.
    pub pending: Option<bool>,
    /// The day by which is told what is overdue, and whether those that are, or those that are not.
    pub overdue: (NaiveDate, Option<bool>),
}

/// Where a page begins: after a due date and a code.
pub(super) type Position = (NaiveDate, String);

/// A page of the rectifications that a filter means, the most urgent first.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter<'_>,
    (after, limit): (Option<&Position>, i64),
) -> Result<Vec<Revision>> {
    let (today, overdue) = filter.overdue;
    let rows: Vec<Row> = statement(select!(
        " AND r.superseded_at IS NULL
          AND ($3 IS NULL OR r.source = $3) AND ($4 IS NULL OR r.state = $4)
          AND ($5 IS NULL OR r.organisation = $5) AND ($6 IS NULL OR r.section = $6)
          AND ($7 IS NULL OR r.subject_type = $7) AND ($8 IS NULL OR r.subject = $8)
          AND ($9 IS NULL OR r.organisation = $9 OR r.section = $9)
          AND ($10 IS NULL OR r.due_on < $10)
          AND ($11 IS NULL OR (r.state IN ('open', 'in_progress')) = $11)
          AND ($12 IS NULL OR (r.due_on < $13 AND r.state IN ('open', 'in_progress')) = $12)
          AND ($14 IS NULL OR (r.due_on, r.code) > ($14, $15))
          ORDER BY r.due_on, r.code LIMIT $16"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Text>, _>(filter.source.map(Source::code))
    .bind::<Nullable<Text>, _>(filter.state.map(State::code))
    .bind::<Nullable<Text>, _>(filter.organisation)
    .bind::<Nullable<Text>, _>(filter.section)
    .bind::<Nullable<Text>, _>(filter.subject_type)
    .bind::<Nullable<Text>, _>(filter.subject)
    .bind::<Nullable<Text>, _>(filter.concerns)
    .bind::<Nullable<Date>, _>(filter.due_before)
    .bind::<Nullable<Bool>, _>(filter.pending)
    .bind::<Nullable<Bool>, _>(overdue)
    .bind::<Date, _>(today)
    .bind::<Nullable<Date>, _>(after.map(|(due_on, _)| *due_on))
    .bind::<Nullable<Text>, _>(after.map(|(_, code)| code.as_str()))
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    revisions(rows)
}

/// A revision to be recorded, after the one with the number before it.
pub(super) struct Next<'a> {
    pub code: &'a str,
    pub number: i32,
    pub content: &'a Content,
    pub action: &'a str,
    pub note: Option<&'a str>,
}

/// Records a revision. Who calls has taken the recording time, so that nobody else changes it meanwhile.
pub(super) async fn record(tx: &mut Tx, scope: &Scope, next: &Next<'_>) -> Result<()> {
    let now = tx.now();
    let Next { code, number, content, action, note } = next;
    if *number > 1 {
        statement(
            "UPDATE rectification_revisions SET superseded_at = $3
             WHERE bureau_id = $1 AND code = $2 AND superseded_at IS NULL",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(code)
        .bind::<Timestamptz, _>(now)
        .execute(&mut **tx)
        .await?;
    }
    statement(
        "INSERT INTO rectification_revisions (bureau_id, code, revision, organisation, school, section, source, subject_type,
             subject, finding, measure, owner, found_on, due_on, state, timeline, action, note, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(code)
    .bind::<Integer, _>(number)
    .bind::<Text, _>(&content.organisation)
    .bind::<Nullable<Text>, _>(content.school.as_deref())
    .bind::<Text, _>(&content.section)
    .bind::<Text, _>(content.source.code())
    .bind::<Nullable<Text>, _>(content.subject.as_ref().map(|subject| subject.kind.as_str()))
    .bind::<Nullable<Text>, _>(content.subject.as_ref().map(|subject| subject.key.as_str()))
    .bind::<Text, _>(&content.finding)
    .bind::<Nullable<Text>, _>(content.measure.as_deref())
    .bind::<Nullable<Text>, _>(content.owner.as_deref())
    .bind::<Date, _>(content.found_on)
    .bind::<Date, _>(content.due_on)
    .bind::<Text, _>(content.state().code())
    .bind::<Jsonb, _>(serde_json::to_value(&content.timeline).map_err(AppError::internal)?)
    .bind::<Text, _>(action)
    .bind::<Nullable<Text>, _>(note)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
