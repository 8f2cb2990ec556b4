//! Registers: records with fields, states and revisions.

mod files;
mod lists;
mod records;
mod steps;

use serde_json::{Value, json};

use crate::support::{Client, SCHOOL};

/// The path of the records of a register.
pub fn records(register: &str) -> String {
    format!("/v1/registers/{register}/records")
}

/// An award of the first school.
pub fn award(code: &str, fields: &Value) -> Value {
    let mut all = json!({"title": "合唱比赛", "level": "city"});
    for (name, value) in fields.as_object().expect("fields") {
        all[name] = value.clone();
    }
    json!({"code": code, "school": SCHOOL, "fields": all})
}

/// Enters an award of the first school.
pub async fn enter(client: &Client, code: &str, fields: &Value) -> Value {
    client.post(&records("awards"), &award(code, fields)).await.expect(201)
}
