//! Projects over HTTP: listed, read, put forward, changed, taken through their life.

use actix_web::web::{Data, Path};
use actix_web::{get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{ProjectBody, ProjectInput, ProjectPatch, ProjectStepInput};
use super::life::Keeper;
use super::model::{Category, State, Step};
use super::ops::{Change, Desk, no_project};
use super::queries::{self, Filter};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    ActionErrors, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, ListErrors, NotModified, ReadErrors,
    WriteErrors,
};
use crate::platform::error::{AppError, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page, PageParams};
use crate::platform::reply::Reply;
use crate::say;

/// Which projects, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those that last into this year.
    #[param(example = 2022)]
    year: Option<i32>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<State>,
    /// Only those of this kind of spending.
    #[param(inline)]
    category: Option<Category>,
    /// Only those of this unit.
    #[param(example = "2113000001")]
    organisation: Option<String>,
    /// Only those for which this section is responsible.
    #[param(example = "jijian")]
    section: Option<String>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    /// What a cursor is bound to.
    fn bound_to(&self) -> impl Serialize {
        let Self { year, state, category, organisation, section, .. } = self;
        ("projects", year, state, category, organisation, section)
    }
}

/// List projects
///
/// In the order of their codes. A caller of a school sees that school's.
#[utoipa::path(tag = "projects", params(ListParams),
    responses((status = 200, description = "A page of projects", body = Page<ProjectBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/projects")]
pub(super) async fn list_projects(app: Data<App>, caller: Caller, Params(params): Params<ListParams>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadProjects)?;
    let keeper = Keeper::of(&caller);
    let limit = page::limit(params.limit)?;
    let bound_to = params.bound_to();
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = Filter {
        year: params.year,
        state: params.state,
        category: params.category,
        organisation: params.organisation.as_deref(),
        section: params.section.as_deref(),
    };
    app.db
        .read(&scope, async |tx| {
            let revisions = queries::list(tx, &scope, &filter, (after.as_deref(), limit + 1)).await?;
            let items = revisions.into_iter().map(|revision| ProjectBody::of(&keeper, revision)).collect();
            Reply::ok(&Page::of(items, limit, &bound_to, |item: &ProjectBody| item.code.clone())?)
        })
        .await
}

/// Read a project
///
/// As it is, with what the caller may do now.
#[utoipa::path(tag = "projects",
    params(("code" = String, Path, description = "Code of the project", example = "13050021100001"), IfNoneMatch),
    responses((status = 200, description = "The project", body = ProjectBody,
        headers(("ETag" = String, description = "The revision"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/projects/{code}")]
pub(super) async fn get_project(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadProjects)?;
    let keeper = Keeper::of(&caller);
    app.db
        .read(&scope, async |tx| {
            let revision = queries::current(tx, &scope, &[&code]).await?.pop().ok_or_else(|| no_project(&code))?;
            reply(&ProjectBody::of(&keeper, revision))
        })
        .await
}

fn reply(body: &ProjectBody) -> Result<Reply> {
    Ok(Reply::ok(body)?.version(body.revision))
}

/// List the revisions of a project
///
/// Everything that was ever recorded of it, from the first on.
#[utoipa::path(tag = "projects",
    params(("code" = String, Path, description = "Code of the project", example = "13050021100001"), PageParams),
    responses((status = 200, description = "A page of revisions", body = Page<ProjectBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/projects/{code}/revisions")]
pub(super) async fn list_project_revisions(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    Params(params): Params<PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadProjects)?;
    let limit = page::limit(params.limit)?;
    let bound_to = ("project revisions", code.as_str());
    let after: Option<i32> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    app.db
        .read(&scope, async |tx| {
            let from = (after.unwrap_or_default(), limit + 1);
            let revisions = queries::history(tx, &scope, &code, from).await?;
            if revisions.is_empty() && after.is_none() {
                return Err(no_project(&code));
            }
            let items = revisions.into_iter().map(ProjectBody::past).collect();
            Reply::ok(&Page::of(items, limit, &bound_to, |item: &ProjectBody| item.revision)?)
        })
        .await
}

/// Propose a project
///
/// By its unit, by the section that is responsible for it, or by the finance office. Everything that is wrong with it is
/// named.
#[utoipa::path(tag = "projects", params(IdempotencyKey),
    request_body(content = ProjectInput, example = json!({"code": "13050021100001", "name": "校舍安全工程",
        "category": "specific", "organisation": "2113000001", "section": "jijian", "first_year": 2022, "is_key": true})),
    responses((status = 201, description = "Proposed", body = ProjectBody, headers(
        ("ETag" = String, description = "The revision"), ("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/projects")]
pub(super) async fn create_project(app: Data<App>, caller: Caller, command: Command<ProjectInput>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteProjects)?;
    let keeper = Keeper::of(&caller);
    let proposal = command.body.into_proposal();
    let location = format!("/v1/projects/{}", proposal.code);
    app.db
        .execute(&scope, &command.idempotency, async |tx| {
            let revision = Desk { keeper: &keeper, scope: &scope }.propose(tx, &proposal).await?;
            let body = ProjectBody::of(&keeper, revision);
            Ok(Reply::created(location.clone(), &body)?.version(body.revision))
        })
        .await
}

/// Change a project
///
/// Makes the next revision. A project that was appraised is `proposed` again, because something else stands there now; one
/// that is in a budget is changed by the bureau only, and keeps its category. The same again changes nothing.
#[utoipa::path(tag = "projects",
    params(("code" = String, Path, description = "Code of the project", example = "13050021100001"), IfMatch),
    request_body(content = ProjectPatch, example = json!({"last_year": 2024, "note": "按初步设计调整"})),
    responses((status = 200, description = "Changed, or unchanged", body = ProjectBody,
        headers(("ETag" = String, description = "The revision"))), WriteErrors),
    security(("bearer" = [])))]
#[patch("/v1/projects/{code}")]
pub(super) async fn patch_project(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    command: Command<ProjectPatch>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteProjects)?;
    let keeper = Keeper::of(&caller);
    let change = Change::from(command.body);
    app.db
        .write(&scope, async |tx| {
            let desk = Desk { keeper: &keeper, scope: &scope };
            reply(&ProjectBody::of(&keeper, desk.change(tx, &code, &change, &command.precondition).await?))
        })
        .await
}

/// A project, and what happens to it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct StepPath {
    /// Code of the project.
    #[param(example = "13050021100001")]
    code: String,
    /// `propose`, `reject`, `admit`, `start`, `complete` or `close`.
    #[param(example = "admit")]
    step: String,
}

/// Take a project a step further
///
/// `propose` puts a rejected one forward again, and `start` and `complete` say that it is under way and done: by whoever
/// keeps it. `reject` (before the budget, with a reason) and `close` (with a reason where it is not completed): by the
/// section that is responsible, or the finance office. `admit` puts it into the budget: by the finance office; a project
/// of the category `specific` only where the last appraisal of what it says now supports it. Whoever wrote it neither
/// admits nor rejects it.
#[utoipa::path(tag = "projects", params(StepPath, IdempotencyKey, IfMatchOptional),
    request_body(content = ProjectStepInput, example = json!({"note": "列入 2022 年部门预算"})),
    responses((status = 200, description = "As it is then", body = ProjectBody,
        headers(("ETag" = String, description = "The revision"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/projects/{code}/{step}")]
pub(super) async fn move_project(
    app: Data<App>,
    caller: Caller,
    path: Path<StepPath>,
    command: Command<ProjectStepInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteProjects)?;
    let keeper = Keeper::of(&caller);
    let step = Step::named(&path.step).ok_or_else(|| no_step(&path.step))?;
    let change = command.body.into_change(step);
    app.db
        .execute(&scope, &command.idempotency, async |tx| {
            let desk = Desk { keeper: &keeper, scope: &scope };
            reply(&ProjectBody::of(&keeper, desk.change(tx, &path.code, &change, &command.precondition).await?))
        })
        .await
}

fn no_step(step: &str) -> AppError {
    AppError::not_found(say!("项目没有操作“{step}”", "Projects have no step “{step}”"))
}
