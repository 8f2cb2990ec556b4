//! A county's own definitions, as data.

pub mod document;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}

/// Compiled catalogues, kept in memory.
#[derive(Clone, Default)]
pub struct Catalogues;
