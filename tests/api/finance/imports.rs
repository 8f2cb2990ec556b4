//! Items and payments as files.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ITEMS, PAYMENTS, enter, item, pay, payment};
use crate::support::{Answer, Client, SCHOOL, TestApp};

async fn import(client: &Client, path: &str, query: &str, media_type: &str, file: &str) -> Answer {
    client.send_raw(Method::POST, &format!("{path}/import{query}"), Some((media_type, file.as_bytes().to_vec()))).await
}

fn lines(rows: &[Value]) -> String {
    rows.iter().fold(String::new(), |file, row| file + &row.to_string() + "\n")
}

/// `created, updated, unchanged`, and of each refused row its index and what is wrong.
fn told(report: &Value) -> (Value, Vec<String>) {
    let rejected = report["rejected"].as_array().unwrap().iter().flat_map(|row| {
        row["violations"].as_array().unwrap().iter().map(|violation| {
            let (pointer, code) = (violation["pointer"].as_str().unwrap(), violation["code"].as_str().unwrap());
            format!("{} {pointer} {code}", row["index"])
        })
    });
    (json!([report["created"], report["updated"], report["unchanged"]]), rejected.collect())
}

#[tokio::test]
async fn reversals_of_a_long_file_find_their_payments() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 10_000.0, &json!({}))).await;
    let reversal = json!({"voucher": "R1", "reverses": "V5001", "amount": 1, "paid_on": "2022-06-01"});
    let rows: Vec<Value> = (1..=5_001).map(|i| payment(&format!("V{i:04}"), "a", 1.0)).chain([reversal]).collect();
    let report = import(&finance, PAYMENTS, "", "application/x-ndjson", &lines(&rows)).await.expect(200);
    assert_eq!(told(&report), (json!([5_002, 0, 0]), vec![]));
    assert_eq!(
        app.query(
            "SELECT json_build_array((paid = 5000)::int, (SELECT count(*) FROM journal WHERE action ~ '^payment')) FROM budget_items"
        )
        .await,
        json!([1, 5_002])
    );
}

#[tokio::test]
async fn a_file_of_payments_is_posted_in_its_order_and_can_be_sent_again() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    enter(&finance, &item("b", 10.0, &json!({}))).await;
    let reversal = json!({"voucher": "R1", "reverses": "V1", "amount": 60, "paid_on": "2022-06-01", "purpose": "退款"});
    let mut conflicting = payment("V1", "a", 61.0);
    conflicting["item"] = json!("b");
    let rows = [
        payment("V1", "a", 60.0),
        payment("V2", "a", 50.0),
        reversal.clone(),
        payment("V3", "a", 50.0),
        payment("V1", "a", 60.0),
        conflicting,
        payment("V4", "nothing", 1.0),
        json!({"voucher": "R2", "reverses": "V1", "amount": 1, "paid_on": "2022-06-01"}),
        json!({"voucher": "V5", "amount": 1, "paid_on": "2022-06-01"}),
        json!({"voucher": "V6", "item": "a", "amount": 0.001, "paid_on": "2022-06-01"}),
        payment("V7", "b", 10.0),
    ];
    let expected = (
        json!([4, 0, 1]),
        [
            "1 /amount out_of_range",
            "5 /item inconsistent",
            "5 /amount inconsistent",
            "6 /item unknown_reference",
            "7 /amount out_of_range",
            "8 /item missing",
            "9 /amount too_many_digits",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    let file = lines(&rows);
    let media_type = "application/x-ndjson";
    let dry = import(&finance, PAYMENTS, "?dry_run=true&atomic=false", media_type, &file).await.expect(200);
    assert_eq!(told(&dry), expected);
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);
    let refused = import(&finance, PAYMENTS, "", media_type, &file).await.problem(422, "validation_failed");
    assert_eq!(refused[0], "/1/amount out_of_range");
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 0);

    let done = import(&finance, PAYMENTS, "?atomic=false", media_type, &file).await.expect(200);
    assert_eq!(told(&done), expected);
    assert_eq!(
        app.query("SELECT json_agg(json_build_array(item, trim_scale(paid)) ORDER BY item) FROM budget_items").await,
        json!([["a", 50], ["b", 10]])
    );
    assert_eq!(app.query("SELECT count(*) FROM journal WHERE subject_type = 'payment'").await, 4);
    let kept = lines(&[rows[0].clone(), reversal, rows[3].clone(), rows[10].clone()]);
    let again = import(&finance, PAYMENTS, "", media_type, &kept).await.expect(200);
    assert_eq!(told(&again).0, json!([0, 0, 4]));
    // What was posted by file is the same as what is posted singly.
    finance.post(PAYMENTS, &payment("V3", "a", 50.0)).await.expect(200);
}

