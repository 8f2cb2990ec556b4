//! Lumps that are detailed to schools.

use serde_json::{Value, json};

use super::{ITEMS, PAYMENTS, enter, item, lump, pay, payment};
use crate::support::{SCHOOL, SIBLING, TestApp};

fn detailing(parts: &[Value]) -> Value {
    json!({"day": "2022-03-10", "document": "教财〔2022〕8号", "items": parts})
}

fn part(code: &str, school: &str, amount: f64) -> Value {
    json!({"code": code, "organisation": school, "amount": amount})
}

#[tokio::test]
async fn a_lump_is_split_into_items_of_schools_and_taken_back() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &lump("l", 100.0)).await;
    let path = format!("{ITEMS}/l/details");
    let mut other = part("l-2", SIBLING, 30.5);
    other["function"] = json!("2050203");
    other["name"] = json!("第二小学设备");
    let done = finance.post(&path, &detailing(&[part("l-1", SCHOOL, 40.0), other])).await.expect(200);
    assert_eq!((&done["lump"]["undetailed"], &done["lump"]["detailed"]), (&json!(29.5), &json!(70.5)));
    assert_eq!(done["lump"]["may"], json!(["adjust", "detail"]));
    let child = |number: usize, field: &str| done["items"][number][field].clone();
    assert_eq!((child(0, "code"), child(0, "budget"), child(0, "parent")), (json!("l-1"), json!(40), json!("l")));
    assert_eq!(
        (child(0, "economic"), child(0, "name"), child(0, "is_lump")),
        (json!("31002"), json!("办公设备"), json!(false))
    );
    assert_eq!((child(1, "function"), child(1, "name")), (json!("2050203"), json!("第二小学设备")));

    // More to one, less for the other, in one step.
    let parts = [json!({"code": "l-1", "amount": 59.5}), json!({"code": "l-2", "amount": -30.0})];
    let done = finance.post(&path, &detailing(&parts)).await.expect(200);
    assert_eq!((&done["lump"]["undetailed"], &done["items"][1]["budget"]), (&json!(0), &json!(0.5)));
    let entries = finance.get(&format!("{ITEMS}/l/entries")).await.expect(200);
    let entries: Vec<_> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| json!([e["kind"], e["amount"], e["counterpart"]]))
        .collect();
    assert_eq!(
        entries,
        [
            json!(["original", 100, null]),
            json!(["detailed", 40, "l-1"]),
            json!(["detailed", 30.5, "l-2"]),
            json!(["detailed", 59.5, "l-1"]),
            json!(["detailed", -30, "l-2"])
        ]
    );
    // The school sees its item and how it came about, and not the lump.
    let principal = app.log_in("principal").await;
    assert_eq!(principal.get(&format!("{ITEMS}/l-1/entries")).await.expect(200)["items"][1]["amount"], 59.5);
    principal.get(&format!("{ITEMS}/l")).await.problem(404, "not_found");
    assert_eq!(finance.get(&format!("{ITEMS}?parent=l")).await.expect(200)["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn no_more_is_detailed_than_there_is_and_nothing_taken_back_that_was_paid() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &lump("l", 100.0)).await;
    enter(&finance, &item("own", 1.0, &json!({}))).await;
    let path = format!("{ITEMS}/l/details");
    let answer = finance.post(&path, &detailing(&[part("l-1", SCHOOL, 60.0), part("l-2", SIBLING, 50.25)])).await;
    answer.problem(409, "balance_exceeded");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("“l”") && detail.contains("100") && detail.contains("10.25"), "{detail}");
    assert_eq!(app.query("SELECT count(*) FROM budget_items").await, 2);

    finance.post(&path, &detailing(&[part("l-1", SCHOOL, 60.0)])).await.expect(200);
    pay(&finance, &payment("V1", "l-1", 45.0)).await;
    let back = finance.post(&path, &detailing(&[json!({"code": "l-1", "amount": -15.5})])).await;
    assert_eq!(back.problem(409, "balance_exceeded"), ["/items/0/amount out_of_range"]);
    finance.post(&path, &detailing(&[json!({"code": "l-1", "amount": -15})])).await.expect(200);
    // A lump cannot be cut below what was detailed.
    let cut = json!({"amount": -56, "document": "d", "reason": "r", "day": "2022-06-15"});
    finance.post(&format!("{ITEMS}/l/adjustments"), &cut).await.problem(409, "balance_exceeded");
    finance.post(PAYMENTS, &payment("V2", "l", 1.0)).await.problem(409, "state_forbids");
    finance
        .post(&format!("{ITEMS}/own/details"), &detailing(&[part("x", SCHOOL, 1.0)]))
        .await
        .problem(409, "state_forbids");

    let wrong = [
        json!({"code": "new", "amount": 1}),
        part("new2", "teaching", 1.0),
        part("new3", SCHOOL, -1.0),
        part("own", SCHOOL, 1.0),
        part("l-1", SIBLING, 1.0),
        part("new2", SCHOOL, 1.0),
        json!({"code": "new4", "organisation": SCHOOL, "amount": 1, "economic": "99"}),
    ];
    assert_eq!(
        finance.post(&path, &detailing(&wrong)).await.problem(422, "validation_failed"),
        [
            "/items/0/organisation missing",
            "/items/1/organisation unknown_school",
            "/items/2/amount out_of_range",
            "/items/3/code inconsistent",
            "/items/4/organisation inconsistent",
            "/items/5/code duplicate",
            "/items/6/economic not_allowed"
        ]
    );
    let zero = finance.post(&path, &detailing(&[part("z", SCHOOL, 0.0)])).await;
    assert_eq!(zero.problem(422, "validation_failed"), ["/items/0/amount out_of_range"]);
}

#[tokio::test]
async fn of_many_who_detail_at_once_no_more_succeed_than_there_is() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &lump("l", 100.0)).await;
    let path = format!("{ITEMS}/l/details");
    let details = (0..12).map(|number| {
        let (finance, path) = (finance.clone(), path.clone());
        async move {
            let body = detailing(&[part(&format!("l-{number}"), SCHOOL, 30.0)]);
            loop {
                let status = finance.post(&path, &body).await.status.as_u16();
                if status != 503 {
                    return status;
                }
            }
        }
    });
    let answers = futures_util::future::join_all(details).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 3, "{answers:?}");
    assert!(answers.iter().all(|status| [200, 409].contains(status)), "{answers:?}");
    assert_eq!(finance.get(&format!("{ITEMS}/l")).await.expect(200)["undetailed"], 10);
}
