//! Fixed assets: cards, depreciation, the yearly report, inventories, disposals.

mod cards;
mod disposals;
mod inventories;
mod report;

use serde_json::{Value, json};

use crate::support::{Answer, Client, SCHOOL};

pub const ASSETS: &str = "/v1/assets";

/// A computer of the first school.
pub fn computer(code: &str, value: &Value, acquired_on: &str) -> Value {
    json!({"code": code, "organisation": SCHOOL, "name": "台式计算机", "category": "computer", "value": value,
        "acquired_on": acquired_on, "place": "计算机教室"})
}

/// Enters a card.
pub async fn enter(client: &Client, card: &Value) -> Value {
    client.post(ASSETS, card).await.expect(201)
}

pub async fn read(client: &Client, asset: &str) -> Value {
    client.get(&format!("{ASSETS}/{asset}")).await.expect(200)
}

/// Imports cards, one a line.
pub async fn import(client: &Client, query: &str, cards: &[Value]) -> Answer {
    let lines = cards.iter().fold(String::new(), |lines, card| format!("{lines}{card}\n"));
    let body = Some(("application/x-ndjson", lines.into_bytes()));
    client.send_raw(reqwest::Method::POST, &format!("{ASSETS}/import{query}"), body).await
}
