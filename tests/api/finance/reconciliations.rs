//! Reconciliation with the finance system.

use serde_json::json;

use super::{enter, item, pay, payment};
use crate::support::{BUREAU, SIBLING, TestApp};

const RECONCILIATIONS: &str = "/v1/finance/reconciliations";

#[tokio::test]
async fn what_differs_between_the_two_is_told_and_kept() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    for code in ["a", "b", "c", "d"] {
        enter(&finance, &item(code, 100.0, &json!({"organisation": SIBLING}))).await;
    }
    for (voucher, item, amount) in [("1", "a", 10.5), ("2", "b", 20.0), ("3", "c", 5.0)] {
        pay(&finance, &payment(voucher, item, amount)).await;
    }
    let mut late = payment("4", "a", 30.0);
    late["paid_on"] = json!("2022-06-01");
    pay(&finance, &late).await;

    let treasury = app.machine(BUREAU, &["finance:post"]).await;
    let totals = json!([{"item": "a", "paid": 10.5}, {"item": "b", "paid": 20.01}, {"item": "x", "paid": 3}]);
    let answer = treasury.post(RECONCILIATIONS, &json!({"year": 2022, "until": "2022-05-31", "totals": totals})).await;
    let found = answer.expect(201);
    assert_eq!((&found["items"], &found["agrees"]), (&json!(3), &json!(false)));
    assert_eq!(found["different"], json!([{"item": "b", "budget": null, "paid": {"here": 20, "there": 20.01}}]));
    assert_eq!(found["only_here"], json!([{"item": "c", "budget": 100, "paid": 5}]));
    assert_eq!(found["only_there"], json!([{"item": "x", "budget": null, "paid": 3}]));
    let path = answer.headers["location"].to_str().unwrap();
    assert_eq!(finance.get(path).await.expect(200), found);

    // With budgets, an item without payments counts as well.
    let totals = json!([{"item": "a", "budget": 99, "paid": 40.5}, {"item": "b", "budget": 100, "paid": 20}, {"item": "c", "paid": 5}]);
    let found = finance
        .post(RECONCILIATIONS, &json!({"year": 2022, "until": "2022-12-31", "totals": totals}))
        .await
        .expect(201);
    assert_eq!(found["different"], json!([{"item": "a", "budget": {"here": 100, "there": 99}, "paid": null}]));
    assert_eq!(found["only_here"], json!([{"item": "d", "budget": 100, "paid": 0}]));
    let totals = json!([{"item": "a", "paid": 40.5}, {"item": "b", "paid": 20}, {"item": "c", "paid": 5}]);
    let found = finance
        .post(RECONCILIATIONS, &json!({"year": 2022, "until": "2022-12-31", "totals": totals}))
        .await
        .expect(201);
    assert_eq!(found["agrees"], true);

    let list = app.log_in("auditor").await.get(&format!("{RECONCILIATIONS}?year=2022&limit=2")).await.expect(200);
    let rows: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["different"], row["only_here"], row["only_there"]]))
        .collect();
    assert_eq!(rows, [json!([0, 0, 0]), json!([1, 1, 0])]);
    let cursor = list["next"].as_str().unwrap();
    let more = finance.get(&format!("{RECONCILIATIONS}?year=2022&limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((more["items"].as_array().unwrap().len(), &more["next"]), (1, &json!(null)));
    // They concern the whole bureau.
    let principal = app.log_in("principal2").await;
    principal.get(RECONCILIATIONS).await.problem(403, "forbidden");
    principal.get(path).await.problem(403, "forbidden");
    finance.get(&format!("{RECONCILIATIONS}/nothing")).await.problem(404, "not_found");
    assert_eq!(app.query("SELECT count(*) FROM journal WHERE action = 'reconciliation.create'").await, 3);
}

#[tokio::test]
async fn totals_that_cannot_be_are_refused() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let totals =
        json!([{"item": "a", "paid": 0.001}, {"item": "a", "paid": 1}, {"item": "b", "budget": 0.005, "paid": 1}]);
    let wrong = json!({"year": 2022, "until": "2023-01-01", "totals": totals});
    assert_eq!(
        finance.post(RECONCILIATIONS, &wrong).await.problem(422, "validation_failed"),
        [
            "/totals/0/paid too_many_digits",
            "/totals/1/item duplicate",
            "/totals/2/budget too_many_digits",
            "/until out_of_range"
        ]
    );
    let right = json!({"year": 2022, "until": "2022-12-31", "totals": []});
    app.log_in("principal").await.post(RECONCILIATIONS, &right).await.problem(403, "forbidden");
}
