//! Projects: put forward, appraised, taken through their life, imported.

mod appraisals;
mod files;
mod life;
mod lists;

use serde_json::{Value, json};

use crate::support::{Answer, Client, SCHOOL};

pub const PROJECTS: &str = "/v1/projects";

/// The criteria of the county's policy, of 20 points each.
pub const CRITERIA: [&str; 5] = ["necessity", "economy", "goals", "feasibility", "financing"];

/// A project of the first school, for which the section `teaching` is responsible.
pub fn project(code: &str, more: &Value) -> Value {
    let mut project = json!({"code": code, "name": "校舍安全工程", "category": "specific", "organisation": SCHOOL,
        "section": "teaching", "first_year": 2022, "last_year": 2023});
    for (name, value) in more.as_object().expect("fields") {
        project[name] = value.clone();
    }
    project
}

/// Puts a project forward.
pub async fn propose(client: &Client, code: &str, more: &Value) -> Value {
    client.post(PROJECTS, &project(code, more)).await.expect(201)
}

/// An appraisal with the same points for each criterion.
pub fn appraisal(points: &Value) -> Value {
    let score = |criterion| json!({"criterion": criterion, "score": points, "reason": "有依据"});
    json!({"scores": CRITERIA.map(score), "opinion": "建议列入预算"})
}

/// Appraises a project with the same points for each criterion.
pub async fn appraise(client: &Client, code: &str, points: &Value) -> Value {
    client.post(&format!("{PROJECTS}/{code}/appraisals"), &appraisal(points)).await.expect(201)
}

/// Takes a project a step further.
pub async fn step(client: &Client, code: &str, step: &str, note: Option<&str>) -> Answer {
    client.post(&format!("{PROJECTS}/{code}/{step}"), &json!({ "note": note })).await
}
