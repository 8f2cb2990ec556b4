//! The operations on organisations.

mod export;

use actix_web::web::{Data, Path};
use actix_web::{Either, HttpResponse, get, patch, post, put};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::body::{OrganisationBody, OrganisationInput, OrganisationPatch};
use super::kinds::{Kind, Stage};
use super::ops::Row;
use super::queries::{self, Filter};
use super::{file, ops};
use crate::app::App;
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{
    Binary, IdempotencyKey, IfMatch, IfNoneMatch, ImportErrors, ListErrors, NotModified, ReadErrors, WriteErrors,
};
use crate::platform::bulk::ImportReport;
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Result};
use crate::platform::export::Format;
use crate::platform::extract::{Command, Params};
use crate::platform::import::{Import, ImportParams};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// The largest file of organisations, in bytes.
const MAX_FILE: usize = 8 * 1024 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Organisations of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// Schools of this stage.
    #[param(inline)]
    stage: Option<Stage>,
    /// Organisations in this township.
    township: Option<String>,
    /// Organisations that are open on this day.
    open_on: Option<NaiveDate>,
    /// Items on a page; of a file there are no pages.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    fn filter(&self) -> Filter<'_> {
        let Self { kind, stage, township, open_on, .. } = self;
        Filter { kind: *kind, stage: *stage, township: township.as_deref(), open_on: *open_on, ..Filter::default() }
    }
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct ListFilter<'a> {
    kind: Option<Kind>,
    stage: Option<Stage>,
    township: Option<&'a str>,
    open_on: Option<NaiveDate>,
}

