//! The operations on the catalogue as a whole; those on its parts are below.

pub(super) mod forms;
pub(super) mod indicators;
pub(super) mod policies;
pub(super) mod registers;
pub(super) mod reports;
pub(super) mod template;

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

use super::compiled::Catalogue;
use super::diff::Changes;
use super::document::CatalogueDocument;
use super::file::{CatalogueFile, read_file, write_yaml};
use super::ops;
use crate::app::App;
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{IfMatch, IfNoneMatch, NotModified, ReadErrors, WriteErrors};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::extract::{self, MAX_BODY, Params};
use crate::platform::reply::Reply;
use crate::platform::upload::{Upload, unsupported};
use crate::say;

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// Which version of the catalogue is meant; the current one where neither is given.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WhichVersion {
    /// The version with this number.
    #[param(minimum = 0)]
    version: Option<i32>,
    /// The version that was current at this moment.
    as_of: Option<DateTime<Utc>>,
}

impl WhichVersion {
    async fn find(&self, app: &App, tx: &mut Tx, scope: &Scope) -> Result<Arc<Catalogue>> {
        match (self.version, self.as_of) {
            (None, None) => app.catalogues.current(tx, scope).await,
            (None, Some(moment)) => app.catalogues.as_of(tx, scope, moment).await,
            (Some(version), None) => {
                let found = app.catalogues.numbered(tx, scope, version).await?;
                found.ok_or_else(|| {
                    AppError::not_found(say!("目录没有第 {version} 版", "The catalogue has no version {version}"))
                })
            }
            (Some(_), Some(_)) => Err(AppError::parameter(
                "as_of",
                ViolationCode::Inconsistent,
                say!("version 与 as_of 只能给一个", "Give either version or as_of"),
            )),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DryRun {
    /// The complete answer, but nothing is written.
    #[serde(default)]
    #[param(default = false)]
    dry_run: bool,
}

/// Read the catalogue
///
/// All dimensions, indicators, forms, registers and rules as one document, in JSON or, on
/// `Accept: application/yaml`, as a YAML file to edit and import again. Before anything was
/// imported the document is empty and its version 0.
#[utoipa::path(
    tag = "catalogue",
    params(WhichVersion, IfNoneMatch),
    responses(
        (status = 200, description = "The catalogue", content(
            (CatalogueDocument = "application/json"),
            (CatalogueDocument = "application/yaml"),
        ), headers(("ETag" = String, description = "The version of the catalogue"))),
        NotModified,
        ReadErrors,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/catalogue")]
pub(super) async fn get_catalogue(
    app: Data<App>,
    caller: Caller,
    params: Params<WhichVersion>,
    accept: Accept,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let format = accept.choose(&[JSON, YAML])?;
    let catalogue = app.db.read(&scope, async |tx| params.0.find(&app, tx, &scope).await).await?;
    let reply = if format == YAML {
        Reply::file(YAML, write_yaml(catalogue.document())?.into_bytes())
    } else {
        Reply::ok(catalogue.document())?
    };
    Ok(reply.version(catalogue.version()))
}

/// Replace the catalogue
///
/// The document is checked as a whole, and everything that is wrong with it is named. Forms whose
/// published content differs, and registers, get their next versions in the same step; the others keep theirs.
/// Identical content makes no new version. What schools have reported cannot be removed or given
/// another meaning.
#[utoipa::path(
    tag = "catalogue",
    params(DryRun, IfMatch),
    request_body(content((CatalogueDocument = "application/json"), (CatalogueDocument = "application/yaml"))),
    responses(
        (status = 200, description = "What changes", body = Changes,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/catalogue")]
pub(super) async fn put_catalogue(
    app: Data<App>,
    caller: Caller,
    params: Params<DryRun>,
    upload: Upload<MAX_BODY>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let file = read_upload(&upload)?;
    let work = async |tx: &mut _| ops::put(tx, &scope, &app.catalogues, &file.document, &upload.precondition).await;
    let changes = app.db.write_unless(params.0.dry_run, &scope, work).await.map_err(|error| locate(error, &file))?;
    Ok(Reply::ok(&changes)?.version(changes.version))
}

fn read_upload<const MAX: usize>(upload: &Upload<MAX>) -> Result<CatalogueFile> {
    match upload.media_type.as_str() {
        JSON => extract::parse::<CatalogueDocument>(&upload.bytes).map(Into::into),
        YAML | "application/x-yaml" | "text/yaml" => read_file(&upload.bytes).map_err(AppError::invalid),
        _ => Err(unsupported("application/json, application/yaml")),
    }
}

/// Tells whoever sent a file the lines on which it is wrong.
fn locate(error: AppError, file: &CatalogueFile) -> AppError {
    match error.into_violations() {
        Ok(violations) => AppError::invalid(file.locate(violations)),
        Err(error) => error,
    }
}

/// The address and the body of a PUT name the same code.
fn check_code(addressed: &Path<String>, sent: &str) -> Result<()> {
    if addressed.as_str() == sent {
        return Ok(());
    }
    Err(AppError::invalid(vec![Violation::new(
        "/code",
        ViolationCode::Inconsistent,
        say!("与地址中的编码“{addressed}”不符", "The address names the code “{addressed}”"),
    )]))
}
