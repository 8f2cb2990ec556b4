//! A job of the reporter of the first school, and the requests about it.

use super::Request;
use crate::support::{SCHOOL, TestApp};

/// The job that the callers meet.
pub const JOB: &str = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b22";

/// Brings the job to a state in which the operation has an effect.
pub async fn prepare(operation: &str, app: &TestApp) {
    if !has(operation) {
        return;
    }
    let (state, ended, status, answer) = match operation {
        "get_job_result" => ("done", "now()", "200", "'{}'"),
        _ => ("waiting", "NULL", "NULL", "NULL"),
    };
    app.execute(&format!(
        "DELETE FROM jobs WHERE id = '{JOB}';
         INSERT INTO jobs (bureau_id, id, account, school, operation, target, headers, size, request_id, state, due_at,
             created_at, ended_at, status, content_type, answer)
         VALUES (1, '{JOB}', 'user:reporter', '{SCHOOL}', 'import_submissions', '/v1/submissions/import', '{{}}', 1,
             gen_random_uuid(), '{state}', now(), now(), {ended}, {status}, 'application/json', {answer})"
    ))
    .await;
}

fn has(operation: &str) -> bool {
    operation.ends_with("_job") || operation.ends_with("_jobs") || operation == "get_job_result"
}

/// Query and body of an operation.
pub fn request(operation: &str) -> Option<Request> {
    has(operation).then_some(("", None))
}
