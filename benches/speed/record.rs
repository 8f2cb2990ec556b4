//! Entering a record in a register, beside the same statements sent straight to PostgreSQL.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::county::{County, Place};
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::statistics::{median, rate};
use crate::support::table::{Table, Unit};
use crate::support::wire::{Recorder, Speaker};
use crate::support::{Result, setting};

pub async fn run(table: &mut Table) -> Result<()> {
    let connections = setting("BENCH_CONNECTIONS", 32)?;
    let rounds: usize = setting("BENCH_ROUNDS", 5)?;
    let time = Duration::from_secs(setting("BENCH_SECONDS", 3)?);
    let county = County { schools: 1_000 };
    let database = Database::with(&county).await?;
    let places = AtomicUsize::new(0);
    let next_place = || county.place(places.fetch_add(1, Ordering::Relaxed));

    let recorder = Recorder::before(&database.socket(), database.folder())?;
    let service = Service::start(&database, &recorder.url(), 1).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    enter(&mut client, &next_place()).await?;
    let (start, place) = (recorder.mark(), next_place());
    enter(&mut client, &place).await?;
    let script = recorder.script(&start)?;
    service.stop().await?;
    let template = script.at(&place);

    let service = Service::start(&database, database.url(), connections).await?;
    let mut clients = service.log_in(connections).await?;
    let mut speakers = Vec::new();
    for _ in 0..connections {
        speakers.push(Speaker::prepare(&database.socket(), &script).await?);
    }
    let by_http = async |client: &mut Connection| enter(client, &next_place()).await;
    let straight = async |speaker: &mut Speaker| speaker.say_at(&template, &next_place()).await;
    rate(&mut clients, time / 2, by_http).await?;
    rate(&mut speakers, time / 2, straight).await?;
    let (mut served, mut bound, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        for client in &mut clients {
            client.again().await?;
        }
        let (http, sql) = (rate(&mut clients, time, by_http).await?, rate(&mut speakers, time, straight).await?);
        served.push(http);
        bound.push(sql);
        ratios.push(http / sql);
    }
    service.stop().await?;
    // Whatever was measured was done: no side may have been quick by failing.
    let expected = places.load(Ordering::Relaxed);
    database.execute(&format!("SELECT 1 / (count(*) = {expected})::integer FROM register_revisions")).await?;
    database.stop().await?;

    table.at_least("record: rate by HTTP, of the same SQL straight to PostgreSQL", median(ratios)?, 0.6, Unit::Ratio);
    table.note("  entered by HTTP", median(served)?, Unit::PerSecond);
    table.note(&format!("  straight, {} round trips each", script.round_trips()), median(bound)?, Unit::PerSecond);
    Ok(())
}

async fn enter(client: &mut Connection, Place { school, month, .. }: &Place) -> Result<()> {
    let body = serde_json::json!({
        "code": format!("{school}.{month}"), "school": school, "since": "2000-01-01",
        "fields": { "title": "合唱比赛", "level": "city", "given_on": "2000-01-01", "pupils": 30, "prize": 1200.5 },
    });
    let body = serde_json::to_vec(&body)?;
    client.send(&Request::post("/v1/registers/events/records", "application/json", &body)).await?.expect(201)?;
    Ok(())
}
