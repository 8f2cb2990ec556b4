//! Who holds a job, and how it is let go.

use std::time::Duration;

use diesel_async::AsyncPgConnection;
use jixiao::http::JobService;
use serde_json::json;

use super::{finance, import, payments, put_in, result, until, until_state};
use crate::support::{Client, TestApp};

/// A job that is under way, and waits for what somebody else has locked.
async fn held_up(app: &TestApp) -> (Client, String, AsyncPgConnection, JobService) {
    let finance = finance(app).await;
    let obstacle = app.lock("payments").await;
    let place = put_in(&finance, &import(""), &payments(1_000)).await;
    let service = app.work();
    until(&finance, &place, |job| job["total"] == 1_000).await;
    app.until_waiting(1).await;
    (finance, place, obstacle, service)
}

#[tokio::test]
async fn what_waits_is_cancelled_at_once() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let place = put_in(&finance, &import(""), &payments(1_000)).await;
    let cancel = format!("{place}/cancel");
    let job = finance.with("idempotency-key", "stop").post(&cancel, &json!({})).await.expect(200);
    assert_eq!((&job["state"], &job["may"], &job["status"]), (&json!("cancelled"), &json!([]), &json!(null)));
    assert_eq!(finance.post(&cancel, &json!({})).await.expect(200)["state"], "cancelled");
    result(&finance, &place).await.problem(409, "state_forbids");
    let _service = app.work();
    let other = put_in(&finance, &import(""), &payments(1_001)).await;
    until_state(&finance, &other, "done").await;
    assert_eq!(finance.get(&place).await.expect(200)["state"], "cancelled");
    finance.post(&format!("{other}/cancel"), &json!({})).await.problem(409, "state_forbids");
    assert_eq!(app.query("SELECT count(*) FROM job_contents").await, 0);
}

#[tokio::test]
async fn what_is_under_way_is_rolled_back_when_it_is_cancelled() {
    let app = TestApp::with_catalogue().await;
    let (finance, place, obstacle, _service) = held_up(&app).await;
    let job = finance.post(&format!("{place}/cancel"), &json!({})).await.expect(200);
    assert_eq!((&job["state"], &job["cancel_requested"]), (&json!("running"), &json!(true)));
    let job = until_state(&finance, &place, "cancelled").await;
    assert_eq!(job["status"], json!(null));
    drop(obstacle);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
    assert_eq!(
        app.query("SELECT json_agg(action ORDER BY recorded_at) FROM journal WHERE subject_type = 'job'").await,
        json!(["job.create", "job.cancel", "job.end"])
    );
    // Whatever was in the way is gone, and others are worked on.
    let other = put_in(&finance, &import(""), &payments(1_000)).await;
    until_state(&finance, &other, "done").await;
}

#[tokio::test]
async fn what_was_cancelled_in_its_last_moment_is_not_done() {
    let app = TestApp::with_catalogue().await;
    let (finance, place, obstacle, _service) = held_up(&app).await;
    finance.post(&format!("{place}/cancel"), &json!({})).await.expect(200);
    // What was in the way is gone before anybody looks whether it is to be cancelled.
    drop(obstacle);
    until_state(&finance, &place, "cancelled").await;
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
}

#[tokio::test]
async fn who_lost_the_hold_on_a_job_writes_nothing_any_more() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let obstacle = app.lock("payments").await;
    let place = put_in(&finance, &import(""), &payments(1_000)).await;
    let _service = app.work();
    app.until_waiting(1).await;
    // As if it had been quiet for too long, and another process had taken the job up.
    app.execute("UPDATE jobs SET lease = gen_random_uuid(), due_at = now() + interval '1 hour'").await;
    drop(obstacle);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
    assert_eq!(finance.get(&place).await.expect(200)["state"], "running");
    // The other process was killed.
    app.execute("UPDATE jobs SET due_at = now()").await;
    let job = until_state(&finance, &place, "done").await;
    assert_eq!(job["attempts"], 2);
    assert_eq!(result(&finance, &place).await.expect(200)["created"], 1_000);
}

#[tokio::test]
async fn what_the_service_has_no_time_for_is_tried_again() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let obstacle = app.lock("payments").await;
    let place = put_in(&finance, &import(""), &payments(1_000)).await;
    let _service = app.work();
    // The lock is not had in time, which is answered 503.
    let job = until(&finance, &place, |job| job["state"] == "waiting" && job["attempts"] == 1).await;
    assert_eq!(job["status"], json!(null));
    drop(obstacle);
    until_state(&finance, &place, "done").await;
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 1_000);
}

#[tokio::test]
async fn what_is_cut_off_again_and_again_is_given_up() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let place = put_in(&finance, &import(""), &payments(1_000)).await;
    app.execute("UPDATE jobs SET attempts = 5").await;
    let _service = app.work();
    until_state(&finance, &place, "failed").await;
    result(&finance, &place).await.problem(500, "internal");
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten() {
    let app = TestApp::with_catalogue().await;
    let finance = finance(&app).await;
    let old = put_in(&finance, &import(""), &payments(1_000)).await;
    finance.post(&format!("{old}/cancel"), &json!({})).await.expect(200);
    let young = put_in(&finance, &import(""), &payments(1_000)).await;
    finance.post(&format!("{young}/cancel"), &json!({})).await.expect(200);
    let open = put_in(&finance, &import(""), &payments(1_000)).await;
    app.execute(&format!(
        "UPDATE jobs SET ended_at = now() - interval '8 days' WHERE '/v1/jobs/' || id = '{old}';
         INSERT INTO job_contents VALUES (1, gen_random_uuid(), 0, NULL, 'x', now() - interval '2 days'),
             (1, gen_random_uuid(), 0, NULL, 'x', now());
         UPDATE job_contents SET stored_at = now() - interval '2 days' WHERE '/v1/jobs/' || job = '{open}'"
    ))
    .await;
    jixiao::maintenance::forget_old_jobs(&app.app).await.unwrap();
    finance.get(&old).await.problem(404, "not_found");
    finance.get(&young).await.expect(200);
    finance.get(&open).await.expect(200);
    assert_eq!(app.query("SELECT count(DISTINCT job) FROM job_contents").await, 2);
}
