//! Query and path parameters: each is known, stands once, and has a value that can be understood.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{SCHOOL, TestApp, sheet};

const BOARD: &str = "/v1/forms/basics/periods/2022/submissions";

#[tokio::test]
async fn unknown_parameters_are_refused_and_all_are_named() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    for (query, named) in [
        ("offset=1", vec!["?offset unknown_field"]),
        (
            "offset=1&limit=5&Limit=5&order%20by=x",
            vec!["?Limit unknown_field", "?offset unknown_field", "?order by unknown_field"],
        ),
        ("limit[]=5", vec!["?limit[] unknown_field"]),
    ] {
        assert_eq!(leader.get(&format!("{BOARD}?{query}")).await.problem(400, "invalid_parameter"), named, "{query}");
    }
    // Also where the operation has none at all.
    for path in ["/v1/me".to_owned(), sheet("basics", "2022", SCHOOL), "/live".to_owned()] {
        let answer = leader.get(&format!("{path}?verbose=1")).await;
        assert_eq!(answer.problem(400, "invalid_parameter"), ["?verbose unknown_field"], "{path}");
    }
}

#[tokio::test]
async fn a_parameter_stands_once() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    let answer = leader.get(&format!("{BOARD}?limit=1&state=draft&limit=2&st%61te=draft")).await;
    assert_eq!(answer.problem(400, "invalid_parameter"), ["?limit duplicate", "?state duplicate"]);
}

#[tokio::test]
async fn a_parameter_that_cannot_be_understood_is_named() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    for (query, named) in [
        ("limit=many", "?limit wrong_format"),
        ("limit=", "?limit wrong_format"),
        ("limit=99999999999999999999", "?limit wrong_format"),
        ("township=%00", "?township wrong_format"),
        ("late=TRUE", "?late wrong_format"),
    ] {
        assert_eq!(leader.get(&format!("{BOARD}?{query}")).await.problem(400, "invalid_parameter"), [named], "{query}");
    }
}

#[tokio::test]
async fn a_forged_cursor_does_no_harm() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    let page = leader.get(&format!("{BOARD}?limit=1")).await.expect(200);
    let cursor = BASE64_URL_SAFE_NO_PAD.decode(page["next"].as_str().unwrap()).unwrap();
    let cursor: Value = serde_json::from_slice(&cursor).unwrap();
    for after in [json!("\u{0}"), json!(1), json!(null), json!(["2199000001"])] {
        let forged = BASE64_URL_SAFE_NO_PAD.encode(json!({"after": after, "filter": cursor["filter"]}).to_string());
        let answer = leader.get(&format!("{BOARD}?limit=1&cursor={forged}")).await;
        assert_eq!(answer.problem(400, "invalid_parameter"), ["?cursor wrong_format"], "{after}");
    }
}

#[tokio::test]
async fn whatever_stands_in_a_path_is_at_most_not_found() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    for odd in ["%00", "a%00b", "%FF", "..%2F..", "'%20OR%201=1--", "%E4%B8%AD", "%F0%9F%8F%AB", &"9".repeat(4_000)] {
        for path in [
            sheet("basics", "2022", odd),
            sheet(odd, "2022", SCHOOL),
            format!("{}/revisions/{odd}", sheet("basics", "2022", SCHOOL)),
            format!("/v1/organisations/{odd}"),
        ] {
            let status = officer.get(&path).await.status.as_u16();
            assert!(matches!(status, 400 | 404), "{path}: {status}");
        }
        let status = officer.get(&sheet("basics", odd, SCHOOL)).await.status.as_u16();
        assert!(matches!(status, 400 | 404 | 422), "{odd}: {status}");
    }
}
