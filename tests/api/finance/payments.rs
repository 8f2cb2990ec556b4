//! Payments and reversals, one by one.

use serde_json::json;

use super::{ITEMS, PAYMENTS, enter, item, pay, payment, project};
use crate::support::{BUREAU, SIBLING, TestApp};

#[tokio::test]
async fn a_voucher_is_posted_once_whoever_sends_it_again() {
    let app = TestApp::with_catalogue().await;
    enter(&app.log_in("finance").await, &item("a", 100.0, &json!({}))).await;
    let treasury = app.machine(BUREAU, &["finance:post"]).await;
    let mut sent = payment("V-1", "a", 60.25);
    sent["payee"] = json!("某公司");
    sent["purpose"] = json!("设备款");
    let answer = treasury.post(PAYMENTS, &sent).await;
    let created = answer.expect(201);
    assert_eq!(answer.headers["location"], "/v1/finance/payments/V-1");
    assert_eq!(
        (&created["year"], &created["reversed"], &created["may"]),
        (&json!(2022), &json!(0), &json!(["reverse"]))
    );
    let again = treasury.post(PAYMENTS, &sent).await.expect(200);
    assert_eq!(again, created);

    let mut other = sent.clone();
    other["amount"] = json!(60.26);
    other["payee"] = json!("另一公司");
    other["paid_on"] = json!("2022-05-19");
    assert_eq!(
        treasury.post(PAYMENTS, &other).await.problem(409, "already_exists"),
        ["/amount inconsistent", "/paid_on inconsistent", "/payee inconsistent"]
    );
    assert_eq!(app.query("SELECT count(*) FROM payments").await, 1);
    assert_eq!(app.query("SELECT paid FROM budget_items").await, 60.25);
    assert_eq!(
        app.query("SELECT json_agg(json_build_array(action, actor)) FROM journal WHERE subject = 'V-1'").await,
        json!([["payment.post", format!("client:c-{BUREAU}-finance.post@{BUREAU}")]])
    );
    let read = app.log_in("principal").await.get(&format!("{PAYMENTS}/V-1")).await.expect(200);
    assert_eq!((&read["amount"], &read["may"]), (&json!(60.25), &json!([])));
    app.log_in("principal2").await.get(&format!("{PAYMENTS}/V-1")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_payment_beyond_the_available_balance_is_refused_with_the_excess() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    pay(&finance, &payment("V1", "a", 60.0)).await;
    let answer = finance.post(PAYMENTS, &payment("V2", "a", 40.01)).await;
    assert_eq!(answer.problem(409, "balance_exceeded"), ["/amount out_of_range"]);
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("“a”") && detail.contains(" 40 ") && detail.contains("0.01"), "{detail}");
    pay(&finance, &payment("V2", "a", 40.0)).await;

    let mut wrong = payment("V3", "a", 1.0);
    wrong["paid_on"] = json!("May");
    assert_eq!(finance.post(PAYMENTS, &wrong).await.problem(422, "validation_failed"), ["/paid_on wrong_format"]);
    let wrong = json!({"voucher": "V/3", "amount": "1", "paid_on": "2022-05-18"});
    assert_eq!(
        finance.post(PAYMENTS, &wrong).await.problem(422, "validation_failed"),
        ["/amount wrong_type", "/item missing", "/voucher wrong_format"]
    );
    assert_eq!(
        finance.post(PAYMENTS, &payment("V3", "a", -1.0)).await.problem(422, "validation_failed"),
        ["/amount out_of_range"]
    );
    assert_eq!(
        finance.post(PAYMENTS, &payment("V3", "nothing", 1.0)).await.problem(422, "validation_failed"),
        ["/item unknown_reference"]
    );
    let mut wrong = payment("V3", "a", 1.0);
    wrong["paid_on"] = json!("2021-12-31");
    wrong["payment_type"] = json!("cash");
    assert_eq!(
        finance.post(PAYMENTS, &wrong).await.problem(422, "validation_failed"),
        ["/paid_on out_of_range", "/payment_type not_allowed"]
    );
    app.log_in("reporter").await.post(PAYMENTS, &payment("V3", "a", 1.0)).await.problem(403, "forbidden");
}

#[tokio::test]
async fn nothing_is_paid_on_a_day_that_lies_ahead() {
    let app = TestApp::with_catalogue_on("2022-05-17").await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    assert_eq!(
        finance.post(PAYMENTS, &payment("V1", "a", 1.0)).await.problem(422, "validation_failed"),
        ["/paid_on out_of_range"]
    );
}

