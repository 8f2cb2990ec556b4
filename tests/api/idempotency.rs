//! A POST that is sent again is answered again, and has no second effect.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Desk, Settings, TestApp, document, pupils};

fn keyed(client: &Client, key: &str) -> Client {
    client.with("idempotency-key", key)
}

async fn kept(app: &TestApp) -> Value {
    app.query("SELECT count(*) FROM idempotency_keys").await
}

#[tokio::test]
async fn the_same_request_is_answered_as_it_was() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    let submit = async || keyed(&desk.principal, "first").post(&format!("{}/submit", desk.path), &json!({})).await;
    let first = submit().await;
    first.expect(200);
    desk.send_back().await.expect(200);
    // Without the key it would be submitted a second time.
    let again = submit().await;
    assert_eq!((again.status, &again.text, again.etag()), (first.status, &first.text, first.etag()));
    assert_eq!(again.headers["content-type"], first.headers["content-type"]);
    assert_eq!(desk.read().await["state"], "returned");
}

#[tokio::test]
async fn another_request_with_the_key_is_refused() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("submitted", &document(&pupils(1, 1))).await;
    let officer = keyed(&desk.officer, "key");
    let path = format!("{}/return", desk.path);
    officer.post(&path, &json!({"note": "一"})).await.expect(200);
    officer.post(&path, &json!({"note": "二"})).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn a_key_belongs_to_a_caller_and_a_route() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    let act = async |client: &Client, action: &str| {
        keyed(client, "key").post(&format!("{}/{action}", desk.path), &json!({"note": "原因"})).await
    };
    act(&desk.principal, "submit").await.expect(200);
    act(&desk.officer, "submit").await.problem(403, "forbidden");
    act(&desk.officer, "return").await.expect(200);
    assert_eq!(kept(&app).await, 2);
    // The other county's principal has the same name, and is somebody else.
    let stranger = app.log_in("principal@990002").await;
    act(&stranger, "submit").await.problem(404, "not_found");
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again_with_its_key() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1)[..1])).await.expect(201);
    let submit = async || keyed(&desk.principal, "key").post(&format!("{}/submit", desk.path), &json!({})).await;
    submit().await.problem(422, "validation_failed");
    assert_eq!(kept(&app).await, 0);
    desk.save(&document(&pupils(1, 1))).await.expect(200);
    assert_eq!(submit().await.expect(200)["state"], "submitted");
}

#[tokio::test]
async fn a_key_is_short_and_visible() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    let path = format!("{}/submit", desk.path);
    for key in ["", "  ", "\"\"", &"k".repeat(201)] {
        keyed(&desk.principal, key).post(&path, &json!({})).await.problem(400, "malformed_request");
    }
    keyed(&desk.principal, &"k".repeat(200)).post(&path, &json!({})).await.expect(200);
}

#[tokio::test]
async fn fifty_keys_twenty_times_at_once_have_fifty_effects() {
    let app = TestApp::start_with(Settings { pool_size: 32, ..Settings::default() }).await;
    let admin = app.log_in("admin").await;
    // The twenty that share a key are under way together.
    let attempts = (0..1_000).map(|i| create_until_answered(&admin, i / 20));
    let answers: Vec<Answer> = stream::iter(attempts).buffer_unordered(100).collect().await;
    let clients: BTreeSet<(String, String)> = answers
        .iter()
        .map(|answer| {
            let client = &answer.expect(201)["client"];
            (client["name"].as_str().unwrap().to_owned(), client["client_id"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(clients.len(), 50, "a name with two clients was made twice");
    assert_eq!(app.query("SELECT count(*) FROM clients").await, 50);
    assert_eq!(app.query("SELECT count(*) FROM journal WHERE action = 'client.create'").await, 50);
}

/// Does as the answers say: waits where the same request is under way, or the service is busy.
async fn create_until_answered(admin: &Client, number: u32) -> Answer {
    let body = json!({"name": format!("客户端{number}"), "organisation": "990001", "scopes": ["figures:read"]});
    let client = keyed(admin, &format!("key-{number}"));
    for _ in 0..200 {
        let answer = client.post("/v1/clients", &body).await;
        match answer.status.as_u16() {
            409 => assert_eq!(answer.json()["code"], "idempotency_in_flight"),
            503 => {}
            _ => return answer,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("request {number} is never answered");
}
