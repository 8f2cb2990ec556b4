//! Work that takes longer than a request: begun by one, followed by others, and gone on with after a restart.
//!
//! A job is a request that was taken in as it came, and is worked on later, by whichever service process is free, as if it had
//! come then: with the rights that its account has then. What it asks for is none of this room's business.

mod body;
mod http;
mod model;
mod ops;
mod queries;
mod runner;

use std::sync::Arc;

use tokio::sync::Notify;
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::body::JobBody;
pub use self::model::{MAX_CONTENT, Order};
pub use self::ops::put_in;
pub use self::queries::forget_old;
pub use self::runner::{Answer, Claim, Stage, Task, run};
use crate::platform::db::Database;

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(http::list_jobs).service(http::get_job).service(http::get_job_result).service(http::cancel_job);
}

/// What those who put jobs in share with those who work on them.
#[derive(Clone)]
pub struct Jobs {
    /// The database, for those who work on jobs: long transactions, for which no request has to wait.
    pub db: Database,
    woken: Arc<Notify>,
}

impl Jobs {
    /// How many connections the work needs: each job one for itself, one to say how far it is, and
    /// one to hold it; and one to look for work.
    pub const CONNECTIONS: usize = 3 * runner::AT_ONCE + 1;

    /// Jobs of a database.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db, woken: Arc::default() }
    }

    /// Says that there is something to do.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    async fn woken(&self) {
        self.woken.notified().await;
    }
}
