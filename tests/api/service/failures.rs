//! When the database fails: nothing of it is shown, and the service recovers with it.

use serde_json::json;

use crate::support::{Answer, Desk, TestApp, document, pupils};

/// Checks that an answer says no more than that something went wrong.
#[track_caller]
fn tells_nothing(answer: &Answer) {
    answer.problem(500, "internal");
    let problem = answer.json();
    let names: Vec<_> = problem.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["code", "instance", "request_id", "status", "title", "type"]);
    assert_eq!(problem["title"], "服务内部错误");
}

#[tokio::test]
async fn a_broken_database_is_not_shown() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    app.execute("ALTER TABLE submissions RENAME TO submissions_gone").await;
    tells_nothing(&desk.reporter.get(&desk.path).await);
    tells_nothing(&desk.reporter.put(&desk.path, &document(&pupils(1, 1))).await);
    tells_nothing(&desk.submit().await);
    tells_nothing(&desk.officer.get("/v1/forms/basics/periods/2022/submissions").await);
    app.execute("ALTER TABLE submissions_gone RENAME TO submissions").await;
    desk.read().await;
}

#[tokio::test]
async fn a_broken_value_in_the_database_is_not_shown() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    app.execute(r#"UPDATE submissions SET content = '{"values": "secret"}'"#).await;
    tells_nothing(&desk.reporter.get(&desk.path).await);
}

#[tokio::test]
async fn what_failed_half_way_left_nothing() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    app.execute("ALTER TABLE journal RENAME TO journal_gone").await;
    let submit = format!("{}/submit", desk.path);
    tells_nothing(&desk.principal.with("idempotency-key", "1").post(&submit, &json!({})).await);
    app.execute("ALTER TABLE journal_gone RENAME TO journal").await;
    let left = "SELECT (SELECT count(*) FROM submission_revisions) + (SELECT count(*) FROM submission_standings)
                     + (SELECT count(*) FROM idempotency_keys)";
    assert_eq!(app.query(left).await, 0);
    assert_eq!(desk.read().await["state"], "draft");
    desk.principal.with("idempotency-key", "1").post(&submit, &json!({})).await.expect(200);
}

/// Ends every connection of the service, as a restart of PostgreSQL does.
async fn cut_connections(app: &TestApp) {
    app.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = 'jixiao_service'",
    )
    .await;
}

#[tokio::test]
async fn connections_that_were_cut_are_replaced_at_once() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    // As many connections as the pool holds.
    let reads = (0..8).map(|_| desk.reporter.get(&desk.path));
    futures_util::future::join_all(reads).await;
    cut_connections(&app).await;
    for _ in 0..10 {
        desk.reporter.get(&desk.path).await.expect(200);
    }
    desk.save(&document(&pupils(1, 1))).await.expect(201);
}

#[tokio::test]
async fn without_its_database_the_service_says_so_and_comes_back() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let name = app.query("SELECT current_database()").await;
    let name = name.as_str().unwrap();
    app.execute(&format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")).await;
    cut_connections(&app).await;
    let answer = desk.reporter.get(&desk.path).await;
    answer.problem(503, "unavailable");
    assert_eq!(answer.headers["retry-after"], "1");
    app.anonymous().get("/ready").await.problem(503, "unavailable");
    app.anonymous().get("/live").await.expect(200);
    app.execute(&format!("GRANT CONNECT ON DATABASE {name} TO PUBLIC")).await;
    desk.read().await;
    app.anonymous().get("/ready").await.expect(200);
}
