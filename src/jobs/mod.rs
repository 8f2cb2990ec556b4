//! Work that takes longer than a request: begun by one, followed by others, and gone on with after a restart.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
