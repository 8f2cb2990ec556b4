//! What holds for the service as a whole.

use crate::support::TestApp;

#[tokio::test]
async fn it_says_that_it_is_up() {
    let app = TestApp::start().await;
    assert_eq!(app.anonymous().get("/live").await.expect(200)["status"], "up");
    assert_eq!(app.anonymous().get("/ready").await.expect(200)["status"], "up");
}

#[tokio::test]
async fn it_is_not_ready_while_it_stops() {
    let app = TestApp::start().await;
    app.app.drain();
    app.anonymous().get("/ready").await.problem(503, "unavailable");
    app.anonymous().get("/live").await.expect(200);
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_method_are_told_apart() {
    let app = TestApp::start().await;
    app.anonymous().get("/v1/nothing").await.problem(404, "not_found");
    let answer = app.anonymous().delete("/live").await;
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.headers["allow"], "GET");
}

#[tokio::test]
async fn problems_are_told_in_the_language_asked_for() {
    let app = TestApp::start().await;
    let english = app.anonymous().with("accept-language", "en-GB, en;q=0.9").get("/v1/nothing").await.expect(404);
    let chinese = app.anonymous().get("/v1/nothing").await.expect(404);
    assert_eq!(english["title"], "Not found");
    assert_eq!(chinese["title"], "未找到");
    assert_eq!(english["type"], chinese["type"]);
    assert_eq!(english["code"], "not_found");
}
