//! Looking at projects: everything as of one moment.

use chrono::{DateTime, Month, Utc};

use super::model::{CutOff, GoalContent, Seen, SeenBudget, SeenGoal, SeenTarget, Target, ValueState};
use super::queries::{self, ProjectRow};
use super::values::Values;
use crate::catalogue::document::{MonitoringPolicy, Policy};
use crate::catalogue::{Catalogues, InvalidPeriod, Period};
use crate::finance::{self, FundsOf, FundsQuestion, Sums};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::history::{Strand, recording_time, settled_time};
use crate::platform::journal;
use crate::say;
use crate::scoring::{Aim, Light, budget_pace, expected_for_year, percent, target_pace, worst};

/// What was seen of a project.
pub(super) struct Reading {
    pub project: String,
    pub organisation: String,
    pub school: Option<String>,
    pub section: String,
    pub seen: Seen,
    /// The worst of all lights; none where there is none.
    pub light: Option<Light>,
}

/// All that was seen, and when.
pub(super) struct Readings {
    pub as_of: DateTime<Utc>,
    /// How far the journal was sealed.
    pub journal_position: i64,
    /// In the order of the projects' codes.
    pub projects: Vec<Reading>,
}

/// Looks at every project that has a budget or a goal in the year and is not merely proposed, closed or rejected.
///
/// Nothing can be recorded any more before the moment as of which is read: decisions are under our own lock, and payments
/// wait for the end of the transaction.
pub(super) async fn read(tx: &mut Tx, catalogues: &Catalogues, scope: &Scope, cut_off: CutOff) -> Result<Readings> {
    recording_time(tx, scope, Strand::Decisions).await?;
    let as_of = settled_time(tx, scope, Strand::Submissions).await?;
    let catalogue = catalogues.as_of(tx, scope, as_of).await?;
    let policy = catalogue.policy(cut_off.until).ok_or_else(|| no_policy(cut_off))?;
    let journal_position = journal::sealed_position(tx, scope).await?;
    let question = FundsQuestion { year: cut_off.year, until: cut_off.until, as_of, of: FundsOf::Projects };
    let funds = finance::funds(tx, scope, &policy.finance, &question).await?;
    let mut rows = queries::projects(tx, scope, cut_off.year, as_of).await?;
    rows.retain(|row| row.goal.is_some() || funds.contains_key(&row.code));
    let goals = rows.iter_mut().map(take_goal).collect::<Result<Vec<_>>>()?;
    let periods = periods(cut_off).map_err(|_| AppError::internal("a month without a period"))?;
    let targets = goals.iter().flatten().flat_map(|(_, targets)| targets);
    let values = Values::read(tx, catalogues, scope, periods, as_of, targets).await?;
    let seen = |(row, goal): (ProjectRow, &Option<(SeenGoal, Vec<Target>)>)| {
        let goal =
            goal.as_ref().map(|(goal, targets)| light_up(&policy.monitoring, cut_off.month, goal, targets, &values));
        let budget = funds.get(&row.code).map(|funds| of_budget(&policy.monitoring, cut_off.month, funds.total));
        of_project(policy, row, budget, goal)
    };
    let projects = rows.into_iter().zip(&goals).map(seen).collect();
    Ok(Readings { as_of, journal_position, projects })
}

fn no_policy(cut_off: CutOff) -> AppError {
    let day = cut_off.until;
    AppError::new(Code::StateForbids)
        .detail(say!("目录中没有 {day} 有效的政策", "The catalogue has no policy that is in force on {day}"))
}

/// The goal of a row without lights, and its targets.
fn take_goal(row: &mut ProjectRow) -> Result<Option<(SeenGoal, Vec<Target>)>> {
    let (Some(code), Some(version), Some(name), Some(content)) =
        (row.goal.take(), row.goal_version, row.goal_name.take(), row.content.take())
    else {
        return Ok(None);
    };
    let GoalContent { mut targets, .. } = serde_json::from_value(content).map_err(AppError::internal)?;
    // As in the evaluation: what a school wants to reach is looked for at that school.
    for target in &mut targets {
        target.within = target.within.take().or_else(|| row.school.clone());
    }
    Ok(Some((SeenGoal { code, version, name, light: None, targets: Vec::new() }, targets)))
}

fn light_up(
    policy: &MonitoringPolicy,
    month: Month,
    goal: &SeenGoal,
    targets: &[Target],
    values: &Values<'_>,
) -> SeenGoal {
    let targets: Vec<SeenTarget> = targets
        .iter()
        .map(|target| {
            let found = values.of(target);
            let aim =
                target.value.filter(|_| target.indicator.is_some()).and_then(|value| Aim::new(target.sign, value));
            let pace = aim.as_ref().zip(found.number).map(|(aim, actual)| target_pace(policy, aim, actual, month));
            SeenTarget {
                target: target.clone(),
                data: match (&aim, &pace) {
                    (None, _) => ValueState::NotMeasured,
                    (Some(_), None) => ValueState::NoData,
                    (Some(_), Some(_)) => ValueState::Available,
                },
                actual: found.number,
                expected: found.expected,
                reported: found.reported,
                pace: pace.and_then(|pace| pace.percent),
                light: pace.map(|pace| pace.light),
            }
        })
        .collect();
    let light = worst(targets.iter().filter_map(|target| target.light));
    SeenGoal { light, targets, ..goal.clone() }
}

/// The year until the cut-off, and the whole year.
fn periods(cut_off: CutOff) -> Result<(Period, Period), InvalidPeriod> {
    let CutOff { year, month, .. } = cut_off;
    Ok((Period::to_date(year, month.number_from_month())?, Period::of_year(year)?))
}

fn of_budget(policy: &MonitoringPolicy, month: Month, Sums { budget, executed, .. }: Sums) -> SeenBudget {
    let pace = budget_pace(policy, executed, budget, month);
    SeenBudget {
        budget: budget.normalize(),
        executed: executed.normalize(),
        rate: pace.and_then(|_| percent(executed, budget)),
        pace: pace.and_then(|pace| pace.percent),
        light: pace.map(|pace| pace.light),
        projected: expected_for_year(executed, month),
    }
}

fn of_project(policy: &Policy, row: ProjectRow, budget: Option<SeenBudget>, goal: Option<SeenGoal>) -> Reading {
    let ProjectRow { code, organisation, school, section, name, organisation_name, .. } = row;
    let lights = [budget.as_ref().and_then(|budget| budget.light), goal.as_ref().and_then(|goal| goal.light)];
    let light = worst(lights.into_iter().flatten());
    let monitoring = policy.monitoring.clone();
    let seen = Seen { name, organisation_name, policy: policy.code.clone(), monitoring, budget, goal };
    Reading { project: code, organisation, school, section, seen, light }
}
