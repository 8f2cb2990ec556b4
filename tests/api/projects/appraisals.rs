//! Ex-ante appraisals.

use serde_json::{Value, json};

use super::{appraisal, appraise, propose};
use crate::support::TestApp;

const APPRAISALS: &str = "/v1/projects/P1/appraisals";

#[tokio::test]
async fn points_are_added_up_exactly_and_conclude() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    propose(&reporter, "P1", &json!({})).await;
    let first = appraise(&finance, "P1", &json!(15.99)).await;
    assert_eq!((&first["total"], &first["conclusion"]), (&json!(79.95), &json!("partly_supported")));
    assert_eq!(
        (&first["appraisal"], &first["revision"], &first["policy"]),
        (&json!(1), &json!(1), &json!("county_2020"))
    );
    assert_eq!(first["scores"][1], json!({"criterion": "economy", "weight": 20, "score": 15.99, "reason": "有依据"}));
    let second = appraise(&finance, "P1", &json!(16)).await;
    assert_eq!(
        (&second["total"], &second["conclusion"], &second["revision"]),
        (&json!(80), &json!("supported"), &json!(2))
    );
    let project = reporter.get("/v1/projects/P1").await.expect(200);
    assert_eq!(project["verdict"], json!({"appraisal": 2, "total": 80, "conclusion": "supported"}));
    let all = reporter.get(APPRAISALS).await.expect(200);
    assert_eq!(all["items"], json!([first, second]));
    assert_eq!(reporter.get("/v1/projects/P1/appraisals/2").await.expect(200), second);
    for none in ["0", "3", "-2147483648"] {
        reporter.get(&format!("{APPRAISALS}/{none}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn an_appraiser_concludes_less_with_a_reason_and_never_more() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    propose(&reporter, "P1", &json!({})).await;
    let with = |points: Value, conclusion: &str, reason: Value| {
        let mut body = appraisal(&points);
        body["conclusion"] = json!(conclusion);
        body["reason"] = reason;
        body
    };
    let higher = finance.post(APPRAISALS, &with(json!(15), "supported", json!("重要"))).await;
    assert_eq!(higher.problem(422, "validation_failed"), ["/conclusion not_allowed"]);
    let silent = finance.post(APPRAISALS, &with(json!(18), "rejected", Value::Null)).await;
    assert_eq!(silent.problem(422, "validation_failed"), ["/reason missing"]);
    let lower = finance.post(APPRAISALS, &with(json!(18), "rejected", json!("资金未落实"))).await.expect(201);
    assert_eq!(
        (&lower["by_points"], &lower["conclusion"], &lower["reason"]),
        (&json!("supported"), &json!("rejected"), &json!("资金未落实"))
    );
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_appraisal_is_named() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    propose(&reporter, "P1", &json!({})).await;
    let mut body = appraisal(&json!(20));
    body["scores"][0]["score"] = json!(20.01);
    body["scores"][1]["score"] = json!(1.001);
    body["scores"][2]["criterion"] = json!("beauty");
    assert_eq!(
        finance.post(APPRAISALS, &body).await.problem(422, "validation_failed"),
        [
            "/scores missing",
            "/scores/0/score out_of_range",
            "/scores/1/score too_many_digits",
            "/scores/2/criterion unknown_reference"
        ]
    );
    assert_eq!(app.query("SELECT count(*) FROM project_appraisals").await, 0);
    for other in ["reporter", "officer", "leader", "auditor"] {
        app.log_in(other).await.post(APPRAISALS, &appraisal(&json!(20))).await.problem(403, "forbidden");
    }
    finance.post("/v1/projects/P2/appraisals", &appraisal(&json!(20))).await.problem(404, "not_found");
}

#[tokio::test]
async fn without_a_policy_nothing_is_appraised() {
    let app = TestApp::start().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    propose(&reporter, "P1", &json!({})).await;
    let refused = finance.post(APPRAISALS, &appraisal(&json!(20))).await;
    refused.problem(409, "state_forbids");
    assert!(refused.json()["detail"].as_str().unwrap().contains("政策"), "{}", refused.text);
}
