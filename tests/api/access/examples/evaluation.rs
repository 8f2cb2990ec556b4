//! Evaluation: that of the budget of the first school; and of the year before, one that is final.

use serde_json::{Value, json};

use super::{Request, json_request};
use crate::support::{SCHOOL, TestApp};

/// The request of an operation of this feature; and what it speaks of exists.
pub async fn request(operation: &str, app: &TestApp) -> Option<Request> {
    if !operation.contains("_evaluation") {
        return None;
    }
    exist(app).await;
    Some(match operation {
        "save_evaluation" => json_request("", &json!({"summary": "完成"})),
        "submit_evaluation" | "review_evaluation" | "finalise_evaluation" => json_request("", &json!({})),
        "return_evaluation" => json_request("", &json!({"note": "请核对"})),
        _ => ("", None),
    })
}

/// The path of an operation of this feature.
pub fn fill(operation: &str, path: &str) -> String {
    if !operation.contains("_evaluation") {
        return path.to_owned();
    }
    let year = if operation == "recompute_evaluation" { "2021" } else { "2022" };
    path.replace("{year}", year).replace("{kind}", "school").replace("{subject}", SCHOOL)
}

/// Brings the evaluation to a state in which the operation has an effect.
pub async fn prepare(operation: &str, app: &TestApp) {
    let state = match operation {
        "save_evaluation" | "submit_evaluation" => "draft",
        "return_evaluation" | "review_evaluation" => "submitted",
        "finalise_evaluation" => "reviewed",
        _ => return,
    };
    app.execute(&format!(
        "DELETE FROM evaluation_results WHERE year = 2022;
         UPDATE evaluations SET state = '{state}', submitted_by = 'user:somebody', reviewed_by = 'user:another' WHERE year = 2022"
    ))
    .await;
}

async fn exist(app: &TestApp) {
    if app.query("SELECT count(*) FROM evaluations").await != 0 {
        return;
    }
    let steps: [(&str, &str, Value); 3] =
        [("reporter", "submit", json!({})), ("finance", "review", json!({})), ("leader", "finalise", json!({}))];
    let reporter = app.log_in("reporter").await;
    for year in [2021, 2022] {
        reporter.put(&format!("/v1/evaluations/{year}/school/{SCHOOL}"), &json!({})).await.expect(201);
    }
    for (who, step, body) in steps {
        let path = format!("/v1/evaluations/2021/school/{SCHOOL}/{step}");
        app.log_in(who).await.post(&path, &body).await.expect(200);
    }
}
