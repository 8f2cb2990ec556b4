//! Which database a command works on, and in whose name.

use jixiao::config::DatabaseConfig;
use jixiao::embedded::{self, Embedded};
use jixiao::platform::clock::Clock;
use jixiao::platform::db::{Database, Role};
use jixiao::platform::error::Code;
use jixiao::{migrations, say};
use secrecy::{ExposeSecret, SecretString};

use super::failure::Failure;

const APP_URL: &str = "--database-url (DATABASE_URL)";
const OWNER_URL: &str = "--migration-database-url (MIGRATION_DATABASE_URL)";

/// Connections of a command that does one thing.
const FEW: u16 = 2;

/// The database, the embedded one running where no other is named.
pub(super) enum Databases {
    /// Its own.
    Embedded(Embedded),
    /// One that runs elsewhere.
    Remote {
        /// URL of the application role.
        app_url: Option<SecretString>,
        /// URL of the migration role.
        owner_url: Option<SecretString>,
    },
}

impl Databases {
    /// The databases as the settings name them; the embedded one for up to so many connections.
    pub(super) async fn open(config: &DatabaseConfig, connections: u16) -> Result<Self, Failure> {
        let (app_url, owner_url) = (config.database_url.clone(), config.migration_database_url.clone());
        if app_url.is_none() && owner_url.is_none() {
            return Ok(Self::Embedded(embedded::start(config.embedded(connections)).await?));
        }
        check_url(APP_URL, app_url.as_ref())?;
        check_url(OWNER_URL, owner_url.as_ref())?;
        Ok(Self::Remote { app_url, owner_url })
    }

    /// URL of the application role.
    pub(super) fn app_url(&self) -> Result<SecretString, Failure> {
        match self {
            Self::Embedded(embedded) => Ok(embedded.app_url.as_str().into()),
            Self::Remote { app_url, .. } => app_url.clone().ok_or_else(|| missing(APP_URL)),
        }
    }

    /// URL of the migration role, which may be the application's where nothing else is said.
    pub(super) fn owner_url(&self) -> Result<SecretString, Failure> {
        match self {
            Self::Embedded(embedded) => Ok(embedded.owner_url.as_str().into()),
            Self::Remote { owner_url: Some(url), .. } => Ok(url.clone()),
            Self::Remote { .. } => self.app_url(),
        }
    }

    /// The database in the name of the migration role.
    pub(super) fn as_owner(&self) -> Result<Database, Failure> {
        // Where only the service's login is known, that is what there is.
        let role = if matches!(self, Self::Remote { owner_url: None, .. }) { Role::App } else { Role::Login };
        Ok(Database::new(self.owner_url()?.expose_secret(), FEW.into(), Clock::default(), role)?)
    }

    /// The database in the name of the service.
    pub(super) fn as_app(&self) -> Result<Database, Failure> {
        Ok(Database::new(self.app_url()?.expose_secret(), FEW.into(), Clock::default(), Role::App)?)
    }

    /// Migrates a database that runs elsewhere; its own was migrated when it started.
    pub(super) async fn migrate(&self) -> Result<(), Failure> {
        match self {
            Self::Embedded(_) => Ok(()),
            Self::Remote { owner_url: None, .. } => Err(missing(OWNER_URL)),
            Self::Remote { owner_url: Some(url), .. } => {
                for migration in migrations::run(url.expose_secret()).await? {
                    tracing::info!(migration, "schema migrated");
                }
                Ok(())
            }
        }
    }

    /// Refuses a database that cannot be reached, or whose schema is older than this version.
    pub(super) async fn check_schema(&self) -> Result<(), Failure> {
        let database = Database::new(self.app_url()?.expose_secret(), 1, Clock::default(), Role::App)?;
        match database.unscoped(async |tx| migrations::is_current(tx).await).await {
            Ok(true) => Ok(()),
            Err(error) if error.code() != Code::Internal => {
                Err(Failure::setting(APP_URL, &say!("无法连接数据库", "the database cannot be reached"))
                    .caused_by(&error))
            }
            // A database without any schema does not even know the table that is asked for.
            Ok(false) | Err(_) => Err(Failure::new(&say!(
                "数据库结构旧于此版本，请先执行 jixiao migrate",
                "the database schema is older than this version; run jixiao migrate first"
            ))),
        }
    }

    /// Stops the database, where it is its own.
    pub(super) async fn close(self) -> Result<(), Failure> {
        if let Self::Embedded(embedded) = self {
            embedded.postgres.stop().await?;
        }
        Ok(())
    }
}

/// Does something to the database in the name of the migration role.
pub(super) async fn as_owner<T>(
    config: &DatabaseConfig,
    work: impl AsyncFnOnce(&Database) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let databases = Databases::open(config, FEW).await?;
    let database = databases.as_owner()?;
    let outcome = work(&database).await;
    drop(database);
    databases.close().await?;
    outcome
}

/// Says that a setting is needed here.
pub(super) fn missing(name: &str) -> Failure {
    Failure::setting(name, &say!("缺少", "it is missing"))
}

fn check_url(name: &str, url: Option<&SecretString>) -> Result<(), Failure> {
    let Some(url) = url.map(ExposeSecret::expose_secret) else { return Ok(()) };
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(());
    }
    Err(Failure::setting(name, &say!("应以 postgres:// 开头", "it should begin with postgres://")))
}
