//! Appraisals over HTTP.

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::{IntoParams, ToSchema};

use super::judge::{Findings, Given, Scored};
use super::ops;
use super::queries::{self, Appraisal};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{ActionErrors, IdempotencyKey, IfMatchOptional, ReadErrors};
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page, PageParams};
use crate::platform::reply::Reply;
use crate::projects::body::said;
use crate::projects::check_project_visible;
use crate::projects::life::Keeper;
use crate::projects::model::Conclusion;
use crate::projects::ops::Desk;
use crate::say;

/// The points of one criterion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScoreInput {
    /// Code of the criterion, as in the policy.
    #[schema(example = "necessity", max_length = 100)]
    criterion: String,
    /// From 0 to the weight of the criterion, with at most 2 decimals.
    #[schema(value_type = f64, example = 18.5)]
    score: Number,
    /// Why.
    #[schema(example = "校舍鉴定为 D 级，必须加固", min_length = 1, max_length = 2000)]
    reason: String,
}

/// What an appraiser finds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppraisalInput {
    /// Each criterion of the policy that is in force, once.
    #[schema(max_items = 50)]
    scores: Vec<ScoreInput>,
    /// What the points come to where absent; a lower conclusion needs a reason, and there is no higher one.
    #[serde(default)]
    #[schema(nullable = true)]
    conclusion: Option<Conclusion>,
    /// Why the conclusion is lower than what the points come to.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    reason: Option<String>,
    /// The opinion as a whole.
    #[schema(example = "必要且可行，建议列入预算", min_length = 1, max_length = 4000)]
    opinion: String,
}

impl AppraisalInput {
    fn into_findings(self) -> Result<Findings> {
        let Self { scores, conclusion, reason, opinion } = self;
        let given = |ScoreInput { criterion, score, reason }| Given { criterion, score: score.to_string(), reason };
        let opinion = said(Some(opinion)).ok_or_else(|| {
            AppError::violation("/opinion", ViolationCode::Missing, say!("请写明评估意见", "Say what the opinion is"))
        })?;
        Ok(Findings { scores: scores.into_iter().map(given).collect(), conclusion, reason: said(reason), opinion })
    }
}

/// The points of one criterion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppraisalScore)]
struct ScoreBody {
    /// Code of the criterion.
    #[schema(example = "necessity")]
    criterion: String,
    /// The most points that it gives.
    #[schema(example = 20)]
    weight: u32,
    /// The points.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 18.5)]
    score: Decimal,
    /// Why.
    #[schema(example = "校舍鉴定为 D 级，必须加固")]
    reason: String,
}

/// An appraisal of a project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectAppraisal)]
struct AppraisalBody {
    /// Code of the project.
    #[schema(example = "13050021100001")]
    project: String,
    /// Its number within the project, from 1; the last counts.
    #[schema(example = 1)]
    appraisal: i32,
    /// The revision of the project that was appraised.
    #[schema(example = 1)]
    revision: i32,
    /// Code of the policy by which it was appraised.
    #[schema(example = "hebei_2022")]
    policy: String,
    /// The points of each criterion, in the order of the policy.
    scores: Vec<ScoreBody>,
    /// The points altogether, of 100.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 86.5)]
    total: Decimal,
    /// What the points alone come to.
    by_points: Conclusion,
    /// What it comes to.
    conclusion: Conclusion,
    /// Why the conclusion is lower than the points.
    #[schema(required)]
    reason: Option<String>,
    /// The opinion as a whole.
    #[schema(example = "必要且可行，建议列入预算")]
    opinion: String,
    /// Who appraised it.
    #[schema(example = "user:caiwu.officer")]
    recorded_by: String,
    /// When.
    recorded_at: DateTime<Utc>,
}

impl AppraisalBody {
    fn of(project: &str, appraisal: Appraisal) -> Self {
        let Appraisal { number, revision, policy, judgement, opinion, recorded_by, recorded_at } = appraisal;
        let score = |Scored { criterion, weight, score, reason }| ScoreBody { criterion, weight, score, reason };
        Self {
            project: project.to_owned(),
            appraisal: number,
            revision,
            policy,
            scores: judgement.scores.into_iter().map(score).collect(),
            total: judgement.total.normalize(),
            by_points: judgement.by_points,
            conclusion: judgement.conclusion,
            reason: judgement.reason,
            opinion,
            recorded_by,
            recorded_at,
        }
    }
}

