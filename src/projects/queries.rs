//! Projects and their revisions in the database.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use super::model::{Category, Conclusion, Content, Revision, State, Verdict};
use crate::platform::access::Scope;
use crate::platform::db::{Tx, beyond_school};
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
    project: String,
    #[diesel(sql_type = Integer)]
    revision: i32,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    organisation_name: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = Text)]
    section: String,
    #[diesel(sql_type = Integer)]
    first_year: i32,
    #[diesel(sql_type = Integer)]
    last_year: i32,
    #[diesel(sql_type = Bool)]
    is_key: bool,
    #[diesel(sql_type = Bool)]
    is_special_fund: bool,
    #[diesel(sql_type = Nullable<Text>)]
    summary: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    written_by: String,
    #[diesel(sql_type = Nullable<Integer>)]
    appraisal: Option<i32>,
    #[diesel(sql_type = Nullable<Numeric>)]
    total: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    conclusion: Option<String>,
}

impl Row {
    fn verdict(&self) -> Result<Option<Verdict>> {
        let (Some(appraisal), Some(total), Some(conclusion)) = (self.appraisal, self.total, &self.conclusion) else {
            return Ok(None);
        };
        let conclusion = Conclusion::of_code(conclusion).ok_or_else(|| unknown(conclusion))?;
        Ok(Some(Verdict { appraisal, total, conclusion }))
    }
}

impl TryFrom<Row> for Revision {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let verdict = row.verdict()?;
        let content = Content {
            organisation: row.organisation,
            school: row.school,
            name: row.name,
            category: Category::of_code(&row.category).ok_or_else(|| unknown(&row.category))?,
            section: row.section,
            first_year: row.first_year,
            last_year: row.last_year,
            is_key: row.is_key,
            is_special_fund: row.is_special_fund,
            summary: row.summary,
            state: State::of_code(&row.state).ok_or_else(|| unknown(&row.state))?,
        };
        Ok(Self {
            code: row.project,
            number: row.revision,
            content,
            organisation_name: row.organisation_name,
            verdict,
            written_by: row.written_by,
            action: row.action,
            note: row.note,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        })
    }
}

pub(super) fn unknown(code: &str) -> AppError {
    AppError::internal(format!("“{code}” is stored, and is none of the closed list"))
}

fn revisions(rows: Vec<Row>) -> Result<Vec<Revision>> {
    rows.into_iter().map(Revision::try_from).collect()
}

