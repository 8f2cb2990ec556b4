//! Entity tags: nobody overwrites what he has not read.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::traces;
use crate::support::{Answer, Client, Desk, Settings, TestApp, cell, document, pupils};

/// A service with a connection for each of a hundred callers, so that none is turned away.
async fn with_room() -> TestApp {
    TestApp::with_catalogue_and(Settings { pool_size: 100, ..Settings::default() }).await
}

#[tokio::test]
async fn what_exists_is_changed_only_by_who_names_its_version() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let (first, second) = (document(&[cell("boarders", 1)]), document(&[cell("boarders", 2)]));
    let tag = desk.save(&first).await.etag();
    desk.reporter.put(&desk.path, &second).await.problem(428, "precondition_required");
    let newer = desk.reporter.with("if-match", &tag).put(&desk.path, &second).await;
    newer.expect(200);
    assert_ne!(newer.etag(), tag);
    let stale = desk.reporter.with("if-match", &tag).put(&desk.path, &first).await;
    stale.problem(412, "precondition_failed");
    assert!(stale.json()["detail"].as_str().unwrap().contains(&newer.etag()), "{}", stale.text);
    desk.reporter.with("if-match", &format!("\"77\", {}", newer.etag())).put(&desk.path, &first).await.expect(200);
    // A weak tag never matches, and what is no tag is malformed.
    desk.reporter.with("if-match", "W/\"3\"").put(&desk.path, &second).await.problem(412, "precondition_failed");
    desk.reporter.with("if-match", "3").put(&desk.path, &second).await.problem(400, "malformed_request");
}

#[tokio::test]
async fn what_is_to_be_new_must_not_exist() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let body = document(&[cell("boarders", 1)]);
    desk.reporter.with("if-match", "*").put(&desk.path, &body).await.problem(412, "precondition_failed");
    let create = desk.reporter.with("if-none-match", "*");
    create.put(&desk.path, &body).await.expect(201);
    create.put(&desk.path, &body).await.problem(412, "precondition_failed");
}

#[tokio::test]
async fn an_answer_that_is_known_is_not_sent_again() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let tag = desk.save(&document(&[cell("boarders", 1)])).await.etag();
    let known = desk.reporter.with("if-none-match", &tag).get(&desk.path).await;
    assert_eq!((known.status.as_u16(), known.text.as_str(), known.etag()), (304, "", tag.clone()));
    desk.save(&document(&[cell("boarders", 2)])).await.expect(200);
    desk.reporter.with("if-none-match", &tag).get(&desk.path).await.expect(200);
}

#[tokio::test]
async fn actions_look_at_the_version_where_one_is_named() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let old = desk.save(&document(&pupils(1, 1))).await.etag();
    let tag = desk.save(&document(&pupils(1, 2))).await.etag();
    let submit = format!("{}/submit", desk.path);
    desk.principal.with("if-match", &old).post(&submit, &json!({})).await.problem(412, "precondition_failed");
    desk.principal.with("if-match", &tag).post(&submit, &json!({})).await.expect(200);
    let accept = format!("{}/accept", desk.path);
    desk.officer.with("if-match", &tag).post(&accept, &json!({})).await.problem(412, "precondition_failed");
    assert_eq!(desk.read().await["state"], "submitted");
}

/// Asks again where the service is busy, as its clients are told to: on a busy machine it may be.
async fn put_patiently(client: &Client, path: &str, document: &Value) -> Answer {
    for _ in 0..20 {
        let answer = client.put(path, document).await;
        if answer.status != 503 {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    client.put(path, document).await
}

#[tokio::test]
async fn of_a_hundred_writers_with_one_tag_one_succeeds() {
    let app = with_room().await;
    let desk = Desk::basics(&app).await;
    let tag = desk.save(&document(&[cell("boarders", 1000)])).await.etag();
    let before = traces(&app).await;
    let writer = desk.reporter.with("if-match", &tag);
    let documents: Vec<_> = (0..100).map(|i| document(&[cell("boarders", i)])).collect();
    let answers = join_all(documents.iter().map(|document| put_patiently(&writer, &desk.path, document))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(200), count(412)), (1, 99), "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    let journaled = traces(&app).await[4].as_i64().unwrap() - before[4].as_i64().unwrap();
    assert_eq!((journaled, desk.read().await["version"].as_i64()), (1, Some(2)));
}

#[tokio::test]
async fn of_many_that_begin_at_once_one_begins() {
    let app = with_room().await;
    let desk = Desk::basics(&app).await;
    let documents: Vec<_> = (0..20).map(|i| document(&[cell("boarders", i)])).collect();
    let answers = join_all(documents.iter().map(|document| put_patiently(&desk.reporter, &desk.path, document))).await;
    let begun = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| matches!(answer.status.as_u16(), 412 | 428)).count();
    assert_eq!((begun, refused), (1, 19));
}

#[tokio::test]
async fn of_many_that_decide_at_once_one_decides() {
    let app = with_room().await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("submitted", &document(&pupils(1, 1))).await;
    let before = traces(&app).await;
    let decisions =
        join_all((0..20).map(async |i| if i % 2 == 0 { desk.accept().await } else { desk.send_back().await }));
    for answer in decisions.await {
        assert!(matches!(answer.status.as_u16(), 200 | 409 | 412), "{}", answer.text);
    }
    let journaled = traces(&app).await[4].as_i64().unwrap() - before[4].as_i64().unwrap();
    assert_eq!(journaled, 1);
}
