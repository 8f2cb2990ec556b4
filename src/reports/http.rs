//! Reports over HTTP: listed, assembled, read.

pub(super) mod checks;
pub(super) mod files;
pub(super) mod steps;
pub(super) mod texts;

use actix_web::web::{Data, Path};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{ReportBody, ReportInput};
use super::desk::Hand;
use super::model::State;
use super::ops::{self, Office};
use super::queries::{self, Filter, Position, Report};
use super::written::{Format, not_built};
use crate::app::App;
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    ActionErrors, Binary, IdempotencyKey, IfNoneMatch, ListErrors, NotModified, ReadErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::{Code, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::message::Language;
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// A report by its code.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct ReportPath {
    /// Code of the report: template, year and number.
    #[param(example = "self_evaluation-2022-1")]
    report: String,
}

/// Which reports, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this year.
    #[param(example = 2022)]
    year: Option<i32>,
    /// Only those of this template.
    #[param(example = "self_evaluation")]
    template: Option<String>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<State>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    /// What a cursor is bound to.
    fn bound_to(&self) -> impl Serialize {
        ("reports", self.year, self.template.as_deref(), self.state)
    }
}

/// What was done with a report.
fn reply(report: &Report, hand: &Hand, language: Language) -> Result<Reply> {
    Ok(Reply::ok(&ReportBody::of(report, hand, language))?.version(report.version))
}

/// List reports
///
/// By year, template and number, without their documents. A school sees those that were published.
#[utoipa::path(tag = "reports", params(ListParams),
    responses((status = 200, description = "A page of reports", body = Page<ReportBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/reports")]
pub(super) async fn list_reports(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
    language: Language,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadReports)?;
    let (hand, limit, bound_to) = (Hand::of(&caller), page::limit(params.limit)?, params.bound_to());
    let after: Option<Position> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = Filter { code: None, year: params.year, template: params.template.as_deref(), state: params.state };
    let read = async |tx: &mut Tx| {
        let reports = queries::list(tx, &scope, filter, (after.as_ref(), limit + 1)).await?;
        let items = reports.iter().map(|report| ReportBody::of(report, &hand, language)).collect();
        Reply::ok(&Page::of(items, limit, &bound_to, ReportBody::position)?)
    };
    app.db.read(&scope, read).await
}

/// Assemble a report
///
/// Out of all that is known now, read in one snapshot: figures, records and evaluations, by a template of the catalogue. The
/// report is a draft, and keeps its document with where every number comes from. What is wrong with it is among its findings;
/// it is assembled all the same.
#[utoipa::path(tag = "reports", params(IdempotencyKey),
    request_body(content = ReportInput, example = json!({"year": 2022, "template": "self_evaluation"})),
    responses((status = 201, description = "The draft, without its document", body = ReportBody,
        headers(("Location" = String, description = "Where it is read"), ("ETag" = String, description = "Its version"))),
        ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/reports")]
pub(super) async fn create_report(
    app: Data<App>,
    caller: Caller,
    language: Language,
    command: Command<ReportInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteReports)?;
    let hand = Hand::of(&caller);
    let Command { body: ReportInput { year, template }, idempotency, .. } = command;
    if let Some(reply) = app.db.replay(&scope, &idempotency).await? {
        return Ok(reply);
    }
    let office = Office { db: &app.db, catalogues: &app.catalogues, scope: &scope, hand: &hand };
    let assembly = office.assemble(&template, year).await?;
    let work = async |tx: &mut Tx| {
        let report = office.add(tx, (&template, year), &assembly).await?;
        let body = ReportBody::of(&report, &hand, language);
        Ok(Reply::created(format!("/v1/reports/{}", report.code), &body)?.version(report.version))
    };
    app.db.execute(&scope, &idempotency, work).await
}

/// Read a report
///
/// As JSON with its document, in which every number says where it comes from, with what was found wrong with it, and with what
/// the caller may do now; or, by `Accept`, the document as HTML, DOCX or PDF, or its tables as XLSX. A build without PDF answers 406 where nothing
/// else is taken. A school sees what was published.
#[utoipa::path(tag = "reports", params(ReportPath, IfNoneMatch),
    responses((status = 200, description = "The report", content(
            (ReportBody = "application/json"),
            (String = "text/html"),
            (Binary = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Binary = "application/pdf")),
        headers(("ETag" = String, description = "Its version, and how it is written"))),
        NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/reports/{report}")]
pub(super) async fn get_report(
    app: Data<App>,
    caller: Caller,
    path: Path<ReportPath>,
    language: Language,
    accept: Accept,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadReports)?;
    let format = chosen(&accept)?;
    let (report, text) = app.db.snapshot(&scope, async |tx| ops::find_whole(tx, &scope, &path.report).await).await?;
    if format == Format::Json {
        let body = ReportBody::of(&report, &Hand::of(&caller), language).with_document(text)?;
        return Ok(Reply::ok(&body)?.version(report.version));
    }
    files::written(format, &report, text).await
}

/// The format that the caller likes best of those that this build writes.
fn chosen(accept: &Accept) -> Result<Format> {
    let formats = [Format::Json, Format::Html, Format::Docx, Format::Xlsx, Format::Pdf];
    let named = |format: Format| format.media_type().split(';').next().unwrap_or_default();
    let liked = accept.choose(&formats.map(named))?;
    let built: Vec<&'static str> = formats.into_iter().filter(|format| format.is_built()).map(named).collect();
    let liked = match accept.choose(&built) {
        Ok(liked) => liked,
        Err(_) if liked == named(Format::Pdf) => return Err(not_built(Code::NotAcceptable)),
        Err(error) => return Err(error),
    };
    Ok(formats.into_iter().find(|format| named(*format) == liked).unwrap_or(Format::Json))
}
