//! Goals of a year, taken over into another with what they came to.

use std::collections::{BTreeMap, HashSet};

use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::actuals::actuals;
use super::model::{Goal, Head, LastTarget, LastYear, Wording};
use super::ops::{Desk, taken, wording};
use super::queries::{self, Beginning};
use crate::catalogue::Period;
use crate::platform::db::{Tx, beyond_school};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::journal::{self, Entry};
use crate::platform::statement::statement;
use crate::say;

/// What is to be copied.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GoalCopyInput)]
pub(super) struct CopyInput {
    /// The year from which it is taken.
    #[schema(example = 2021, minimum = 1900, maximum = 2999)]
    pub from: i32,
    /// Codes of goals; all where absent.
    #[serde(default)]
    #[schema(example = json!(["P-017"]), max_items = 5000, nullable = true)]
    pub goals: Option<Vec<String>>,
}

/// What was copied.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GoalCopy)]
pub(super) struct CopyBody {
    /// The year into which it was taken.
    #[schema(example = 2022)]
    year: i32,
    /// The year from which it was taken.
    #[schema(example = 2021)]
    from: i32,
    /// The goals that are drafts now.
    created: Vec<CopiedGoal>,
    /// Those that were left alone.
    skipped: Vec<SkippedGoal>,
}

/// A goal that is a draft now.
#[derive(Debug, Serialize, ToSchema)]
struct CopiedGoal {
    /// Its code.
    #[schema(example = "P-017")]
    code: String,
    /// What it is called.
    #[schema(example = "小堡村小学综合楼建设")]
    name: String,
    /// Its targets, with what they came to.
    targets: Vec<CopiedTarget>,
}

/// A target, and what it came to.
#[derive(Debug, Serialize, ToSchema)]
struct CopiedTarget {
    /// Its code.
    #[schema(example = "repairs")]
    code: String,
    /// What was to be reached.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 4, required)]
    value: Option<Decimal>,
    /// What was reached; null where nothing was reported, or there is no number.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 5, required)]
    actual: Option<Decimal>,
}

/// A goal that was left alone.
#[derive(Debug, Serialize, ToSchema)]
struct SkippedGoal {
    /// Its code.
    #[schema(example = "P-003")]
    code: String,
    /// Why.
    reason: SkipReason,
}

/// Why a goal was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GoalSkipReason)]
enum SkipReason {
    /// There is a goal with its code.
    Exists,
    /// Its project does not run in the year.
    ProjectEnded,
    /// Its project has another goal in the year.
    ProjectHasGoal,
}

/// What the year holds of the goals that are to be copied.
#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    goal: String,
    #[diesel(sql_type = Nullable<Text>)]
    skipped: Option<String>,
    #[diesel(sql_type = Bool)]
    has_parent: bool,
}

impl Place {
    fn reason(&self) -> Option<SkipReason> {
        Some(match self.skipped.as_deref()? {
            "exists" => SkipReason::Exists,
            "project_ended" => SkipReason::ProjectEnded,
            _ => SkipReason::ProjectHasGoal,
        })
    }
}

/// A goal as it is to be.
struct Draft {
    head: Head,
    wording: Wording,
    last_year: LastYear,
}

/// Copies goals, in a number of statements that does not grow with theirs, apart from the figures.
pub(super) async fn copy(desk: &Desk<'_>, tx: &mut Tx, input: &CopyInput) -> Result<CopyBody> {
    let CopyInput { from, goals } = input;
    let from_period = read_from(desk, *from)?;
    let standing = queries::standing(tx, desk.scope, *from, None, goals.as_deref()).await?;
    let theirs: Vec<Goal> = standing
        .into_iter()
        .filter(|goal| desk.keeper.may_write(goal.head.school.as_deref(), &goal.newest.wording.section))
        .collect();
    missing(goals.as_deref().unwrap_or_default(), &theirs)?;
    let places = places(desk, tx, &theirs).await?;
    let mut skipped = Vec::new();
    let mut kept = Vec::new();
    for goal in theirs {
        let place = places.iter().find(|place| place.goal == goal.head.code);
        match place.and_then(Place::reason) {
            Some(reason) => skipped.push(SkippedGoal { code: goal.head.code, reason }),
            None => kept.push((goal, place.is_some_and(|place| place.has_parent))),
        }
    }
    let drafts = drafts(desk, tx, (*from, from_period), kept).await?;
    insert(desk, tx, *from, &drafts).await?;
    let created = drafts.into_iter().map(CopiedGoal::from).collect();
    Ok(CopyBody { year: desk.number, from: *from, created, skipped })
}

fn read_from(desk: &Desk<'_>, from: i32) -> Result<Period> {
    if from == desk.number {
        let message = say!("不能从同一年复制", "A year is not copied into itself");
        return Err(AppError::violation("/from", ViolationCode::Inconsistent, message));
    }
    from.to_string()
        .parse()
        .map_err(|_| AppError::violation("/from", ViolationCode::InvalidPeriod, say!("不是年度", "That is no year")))
}

