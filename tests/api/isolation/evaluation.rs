//! A final evaluation of each school.

use super::world::{NEIGHBOUR_SECRET, SIBLING_SECRET};
use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, TestApp};

/// The path of a school's evaluation.
pub fn evaluation(school: &str) -> String {
    format!("/v1/evaluations/2022/school/{school}")
}

pub async fn fill(app: &TestApp) {
    for (bureau, school, text) in
        [(1, SCHOOL, "自己的"), (1, SIBLING, SIBLING_SECRET), (2, NEIGHBOUR, NEIGHBOUR_SECRET)]
    {
        let content = format!("{{\"summary\": \"{text}\", \"goals\": [], \"targets\": []}}");
        app.execute(&format!(
            "INSERT INTO evaluations (bureau_id, year, kind, subject, organisation, school, state, version, content, submitted_by,
                 reviewed_by, updated_by, updated_at)
             VALUES ({bureau}, 2022, 'school', '{school}', '{school}', '{school}', 'final', 4, '{content}', 'user:principal',
                 'user:finance', 'user:leader', now());
             INSERT INTO evaluation_results (bureau_id, year, kind, subject, school, name, as_of, journal_position, content,
                 corrections, sheet, policy, total, grade, budget, action, percent, suggested, reasoning, finalised_by)
             VALUES ({bureau}, 2022, 'school', '{school}', '{school}', '{text}', now(), 0, '{content}', '[]', '{{}}', 'county_2020',
                 75, 'fair', 1000, 'cut', 80, 800, '{{\"zh\": \"{text}\"}}', 'user:leader')"
        ))
        .await;
    }
}
