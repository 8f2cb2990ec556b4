//! Revisions: what was submitted, as it was; and how two of them differ.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::body::{CellBody, CellScalar, SubmissionPath};
use super::content::{Cell, Content, Dimensions};
use super::desk::stored_content;
use super::http::sheet;
use crate::app::App;
use crate::catalogue::CellValue;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::QueryErrors;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::extract::Params;
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;
use crate::schema::submission_revisions;

/// A form, a period, a school, and the number of a revision.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct RevisionPath {
    /// Code of the form.
    #[param(example = "gaokao")]
    form: String,
    /// The period.
    #[param(example = "2022")]
    period: String,
    /// Code of the school.
    #[param(example = "3413000001")]
    school: String,
    /// Number of the revision, from 1.
    #[param(example = 2, minimum = 1)]
    revision: i32,
}

/// What was submitted, without the cells.
#[derive(Debug, Serialize, ToSchema)]
struct RevisionSummary {
    /// Its number, from 1.
    #[schema(example = 1)]
    revision: i32,
    /// The version of the form by which it was checked.
    #[schema(example = 1)]
    form_version: i32,
    /// Whether it was late.
    late: bool,
    /// Who submitted it.
    #[schema(example = "user:3413000001.principal")]
    submitted_by: String,
    /// When it was submitted.
    submitted_at: DateTime<Utc>,
}

/// What was submitted, as it was.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "they are the names in the document")]
struct Revision {
    /// Its number, from 1.
    #[schema(example = 1)]
    revision: i32,
    /// The version of the form by which it was checked.
    #[schema(example = 1)]
    form_version: i32,
    /// Whether it was late.
    late: bool,
    /// Who submitted it.
    #[schema(example = "user:3413000001.principal")]
    submitted_by: String,
    /// When it was submitted.
    submitted_at: DateTime<Utc>,
    /// The cells.
    values: Vec<CellBody>,
    /// The warnings that did not hold, and why that was all right.
    warnings: Vec<ExplainedWarning>,
}

/// A warning that did not hold, and why that was all right.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct ExplainedWarning {
    /// Code of the rule.
    #[schema(example = "steady")]
    rule: String,
    /// The explanation.
    #[schema(example = "两校合并，学生增加")]
    explanation: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submission_revisions)]
struct Row {
    revision: i32,
    form_version: i32,
    content: Value,
    warnings: Value,
    late: bool,
    submitted_by: String,
    submitted_at: DateTime<Utc>,
}

type ByKey = diesel::dsl::Filter<
    submission_revisions::table,
    diesel::dsl::And<
        diesel::dsl::And<
            diesel::dsl::And<
                diesel::dsl::Eq<submission_revisions::bureau_id, i32>,
                diesel::dsl::Eq<submission_revisions::form, String>,
            >,
            diesel::dsl::Eq<submission_revisions::period, String>,
        >,
        diesel::dsl::Eq<submission_revisions::school, String>,
    >,
>;

/// The revisions of a submission; of a school out of scope there are none.
fn revisions(scope: &Scope, form: &str, period: &str, school: &str) -> Result<ByKey> {
    if !scope.covers_school(school) {
        return Err(AppError::not_found(say!("没有学校“{school}”", "There is no school “{school}”")));
    }
    Ok(submission_revisions::table.filter(
        submission_revisions::bureau_id
            .eq(scope.bureau_id())
            .and(submission_revisions::form.eq(form.to_owned()))
            .and(submission_revisions::period.eq(period.to_owned()))
            .and(submission_revisions::school.eq(school.to_owned())),
    ))
}

/// Where there are no revisions: whether there could be any.
async fn check_sheet(app: &App, tx: &mut Tx, scope: &Scope, path: &SubmissionPath) -> Result<()> {
    let sheet = sheet(app, tx, scope, path).await?;
    sheet.desk(tx, scope, &path.school).await?;
    Ok(())
}

async fn find(tx: &mut Tx, scope: &Scope, path: &RevisionPath, revision: i32) -> Result<Row> {
    let row = revisions(scope, &path.form, &path.period, &path.school)?
        .filter(submission_revisions::revision.eq(revision))
        .select(Row::as_select())
        .first(&mut **tx)
        .await
        .optional()?;
    row.ok_or_else(|| AppError::not_found(say!("没有第 {revision} 版", "There is no revision {revision}")))
}

