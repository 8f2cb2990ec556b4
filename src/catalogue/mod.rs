//! A county's own definitions, as data: indicators, forms, rules. The code knows none by name.

mod compile;
mod compiled;
pub mod document;
mod period;
mod queries;
mod window;

use utoipa_actix_web::service_config::ServiceConfig;

pub use compile::{FormVersions, compile};
pub use compiled::{Catalogue, CompiledForm, CompiledIndicator, CompiledRule};
pub use period::{InvalidPeriod, Period};
pub use queries::Catalogues;
pub use window::{WindowDates, WindowRule};

/// Mounts the operations of this feature.
pub fn routes(_config: &mut ServiceConfig) {}
