//! Budget items entered, adjusted and read.

use serde_json::json;

use super::{ITEMS, enter, item, lump, pay, payment, project};
use crate::support::{SCHOOL, SIBLING, TestApp};

#[tokio::test]
async fn an_item_is_entered_with_all_its_codes_and_read_with_its_totals() {
    let app = TestApp::with_catalogue().await;
    project(&app, "p1", "in_budget").await;
    let finance = app.log_in("finance").await;
    let input = item(
        "2022-1",
        1200.50,
        &json!({"project": "p1", "division_code": "990001000", "agency_code": "990001000000000360001", "is_procurement": true,
                "document": "财教〔2022〕5号"}),
    );
    let answer = finance.post(ITEMS, &input).await;
    let created = answer.expect(201);
    assert_eq!(answer.headers["location"], "/v1/finance/items/2022-1");
    for field in ["code", "year", "organisation", "project", "name", "division_code", "agency_code", "is_procurement"] {
        assert_eq!(created[field], input[field], "{field}");
    }
    for (field, value) in
        [("original", "1200.5"), ("budget", "1200.5"), ("available", "1200.5"), ("paid", "0"), ("rate", "0")]
    {
        assert_eq!(created[field].to_string(), value, "{field}");
    }
    assert_eq!(created["may"], json!(["adjust", "plan", "pay"]));
    assert_eq!((&created["undetailed"], &created["organisation_name"]), (&json!(null), &json!("第一小学")));
    finance.post(ITEMS, &input).await.problem(409, "already_exists");

    pay(&finance, &payment("V1", "2022-1", 300.13)).await;
    let path = format!("{ITEMS}/2022-1");
    let principal = app.log_in("principal").await.get(&path).await.expect(200);
    assert_eq!(principal["may"], json!([]));
    for (field, value) in [("paid", "300.13"), ("available", "900.37"), ("rate", "0.25")] {
        assert_eq!(principal[field].to_string(), value, "{field}");
    }
    app.log_in("principal2").await.get(&path).await.problem(404, "not_found");
    let entries = finance.get(&format!("{path}/entries")).await.expect(200);
    assert_eq!(entries["items"][0]["kind"], "original");
    assert_eq!(entries["items"][0]["document"], "财教〔2022〕5号");
    assert_eq!(
        app.query(
            "SELECT json_agg(json_build_array(action, subject, school)) FROM journal WHERE subject_type = 'budget_item'"
        )
        .await,
        json!([["budget_item.create", "2022-1", SCHOOL]])
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_and_nothing_is_written() {
    let app = TestApp::with_catalogue().await;
    project(&app, "p1", "appraised").await;
    let finance = app.log_in("finance").await;
    let wrong = json!({"code": "x/1", "year": 1999, "organisation": SCHOOL, "name": "", "division_code": "12", "original": -1,
        "agency_code": "99000100000000036000x", "colour": "red"});
    assert_eq!(
        finance.post(ITEMS, &wrong).await.problem(422, "validation_failed"),
        [
            "/agency_code wrong_format",
            "/code wrong_format",
            "/colour unknown_field",
            "/division_code wrong_format",
            "/name wrong_length",
            "/original out_of_range",
            "/year out_of_range"
        ]
    );
    let wrong =
        json!({"organisation": "nowhere", "project": "p1", "function": "2059999", "economic": null, "fund": "gold"});
    assert_eq!(
        finance.post(ITEMS, &item("x", 1.0, &wrong)).await.problem(422, "validation_failed"),
        [
            "/economic missing",
            "/function not_allowed",
            "/fund not_allowed",
            "/organisation unknown_reference",
            "/project state_forbids"
        ]
    );
    let wrong = json!({"project": "p2", "is_lump": true});
    assert_eq!(
        finance.post(ITEMS, &item("x", 1.0, &wrong)).await.problem(422, "validation_failed"),
        ["/organisation inconsistent", "/project unknown_reference"]
    );
    assert_eq!(
        finance.post(ITEMS, &item("x", 0.125, &json!({}))).await.problem(422, "validation_failed"),
        ["/original too_many_digits"]
    );
    assert_eq!(
        finance.post(ITEMS, &item("x", 1.0, &json!({"year": 2019}))).await.problem(422, "validation_failed"),
        ["/year state_forbids"]
    );
    app.log_in("principal").await.post(ITEMS, &item("x", 1.0, &json!({}))).await.problem(403, "forbidden");
    app.log_in("officer").await.post(ITEMS, &item("x", 1.0, &json!({}))).await.problem(403, "forbidden");
    assert_eq!(app.query("SELECT count(*) FROM budget_items").await, 0);
}

#[tokio::test]
async fn a_budget_is_adjusted_with_document_and_reason_and_never_below_what_was_paid() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    pay(&finance, &payment("V1", "a", 60.0)).await;
    let path = format!("{ITEMS}/a/adjustments");
    let adjustment =
        |amount: f64| json!({"amount": amount, "document": "财教〔2022〕31号", "reason": "压减", "day": "2022-06-15"});
    let answer = finance.post(&path, &adjustment(-50.5)).await;
    assert_eq!(answer.problem(409, "balance_exceeded"), ["/amount out_of_range"]);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("“a”") && detail.contains("40") && detail.contains("10.5"), "{detail}");
    let cut = finance.post(&path, &adjustment(-40.0)).await.expect(200);
    assert_eq!(
        (cut["budget"].clone(), cut["available"].clone(), cut["adjusted"].clone()),
        (json!(60), json!(0), json!(-40))
    );
    finance.post(&path, &adjustment(7.25)).await.expect(200);
    assert_eq!(finance.post(&path, &adjustment(0.0)).await.problem(422, "validation_failed"), ["/amount out_of_range"]);
    let mut elsewhere = adjustment(1.0);
    elsewhere["day"] = json!("2023-01-01");
    assert_eq!(finance.post(&path, &elsewhere).await.problem(422, "validation_failed"), ["/day out_of_range"]);
    let bare = json!({"amount": 1});
    assert_eq!(
        finance.post(&path, &bare).await.problem(422, "validation_failed"),
        ["/day missing", "/document missing", "/reason missing"]
    );
    finance.post(&format!("{ITEMS}/nothing/adjustments"), &adjustment(1.0)).await.problem(404, "not_found");
    let entries = finance.get(&format!("{ITEMS}/a/entries?limit=2")).await.expect(200);
    let more =
        finance.get(&format!("{ITEMS}/a/entries?cursor={}", entries["next"].as_str().unwrap())).await.expect(200);
    let all: Vec<_> = [&entries, &more]
        .into_iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|entry| json!([entry["entry"], entry["kind"], entry["amount"]]))
        .collect();
    assert_eq!(all, [json!([1, "original", 100]), json!([2, "adjustment", -40]), json!([3, "adjustment", 7.25])]);
}

