//! Long imports as jobs: put in, followed, cut off, gone on with, cancelled.

mod holding;
mod parts;
mod steps;

use std::time::Duration;

use calamine::{Reader, Xlsx};
use jixiao::http::{JobService, work_on_jobs};
use reqwest::Method;
use serde_json::{Value, json};

use crate::finance::{PAYMENTS, enter, item, payment};
use crate::support::{Answer, BUREAU, Client, TestApp};

const NDJSON: &str = "application/x-ndjson";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl TestApp {
    /// Begins to work on jobs, as the program does when it serves.
    fn work(&self) -> JobService {
        work_on_jobs(&self.app).expect("a thread")
    }
}

/// Sends a file, and prefers to be answered later.
async fn send(client: &Client, path: &str, file: &str) -> Answer {
    let client = client.with("prefer", "respond-async");
    client.send_raw(Method::POST, path, Some((NDJSON, file.as_bytes().to_vec()))).await
}

/// Puts a file in as a job, and tells where it can be followed.
async fn put_in(client: &Client, path: &str, file: &str) -> String {
    let answer = send(client, path, file).await;
    let job = answer.expect(202);
    let place = answer.headers["location"].to_str().expect("text").to_owned();
    assert_eq!(place, format!("/v1/jobs/{}", job["id"].as_str().expect("an id")));
    assert_eq!(answer.headers["preference-applied"], "respond-async");
    place
}

/// The job when it has come to something.
async fn until(client: &Client, place: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let job = client.get(place).await.expect(200);
        if is_so(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the job does not come to that: {}", client.get(place).await.text);
}

async fn until_state(client: &Client, place: &str, state: &str) -> Value {
    until(client, place, |job| job["state"] == state).await
}

async fn result(client: &Client, place: &str) -> Answer {
    client.get(&format!("{place}/result")).await
}

/// So many payments of a yuan each from the item `a`, in a file that is not small.
fn payments(count: u32) -> String {
    let purpose = "学校运转经费".repeat(10);
    let row = |n| {
        let mut row = payment(&format!("V{n:05}"), "a", 1.0);
        row["purpose"] = json!(purpose);
        row.to_string() + "\n"
    };
    let file: String = (0..count).map(row).collect();
    assert!(count < 1_000 || file.len() > 256 * 1024);
    file
}

async fn finance(app: &TestApp) -> Client {
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 1_000_000.0, &json!({}))).await;
    finance
}

fn import(query: &str) -> String {
    format!("{PAYMENTS}/import{query}")
}

#[tokio::test]
async fn a_large_file_is_worked_on_later_and_answered_as_it_would_have_been_at_once() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let file = payments(2_000);
    let direct =
        finance.send_raw(Method::POST, &import("?dry_run=true"), Some((NDJSON, file.clone().into_bytes()))).await;

    let place = put_in(&finance, &import(""), &file).await;
    let answer = finance.get(&place).await;
    assert_eq!(answer.headers["retry-after"], "1");
    let job = answer.expect(200);
    for (field, value) in [
        ("operation", json!("import_payments")),
        ("target", json!("/v1/finance/payments/import")),
        ("state", json!("waiting")),
        ("percent", json!(0)),
        ("total", json!(null)),
        ("size", json!(file.len())),
        ("attempts", json!(0)),
        ("result", json!(null)),
        ("may", json!(["cancel"])),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    result(&finance, &place).await.problem(409, "state_forbids");
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);

    let _service = app.work();
    let job = until_state(&finance, &place, "done").await;
    for (field, value) in [
        ("percent", json!(100)),
        ("done", json!(2_000)),
        ("total", json!(2_000)),
        ("attempts", json!(1)),
        ("status", json!(200)),
        ("result", json!(format!("{place}/result"))),
        ("may", json!([])),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    assert!(finance.get(&place).await.headers.get("retry-after").is_none());
    let answer = result(&finance, &place).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    answer.expect_text(200, direct.text.as_bytes());
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 2_000);
    assert_eq!(app.query("SELECT count(*) FROM job_contents").await, 0, "what is done needs no body");
    let journal = app.query(
        "SELECT json_agg(DISTINCT actor || ' ' || action) FROM journal WHERE subject_type IN ('job', 'payment')",
    );
    assert_eq!(
        journal.await,
        json!(["user:finance job.create", "user:finance job.end", "user:finance payment.post"]),
        "the account acts, whoever does the work"
    );
    let requests = app.query("SELECT count(DISTINCT request_id) FROM journal WHERE subject_type IN ('job', 'payment')");
    assert_eq!(requests.await, 1, "all of it comes of the one request");
}

