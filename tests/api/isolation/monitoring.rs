//! A round in each county, with a sheet for each school.

use serde_json::json;

use super::world::{NEIGHBOUR_SECRET, SIBLING_SECRET};
use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, TestApp};

/// The path of a school's sheet.
pub fn sheet(school: &str) -> String {
    format!("/v1/monitoring/rounds/watched/sheets/watched-{school}")
}

pub async fn fill(app: &TestApp) {
    for (bureau, school, text) in
        [(1, SCHOOL, "自己的"), (1, SIBLING, SIBLING_SECRET), (2, NEIGHBOUR, NEIGHBOUR_SECRET)]
    {
        let code = format!("watched-{school}");
        app.execute(&format!(
            "INSERT INTO projects VALUES ({bureau}, '{code}', '{school}', '{school}');
             INSERT INTO project_revisions (bureau_id, project, revision, school, name, category, section, first_year,
                 last_year, is_key, is_special_fund, state, action, recorded_by, recorded_at)
             VALUES ({bureau}, '{code}', 1, '{school}', '{text}', 'specific', 'teaching', 2022, 2022, false, false,
                 'under_way', 'propose', 'user:x', '2022-01-05');
             INSERT INTO goals VALUES ({bureau}, 2022, '{code}', 'project', '{school}', '{school}', '{code}');
             INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version,
                 approved_by, approved_at, updated_by, updated_at)
             VALUES ({bureau}, 2022, '{code}', 1, '{school}', 'teaching', '{text}',
                 '{{\"description\": \"{text}\", \"measures\": [], \"targets\": []}}', 'approved', 1, 'user:leader',
                 '2022-01-06', 'user:x', '2022-01-06')"
        ))
        .await;
    }
    let round = json!({"code": "watched", "name": "监控", "year": 2022, "month": 6, "due_on": "2090-01-01"});
    for finance in ["finance@990001", "finance@990002"] {
        app.log_in(finance).await.post("/v1/monitoring/rounds", &round).await.expect(201);
    }
}
