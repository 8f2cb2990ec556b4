//! The service's own database, ready to use: an embedded PostgreSQL with roles, database and schema.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::migrations;
use crate::platform::error::AppError;
use crate::platform::postgres::{EmbeddedPostgres, PostgresError, PostgresOptions};

const DATABASE: &str = "jixiao";
const ROLES: &str = include_str!("../deploy/roles.sql");

/// A running PostgreSQL that holds the service's database, in the schema of this version.
#[derive(Debug)]
pub struct Embedded {
    /// The server; to be stopped when nobody uses the database any more.
    pub postgres: EmbeddedPostgres,
    /// URL of the application role.
    pub app_url: String,
    /// URL of the role that owns the tables.
    pub owner_url: String,
    /// URL of a superuser, whom row-level security does not bind.
    pub superuser_url: String,
}

/// Why the embedded database is not there.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// PostgreSQL did not start.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// It runs, but the database could not be set up in it.
    #[error(transparent)]
    SetUp(#[from] AppError),
}

/// Starts PostgreSQL, and sets up in it whatever is missing: the first time everything, later the newest migrations.
///
/// Must run on a multi-threaded runtime.
///
/// # Errors
/// Where PostgreSQL does not start, or the database cannot be set up or migrated.
pub async fn start(options: PostgresOptions) -> Result<Embedded, EmbeddedError> {
    let postgres = EmbeddedPostgres::start(options).await?;
    let embedded = Embedded {
        app_url: postgres.connection_url(DATABASE, "jixiao_service"),
        owner_url: postgres.connection_url(DATABASE, "jixiao_owner"),
        superuser_url: postgres.connection_url(DATABASE, "postgres"),
        postgres,
    };
    create_database(&embedded.postgres.connection_url("postgres", "postgres")).await?;
    for migration in migrations::run(&embedded.owner_url).await? {
        tracing::info!(migration, "schema migrated");
    }
    Ok(embedded)
}

#[derive(QueryableByName)]
struct Databases {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn create_database(superuser_url: &str) -> Result<(), AppError> {
    let mut connection = AsyncPgConnection::establish(superuser_url).await.map_err(AppError::internal)?;
    connection.batch_execute(ROLES).await?;
    let existing: Databases =
        sql_query(format!("SELECT count(*) AS count FROM pg_database WHERE datname = '{DATABASE}'"))
            .get_result(&mut connection)
            .await?;
    if existing.count == 0 {
        connection.batch_execute(&format!("CREATE DATABASE {DATABASE} OWNER jixiao_owner")).await?;
    }
    Ok(())
}
