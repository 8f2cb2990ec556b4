//! The bureau's reports: assembled once from figures, records and evaluations, checked, approved, and frozen.

mod assemble;
mod consistency;
mod template;

use utoipa_actix_web::service_config::ServiceConfig;

pub use assemble::{Assembled, assemble};

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
