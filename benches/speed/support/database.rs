//! A database with a county in it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use jixiao::embedded::{self, Embedded};
use jixiao::platform::postgres::PostgresOptions;
use tempfile::TempDir;

use super::county::County;
use super::{Result, setting};

/// A running PostgreSQL in a temporary folder, with its durable defaults.
pub struct Database {
    embedded: Embedded,
    folder: TempDir,
}

impl Database {
    /// A new one, with a county in it.
    pub async fn with(county: &County) -> Result<Self> {
        // PostgreSQL must be able to reach it even where it runs as another user.
        let folder = tempfile::Builder::new()
            .prefix("jixiao-bench-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir_in(setting("BENCH_FOLDER", std::env::temp_dir())?)?;
        let options = PostgresOptions::new(folder.path().join("database")).setting("max_connections", 100);
        let database = Self { embedded: embedded::start(options).await?, folder };
        database.execute(&county.sql()?).await?;
        // Schools and budgets are older than what is reported and paid. Of the others PostgreSQL knows nothing yet, as in a new county.
        database.execute("ANALYZE organisations, organisation_versions, budget_items").await?;
        Ok(database)
    }

    /// Runs statements as a superuser.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        let mut connection = AsyncPgConnection::establish(&self.embedded.superuser_url).await?;
        Ok(connection.batch_execute(sql).await?)
    }

    /// URL of the application role.
    pub fn url(&self) -> &str {
        &self.embedded.app_url
    }

    /// The socket on which PostgreSQL listens.
    pub fn socket(&self) -> PathBuf {
        self.embedded.postgres.socket_dir().join(".s.PGSQL.5432")
    }

    /// Where a bench may put its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops PostgreSQL and removes everything.
    pub async fn stop(self) -> Result<()> {
        Ok(self.embedded.postgres.stop().await?)
    }
}
