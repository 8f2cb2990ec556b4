//! Which rectifications a list has, and of which somebody is reminded.

use serde_json::{Value, json};

use super::{RECTIFICATIONS, county, open, plan, step};
use crate::support::{SCHOOL, SIBLING, TestApp};

fn codes(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

/// Four findings on 2022-08-20: one that was due, one that is due today, one that is resolved, and the finance section's own.
async fn findings() -> TestApp {
    let app = county().await;
    let (finance, auditor, principal) =
        (app.log_in("finance").await, app.log_in("auditor").await, app.log_in("principal").await);
    open(&finance, "late", &json!({"due_on": "2022-08-10", "organisation": SIBLING})).await;
    open(&auditor, "today", &json!({"due_on": "2022-08-20", "source": "external_audit"})).await;
    open(&finance, "done", &json!({"due_on": "2022-08-05"})).await;
    open(
        &finance,
        "own",
        &json!({"due_on": "2022-10-01", "organisation": "finance", "section": "finance",
        "source": "monitoring", "subject_type": "monitoring_sheet", "subject": "2022-08/P1"}),
    )
    .await;
    step(&principal, "done", "begin", &plan()).await.expect(200);
    step(&principal, "done", "resolve", &json!({"note": "已清理"})).await.expect(200);
    app
}

#[tokio::test]
async fn rectifications_are_listed_by_what_they_are_the_most_urgent_first() {
    let app = findings().await;
    let auditor = app.log_in("auditor").await;
    for (query, expected) in [
        ("", vec!["done", "late", "today", "own"]),
        ("source=external_audit", vec!["today"]),
        ("state=resolved", vec!["done"]),
        ("organisation=finance", vec!["own"]),
        ("section=teaching", vec!["done", "late", "today"]),
        ("overdue=true", vec!["late"]),
        ("overdue=false", vec!["done", "today", "own"]),
        ("due_before=2022-08-20", vec!["done", "late"]),
        ("subject_type=monitoring_sheet&subject=2022-08/P1", vec!["own"]),
    ] {
        assert_eq!(codes(&auditor.get(&format!("{RECTIFICATIONS}?{query}")).await.expect(200)), expected, "{query}");
    }
    let late = auditor.get(&format!("{RECTIFICATIONS}/late")).await.expect(200);
    assert_eq!((&late["overdue"], &late["days_overdue"]), (&json!(true), &json!(10)));
    assert_eq!(codes(&app.log_in("reporter").await.get(RECTIFICATIONS).await.expect(200)), ["done", "today"]);
    let first = auditor.get(&format!("{RECTIFICATIONS}?limit=3")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = auditor.get(&format!("{RECTIFICATIONS}?limit=3&cursor={next}")).await.expect(200);
    assert_eq!((codes(&first), codes(&second)), (vec!["done", "late", "today"], vec!["own"]));

    app.travel_to("2022-10-02");
    let auditor = app.log_in("auditor").await;
    assert_eq!(
        codes(&auditor.get(&format!("{RECTIFICATIONS}?overdue=true")).await.expect(200)),
        ["late", "today", "own"]
    );
}

#[tokio::test]
async fn everybody_is_reminded_of_what_they_should_see_to() {
    let app = findings().await;
    let path = format!("{RECTIFICATIONS}/reminders");
    let told = async |who: &str, query: &str| {
        let answer = app.log_in(who).await.get(&format!("{path}{query}")).await.expect(200);
        assert_eq!((&answer["today"], &answer["complete"]), (&json!("2022-08-20"), &json!(true)));
        let unit = |unit: &Value| {
            let items = codes(unit).join(",");
            format!("{} {} {} {items}", unit["organisation"].as_str().unwrap(), unit["overdue"], unit["due"])
        };
        answer["units"].as_array().unwrap().iter().map(unit).collect::<Vec<_>>()
    };
    let (late, today) = (format!("{SIBLING} 1 0 late"), format!("{SCHOOL} 0 1 today"));
    assert_eq!(told("principal", "").await, [today.as_str()]);
    assert_eq!(told("principal2", "").await, [late.as_str()]);
    assert_eq!(told("officer", "").await, [today.as_str(), late.as_str()]);
    assert_eq!(told("finance", "").await, [today.as_str(), late.as_str()]);
    assert_eq!(told("auditor", "?within=41").await, [today.as_str(), late.as_str()]);
    assert_eq!(told("auditor", "?within=42").await, [today.as_str(), late.as_str(), "finance 0 1 own"]);
    assert_eq!(told("officer", "?within=42").await, [today.as_str(), late.as_str()], "others watch over that");
    let far = app.log_in("auditor").await.get(&format!("{path}?within=367")).await;
    assert_eq!(far.problem(400, "invalid_parameter"), ["?within out_of_range"]);
}
