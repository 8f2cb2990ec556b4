//! Budget items, their adjustments and detailing, payments, plans, execution and reconciliation.

mod execution;

use utoipa_actix_web::service_config::ServiceConfig;

pub use execution::{Funds, FundsOf, FundsQuestion, Sums, funds};

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
