//! The HTTP service: order of the middleware, and where the features are mounted.
//!
//! From the outside in: tracing and request id → metrics → headers for browsers → problems in the
//! caller's language → load shedding and time limit → authentication → rate limit →
//! unknown parameters → what is worked on later → the handler.

mod deferral;
mod guard;
mod health;
mod jobs;
mod problems;
mod routes;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Compress, DefaultHeaders, Next, from_fn};
use actix_web::web::{Data, PayloadConfig};
use actix_web::{HttpServer, web};
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::openapi;
use crate::platform::extract::MAX_BODY;

pub use deferral::described;
pub use jobs::{JobService, work_on_jobs};

/// Mounts every feature. The only place to touch when one is added.
pub fn features(config: &mut ServiceConfig) {
    config
        .configure(health::routes)
        .configure(crate::identity::routes)
        .configure(crate::jobs::routes)
        .configure(crate::organisations::routes)
        .configure(crate::catalogue::routes)
        .configure(crate::submissions::routes)
        .configure(crate::registers::routes)
        .configure(crate::projects::routes)
        .configure(crate::finance::routes)
        .configure(crate::assets::routes)
        .configure(crate::rectifications::routes)
        .configure(crate::files::routes)
        .configure(crate::figures::routes)
        .configure(crate::goals::routes)
        .configure(crate::monitoring::routes)
        .configure(crate::evaluation::routes)
        .configure(crate::reports::routes)
        .configure(crate::audit::routes)
        .configure(crate::changes::routes);
}

/// Starts the API on a listener; the caller awaits the server and stops it by its handle.
///
/// # Errors
/// Where the listener cannot be served.
pub fn serve(app: &App, listener: std::net::TcpListener, workers: usize) -> std::io::Result<Server> {
    let app = app.clone();
    let guard = Arc::new(guard::Guard::new(&app));
    tokio::spawn(guard::forget_quiet_callers(Arc::downgrade(&guard)));
    let routes = Arc::new(routes::Routes::new(&openapi::document()));
    let shutdown = u64::from(app.limits.shutdown_seconds);
    let server = HttpServer::new(move || {
        let (service, document) = actix_web::App::new()
            .app_data(Data::new(app.clone()))
            .app_data(Data::from(Arc::clone(&guard)))
            .app_data(Data::from(Arc::clone(&routes)))
            .app_data(PayloadConfig::new(MAX_BODY))
            .into_utoipa_app()
            .openapi(openapi::base())
            .configure(features)
            .split_for_parts();
        service
            .configure(|config| openapi::mount(config, deferral::described(document)))
            .default_service(web::to(routes::unknown_route))
            .wrap(from_fn(deferral::defer))
            .wrap(from_fn(routes::refuse_unknown_parameters))
            .wrap(from_fn(guard::rate_limit))
            .wrap(from_fn(crate::identity::authenticate))
            .wrap(from_fn(guard::shed_load))
            .wrap(from_fn(problems::render))
            .wrap(security_headers())
            .wrap(guard::cors(&app.cors_origins))
            .wrap(Compress::default())
            .wrap(from_fn(measure))
            .wrap(TracingLogger::<crate::telemetry::RequestSpan>::new())
    });
    Ok(server
        .workers(workers)
        // Longer than load balancers keep theirs, or they send a request into a connection that just ends.
        .keep_alive(Duration::from_secs(75))
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(2))
        .shutdown_timeout(shutdown)
        .disable_signals()
        .listen(listener)?
        .run())
}

/// Serves `/metrics` on a listener of its own.
///
/// # Errors
/// Where the listener cannot be served.
pub fn serve_metrics(app: &App, listener: std::net::TcpListener) -> std::io::Result<Server> {
    let app = app.clone();
    let server = HttpServer::new(move || {
        actix_web::App::new().app_data(Data::new(app.clone())).route("/metrics", web::get().to(health::metrics))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

/// What keeps answers where they belong: on every answer.
const SECURITY_HEADERS: [(&str, &str); 5] = [
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    ),
];

fn security_headers() -> DefaultHeaders {
    SECURITY_HEADERS.into_iter().fold(DefaultHeaders::new(), DefaultHeaders::add)
}

async fn measure(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let started = Instant::now();
    let app = request.app_data::<Data<App>>().cloned();
    let method = known_method(request.method());
    let outcome = next.call(request).await;
    let (route, status) = match &outcome {
        Ok(response) => (response.request().match_pattern(), response.status()),
        Err(error) => (None, error.as_response_error().status_code()),
    };
    if let Some(app) = app {
        app.metrics.answered(method, route.as_deref().unwrap_or("-"), status.as_u16(), started.elapsed());
    }
    Ok(outcome?.map_into_boxed_body())
}

/// The method as a label: those that strangers make up are one, so that the memory of them stays
/// bounded.
fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}
