//! The bureau's reports: assembled once from figures, records and evaluations, checked, approved, and frozen.

mod consistency;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
