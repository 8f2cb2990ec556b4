//! Errors become problem documents in the caller's language.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::middleware::Next;

use crate::platform::error::{AppError, Code};
use crate::platform::message::Language;
use crate::telemetry::request_id;

/// Renders whatever error comes out of the inner services.
pub(super) async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::preferred(accepted);
    let instance = request.path().to_owned();
    let request_id = request_id(request.request());
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(error) = response.response().error() else { return Ok(response) };
    let rendered = match error.as_error::<AppError>() {
        Some(error) => {
            log(error);
            error.response(language, &instance, request_id)
        }
        None => foreign(error).response(language, &instance, request_id),
    };
    Ok(response.into_response(rendered))
}

/// Our own failures are errors in the log; a caller's mistake is not.
fn log(error: &AppError) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    if error.code() == Code::Internal {
        tracing::error!(%error, cause, "request failed");
    } else if error.code().status().is_server_error() {
        tracing::warn!(%error, cause, "request turned away");
    } else {
        tracing::debug!(%error, cause, "request refused");
    }
}

/// An error of the HTTP library itself.
fn foreign(error: &actix_web::Error) -> AppError {
    let code = match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Code::PayloadTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        status if status.is_client_error() => Code::MalformedRequest,
        _ => Code::Internal,
    };
    let error = AppError::new(code).caused_by(error.to_string());
    log(&error);
    error
}