/// List the appraisals of a project
///
/// From the first on; the last counts.
#[utoipa::path(tag = "projects",
    params(("code" = String, Path, description = "Code of the project", example = "13050021100001"), PageParams),
    responses((status = 200, description = "A page of appraisals", body = Page<AppraisalBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/projects/{code}/appraisals")]
pub(in crate::projects) async fn list_appraisals(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    Params(params): Params<PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadProjects)?;
    let limit = page::limit(params.limit)?;
    let bound_to = ("appraisals", code.as_str());
    let after: Option<i32> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    app.db
        .read(&scope, async |tx| {
            check_project_visible(tx, &scope, &code).await?;
            let found = queries::list(tx, &scope, &code, (after.unwrap_or_default(), limit + 1)).await?;
            let items = found.into_iter().map(|appraisal| AppraisalBody::of(&code, appraisal)).collect();
            Reply::ok(&Page::of(items, limit, &bound_to, |item: &AppraisalBody| item.appraisal)?)
        })
        .await
}

/// An appraisal of a project.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct AppraisalPath {
    /// Code of the project.
    #[param(example = "13050021100001")]
    code: String,
    /// Its number within the project.
    #[param(example = 1)]
    appraisal: i32,
}

/// Read an appraisal of a project
///
/// It never changes.
#[utoipa::path(tag = "projects", params(AppraisalPath),
    responses((status = 200, description = "The appraisal", body = AppraisalBody), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/projects/{code}/appraisals/{appraisal}")]
pub(in crate::projects) async fn get_appraisal(
    app: Data<App>,
    caller: Caller,
    path: Path<AppraisalPath>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadProjects)?;
    let AppraisalPath { code, appraisal } = path.into_inner();
    app.db
        .read(&scope, async |tx| {
            check_project_visible(tx, &scope, &code).await?;
            let found = queries::list(tx, &scope, &code, (appraisal.saturating_sub(1), 1)).await?.pop();
            let found = found.filter(|found| found.number == appraisal).ok_or_else(|| no_appraisal(appraisal))?;
            Reply::ok(&AppraisalBody::of(&code, found))
        })
        .await
}

fn no_appraisal(number: i32) -> AppError {
    AppError::not_found(say!("没有第 {number} 次评估", "There is no appraisal {number}"))
}

/// Appraise a project
///
/// Before it enters a budget, by the criteria of the policy that is in force: points and a reason for each. The total and
/// what it comes to are computed; the appraiser may conclude less, with a reason, and never more. The project is
/// `appraised` then. Whoever wrote it does not appraise it. Evidence is attached to the project.
#[utoipa::path(tag = "projects",
    params(("code" = String, Path, description = "Code of the project", example = "13050021100001"), IdempotencyKey,
        IfMatchOptional),
    request_body(content = AppraisalInput, example = json!({"scores": [
        {"criterion": "necessity", "score": 18.5, "reason": "校舍鉴定为 D 级，必须加固"}], "opinion": "必要且可行"})),
    responses((status = 201, description = "Appraised", body = AppraisalBody,
        headers(("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/projects/{code}/appraisals")]
pub(in crate::projects) async fn create_appraisal(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    command: Command<AppraisalInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::AppraiseProjects)?;
    let keeper = Keeper::of(&caller);
    let findings = command.body.into_findings()?;
    app.db
        .execute(&scope, &command.idempotency, async |tx| {
            let catalogue = app.catalogues.current(tx, &scope).await?;
            let desk = Desk { keeper: &keeper, scope: &scope };
            let task = (code.as_str(), &findings);
            let appraisal = ops::appraise(tx, &desk, &catalogue, task, &command.precondition).await?;
            let location = format!("/v1/projects/{code}/appraisals/{}", appraisal.number);
            Reply::created(location, &AppraisalBody::of(&code, appraisal))
        })
        .await
}
