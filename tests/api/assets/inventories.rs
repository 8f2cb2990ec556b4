//! Inventory rounds: opened, counted, closed.

use serde_json::{Value, json};

use super::{ASSETS, computer, enter};
use crate::support::{Client, SCHOOL, SIBLING, TestApp};

const INVENTORIES: &str = "/v1/assets/inventories";

async fn count(client: &Client, round: &str, counts: Value) -> crate::support::Answer {
    client.post(&format!("{INVENTORIES}/{round}/counts"), &json!({ "counts": counts })).await
}

async fn items(client: &Client, round: &str, query: &str) -> Vec<String> {
    let page = client.get(&format!("{INVENTORIES}/{round}/items{query}")).await.expect(200);
    let told = |item: &Value| format!("{} {}", item["asset"].as_str().unwrap(), item["result"].as_str().unwrap());
    page["items"].as_array().unwrap().iter().map(told).collect()
}

/// Three cards of the first school and one of the second.
async fn school_with_cards() -> (TestApp, Client, Client) {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    for code in ["pc-1", "pc-2", "pc-3"] {
        enter(&reporter, &computer(code, &json!(100), "2022-01-10")).await;
    }
    enter(&reporter, &computer("later", &json!(100), "2022-12-31")).await;
    let mut theirs = computer("pc-9", &json!(100), "2022-01-10");
    theirs["organisation"] = json!(SIBLING);
    enter(&finance, &theirs).await;
    (app, reporter, finance)
}

