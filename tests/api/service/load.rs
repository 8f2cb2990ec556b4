//! More than can be served is turned away at once, and told when to come again.

use futures_util::future::join;

use crate::support::{Answer, Desk, SCHOOL, Settings, TestApp, sheet};

async fn with_arguments(pool_size: usize, arguments: &[&'static str]) -> TestApp {
    TestApp::with_catalogue_and(Settings { pool_size, arguments: arguments.to_vec(), ..Settings::default() }).await
}

#[track_caller]
fn turned_away(answer: &Answer, status: u16, code: &str) {
    answer.problem(status, code);
    let seconds: u32 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=5).contains(&seconds), "{seconds}");
    let problem = answer.json();
    assert_eq!(problem["instance"], sheet("basics", "2022", SCHOOL));
    assert_ne!(problem["request_id"], uuid::Uuid::nil().to_string());
}

#[tokio::test]
async fn more_requests_at_once_than_allowed_are_turned_away() {
    let app = with_arguments(8, &["--rate-limit", "0", "--max-in-flight", "1"]).await;
    let desk = Desk::basics(&app).await;
    let lock = app.lock("submissions").await;
    let meanwhile = async {
        app.until_waiting(1).await;
        turned_away(&desk.officer.get(&desk.path).await, 503, "overloaded");
        // Whoever looks after the service still gets in.
        app.anonymous().get("/live").await.expect(200);
        app.anonymous().get("/ready").await.expect(200);
        drop(lock);
    };
    let (slow, ()) = join(desk.reporter.get(&desk.path), meanwhile).await;
    slow.expect(200);
    desk.officer.get(&desk.path).await.expect(200);
}

#[tokio::test]
async fn who_finds_no_connection_in_time_is_turned_away() {
    let app = with_arguments(1, &["--rate-limit", "0"]).await;
    let desk = Desk::basics(&app).await;
    let lock = app.lock("submissions").await;
    let meanwhile = async {
        app.until_waiting(1).await;
        turned_away(&desk.officer.get(&desk.path).await, 503, "overloaded");
        drop(lock);
    };
    let (slow, ()) = join(desk.reporter.get(&desk.path), meanwhile).await;
    slow.expect(200);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let app = with_arguments(8, &["--rate-limit", "0", "--request-seconds", "1"]).await;
    let desk = Desk::basics(&app).await;
    let _lock = app.lock("submissions").await;
    let answer = desk.reporter.with("accept-language", "en").get(&desk.path).await;
    turned_away(&answer, 503, "overloaded");
    assert_eq!(answer.json()["title"], "The service is busy");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_lock_that_is_not_had_in_time_turns_the_request_away() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let _lock = app.lock("submissions").await;
    turned_away(&desk.reporter.get(&desk.path).await, 503, "overloaded");
}

#[tokio::test]
async fn who_asks_too_often_waits_and_nobody_else_does() {
    let app = with_arguments(8, &["--rate-limit", "1"]).await;
    let (reporter, principal) = (app.log_in("reporter").await, app.log_in("principal").await);
    let path = sheet("basics", "2022", SCHOOL);
    let mut refused = None;
    // Two at once are let pass, then one a second.
    for _ in 0..20 {
        let answer = reporter.get(&path).await;
        if answer.status != 200 {
            refused = Some(answer);
            break;
        }
    }
    turned_away(&refused.expect("a limit"), 429, "rate_limited");
    principal.get(&path).await.expect(200);
    app.anonymous().get("/live").await.expect(200);
}
