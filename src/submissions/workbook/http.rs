//! The workbook of a form over HTTP.

use actix_web::get;
use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::filling::Filling;
use super::write::{Assignment, write};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{Binary, QueryErrors};
use crate::platform::disposition::attachment;
use crate::platform::error::{AppError, Result};
use crate::platform::extract::Params;
use crate::platform::reply::Reply;
use crate::platform::workbook::XLSX;
use crate::submissions::sheet::Sheet;

/// For whom a workbook is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WorkbookParams {
    /// Code of the school that fills it in.
    #[param(example = "3413000001")]
    school: String,
    /// The period for which it is filled in.
    #[param(example = "2022")]
    period: String,
}

/// Download the workbook of a form
///
/// With this workbook a school fills in a form without help: a row for each cell with its unit, what was reported for the
/// period before, and room for a note; lists to choose from, and checks while it is typed; a sheet with instructions. It
/// holds what is saved already. Filled in, it is sent to `POST /v1/submissions/import`.
#[utoipa::path(tag = "submissions",
    params(("form" = String, Path, description = "Code of the form", example = "gaokao"), WorkbookParams),
    responses((status = 200, description = "The workbook", body = Binary, content_type = XLSX), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/forms/{form}/template.xlsx")]
pub(in crate::submissions) async fn get_form_workbook(
    app: Data<App>,
    caller: Caller,
    form: Path<String>,
    params: Params<WorkbookParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadSubmissions)?;
    let WorkbookParams { school, period } = params.0;
    let read = async |tx: &mut _| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let sheet = Sheet::find(catalogue, &form, &period)?;
        let desk = sheet.desk_with_previous(tx, &scope, &school).await?;
        Ok((sheet, desk))
    };
    let (sheet, desk) = app.db.read(&scope, read).await?;
    let filling = desk.submission.as_ref().map(|submission| Filling::of(&sheet.catalogue, &submission.content));
    let filling = filling.unwrap_or_default();
    let assignment = Assignment::of(sheet, &desk)?;
    let name = assignment.file_name()?;
    let bytes =
        actix_web::web::block(move || write(&assignment, &filling, &[])).await.map_err(AppError::internal)??;
    Ok(Reply::file(XLSX, bytes).disposition(attachment(&name)))
}
