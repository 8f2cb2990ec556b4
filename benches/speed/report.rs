//! A report with 300 figures: how long it takes to assemble it, in how many statements, and to write it as a file.

use serde_json::{Value, json};

use crate::figure::stored;
use crate::support::county::County;
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::statistics::{median, milliseconds};
use crate::support::table::{Table, Unit};
use crate::support::wire::Recorder;
use crate::support::{Result, setting};

const SCHOOLS: usize = 100;
const FIGURES: usize = 300;
const FIGURES_OF_A_PARAGRAPH: usize = 10;
/// What the issue of a report may take beside what it says: rights, catalogue, snapshot, the report itself, its journal entry.
const STATEMENTS: f64 = 20.0;

pub async fn run(table: &mut Table) -> Result<()> {
    let reports: usize = setting("BENCH_REPORTS", 20)?;
    let database = Database::with(&County { schools: SCHOOLS }).await?;
    database.execute(&stored(1, "monthly", 1..13)?).await?;
    database.execute(&with_template()).await?;
    database.execute("VACUUM ANALYZE").await?;

    let recorder = Recorder::before(&database.socket(), database.folder())?;
    let service = Service::start(&database, &recorder.url(), 1).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    assemble(&mut client).await?;
    let start = recorder.mark();
    assemble(&mut client).await?;
    let script = recorder.script(&start)?;
    service.stop().await?;

    let service = Service::start(&database, database.url(), 4).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    let report = assemble(&mut client).await?;
    says_everything(&mut client, &report).await?;
    let mut times = Vec::new();
    for _ in 0..reports {
        times.push(milliseconds(async { assemble(&mut client).await.map(drop) }).await?);
    }
    let what = format!("report: p50 by HTTP to assemble {FIGURES} figures");
    table.at_most(&what, median(times)?, 500.0, Unit::Milliseconds);
    table.at_most("  statements", f64::from(u32::try_from(script.round_trips())?), STATEMENTS, Unit::Ratio);
    for (ending, begins, bound) in [("docx", "PK", 300.0), ("html", "<", 300.0), ("pdf", "%PDF", 2_000.0)] {
        let path = format!("/v1/reports/{report}/document.{ending}");
        let answer = client.send(&Request::get(&path)).await?;
        if answer.status == 501 {
            table.note("  (no PDF: built without the feature)", 0.0, Unit::Milliseconds);
            continue;
        }
        let written = answer.expect(200)?.body;
        if !written.starts_with(begins.as_bytes()) {
            return Err(format!("that is no {ending}").into());
        }
        let mut times = Vec::new();
        for _ in 0..reports {
            let write = async { client.send(&Request::get(&path)).await?.expect(200).map(drop) };
            times.push(milliseconds(write).await?);
        }
        table.at_most(&format!("  as {ending}"), median(times)?, bound, Unit::Milliseconds);
    }
    service.stop().await?;
    database.stop().await
}

/// Assembles a report, and tells its code.
async fn assemble(client: &mut Connection) -> Result<String> {
    let body = serde_json::to_vec(&json!({ "year": 2000, "template": "bench" }))?;
    let answer = client.send(&Request::post("/v1/reports", "application/json", &body)).await?.expect(201)?;
    let report: Value = serde_json::from_slice(&answer.body)?;
    Ok(report.get("code").and_then(Value::as_str).ok_or("the report has no code")?.to_owned())
}

/// Whether there is a value behind each of the figures of a report.
async fn says_everything(client: &mut Connection, code: &str) -> Result<()> {
    let answer = client.send(&Request::get(&format!("/v1/reports/{code}"))).await?.expect(200)?;
    let report: Value = serde_json::from_slice(&answer.body)?;
    let sources = report.pointer("/document/sources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let known = sources.iter().filter(|source| source.get("value").is_some_and(Value::is_number)).count();
    if known == FIGURES { Ok(()) } else { Err(format!("the report has {known} figures").into()) }
}

/// Puts a template into the catalogue, and lets the client assemble it.
fn with_template() -> String {
    let template = template().to_string().replace('\'', "''");
    format!(
        "UPDATE clients SET scopes = scopes || '{{reports:read,reports:write}}';
         UPDATE catalogue_versions
             SET document = document || jsonb_build_object('report_templates', jsonb_build_array('{template}'::jsonb));"
    )
}

/// Figures of thirty indicators in ten months, some of them broken down.
fn template() -> Value {
    let value = |number: usize| {
        let (indicator, month) = (number % 30, number / 30 + 1);
        match indicator.checked_sub(20) {
            Some(grade) => {
                format!(
                    "{{{{ value('pupils.grade_{grade:02}', period='2000-{month:02}', where={{'sex': 'girls'}})|unit }}}}"
                )
            }
            None => format!("{{{{ value('basics.count_{indicator:02}', period='2000-{month:02}')|unit }}}}"),
        }
    };
    let paragraph = |first: usize| {
        let values: Vec<String> = (first..first + FIGURES_OF_A_PARAGRAPH).map(value).collect();
        json!({ "paragraph": format!("各校填报的数字依次为{}。", values.join("、")) })
    };
    let paragraphs: Vec<Value> = (0..FIGURES).step_by(FIGURES_OF_A_PARAGRAPH).map(paragraph).collect();
    // A check reads the figures that a typed number may mean: here all that begin alike.
    let typed = json!({ "paragraph": "其中 basics.count_07 为 31 人。" });
    let paragraphs: Vec<Value> = paragraphs.into_iter().chain([typed]).collect();
    let sections: Vec<Value> =
        paragraphs.chunks(5).map(|blocks| json!({ "heading": "填报情况", "blocks": blocks })).collect();
    json!({ "code": "bench", "name": { "zh": "报告" }, "title": ["{{ year }}年度报告"], "sections": sections })
}
