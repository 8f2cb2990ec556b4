//! The change feed: everything that the caller may see of what changes, in the order in which the journal is sealed.
//!
//! A position, once read, never gets anything before it any more. So who asks again after the `next` of each answer sees
//! every change exactly once, whatever is written meanwhile.

mod http;
mod kinds;
mod queries;

use tokio::sync::Semaphore;
use utoipa_actix_web::service_config::ServiceConfig;

/// How many requests of a process may wait for something to change; whoever comes after is answered at once.
const WAITING: usize = 64;

/// What the feed is bounded by.
#[derive(Debug)]
pub struct Feed {
    /// How many days it goes back; 0 for all.
    days: u32,
    waiting: Semaphore,
}

impl Feed {
    /// A feed that goes back so many days; 0 for all.
    #[must_use]
    pub fn new(days: u32) -> Self {
        Self { days, waiting: Semaphore::new(WAITING) }
    }
}

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(http::list_changes);
}
