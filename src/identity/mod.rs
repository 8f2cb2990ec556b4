//! Tokens, passwords, users, machine clients.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use secrecy::SecretString;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::config::TokenConfig;
use crate::platform::db::Database;
use crate::platform::error::Result;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}

/// What identity keeps in memory.
pub struct Identity;

impl Identity {
    /// Loads the signing keys, making the first where there is none.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn load(_db: &Database, _config: TokenConfig, _secret: &SecretString) -> Result<Self> {
        Ok(Self)
    }
}

/// Verifies the bearer token of requests below `/v1`, and puts the caller into the request.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    Ok(next.call(request).await?.map_into_boxed_body())
}
