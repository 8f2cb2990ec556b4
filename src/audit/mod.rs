//! The sealed journal, read: who changed what and when, and the proof that nobody changed that afterwards.

mod head;
mod http;
mod queries;
mod verify;

use utoipa_actix_web::service_config::ServiceConfig;

pub use head::{JournalHead, check_head, hexadecimal};
pub use verify::{Fault, Found, Report, verify};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(http::list_journal).service(http::get_journal_head);
}
