//! Sheets as they are shown.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::entered::ReasonBody;
use crate::monitoring::desk::Clerk;
use crate::monitoring::model::{
    Action, EnteredTarget, Round, SeenBudget, SeenTarget, Sheet, State, Target, ValueState,
};
use crate::platform::clock::local_date;
use crate::scoring::{Class, Light, Likelihood, Sign};

/// Budget and execution of a project, and what is said to them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoringBudget)]
struct BudgetBody {
    /// The budget of the year as it is now, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_200_000)]
    budget: Decimal,
    /// What was paid of it by the cut-off day, less reversals.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 480_000)]
    executed: Decimal,
    /// Executed in percent of the budget; null where that is zero.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 40, required)]
    rate: Option<Decimal>,
    /// In percent of what should have been executed by the month.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 68.57, required)]
    pace: Option<Decimal>,
    /// Its light; null where the budget is zero.
    #[schema(required)]
    light: Option<Light>,
    /// What the year will bring if it goes on like this.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 822_857.14)]
    projected: Decimal,
    /// What its unit expects of the year.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 1_150_000, required)]
    expected: Option<Decimal>,
    /// Why it is behind.
    #[schema(required)]
    reason: Option<ReasonBody>,
}

/// The goal of a project that was in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoringGoal)]
struct GoalBody {
    /// Its code.
    #[schema(example = "xiaobu-building")]
    code: String,
    /// The version that was in force.
    #[schema(example = 1)]
    version: i32,
    /// Its name.
    name: String,
    /// The worst light of its targets; null where none has a light.
    #[schema(required)]
    light: Option<Light>,
}

/// A target with its value to date, and what is said to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoringTarget)]
struct TargetBody {
    /// Its code within the goal.
    #[schema(example = "floor_area")]
    code: String,
    /// Its name.
    #[schema(example = "竣工面积")]
    name: String,
    /// Its class.
    class: Class,
    /// How it is meant.
    sign: Sign,
    /// The value of the year.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 3000, required)]
    value: Option<Decimal>,
    /// The unit of measure.
    #[schema(example = "平方米", required)]
    unit: Option<String>,
    /// The indicator that gives its value.
    #[schema(required)]
    indicator: Option<String>,
    /// The options of dimensions that are meant.
    #[schema(value_type = HashMap<String, String>)]
    r#where: BTreeMap<String, String>,
    /// The organisation that is meant; null: the whole bureau.
    #[schema(required)]
    within: Option<String>,
    /// Whether there is a value to compare with it.
    data: ValueState,
    /// The value to date.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 1500, required)]
    actual: Option<Decimal>,
    /// How many reports or records the value should rest on.
    #[schema(example = 1)]
    reports_expected: usize,
    /// How many are in.
    #[schema(example = 1)]
    reports_in: usize,
    /// In percent of what should have been reached by the month; null of a reverse target.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 85.71, required)]
    pace: Option<Decimal>,
    /// Its light; null without a value to date.
    #[schema(required)]
    light: Option<Light>,
    /// What is expected of the year.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 3000, required)]
    expected: Option<Decimal>,
    /// Whether it will be reached.
    #[schema(required)]
    likelihood: Option<Likelihood>,
    /// Why it is behind.
    #[schema(required)]
    reason: Option<ReasonBody>,
}

