//! The one question that everything which shows a number asks.

mod answer;
mod ask;
mod bodies;
mod expected;
mod http;
mod ledger;
mod measures;
mod plan;
mod queries;
mod question;
mod request;
mod sources;

use utoipa_actix_web::service_config::ServiceConfig;

pub use answer::{Answer, Comparison, Coverage, Figure};
pub use ask::ask;
pub use question::{Basis, By, Compare, Question};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(http::get_figures).service(http::get_figure_sources);
}
