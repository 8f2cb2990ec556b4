//! Logs: one JSON line an event, with the request's id, its trace, and who asked.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage, HttpRequest};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::{DefaultRootSpanBuilder, RequestId, RootSpanBuilder};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use uuid::Uuid;

use crate::platform::access::Caller;

/// Sends logs to standard error as JSON, filtered by a directive such as `info` or `jixiao=debug,warn`.
///
/// # Errors
/// Where the filter is not one.
pub fn start_logging(filter: &str) -> Result<(), ParseError> {
    // A second call, in tests, changes nothing.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_writer(std::io::stderr)
        .try_init();
    Ok(())
}

/// The id under which a request is logged.
#[must_use]
pub fn request_id(request: &HttpRequest) -> Uuid {
    let extensions = request.extensions();
    let logged = extensions.get::<RequestId>().map(|id| Uuid::from(*id));
    // What is worked on later keeps the id of the request that asked for it.
    logged.or_else(|| extensions.get::<Caller>().map(|caller| caller.request_id)).unwrap_or_default()
}

/// The span of a request. Neither bodies nor headers nor query strings are logged, because they
/// may hold personal data; `traceparent` continues the caller's trace.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let request_id = request_id(request.request());
        let trace_id = trace_id(request).unwrap_or_else(|| request_id.simple().to_string());
        tracing::info_span!(
            "request",
            method = %request.method(),
            route = Empty,
            %request_id,
            trace_id,
            status = Empty,
            actor = Empty,
            bureau_id = Empty,
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        if let Ok(response) = outcome {
            let request = response.request();
            span.record("route", request.match_pattern());
            span.record("status", response.status().as_u16());
            if let Some(caller) = request.extensions().get::<Caller>() {
                span.record("actor", caller.actor.as_str());
                span.record("bureau_id", caller.bureau_id);
            }
            span.in_scope(|| tracing::info!("answered"));
        } else {
            DefaultRootSpanBuilder::on_request_end(span, outcome);
        }
    }
}

/// The trace id of a W3C `traceparent` header: `00-<32 hex digits>-<16>-<2>`.
fn trace_id(request: &ServiceRequest) -> Option<String> {
    let header = request.headers().get("traceparent")?.to_str().ok()?;
    let trace_id = header.split('-').nth(1)?;
    let valid = trace_id.len() == 32 && trace_id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (valid && trace_id.bytes().any(|byte| byte != b'0')).then(|| trace_id.to_owned())
}
