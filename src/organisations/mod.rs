//! The bureau, its sections and schools: what is known of each, and was at any moment.

mod body;
mod check;
mod file;
mod http;
mod kinds;
mod model;
mod ops;
mod queries;

use utoipa_actix_web::service_config::ServiceConfig;

pub use kinds::{Kind, Stage, UnknownCode};
pub use model::{Definition, Organisation};
pub use ops::{create_bureau, find_bureau};
pub use queries::{find, find_at, kinds};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::import_organisations)
        .service(http::list_organisations)
        .service(http::get_organisation)
        .service(http::put_organisation)
        .service(http::patch_organisation);
}