#[tokio::test]
async fn what_is_small_or_not_preferred_is_answered_at_once() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let small = send(&finance, &import(""), &payments(3)).await;
    assert_eq!(small.expect(200)["created"], 3);
    assert!(small.headers.get("preference-applied").is_none());
    let body = Some((NDJSON, payments(1_000).into_bytes()));
    let direct = finance.send_raw(Method::POST, &import(""), body.clone()).await;
    assert_eq!(direct.expect(200)["created"], 997);
    let other = finance.with("prefer", "return=minimal").send_raw(Method::POST, &import(""), body).await;
    assert_eq!(other.expect(200)["unchanged"], 1_000);
    assert_eq!(app.query("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn a_refusal_is_the_same_one_later() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let file = payments(1_000) + &payment("V1", "nothing", 1.0).to_string();
    let finance = finance.with("accept-language", "en");
    let body = Some((NDJSON, file.clone().into_bytes()));
    let mut direct = finance.send_raw(Method::POST, &import(""), body).await.expect(422);
    let place = put_in(&finance, &import(""), &file).await;
    let _service = app.work();
    let job = until_state(&finance, &place, "failed").await;
    assert_eq!(job["status"], 422);
    assert_ne!(job["percent"], 100);
    let answer = result(&finance, &place).await;
    answer.problem(422, "validation_failed");
    let mut later = answer.json();
    for problem in [&mut direct, &mut later] {
        problem["request_id"] = json!(null);
    }
    assert_eq!(later, direct);
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
}

#[tokio::test]
async fn a_workbook_that_is_refused_later_comes_back_marked() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["voucher", "item", "amount", "paid_on", "payment_type", "purpose"]).expect("a head");
    for n in 1..=5_000_u32 {
        // What is not the same everywhere keeps the file large.
        let noise =
            [0, 5, 10, 15, 20, 25, 30, 35].map(|i| format!("{:08x}", n.wrapping_mul(2_654_435_761).rotate_left(i)));
        let payment_type = if n == 5_000 { "现金" } else { "国库集中支付" };
        let cells = [&format!("V{n}"), "a", "1", "2022-05-18", payment_type, &noise.concat()];
        sheet.write_row(n, 0, cells).expect("a row");
    }
    let workbook = workbook.save_to_buffer().expect("a workbook");
    assert!(workbook.len() > 256 * 1024, "{}", workbook.len());
    let takes = finance.with("accept", XLSX).with("prefer", "respond-async");
    let answer = takes.send_raw(Method::POST, &import(""), Some((XLSX, workbook))).await;
    answer.expect(202);
    let place = answer.headers["location"].to_str().expect("text").to_owned();
    let _service = app.work();
    assert_eq!(until_state(&finance, &place, "failed").await["status"], 422);
    let back = result(&finance, &place).await;
    assert_eq!((back.status.as_u16(), &back.headers["content-type"]), (422, &XLSX.parse().expect("a type")));
    let mut back: Xlsx<_> = Xlsx::new(std::io::Cursor::new(back.bytes)).expect("a workbook");
    let problems = back.worksheet_range("问题").expect("the problems");
    assert_eq!(problems.get_value((2, 1)).expect("a cell").to_string(), "E5001");
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
}

#[tokio::test]
async fn what_would_be_refused_in_any_case_is_refused_at_once() {
    let app = TestApp::with_catalogue().await;
    let file = payments(1_000);
    send(&app.log_in("leader").await, &import(""), &file).await.problem(403, "forbidden");
    send(&app.log_in("principal").await, &import(""), &file).await.problem(403, "forbidden");
    send(&app.anonymous(), &import(""), &file).await.problem(401, "unauthenticated");
    let unknown = send(&app.log_in("finance").await, &import("?atomc=false"), &file).await;
    assert_eq!(unknown.problem(400, "invalid_parameter"), ["?atomc unknown_field"]);
    assert_eq!(app.query("SELECT count(*) FROM job_contents").await, 0);
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_the_same_job() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await.with("idempotency-key", "once");
    let file = payments(1_000);
    let first = put_in(&finance, &import(""), &file).await;
    assert_eq!(put_in(&finance, &import(""), &file).await, first);
    send(&finance, &import(""), &payments(1_001)).await.problem(422, "idempotency_key_reused");
    let other = put_in(&finance.with("idempotency-key", "twice"), &import(""), &file).await;
    assert_ne!(other, first);
    let _service = app.work();
    until_state(&finance, &first, "done").await;
    until_state(&finance, &other, "done").await;
    // Of an account one comes after the other.
    assert_eq!(result(&finance, &first).await.expect(200)["created"], 1_000);
    assert_eq!(result(&finance, &other).await.expect(200)["unchanged"], 1_000);
}

