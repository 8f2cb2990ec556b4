//! Errors become problem documents in the caller's language.

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use uuid::Uuid;

use super::SECURITY_HEADERS;
use crate::platform::error::{AppError, Code};
use crate::platform::message::Language;
use crate::telemetry::request_id;

/// Renders whatever error comes out of the inner services.
pub(super) async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let asked = Asked::by(&request);
    let response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => return Err(Abandoned { asked, error }.into()),
    };
    let Some(error) = response.response().error() else { return Ok(response) };
    let rendered = asked.answer(error);
    Ok(response.into_response(rendered))
}

/// What a problem document says of the request.
#[derive(Debug)]
struct Asked {
    language: Language,
    instance: String,
    request_id: Uuid,
}

impl Asked {
    fn by(request: &ServiceRequest) -> Self {
        let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Self {
            language: Language::preferred(accepted),
            instance: request.path().to_owned(),
            request_id: request_id(request.request()),
        }
    }

    fn answer(&self, error: &actix_web::Error) -> HttpResponse {
        match error.as_error::<AppError>() {
            Some(error) => self.render(error),
            None => self.render(&foreign(error)),
        }
    }

    fn render(&self, error: &AppError) -> HttpResponse {
        log(error);
        error.response(self.language, &self.instance, self.request_id)
    }
}

/// The error of a request that was given up, and is gone: no middleware can answer it any more, so
/// the HTTP library asks the error itself for the answer.
#[derive(Debug)]
struct Abandoned {
    asked: Asked,
    error: actix_web::Error,
}

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Abandoned {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = self.asked.answer(&self.error);
        for (name, value) in SECURITY_HEADERS {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        response
    }
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
    AppError::new(code).caused_by(error.to_string())
}
