//! Bodies that are no JSON, no JSON of ours, or too much of it.

use reqwest::Method;

use crate::support::{Answer, Desk, TestApp};

const JSON: &str = "application/json";

async fn put(desk: &Desk, content_type: &str, body: &[u8]) -> Answer {
    desk.reporter.send_raw(Method::PUT, &desk.path, Some((content_type, body.to_vec()))).await
}

#[tokio::test]
async fn what_is_not_json_is_malformed_and_says_where() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for body in [
        "",
        "{",
        "{\"values\": [}",
        "nonsense",
        "{\"values\": []} more",
        "{\"values\": [], }",
        "\u{feff}{\"values\": []}",
    ] {
        put(&desk, JSON, body.as_bytes()).await.problem(400, "malformed_request");
    }
    put(&desk, JSON, b"{\"values\": [\"\xff\"]}").await.problem(400, "malformed_request");
    put(&desk, JSON, br#"{"values": ["\ud800"]}"#).await.problem(400, "malformed_request");
    let detail = put(&desk, JSON, b"{\n  \"values\": [}").await.json()["detail"].clone();
    assert!(detail.as_str().unwrap().contains("第 2 行第 14 列"), "{detail}");
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for content_type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonp"] {
        put(&desk, content_type, b"{\"values\": []}").await.problem(415, "unsupported_media_type");
    }
    let answer = desk.reporter.send_raw(Method::PUT, &desk.path, None).await;
    answer.problem(415, "unsupported_media_type");
    put(&desk, "Application/JSON; charset=utf-8", b"{\"values\": []}").await.expect(201);
}

#[tokio::test]
async fn a_body_is_bounded() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let body = format!("{{\"values\": [], \"x\": \"{}\"}}", "x".repeat(4 * 1024 * 1024));
    put(&desk, JSON, body.as_bytes()).await.problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_body_is_bounded_however_small_it_was_packed() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let packed = include_bytes!("five_megabytes.json.gz");
    let reporter = desk.reporter.with("content-encoding", "gzip");
    let answer = reporter.send_raw(Method::PUT, &desk.path, Some((JSON, packed.to_vec()))).await;
    answer.problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_body_is_not_nested_without_end() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let body = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        put(&desk, JSON, body.as_bytes()).await.problem(400, "malformed_request");
    }
}

#[tokio::test]
async fn a_field_stands_once() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (body, places) in [
        (r#"{"values": [], "values": []}"#, vec!["/values duplicate"]),
        (r#"{"values": [{"indicator": "pupils", "value": 1, "value": 2}]}"#, vec!["/values/0/value duplicate"]),
        (
            r#"{"values": [{"indicator": "pupils_by_sex", "dimensions": {"sex": "girls", "sex": "boys"}, "value": 1}]}"#,
            vec!["/values/0/dimensions/sex duplicate"],
        ),
        (
            r#"{"values": [{"indicator": "pupils", "\u0076alue": 1, "value": 1, "value": 1}], "values": []}"#,
            vec!["/values duplicate", "/values/0/value duplicate", "/values/0/value duplicate"],
        ),
    ] {
        assert_eq!(put(&desk, JSON, body.as_bytes()).await.problem(422, "validation_failed"), places, "{body}");
    }
}

#[tokio::test]
async fn a_text_has_no_null_character() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (body, places) in [
        (r#"{"values": [{"indicator": "remark", "value": "a\u0000b"}]}"#, vec!["/values/0/value wrong_format"]),
        (
            r#"{"values": [{"indicator": "remark", "note": "\u0000"}, {"indicator": "\u0000"}]}"#,
            vec!["/values/0/note wrong_format", "/values/1/indicator wrong_format"],
        ),
        (
            r#"{"values": [{"indicator": "pupils", "dimensions": {"\u0000": "x"}, "value": 1}]}"#,
            vec!["/values/0/dimensions/\u{0} wrong_format"],
        ),
    ] {
        assert_eq!(put(&desk, JSON, body.as_bytes()).await.problem(422, "validation_failed"), places, "{body}");
    }
}
