//! Rectifications: opened, worked on, verified, reminded of.

mod lists;
mod opening;
mod steps;

use serde_json::{Value, json};

use crate::support::{Answer, Client, SCHOOL, Settings, TestApp};

pub const RECTIFICATIONS: &str = "/v1/rectifications";

/// A county on 2022-08-20.
pub async fn county() -> TestApp {
    TestApp::with_catalogue_and(Settings { today: Some("2022-08-20"), ..Settings::default() }).await
}

/// What was found at the first school, over which the section `teaching` watches.
pub fn finding(code: &str, more: &Value) -> Value {
    let mut finding = json!({"code": code, "organisation": SCHOOL, "section": "teaching", "source": "safety_inspection",
        "finding": "消防通道堵塞", "found_on": "2022-08-01", "due_on": "2022-08-31"});
    for (name, value) in more.as_object().expect("fields") {
        finding[name] = value.clone();
    }
    finding
}

/// Opens a rectification.
pub async fn open(client: &Client, code: &str, more: &Value) -> Value {
    client.post(RECTIFICATIONS, &finding(code, more)).await.expect(201)
}

/// Takes a rectification a step further.
pub async fn step(client: &Client, code: &str, step: &str, body: &Value) -> Answer {
    client.post(&format!("{RECTIFICATIONS}/{code}/{step}"), body).await
}

/// What it takes to begin.
pub fn plan() -> Value {
    json!({"measure": "清理通道", "owner": "总务主任"})
}
