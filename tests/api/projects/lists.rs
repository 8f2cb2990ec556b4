//! Which projects a list has.

use serde_json::{Value, json};

use super::{PROJECTS, propose, step};
use crate::support::{SCHOOL, SIBLING, TestApp};

fn codes(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn projects_are_listed_by_what_they_are() {
    let app = TestApp::with_catalogue().await;
    let (finance, reporter, officer) =
        (app.log_in("finance").await, app.log_in("reporter").await, app.log_in("officer").await);
    propose(&finance, "P1", &json!({"first_year": 2021, "last_year": 2022})).await;
    propose(&finance, "P2", &json!({"organisation": SIBLING, "category": "operation"})).await;
    propose(&officer, "P3", &json!({"organisation": "teaching", "last_year": null})).await;
    propose(&finance, "P4", &json!({"organisation": "finance", "section": "finance", "first_year": 2023})).await;
    step(&finance, "P3", "reject", Some("不宜")).await.expect(200);
    for (query, expected) in [
        ("", vec!["P1", "P2", "P3", "P4"]),
        ("year=2021", vec!["P1"]),
        ("year=2023", vec!["P2", "P4"]),
        ("state=rejected", vec!["P3"]),
        ("category=operation", vec!["P2"]),
        ("organisation=teaching", vec!["P3"]),
        ("section=finance", vec!["P4"]),
        ("section=teaching&year=2022&state=proposed", vec!["P1", "P2"]),
    ] {
        assert_eq!(codes(&finance.get(&format!("{PROJECTS}?{query}")).await.expect(200)), expected, "{query}");
    }
    assert_eq!(codes(&reporter.get(PROJECTS).await.expect(200)), ["P1"], "a school sees its own");
    assert!(codes(&reporter.get(&format!("{PROJECTS}?organisation={SIBLING}")).await.expect(200)).is_empty());
    assert_eq!(reporter.get("/v1/projects/P1").await.expect(200)["organisation"], SCHOOL);
    finance.get(&format!("{PROJECTS}?state=lost")).await.problem(400, "invalid_parameter");

    let first = finance.get(&format!("{PROJECTS}?limit=3")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = finance.get(&format!("{PROJECTS}?limit=3&cursor={next}")).await.expect(200);
    assert_eq!((codes(&first), codes(&second)), (vec!["P1", "P2", "P3"], vec!["P4"]));
    finance.get(&format!("{PROJECTS}?year=2022&cursor={next}")).await.problem(400, "invalid_parameter");
}
