//! Starting the service where the database is up.

use std::time::Instant;

use crate::support::county::County;
use crate::support::database::Database;
use crate::support::service::Service;
use crate::support::statistics::median;
use crate::support::table::{Table, Unit};
use crate::support::{Result, setting};

pub async fn run(table: &mut Table) -> Result<()> {
    let starts: usize = setting("BENCH_STARTS", 5)?;
    let database = Database::with(&County { schools: 100 }).await?;
    let mut times = Vec::with_capacity(starts);
    for _ in 0..starts {
        let started = Instant::now();
        let service = Service::start(&database, database.url(), 32).await?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        service.stop().await?;
    }
    table.at_most("start: from the command until ready, database up", median(times)?, 1000.0, Unit::Milliseconds);
    database.stop().await
}
