//! A year's performance goals (绩效目标): a tree of goals with their measures and targets.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