#[tokio::test]
async fn a_repeated_adjustment_with_the_same_key_has_one_effect() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    let adjustment = json!({"amount": 5, "document": "d", "reason": "r", "day": "2022-06-15"});
    for _ in 0..2 {
        let once = finance.with("idempotency-key", "once");
        let adjusted = once.post(&format!("{ITEMS}/a/adjustments"), &adjustment).await.expect(200);
        assert_eq!(adjusted["budget"], 105);
    }
}

#[tokio::test]
async fn items_are_listed_in_pages_by_what_classifies_them() {
    let app = TestApp::with_catalogue().await;
    project(&app, "p1", "under_way").await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 1.0, &json!({"project": "p1"}))).await;
    enter(&finance, &item("b", 1.0, &json!({"organisation": SIBLING, "function": "2050203"}))).await;
    enter(&finance, &item("c", 1.0, &json!({"year": 2023}))).await;
    enter(&finance, &lump("d", 9.0)).await;
    let codes = async |client: &crate::support::Client, query: &str| -> String {
        let page = client.get(&format!("{ITEMS}{query}")).await.expect(200);
        page["items"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected) in [
        ("", "abcd"),
        ("?year=2022", "abd"),
        ("?organisation=2199000002", "b"),
        ("?project=p1", "a"),
        ("?function=2050203", "b"),
        ("?is_lump=true", "d"),
        ("?is_lump=false&year=2022", "ab"),
        ("?parent=d", ""),
    ] {
        assert_eq!(codes(&finance, query).await, expected, "{query}");
    }
    assert_eq!(codes(&app.log_in("reporter").await, "").await, "ac");
    let first = finance.get(&format!("{ITEMS}?limit=3")).await.expect(200);
    let cursor = first["next"].as_str().unwrap();
    assert_eq!(codes(&finance, &format!("?limit=3&cursor={cursor}")).await, "d");
    finance.get(&format!("{ITEMS}?year=2022&cursor={cursor}")).await.problem(400, "invalid_parameter");
}
