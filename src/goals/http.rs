//! Goals over HTTP: listed, read, saved, thrown away.

pub(super) mod copying;
pub(super) mod steps;

use actix_web::web::{Data, Path};
use actix_web::{delete, get, put};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{GoalBody, NodeBody, SummaryBody, TreeBody};
use super::content;
use super::input::GoalInput;
use super::keeper::Keeper;
use super::model::{Goal, Level, State, Version};
use super::ops::{Desk, no_goal};
use super::queries;
use super::summaries::{self, Filter, trees};
use super::table::{self, MOST};
use crate::app::App;
use crate::catalogue::Period;
use crate::documents::{self, XLSX};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{Binary, IfMatch, IfNoneMatch, NotModified, QueryErrors, ReadErrors, WriteErrors};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::extract::{Action as Bare, Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

const JSON: &str = "application/json";

/// Codes that a goal cannot have, because they mean something else in an address.
const RESERVED: [&str; 2] = ["copy", "tree"];

/// The longest code, in bytes.
const LONGEST_CODE: usize = 64;

/// A goal of a year.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct GoalPath {
    /// The year.
    #[param(example = 2022, minimum = 1900, maximum = 2999)]
    year: i32,
    /// Code of the goal.
    #[param(example = "P-017")]
    goal: String,
}

/// A year's goals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct YearPath {
    /// The year.
    #[param(example = 2022, minimum = 1900, maximum = 2999)]
    year: i32,
}

/// The period of a year that an address names.
fn period(year: i32) -> Result<Period> {
    let known = (1900..3000).contains(&year).then(|| year.to_string().parse().ok()).flatten();
    known.ok_or_else(|| AppError::not_found(say!("没有年度“{year}”", "There is no year “{year}”")))
}

/// Which goals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this level.
    #[param(inline)]
    level: Option<Level>,
    /// Only those for which this section is responsible.
    #[param(example = "capital_works")]
    section: Option<String>,
    /// Only those of this unit.
    #[param(example = "2113000001")]
    organisation: Option<String>,
    /// Only those whose newest version is in this state.
    #[param(inline)]
    state: Option<State>,
    /// Only those that serve this goal.
    #[param(example = "A-02-1")]
    parent: Option<String>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// List the goals of a year
