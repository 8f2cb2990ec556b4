//! The schema's migrations, carried in the binary.

use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};

/// All migrations, in order.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Brings the schema up to this version, as the role that owns it; returns what was run.
///
/// Must run on a multi-threaded runtime.
///
/// # Errors
/// Where the database cannot be reached, or a migration fails.
pub async fn run(url: &str) -> Result<Vec<String>> {
    let mut connection = AsyncPgConnection::establish(url).await.map_err(AppError::internal)?;
    // Waiting long for a lock would hold up everybody who comes after.
    connection.batch_execute("SET lock_timeout = '1s'").await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    let run = harness.run_pending_migrations(MIGRATIONS).map_err(AppError::internal)?;
    Ok(run.iter().map(ToString::to_string).collect())
}

#[derive(QueryableByName)]
struct Latest {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether the database has the schema of this version; or of a later one, with which this one still works until it is
/// replaced.
///
/// # Errors
/// Where the database cannot be asked.
pub async fn is_current(tx: &mut Tx) -> Result<bool> {
    let migrations: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(AppError::internal)?;
    let newest = migrations.iter().map(|migration| migration.name().version().to_string()).max();
    let latest: Latest = sql_query("SELECT coalesce(max(version), '') AS version FROM __diesel_schema_migrations")
        .get_result(&mut **tx)
        .await?;
    Ok(newest.is_some_and(|newest| newest <= latest.version))
}
