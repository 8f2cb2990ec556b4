//! Budget items, their adjustments and detailing, payments, plans, execution and reconciliation.

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
