//! Payment plans.

use serde_json::{Value, json};

use super::{ITEMS, enter, item, lump};
use crate::support::TestApp;

fn plan(months: [f64; 12]) -> Value {
    json!({ "months": months })
}

#[tokio::test]
async fn a_plan_is_kept_in_revisions_within_the_budget() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 120.0, &json!({}))).await;
    enter(&finance, &lump("l", 120.0)).await;
    let path = format!("{ITEMS}/a/plan");
    finance.get(&path).await.problem(404, "not_found");
    let created = finance.put(&path, &plan([10.0; 12])).await;
    assert_eq!((created.etag(), created.expect(201)["total"].clone()), ("\"1\"".to_owned(), json!(120)));
    finance.put(&path, &plan([9.0; 12])).await.problem(428, "precondition_required");
    let changed = finance.with("if-match", "\"1\"").put(&path, &plan([9.5; 12])).await;
    assert_eq!((changed.etag(), changed.expect(200)["total"].clone()), ("\"2\"".to_owned(), json!(114)));
    finance.with("if-match", "\"1\"").put(&path, &plan([9.0; 12])).await.problem(412, "precondition_failed");
    let same = finance.with("if-match", "*").put(&path, &plan([9.5; 12])).await;
    assert_eq!((same.etag(), same.expect(200)["revision"].clone()), ("\"2\"".to_owned(), json!(2)));

    let read = app.log_in("principal").await.get(&path).await;
    assert_eq!((read.etag(), read.expect(200)["months"][11].clone()), ("\"2\"".to_owned(), json!(9.5)));
    app.log_in("principal2").await.get(&path).await.problem(404, "not_found");
    let first = app.query("SELECT recorded_at FROM payment_plans WHERE revision = 1").await;
    let moment = first.as_str().unwrap().replace('+', "%2B");
    assert_eq!(finance.get(&format!("{path}?as_of={moment}")).await.expect(200)["total"], 120);

    let finance = finance.with("if-match", "*");
    let more = finance.put(&path, &plan([10.01; 12])).await;
    assert_eq!(more.problem(422, "validation_failed"), ["/months out_of_range"]);
    let mut wrong = plan([1.0; 12]);
    wrong["months"][3] = json!(-1);
    wrong["months"][4] = json!(0.001);
    assert_eq!(
        finance.put(&path, &wrong).await.problem(422, "validation_failed"),
        ["/months/3 out_of_range", "/months/4 too_many_digits"]
    );
    let short = json!({"months": [1, 2]});
    assert_eq!(finance.put(&path, &short).await.problem(422, "validation_failed"), ["/months wrong_length"]);
    let new = app.log_in("finance").await;
    new.put(&format!("{ITEMS}/l/plan"), &plan([1.0; 12])).await.problem(409, "state_forbids");
    new.put(&format!("{ITEMS}/nothing/plan"), &plan([1.0; 12])).await.problem(404, "not_found");
    app.log_in("principal").await.put(&path, &plan([1.0; 12])).await.problem(403, "forbidden");
}
