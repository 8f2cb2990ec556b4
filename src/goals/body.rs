//! Goals as they are shown.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::keeper::Keeper;
use super::model::{Action, Goal, LastYear, Level, Review, State, Target, Version};
use super::summaries::{Node, Summary};
use crate::catalogue::document::{Grade, ReverseStrategy};
use crate::scoring::{Class, Sign};

/// A target.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Target)]
pub(super) struct TargetBody {
    /// Its code within the goal.
    #[schema(example = "repairs")]
    code: String,
    /// What it is called.
    #[schema(example = "维修校舍")]
    name: String,
    /// Where it stands in the indicator framework.
    class: Class,
    /// Code of the indicator whose figure is the actual value.
    #[schema(example = "works.repaired", required)]
    indicator: Option<String>,
    /// How it is meant.
    sign: Sign,
    /// What is to be reached.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 5, required)]
    value: Option<Decimal>,
    /// The unit of the value.
    #[schema(example = "所", required)]
    unit: Option<String>,
    /// The most that it scores.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 12.5)]
    weight: Decimal,
    /// How it is scored where it is reverse and was missed; null: as the policy says.
    #[schema(required)]
    strategy: Option<ReverseStrategy>,
    /// The part of the indicator that counts.
    #[schema(value_type = HashMap<String, String>, example = json!({"level": "county"}))]
    r#where: BTreeMap<String, String>,
    /// The organisation whose figure counts; null: the whole bureau's.
    #[schema(example = "2113000001", required)]
    within: Option<String>,
    /// What it was in the year before, where the goal was copied from there.
    #[schema(required)]
    last_year: Option<LastYearBody>,
}

/// What a target was in the year before, and what it came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TargetLastYear)]
pub(super) struct LastYearBody {
    /// The year.
    #[schema(example = 2021)]
    year: i32,
    /// What was to be reached.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 4, required)]
    value: Option<Decimal>,
    /// What was reached; null where nothing was reported, or there is no number.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 5, required)]
    actual: Option<Decimal>,
    /// The moment as of which that was read.
    as_of: DateTime<Utc>,
}

