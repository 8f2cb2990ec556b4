//! What the service does by itself while it runs.

use std::convert::Infallible;
use std::time::Duration;

use diesel::QueryDsl;
use diesel_async::RunQueryDsl;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::files;
use crate::jobs;
use crate::platform::access::Scope;
use crate::platform::db::Database;
use crate::platform::error::Result;
use crate::platform::idempotency;
use crate::schema::bureaus;

const EVERY: Duration = Duration::from_hours(1);

/// Does the chores, each in its time, until it is dropped.
///
/// A chore that fails is logged, and done the next time.
pub async fn run(app: &App) -> Infallible {
    tokio::select! {
        never = hourly(app) => never,
        never = app.identity.maintain(&app.chores) => never,
        never = app.sealer.run(&app.metrics) => never,
    }
}

async fn hourly(app: &App) -> Infallible {
    let mut hours = interval(EVERY);
    hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        hours.tick().await;
        if let Err(error) = forget_old_answers(app).await {
            tracing::warn!(%error, "old answers of idempotent requests were not forgotten");
        }
        if let Err(error) = forget_old_jobs(app).await {
            tracing::warn!(%error, "old jobs were not forgotten");
        }
        if let Err(error) = clean_up_files(app).await {
            tracing::warn!(%error, "evidence files were not cleaned up");
        }
    }
}

async fn forget_old_answers(app: &App) -> Result<()> {
    for bureau in bureaus(&app.chores).await? {
        let scope = Scope::system(bureau, "maintenance");
        let forgotten = app.chores.write(&scope, async |tx| idempotency::forget_old(tx, &scope).await).await?;
        tracing::debug!(bureau, forgotten, "old answers of idempotent requests forgotten");
    }
    Ok(())
}

/// Forgets jobs that ended long ago.
///
/// # Errors
/// Where the database refuses.
pub async fn forget_old_jobs(app: &App) -> Result<()> {
    for bureau in bureaus(&app.chores).await? {
        let scope = Scope::system(bureau, "maintenance");
        let forgotten = app.chores.write(&scope, async |tx| jobs::forget_old(tx, &scope).await).await?;
        tracing::debug!(bureau, forgotten, "old jobs forgotten");
    }
    Ok(())
}

/// Cleans up evidence files that nobody attached, and contents that no file names any more.
///
/// # Errors
/// Where the database or the store refuses.
pub async fn clean_up_files(app: &App) -> Result<()> {
    for bureau in bureaus(&app.chores).await? {
        let scope = Scope::system(bureau, "maintenance");
        let cleaned = files::clean_up(&app.chores, &app.files, &scope).await?;
        tracing::debug!(bureau, files = cleaned.files, contents = cleaned.contents, "evidence files cleaned up");
    }
    let swept = files::sweep(&app.files).await?;
    tracing::debug!(swept, "half-written contents swept away");
    Ok(())
}

/// All bureaus.
///
/// # Errors
/// Where the database refuses.
pub async fn bureaus(db: &Database) -> Result<Vec<i32>> {
    db.unscoped(async |tx| Ok(bureaus::table.select(bureaus::id).load(&mut **tx).await?)).await
}
