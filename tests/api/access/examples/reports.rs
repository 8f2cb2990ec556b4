//! Reports: one, in the state in which the operation has an effect.

use serde_json::json;

use super::{Request, json_request};
use crate::support::{SCHOOL, TestApp};

/// The operations of this feature, each with the state of the report that it meets.
const OPERATIONS: [(&str, &str); 12] = [
    ("list_reports", "published"),
    ("create_report", "published"),
    ("get_report", "published"),
    ("get_report_file", "published"),
    ("get_report_findings", "published"),
    ("verify_report", "published"),
    ("get_report_source", "published"),
    ("assemble_report", "draft"),
    ("approve_report", "draft"),
    ("return_report", "draft"),
    ("discard_report", "returned"),
    ("publish_report", "approved"),
];

fn state(operation: &str) -> Option<&'static str> {
    OPERATIONS.iter().find(|(name, _)| *name == operation).map(|(_, state)| *state)
}

/// Whether an operation is one of reports.
pub fn has(operation: &str) -> bool {
    state(operation).is_some()
}

/// Query and body of an operation.
pub fn request(operation: &str) -> Request {
    let body = match operation {
        "create_report" => json!({"year": 2022, "template": "annual"}),
        "assemble_report" | "approve_report" | "publish_report" => json!({}),
        "return_report" | "discard_report" => json!({"note": "请核对"}),
        _ => return ("", None),
    };
    json_request("", &body)
}

/// What stands for the parameters of the path.
pub fn fill(path: &str) -> String {
    path.replace("{report}", "annual-2022-1").replace("{format}", "docx").replace("{source}", "0")
}

/// Puts the report back to where the operation has an effect, and takes away what operations made.
pub async fn prepare(operation: &str, app: &TestApp) {
    let Some(state) = state(operation) else { return };
    let (approved, published) = match state {
        "published" => ("'user:nobody', now()", "'user:nobody', now()"),
        "approved" => ("'user:nobody', now()", "NULL, NULL"),
        _ => ("NULL, NULL", "NULL, NULL"),
    };
    let document = json!({"title": ["报告"], "blocks": [], "sources": [{"type": "records", "register": "awards",
        "records": [SCHOOL], "as_of": "2023-01-01T00:00:00Z", "journal_position": 0}]});
    app.execute(&format!(
        "SET session_replication_role = replica;
         DELETE FROM reports;
         INSERT INTO reports (bureau_id, code, template, year, number, title, state, version, assembly, document, sha256,
             findings, as_of, journal_position, assembled_by, assembled_at, approved_by, approved_at, published_by,
             published_at, updated_by, updated_at)
         SELECT 1, 'annual-2022-1', 'annual', 2022, 1, '报告', '{state}', 1, 1, document,
             sha256(convert_to(document, 'UTF8')), '[]', now(), 0, 'user:somebody', now(), {approved}, {published},
             'user:somebody', now()
         FROM (VALUES ('{document}')) AS made (document)"
    ))
    .await;
}
