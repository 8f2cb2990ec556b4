//! Evaluation (绩效评价) of projects, schools' budgets and the department, and what follows from it.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
