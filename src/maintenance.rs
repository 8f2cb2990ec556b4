//! What the service does by itself while it runs.

use std::convert::Infallible;
use std::time::Duration;

use diesel::QueryDsl;
use diesel_async::RunQueryDsl;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
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
    }
}

async fn forget_old_answers(app: &App) -> Result<()> {
    for bureau in app.chores.unscoped(async |tx| bureaus(tx).await).await? {
        let scope = Scope::system(bureau, "maintenance");
        let forgotten = app.chores.write(&scope, async |tx| idempotency::forget_old(tx, &scope).await).await?;
        tracing::debug!(bureau, forgotten, "old answers of idempotent requests forgotten");
    }
    Ok(())
}

async fn bureaus(tx: &mut Tx) -> Result<Vec<i32>> {
    Ok(bureaus::table.select(bureaus::id).load(&mut **tx).await?)
}
