//! `jixiao migrate`

use std::io::{Write, stdout};

use clap::Args;
use jixiao::config::DatabaseConfig;
use jixiao::migrations;
use secrecy::ExposeSecret;

use super::database::Databases;
use super::failure::Failure;

/// Where the database is.
#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    database: DatabaseConfig,
}

/// Runs the migrations that the database lacks, and prints their names.
pub(super) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let databases = Databases::open(&arguments.database, 1).await?;
    let migrated = migrations::run(databases.owner_url()?.expose_secret()).await;
    databases.close().await?;
    let mut output = stdout().lock();
    for migration in migrated? {
        writeln!(output, "{migration}")?;
    }
    Ok(writeln!(output, "数据库结构已是最新 (the schema is up to date)")?)
}
