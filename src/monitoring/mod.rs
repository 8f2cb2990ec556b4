//! Monitoring rounds (运行监控): how far budgets and targets have come by a month.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
