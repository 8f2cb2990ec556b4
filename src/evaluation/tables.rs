//! The official forms of evaluations, for whoever hands them in: one, or those of all projects of a year.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Integer, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::inputs::{self, Inputs, ProjectSubject};
use super::model::{Entered, Key, Kind};
use super::ops::Shown;
use super::queries::{self, Frozen};
use super::sheet::Sheet;
use super::table::{About, table};
use super::{actuals, compute};
use crate::catalogue::Catalogues;
use crate::documents::Table;
use crate::goals::{self, GoalInForce, Level, Which};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::statement::statement;

/// What the bureau was called, in the order of time.
struct Names(Vec<Name>);

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl Names {
    async fn of_bureau(tx: &mut Tx, scope: &Scope) -> Result<Self> {
        let names = statement(
            "SELECT v.name, v.recorded_at
             FROM organisations o JOIN organisation_versions v ON v.bureau_id = o.bureau_id AND v.code = o.code
             WHERE o.bureau_id = $1 AND o.kind = 'bureau' ORDER BY v.recorded_at",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .load(&mut **tx)
        .await?;
        Ok(Self(names))
    }

    fn at(&self, moment: DateTime<Utc>) -> &str {
        let known = self.0.iter().rev().find(|name| name.recorded_at <= moment);
        known.map_or("", |name| name.name.as_str())
    }
}

fn read(sheet: Value) -> Result<Sheet> {
    serde_json::from_value(sheet).map_err(AppError::internal)
}

/// The form of an evaluation as it is shown.
pub(super) async fn of_shown(tx: &mut Tx, scope: &Scope, key: &Key, shown: Shown) -> Result<Table> {
    let sheet = read(shown.sheet)?;
    let names = Names::of_bureau(tx, scope).await?;
    let bureau = names.at(sheet.as_of);
    let entered = match (&shown.frozen, &shown.evaluation) {
        (Some(frozen), _) => Some(&frozen.entered),
        (None, evaluation) => evaluation.as_ref().map(|evaluation| &evaluation.entered),
    };
    let summary = entered.and_then(|entered| entered.summary.as_deref());
    Ok(table(&About { key, bureau, summary, is_final: shown.frozen.is_some() }, &sheet))
}

fn of_frozen(key: &Key, names: &Names, frozen: Frozen) -> Result<Table> {
    let bureau = names.at(frozen.as_of);
    let sheet = read(frozen.sheet)?;
    Ok(table(&About { key, bureau, summary: frozen.entered.summary.as_deref(), is_final: true }, &sheet))
}

/// The form of an evaluation as of a moment: as it was frozen where it was final then; or else computed as of the moment with
/// what has been entered, and marked as not final. None where there was nothing to be evaluated.
///
/// # Errors
/// Where there is no policy for the year, or the database refuses.
pub async fn sheet_table(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    year: i32,
    kind: Kind,
    subject: &str,
    as_of: DateTime<Utc>,
) -> Result<Option<Table>> {
    let key = Key { year, kind, subject: subject.to_owned() };
    let names = Names::of_bureau(tx, scope).await?;
    if let Some(frozen) = queries::frozen(tx, scope, &key).await?.filter(|frozen| frozen.as_of <= as_of) {
        return of_frozen(&key, &names, frozen).map(Some);
    }
    let inputs = match inputs::load(tx, catalogues, scope, &key, as_of).await {
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        inputs => inputs?,
    };
    let evaluation = queries::find(tx, scope, &key).await?;
    let (entered, corrections) = evaluation.map(|each| (each.entered, each.corrections)).unwrap_or_default();
    let about = About { key: &key, bureau: names.at(as_of), summary: entered.summary.as_deref(), is_final: false };
    Ok(Some(table(&about, &compute::sheet(&inputs, &entered, &corrections))))
}

/// The forms of all projects of a year as of a moment, in the order of their codes, each as [`sheet_table`] has it; in a
/// handful of statements, whatever their number.
pub(super) async fn project_tables(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    year: i32,
    as_of: DateTime<Utc>,
) -> Result<Vec<(String, Table)>> {
    let projects = inputs::project_subjects(tx, scope, year, as_of).await?;
    let mut frozen = queries::frozen_projects(tx, scope, year, as_of).await?;
    let mut entered = queries::entered_projects(tx, scope, year).await?;
    let names = Names::of_bureau(tx, scope).await?;
    let open: Vec<String> =
        projects.iter().map(|project| &project.code).filter(|code| !frozen.contains_key(*code)).cloned().collect();
    let mut loaded = if open.is_empty() {
        HashMap::new()
    } else {
        load(tx, catalogues, scope, year, (&projects, &open), as_of).await?
    };
    let mut tables = Vec::with_capacity(projects.len());
    for ProjectSubject { code, .. } in projects {
        let key = Key { year, kind: Kind::Project, subject: code.clone() };
        let shown = match (frozen.remove(&code), loaded.remove(&code)) {
            (Some(frozen), _) => of_frozen(&key, &names, frozen)?,
            (None, Some(inputs)) => {
                let (entered, corrections): (Entered, Vec<_>) = entered.remove(&code).unwrap_or_default();
                let about =
                    About { key: &key, bureau: names.at(as_of), summary: entered.summary.as_deref(), is_final: false };
                table(&about, &compute::sheet(&inputs, &entered, &corrections))
            }
            (None, None) => continue,
        };
        tables.push((code, shown));
    }
    Ok(tables)
}

/// The forms of all projects of a year that were final at a moment, in the order of their codes; none of those that were not.
///
/// # Errors
/// Where the database refuses.
pub async fn final_project_tables(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    as_of: DateTime<Utc>,
) -> Result<Vec<(String, Option<Table>)>> {
    let projects = inputs::project_subjects(tx, scope, year, as_of).await?;
    let mut frozen = queries::frozen_projects(tx, scope, year, as_of).await?;
    let names = Names::of_bureau(tx, scope).await?;
    let form = |ProjectSubject { code, .. }: ProjectSubject| {
        let key = Key { year, kind: Kind::Project, subject: code.clone() };
        let table = frozen.remove(&code).map(|frozen| of_frozen(&key, &names, frozen)).transpose()?;
        Ok((code, table))
    };
    projects.into_iter().map(form).collect()
}

/// What the sheets of several projects are computed from.
async fn load(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    year: i32,
    (projects, codes): (&[ProjectSubject], &[String]),
    moment: DateTime<Utc>,
) -> Result<HashMap<String, Inputs>> {
    let catalogue = catalogues.as_of(tx, scope, moment).await?;
    let policy = inputs::policy(&catalogue, year)?;
    let which = Which { as_of: Some(moment), level: Some(Level::Project), projects: Some(codes), organisation: None };
    let goals = goals::in_force(tx, scope, year, which).await?;
    let all: Vec<&GoalInForce> = goals.iter().collect();
    let actuals = actuals::read(tx, catalogues, scope, (inputs::period(year)?, moment), &all).await?;
    let actuals = Arc::new(actuals);
    let funds = inputs::funds_of_projects(tx, scope, year, moment, &policy).await?;
    let of_project = |project: &ProjectSubject| {
        let is_its = |code: &Option<String>| code.as_deref() == Some(project.code.as_str());
        let inputs = Inputs {
            moment,
            subject: project.subject.clone(),
            goals: goals.iter().filter(|goal| is_its(&goal.project)).cloned().collect(),
            funds: funds.iter().filter(|funds| is_its(&funds.project)).cloned().collect(),
            projects: Vec::new(),
            project_goals: Vec::new(),
            actuals: Arc::clone(&actuals),
            policy: policy.clone(),
        };
        (project.code.clone(), inputs)
    };
    Ok(projects.iter().filter(|project| codes.contains(&project.code)).map(of_project).collect())
}
