//! Reports of both counties: of the first one that schools see, and one that only the bureau does.

use super::world::{NEIGHBOUR_SECRET, SIBLING_SECRET};
use crate::support::TestApp;

/// What is read of them.
pub const READINGS: [&str; 4] =
    ["/v1/reports", "/v1/reports?state=draft", "/v1/reports/annual-2022-2", "/v1/reports/annual-2022-1/document.json"];

/// What schools do not see.
pub const HIDDEN: &str = "state <> 'published'";

pub async fn fill(app: &TestApp) {
    for (bureau, number, state, title) in
        [(1, 1, "published", "公开的"), (1, 2, "draft", SIBLING_SECRET), (2, 1, "published", NEIGHBOUR_SECRET)]
    {
        let (approved_by, published_by) = if state == "published" {
            ("'user:leader', now()", "'user:finance', now()")
        } else {
            ("NULL, NULL", "NULL, NULL")
        };
        app.execute(&format!(
            "SET session_replication_role = replica;
             INSERT INTO reports (bureau_id, code, template, year, number, title, state, version, assembly, document, sha256,
                 findings, as_of, journal_position, assembled_by, assembled_at, approved_by, approved_at, published_by,
                 published_at, updated_by, updated_at)
             SELECT {bureau}, 'annual-2022-{number}', 'annual', 2022, {number}, '{title}', '{state}', 1, 1, document,
                 sha256(convert_to(document, 'UTF8')), '[]', now(), 0, 'user:finance', now(), {approved_by}, {published_by},
                 'user:finance', now()
             FROM (VALUES ('{{\"blocks\":[],\"sources\":[],\"title\":[\"{title}\"]}}')) AS made (document)"
        ))
        .await;
    }
}
