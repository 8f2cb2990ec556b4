//! Goals and their versions in the database.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::model::{Goal, Head, Level, State, Version, Wording};
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
    goal: String,
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    project: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    organisation_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    section_name: Option<String>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    section: String,
    #[diesel(sql_type = Nullable<Text>)]
    parent: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Jsonb)]
    content: Value,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer, column_name = row_version)]
    tag: i32,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    review: Option<Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    last_year: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    submitted_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reviewed_by: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    approved_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    approved_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    updated_by: String,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
}

pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(AppError::internal)
}

pub(super) fn write(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(AppError::internal)
}

/// What the database holds that nobody could have put there.
pub(super) fn unknown(what: &str) -> AppError {
    AppError::internal(format!("“{what}” is no code of goals"))
}

impl Row {
    fn split(self) -> Result<(Head, Option<String>, Version)> {
        let level = Level::of_code(&self.level).ok_or_else(|| unknown(&self.level))?;
        let state = State::of_code(&self.state).ok_or_else(|| unknown(&self.state))?;
        let Self { goal: code, organisation, school, project, organisation_name, .. } = self;
        let head = Head { code, level, organisation, school, project };
        let Self { section, parent, name, .. } = self;
        let version = Version {
            number: self.version,
            wording: Wording { section, parent, name, content: read(self.content)? },
            section_name: self.section_name,
            state,
            tag: self.tag,
            reason: self.reason,
            review: self.review.map(read).transpose()?,
            last_year: self.last_year.map(read).transpose()?,
            note: self.note,
            submitted_by: self.submitted_by,
            reviewed_by: self.reviewed_by,
            approved_by: self.approved_by,
            approved_at: self.approved_at,
            superseded_at: self.superseded_at,
            updated_by: self.updated_by,
            updated_at: self.updated_at,
        };
        Ok((head, organisation_name, version))
    }
}

/// Puts the versions of goals, in the order of goal and version, together.
fn goals(rows: Vec<Row>) -> Result<Vec<Goal>> {
    let mut goals: Vec<Goal> = Vec::new();
    for row in rows {
        let (head, organisation_name, version) = row.split()?;
        match goals.last_mut().filter(|goal| goal.head.code == head.code) {
            Some(goal) => goal.earlier.push(std::mem::replace(&mut goal.newest, version)),
            None => goals.push(Goal { head, organisation_name, earlier: Vec::new(), newest: version }),
        }
    }
    Ok(goals)
}

/// A goal; none where there is none or the scope does not cover it.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, year: i32, goal: &str) -> Result<Option<Goal>> {
    load(tx, scope, year, goal, select!(" AND g.goal = $4 ORDER BY v.version")).await
}

/// As [`find`], and nobody else changes it until the transaction ends.
pub(super) async fn find_to_change(tx: &mut Tx, scope: &Scope, year: i32, goal: &str) -> Result<Option<Goal>> {
    load(tx, scope, year, goal, select!(" AND g.goal = $4 ORDER BY v.version FOR UPDATE OF v")).await
}

async fn load(tx: &mut Tx, scope: &Scope, year: i32, goal: &str, sql: &'static str) -> Result<Option<Goal>> {
    let rows: Vec<Row> = statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(goal)
        .load(&mut **tx)
        .await?;
    Ok(goals(rows)?.pop())
}

