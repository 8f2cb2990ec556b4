//! Jobs over HTTP: listed, followed, cancelled, and their answers read.

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::body::JobBody;
use super::model::State;
use super::ops::{self, no_job};
use super::queries;
use crate::app::App;
use crate::platform::access::Caller;
use crate::platform::answers::{ActionErrors, IdempotencyKey, ListErrors, ReadErrors};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::extract::{Action, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// After how many seconds it is worth asking again.
const ASK_AGAIN_AFTER: u32 = 1;

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those in this state.
    #[param(inline, example = "running")]
    state: Option<State>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

fn parse(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| no_job(id))
}

/// List jobs
///
/// Those of the caller's own account, the last first. A job can be read until seven days after its end.
#[utoipa::path(tag = "jobs", params(ListParams),
    responses((status = 200, description = "A page of jobs", body = Page<JobBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/jobs")]
pub(super) async fn list_jobs(app: Data<App>, caller: Caller, Params(params): Params<ListParams>) -> Result<Reply> {
    let scope = caller.scope_for_own_account();
    let limit = page::limit(params.limit)?;
    let bound_to = ("jobs", params.state);
    let before: Option<Uuid> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| queries::list(tx, &scope, params.state, (before, limit + 1)).await;
    let items: Vec<JobBody> = app.db.read(&scope, read).await?.into_iter().map(JobBody::from).collect();
    Reply::ok(&Page::of(items, limit, &bound_to, JobBody::id)?)
}

/// Read a job
///
/// Its state, and how much is behind it. While there is more to come, `Retry-After` says when it is worth asking again.
#[utoipa::path(tag = "jobs",
    params(("job" = String, Path, description = "Id of the job", example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")),
    responses((status = 200, description = "The job", body = JobBody,
        headers(("Retry-After" = i32, description = "Seconds, where there is more to come"))), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/jobs/{job}")]
pub(super) async fn get_job(app: Data<App>, caller: Caller, job: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for_own_account();
    let id = parse(&job)?;
    let found = app.db.read(&scope, async |tx| queries::find(tx, &scope, id).await).await?;
    let found = found.ok_or_else(|| no_job(&job))?;
    let is_open = found.state.is_open();
    let reply = Reply::ok(&JobBody::from(found))?;
    Ok(if is_open { reply.retry_after(ASK_AGAIN_AFTER) } else { reply })
}

/// Read what a job was answered
///
/// The very answer that the request would have had at once: its status, type and body. 409 before there is one, and where
/// the job was cancelled.
#[utoipa::path(tag = "jobs",
    params(("job" = String, Path, description = "Id of the job", example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")),
    responses((status = 200, description = "As the operation describes it", content(
        (serde_json::Value = "application/json"),
        (String = "application/octet-stream"))), ActionErrors),
    security(("bearer" = [])))]
#[get("/v1/jobs/{job}/result")]
pub(super) async fn get_job_result(app: Data<App>, caller: Caller, job: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for_own_account();
    let id = parse(&job)?;
    let read = async |tx: &mut Tx| {
        if let Some(answer) = queries::answer(tx, &scope, id).await? {
            return Ok(answer);
        }
        let found = queries::find(tx, &scope, id).await?.ok_or_else(|| no_job(&job))?;
        let refusal = AppError::new(Code::StateForbids).state(found.state.name(), Vec::new());
        Err(if found.state.is_open() {
            refusal.detail(say!("任务尚未结束", "The job has not ended yet")).retry_after(ASK_AGAIN_AFTER)
        } else {
            refusal.detail(say!("任务已取消，没有结果", "The job was cancelled, and has no answer"))
        })
    };
    let answer = app.db.read(&scope, read).await?;
    let status = u16::try_from(answer.status).map_err(AppError::internal)?;
    Reply::kept(status, &answer.content_type, answer.answer)
}

/// Cancel a job
///
/// At once where nobody works on it yet. Otherwise as soon as whoever does sees it: then an atomic import has had no effect,
/// and one by batches only that of the batches that were committed before. 409 where it has ended.
#[utoipa::path(tag = "jobs",
    params(("job" = String, Path, description = "Id of the job", example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11"),
        IdempotencyKey),
    responses((status = 200, description = "Cancelled, or about to be", body = JobBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/jobs/{job}/cancel")]
pub(super) async fn cancel_job(app: Data<App>, caller: Caller, job: Path<String>, action: Action) -> Result<Reply> {
    let scope = caller.scope_for_own_account();
    let id = parse(&job)?;
    let work = async |tx: &mut Tx| Reply::ok(&JobBody::from(ops::cancel(tx, &scope, id).await?));
    app.db.execute(&scope, &action.idempotency, work).await
}