#[tokio::test]
async fn what_is_held_on_the_day_is_to_be_found_and_differences_are_listed() {
    let (app, reporter, finance) = school_with_cards().await;
    let answer = finance.post(INVENTORIES, &json!({"code": "pd-1", "day": "2022-12-30", "note": "年终"})).await;
    let opened = answer.expect(201);
    assert_eq!(
        (answer.etag().as_str(), &opened["summary"]["expected"], &opened["may"]),
        ("\"1\"", &json!(4), &json!(["count"]))
    );
    finance.post(INVENTORIES, &json!({"code": "pd-1"})).await.problem(409, "already_exists");
    // What is to be found was frozen.
    reporter.with("if-match", "*").patch(&format!("{ASSETS}/pc-1"), &json!({"place": "图书室"})).await.expect(200);
    let own = reporter.get(&format!("{INVENTORIES}/pd-1")).await.expect(200);
    assert_eq!(
        (&own["summary"]["expected"], &own["summary"]["uncounted"], &own["may"]),
        (&json!(3), &json!(3), &json!(["count"]))
    );
    assert_eq!(items(&reporter, "pd-1", "").await, ["pc-1 uncounted", "pc-2 uncounted", "pc-3 uncounted"]);

    let counts = json!([
        {"asset": "pc-1", "found": true},
        {"asset": "pc-2", "found": true, "place": "库房"},
        {"asset": "pc-3", "found": false},
        {"asset": "无标签-1", "found": true, "name": "打印机", "place": "办公室"},
        {"asset": "pc-9", "found": true, "name": "第二小学的计算机", "note": "借来的"},
    ]);
    let answer = count(&reporter, "pd-1", counts).await;
    let counted = answer.expect(200);
    assert_eq!(answer.etag(), "\"6\"");
    assert_eq!(
        counted["summary"],
        json!({"expected": 3, "uncounted": 0, "found": 2, "misplaced": 1, "missing": 1, "surplus": 2, "unexplained": 2})
    );
    assert_eq!(
        items(&reporter, "pd-1", "").await,
        ["pc-1 found", "pc-2 misplaced", "pc-3 missing", "pc-9 surplus", "无标签-1 surplus"]
    );
    // The sibling's card is still to be found there.
    assert_eq!(items(&finance, "pd-1", "?result=uncounted").await, ["pc-9 uncounted"]);
    assert_eq!(items(&finance, "pd-1", &format!("?result=surplus&organisation={SIBLING}")).await, Vec::<String>::new());
    let close = format!("{INVENTORIES}/pd-1/close");
    let refusal = finance.post(&close, &json!({})).await;
    refusal.problem(409, "state_forbids");
    assert!(refusal.text.contains("还有 1 项未盘，2 项"), "{}", refusal.text);
    count(&app.log_in("reporter2").await, "pd-1", json!([{"asset": "pc-9", "found": true}])).await.expect(200);
    // One is explained, the other was a mistake.
    let counts = json!([
        {"asset": "pc-3", "found": false, "note": "被盗，已报案"},
        {"asset": "无标签-1", "found": false},
    ]);
    let counted = count(&reporter, "pd-1", counts).await.expect(200);
    assert_eq!((&counted["summary"]["unexplained"], &counted["summary"]["surplus"]), (&json!(0), &json!(1)));
    reporter.post(&close, &json!({})).await.problem(403, "forbidden");
    finance.with("if-match", "\"1\"").post(&close, &json!({})).await.problem(412, "precondition_failed");
    let closed = finance.post(&close, &json!({})).await.expect(200);
    assert_eq!(
        (&closed["state"], &closed["closed_by"], &closed["may"]),
        (&json!("closed"), &json!("user:finance"), &json!([]))
    );
    count(&reporter, "pd-1", json!([{"asset": "pc-1", "found": false}])).await.problem(409, "state_forbids");
    finance.post(&close, &json!({})).await.problem(409, "state_forbids");
    assert_eq!(items(&finance, "pd-1", "?result=missing").await, ["pc-3 missing"]);
    let first = finance.get(&format!("{INVENTORIES}/pd-1/items?limit=3")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    assert_eq!(items(&finance, "pd-1", &format!("?limit=3&cursor={next}")).await, ["pc-9 surplus", "pc-9 found"]);
    let journaled = app.query("SELECT count(*) FROM journal WHERE subject_type = 'inventory'").await;
    assert_eq!(journaled, 5);
}

#[tokio::test]
async fn a_unit_counts_its_own_and_everything_that_is_wrong_is_named() {
    let (app, reporter, finance) = school_with_cards().await;
    reporter.post(INVENTORIES, &json!({"code": "pd-1"})).await.problem(403, "forbidden");
    reporter.post(INVENTORIES, &json!({"code": "pd-1", "organisation": "teaching"})).await.problem(403, "forbidden");
    assert_eq!(
        finance
            .post(INVENTORIES, &json!({"code": "pd-1", "organisation": "nowhere", "day": "2999-01-01"}))
            .await
            .problem(422, "validation_failed"),
        ["/day out_of_range", "/organisation unknown_reference"]
    );
    reporter.post(INVENTORIES, &json!({"code": "pd-1", "organisation": SCHOOL})).await.expect(201);
    let counts = json!([
        {"asset": "pc-1", "found": true},
        {"asset": "pc-1", "found": false},
        {"asset": "unknown", "found": false, "name": "椅"},
        {"asset": "chair", "found": true},
        {"asset": "pc-9", "organisation": SIBLING, "found": true, "name": "椅"},
    ]);
    assert_eq!(
        count(&finance, "pd-1", counts).await.problem(422, "validation_failed"),
        [
            "/counts/1/asset duplicate",
            "/counts/2/found inconsistent",
            "/counts/3/name missing",
            "/counts/4/organisation inconsistent",
        ]
    );
    let officer = app.log_in("officer").await;
    count(&officer, "pd-1", json!([{"asset": "pc-1", "found": true}])).await.problem(403, "forbidden");
    // Of a round of all, each unit counts what is its own.
    finance.post(INVENTORIES, &json!({"code": "pd-2"})).await.expect(201);
    assert_eq!(
        count(&officer, "pd-2", json!([{"asset": "pc-1", "found": true}])).await.problem(422, "validation_failed"),
        ["/counts/0/organisation not_allowed"]
    );
    let sibling = app.log_in("reporter2").await;
    count(&sibling, "pd-1", json!([{"asset": "pc-1", "found": true}])).await.problem(404, "not_found");
    sibling.get(&format!("{INVENTORIES}/pd-1/items")).await.problem(404, "not_found");
    assert_eq!(sibling.get(INVENTORIES).await.expect(200)["items"][0]["code"], "pd-2");
    assert_eq!(app.query("SELECT count(*) FROM asset_inventory_items WHERE found IS NOT NULL").await, 0);
    // Whoever counted does not close.
    let all: Vec<Value> =
        ["pc-1", "pc-2", "pc-3", "later"].iter().map(|asset| json!({"asset": asset, "found": true})).collect();
    count(&finance, "pd-1", json!(all)).await.expect(200);
    finance.post(&format!("{INVENTORIES}/pd-1/close"), &json!({})).await.problem(403, "four_eyes");
    let leader = app.log_in("leader").await;
    assert_eq!(leader.get(&format!("{INVENTORIES}/pd-1")).await.expect(200)["may"], json!(["close"]));
    leader.post(&format!("{INVENTORIES}/pd-1/close"), &json!({})).await.expect(200);
    let listed = finance.get(&format!("{INVENTORIES}?state=closed")).await.expect(200);
    assert_eq!((&listed["items"][0]["code"], &listed["next"]), (&json!("pd-1"), &Value::Null));
}
