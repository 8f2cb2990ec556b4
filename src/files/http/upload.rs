//! Receiving a form with a file, as it comes.

use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::http::header::DispositionParam;
use futures_util::{Stream, StreamExt};
use tokio::time::timeout;

use crate::app::App;
use crate::files::model::clean_name;
use crate::files::spool::{Received, Spool};
use crate::platform::error::{AppError, Code, Result, ViolationCode};
use crate::platform::upload::unsupported;
use crate::say;

/// How long an upload may take altogether, however slow the line is.
const LONGEST: Duration = Duration::from_mins(15);

/// Takes the file out of the form.
///
/// # Errors
/// Where it is no such form, too large, of a kind that is not allowed, or cut off: then nothing is left of it.
pub(super) async fn receive(app: &App, form: Multipart) -> Result<Received> {
    timeout(LONGEST, read(app, form)).await.map_err(|_| stalled())?
}

async fn read(app: &App, mut form: Multipart) -> Result<Received> {
    let mut received = None;
    while let Some(mut field) = next(app, &mut form).await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let message = say!("没有名为“{name}”的字段", "There is no field “{name}”");
            return Err(AppError::violation(format!("/{name}"), ViolationCode::UnknownField, message));
        }
        if received.is_some() {
            let message = say!("一次只能上传一个文件", "One file at a time");
            return Err(AppError::violation("/file", ViolationCode::Duplicate, message));
        }
        let mut spool = Spool::new(&app.files)?;
        while let Some(bytes) = next(app, &mut field).await? {
            spool.take(&bytes).await?;
        }
        received = Some(spool.finish(file_name(&field)).await?);
    }
    received
        .ok_or_else(|| AppError::violation("/file", ViolationCode::Missing, say!("缺少文件", "The file is missing")))
}

/// The name that was sent, by `filename*` where there is one.
fn file_name(field: &Field) -> String {
    let disposition = field.content_disposition();
    let extended = disposition.and_then(|disposition| {
        disposition.parameters.iter().find_map(|parameter| match parameter {
            DispositionParam::FilenameExt(name) => String::from_utf8(name.value.clone()).ok(),
            _ => None,
        })
    });
    let plain = || disposition.and_then(|disposition| disposition.get_filename()).unwrap_or_default().to_owned();
    clean_name(&extended.unwrap_or_else(plain))
}

/// The next piece of a form. Whoever falls silent for the time of a request is not waited for.
async fn next<T>(app: &App, stream: &mut (impl Stream<Item = Result<T, MultipartError>> + Unpin)) -> Result<Option<T>> {
    let piece = timeout(app.limits.request_time(), stream.next()).await.map_err(|_| stalled())?;
    piece.transpose().map_err(unreadable)
}

fn stalled() -> AppError {
    AppError::new(Code::MalformedRequest).detail(say!("上传中断", "The upload came to a standstill"))
}

fn unreadable(error: MultipartError) -> AppError {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => unsupported("multipart/form-data"),
        error => AppError::new(Code::MalformedRequest)
            .detail(say!("表单不完整或格式错误", "The form is malformed or incomplete"))
            .caused_by(error.to_string()),
    }
}
