//! The bytes of a file, or a range of them.

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_SECURITY_POLICY, ETAG, HeaderName,
    IF_RANGE, RANGE,
};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};

use super::body::FilePath;
use crate::app::App;
use crate::files::ops;
use crate::files::range::{Asked, asked};
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{Binary, DownloadErrors, IfNoneMatch, NotModified, Range};
use crate::platform::conditional::is_fresh;
use crate::platform::disposition::attachment;
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// Read the content of a file
///
/// All of it, or one range of bytes. It is always an attachment, which no browser shows or runs. Who reads it without
/// having uploaded it or belonging to its school is journaled.
#[utoipa::path(tag = "files", params(FilePath, Range, IfNoneMatch),
    responses(
        (status = 200, description = "The content", body = Binary, content_type = "application/octet-stream",
            headers(("ETag" = String, description = "The SHA-256 of the content"),
                ("Content-Disposition" = String, description = "An attachment with the name of the file"))),
        (status = 206, description = "The range that was asked for", body = Binary, content_type = "application/octet-stream",
            headers(("Content-Range" = String, description = "Which bytes these are, of how many"))),
        NotModified, DownloadErrors),
    security(("bearer" = [])))]
#[get("/v1/files/{id}/content")]
pub(in crate::files) async fn get_file_content(
    app: Data<App>,
    caller: Caller,
    path: Path<FilePath>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let scope = caller.scope_for(Permission::ReadFiles)?;
    let id = path.id()?;
    let file = app.db.read(&scope, async |tx| ops::find(tx, &scope, id).await).await?;
    let tag = format!("\"{}\"", file.digest);
    if is_fresh(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let size = u64::try_from(file.size).map_err(AppError::internal)?;
    let part = match asked(range(&request, &tag), size) {
        Asked::Whole => None,
        Asked::Part(part) => Some(part),
        Asked::Nothing => return Err(AppError::new(Code::RangeNotSatisfiable).length(size)),
    };
    let lost = || {
        AppError::new(Code::ContentLost).detail(say!(
            "存储中没有此文件的内容；重新上传相同的内容即可恢复",
            "The store does not have the content; uploading the same content again restores it"
        ))
    };
    if file.lost {
        return Err(lost());
    }
    let content = app.files.read(scope.bureau_id(), file.digest, part.clone()).await?.ok_or_else(lost)?;
    if ops::is_told(&scope, &file) {
        app.db.write(&scope, async |tx| ops::tell_reading(tx, &scope, &file).await).await?;
    }
    let status = if part.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response
        .content_type(file.media_type.as_str())
        .insert_header((ETAG, tag))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CONTENT_DISPOSITION, attachment(&file.name)))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        // Ranges are of these bytes, so nothing may compress them on the way.
        .insert_header((CONTENT_ENCODING, "identity"));
    let length = part.as_ref().map_or(size, |part| part.end.saturating_sub(part.start));
    if let Some(part) = part {
        let end = part.end.saturating_sub(1);
        response.insert_header((CONTENT_RANGE, format!("bytes {}-{end}/{size}", part.start)));
    }
    Ok(response.body(SizedStream::new(length, content)))
}

/// The range that is asked for, unless it is of another content.
fn range<'a>(request: &'a HttpRequest, tag: &str) -> Option<&'a str> {
    let header = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    if header(IF_RANGE).is_some_and(|wanted| wanted != tag) { None } else { header(RANGE) }
}
