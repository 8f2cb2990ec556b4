//! What a sheet is computed from, all as of one moment.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use super::actuals::{self, Actuals};
use super::model::{Key, Kind};
use super::queries::stored;
use crate::catalogue::document::{Grade, Policy};
use crate::catalogue::{Catalogue, Catalogues, Period};
use crate::goals::{self, GoalInForce, Level, Which};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::statement::statement;
use crate::say;

/// What is evaluated, as it was known at a moment.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Subject {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub organisation: String,
    #[diesel(sql_type = Text)]
    pub organisation_name: String,
    /// The unit, where it is a school.
    #[diesel(sql_type = Nullable<Text>)]
    pub school: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub section: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub category: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub project_state: Option<String>,
    /// Whether it lasts in the year.
    #[diesel(sql_type = Bool)]
    pub in_years: bool,
}

/// Some money of a year.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Funds {
    #[diesel(sql_type = Nullable<Text>)]
    pub project: Option<String>,
    /// As `FundPart` is named.
    #[diesel(sql_type = Text)]
    pub part: String,
    #[diesel(sql_type = Numeric)]
    pub original: Decimal,
    #[diesel(sql_type = Numeric)]
    pub budget: Decimal,
    #[diesel(sql_type = Numeric)]
    pub executed: Decimal,
}

/// A project of the department, with what its own evaluation came to where that is final.
#[derive(Debug, Clone)]
pub(super) struct Project {
    pub code: String,
    pub name: String,
    pub total: Option<Decimal>,
    pub grade: Option<Grade>,
}

/// All that a sheet is computed from, beside what people entered.
#[derive(Debug)]
pub(super) struct Inputs {
    pub moment: DateTime<Utc>,
    pub subject: Subject,
    /// The goals of the subject itself.
    pub goals: Vec<GoalInForce>,
    pub funds: Vec<Funds>,
    /// Of the department, its projects, and their goals.
    pub projects: Vec<Project>,
    pub project_goals: Vec<GoalInForce>,
    pub actuals: Arc<Actuals>,
    pub policy: Policy,
}

/// The year as a period; none where it is no year that figures know.
pub(super) fn period(year: i32) -> Result<Period> {
    format!("{year:04}").parse().map_err(|_| AppError::not_found(say!("没有年度“{year}”", "There is no year “{year}”")))
}

/// The first day of a year, and the last.
pub(super) fn days(year: i32) -> Result<(NaiveDate, NaiveDate)> {
    let period = period(year)?;
    Ok((period.start(), period.end()))
}

