//! What can be asked of a report: what is wrong with it now, whether it is still the same, and where a number comes from.

use actix_web::get;
use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ReportPath;
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{ComputedErrors, ReadErrors};
use crate::platform::error::{AppError, Result};
use crate::platform::message::Language;
use crate::platform::reply::Reply;
use crate::reports::body::{FindingsBody, SourceBody, VerificationBody};
use crate::reports::desk::Hand;
use crate::reports::frozen;
use crate::reports::ops::{self, Office};
use crate::say;

/// Check a report
///
/// Everything that is wrong with it now: growth that does not follow from its values, parts that do not add up, figures that
/// changed since it was assembled or are incomplete, headings that are not numbered one after the other. Nothing is written.
/// Not from a school.
#[utoipa::path(tag = "reports", params(ReportPath),
    responses((status = 200, description = "What was found", body = FindingsBody), ComputedErrors),
    security(("bearer" = [])))]
#[get("/v1/reports/{report}/findings")]
pub(in crate::reports) async fn get_report_findings(
    app: Data<App>,
    caller: Caller,
    path: Path<ReportPath>,
    language: Language,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReadReports)?;
    let hand = Hand::of(&caller);
    let office = Office { db: &app.db, catalogues: &app.catalogues, scope: &scope, hand: &hand };
    let (report, text) = app.db.snapshot(&scope, async |tx| ops::find_whole(tx, &scope, &path.report).await).await?;
    let findings = office.findings(&report, &text).await?;
    Reply::ok(&FindingsBody::of(&report, &findings, language))
}

/// Verify a report
///
/// Assembles it again as of its moment, and compares that with what is kept: it is the same, whatever was entered, accepted or
/// paid since. Not from a school.
#[utoipa::path(tag = "reports", params(ReportPath),
    responses((status = 200, description = "Whether it is the same, and where it is not", body = VerificationBody),
        ComputedErrors),
    security(("bearer" = [])))]
#[get("/v1/reports/{report}/verify")]
pub(in crate::reports) async fn verify_report(app: Data<App>, caller: Caller, path: Path<ReportPath>) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReadReports)?;
    let hand = Hand::of(&caller);
    let office = Office { db: &app.db, catalogues: &app.catalogues, scope: &scope, hand: &hand };
    Reply::ok(&VerificationBody::from(office.verify(&path.report).await?))
}

/// A source of a report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SourcePath {
    /// Code of the report: template, year and number.
    #[param(example = "self_evaluation-2022-1")]
    report: String,
    /// Its position among the sources of the document, from 0.
    #[param(example = 0)]
    source: usize,
}

/// Trace a number of a report to its source
///
/// What a number of the document says as `sources`: the figure, the records or the evaluation, where in the report it is shown,
/// and the addresses at which what lies behind it is read, down to the contribution of each school as of the moment of the
/// report.
#[utoipa::path(tag = "reports", params(SourcePath),
    responses((status = 200, description = "The source", body = SourceBody), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/reports/{report}/sources/{source}")]
pub(in crate::reports) async fn get_report_source(
    app: Data<App>,
    caller: Caller,
    path: Path<SourcePath>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadReports)?;
    let SourcePath { report, source } = &*path;
    let (report, text) = app.db.snapshot(&scope, async |tx| ops::find_whole(tx, &scope, report).await).await?;
    let document = frozen::read(&text)?;
    let body = SourceBody::of(&report, &document, *source).ok_or_else(|| {
        AppError::not_found(say!("报告中没有编号为 {source} 的来源", "The report has no source {source}"))
    })?;
    Reply::ok(&body)
}