#[tokio::test]
async fn a_job_is_its_account_s_alone() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let (first, second) =
        (put_in(&finance, &import(""), &payments(1_000)).await, put_in(&finance, &import(""), &payments(1_000)).await);
    let ids = async |client: &Client, query: &str| {
        let page = client.get(&format!("/v1/jobs{query}")).await.expect(200);
        let ids =
            page["items"].as_array().unwrap().iter().map(|job| format!("/v1/jobs/{}", job["id"].as_str().unwrap()));
        (ids.collect::<Vec<_>>(), page["next"].clone())
    };
    assert_eq!(ids(&finance, "").await.0, [second.clone(), first.clone()], "the last first");
    let (page, next) = ids(&finance, "?limit=1").await;
    assert_eq!(page, std::slice::from_ref(&second));
    assert_eq!(
        ids(&finance, &format!("?limit=1&cursor={}", next.as_str().unwrap())).await,
        (vec![first.clone()], json!(null))
    );
    assert_eq!(ids(&finance, "?state=running").await.0, Vec::<String>::new());
    for account in ["leader", "admin", "principal", "finance@990002"] {
        let other = app.log_in(account).await;
        assert_eq!(ids(&other, "").await.0, Vec::<String>::new(), "{account}");
        other.get(&first).await.problem(404, "not_found");
        result(&other, &first).await.problem(404, "not_found");
        other.post(&format!("{first}/cancel"), &json!({})).await.problem(404, "not_found");
    }
    finance.get("/v1/jobs/nonsense").await.problem(404, "not_found");
    assert_eq!(app.query("SELECT count(*) FROM jobs WHERE state = 'waiting'").await, 2);
}

#[tokio::test]
async fn an_account_has_only_so_many_jobs() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let file = payments(1_000);
    let first = put_in(&finance, &import(""), &file).await;
    app.execute(
        "INSERT INTO jobs (bureau_id, id, account, operation, target, headers, size, request_id, due_at, created_at)
             SELECT bureau_id, gen_random_uuid(), account, operation, target, headers, size, request_id, due_at, created_at
             FROM jobs, generate_series(1, 18)",
    )
    .await;
    let path = import("");
    let answers = futures_util::future::join_all((0..24).map(|_| send(&finance, &path, &file))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1]), (202, 409), "of many at once as well: {statuses:?}");
    send(&finance, &import(""), &file).await.problem(409, "quota_exceeded");
    let strays = "SELECT count(*) FROM job_contents c WHERE NOT EXISTS (SELECT FROM jobs j WHERE j.id = c.job)";
    assert_eq!(app.query(strays).await, 0, "what was refused is not kept");
    finance.post(&format!("{first}/cancel"), &json!({})).await.expect(200);
    put_in(&finance, &import(""), &file).await;
}

#[tokio::test]
async fn an_account_that_is_disabled_meanwhile_does_nothing_any_more() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let place = put_in(&finance, &import(""), &payments(1_000)).await;
    app.execute("UPDATE users SET disabled = true WHERE username = 'finance'").await;
    let service = app.work();
    let state = "SELECT json_build_array(state, status, convert_from(answer, 'UTF8')::json ->> 'code') FROM jobs";
    for _ in 0..200 {
        if app.query(state).await[0] == "failed" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(app.query(state).await, json!(["failed", 403, "forbidden"]));
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
    service.stop(Duration::from_secs(5)).await;

    // A right that was taken away is missing as well.
    app.execute("UPDATE users SET disabled = false, roles = '{leader}' WHERE username = 'finance'").await;
    app.execute(&format!(
        "INSERT INTO jobs (bureau_id, id, account, operation, target, headers, size, request_id, due_at, created_at)
             SELECT bureau_id, gen_random_uuid(), account, operation, target, headers, size, request_id, due_at, now()
             FROM jobs WHERE '/v1/jobs/' || id = '{place}'"
    ))
    .await;
    let _service = app.work();
    let finance = app.log_in("finance").await;
    let jobs = finance.get("/v1/jobs").await.expect(200);
    let place = format!(
        "/v1/jobs/{}",
        jobs["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|job| job["id"].as_str().unwrap())
            .find(|id| !place.ends_with(id))
            .unwrap()
    );
    until_state(&finance, &place, "failed").await;
    result(&finance, &place).await.problem(403, "forbidden");
}

#[tokio::test]
async fn machine_clients_have_jobs_as_well() {
    let app = TestApp::with_catalogue().await;
    finance(&app).await;
    let machine = app.machine(BUREAU, &["finance:post"]).await;
    let place = put_in(&machine, &import(""), &payments(1_000)).await;
    let _service = app.work();
    until_state(&machine, &place, "done").await;
    assert_eq!(app.query("SELECT count(*) FROM payments WHERE recorded_by LIKE 'client:%'").await, 1_000);
}