/// Those of some projects that exist and the scope covers, as they are.
pub(super) async fn current(tx: &mut Tx, scope: &Scope, codes: &[&str]) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!(" AND r.superseded_at IS NULL AND r.project = ANY ($3)"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Array<Text>, _>(codes)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// The codes among some of which there are projects that the scope does not cover. Who calls has taken the recording time,
/// so that it stays so.
pub(super) async fn elsewhere(tx: &mut Tx, scope: &Scope, codes: &[&str]) -> Result<HashSet<String>> {
    #[derive(QueryableByName)]
    struct Coded {
        #[diesel(sql_type = Text)]
        code: String,
    }
    let Some(school) = scope.school() else { return Ok(HashSet::new()) };
    let rows: Vec<Coded> = beyond_school(tx, scope, async |connection| {
        let found = statement(
            "SELECT code FROM projects WHERE bureau_id = $1 AND code = ANY ($2) AND school IS DISTINCT FROM $3",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Array<Text>, _>(codes)
        .bind::<Text, _>(school);
        Ok(found.load(connection).await?)
    })
    .await?;
    Ok(rows.into_iter().map(|row| row.code).collect())
}

/// What others need to know of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectStanding {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The unit that spends.
    pub organisation: String,
    /// The unit, where it is a school; none where it is the bureau's.
    pub school: Option<String>,
    /// The section that is responsible for it.
    pub section: String,
    /// What kind of spending it is.
    pub category: Category,
    /// The first year.
    pub first_year: i32,
    /// The last year.
    pub last_year: i32,
    /// Where it is in its life.
    pub state: State,
}

impl From<Revision> for ProjectStanding {
    fn from(Revision { code, content, .. }: Revision) -> Self {
        let Content { organisation, school, name, category, section, first_year, last_year, state, .. } = content;
        Self { code, name, organisation, school, section, category, first_year, last_year, state }
    }
}

/// A project as it is; none where there is none or the scope does not cover it.
///
/// # Errors
/// Where the database refuses.
pub async fn find(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Option<ProjectStanding>> {
    Ok(current(tx, scope, &[code]).await?.pop().map(ProjectStanding::from))
}

/// As [`find`], for many in one statement: by their codes, without those that there are not.
///
/// # Errors
/// Where the database refuses.
pub async fn find_all(tx: &mut Tx, scope: &Scope, codes: &[&str]) -> Result<HashMap<String, ProjectStanding>> {
    let found = current(tx, scope, codes).await?;
    Ok(found.into_iter().map(|revision| (revision.code.clone(), revision.into())).collect())
}

/// A page of the revisions of a project, from the first on.
pub(super) async fn history(
    tx: &mut Tx,
    scope: &Scope,
    code: &str,
    (after, limit): (i32, i64),
) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!(" AND r.project = $3 AND r.revision > $4 ORDER BY r.revision LIMIT $5"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(code)
        .bind::<Integer, _>(after)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// Which projects are meant.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    /// Those that last into a year.
    pub year: Option<i32>,
    pub state: Option<State>,
    pub category: Option<Category>,
    pub organisation: Option<&'a str>,
    pub section: Option<&'a str>,
}

/// A page of the projects that a filter means, as they are.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter<'_>,
    (after, limit): (Option<&str>, i64),
) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!(
        " AND r.superseded_at IS NULL AND ($3 IS NULL OR $3 BETWEEN r.first_year AND r.last_year)
          AND ($4 IS NULL OR r.state = $4) AND ($5 IS NULL OR r.category = $5)
          AND ($6 IS NULL OR p.organisation = $6) AND ($7 IS NULL OR r.section = $7)
          AND r.project > coalesce($8, '') ORDER BY r.project LIMIT $9"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Integer>, _>(filter.year)
    .bind::<Nullable<Text>, _>(filter.state.map(State::code))
    .bind::<Nullable<Text>, _>(filter.category.map(Category::code))
    .bind::<Nullable<Text>, _>(filter.organisation)
    .bind::<Nullable<Text>, _>(filter.section)
    .bind::<Nullable<Text>, _>(after)
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

/// Records revisions in three statements, whatever their number. Who calls has taken the recording time, so that nobody
/// else changes any of them meanwhile.
pub(super) async fn record(tx: &mut Tx, scope: &Scope, next: &[&Next<'_>]) -> Result<()> {
    let now = tx.now();
    let new: Vec<&&Next<'_>> = next.iter().filter(|each| each.number == 1).collect();
    if !new.is_empty() {
        statement(
            "INSERT INTO projects (bureau_id, code, organisation, school)
             SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Array<Text>, _>(new.iter().map(|each| each.code).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(new.iter().map(|each| each.content.organisation.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(new.iter().map(|each| each.content.school.as_deref()).collect::<Vec<_>>())
        .execute(&mut **tx)
        .await?;
    }
    statement(
        "UPDATE project_revisions SET superseded_at = $3
         WHERE bureau_id = $1 AND project = ANY ($2) AND superseded_at IS NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(next.iter().filter(|each| each.number > 1).map(|each| each.code).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    let contents = || next.iter().map(|each| each.content);
    statement(
        "INSERT INTO project_revisions (bureau_id, recorded_by, recorded_at, project, revision, school, name, category,
             section, first_year, last_year, is_key, is_special_fund, summary, state, action, note)
         SELECT $1, $2, $3, *
         FROM unnest($4::text[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[],
                     $11::integer[], $12::boolean[], $13::boolean[], $14::text[], $15::text[], $16::text[], $17::text[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(next.iter().map(|each| each.code).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(next.iter().map(|each| each.number).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(contents().map(|each| each.school.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(contents().map(|each| each.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(contents().map(|each| each.category.code()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(contents().map(|each| each.section.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(contents().map(|each| each.first_year).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(contents().map(|each| each.last_year).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(contents().map(|each| each.is_key).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(contents().map(|each| each.is_special_fund).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(contents().map(|each| each.summary.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(contents().map(|each| each.state.code()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(next.iter().map(|each| each.action).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(next.iter().map(|each| each.note).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
