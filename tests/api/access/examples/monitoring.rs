//! Monitoring: a round, with the sheet of a project of the first school.

use serde_json::{Value, json};

use super::{Request, json_request};
use crate::support::{SCHOOL, TestApp};

/// The project whose sheet the callers meet.
pub const MONITORED: &str = "monitored";
const ROUND: &str = "2022-06";

/// The request of an operation of this feature; and what it speaks of exists.
pub async fn request(operation: &str, app: &TestApp) -> Option<Request> {
    if !operation.contains("_monitoring_") {
        return None;
    }
    exist(app).await;
    Some(match operation {
        "open_monitoring_round" => json_request("", &round("new")),
        "put_monitoring_sheet" => json_request("", &json!({"measures": "加快进度"})),
        "submit_monitoring_sheet" | "review_monitoring_sheet" => json_request("", &json!({})),
        "return_monitoring_sheet" => json_request("", &json!({"note": "请核对"})),
        _ => ("", None),
    })
}

fn round(code: &str) -> Value {
    json!({"code": code, "name": "运行监控", "year": 2022, "month": 6, "due_on": "2090-01-01"})
}

/// The path of an operation of this feature.
pub fn fill(operation: &str, path: &str) -> String {
    let project = if operation.contains("_monitoring_") { MONITORED } else { "{project}" };
    path.replace("{round}", ROUND).replace("{project}", project)
}

/// Brings round and sheet to a state in which the operation has an effect.
pub async fn prepare(operation: &str, app: &TestApp) {
    let sql = match operation {
        "open_monitoring_round" => {
            "DELETE FROM monitoring_sheets WHERE round = 'new'; DELETE FROM monitoring_readings WHERE round = 'new';
             DELETE FROM monitoring_rounds WHERE round = 'new'"
        }
        "refresh_monitoring_round" | "close_monitoring_round" => {
            "UPDATE monitoring_rounds SET state = 'open', closed_by = NULL, closed_at = NULL"
        }
        "put_monitoring_sheet" | "submit_monitoring_sheet" => {
            "UPDATE monitoring_rounds SET state = 'open', closed_by = NULL, closed_at = NULL;
             UPDATE monitoring_sheets SET state = 'draft', submitted_by = NULL, submitted_at = NULL, reviewed_by = NULL,
                 reviewed_at = NULL, entered_by = NULL"
        }
        "return_monitoring_sheet" | "review_monitoring_sheet" => {
            "UPDATE monitoring_rounds SET state = 'open', closed_by = NULL, closed_at = NULL;
             UPDATE monitoring_sheets SET state = 'submitted', submitted_by = 'user:somebody', submitted_at = now(),
                 reviewed_by = NULL, reviewed_at = NULL, entered_by = NULL"
        }
        _ => return,
    };
    app.execute(sql).await;
}

async fn exist(app: &TestApp) {
    if app.query("SELECT count(*) FROM monitoring_rounds").await != 0 {
        return;
    }
    app.execute(&format!(
        "INSERT INTO projects VALUES (1, '{MONITORED}', '{SCHOOL}', '{SCHOOL}');
         INSERT INTO project_revisions (bureau_id, project, revision, school, name, category, section, first_year, last_year,
             is_key, is_special_fund, state, action, recorded_by, recorded_at)
         VALUES (1, '{MONITORED}', 1, '{SCHOOL}', '受监控项目', 'specific', 'teaching', 2022, 2022, false, false, 'under_way',
             'propose', 'user:x', '2022-01-05');
         INSERT INTO goals VALUES (1, 2022, '{MONITORED}', 'project', '{SCHOOL}', '{SCHOOL}', '{MONITORED}');
         INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version,
             approved_by, approved_at, updated_by, updated_at)
         VALUES (1, 2022, '{MONITORED}', 1, '{SCHOOL}', 'teaching', '目标',
             '{{\"description\": \"目标\", \"measures\": [], \"targets\": []}}', 'approved', 1, 'user:leader', '2022-01-06',
             'user:x', '2022-01-06')"
    ))
    .await;
    app.log_in("finance").await.post("/v1/monitoring/rounds", &round(ROUND)).await.expect(201);
}
