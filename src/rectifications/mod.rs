//! Rectifications (整改): one list of all that was found and has to be put right.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
