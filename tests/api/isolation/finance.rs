//! Budget items, payments, plans and reconciliations of the school, its sibling and the neighbour.

use serde_json::json;

use super::world::{NEIGHBOUR_SECRET, SIBLING_SECRET};
use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, TestApp};

/// What only the bureau sees, and no school.
pub const OF_THE_BUREAU: [&str; 1] = ["reconciliations"];

/// What can be read of it, beside what is of a school.
pub const READABLE: [&str; 8] = [
    "/v1/finance/items",
    "/v1/finance/payments",
    "/v1/finance/payments?year=2022&from=2022-01-01",
    "/v1/finance/execution?year=2022&by=organisation",
    "/v1/finance/execution?year=2022&by=project",
    "/v1/finance/execution?year=2022&by=month",
    "/v1/finance/reconciliations",
    "/v1/finance/items?is_lump=false",
];

/// What can be read of a school.
pub fn readable_of(school: &str) -> [String; 4] {
    [
        format!("/v1/finance/items/of-{school}"),
        format!("/v1/finance/items/of-{school}/entries"),
        format!("/v1/finance/items/of-{school}/plan"),
        format!("/v1/finance/payments/of-{school}"),
    ]
}

pub async fn fill(app: &TestApp) {
    for (school, bureau, text) in
        [(SCHOOL, "990001", "自己的"), (SIBLING, "990001", SIBLING_SECRET), (NEIGHBOUR, "990002", NEIGHBOUR_SECRET)]
    {
        let finance = app.log_in(&format!("finance@{bureau}")).await;
        let code = format!("of-{school}");
        let item = json!({"code": code, "year": 2022, "organisation": school, "name": text, "function": "2050202",
            "economic": "31002", "government_economic": "50601", "fund": "general", "source": "initial", "original": 100,
            "document": text});
        finance.post("/v1/finance/items", &item).await.expect(201);
        let payment = json!({"voucher": code, "item": code, "amount": 10, "paid_on": "2022-05-18",
            "payment_type": "treasury", "purpose": text});
        finance.post("/v1/finance/payments", &payment).await.expect(201);
        let plan = json!({"months": [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]});
        finance.put(&format!("/v1/finance/items/{code}/plan"), &plan).await.expect(201);
        let totals = json!({"year": 2022, "until": "2022-12-31", "totals": []});
        finance.post("/v1/finance/reconciliations", &totals).await.expect(201);
    }
}
