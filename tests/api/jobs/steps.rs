//! Imports by batches: gone on with after the last batch that was committed.

use std::time::Duration;

use serde_json::{Value, json};

use super::{put_in, result, until, until_state};
use crate::support::{BUREAU, Client, TestApp};

const SCHOOLS: u32 = 3_000;

/// A county with many schools, and a machine client that writes for all of them.
async fn county() -> (TestApp, Client) {
    let app = TestApp::with_catalogue().await;
    app.execute(&format!(
        "INSERT INTO organisations SELECT 1, (3000000000 + n)::text, 'school' FROM generate_series(1, {SCHOOLS}) AS n;
         INSERT INTO organisation_versions (bureau_id, code, version, name, stage, parent, opened_on, recorded_at)
             SELECT 1, (3000000000 + n)::text, 1, '学校' || n, 'primary', '{BUREAU}', '2000-09-01', '2020-01-01'
             FROM generate_series(1, {SCHOOLS}) AS n"
    ))
    .await;
    let machine = app.machine(BUREAU, &["submissions:write"]).await;
    (app, machine)
}

/// What each school reports; one in a hundred is of a school that there is not.
fn file() -> String {
    let line = |n: u32| {
        let school =
            if n.is_multiple_of(100) { "nowhere".to_owned() } else { (3_000_000_000_u64 + u64::from(n)).to_string() };
        let values =
            json!([{"indicator": "pupils", "value": n}, {"indicator": "remark", "value": "按时报送".repeat(5)}]);
        let period = 2000 + n / 200;
        json!({"form": "basics", "period": if n.is_multiple_of(100) { period.to_string() } else { "2022".to_owned() },
            "school": school, "values": values})
        .to_string()
            + "\n"
    };
    (1..=SCHOOLS).map(line).collect()
}

/// The report without the rows that were refused, and how many those are.
fn counts(report: &Value) -> Value {
    json!([report["created"], report["updated"], report["unchanged"], report["rejected"].as_array().unwrap().len()])
}

const EXPECTED: [u32; 4] = [SCHOOLS - SCHOOLS / 100, 0, 0, SCHOOLS / 100];

#[tokio::test]
async fn an_import_by_batches_goes_on_where_it_was_cut_off() {
    let (app, machine) = county().await;
    let file = file();
    let place = put_in(&machine, "/v1/submissions/import?atomic=false", &file).await;
    let mut seen = Vec::new();
    // The service is stopped after each bit of progress, until there is nothing more to do.
    for round in 0..20 {
        let service = app.work();
        let before = seen.last().copied().unwrap_or_default();
        let job = until(&machine, &place, |job| job["state"] == "done" || job["done"].as_u64() > Some(before)).await;
        service.stop(Duration::from_secs(if round % 2 == 0 { 0 } else { 10 })).await;
        if job["state"] == "done" {
            break;
        }
        assert_eq!(job["total"], SCHOOLS);
        seen.push(job["done"].as_u64().unwrap());
    }
    assert!(seen.len() > 2, "it was cut off: {seen:?}");
    until_state(&machine, &place, "done").await;
    let told = result(&machine, &place).await.expect(200);
    assert_eq!(counts(&told), json!(EXPECTED), "each row counts once");
    let indices: Vec<u64> =
        told["rejected"].as_array().unwrap().iter().map(|row| row["index"].as_u64().unwrap()).collect();
    assert_eq!(indices, (1..=u64::from(SCHOOLS / 100)).map(|n| n * 100 - 1).collect::<Vec<_>>());
    let written = app.query("SELECT json_build_array(count(*), max(version), sum(version)) FROM submissions").await;
    assert_eq!(written, json!([EXPECTED[0], 1, EXPECTED[0]]), "and is written once");
    let journal = app.query("SELECT count(*) FROM journal WHERE action = 'submission.save'").await;
    assert_eq!(journal, EXPECTED[0]);
}

#[tokio::test]
async fn an_import_by_batches_is_cancelled_between_them_and_what_it_did_stays() {
    let (app, machine) = county().await;
    // The last batch waits for somebody who is about to enter the same submission, so that it cannot be over before.
    let last = 3_000_000_000_u64 + u64::from(SCHOOLS) - 1;
    let obstacle = app
        .hold(&format!(
            "INSERT INTO submissions (bureau_id, form, period, school, state, version, content, updated_by, updated_at)
             VALUES (1, 'basics', '2022', '{last}', 'draft', 1, '{{}}', 'user:other', now())"
        ))
        .await;
    let place = put_in(&machine, "/v1/submissions/import?atomic=false", &file()).await;
    let _service = app.work();
    until(&machine, &place, |job| job["done"] != 0).await;
    machine.post(&format!("{place}/cancel"), &json!({})).await.expect(200);
    let job = until(&machine, &place, |job| job["state"] != "running").await;
    drop(obstacle);
    assert_eq!(job["state"], "cancelled");
    let written = app.query("SELECT count(*) FROM submissions").await.as_u64().unwrap();
    let taken = "SELECT coalesce(sum((outcome ->> 'created')::int), 0) FROM job_steps";
    assert_eq!(app.query(taken).await, written, "what was told is what was done");
    assert!(0 < written && written < u64::from(EXPECTED[0]), "{written}");
}

#[tokio::test]
async fn an_atomic_import_shows_how_far_it_is_and_has_no_effect_before_its_end() {
    let (app, machine) = county().await;
    let place = put_in(&machine, "/v1/submissions/import?dry_run=true&atomic=false", &file()).await;
    let service = app.work();
    let job = until(&machine, &place, |job| job["percent"] != 0).await;
    assert_eq!(job["total"], SCHOOLS);
    let job = until_state(&machine, &place, "done").await;
    assert_eq!((&job["percent"], &job["done"]), (&json!(100), &json!(SCHOOLS)));
    assert_eq!(counts(&result(&machine, &place).await.expect(200)), json!(EXPECTED));
    assert_eq!(app.query("SELECT count(*) FROM submissions").await, 0, "a dry run writes nothing");
    service.stop(Duration::ZERO).await;

    let good: String =
        file().lines().filter(|line| !line.contains("nowhere")).map(|line| line.to_owned() + "\n").collect();
    let place = put_in(&machine, "/v1/submissions/import", &good).await;
    let service = app.work();
    until(&machine, &place, |job| job["done"] != 0).await;
    service.stop(Duration::ZERO).await;
    let job = machine.get(&place).await.expect(200);
    if job["state"] == "waiting" {
        assert_eq!(app.query("SELECT count(*) FROM submissions").await, 0);
        assert_eq!(job["attempts"], 0, "that was nobody's fault");
    }
    let _service = app.work();
    until_state(&machine, &place, "done").await;
    let written = app.query("SELECT json_build_array(count(*), max(version)) FROM submissions").await;
    assert_eq!(written, json!([EXPECTED[0], 1]));
}
