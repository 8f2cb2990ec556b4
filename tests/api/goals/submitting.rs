//! What stands in the way of handing a goal in.

use serde_json::json;

use super::{Office, of_project, overall, path, target};
use crate::support::BUREAU;

#[tokio::test]
async fn everything_that_is_missing_is_named() {
    let office = Office::with_activity().await;
    let scant = json!({"level": "project", "organisation": crate::support::SCHOOL, "section": "teaching",
        "project": "P-1", "name": "综合楼"});
    office.officer.put(&path("P"), &scant).await.expect(201);
    let violations = office.officer.post(&format!("{}/submit", path("P")), &json!({})).await;
    assert_eq!(
        violations.problem(422, "validation_failed"),
        [
            "/description missing",
            "/measures missing",
            "/parent missing",
            "/targets inconsistent",
            "/targets inconsistent",
            "/targets inconsistent",
            "/targets missing"
        ]
    );
    assert_eq!(office.officer.get(&path("P")).await.expect(200)["state"], "draft");
}

#[tokio::test]
async fn every_target_can_be_followed() {
    let office = Office::open().await;
    let numbered = |code: &str, indicator: &str, unit: Option<&str>, value: serde_json::Value| {
        json!({"code": code, "name": "某项", "class": "quantity", "indicator": indicator, "sign": "at_least", "value": value,
            "unit": unit, "weight": 1})
    };
    let mut goal = overall();
    goal["targets"] = json!([
        numbered("a", "nothing", None, json!(1)),
        numbered("b", "remark", None, json!(1)),
        numbered("c", "pupils", Some("元"), json!(1)),
        numbered("d", "pupils", None, json!(1.5)),
        {"code": "e", "name": "定性", "class": "social", "sign": "qualitative", "indicator": "pupils", "value": 5,
            "unit": "人", "where": {"sex": "girls"}, "within": BUREAU, "strategy": "linear", "weight": 1},
        {"code": "f", "name": "定量", "class": "quality", "sign": "equal", "strategy": "ratio", "weight": 1},
        {"code": "g", "name": "女生", "class": "quality", "sign": "equal", "indicator": "pupils_by_sex", "value": 5,
            "where": {"sex": "nobody"}, "weight": 1},
        {"code": "h", "name": "女生", "class": "quality", "sign": "equal", "indicator": "pupils", "value": 5,
            "where": {"sex": "girls"}, "weight": 1},
        // All right: booleans are counted, ratios have no unit, months make a year.
        numbered("w", "has_library", None, json!(3)),
        numbered("x", "boarding_rate", None, json!(0.955)),
        numbered("y", "drills", Some("次"), json!(12)),
        numbered("z", "sleep_hours", Some("小时"), json!(8.5)),
    ]);
    office.officer.put(&path("O"), &goal).await.expect(201);
    let answer = office.officer.post(&format!("{}/submit", path("O")), &json!({})).await;
    assert_eq!(
        answer.problem(422, "validation_failed"),
        [
            "/targets/0/indicator unknown_indicator",
            "/targets/1/indicator wrong_type",
            "/targets/2/unit inconsistent",
            "/targets/3/value too_many_digits",
            "/targets/4/indicator inconsistent",
            "/targets/4/strategy inconsistent",
            "/targets/4/unit inconsistent",
            "/targets/4/value inconsistent",
            "/targets/4/where inconsistent",
            "/targets/4/within inconsistent",
            "/targets/5/indicator missing",
            "/targets/5/strategy inconsistent",
            "/targets/5/value missing",
            "/targets/6/where wrong_dimension",
            "/targets/7/where wrong_dimension",
        ]
    );
}

#[tokio::test]
async fn the_weights_of_a_project_are_those_of_the_policy() {
    let office = Office::with_activity().await;
    let mut goal = of_project();
    goal["targets"][0]["weight"] = json!(20.01);
    goal["targets"][3]["weight"] = json!(0);
    office.officer.put(&path("P"), &goal).await.expect(201);
    let submit = format!("{}/submit", path("P"));
    let answer = office.officer.with("accept-language", "en").post(&submit, &json!({})).await;
    assert_eq!(
        answer.problem(422, "validation_failed"),
        ["/targets inconsistent", "/targets inconsistent", "/targets/3/weight out_of_range"]
    );
    assert!(answer.text.contains("The weights of output sum to 50, not 50.01"), "{}", answer.text);
    let mut goal = of_project();
    goal["targets"].as_array_mut().unwrap().push(target("more", &json!(0.5)));
    goal["targets"][0]["weight"] = json!(19.5);
    office.officer.with("if-match", "*").put(&path("P"), &goal).await.expect(200);
    office.officer.post(&submit, &json!({})).await.expect(200);
}

#[tokio::test]
async fn without_a_policy_nothing_is_handed_in() {
    let office = Office::open().await;
    let mut goal = overall();
    goal["targets"] = json!([target("a", &json!(0))]);
    office.officer.put("/v1/goals/2019/O", &goal).await.expect(201);
    let answer = office.officer.post("/v1/goals/2019/O/submit", &json!({})).await;
    answer.problem(409, "state_forbids");
}

#[tokio::test]
async fn a_step_that_is_sent_again_is_answered_again() {
    let office = Office::open().await;
    office.officer.put(&path("O"), &overall()).await.expect(201);
    let officer = office.officer.with("idempotency-key", "once");
    let first = officer.post(&format!("{}/submit", path("O")), &json!({})).await;
    let again = officer.post(&format!("{}/submit", path("O")), &json!({})).await;
    assert_eq!((first.expect(200), first.etag()), (again.expect(200), again.etag()));
    office.officer.post(&format!("{}/submit", path("O")), &json!({})).await.problem(409, "state_forbids");
}
