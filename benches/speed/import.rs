//! Importing a file of a million values.

use std::fmt::Write;
use std::time::Instant;

use serde_json::json;

use crate::support::county::{CELLS, County, Place, values};
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::table::{Table, Unit};
use crate::support::{Result, setting};

const PATH: &str = "/v1/submissions/import?atomic=false&submit=true";

pub async fn run(table: &mut Table) -> Result<()> {
    let rows: usize = setting("BENCH_IMPORT_ROWS", 25_000)?;
    let county = County { schools: 1_000 };
    let database = Database::with(&county).await?;
    let file = file(&county, rows)?;
    let service = Service::start(&database, database.url(), 4).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    let cells = f64::from(u32::try_from(rows * CELLS)?);

    let (before, _) = service.memory()?;
    let seconds = import(&mut client, &file, &format!(r#""created":{rows},"#)).await?;
    let (_, most) = service.memory()?;
    table.at_least("import: values validated, stored and journaled", cells / seconds, 20_000.0, Unit::PerSecond);
    table.at_most("  growth of the service's memory meanwhile", most - before, 100.0, Unit::Megabytes);
    let seconds = import(&mut client, &file, &format!(r#""unchanged":{rows},"#)).await?;
    table.note("  the same file again, all unchanged", cells / seconds, Unit::PerSecond);

    service.stop().await?;
    database.stop().await
}

/// One submission a line.
fn file(county: &County, rows: usize) -> Result<String> {
    let mut file = String::new();
    let values = values();
    for row in 0..rows {
        let Place { school, month, .. } = county.place(row);
        writeln!(file, "{}", json!({ "form": "monthly", "period": month, "school": school, "values": values }))?;
    }
    Ok(file)
}

/// Sends the file, checks what is said of it, and tells how many seconds it took.
async fn import(client: &mut Connection, file: &str, expected: &str) -> Result<f64> {
    let started = Instant::now();
    let answer = client.send(&Request::post(PATH, "application/x-ndjson", file.as_bytes())).await?.expect(200)?;
    let seconds = started.elapsed().as_secs_f64();
    let report = String::from_utf8(answer.body)?;
    if report.contains(expected) { Ok(seconds) } else { Err(format!("the import says {report}").into()) }
}
