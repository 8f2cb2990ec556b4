//! Tokens, passwords, users, machine clients.
//!
//! An access token says who somebody is; what they may do is asked of the database with each
//! request. Users log in with a password and hold a session, whose refresh token is new with each
//! use; machine clients hold a secret.

mod authenticate;
mod clients;
mod keys;
mod me;
mod oauth;
mod passwords;
mod roles;
mod seal;
mod sessions;
mod standing;
mod statements;
mod throttle;
mod tokens;
mod users;

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::TimeDelta;
use secrecy::SecretString;
use tokio::time::MissedTickBehavior;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use self::authenticate::authenticate;
use self::keys::KeyRing;
use self::passwords::PasswordDesk;
pub use self::passwords::{hash_password, password_violations};
pub use self::roles::Role;
use self::seal::Seal;
use self::standing::Standings;
pub use self::standing::acting_for;
pub use self::statements::verify_statement;
use self::throttle::Throttle;
use self::tokens::Tokens;
pub use self::users::{NewUser, create_user};
use crate::config::TokenConfig;
use crate::platform::db::Database;
use crate::platform::error::Result;

/// How often the keys are read anew: well within the time for which a successor is published
/// before it signs.
const UPKEEP_EVERY: Duration = Duration::from_mins(1);

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(oauth::routes).configure(me::routes).configure(users::routes).configure(clients::routes);
}

/// What identity keeps in memory.
pub struct Identity {
    config: TokenConfig,
    seal: Seal,
    ring: RwLock<Arc<KeyRing>>,
    tokens: Tokens,
    standings: Standings,
    passwords: PasswordDesk,
    throttle: Throttle,
}

impl Identity {
    /// Loads the signing keys, making the first where there is none.
    ///
    /// # Errors
    /// Where the database cannot be reached, or the keys were sealed with another secret.
    pub async fn load(db: &Database, config: TokenConfig, secret: &SecretString) -> Result<Self> {
        let seal = Seal::new(secret);
        let ring = load_ring(db, &seal, &config).await?;
        let lifetime = TimeDelta::seconds(config.access_token_seconds.into());
        Ok(Self {
            tokens: Tokens::new(config.issuer.trim_end_matches('/'), lifetime),
            config,
            seal,
            ring: RwLock::new(Arc::new(ring)),
            standings: Standings::new(),
            passwords: PasswordDesk::new(),
            throttle: Throttle::new(),
        })
    }

    /// Keeps keys and sessions in order, every minute, until it is dropped.
    pub async fn maintain(&self, db: &Database) -> Infallible {
        let mut minutes = tokio::time::interval(UPKEEP_EVERY);
        minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            minutes.tick().await;
            if let Err(error) = self.upkeep(db).await {
                tracing::warn!(%error, "keys and sessions could not be kept in order");
            }
        }
    }

    /// One round of what [`Identity::maintain`] does: rotates the signing keys as their time has
    /// come, reads them anew, and forgets the sessions that have expired.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub async fn upkeep(&self, db: &Database) -> Result<()> {
        let ring = Arc::new(load_ring(db, &self.seal, &self.config).await?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
        sessions::forget_expired(db).await
    }

    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn load_ring(db: &Database, seal: &Seal, config: &TokenConfig) -> Result<KeyRing> {
    let rotation = TimeDelta::days(config.key_rotation_days.into());
    db.unscoped(async |tx| keys::keep(tx, seal, rotation).await).await
}