/// What is evaluated.
///
/// # Errors
/// Not found, where there is no such thing or the scope does not cover it.
pub(super) async fn subject(tx: &mut Tx, scope: &Scope, key: &Key, moment: DateTime<Utc>) -> Result<Subject> {
    period(key.year)?;
    let rows: Vec<Subject> = statement(include_str!("sql/subject.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(key.year)
        .bind::<Text, _>(&key.subject)
        .bind::<Timestamptz, _>(moment)
        .bind::<Text, _>(key.kind.name())
        .bind::<Nullable<Text>, _>(scope.school())
        .load(&mut **tx)
        .await?;
    rows.into_iter().next().ok_or_else(|| {
        let subject = &key.subject;
        AppError::not_found(say!("没有评价对象“{subject}”", "There is nothing to be evaluated called “{subject}”"))
    })
}

/// Reads everything as of a moment: a handful of statements, whatever the number of projects and targets.
pub(super) async fn load(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    key: &Key,
    moment: DateTime<Utc>,
) -> Result<Inputs> {
    let subject = subject(tx, scope, key, moment).await?;
    let catalogue = catalogues.as_of(tx, scope, moment).await?;
    let policy = policy(&catalogue, key.year)?;
    let (project_goals, goals) = goals(tx, scope, key, moment).await?;
    let whose = (key.kind.name(), key.subject.as_str(), subject.school.as_deref());
    let funds = funds(tx, scope, key.year, whose, moment, &policy).await?;
    let projects = match key.kind {
        Kind::Department => projects(tx, scope, key.year, moment).await?,
        Kind::Project | Kind::School => Vec::new(),
    };
    let all: Vec<&GoalInForce> = goals.iter().chain(&project_goals).collect();
    let actuals = actuals::read(tx, catalogues, scope, (period(key.year)?, moment), &all).await?;
    Ok(Inputs { moment, subject, goals, funds, projects, project_goals, actuals: Arc::new(actuals), policy })
}

/// The policy of a year is that of its last day.
pub(super) fn policy(catalogue: &Arc<Catalogue>, year: i32) -> Result<Policy> {
    let (_, last) = days(year)?;
    catalogue.policy(last).cloned().ok_or_else(|| {
        AppError::new(Code::StateForbids)
            .detail(say!("目录中没有 {year} 年适用的政策", "The catalogue has no policy for {year}"))
            .state("no_policy", vec![])
    })
}

/// The goals of the department's projects, and those of the subject itself, from the overall one down. Those of the department
/// are the overall goals and the duties of the bureau and its sections.
async fn goals(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    moment: DateTime<Utc>,
) -> Result<(Vec<GoalInForce>, Vec<GoalInForce>)> {
    let subject = [key.subject.clone()];
    let which = Which { as_of: Some(moment), ..Which::default() };
    let which = match key.kind {
        Kind::Project => Which { projects: Some(&subject), ..which },
        Kind::School => Which { organisation: Some(&key.subject), ..which },
        Kind::Department => which,
    };
    let mut goals = goals::in_force(tx, scope, key.year, which).await?;
    goals.sort_by_key(|goal| goal.level);
    let (of_projects, others): (Vec<_>, Vec<_>) = goals.into_iter().partition(|goal| goal.project.is_some());
    let is_departments = |goal: &GoalInForce| goal.school.is_none() && goal.level <= Level::Duty;
    Ok(match key.kind {
        Kind::Project => (Vec::new(), of_projects),
        Kind::School => (Vec::new(), others),
        Kind::Department => (of_projects, others.into_iter().filter(is_departments).collect()),
    })
}

/// The money of all projects of a year, of each as its own sheet has it.
pub(super) async fn funds_of_projects(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    moment: DateTime<Utc>,
    policy: &Policy,
) -> Result<Vec<Funds>> {
    funds(tx, scope, year, ("projects", "", scope.school()), moment, policy).await
}

async fn funds(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    (kind, subject, school): (&str, &str, Option<&str>),
    moment: DateTime<Utc>,
    policy: &Policy,
) -> Result<Vec<Funds>> {
    let (_, last) = days(year)?;
    Ok(statement(include_str!("sql/funds.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Text, _>(subject)
        .bind::<Timestamptz, _>(moment)
        .bind::<Text, _>(kind)
        .bind::<Nullable<Text>, _>(school)
        .bind::<Date, _>(last)
        .bind::<Array<Text>, _>(&policy.finance.current_appropriation)
        .bind::<Array<Text>, _>(&policy.finance.carried_over)
        .load(&mut **tx)
        .await?)
}

/// A project that is evaluated in a year.
#[derive(Debug, QueryableByName)]
pub(super) struct ProjectSubject {
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(embed)]
    pub subject: Subject,
}

/// The projects that are evaluated in a year, as they were known at a moment and as far as the scope covers them.
pub(super) async fn project_subjects(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    moment: DateTime<Utc>,
) -> Result<Vec<ProjectSubject>> {
    let (first, _) = days(year)?;
    Ok(statement(include_str!("sql/project_subjects.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Timestamptz, _>(moment)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Date, _>(first)
        .load(&mut **tx)
        .await?)
}

#[derive(QueryableByName)]
struct ProjectRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Numeric>)]
    total: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    grade: Option<String>,
}

async fn projects(tx: &mut Tx, scope: &Scope, year: i32, moment: DateTime<Utc>) -> Result<Vec<Project>> {
    let rows: Vec<ProjectRow> = statement(include_str!("sql/projects.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Timestamptz, _>(moment)
        .load(&mut **tx)
        .await?;
    let read = |ProjectRow { code, name, total, grade }: ProjectRow| {
        Ok(Project { code, name, total, grade: grade.as_deref().map(stored).transpose()? })
    };
    rows.into_iter().map(read).collect()
}