/// List organisations
///
/// The bureau, its sections and schools as they are, in the order of their codes. An account of a
/// school sees that school alone among the schools. On `Accept: text/csv` or that of a workbook (XLSX), all of them as a file
/// that can be imported again.
#[utoipa::path(
    tag = "organisations",
    params(ListParams),
    responses((status = 200, description = "A page of organisations, or all of them as a file", content(
        (Page<OrganisationBody> = "application/json"), (String = "text/csv"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/organisations")]
pub(super) async fn list_organisations(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
    accept: Accept,
) -> Result<Either<Reply, HttpResponse>> {
    let scope = caller.scope_for(Permission::ReadOrganisations)?;
    let offered = ["application/json", Format::Csv.media_type(), Format::Xlsx.media_type()];
    if let Some(format) = Format::of(accept.choose(&offered)?) {
        return export::send(app, scope, params, format).await.map(Either::Right);
    }
    let ListParams { kind, stage, township, open_on, .. } = &params;
    let bound_to = ListFilter { kind: *kind, stage: *stage, township: township.as_deref(), open_on: *open_on };
    let limit = page::limit(params.limit)?;
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = Filter { after: after.as_deref(), limit: Some(limit + 1), ..params.filter() };
    let found = app.db.read(&scope, async |tx| queries::select(tx, &scope, &filter).await).await?;
    let items: Vec<OrganisationBody> = found.into_iter().map(Into::into).collect();
    Reply::ok(&Page::of(items, limit, &bound_to, |item| item.code.clone())?).map(Either::Left)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// The moment as of which it is asked; now where absent.
    as_of: Option<DateTime<Utc>>,
}

/// Read an organisation
///
/// As it is, or with `as_of` as it was known at a moment.
#[utoipa::path(
    tag = "organisations",
    params(("code" = String, Path, description = "Code of the organisation", example = "2199000001"), AsOf, IfNoneMatch),
    responses(
        (status = 200, description = "The organisation", body = OrganisationBody,
            headers(("ETag" = String, description = "The version"))),
        NotModified,
        ReadErrors,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/organisations/{code}")]
pub(super) async fn get_organisation(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<AsOf>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadOrganisations)?;
    let as_of = params.0.as_of;
    let found = app.db.read(&scope, async |tx| queries::find_at(tx, &scope, &code, as_of).await).await?;
    let organisation = found.ok_or_else(|| ops::not_found(&code))?;
    let version = organisation.version;
    Ok(Reply::ok(&OrganisationBody::from(organisation))?.version(version))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DryRun {
    /// The complete answer, but nothing is written.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
}

/// Create or replace an organisation
///
/// Each change is a new version; nothing is overwritten, and figures of the past keep to what was
/// known then. The code of a school is its 学校标识码, and its first two digits fit the stage. A
/// merger is a closing and an opening. Identical content makes no new version.
#[utoipa::path(
    tag = "organisations",
    params(("code" = String, Path, description = "Code of the organisation", example = "2199000001"), DryRun, IfMatch),
    request_body = OrganisationInput,
    responses(
        (status = 200, description = "Replaced, or unchanged", body = OrganisationBody,
            headers(("ETag" = String, description = "The version"))),
        (status = 201, description = "Created", body = OrganisationBody,
            headers(("ETag" = String, description = "The version"), ("Location" = String, description = "Where it is"))),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/organisations/{code}")]
pub(super) async fn put_organisation(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<DryRun>,
    command: Command<OrganisationInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteOrganisations)?;
    let definition =
        command.body.into_definition(Some(&code)).map_err(|violation| AppError::invalid(vec![violation]))?;
    let work = async |tx: &mut _| ops::put(tx, &scope, &definition, &command.precondition).await;
    let ops::Saved { organisation, created } = app.db.write_unless(params.0.dry_run, &scope, work).await?;
    let version = organisation.version;
    let body = OrganisationBody::from(organisation);
    let reply = if created { Reply::created(format!("/v1/organisations/{code}"), &body)? } else { Reply::ok(&body)? };
    Ok(reply.version(version))
}

/// Change some of an organisation
///
/// A field that is absent stays as it is, null clears it. To close a school, give `closed_on`.
#[utoipa::path(
    tag = "organisations",
    params(("code" = String, Path, description = "Code of the organisation", example = "2199000001"), DryRun, IfMatch),
    request_body = OrganisationPatch,
    responses(
        (status = 200, description = "The organisation as it is now", body = OrganisationBody,
            headers(("ETag" = String, description = "The version"))),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[patch("/v1/organisations/{code}")]
pub(super) async fn patch_organisation(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<DryRun>,
    command: Command<OrganisationPatch>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteOrganisations)?;
    let Command { body, precondition, .. } = &command;
    let change = |definition: &mut _| body.apply(definition);
    let work = async |tx: &mut _| ops::patch(tx, &scope, &code, precondition, change).await;
    let organisation = app.db.write_unless(params.0.dry_run, &scope, work).await?;
    let version = organisation.version;
    Ok(Reply::ok(&OrganisationBody::from(organisation))?.version(version))
}

/// Import organisations
///
/// Creates or replaces up to 100,000 organisations (8 MB) in one transaction. The file is CSV with
/// the header `code,name,kind,stage,township,parent,opened_on,closed_on` (an empty field is absent),
/// a workbook (XLSX) with the same table, or NDJSON with the same fields. The same file again leaves everything unchanged. Where
/// a row violates rules, an atomic import is refused with 422 and pointers `/ROW/FIELD`; otherwise
/// the other rows are entered, except those below a refused one. A workbook that is refused comes back
/// with `Accept` of its type: its wrong cells marked, and all of them listed on a sheet 问题.
#[utoipa::path(
    tag = "organisations",
    params(ImportParams, IdempotencyKey),
    request_body(content(
        (String = "text/csv", example = "code,name,kind,stage,township,parent,opened_on,closed_on\n2199000001,第一小学,school,primary,东乡,990001,2000-09-01,\n"),
        (String = "application/x-ndjson", example = "{\"code\":\"2199000001\",\"name\":\"第一小学\",\"kind\":\"school\",\"stage\":\"primary\"}\n"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = 200, description = "What became of the rows", body = ImportReport), ImportErrors),
    security(("bearer" = [])),
)]
#[post("/v1/organisations/import")]
pub(super) async fn import_organisations(app: Data<App>, caller: Caller, import: Import<MAX_FILE>) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteOrganisations)?;
    let enter = async |tx: &mut Tx, rows: &[Row], progress: &Progress| ops::import(tx, &scope, rows, progress).await;
    import.run(&app.db, &scope, file::columns(), file::row, enter).await
}
