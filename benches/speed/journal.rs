//! The journal: how fast it is sealed and verified, and what it costs a submission.

use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::support::county::County;
use crate::support::database::Database;
use crate::support::service::Service;
use crate::support::table::{Table, Unit};
use crate::support::{Result, setting};

pub async fn run(table: &mut Table) -> Result<()> {
    let entries: u32 = setting("BENCH_ENTRIES", 200_000)?;
    let database = Database::with(&County { schools: 1 }).await?;
    database
        .execute(&format!(
            "INSERT INTO journal (bureau_id, recorded_at, actor, action, subject_type, subject, school, before, after, request_id)
             SELECT 1, now(), 'user:2000000000.principal', 'submission.submit', 'submission', 'monthly/2000-01/2000000000',
                    '2000000000', '{{\"state\": \"draft\", \"revision\": 0}}',
                    '{{\"late\": false, \"state\": \"submitted\", \"revision\": 1}}', gen_random_uuid()
             FROM generate_series(1, {entries})"
        ))
        .await?;
    let started = Instant::now();
    let service = Service::start(&database, database.url(), 2).await?;
    while service.metric("jixiao_journal_unsealed_entries").await? > 0.0 || !is_sealed(&database).await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sealed = started.elapsed().as_secs_f64();
    service.stop().await?;
    let started = Instant::now();
    let verified = Command::new(env!("CARGO_BIN_EXE_jixiao"))
        .args(["audit", "verify", "--bureau", "990001", "--log", "error", "--database-url", database.url()])
        .output()
        .await?;
    let took = started.elapsed().as_secs_f64();
    if !verified.status.success() {
        return Err(String::from_utf8_lossy(&verified.stderr).into_owned().into());
    }
    database.stop().await?;
    table.note("journal: entries sealed", f64::from(entries) / sealed, Unit::PerSecond);
    table.note("  entries verified by `jixiao audit verify`", f64::from(entries) / took, Unit::PerSecond);
    Ok(())
}

/// Whether nothing waits for the sealer any more.
async fn is_sealed(database: &Database) -> bool {
    database.execute("SELECT 1 / (count(*) = 0)::integer FROM journal WHERE position IS NULL").await.is_ok()
}
