//! What a sheet is computed from, all as of one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Date, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::actuals::{self, Actuals, Ask};
use super::model::{Key, Kind};
use super::queries::stored;
use crate::catalogue::document::{Grade, Policy, ReverseStrategy};
use crate::catalogue::{Catalogue, Catalogues, Period};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::statement::statement;
use crate::say;
use crate::scoring::{Aim, Class, Sign};

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

/// A target of an approved goal.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Target {
    pub code: String,
    pub name: String,
    pub class: Class,
    #[serde(default)]
    pub indicator: Option<String>,
    pub sign: Sign,
    #[serde(default, with = "rust_decimal::serde::arbitrary_precision_option")]
    pub value: Option<Decimal>,
    #[serde(default)]
    pub unit: Option<String>,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub weight: Decimal,
    /// Where it departs from the policy's.
    #[serde(default)]
    pub strategy: Option<ReverseStrategy>,
    #[serde(default)]
    pub r#where: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub within: Option<String>,
}

impl Target {
    /// What is to be reached; none of a qualitative target.
    pub(super) fn aim(&self) -> Option<Aim> {
        self.value.and_then(|value| Aim::new(self.sign, value))
    }
}

#[derive(Debug, Deserialize)]
struct Content {
    #[serde(default)]
    description: String,
    #[serde(default)]
    targets: Vec<Target>,
}

/// An approved goal.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    pub code: String,
    pub level: String,
    /// The unit, where it is a school: its targets are met by that school.
    pub school: Option<String>,
    pub project: Option<String>,
    pub name: String,
    pub description: String,
    pub targets: Vec<Target>,
}

impl Goal {
    /// What is asked of the figures for a target; none of a qualitative one.
    pub(super) fn ask(&self, target: &Target) -> Option<Ask> {
        Some(Ask {
            indicator: target.indicator.clone()?,
            only: target.r#where.clone().unwrap_or_default(),
            within: target.within.clone().or_else(|| self.school.clone()),
        })
    }
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
    pub goals: Vec<Goal>,
    pub funds: Vec<Funds>,
    /// Of the department, its projects, and their goals.
    pub projects: Vec<Project>,
    pub project_goals: Vec<Goal>,
    pub actuals: Actuals,
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
    let (project_goals, goals): (Vec<Goal>, Vec<Goal>) = goals(tx, scope, key, moment)
        .await?
        .into_iter()
        .partition(|goal| key.kind == Kind::Department && goal.project.is_some());
    let funds = funds(tx, scope, key, moment, &policy, subject.school.as_deref()).await?;
    let projects = match key.kind {
        Kind::Department => projects(tx, scope, key.year, moment).await?,
        Kind::Project | Kind::School => Vec::new(),
    };
    let asks = asks(&goals).chain(asks(&project_goals)).collect();
    let actuals = actuals::read(tx, catalogues, scope, &catalogue, (period(key.year)?, moment), asks).await?;
    Ok(Inputs { moment, subject, goals, funds, projects, project_goals, actuals, policy })
}

fn asks(goals: &[Goal]) -> impl Iterator<Item = Ask> {
    goals.iter().flat_map(|goal| goal.targets.iter().filter_map(|target| goal.ask(target)))
}

/// The policy of a year is that of its last day.
fn policy(catalogue: &Arc<Catalogue>, year: i32) -> Result<Policy> {
    let (_, last) = days(year)?;
    catalogue.policy(last).cloned().ok_or_else(|| {
        AppError::new(Code::StateForbids)
            .detail(say!("目录中没有 {year} 年适用的政策", "The catalogue has no policy for {year}"))
            .state("no_policy", vec![])
    })
}

#[derive(QueryableByName)]
struct GoalRow {
    #[diesel(sql_type = Text)]
    goal: String,
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    project: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Jsonb)]
    content: Value,
}

async fn goals(tx: &mut Tx, scope: &Scope, key: &Key, moment: DateTime<Utc>) -> Result<Vec<Goal>> {
    let rows: Vec<GoalRow> = statement(include_str!("sql/goals.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(key.year)
        .bind::<Text, _>(&key.subject)
        .bind::<Timestamptz, _>(moment)
        .bind::<Text, _>(key.kind.name())
        .load(&mut **tx)
        .await?;
    let read = |row: GoalRow| {
        let content: Content = serde_json::from_value(row.content).map_err(AppError::internal)?;
        Ok(Goal {
            code: row.goal,
            level: row.level,
            school: row.school,
            project: row.project,
            name: row.name,
            description: content.description,
            targets: content.targets,
        })
    };
    rows.into_iter().map(read).collect()
}

async fn funds(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    moment: DateTime<Utc>,
    policy: &Policy,
    school: Option<&str>,
) -> Result<Vec<Funds>> {
    let (_, last) = days(key.year)?;
    Ok(statement(include_str!("sql/funds.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(key.year)
        .bind::<Text, _>(&key.subject)
        .bind::<Timestamptz, _>(moment)
        .bind::<Text, _>(key.kind.name())
        .bind::<Nullable<Text>, _>(school)
        .bind::<Date, _>(last)
        .bind::<Array<Text>, _>(&policy.finance.current_appropriation)
        .bind::<Array<Text>, _>(&policy.finance.carried_over)
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
