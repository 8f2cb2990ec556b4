//! The middleware that turns a bearer token into a caller.

use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::Identity;
use crate::app::App;
use crate::platform::access::Caller;
use crate::platform::db::Database;
use crate::platform::error::{AppError, Code, Result};
use crate::telemetry::request_id;

/// Verifies the bearer token of requests below `/v1`, and puts the caller into the request. A
/// request without one goes on: what needs a caller answers 401 itself.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    match caller(&request).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(error) => Ok(request.error_response(error).map_into_boxed_body()),
    }
}

async fn caller(request: &ServiceRequest) -> Result<Option<Caller>> {
    let app = request.app_data::<Data<App>>().filter(|_| request.path().starts_with("/v1/"));
    let (Some(app), Some(token)) = (app.cloned(), bearer(request)) else { return Ok(None) };
    let request_id = request_id(request.request());
    let identity = Arc::clone(&app.identity);
    identity.caller(&app.db, token, request_id).await.map(Some)
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let value = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Identity {
    async fn caller(&self, db: &Database, token: &str, request_id: uuid::Uuid) -> Result<Caller> {
        let refusal = || AppError::new(Code::InvalidToken);
        let holder =
            self.tokens.verify(&self.ring(), db.clock().now(), token).map_err(|reason| refusal().caused_by(reason))?;
        let standing = self.standings.of(db, &holder).await?.ok_or_else(refusal)?;
        Ok(standing.caller(&holder, request_id))
    }
}
