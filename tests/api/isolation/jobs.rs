//! A job of the officer, one of each school, and what each of them had behind it.

use super::world::{NEIGHBOUR_SECRET, SIBLING_SECRET};
use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, TestApp};

/// The job of a school.
fn job(school: &str) -> String {
    format!("00000000-0000-7000-8000-00{school}")
}

/// What can be read of it.
pub fn readable_of(school: &str) -> [String; 3] {
    ["/v1/jobs".to_owned(), format!("/v1/jobs/{}", job(school)), format!("/v1/jobs/{}/result", job(school))]
}

pub async fn fill(app: &TestApp) {
    for (school, bureau, text) in
        [(SCHOOL, 1, "自己的"), (SIBLING, 1, SIBLING_SECRET), (NEIGHBOUR, 2, NEIGHBOUR_SECRET)]
    {
        let job = job(school);
        app.execute(&format!(
            "INSERT INTO jobs (bureau_id, id, account, school, operation, target, headers, size, request_id, state, due_at,
                 created_at, ended_at, status, content_type, answer)
             VALUES ({bureau}, '{job}', 'user:officer', '{school}', '{text}', '/', '{{}}', 1, gen_random_uuid(), 'done', now(),
                 now(), now(), 200, '{text}', '1');
             INSERT INTO job_contents VALUES ({bureau}, '{job}', 0, '{school}', '1', now());
             INSERT INTO job_steps VALUES ({bureau}, '{job}', 0, '{school}', '{{}}', now())"
        ))
        .await;
    }
}
