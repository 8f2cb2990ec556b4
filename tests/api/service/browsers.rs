//! What browsers rely on: CORS by an exact list, and headers that keep data where it belongs.

use reqwest::Method;

use crate::support::{Answer, Settings, TestApp};

const FRONTEND: &str = "https://frontend.example";

async fn with_frontend() -> TestApp {
    let arguments = vec!["--rate-limit", "0", "--cors-origin", FRONTEND];
    TestApp::start_with(Settings { arguments, ..Settings::default() }).await
}

async fn preflight(app: &TestApp, origin: &str, method: &str, headers: &str) -> Answer {
    let browser = app.anonymous().with("origin", origin).with("access-control-request-method", method);
    browser.with("access-control-request-headers", headers).send_raw(Method::OPTIONS, "/v1/me", None).await
}

#[track_caller]
fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_frontend_of_the_list_is_let_in() {
    let app = with_frontend().await;
    let answer = preflight(&app, FRONTEND, "PUT", "authorization, if-match, idempotency-key").await;
    answer.expect(200);
    assert_eq!(header(&answer, "access-control-allow-origin"), FRONTEND);
    assert!(header(&answer, "access-control-allow-methods").contains("PUT"));
    let answer = app.anonymous().with("origin", FRONTEND).get("/v1/me").await;
    answer.problem(401, "unauthenticated");
    assert_eq!(header(&answer, "access-control-allow-origin"), FRONTEND);
    assert!(header(&answer, "access-control-expose-headers").to_ascii_lowercase().contains("etag"));
}

#[tokio::test]
async fn any_other_is_not() {
    let app = with_frontend().await;
    for origin in ["https://evil.example", "http://frontend.example", "https://frontend.example.evil.example", "null"] {
        let answer = preflight(&app, origin, "GET", "authorization").await;
        assert_eq!(answer.status, 400, "{origin}");
        assert_eq!(header(&answer, "access-control-allow-origin"), "", "{origin}");
        let answer = app.anonymous().with("origin", origin).get("/live").await;
        assert_eq!(header(&answer, "access-control-allow-origin"), "", "{origin}");
    }
    assert_eq!(preflight(&app, FRONTEND, "TRACE", "authorization").await.status, 400);
    assert_eq!(preflight(&app, FRONTEND, "GET", "x-evil").await.status, 400);
}

#[tokio::test]
async fn answers_are_not_kept_not_sniffed_and_not_framed() {
    let app = TestApp::start().await;
    for path in ["/v1/me", "/v1/nothing", "/live", "/docs/"] {
        let answer = app.anonymous().get(path).await;
        assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert!(header(&answer, "strict-transport-security").starts_with("max-age="), "{path}");
        assert!(header(&answer, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn methods_that_are_not_offered_are_told_apart_from_addresses() {
    let app = TestApp::start().await;
    for method in [Method::HEAD, Method::OPTIONS, Method::TRACE, Method::PATCH, Method::from_bytes(b"BREW").unwrap()] {
        let answer = app.anonymous().send_raw(method.clone(), "/v1/me", None).await;
        assert_eq!((answer.status.as_u16(), header(&answer, "allow")), (405, "GET"), "{method}");
    }
    let answer = app.anonymous().send_raw(Method::HEAD, "/v1/me", None).await;
    assert_eq!(answer.text, "");
}

#[tokio::test]
async fn the_document_and_its_page_are_served() {
    let app = TestApp::start().await;
    let document = app.anonymous().get("/openapi.json").await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let page = app.anonymous().get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(header(&page, "content-type").starts_with("text/html"));
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "the page needs nothing from elsewhere");
}