///
/// Their newest versions in short, in the order of their codes. A caller of a school sees that school's. As a workbook it is
/// the official form (绩效目标表) of all of them, whatever the page, with what each is measured by.
#[utoipa::path(tag = "goals", params(YearPath, ListParams),
    responses((status = 200, description = "A page of goals, or all of them as the official form", content(
        (Page<SummaryBody> = "application/json"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/goals/{year}")]
pub(super) async fn list_goals(
    app: Data<App>,
    caller: Caller,
    path: Path<YearPath>,
    Params(params): Params<ListParams>,
    accept: Accept,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let limit = page::limit(params.limit)?;
    let ListParams { level, section, organisation, state, parent, .. } = &params;
    let bound_to = ("goals", path.year, level, section, organisation, state, parent);
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = Filter {
        level: *level,
        section: section.as_deref(),
        organisation: organisation.as_deref(),
        state: *state,
        parent: parent.as_deref(),
        after: after.as_deref(),
        ..Filter::default()
    };
    if accept.choose(&[JSON, XLSX])? == XLSX {
        let all = Filter { after: None, ..filter };
        let table = app.db.read(&scope, async |tx| table::of_filter(tx, &scope, path.year, &all).await).await?;
        return Reply::written(XLSX, move || documents::workbook(&[("绩效目标表".to_owned(), table)])).await;
    }
    let read = async |tx: &mut _| summaries::list(tx, &scope, path.year, &filter, limit + 1).await;
    let items: Vec<SummaryBody> = app.db.read(&scope, read).await?.into_iter().map(SummaryBody::from).collect();
    Reply::ok(&Page::of(items, limit, &bound_to, |item| item.code.clone())?)
}

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct TreeParams {
    /// The versions in force instead of the newest, and only goals that have one.
    #[serde(default)]
    #[param(default = false)]
    in_force: bool,
    /// The versions that were in force at this moment.
    #[param(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
}

/// Read the goals of a year as a tree
///
/// Overall goals, the duties below them, their activities, and the projects of these; at most 5000 together. A goal whose
/// parent the caller does not see stands at the top.
#[utoipa::path(tag = "goals", params(YearPath, TreeParams),
    responses((status = 200, description = "The tree", body = TreeBody), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/goals/{year}/tree")]
pub(super) async fn get_goal_tree(
    app: Data<App>,
    caller: Caller,
    path: Path<YearPath>,
    Params(params): Params<TreeParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let filter = Filter { in_force: params.in_force, as_of: params.as_of, ..Filter::default() };
    let read = async |tx: &mut _| summaries::list(tx, &scope, path.year, &filter, MOST + 1).await;
    let found = app.db.read(&scope, read).await?;
    if i64::try_from(found.len()).map_err(AppError::internal)? > MOST {
        return Err(table::too_many());
    }
    let items = trees(found).into_iter().map(NodeBody::from).collect();
    Reply::ok(&TreeBody { year: path.year, items })
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VersionParams {
    /// The version with this number.
    #[param(example = 1, minimum = 1)]
    version: Option<i32>,
    /// The version that was in force at this moment.
    #[param(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
}

impl VersionParams {
    fn choose(&self, goal: &Goal) -> Result<Option<Version>> {
        let found = match (self.version, self.as_of) {
            (None, None) => return Ok(None),
            (number, as_of) => goal.versions().find(|version| {
                number.is_none_or(|number| version.number == number)
                    && as_of.is_none_or(|moment| version.was_in_force(moment))
            }),
        };
        found
            .cloned()
            .map(Some)
            .ok_or_else(|| AppError::not_found(say!("没有这样的目标版本", "The goal has no such version")))
    }
}

/// Read a goal
///
/// Its newest version, that is the one in work or else the one in force, with what the caller may do; or another. `in_force`
/// and `in_work` tell which others there are.
#[utoipa::path(tag = "goals", params(GoalPath, VersionParams, IfNoneMatch),
    responses((status = 200, description = "The goal", body = GoalBody,
        headers(("ETag" = String, description = "The state of the goal with all its versions"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/goals/{year}/{goal}")]
pub(super) async fn get_goal(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    Params(params): Params<VersionParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let read = async |tx: &mut _| queries::find(tx, &scope, path.year, &path.goal).await;
    let goal = app.db.read(&scope, read).await?.ok_or_else(|| no_goal(&path.goal))?;
    match params.choose(&goal)? {
        Some(version) => {
            let tag = goal.tag();
            Ok(Reply::ok(&GoalBody::past(path.year, goal, version))?.version(tag))
        }
        None => reply(path.year, goal, &Keeper::of(&caller)),
    }
}

fn reply(year: i32, goal: Goal, keeper: &Keeper) -> Result<Reply> {
    let tag = goal.tag();
    Ok(Reply::ok(&GoalBody::of(year, goal, keeper))?.version(tag))
}

/// List the versions of a goal
///
/// All of them, from the first on; those that were approved never change.
#[utoipa::path(tag = "goals", params(GoalPath, page::PageParams),
    responses((status = 200, description = "A page of versions", body = Page<GoalBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/goals/{year}/{goal}/versions")]
pub(super) async fn list_goal_versions(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    Params(params): Params<page::PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let limit = page::limit(params.limit)?;
    let bound_to = ("goal versions", path.year, &path.goal);
    let after: Option<i32> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut _| queries::find(tx, &scope, path.year, &path.goal).await;
    let goal = app.db.read(&scope, read).await?.ok_or_else(|| no_goal(&path.goal))?;
    let most = usize::try_from(limit).map_err(AppError::internal)?;
    let items = goal
        .versions()
        .filter(|version| after.is_none_or(|after| version.number > after))
        .take(most + 1)
        .map(|version| GoalBody::past(path.year, goal.clone(), version.clone()))
        .collect();
    Reply::ok(&Page::of(items, limit, &bound_to, |item: &GoalBody| item.version)?)
}

/// Save a goal
///
/// Begins a goal, or replaces what its version in work says. It may be incomplete; what it refers to is checked. The same
/// again changes nothing. A goal that is in force is amended first.
#[utoipa::path(tag = "goals", params(GoalPath, IfMatch),
    request_body(content = GoalInput, example = json!({"level": "project", "organisation": "2113000001",
        "section": "capital_works", "project": "P2022-017", "parent": "A-02-1", "name": "小堡村小学综合楼建设",
        "description": "综合楼年内完成主体并装修", "measures": ["每月召开一次进度会"], "targets": [
            {"code": "repairs", "name": "维修校舍", "class": "quantity", "indicator": "works.repaired", "sign": "at_least",
                "value": 5, "unit": "所", "weight": 50},
            {"code": "safety", "name": "师生安全感提升", "class": "social", "sign": "qualitative", "weight": 30},
            {"code": "content", "name": "师生满意度", "class": "satisfaction", "indicator": "works.content", "sign": "at_least",
                "value": 0.9, "weight": 10}]})),
    responses((status = 200, description = "Saved, or unchanged", body = GoalBody,
            headers(("ETag" = String, description = "The state of the goal"))),
        (status = 201, description = "Begun", body = GoalBody, headers(
            ("ETag" = String, description = "The state of the goal"), ("Location" = String, description = "Where it is"))),
        WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/goals/{year}/{goal}")]
pub(super) async fn save_goal(
    app: Data<App>,
    caller: Caller,
    path: Path<GoalPath>,
    command: Command<GoalInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let keeper = Keeper::of(&caller);
    let (number, year) = (path.year, period(path.year)?);
    check_code(&path.goal)?;
    let wanted = content::read(&path.goal, command.body).map_err(AppError::invalid)?;
    let desk = Desk { catalogues: &app.catalogues, scope: &scope, keeper: &keeper, year, number };
    app.db
        .write(&scope, async |tx| {
            let (began, goal) = desk.save(tx, wanted.clone(), &command.precondition).await?;
            let tag = goal.tag();
            let body = GoalBody::of(number, goal, &keeper);
            let location = || format!("/v1/goals/{number}/{}", path.goal);
            let reply = if began { Reply::created(location(), &body)? } else { Reply::ok(&body)? };
            Ok(reply.version(tag))
        })
        .await
}

fn check_code(code: &str) -> Result<()> {
    let mut characters = code.chars();
    let begins = characters.next().is_some_and(|first| first.is_ascii_alphanumeric());
    let goes_on = characters.all(|each| each.is_ascii_alphanumeric() || matches!(each, '.' | '_' | '-'));
    if begins && goes_on && code.len() <= LONGEST_CODE && !RESERVED.contains(&code) {
        return Ok(());
    }
    let message = say!(
        "目标编码为字母、数字、点、横线，至多 {LONGEST_CODE} 位",
        "The code of a goal is letters, digits, dots and dashes, at most {LONGEST_CODE}"
    );
    Err(AppError::invalid(vec![Violation::new("/code", ViolationCode::WrongFormat, message)]))
}

/// Throw the version in work away
///
/// A draft, or what was sent back; and the goal with it where it has no other version. What was approved stays.
#[utoipa::path(tag = "goals", params(GoalPath, IfMatch),
    responses((status = 204, description = "Thrown away"), WriteErrors),
    security(("bearer" = [])))]
#[delete("/v1/goals/{year}/{goal}")]
pub(super) async fn delete_goal(app: Data<App>, caller: Caller, path: Path<GoalPath>, action: Bare) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let keeper = Keeper::of(&caller);
    let (number, year) = (path.year, period(path.year)?);
    let desk = Desk { catalogues: &app.catalogues, scope: &scope, keeper: &keeper, year, number };
    app.db.write(&scope, async |tx| desk.delete(tx, &path.goal, &action.precondition).await).await?;
    Ok(Reply::no_content())
}
