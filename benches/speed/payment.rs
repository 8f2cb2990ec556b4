//! Posting payments one by one, beside the same statements sent straight to PostgreSQL; and importing files of them.

use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::county::{County, Place};
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::statistics::{median, rate};
use crate::support::table::{Table, Unit};
use crate::support::wire::{Recorder, Speaker};
use crate::support::{Result, setting};

const PATH: &str = "/v1/finance/payments";

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
    post(&mut client, &next_place()).await?;
    let (start, place) = (recorder.mark(), next_place());
    post(&mut client, &place).await?;
    let script = recorder.script(&start)?;
    service.stop().await?;
    let template = script.at(&place);

    let service = Service::start(&database, database.url(), connections).await?;
    let mut clients = service.log_in(connections).await?;
    let mut speakers = Vec::new();
    for _ in 0..connections {
        speakers.push(Speaker::prepare(&database.socket(), &script).await?);
    }
    let by_http = async |client: &mut Connection| post(client, &next_place()).await;
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
    let imported = import(table, &service, &county).await?;
    service.stop().await?;
    // Whatever was measured was done: no side may have been quick by failing, and the ledger adds up.
    let expected = places.load(Ordering::Relaxed) + imported;
    database.execute(&format!("SELECT 1 / (count(*) = {expected})::integer FROM payments")).await?;
    database
        .execute("SELECT 1 / ((SELECT sum(amount) FROM payments) = (SELECT sum(paid) FROM budget_items))::integer")
        .await?;
    database.stop().await?;

    table.at_least("payment: rate by HTTP, of the same SQL straight to PostgreSQL", median(ratios)?, 0.6, Unit::Ratio);
    table.note("  posted by HTTP", median(served)?, Unit::PerSecond);
    table.note(&format!("  straight, {} round trips each", script.round_trips()), median(bound)?, Unit::PerSecond);
    Ok(())
}

async fn post(client: &mut Connection, Place { school, month, .. }: &Place) -> Result<()> {
    let body = serde_json::to_vec(&payment(&format!("{school}.{month}"), school))?;
    client.send(&Request::post(PATH, "application/json", &body)).await?.expect(201)?;
    Ok(())
}

/// A payment from the one item that each school has.
fn payment(voucher: &str, school: &str) -> serde_json::Value {
    json!({ "voucher": voucher, "item": format!("item.{school}"), "amount": 1234.56, "paid_on": "2000-06-01",
            "payment_type": "treasury", "payee": "办公用品公司", "purpose": "办公用品" })
}

/// Imports files of payments, and the last of them again; tells how many payments there were.
async fn import(table: &mut Table, service: &Service, county: &County) -> Result<usize> {
    const FILES: usize = 3;
    let rows: usize = setting("BENCH_PAYMENTS", 20_000)?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    let (mut rates, mut again) = (Vec::new(), 0.0);
    for number in 0..FILES {
        let mut file = String::new();
        for row in 0..rows {
            let Place { school, .. } = county.place(row);
            writeln!(file, "{}", payment(&format!("file-{number}-{row}"), &school))?;
        }
        rates.push(send(&mut client, &file, rows, "created").await?);
        again = send(&mut client, &file, rows, "unchanged").await?;
    }
    table.at_least(
        "payment: imported, checked against balances and journaled",
        median(rates)?,
        10_000.0,
        Unit::PerSecond,
    );
    table.note("  the same file again, all unchanged", again, Unit::PerSecond);
    Ok(FILES * rows)
}

/// Sends a file, checks what became of it, and tells how many rows that were a second.
async fn send(client: &mut Connection, file: &str, rows: usize, became: &str) -> Result<f64> {
    let started = Instant::now();
    let path = format!("{PATH}/import");
    let answer = client.send(&Request::post(&path, "application/x-ndjson", file.as_bytes())).await?.expect(200)?;
    let seconds = started.elapsed().as_secs_f64();
    let report = String::from_utf8(answer.body)?;
    if report.contains(&format!(r#""{became}":{rows},"#)) {
        Ok(f64::from(u32::try_from(rows)?) / seconds)
    } else {
        Err(format!("the import says {report}").into())
    }
}
