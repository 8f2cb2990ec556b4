//! A project of the first school with an appraisal, and a rectification.

use serde_json::{Value, json};

use super::{FILE, Request, file_request, json_request};
use crate::support::{SCHOOL, TestApp};

/// The project that exists.
pub const PROJECT: &str = "project-1";
/// The rectification that exists.
pub const RECTIFICATION: &str = "finding-1";

const CRITERIA: [&str; 5] = ["necessity", "economy", "goals", "feasibility", "financing"];

/// What operations speak of whose name ends so.
pub fn code(operation: &str) -> Option<&'static str> {
    if operation.contains("project") || operation.contains("appraisal") {
        return Some(PROJECT);
    }
    operation.contains("rectification").then_some(RECTIFICATION)
}

/// The project and the rectification, entered by nobody who asks here.
pub async fn prepare_things(app: &TestApp) {
    app.execute(&format!(
        "INSERT INTO projects VALUES (1, '{PROJECT}', '{SCHOOL}', '{SCHOOL}');
         INSERT INTO project_revisions VALUES (1, '{PROJECT}', 1, '{SCHOOL}', '校舍安全工程', 'specific', 'teaching', 2022,
             2023, false, false, NULL, 'proposed', 'propose', NULL, 'user:somebody', '2022-01-01', NULL);
         INSERT INTO project_appraisals VALUES (1, '{PROJECT}', 1, '{SCHOOL}', 1, 'county_2020', '[]', 80, 'supported',
             'supported', NULL, '建议列入预算', 'user:somebody', '2022-01-02');
         INSERT INTO rectification_revisions VALUES (1, '{RECTIFICATION}', 1, '{SCHOOL}', '{SCHOOL}', 'teaching',
             'safety_inspection', NULL, NULL, '消防通道堵塞', '清理', '总务主任', '2022-08-01', '2022-08-31', 'open',
             '[{{\"state\": \"open\", \"since\": \"2022-08-01\"}}]', 'open', NULL, 'user:somebody', '2022-08-01', NULL)"
    ))
    .await;
}

/// Brings them back to where they were.
pub async fn restore(operation: &str, app: &TestApp) {
    if operation.contains("_file") {
        app.execute(&format!(
            "INSERT INTO file_attachments VALUES
                 (1, '{FILE}', 'project', '{PROJECT}', '{SCHOOL}', 'user:reporter', now()),
                 (1, '{FILE}', 'rectification', '{RECTIFICATION}', '{SCHOOL}', 'user:reporter', now())
                 ON CONFLICT DO NOTHING"
        ))
        .await;
    } else if code(operation).is_some() && !operation.starts_with("get_") && !operation.starts_with("list_") {
        app.execute(
            "DELETE FROM project_appraisals WHERE appraisal > 1 OR project = 'new';
             DELETE FROM project_revisions WHERE revision > 1 OR project = 'new';
             DELETE FROM projects WHERE code = 'new';
             DELETE FROM rectification_revisions WHERE revision > 1 OR code = 'new';
             UPDATE project_revisions SET superseded_at = NULL, state = 'proposed';
             UPDATE rectification_revisions SET superseded_at = NULL",
        )
        .await;
    }
    if operation == "move_project" {
        app.execute("UPDATE project_revisions SET state = 'in_budget'").await;
    }
}

/// Query and body of an operation.
pub fn request(operation: &str) -> Option<Request> {
    Some(match operation {
        "list_projects"
        | "get_project"
        | "list_project_revisions"
        | "list_appraisals"
        | "get_appraisal"
        | "list_rectifications"
        | "remind_of_rectifications"
        | "get_rectification"
        | "list_rectification_revisions"
        | "attach_file_to_project"
        | "detach_file_from_project"
        | "attach_file_to_rectification"
        | "detach_file_from_rectification" => ("", None),
        "create_project" => json_request("", &project("new")),
        "import_projects" => file_request("application/x-ndjson", project("imported").to_string()),
        "patch_project" => json_request("", &json!({"is_key": true})),
        "move_project" | "move_rectification" => json_request("", &json!({})),
        "create_appraisal" => {
            let score = |criterion| json!({"criterion": criterion, "score": 18, "reason": "有依据"});
            json_request("", &json!({"scores": CRITERIA.map(score), "opinion": "建议列入预算"}))
        }
        "create_rectification" => json_request(
            "",
            &json!({"code": "new", "organisation": SCHOOL, "section": "teaching", "source": "safety_inspection",
                "finding": "消防通道堵塞", "due_on": "2090-01-01"}),
        ),
        "patch_rectification" => json_request("", &json!({"owner": "校长"})),
        _ => return None,
    })
}

fn project(code: &str) -> Value {
    json!({"code": code, "name": "营养餐", "category": "operation", "organisation": SCHOOL, "section": "teaching",
        "first_year": 2022})
}