impl TargetBody {
    fn of(seen: SeenTarget, said: EnteredTarget) -> Self {
        let SeenTarget { target, data, actual, expected, reported, pace, light } = seen;
        let Target { code, name, class, indicator, sign, value, unit, r#where, within } = target;
        Self {
            code,
            name,
            class,
            sign,
            value,
            unit,
            indicator,
            r#where,
            within,
            data,
            actual,
            reports_expected: expected,
            reports_in: reported,
            pace,
            light,
            expected: said.expected,
            likelihood: said.likelihood,
            reason: said.reason.map(ReasonBody::from),
        }
    }
}

/// A sheet: what a round saw of a project, and what is said to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoringSheet)]
pub(in crate::monitoring) struct SheetBody {
    /// Code of the round.
    #[schema(example = "2022-07")]
    round: String,
    /// Code of the project.
    #[schema(example = "2022-xiaobu-building")]
    project: String,
    /// Its name when it was read.
    #[schema(example = "小堡村小学综合楼")]
    project_name: String,
    /// The unit that spends.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Its name when it was read.
    organisation_name: String,
    /// The section that is responsible.
    #[schema(example = "jijian")]
    section: String,
    /// The worst light of budget and targets; null where there is none.
    #[schema(required)]
    light: Option<Light>,
    /// Budget and execution; null where the project has no budget in the year.
    budget: Option<BudgetBody>,
    /// The goal; null where none of the project was in force.
    goal: Option<GoalBody>,
    /// The targets of the goal.
    targets: Vec<TargetBody>,
    /// What will be done.
    #[schema(example = "倒排工期，9 月底前完成主体结算", required)]
    measures: Option<String>,
    /// Code of the policy by which the lights were computed.
    #[schema(example = "hebei_2022")]
    policy: String,
    /// Number of the reading, from 1; more where the round looked again.
    #[schema(example = 1)]
    reading: i32,
    /// The moment as of which everything was read; what was recorded later is not in it.
    as_of: DateTime<Utc>,
    /// How far the journal was sealed then.
    #[schema(example = 4711)]
    journal_position: i64,
    /// How far it has come.
    state: State,
    /// Whether it was handed in late, or is overdue.
    late: bool,
    /// What was said at the last step.
    #[schema(required)]
    note: Option<String>,
    /// Who changed it last.
    updated_by: String,
    /// When it was changed last.
    updated_at: DateTime<Utc>,
    /// Who handed it in, the last time.
    #[schema(required)]
    submitted_by: Option<String>,
    /// When it was handed in, the last time.
    #[schema(required)]
    submitted_at: Option<DateTime<Utc>>,
    /// Who found it in order.
    #[schema(required)]
    reviewed_by: Option<String>,
    /// When it was found in order.
    #[schema(required)]
    reviewed_at: Option<DateTime<Utc>>,
    /// The version, as in the `ETag`.
    #[schema(example = 2)]
    pub version: i32,
    /// What the caller may do now.
    may: Vec<Action>,
}

/// Whether a sheet was handed in after the day on which it was due, or was not and the day is over.
fn is_late(round: &Round, sheet: &Sheet, now: DateTime<Utc>) -> bool {
    let handed_in = sheet.submitted_at.filter(|_| sheet.state != State::Returned);
    let ended = round.closed_at.unwrap_or(now);
    local_date(handed_in.unwrap_or(ended)) > round.due_on
}

impl SheetBody {
    /// A sheet as it is, with what the clerk may do.
    pub(in crate::monitoring) fn of(round: &Round, sheet: Sheet, clerk: &Clerk, now: DateTime<Utc>) -> Self {
        let (may, late) = (clerk.may(round, &sheet), is_late(round, &sheet, now));
        let Sheet { seen, mut entered, .. } = sheet;
        let budget = seen.budget.map(|SeenBudget { budget, executed, rate, pace, light, projected }| BudgetBody {
            budget,
            executed,
            rate,
            pace,
            light,
            projected,
            expected: entered.budget.expected,
            reason: entered.budget.reason.map(ReasonBody::from),
        });
        let (goal, targets) = match seen.goal {
            Some(goal) => {
                let body = GoalBody { code: goal.code, version: goal.version, name: goal.name, light: goal.light };
                (Some(body), goal.targets)
            }
            None => (None, Vec::new()),
        };
        let mut show = |target: SeenTarget| {
            let said = entered.targets.remove(&target.target.code).unwrap_or_default();
            TargetBody::of(target, said)
        };
        let targets = targets.into_iter().map(&mut show).collect();
        Self {
            round: round.code.clone(),
            project: sheet.project,
            project_name: seen.name,
            organisation: sheet.organisation,
            organisation_name: seen.organisation_name,
            section: sheet.section,
            light: sheet.light,
            budget,
            goal,
            targets,
            measures: entered.measures,
            policy: seen.policy,
            reading: sheet.reading,
            as_of: sheet.as_of,
            journal_position: sheet.journal_position,
            state: sheet.state,
            late,
            note: sheet.note,
            updated_by: sheet.updated_by,
            updated_at: sheet.updated_at,
            submitted_by: sheet.submitted_by,
            submitted_at: sheet.submitted_at,
            reviewed_by: sheet.reviewed_by,
            reviewed_at: sheet.reviewed_at,
            version: sheet.version,
            may,
        }
    }
}

/// A sheet on the board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoringBoardRow)]
pub(in crate::monitoring) struct RowBody {
    /// Code of the project.
    #[schema(example = "2022-xiaobu-building")]
    pub project: String,
    /// Its name.
    #[schema(example = "小堡村小学综合楼")]
    project_name: String,
    /// The unit that spends.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Its name.
    organisation_name: String,
    /// The section that is responsible.
    #[schema(example = "jijian")]
    section: String,
    /// How far the sheet has come.
    state: State,
    /// Whether it was handed in late, or is overdue.
    late: bool,
    /// The worst light; null where there is none.
    #[schema(required)]
    light: Option<Light>,
    /// The light of budget execution.
    #[schema(required)]
    budget_light: Option<Light>,
    /// The worst light of the goal's targets.
    #[schema(required)]
    goal_light: Option<Light>,
    /// The budget; null where there is none.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 1_200_000, required)]
    budget: Option<Decimal>,
    /// What was paid of it.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 480_000, required)]
    executed: Option<Decimal>,
    /// Executed in percent of the budget.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 40, required)]
    rate: Option<Decimal>,
    /// How many targets the goal has.
    #[schema(example = 6)]
    targets: usize,
    /// How many of them have no value yet.
    #[schema(example = 1)]
    targets_without_data: usize,
    /// When it was handed in.
    #[schema(required)]
    submitted_at: Option<DateTime<Utc>>,
    /// When it was changed last.
    updated_at: DateTime<Utc>,
}

impl RowBody {
    pub(in crate::monitoring) fn of(round: &Round, sheet: Sheet, now: DateTime<Utc>) -> Self {
        let late = is_late(round, &sheet, now);
        let (budget, targets) = (sheet.seen.budget.as_ref(), sheet.seen.targets());
        Self {
            state: sheet.state,
            late,
            light: sheet.light,
            budget_light: sheet.seen.budget_light(),
            goal_light: sheet.seen.goal.as_ref().and_then(|goal| goal.light),
            budget: budget.map(|budget| budget.budget),
            executed: budget.map(|budget| budget.executed),
            rate: budget.and_then(|budget| budget.rate),
            targets: targets.len(),
            targets_without_data: targets.iter().filter(|target| target.data == ValueState::NoData).count(),
            project: sheet.project,
            project_name: sheet.seen.name,
            organisation: sheet.organisation,
            organisation_name: sheet.seen.organisation_name,
            section: sheet.section,
            submitted_at: sheet.submitted_at,
            updated_at: sheet.updated_at,
        }
    }
}
