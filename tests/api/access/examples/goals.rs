//! Goals: one of the first school, which its section reviews, and the requests about it.

use serde_json::json;

use super::{Request, json_request};
use crate::support::{SCHOOL, TestApp};

/// The goal that the callers meet.
pub const GOAL: &str = "goal-1";

/// Whether an operation is one of goals.
pub fn has(operation: &str) -> bool {
    operation.contains("goal")
}

/// Puts the goal back to where the operation has an effect, and takes away what operations made.
pub async fn prepare(operation: &str, app: &TestApp) {
    let (state, approved) = match operation {
        "review_goal" | "return_goal" => ("submitted", "NULL"),
        "approve_goal" => ("reviewed", "NULL"),
        "save_goal" | "delete_goal" | "submit_goal" => ("draft", "NULL"),
        _ => ("approved", "now()"),
    };
    let content = json!({"description": "提高入学率", "measures": ["每月调度"], "targets": [{"code": "pupils", "name": "在校生",
        "class": "quantity", "indicator": "pupils", "sign": "at_least", "value": 80, "unit": "人", "weight": 50, "strategy": null,
        "within": SCHOOL}]});
    app.execute(&format!(
        "SET session_replication_role = replica;
         DELETE FROM goal_versions WHERE goal = '{GOAL}' OR year = 2023;
         DELETE FROM goals WHERE goal = '{GOAL}' OR year = 2023;
         SET session_replication_role = DEFAULT;
         INSERT INTO goals VALUES (1, 2022, '{GOAL}', 'overall', '{SCHOOL}', '{SCHOOL}', NULL);
         INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version,
             submitted_by, reviewed_by, approved_at, updated_by, updated_at)
         VALUES (1, 2022, '{GOAL}', 1, '{SCHOOL}', 'teaching', '目标', '{content}', '{state}', 1, 'user:nobody', 'user:nobody',
             {approved}, 'user:nobody', now())"
    ))
    .await;
}

/// Query and body of an operation.
pub fn request(operation: &str) -> Request {
    let body = match operation {
        "save_goal" => json!({"level": "overall", "organisation": SCHOOL, "section": "teaching", "name": "新的目标"}),
        "submit_goal" | "approve_goal" => json!({}),
        "return_goal" => json!({"note": "请修改"}),
        "amend_goal" => json!({"reason": "追加资金"}),
        "copy_goals" => json!({"from": 2022}),
        "review_goal" => {
            json!({"scores": [{"criterion": "completeness", "score": 30}, {"criterion": "relevance", "score": 25},
            {"criterion": "adequacy", "score": 25}, {"criterion": "feasibility", "score": 20}]})
        }
        _ => return ("", None),
    };
    json_request("", &body)
}

/// What stands for the parameters of the path.
pub fn fill(operation: &str, path: &str) -> String {
    let year = if operation == "copy_goals" { "2023" } else { "2022" };
    path.replace("{year}", year).replace("{goal}", GOAL)
}
