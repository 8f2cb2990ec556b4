//! Lights, exactly at their thresholds.

use serde_json::{Value, json};

use super::{goal, item, open, payment, project, sheet, sixty_pupils, target};
use crate::support::{SCHOOL, SIBLING, TestApp};

#[tokio::test]
async fn a_budget_turns_its_light_exactly_at_the_thresholds() {
    let app = TestApp::with_catalogue().await;
    // By the end of June half of the year is over: 500 of 1000 should be paid.
    let cases = [
        ("a", "299.99", "30", "60", "red"),
        ("b", "300", "30", "60", "yellow"),
        ("c", "399.99", "40", "80", "yellow"),
        ("d", "400", "40", "80", "green"),
        ("e", "1000", "100", "200", "green"),
    ];
    for (code, paid, ..) in cases {
        project(&app, code, SCHOOL, "under_way").await;
        item(&app, code, (code, SCHOOL), "1000").await;
        payment(&app, code, code, paid, "2022-06-30").await;
        // The day after counts in the next month.
        payment(&app, &format!("{code}-july"), code, "0.01", "2022-07-01").await;
    }
    let finance = app.log_in("finance").await;
    open(&finance, "june", 6).await;
    for (code, paid, rate, pace, light) in cases {
        let seen = finance.get(&sheet("june", code)).await.expect(200);
        let budget = &seen["budget"];
        let numbers = ["executed", "rate", "pace"].map(|field| budget[field].to_string());
        assert_eq!(numbers, [paid, rate, pace], "{budget}");
        assert_eq!((&budget["light"], &seen["light"]), (&json!(light), &json!(light)), "{code}");
    }
    let doubled = finance.get(&sheet("june", "d")).await.expect(200);
    assert_eq!(doubled["budget"]["projected"], 800);
}

#[tokio::test]
async fn a_target_turns_its_light_exactly_at_the_thresholds() {
    let app = TestApp::with_catalogue().await;
    sixty_pupils(&app).await;
    let cases = [
        ("at_least", 201, json!(59.7), "red"),
        ("at_least", 200, json!(60), "yellow"),
        ("above", 151, json!(79.47), "yellow"),
        ("above", 150, json!(80), "green"),
        ("equal", 101, json!(118.81), "green"),
        ("at_least", 100, json!(120), "blue"),
        ("at_most", 60, Value::Null, "green"),
        ("at_most", 59, Value::Null, "red"),
        ("below", 60, Value::Null, "green"),
        ("equal", 0, Value::Null, "red"),
    ];
    project(&app, "p", SCHOOL, "in_budget").await;
    let targets: Vec<Value> = cases
        .iter()
        .enumerate()
        .map(|(i, (sign, value, ..))| target(&format!("t{i}"), sign, *value, "pupils"))
        .collect();
    goal(&app, "p", 1, &targets).await;
    let finance = app.log_in("finance").await;
    open(&finance, "june", 6).await;
    let seen = finance.get(&sheet("june", "p")).await.expect(200);
    for (target, (sign, value, pace, light)) in seen["targets"].as_array().unwrap().iter().zip(&cases) {
        assert_eq!((&target["pace"], &target["light"]), (pace, &json!(light)), "{sign} {value}");
        assert_eq!((&target["actual"], &target["data"]), (&json!(60), &json!("available")));
    }
    assert_eq!((&seen["goal"]["light"], &seen["light"]), (&json!("red"), &json!("red")));
    assert_eq!(seen["budget"], Value::Null, "the project has no budget");
}

#[tokio::test]
async fn what_has_no_value_is_said_to_have_none_and_is_not_red() {
    let app = TestApp::with_catalogue().await;
    sixty_pupils(&app).await;
    project(&app, "p", SCHOOL, "in_budget").await;
    item(&app, "i", ("p", SCHOOL), "0.01").await;
    let mut in_words = target("words", "qualitative", 0, "pupils");
    in_words["indicator"] = Value::Null;
    in_words["value"] = Value::Null;
    let mut by_hand = target("by_hand", "at_least", 5, "pupils");
    by_hand["indicator"] = Value::Null;
    let mut elsewhere = target("elsewhere", "at_least", 5, "pupils");
    elsewhere["within"] = json!(SIBLING);
    let mut girls = target("girls", "at_least", 20, "pupils_by_sex");
    girls["where"] = json!({"sex": "girls"});
    let targets = [
        in_words,
        by_hand,
        target("gone", "at_least", 5, "given_up"),
        target("unreported", "at_least", 5, "boarders"),
        elsewhere,
        girls,
    ];
    goal(&app, "p", 1, &targets).await;
    let finance = app.log_in("finance").await;
    open(&finance, "december", 12).await;
    let seen = finance.get(&sheet("december", "p")).await.expect(200);
    let told: Vec<_> = seen["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|target| {
            let text = |field: &str| target[field].as_str().unwrap_or("-").to_owned();
            let reports = format!("{}/{}", target["reports_in"], target["reports_expected"]);
            [text("code"), text("data"), target["actual"].to_string(), text("light"), reports].join(" ")
        })
        .collect();
    assert_eq!(
        told,
        [
            "words not_measured null - 0/0",
            "by_hand not_measured null - 0/0",
            "gone no_data null - 0/0",
            "unreported no_data null - 0/1",
            "elsewhere no_data null - 0/1",
            "girls available 20 green 1/1",
        ]
    );
    // The worst of all, be it the budget's.
    assert_eq!(
        [&seen["goal"]["light"], &seen["budget"]["light"], &seen["light"]],
        [&json!("green"), &json!("red"), &json!("red")]
    );
}
