//! What the whole service shares: built once at start.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::catalogue::Catalogues;
use crate::changes::Feed;
use crate::config::{LimitConfig, TokenConfig};
use crate::files::Files;
use crate::identity::Identity;
use crate::jobs::Jobs;
use crate::platform::clock::Clock;
use crate::platform::db::{Database, Role};
use crate::platform::error::Result;
use crate::platform::journal::Sealer;
use crate::platform::metrics::Metrics;
use secrecy::SecretString;

/// The service's shared parts. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database, for requests. A connection is driven by the thread that made it, so these are made by those that serve:
    /// otherwise every statement would change threads twice.
    pub db: Database,
    /// The database, for what the service does by itself.
    pub chores: Database,
    /// Work that takes longer than a request.
    pub jobs: Jobs,
    /// Seals the journal, and knows how far it is sealed.
    pub sealer: Sealer,
    /// Tokens, keys, and who may log in.
    pub identity: Arc<Identity>,
    /// Compiled catalogues.
    pub catalogues: Catalogues,
    /// Evidence files.
    pub files: Files,
    /// How much the service takes on.
    pub limits: Arc<LimitConfig>,
    /// What is measured.
    pub metrics: Metrics,
    /// The change feed.
    pub feed: Arc<Feed>,
    /// The origins of browser frontends.
    pub cors_origins: Arc<Vec<String>>,
    draining: Arc<AtomicBool>,
}

/// What an [`App`] is built from.
pub struct Parts {
    /// URL of the application role.
    pub database_url: SecretString,
    /// Connections in the pool.
    pub pool_size: usize,
    /// Access tokens.
    pub tokens: TokenConfig,
    /// The secret that seals the signing keys.
    pub secret: SecretString,
    /// Where evidence files are kept.
    pub files: Files,
    /// How much the service takes on.
    pub limits: LimitConfig,
    /// How many days the change feed goes back; 0 for all.
    pub changes_days: u32,
    /// The origins of browser frontends.
    pub cors_origins: Vec<String>,
    /// The clock.
    pub clock: Clock,
}

impl App {
    /// Connects the parts, and makes sure that there is a key to sign tokens with.
    ///
    /// # Errors
    /// Where the database cannot be reached, or is not migrated.
    pub async fn build(parts: Parts) -> Result<Self> {
        use secrecy::ExposeSecret;
        const CHORES: usize = 2;
        let url = parts.database_url.expose_secret();
        let db = Database::new(url, parts.pool_size, parts.clock.clone(), Role::App)?;
        let chores = Database::new(url, CHORES, parts.clock.clone(), Role::App)?;
        let jobs = Jobs::new(Database::new(url, Jobs::CONNECTIONS, parts.clock.clone(), Role::App)?);
        let sealer = Sealer::new(Database::new(url, 1, parts.clock, Role::Sealer)?);
        let identity = Identity::load(&chores, parts.tokens, &parts.secret).await?;
        Ok(Self {
            metrics: Metrics::new()?,
            db,
            chores,
            jobs,
            sealer,
            identity: Arc::new(identity),
            catalogues: Catalogues::default(),
            files: parts.files,
            limits: Arc::new(parts.limits),
            feed: Arc::new(Feed::new(parts.changes_days)),
            cors_origins: Arc::new(parts.cors_origins),
            draining: Arc::default(),
        })
    }

    /// Says that the service is about to stop: from now on it is not ready.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
