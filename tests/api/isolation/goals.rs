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
