//! Projects (项目), from the proposal to the closing, and their appraisal before they enter a budget.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
