//! A goal of each school, in force and with an amendment in work.

use crate::support::TestApp;

pub async fn fill(app: &TestApp, bureau: u32, school: &str, secret: &str) {
    let content = serde_json::json!({"description": secret, "measures": [secret], "targets": []});
    app.execute(&format!(
        "INSERT INTO goals VALUES ({bureau}, 2022, 'goal-{school}', 'overall', '{school}', '{school}', NULL);
         INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version, approved_at,
             updated_by, updated_at)
         SELECT {bureau}, 2022, 'goal-{school}', version, '{school}', 'teaching', '{secret}', '{content}', state, version,
             approved_at, 'user:principal', now()
         FROM (VALUES (1, 'approved', now()), (2, 'draft', NULL)) AS versions (version, state, approved_at)"
    ))
    .await;
}

/// What is read of them; `{school}` stands for each school.
pub const READINGS: [&str; 6] = [
    "/v1/goals/2022",
    "/v1/goals/2022/tree",
    "/v1/goals/2022/tree?in_force=true",
    "/v1/goals/2022/goal-{school}",
    "/v1/goals/2022/goal-{school}?version=1",
    "/v1/goals/2022/goal-{school}/versions",
];
