//! Registers: lists of things with a life, as the catalogue defines them.
//!
//! A record has a code that stands for the same thing for ever, fields, and a timeline: the states it has been in, each
//! with the day on which it was entered. Every change makes a revision with the time at which it was recorded; nothing is
//! overwritten, and what is withdrawn stays, with a reason. So a figure can be asked as of any moment, of what happened in
//! a period or of what stood at its end.
//!
//! Fields are corrected for the past as well: what is known now is taken to have been so. States are not: the timeline
//! says what was when.
//!
//! Who keeps a register says its definition: schools their own records, or the section that owns it; and whoever stands at
//! the bureau itself with the permission, for what is carried over from elsewhere.

mod body;
mod content;
mod file;
mod filter;
mod http;
mod import;
mod json_schema;
mod keeper;
mod life;
mod model;
mod ops;
mod queries;
mod readings;
mod world;

use utoipa_actix_web::service_config::ServiceConfig;

pub use keeper::Keeper;
pub use queries::{RecordStanding, find as find_record};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(import::import_records)
        .service(http::list_records)
        .service(http::create_record)
        .service(http::list_record_revisions)
        .service(http::get_record)
        .service(http::patch_record)
        .service(http::move_record)
        .service(json_schema::get_register_schema);
}
