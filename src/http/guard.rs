//! What keeps the service upright: load shedding, time limits, rate limits, CORS.

use std::num::NonZeroU32;
use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::platform::access::Caller;
use crate::platform::error::{AppError, Code};

/// Whether a request may take as long as it needs: bulk imports, and uploads, which bound themselves.
fn is_unhurried(request: &ServiceRequest) -> bool {
    request.path().ends_with("/import") || request.path() == "/v1/files" && request.method() == Method::POST
}

/// What all workers share to bound the load.
pub(super) struct Guard {
    app: App,
    in_flight: Arc<Semaphore>,
    callers: Option<DefaultKeyedRateLimiter<String>>,
}

impl Guard {
    pub(super) fn new(app: &App) -> Self {
        let quota = NonZeroU32::new(app.limits.rate_limit)
            .map(|rate| Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(1))));
        let in_flight = usize::try_from(app.limits.max_in_flight).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            app: app.clone(),
            in_flight: Arc::new(Semaphore::new(in_flight)),
            callers: quota.map(RateLimiter::keyed),
        }
    }
}

fn guard(request: &ServiceRequest) -> Option<Data<Guard>> {
    request.app_data::<Data<Guard>>().cloned()
}

fn is_operational(request: &ServiceRequest) -> bool {
    matches!(request.path(), "/live" | "/ready")
}

/// Turns requests away at once where too many are in flight, and ends those that take too long.
pub(super) async fn shed_load(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let Some(guard) = guard(&request).filter(|_| !is_operational(&request)) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let Ok(_permit) = Arc::clone(&guard.in_flight).try_acquire_owned() else {
        guard.app.metrics.refused("in_flight");
        return Ok(request.error_response(AppError::new(Code::Overloaded)).map_into_boxed_body());
    };
    if is_unhurried(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    if let Ok(response) = tokio::time::timeout(guard.app.limits.request_time(), next.call(request)).await {
        return Ok(response?.map_into_boxed_body());
    }
    guard.app.metrics.refused("timeout");
    Err(AppError::new(Code::Overloaded).into())
}

/// Bounds how many requests a second each account (or address, before login) may send.
pub(super) async fn rate_limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let guard = guard(&request).filter(|_| !is_operational(&request));
    if let Some(guard) = guard
        && let Some(callers) = &guard.callers
        && let Err(too_early) = callers.check_key(&caller_key(&request))
    {
        guard.app.metrics.refused("rate_limit");
        let wait = too_early.wait_time_from(DefaultClock::default().now()).as_secs().saturating_add(1);
        let error = AppError::new(Code::RateLimited).retry_after(u32::try_from(wait).unwrap_or(u32::MAX));
        return Ok(request.error_response(error).map_into_boxed_body());
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

fn caller_key(request: &ServiceRequest) -> String {
    if let Some(caller) = request.extensions().get::<Caller>() {
        return format!("{}/{}", caller.bureau_id, caller.actor);
    }
    request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default()
}

/// Forgets callers that have been quiet, every minute as long as the guard lives, so that the
/// memory of them stays bounded.
pub(super) async fn forget_quiet_callers(guard: Weak<Guard>) {
    let mut every_minute = tokio::time::interval(Duration::from_mins(1));
    loop {
        every_minute.tick().await;
        let Some(guard) = guard.upgrade() else { return };
        if let Some(callers) = &guard.callers {
            callers.retain_recent();
            callers.shrink_to_fit();
        }
    }
}

/// Lets browser frontends of exactly these origins use the API.
pub(super) fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers([
            "authorization",
            "content-type",
            "accept-language",
            "if-match",
            "if-none-match",
            "idempotency-key",
            "prefer",
            "range",
            "if-range",
        ])
        .expose_headers([
            "etag",
            "location",
            "retry-after",
            "preference-applied",
            "content-range",
            "content-disposition",
        ])
        .max_age(3600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
