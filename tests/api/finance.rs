//! Budgets, payments, plans, execution and reconciliation.

mod execution;
mod histories;
mod imports;
mod items;
mod ledger;
mod lumps;
mod payments;
mod plans;
mod reconciliations;

use serde_json::{Value, json};

use crate::support::{Client, SCHOOL, TestApp};

pub const ITEMS: &str = "/v1/finance/items";
pub const PAYMENTS: &str = "/v1/finance/payments";

/// A complete item of 2022 at the first school, with other fields where they are given.
pub fn item(code: &str, original: f64, fields: &Value) -> Value {
    let mut all = json!({"code": code, "year": 2022, "organisation": SCHOOL, "name": "办公设备", "function": "2050202",
        "economic": "31002", "government_economic": "50601", "fund": "general", "source": "initial", "original": original});
    for (name, value) in fields.as_object().expect("fields") {
        all[name] = value.clone();
    }
    all
}

/// A complete lump of 2022 at the finance section.
pub fn lump(code: &str, original: f64) -> Value {
    item(code, original, &json!({"organisation": "finance", "is_lump": true}))
}

/// A payment from an item, in May 2022.
pub fn payment(voucher: &str, item: &str, amount: f64) -> Value {
    json!({"voucher": voucher, "item": item, "amount": amount, "paid_on": "2022-05-18", "payment_type": "treasury"})
}

/// Enters an item.
pub async fn enter(client: &Client, item: &Value) -> Value {
    client.post(ITEMS, item).await.expect(201)
}

/// Posts a payment.
pub async fn pay(client: &Client, payment: &Value) -> Value {
    client.post(PAYMENTS, payment).await.expect(201)
}

/// A project of the bureau in a state, as it would stand after it came there.
pub async fn project(app: &TestApp, code: &str, state: &str) {
    app.execute(&format!(
        "INSERT INTO projects VALUES (1, '{code}', 'teaching');
         INSERT INTO project_revisions (bureau_id, project, revision, name, category, section, first_year, last_year, is_key,
             is_special_fund, state, action, recorded_by, recorded_at)
             VALUES (1, '{code}', 1, '项目{code}', 'specific', 'teaching', 2022, 2024, true, false, '{state}', 'propose',
                     'user:test', '2021-01-01')"
    ))
    .await;
}