/// All goals of a year with the version that was in force at a moment, now where there is none; only some by their codes.
pub(super) async fn standing(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    as_of: Option<DateTime<Utc>>,
    codes: Option<&[String]>,
) -> Result<Vec<Goal>> {
    let rows: Vec<Row> = statement(select!(
        " AND v.state = 'approved' AND v.approved_at <= coalesce($4::timestamptz, 'infinity')
          AND (v.superseded_at IS NULL OR v.superseded_at > $4::timestamptz)
          AND ($5::text[] IS NULL OR g.goal = ANY ($5))
          ORDER BY g.goal"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Timestamptz>, _>(as_of)
    .bind::<Nullable<Array<Text>>, _>(codes)
    .load(&mut **tx)
    .await?;
    goals(rows)
}

/// A goal that is begun, or its next version.
pub(super) struct Beginning<'a> {
    pub head: &'a Head,
    pub number: i32,
    pub tag: i32,
    pub wording: &'a Wording,
    pub reason: Option<&'a str>,
    pub last_year: Option<Value>,
}

/// Adds the codes of goals.
pub(super) async fn insert_heads(tx: &mut Tx, scope: &Scope, year: i32, heads: &[&Head]) -> Result<()> {
    statement(
        "INSERT INTO goals (bureau_id, year, goal, level, organisation, school, project)
         SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Array<Text>, _>(heads.iter().map(|head| head.code.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(heads.iter().map(|head| head.level.code()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(heads.iter().map(|head| head.organisation.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(heads.iter().map(|head| head.school.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(heads.iter().map(|head| head.project.as_deref()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds versions, all of them drafts.
pub(super) async fn insert_versions(tx: &mut Tx, scope: &Scope, year: i32, versions: &[Beginning<'_>]) -> Result<()> {
    let now = tx.now();
    let contents = versions.iter().map(|each| write(&each.wording.content)).collect::<Result<Vec<_>>>()?;
    let heads = || versions.iter().map(|each| each.head);
    let wordings = || versions.iter().map(|each| each.wording);
    statement(
        "INSERT INTO goal_versions (bureau_id, year, state, updated_by, updated_at, goal, school, version, row_version,
                                    section, parent, name, content, reason, last_year)
         SELECT $1, $2, 'draft', $3, $4, *
         FROM unnest($5::text[], $6::text[], $7::integer[], $8::integer[], $9::text[], $10::text[], $11::text[],
                     $12::jsonb[], $13::text[], $14::jsonb[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(heads().map(|head| head.code.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(heads().map(|head| head.school.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(versions.iter().map(|each| each.number).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(versions.iter().map(|each| each.tag).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(wordings().map(|wording| wording.section.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(wordings().map(|wording| wording.parent.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(wordings().map(|wording| wording.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(contents)
    .bind::<Array<Nullable<Text>>, _>(versions.iter().map(|each| each.reason).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(versions.iter().map(|each| each.last_year.as_ref()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The version that a change meets; who calls has it locked.
pub(super) struct Meeting<'a> {
    pub year: i32,
    pub goal: &'a Goal,
}

impl Meeting<'_> {
    fn next_tag(&self) -> i32 {
        self.goal.tag() + 1
    }
}

/// Changes what the version in work says.
pub(super) async fn save(tx: &mut Tx, scope: &Scope, meeting: &Meeting<'_>, wording: &Wording) -> Result<()> {
    let (now, content) = (tx.now(), write(&wording.content)?);
    statement(
        "UPDATE goal_versions SET section = $5, parent = $6, name = $7, content = $8, row_version = $9,
                                  updated_by = $10, updated_at = $11
         WHERE bureau_id = $1 AND year = $2 AND goal = $3 AND version = $4",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(meeting.year)
    .bind::<Text, _>(&meeting.goal.head.code)
    .bind::<Integer, _>(meeting.goal.newest.number)
    .bind::<Text, _>(&wording.section)
    .bind::<Nullable<Text>, _>(&wording.parent)
    .bind::<Text, _>(&wording.name)
    .bind::<Jsonb, _>(content)
    .bind::<Integer, _>(meeting.next_tag())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Where a step leads; what is none here is none in the row.
#[derive(Default)]
pub(super) struct Standing<'a> {
    pub review: Option<Value>,
    pub note: Option<&'a str>,
    pub submitted_by: Option<&'a str>,
    pub reviewed_by: Option<&'a str>,
    pub approved_by: Option<&'a str>,
    pub approved_at: Option<DateTime<Utc>>,
}

/// Moves the version in work to another state.
pub(super) async fn advance(
    tx: &mut Tx,
    scope: &Scope,
    meeting: &Meeting<'_>,
    to: State,
    standing: &Standing<'_>,
) -> Result<()> {
    statement(
        "UPDATE goal_versions SET state = $5, row_version = $6, review = $7, note = $8, submitted_by = $9,
                                  reviewed_by = $10, approved_by = $11, approved_at = $12
         WHERE bureau_id = $1 AND year = $2 AND goal = $3 AND version = $4",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(meeting.year)
    .bind::<Text, _>(&meeting.goal.head.code)
    .bind::<Integer, _>(meeting.goal.newest.number)
    .bind::<Text, _>(to.code())
    .bind::<Integer, _>(meeting.next_tag())
    .bind::<Nullable<Jsonb>, _>(standing.review.as_ref())
    .bind::<Nullable<Text>, _>(standing.note)
    .bind::<Nullable<Text>, _>(standing.submitted_by)
    .bind::<Nullable<Text>, _>(standing.reviewed_by)
    .bind::<Nullable<Text>, _>(standing.approved_by)
    .bind::<Nullable<Timestamptz>, _>(standing.approved_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends the version in force, now.
pub(super) async fn supersede(tx: &mut Tx, scope: &Scope, meeting: &Meeting<'_>) -> Result<()> {
    let now = tx.now();
    statement(
        "UPDATE goal_versions SET superseded_at = $4
         WHERE bureau_id = $1 AND year = $2 AND goal = $3 AND state = 'approved' AND superseded_at IS NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(meeting.year)
    .bind::<Text, _>(&meeting.goal.head.code)
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Throws the version in work away, and the goal with it where it has no other.
pub(super) async fn delete(tx: &mut Tx, scope: &Scope, meeting: &Meeting<'_>) -> Result<()> {
    statement("DELETE FROM goal_versions WHERE bureau_id = $1 AND year = $2 AND goal = $3 AND version = $4")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(meeting.year)
        .bind::<Text, _>(&meeting.goal.head.code)
        .bind::<Integer, _>(meeting.goal.newest.number)
        .execute(&mut **tx)
        .await?;
    if meeting.goal.earlier.is_empty() {
        statement("DELETE FROM goals WHERE bureau_id = $1 AND year = $2 AND goal = $3")
            .bind::<Integer, _>(scope.bureau_id())
            .bind::<Integer, _>(meeting.year)
            .bind::<Text, _>(&meeting.goal.head.code)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
