//! Reports as files.

use actix_web::get;
use actix_web::web::{self, Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{Binary, FormatErrors, IfNoneMatch, NotModified};
use crate::platform::disposition::{attachment, inline};
use crate::platform::error::{AppError, Result};
use crate::platform::reply::Reply;
use crate::reports::ops;
use crate::reports::queries::Report;
use crate::reports::written::Format;

/// A report as a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct FilePath {
    /// Code of the report: template, year and number.
    #[param(example = "self_evaluation-2022-1")]
    report: String,
    /// How it is written.
    #[param(inline)]
    format: Format,
}

/// Read the document of a report as a file
///
/// `document.html`, `document.docx`, `document.pdf`; `document.xlsx` with its tables; or `document.json`, which is byte for byte what was hashed: its SHA-256 is
/// the report's. A build without PDF answers 501.
#[utoipa::path(tag = "reports", params(FilePath, IfNoneMatch),
    responses((status = 200, description = "The document", content(
            (crate::documents::Document = "application/json"),
            (String = "text/html"),
            (Binary = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Binary = "application/pdf")),
        headers(("ETag" = String, description = "Its version, and how it is written"),
            ("Content-Disposition" = String, description = "The name of the file, from the title of the report"))),
        NotModified, FormatErrors),
    security(("bearer" = [])))]
#[get("/v1/reports/{report}/document.{format}")]
pub(in crate::reports) async fn get_report_file(app: Data<App>, caller: Caller, path: Path<FilePath>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadReports)?;
    let (report, text) = app.db.snapshot(&scope, async |tx| ops::find_whole(tx, &scope, &path.report).await).await?;
    written(path.format, &report, text).await
}

/// A report in a format.
pub(super) async fn written(format: Format, report: &Report, text: String) -> Result<Reply> {
    let name = format!("{}.{}", report.title, format.ending());
    let bytes = web::block(move || format.write(text)).await.map_err(AppError::internal)??;
    let disposition = if format == Format::Html { inline(&name) } else { attachment(&name) };
    Ok(Reply::file(format.media_type(), bytes).version_as(report.version, format.ending()).disposition(disposition))
}
