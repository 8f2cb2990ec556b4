//! Saving and submitting a form of 40 values, beside the same statements sent straight to PostgreSQL.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::county::{County, Place, values};
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::statistics::{median, rate};
use crate::support::table::{Table, Unit};
use crate::support::wire::{Recorder, Script, Speaker};
use crate::support::{Result, setting};

const JSON: &str = "application/json";

pub async fn run(table: &mut Table) -> Result<()> {
    let connections = setting("BENCH_CONNECTIONS", 32)?;
    let rounds: usize = setting("BENCH_ROUNDS", 5)?;
    let time = Duration::from_secs(setting("BENCH_SECONDS", 3)?);
    let county = County { schools: 1_000 };
    let database = Database::with(&county).await?;
    let body = serde_json::to_vec(&serde_json::json!({ "values": values() }))?;

    let places = AtomicUsize::new(0);
    let next_place = || county.place(places.fetch_add(1, Ordering::Relaxed));
    let (script, recorded) = record(&database, &body, next_place).await?;
    let template = script.at(&recorded);
    let without_journal = script.without("INSERT INTO journal");
    if without_journal.round_trips() + 2 != script.round_trips() {
        return Err("saving and submitting write one statement each into the journal".into());
    }
    let without_journal = without_journal.at(&recorded);

    let service = Service::start(&database, database.url(), connections).await?;
    let mut clients = service.log_in(connections).await?;
    let mut speakers = Vec::new();
    for _ in 0..connections {
        speakers.push(Speaker::prepare(&database.socket(), &script).await?);
    }
    let by_http = async |client: &mut Connection| save_and_submit(client, &body, &next_place()).await;
    let straight = async |speaker: &mut Speaker| speaker.say_at(&template, &next_place()).await;

    // What is said again is as old as it was when it was recorded; it is sealed before anybody asks how old entries are.
    rate(&mut speakers, time / 2, straight).await?;
    rate(&mut clients, time / 2, by_http).await?;
    let unjournaled = async |speaker: &mut Speaker| speaker.say_at(&without_journal, &next_place()).await;
    let (mut served, mut bound, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut costs, mut lag) = (Vec::new(), 0.0_f64);
    for _ in 0..rounds {
        for client in &mut clients {
            client.again().await?;
        }
        let (http, most) = tokio::join!(rate(&mut clients, time, by_http), most_lag(&service, time));
        lag = lag.max(most?);
        let (http, sql) = (http?, rate(&mut speakers, time, straight).await?);
        costs.push(1.0 - sql / rate(&mut speakers, time, unjournaled).await?);
        served.push(http);
        bound.push(sql);
        ratios.push(http / sql);
    }
    let (_, most) = service.memory()?;
    service.stop().await?;
    // Whatever was measured was done: no side may have been quick by failing.
    let expected = places.load(Ordering::Relaxed);
    database.execute(&format!("SELECT 1 / (count(*) = {expected})::integer FROM submission_revisions")).await?;
    database.stop().await?;

    table.at_least("submit: rate by HTTP, of the same SQL straight to PostgreSQL", median(ratios)?, 0.6, Unit::Ratio);
    table.note("  saved and submitted by HTTP", median(served)?, Unit::PerSecond);
    table.note(&format!("  straight, {} round trips each", script.round_trips()), median(bound)?, Unit::PerSecond);
    table.at_most("  what the journal costs, of the rate without it", median(costs)?, 0.15, Unit::Ratio);
    table.at_most("  most that the sealer was behind meanwhile", lag * 1000.0, 1000.0, Unit::Milliseconds);
    table.at_most("  most resident memory of the service under that load", most, 100.0, Unit::Megabytes);
    Ok(())
}

/// The most that the sealer was behind during a time, in seconds.
async fn most_lag(service: &Service, time: Duration) -> Result<f64> {
    const PAUSE: Duration = Duration::from_millis(100);
    let (started, mut most) = (std::time::Instant::now(), 0.0_f64);
    while started.elapsed() < time {
        most = most.max(service.metric("jixiao_journal_sealer_lag_seconds").await?);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(most)
}

/// What a warm service says to PostgreSQL for one submission, and at which place.
async fn record(database: &Database, body: &[u8], next_place: impl Fn() -> Place) -> Result<(Script, Place)> {
    let recorder = Recorder::before(&database.socket(), database.folder())?;
    let service = Service::start(database, &recorder.url(), 1).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    save_and_submit(&mut client, body, &next_place()).await?;
    let (start, place) = (recorder.mark(), next_place());
    save_and_submit(&mut client, body, &place).await?;
    let script = recorder.script(&start)?;
    service.stop().await?;
    Ok((script, place))
}

async fn save_and_submit(client: &mut Connection, body: &[u8], place: &Place) -> Result<()> {
    let Place { school, month, .. } = place;
    let path = format!("/v1/forms/monthly/periods/{month}/submissions/{school}");
    client.send(&Request::put(&path, JSON, body)).await?.expect(201)?;
    client.send(&Request::post(&format!("{path}/submit"), JSON, b"{}")).await?.expect(200)?;
    Ok(())
}
