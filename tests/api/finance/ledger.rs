//! What the database itself refuses, whoever writes.

use serde_json::json;

use super::{ITEMS, enter, item, lump, pay, payment};
use crate::support::{SCHOOL, TestApp};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

#[tokio::test]
async fn the_database_refuses_what_breaks_the_ledger() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    enter(&finance, &lump("l", 50.0)).await;
    let parts = json!({"day": "2022-02-01", "items": [{"code": "l-1", "organisation": SCHOOL, "amount": 30}]});
    finance.post(&format!("{ITEMS}/l/details"), &parts).await.expect(200);
    pay(&finance, &payment("V1", "a", 60.0)).await;
    let reversal = json!({"voucher": "R1", "amount": 10, "paid_on": "2022-06-01", "reason": "退款"});
    finance.post("/v1/finance/payments/V1/reversals", &reversal).await.expect(201);

    let mut superuser = AsyncPgConnection::establish(&app.database.superuser_url).await.unwrap();
    let payment_row = "INSERT INTO payments (bureau_id, voucher, item, year, amount, paid_on, reverses, recorded_by, recorded_at) VALUES";
    for (statement, constraint) in [
        ("UPDATE budget_items SET paid = 100.01 WHERE item = 'a'".to_owned(), "budget_items_available"),
        ("UPDATE budget_items SET adjusted = -51 WHERE item = 'a'".to_owned(), "budget_items_available"),
        ("UPDATE budget_items SET detailed = 50.01 WHERE item = 'l'".to_owned(), "budget_items_available"),
        ("UPDATE budget_items SET original = 29 WHERE item = 'l'".to_owned(), "budget_items_available"),
        ("UPDATE budget_items SET detailed = 1 WHERE item = 'a'".to_owned(), "budget_items_check"),
        ("UPDATE budget_items SET paid = 1 WHERE item = 'l'".to_owned(), "budget_items_check"),
        ("UPDATE budget_items SET paid = -1 WHERE item = 'a'".to_owned(), "budget_items_paid_check"),
        ("UPDATE payments SET reversed = 60.01 WHERE voucher = 'V1'".to_owned(), "payments_reversed"),
        ("UPDATE payments SET reversed = -1 WHERE voucher = 'V1'".to_owned(), "payments_reversed"),
        (format!("{payment_row} (1, 'X', 'a', 2022, 0, '2022-01-01', NULL, 'x', now())"), "payments_check"),
        (format!("{payment_row} (1, 'X', 'a', 2022, 5, '2022-01-01', 'V1', 'x', now())"), "payments_check"),
        (format!("{payment_row} (1, 'X', 'a', 2022, -5, '2022-01-01', 'V9', 'x', now())"), "payments_bureau_id_reverses_fkey"),
        (format!("{payment_row} (1, 'V1', 'a', 2022, 5, '2022-01-01', NULL, 'x', now())"), "payments_pkey"),
        (format!("{payment_row} (1, 'X', 'z', 2022, 5, '2022-01-01', NULL, 'x', now())"), "payments_bureau_id_item_fkey"),
        ("INSERT INTO budget_entries VALUES (1, 'a', 9, 2022, NULL, 'adjustment', 0, '2022-01-01', NULL, NULL, NULL, 'x', now())".to_owned(), "budget_entries_amount_check"),
    ] {
        let error = superuser.batch_execute(&statement).await.expect_err(&statement).to_string();
        assert!(error.contains(constraint), "{statement}: {error}");
    }
}

#[tokio::test]
async fn what_slips_past_the_checks_is_refused_by_the_database_and_said_as_such() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    enter(&finance, &item("a", 100.0, &json!({}))).await;
    pay(&finance, &payment("V1", "a", 60.0)).await;
    // A constraint that is narrower than what the service reckons with stands for a defect of the service.
    app.execute(
        "ALTER TABLE budget_items DROP CONSTRAINT budget_items_available;
         ALTER TABLE budget_items ADD CONSTRAINT budget_items_available CHECK (original + adjusted - paid >= 39.99);
         ALTER TABLE payments DROP CONSTRAINT payments_reversed;
         ALTER TABLE payments ADD CONSTRAINT payments_reversed CHECK (reversed < 5);",
    )
    .await;
    finance.post("/v1/finance/payments", &payment("V2", "a", 1.0)).await.problem(409, "balance_exceeded");
    let cut = json!({"amount": -1, "document": "d", "reason": "r", "day": "2022-06-15"});
    finance.post(&format!("{ITEMS}/a/adjustments"), &cut).await.problem(409, "balance_exceeded");
    let reversal = json!({"voucher": "R1", "amount": 5, "paid_on": "2022-06-01", "reason": "退款"});
    finance.post("/v1/finance/payments/V1/reversals", &reversal).await.problem(409, "balance_exceeded");
    assert_eq!(
        app.query("SELECT json_build_array(trim_scale(paid), trim_scale(adjusted)) FROM budget_items").await,
        json!([60, 0])
    );
}