impl TargetBody {
    fn of(target: Target, last: Option<&LastYear>) -> Self {
        let last_year = last.and_then(|last| {
            let found = last.targets.get(&target.code)?;
            Some(LastYearBody { year: last.year, value: found.value, actual: found.actual, as_of: last.as_of })
        });
        let Target { code, name, class, indicator, sign, value, unit, weight, strategy, r#where, within } = target;
        Self { code, name, class, indicator, sign, value, unit, weight, strategy, r#where, within, last_year }
    }
}

/// What a review found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoalReview)]
pub(super) struct ReviewBody {
    /// Code of the policy by which it was scored.
    #[schema(example = "hebei_2022")]
    policy: String,
    /// The score of each criterion.
    scores: Vec<ScoreBody>,
    /// Their sum.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 92)]
    total: Decimal,
    /// How good that is.
    grade: Grade,
    /// Whether it went on to the leader.
    accepted: bool,
    /// What is to be amended.
    #[schema(required)]
    opinion: Option<String>,
    /// When.
    reviewed_at: DateTime<Utc>,
}

/// What a goal scored by a criterion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoalScore)]
pub(super) struct ScoreBody {
    /// Code of the criterion.
    #[schema(example = "completeness")]
    criterion: String,
    /// The most that it gives.
    #[schema(example = 30)]
    weight: u32,
    /// The score.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 28)]
    score: Decimal,
    /// Why.
    #[schema(required)]
    reason: Option<String>,
}

impl From<Review> for ReviewBody {
    fn from(review: Review) -> Self {
        let Review { policy, scores, total, grade, accepted, opinion, reviewed_at } = review;
        let scores = scores.into_iter().map(|each| ScoreBody {
            criterion: each.criterion,
            weight: each.weight,
            score: each.score,
            reason: each.reason,
        });
        Self { policy, scores: scores.collect(), total, grade, accepted, opinion, reviewed_at }
    }
}

/// A goal: a version of it, and what may be done with the goal now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Goal)]
pub(super) struct GoalBody {
    /// The year.
    #[schema(example = 2022)]
    pub year: i32,
    /// Its code.
    #[schema(example = "P-017")]
    pub code: String,
    /// Where it stands in the tree.
    level: Level,
    /// The unit whose goal it is.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Name of the unit.
    #[schema(example = "小堡村小学", required)]
    organisation_name: Option<String>,
    /// The section that is responsible for it.
    #[schema(example = "capital_works")]
    section: String,
    /// Name of the section.
    #[schema(example = "基建科", required)]
    section_name: Option<String>,
    /// The project whose goal it is; null above that level.
    #[schema(example = "P2022-017", required)]
    project: Option<String>,
    /// The goal that it serves.
    #[schema(example = "A-02-1", required)]
    parent: Option<String>,
    /// What it is called.
    #[schema(example = "小堡村小学综合楼建设")]
    name: String,
    /// What is to be reached, in words.
    description: String,
    /// How it is to be reached.
    measures: Vec<String>,
    /// By what it is measured.
    targets: Vec<TargetBody>,
    /// Number of the version that is shown.
    #[schema(example = 1)]
    pub version: i32,
    /// How far that version has come.
    state: State,
    /// Number of the version in force; null where none is.
    #[schema(example = 1, required)]
    in_force: Option<i32>,
    /// Number of the version in work; null where none is.
    #[schema(required)]
    in_work: Option<i32>,
    /// Why it amends the version before.
    #[schema(required)]
    reason: Option<String>,
    /// What the review found.
    #[schema(required)]
    review: Option<ReviewBody>,
    /// What was said with the last step.
    #[schema(required)]
    note: Option<String>,
    /// Who handed it in.
    #[schema(example = "user:works.officer", required)]
    submitted_by: Option<String>,
    /// Who reviewed it.
    #[schema(required)]
    reviewed_by: Option<String>,
    /// Who approved it.
    #[schema(required)]
    approved_by: Option<String>,
    /// Since when it is in force.
    #[schema(required)]
    approved_at: Option<DateTime<Utc>>,
    /// When the next version took its place.
    #[schema(required)]
    superseded_at: Option<DateTime<Utc>>,
    /// Who changed what it says last.
    #[schema(example = "user:works.officer")]
    updated_by: String,
    /// When.
    updated_at: DateTime<Utc>,
    /// What the caller may do now.
    may: Vec<Action>,
}

impl GoalBody {
    /// The goal as it is; `keeper` is whoever asks.
    pub(super) fn of(year: i32, goal: Goal, keeper: &Keeper) -> Self {
        let may = keeper.actions(&goal);
        let version = goal.newest.clone();
        Self::told(year, goal, version, may)
    }

    /// A version of the goal, with which nothing is done.
    pub(super) fn past(year: i32, goal: Goal, version: Version) -> Self {
        Self::told(year, goal, version, Vec::new())
    }

    fn told(year: i32, goal: Goal, version: Version, may: Vec<Action>) -> Self {
        let in_force = goal.in_force().map(|version| version.number);
        let in_work = goal.in_work().map(|version| version.number);
        let content = version.wording.content;
        let last = version.last_year.as_ref();
        Self {
            year,
            code: goal.head.code,
            level: goal.head.level,
            organisation: goal.head.organisation,
            organisation_name: goal.organisation_name,
            section: version.wording.section,
            section_name: version.section_name,
            project: goal.head.project,
            parent: version.wording.parent,
            name: version.wording.name,
            description: content.description,
            measures: content.measures,
            targets: content.targets.into_iter().map(|target| TargetBody::of(target, last)).collect(),
            version: version.number,
            state: version.state,
            in_force,
            in_work,
            reason: version.reason,
            review: version.review.map(ReviewBody::from),
            note: version.note,
            submitted_by: version.submitted_by,
            reviewed_by: version.reviewed_by,
            approved_by: version.approved_by,
            approved_at: version.approved_at,
            superseded_at: version.superseded_at,
            updated_by: version.updated_by,
            updated_at: version.updated_at,
            may,
        }
    }
}

/// A goal in short.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoalSummary)]
pub(super) struct SummaryBody {
    /// Its code.
    #[schema(example = "P-017")]
    pub code: String,
    /// Where it stands in the tree.
    level: Level,
    /// The unit whose goal it is.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Name of the unit.
    #[schema(example = "小堡村小学", required)]
    organisation_name: Option<String>,
    /// The section that is responsible for it.
    #[schema(example = "capital_works")]
    section: String,
    /// The project whose goal it is.
    #[schema(example = "P2022-017", required)]
    project: Option<String>,
    /// The goal that it serves.
    #[schema(example = "A-02-1", required)]
    parent: Option<String>,
    /// What it is called.
    #[schema(example = "小堡村小学综合楼建设")]
    name: String,
    /// Number of the version that is shown.
    #[schema(example = 1)]
    version: i32,
    /// How far that version has come.
    state: State,
    /// Number of the version in force; null where none is.
    #[schema(example = 1, required)]
    in_force: Option<i32>,
    /// How many targets it has.
    #[schema(example = 6)]
    targets: i64,
}

impl From<Summary> for SummaryBody {
    fn from(summary: Summary) -> Self {
        Self {
            code: summary.code,
            level: summary.level,
            organisation: summary.organisation,
            organisation_name: summary.organisation_name,
            section: summary.section,
            project: summary.project,
            parent: summary.parent,
            name: summary.name,
            version: summary.version,
            state: summary.state,
            in_force: summary.in_force,
            targets: summary.targets,
        }
    }
}

/// A goal with those that serve it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoalNode)]
pub(super) struct NodeBody {
    /// The goal.
    goal: SummaryBody,
    /// Those that serve it, one level below, in the order of their codes.
    #[schema(no_recursion)]
    children: Vec<NodeBody>,
}

impl From<Node> for NodeBody {
    fn from(node: Node) -> Self {
        Self { goal: node.summary.into(), children: node.children.into_iter().map(Self::from).collect() }
    }
}

/// A year's goals as trees.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoalTree)]
pub(super) struct TreeBody {
    /// The year.
    #[schema(example = 2022)]
    pub year: i32,
    /// What serves no goal that the caller sees: of a whole bureau its overall goals.
    pub items: Vec<NodeBody>,
}