/// List the revisions of a submission
///
/// Everything that was submitted, the oldest first.
#[utoipa::path(tag = "submissions", params(SubmissionPath, page::PageParams),
    responses((status = 200, description = "A page of revisions", body = Page<RevisionSummary>), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/forms/{form}/periods/{period}/submissions/{school}/revisions")]
pub(super) async fn list_revisions(
    app: Data<App>,
    caller: Caller,
    path: Path<SubmissionPath>,
    Params(params): Params<page::PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadSubmissions)?;
    let limit = page::limit(params.limit)?;
    let filter = (&path.form, &path.period, &path.school);
    let after: i32 = page::read_cursor(params.cursor.as_deref(), &filter)?.unwrap_or_default();
    app.db
        .read(&scope, async |tx| {
            let rows: Vec<Row> = revisions(&scope, &path.form, &path.period, &path.school)?
                .filter(submission_revisions::revision.gt(after))
                .order(submission_revisions::revision)
                .limit(limit + 1)
                .select(Row::as_select())
                .load(&mut **tx)
                .await?;
            if rows.is_empty() && after == 0 {
                check_sheet(&app, tx, &scope, &path).await?;
            }
            let items = rows.into_iter().map(RevisionSummary::from).collect();
            Reply::ok(&Page::of(items, limit, &filter, |item: &RevisionSummary| item.revision)?)
        })
        .await
}

impl From<Row> for RevisionSummary {
    fn from(row: Row) -> Self {
        let Row { revision, form_version, late, submitted_by, submitted_at, .. } = row;
        Self { revision, form_version, late, submitted_by, submitted_at }
    }
}

/// Read a revision
///
/// What was submitted, as it was; it never changes.
#[utoipa::path(tag = "submissions", params(RevisionPath),
    responses((status = 200, description = "The revision", body = Revision), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/forms/{form}/periods/{period}/submissions/{school}/revisions/{revision}")]
pub(super) async fn get_revision(app: Data<App>, caller: Caller, path: Path<RevisionPath>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadSubmissions)?;
    app.db
        .read(&scope, async |tx| {
            let row = find(tx, &scope, &path, path.revision).await?;
            Reply::ok(&Revision {
                revision: row.revision,
                form_version: row.form_version,
                late: row.late,
                submitted_by: row.submitted_by,
                submitted_at: row.submitted_at,
                values: stored_content(row.content)?.values.into_iter().map(CellBody::from).collect(),
                warnings: serde_json::from_value(row.warnings).map_err(AppError::internal)?,
            })
        })
        .await
}

/// Which revision it is compared with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct DiffParams {
    /// Number of the other revision; where absent, the one before.
    #[param(example = 1, minimum = 1)]
    against: Option<i32>,
}

/// How a revision differs from another.
#[derive(Debug, Serialize, ToSchema)]
struct RevisionDiff {
    /// The revision.
    #[schema(example = 2)]
    revision: i32,
    /// The revision it is compared with; 0 is the empty form.
    #[schema(example = 1)]
    against: i32,
    /// The cells that differ.
    changes: Vec<CellChange>,
}

/// A cell that differs.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
struct CellChange {
    /// Code of the indicator.
    #[schema(example = "gaokao.undergraduate")]
    indicator: String,
    /// One option of each dimension of the indicator.
    #[schema(value_type = HashMap<String, String>, example = json!({"exam_category": "arts"}))]
    dimensions: Dimensions,
    /// The value in the other revision; null where it was not reported.
    #[schema(required, value_type = CellScalar)]
    before: Option<CellValue>,
    /// The value in this revision; null where it is not reported.
    #[schema(required, value_type = CellScalar)]
    after: Option<CellValue>,
}

/// Compare two revisions
///
/// The cells whose values differ, by indicator.
#[utoipa::path(tag = "submissions", params(RevisionPath, DiffParams),
    responses((status = 200, description = "The differences", body = RevisionDiff), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/forms/{form}/periods/{period}/submissions/{school}/revisions/{revision}/diff")]
pub(super) async fn diff_revisions(
    app: Data<App>,
    caller: Caller,
    path: Path<RevisionPath>,
    Params(DiffParams { against }): Params<DiffParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadSubmissions)?;
    let against = against.unwrap_or(path.revision.saturating_sub(1));
    app.db
        .read(&scope, async |tx| {
            let after = stored_content(find(tx, &scope, &path, path.revision).await?.content)?;
            let before = match against {
                0 => Content::default(),
                other => stored_content(find(tx, &scope, &path, other).await?.content)?,
            };
            Reply::ok(&RevisionDiff { revision: path.revision, against, changes: changes(before, after) })
        })
        .await
}

fn changes(before: Content, after: Content) -> Vec<CellChange> {
    let mut cells: BTreeMap<(String, Dimensions), (Option<CellValue>, Option<CellValue>)> = BTreeMap::new();
    for Cell { indicator, dimensions, value, .. } in before.values {
        cells.entry((indicator, dimensions)).or_default().0 = value;
    }
    for Cell { indicator, dimensions, value, .. } in after.values {
        cells.entry((indicator, dimensions)).or_default().1 = value;
    }
    cells
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|((indicator, dimensions), (before, after))| CellChange { indicator, dimensions, before, after })
        .collect()
}
