//! The operations on single indicators.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{DryRun, check_code};
use crate::app::App;
use crate::catalogue::document::Indicator;
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
    /// Indicators for which this section of the bureau answers.
    section: Option<String>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct Filter<'a> {
    indicators_of: Option<&'a str>,
}

/// List indicators
///
/// In the order of their codes.
#[utoipa::path(
    tag = "catalogue",
    params(ListParams),
    responses((status = 200, description = "A page of indicators", body = Page<Indicator>), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/indicators")]
pub(in crate::catalogue) async fn list_indicators(
    app: Data<App>,
    caller: Caller,
    params: Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let ListParams { section, limit, cursor } = params.0;
    let filter = Filter { indicators_of: section.as_deref() };
    let limit = page::limit(limit)?;
    let after: Option<String> = page::read_cursor(cursor.as_deref(), &filter)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let indicators = catalogue.document().indicators.iter();
    let by_code: BTreeMap<&str, &Indicator> = indicators
        .filter(|each| section.is_none() || each.section == section)
        .map(|each| (each.code.as_str(), each))
        .collect();
    let items = page::take(by_code, after.as_deref(), limit).cloned().collect();
    Reply::ok(&Page::of(items, limit, &filter, |indicator: &Indicator| indicator.code.clone())?)
}

/// Read an indicator
///
/// As the current version of the catalogue defines it; that version is the `ETag`.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the indicator", example = "gaokao.undergraduate"), IfNoneMatch),
    responses(
        (status = 200, description = "The indicator", body = Indicator,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        NotModified,
        ReadErrors,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/indicators/{code}")]
pub(in crate::catalogue) async fn get_indicator(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let indicator = catalogue
        .indicator(&code)
        .ok_or_else(|| AppError::not_found(say!("没有指标“{code}”", "There is no indicator “{code}”")))?;
    Ok(Reply::ok(&indicator.definition)?.version(catalogue.version()))
}

/// Create or replace an indicator
///
/// An edit of the catalogue: the document is checked as a whole, and its version is the `ETag`. The
/// type and the dimensions of an indicator cannot change once schools have reported it.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the indicator", example = "gaokao.undergraduate"), DryRun, IfMatch),
    request_body(content = Indicator, example = json!({
        "code": "gaokao.undergraduate", "name": {"zh": "本科上线人数"}, "unit": "人", "value_type": "count",
        "aggregation": "sum", "direction": "higher", "dimensions": ["exam_category"], "section": "jijiao"
    })),
    responses(
        (status = 200, description = "Replaced, or unchanged", body = Indicator,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        (status = 201, description = "Created", body = Indicator, headers(
            ("ETag" = String, description = "The version of the catalogue"),
            ("Location" = String, description = "Where it is"),
        )),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/indicators/{code}")]
pub(in crate::catalogue) async fn put_indicator(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<DryRun>,
    command: Command<Indicator>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let Command { body: indicator, precondition, .. } = &command;
    check_code(&code, &indicator.code)?;
    let work = async |tx: &mut _| ops::put_part(tx, &scope, &app.catalogues, indicator, precondition).await;
    let changes = app.db.write_unless(params.0.dry_run, &scope, work).await?;
    let reply = if changes.indicators.added.is_empty() {
        Reply::ok(indicator)?
    } else {
        Reply::created(format!("/v1/indicators/{code}"), indicator)?
    };
    Ok(reply.version(changes.version))
}
