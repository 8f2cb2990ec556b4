//! The operations on report templates.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{DryRun, check_code};
use crate::app::App;
use crate::catalogue::document::ReportTemplate;
use crate::catalogue::ops;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{IfMatch, IfNoneMatch, ListErrors, NotModified, ReadErrors, WriteErrors};
use crate::platform::error::{AppError, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::catalogue) struct ListParams {
    /// Items on a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct Filter {
    report_templates: (),
}

/// List report templates
///
/// What the bureau's reports say, in the order of their codes.
#[utoipa::path(
    tag = "catalogue",
    params(ListParams),
    responses((status = 200, description = "A page of report templates", body = Page<ReportTemplate>), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/report-templates")]
pub(in crate::catalogue) async fn list_report_templates(
    app: Data<App>,
    caller: Caller,
    params: Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let ListParams { limit, cursor } = params.0;
    let filter = Filter { report_templates: () };
    let limit = page::limit(limit)?;
    let after: Option<String> = page::read_cursor(cursor.as_deref(), &filter)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let templates = catalogue.document().report_templates.iter();
    let by_code: BTreeMap<&str, &ReportTemplate> =
        templates.map(|template| (template.code.as_str(), template)).collect();
    let items = page::take(by_code, after.as_deref(), limit).cloned().collect();
    Reply::ok(&Page::of(items, limit, &filter, |template: &ReportTemplate| template.code.clone())?)
}

/// Read a report template
///
/// As the current version of the catalogue has it; that version is the `ETag`.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the report template", example = "self_evaluation"), IfNoneMatch),
    responses(
        (status = 200, description = "The report template", body = ReportTemplate,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        NotModified,
        ReadErrors,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/report-templates/{code}")]
pub(in crate::catalogue) async fn get_report_template(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let template = catalogue
        .report_template(&code)
        .ok_or_else(|| AppError::not_found(say!("没有报告模板“{code}”", "There is no report template “{code}”")))?;
    Ok(Reply::ok(template)?.version(catalogue.version()))
}

/// Create or replace a report template
///
/// An edit of the catalogue: the document is checked as a whole, and its version is the `ETag`. Every text of the template is
/// checked: how it is written, the functions and filters it uses, and the indicators and registers it names. A report that
/// was assembled keeps its words.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the report template", example = "self_evaluation"), DryRun, IfMatch),
    request_body(content = ReportTemplate, example = json!({
        "code": "self_evaluation", "name": {"zh": "部门绩效自评工作报告"},
        "title": ["{{ bureau }}", "{{ year }}年度部门绩效自评工作报告"],
        "signature": {"name": "{{ bureau }}", "date": "{{ year + 1 }}-06-14"},
        "sections": [{"heading": "教育质量稳步提升", "blocks": [
            {"paragraph": "本科上线{{ value('gaokao.undergraduate')|unit }}，比上年{{ growth('gaokao.undergraduate')|rise }}。"},
            {"table": {"caption": "各类考生本科上线人数", "indicators": ["gaokao.undergraduate"], "by": "exam_category",
                "compare": true}}
        ]}]
    })),
    responses(
        (status = 200, description = "Replaced, or unchanged", body = ReportTemplate,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        (status = 201, description = "Created", body = ReportTemplate, headers(
            ("ETag" = String, description = "The version of the catalogue"),
            ("Location" = String, description = "Where it is"),
        )),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/report-templates/{code}")]
pub(in crate::catalogue) async fn put_report_template(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<DryRun>,
    command: Command<ReportTemplate>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let Command { body: template, precondition, .. } = &command;
    check_code(&code, &template.code)?;
    let work = async |tx: &mut _| ops::put_part(tx, &scope, &app.catalogues, template, precondition).await;
    let changes = app.db.write_unless(params.0.dry_run, &scope, work).await?;
    let reply = if changes.report_templates.added.is_empty() {
        Reply::ok(template)?
    } else {
        Reply::created(format!("/v1/report-templates/{code}"), template)?
    };
    Ok(reply.version(changes.version))
}