#[tokio::test]
async fn payments_are_read_from_a_table_as_well() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    let file = "\u{feff}voucher,item,amount,paid_on,payment_type,payee,reverses\r\n0001,a,60.10,2022-05-18,treasury,某公司,\r\n0002,,0.10,2022-05-19,,,0001\r\n0003,a,x,2022-05-19,treasury,,\r\n";
    let done = import(&finance, PAYMENTS, "?atomic=false", "text/csv", file).await.expect(200);
    assert_eq!(told(&done), (json!([2, 0, 0]), vec!["2 /amount wrong_type".to_owned()]));
    assert_eq!(done["rejected"][0]["line"], 4);
    assert_eq!(finance.get(&format!("{PAYMENTS}/0001")).await.expect(200)["reversed"], 0.1);
    import(&finance, PAYMENTS, "", "text/csv", "voucher,colour\n1,red\n").await.problem(400, "malformed_request");
    import(&finance, PAYMENTS, "", "text/plain", "").await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_large_file_takes_few_statements() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    for number in 0..5 {
        enter(&finance, &item(&format!("i{number}"), 1000.0, &json!({}))).await;
    }
    pay(&finance, &payment("old", "i0", 1.0)).await;
    let rows: Vec<Value> =
        (0..2000).map(|number| payment(&format!("V{number}"), &format!("i{}", number % 5), 2.0)).collect();
    let done = import(&finance, PAYMENTS, "", "application/x-ndjson", &lines(&rows)).await.expect(200);
    assert_eq!(told(&done).0, json!([2000, 0, 0]));
    assert_eq!(
        app.query("SELECT json_build_array(trim_scale(min(paid)), trim_scale(max(paid))) FROM budget_items").await,
        json!([800, 801])
    );
}

#[tokio::test]
async fn items_are_imported_and_the_same_again_changes_nothing() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let header = "code,year,organisation,name,function,economic,government_economic,fund,source,is_procurement,is_lump,original,document";
    let file = format!(
        "{header}\n001,2022,{SCHOOL},甲,2050202,31002,50601,general,initial,是,,100.5,文1\n002,2022,finance,乙,2050202,31002,50601,general,initial,,true,0,\n"
    );
    let dry = import(&finance, ITEMS, "?dry_run=true", "text/csv", &file).await.expect(200);
    assert_eq!(told(&dry).0, json!([2, 0, 0]));
    assert_eq!(app.query("SELECT count(*) FROM budget_items").await, 0);
    assert_eq!(told(&import(&finance, ITEMS, "", "text/csv", &file).await.expect(200)).0, json!([2, 0, 0]));
    assert_eq!(told(&import(&finance, ITEMS, "", "text/csv", &file).await.expect(200)).0, json!([0, 0, 2]));
    assert_eq!(
        app.query("SELECT json_agg(json_build_array(item, trim_scale(amount), document)) FROM budget_entries").await,
        json!([["001", 100.5, "文1"]])
    );
    let first = finance.get(&format!("{ITEMS}/001")).await.expect(200);
    assert_eq!((&first["is_procurement"], &first["original"]), (&json!(true), &json!(100.5)));

    let changed =
        file.replace("甲", "丙").replace("100.5", "7").replace("\n002", "\n003") + "003,2022,finance,乙,,,,,,,,1,\n";
    let report = import(&finance, ITEMS, "?atomic=false", "text/csv", &changed).await.expect(200);
    assert_eq!(
        told(&report),
        (
            json!([1, 0, 0]),
            ["0 /name inconsistent", "0 /original inconsistent", "2 /code duplicate"].map(str::to_owned).to_vec()
        )
    );
    let atomic = import(&finance, ITEMS, "", "text/csv", &changed).await.problem(422, "validation_failed");
    assert_eq!(atomic, ["/0/name inconsistent", "/0/original inconsistent", "/2/code duplicate"]);
}
