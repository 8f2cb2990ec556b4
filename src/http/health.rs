//! `/live`, `/ready` and `/metrics`.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::migrations;
use crate::platform::error::{AppError, Code, Problem, Result};
use crate::platform::reply::Reply;
use crate::say;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(live).service(ready);
}

/// Whether the service can do its work.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `up`
    #[schema(example = "up")]
    status: &'static str,
    /// Version of the service.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

const UP: Health = Health { status: "up", version: env!("CARGO_PKG_VERSION") };

/// Whether the process runs
///
/// Touches nothing outside the process.
#[utoipa::path(tag = "operations", responses((status = 200, description = "The process runs", body = Health)), security(()))]
#[get("/live")]
async fn live() -> Result<Reply> {
    Reply::ok(&UP)
}

/// Whether the service can take requests
///
/// Checks that the database answers and has the schema of this version, or of a later one. 503 while the service is
/// stopping.
#[utoipa::path(tag = "operations", responses(
    (status = 200, description = "Requests are taken", body = Health),
    (status = 503, description = "Not now", body = Problem, content_type = "application/problem+json"),
), security(()))]
#[get("/ready")]
async fn ready(app: Data<App>) -> Result<Reply> {
    if app.is_draining() {
        return Err(AppError::new(Code::Unavailable).detail(say!("服务正在停止", "The service is stopping")));
    }
    let current = app.db.unscoped(async |tx| migrations::is_current(tx).await).await?;
    if !current {
        return Err(AppError::new(Code::Unavailable)
            .detail(say!("数据库结构旧于此版本", "The database schema is older than this version")));
    }
    Reply::ok(&UP)
}

pub(super) async fn metrics(app: Data<App>) -> Result<HttpResponse> {
    let text = app.metrics.render(app.db.load())?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