#[tokio::test]
async fn a_reversal_takes_back_what_is_left_and_no_more() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    pay(&finance, &payment("V1", "a", 60.0)).await;
    let path = format!("{PAYMENTS}/V1/reversals");
    let reversal = |voucher: &str, amount: f64| json!({"voucher": voucher, "amount": amount, "paid_on": "2022-06-02", "reason": "退款"});
    let answer = finance.post(&path, &reversal("R1", 25.5)).await;
    let posted = answer.expect(201);
    assert_eq!(answer.headers["location"], "/v1/finance/payments/R1");
    assert_eq!(
        (&posted["amount"], &posted["reverses"], &posted["purpose"]),
        (&json!(-25.5), &json!("V1"), &json!("退款"))
    );
    assert_eq!(finance.post(&path, &reversal("R1", 25.5)).await.expect(200), posted);
    assert_eq!(
        finance.post(&path, &reversal("R1", 25.0)).await.problem(409, "already_exists"),
        ["/amount inconsistent"]
    );
    let more = finance.post(&path, &reversal("R2", 34.51)).await;
    assert_eq!(more.problem(409, "balance_exceeded"), ["/amount out_of_range"]);
    finance.post(&path, &reversal("R2", 34.5)).await.expect(201);
    finance.post(&path, &reversal("R3", 0.01)).await.problem(409, "balance_exceeded");
    finance.post(&format!("{PAYMENTS}/R1/reversals"), &reversal("R3", 1.0)).await.problem(409, "state_forbids");
    finance.post(&format!("{PAYMENTS}/V9/reversals"), &reversal("R3", 1.0)).await.problem(404, "not_found");
    pay(&finance, &payment("V2", "a", 100.0)).await;
    let mut early = reversal("R3", 1.0);
    early["paid_on"] = json!("2022-05-17");
    assert_eq!(
        finance.post(&format!("{PAYMENTS}/V2/reversals"), &early).await.problem(422, "validation_failed"),
        ["/paid_on out_of_range"]
    );
    let read = finance.get(&format!("{PAYMENTS}/V1")).await.expect(200);
    assert_eq!((&read["reversed"], &read["may"]), (&json!(60), &json!([])));
    assert_eq!(finance.get(&format!("{ITEMS}/a")).await.expect(200)["available"], 0);
}

#[tokio::test]
async fn of_many_who_pay_at_once_no_more_succeed_than_there_is() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    let payments = (0..24).map(|number| {
        let finance = finance.clone();
        // Each voucher is sent by two at once.
        async move {
            let body = payment(&format!("V{}", number / 2), "a", 30.0);
            loop {
                let status = finance.post(PAYMENTS, &body).await.status.as_u16();
                if status != 503 {
                    return status;
                }
            }
        }
    });
    let answers = futures_util::future::join_all(payments).await;
    let count = |wanted: u16| answers.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(201), count(200), count(409)), (3, 3, 18), "{answers:?}");
    assert_eq!(
        app.query("SELECT json_build_array(trim_scale(sum(amount)), count(*)) FROM payments").await,
        json!([90, 3])
    );
}

#[tokio::test]
async fn payments_are_listed_in_pages() {
    let app = TestApp::with_catalogue().await;
    project(&app, "p1", "completed").await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({"project": "p1"}))).await;
    enter(&finance, &item("b", 100.0, &json!({"organisation": SIBLING}))).await;
    enter(&finance, &item("c", 100.0, &json!({"year": 2021}))).await;
    for (voucher, item, day) in
        [("4", "a", "2022-03-01"), ("2", "b", "2022-04-01"), ("3", "a", "2022-04-01"), ("9", "c", "2021-12-31")]
    {
        let mut body = payment(voucher, item, 1.0);
        body["paid_on"] = json!(day);
        pay(&finance, &body).await;
    }
    let vouchers = async |client: &crate::support::Client, query: &str| -> String {
        let page = client.get(&format!("{PAYMENTS}{query}")).await.expect(200);
        page["items"].as_array().unwrap().iter().map(|item| item["voucher"].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected) in [
        ("", "9423"),
        ("?year=2022", "423"),
        ("?item=a", "43"),
        ("?organisation=2199000002", "2"),
        ("?project=p1", "43"),
        ("?from=2022-01-01&to=2022-03-31", "4"),
    ] {
        assert_eq!(vouchers(&finance, query).await, expected, "{query}");
    }
    assert_eq!(vouchers(&app.log_in("principal2").await, "").await, "2");
    let (mut all, mut cursor) = (String::new(), String::new());
    for _ in 0..4 {
        let page = finance.get(&format!("{PAYMENTS}?limit=1{cursor}")).await.expect(200);
        all += page["items"][0]["voucher"].as_str().unwrap();
        cursor = page["next"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    assert_eq!((all.as_str(), cursor.as_str()), ("9423", ""));
}
