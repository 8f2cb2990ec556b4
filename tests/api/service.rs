//! What holds for the service as a whole.

mod bodies;
mod browsers;
mod failures;
mod load;
mod metrics;
mod parameters;

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

#[tokio::test]
async fn a_problem_names_the_request_and_where_it_was_sent() {
    let app = TestApp::start().await;
    let answer = app.anonymous().get("/v1/organisations?limit=1").await;
    answer.problem(401, "unauthenticated");
    let problem = answer.json();
    assert_eq!(problem["type"], "urn:jixiao:problem:unauthenticated");
    assert_eq!((&problem["status"], &problem["instance"]), (&401.into(), &"/v1/organisations".into()));
    let request_id = problem["request_id"].as_str().unwrap();
    assert!(uuid::Uuid::parse_str(request_id).is_ok_and(|id| !id.is_nil()), "{request_id}");
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own() {
    let app = TestApp::start().await;
    let id = async || app.anonymous().get("/v1/nothing").await.expect(404)["request_id"].clone();
    assert_ne!(id().await, id().await);
}

#[tokio::test]
async fn a_trace_is_continued_and_a_malformed_one_does_no_harm() {
    let app = TestApp::start().await;
    for trace in ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-0-0-0", "nonsense", "-", ""] {
        app.anonymous().with("traceparent", trace).get("/live").await.expect(200);
    }
}
