//! The bureau's reports: assembled once from figures, records and evaluations, checked, approved, and frozen.
//!
//! A report is the document that a template of the catalogue makes of what is known at a moment. All of it is read in one
//! snapshot, and kept as text together with the moment, the position of the sealed journal, and its SHA-256. Whatever is
//! entered later changes no report; assembled again as of the moment, it is the same, letter by letter.
//!
//! ```text
//! ──assemble──▶ draft ──approve──▶ approved ──publish──▶ published
//!                │  ▲
//!           return  assemble
//!                ▼  │
//!              returned        draft, returned ──discard──▶ discarded
//! ```

mod assemble;
mod body;
mod consistency;
mod desk;
mod frozen;
mod http;
mod model;
mod ops;
mod queries;
mod recheck;
mod template;
mod written;

use utoipa_actix_web::service_config::ServiceConfig;

pub use assemble::{Assembled, assemble};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::list_reports)
        .service(http::create_report)
        .service(http::get_report)
        .service(http::files::get_report_file)
        .service(http::checks::get_report_findings)
        .service(http::texts::check_report_text)
        .service(http::checks::verify_report)
        .service(http::checks::get_report_source)
        .service(http::steps::assemble_report)
        .service(http::steps::approve_report)
        .service(http::steps::return_report)
        .service(http::steps::publish_report)
        .service(http::steps::discard_report);
}