/// Goals that were asked for by name are there.
fn missing(asked: &[String], found: &[Goal]) -> Result<()> {
    let found: HashSet<&str> = found.iter().map(|goal| goal.head.code.as_str()).collect();
    let unknown = asked.iter().enumerate().filter(|(_, code)| !found.contains(code.as_str()));
    let violations: Vec<Violation> = unknown
        .map(|(i, code)| {
            let message = say!("没有可复制的目标“{code}”", "There is no goal “{code}” in force that you may copy");
            Violation::new(format!("/goals/{i}"), ViolationCode::UnknownReference, message)
        })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(AppError::invalid(violations)) }
}

/// What the year holds, beyond the school of whoever asks: what schools' goals serve is the bureau's.
async fn places(desk: &Desk<'_>, tx: &mut Tx, goals: &[Goal]) -> Result<Vec<Place>> {
    let heads = || goals.iter().map(|goal| &goal.head);
    beyond_school(tx, desk.scope, async |connection| {
        let places = statement(
            "SELECT k.goal,
                    CASE WHEN g.goal IS NOT NULL THEN 'exists'
                         WHEN k.project IS NOT NULL AND (r.project IS NULL OR r.state IN ('closed', 'rejected')
                                                         OR $2 NOT BETWEEN r.first_year AND r.last_year) THEN 'project_ended'
                         WHEN other.goal IS NOT NULL THEN 'project_has_goal' END AS skipped,
                    coalesce(k.parent = ANY ($3), false) OR parent.goal IS NOT NULL AS has_parent
             FROM unnest($3::text[], $4::text[], $5::text[]) AS k (goal, parent, project)
             LEFT JOIN goals AS g ON g.bureau_id = $1 AND g.year = $2 AND g.goal = k.goal
             LEFT JOIN goals AS parent ON parent.bureau_id = $1 AND parent.year = $2 AND parent.goal = k.parent
             LEFT JOIN goals AS other ON other.bureau_id = $1 AND other.year = $2 AND other.project = k.project
             LEFT JOIN project_revisions AS r
                 ON r.bureau_id = $1 AND r.project = k.project AND r.superseded_at IS NULL",
        )
        .bind::<Integer, _>(desk.scope.bureau_id())
        .bind::<Integer, _>(desk.number)
        .bind::<Array<Text>, _>(heads().map(|head| head.code.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(
            goals.iter().map(|goal| goal.newest.wording.parent.as_deref()).collect::<Vec<_>>(),
        )
        .bind::<Array<Nullable<Text>>, _>(heads().map(|head| head.project.as_deref()).collect::<Vec<_>>())
        .load(connection)
        .await?;
        Ok(places)
    })
    .await
}

async fn drafts(
    desk: &Desk<'_>,
    tx: &mut Tx,
    (from, period): (i32, Period),
    goals: Vec<(Goal, bool)>,
) -> Result<Vec<Draft>> {
    let targets = goals.iter().flat_map(|(goal, _)| &goal.newest.wording.content.targets);
    let actuals = actuals(tx, desk.catalogues, desk.scope, period, targets).await?;
    let last_years: Vec<LastYear> = goals
        .iter()
        .map(|(goal, _)| {
            let targets = goal.newest.wording.content.targets.iter();
            let last = targets
                .map(|target| (target.code.clone(), LastTarget { value: target.value, actual: actuals.of(target) }));
            LastYear { year: from, as_of: actuals.as_of, targets: last.collect::<BTreeMap<_, _>>() }
        })
        .collect();
    Ok(goals
        .into_iter()
        .zip(last_years)
        .map(|((goal, has_parent), last_year)| {
            let mut wording = goal.newest.wording;
            wording.parent = wording.parent.filter(|_| has_parent);
            Draft { head: goal.head, wording, last_year }
        })
        .collect())
}

async fn insert(desk: &Desk<'_>, tx: &mut Tx, from: i32, drafts: &[Draft]) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let heads: Vec<&Head> = drafts.iter().map(|draft| &draft.head).collect();
    queries::insert_heads(tx, desk.scope, desk.number, &heads).await.map_err(taken)?;
    let beginnings = drafts.iter().map(|draft| {
        let last_year = Some(queries::write(&draft.last_year)?);
        Ok(Beginning { head: &draft.head, number: 1, tag: 1, wording: &draft.wording, reason: None, last_year })
    });
    let beginnings = beginnings.collect::<Result<Vec<_>>>()?;
    queries::insert_versions(tx, desk.scope, desk.number, &beginnings).await?;
    let entries = drafts.iter().map(|draft| {
        let after = json!({ "version": 1, "from": from, "wording": wording(&draft.wording)? });
        Ok(Entry {
            action: "goal.copy",
            subject_type: "goal",
            subject: format!("{}/{}", desk.number, draft.head.code),
            school: draft.head.school.as_deref(),
            before: None,
            after: Some(after),
        })
    });
    journal::record(tx, desk.scope, entries.collect::<Result<Vec<_>>>()?).await
}

impl From<Draft> for CopiedGoal {
    fn from(draft: Draft) -> Self {
        let mut last = draft.last_year.targets;
        let targets = draft.wording.content.targets.into_iter().map(|target| {
            let actual = last.remove(&target.code).and_then(|last| last.actual);
            CopiedTarget { code: target.code, value: target.value, actual }
        });
        Self { code: draft.head.code, name: draft.wording.name, targets: targets.collect() }
    }
}
