//! What was decided stays as it was, whoever tries and however many at once.

use diesel::sql_query;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde_json::json;

use super::{Office, excellent, of_project, path};

/// How the database answers the service for a statement of its own, in a transaction that is not kept.
async fn attempt(office: &Office, sql: &str) -> Result<usize, String> {
    let mut connection = AsyncPgConnection::establish(&office.app.database.app_url).await.expect("a connection");
    let scope =
        "SET ROLE jixiao_app; BEGIN; SELECT set_config('app.bureau_id', '1', true), set_config('app.school', '', true)";
    connection.batch_execute(scope).await.expect("a scope");
    sql_query(sql).execute(&mut connection).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_statement_of_the_service_changes_drafts_alone() {
    let office = Office::with_activity().await;
    office.bring(&path("P"), &of_project(), "draft").await;
    let of = |goal: &str, change: &str| format!("UPDATE goal_versions SET {change} WHERE goal = '{goal}'");
    let content = "content = jsonb_set(content, '{targets,0,value}', '1')";
    assert_eq!(attempt(&office, &of("P", content)).await, Ok(1));
    assert_eq!(attempt(&office, "DELETE FROM goal_versions WHERE goal = 'P'").await, Ok(1));
    assert_eq!(attempt(&office, &of("A", "superseded_at = now() + interval '1 day'")).await, Ok(1));
    for change in [content, "name = 'x'", "state = 'draft', approved_at = NULL", "note = 'x'", "section = 'finance'"] {
        let refusal = attempt(&office, &of("A", change)).await.expect_err(change);
        assert_eq!(refusal, "permission denied: version 1 of the goal 2022/A is frozen");
    }
    for change in ["version = 2", "goal = 'B'", "school = '2199000001'", "bureau_id = 2", "reason = 'x'"] {
        let refusal = attempt(&office, &of("P", change)).await.expect_err(change);
        assert_eq!(refusal, "permission denied for table goal_versions", "{change}");
    }
    assert!(attempt(&office, "DELETE FROM goal_versions WHERE goal = 'A'").await.is_err());
    assert!(attempt(&office, "DELETE FROM goals WHERE goal = 'A'").await.is_err());

    office.officer.post(&format!("{}/submit", path("P")), &json!({})).await.expect(200);
    assert_eq!(attempt(&office, &of("P", "note = 'x'")).await, Ok(1));
    let refusal = attempt(&office, &of("P", content)).await.expect_err(content);
    assert_eq!(refusal, "permission denied: version 1 of the goal 2022/P is frozen");
    assert!(attempt(&office, "DELETE FROM goal_versions WHERE goal = 'P'").await.is_err());
}

#[tokio::test]
async fn of_many_at_once_one_is_first() {
    let office = Office::with_activity().await;
    office.bring(&path("P"), &of_project(), "approved").await;
    let statuses = async |step: &str, body: serde_json::Value, client: &crate::support::Client| {
        let address = format!("{}/{step}", path("P"));
        let asked = (0..6).map(|_| client.post(&address, &body));
        let mut statuses: Vec<u16> =
            futures_util::future::join_all(asked).await.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        statuses
    };
    let first_alone = [200, 409, 409, 409, 409, 409];
    assert_eq!(statuses("amend", json!({"reason": "调整"}), &office.officer).await, first_alone);
    assert_eq!(statuses("submit", json!({}), &office.officer).await, first_alone);
    assert_eq!(statuses("review", excellent(), &office.finance).await, first_alone);
    assert_eq!(statuses("approve", json!({}), &office.leader).await, first_alone);
    let standing = office
        .app
        .query(
            "SELECT json_agg(json_build_array(version, state, superseded_at IS NULL) ORDER BY version)
             FROM goal_versions WHERE goal = 'P'",
        )
        .await;
    assert_eq!(standing, json!([[1, "approved", false], [2, "approved", true]]));
    let begun = (0..6).map(|i| {
        let mut goal = of_project();
        goal["name"] = json!(format!("第{i}个"));
        let officer = office.officer.clone();
        async move { officer.put("/v1/goals/2023/P", &with_no_parent(goal)).await.status.as_u16() }
    });
    let mut statuses = futures_util::future::join_all(begun).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|status| [409, 422, 428].contains(status)), "{statuses:?}");
}

fn with_no_parent(mut goal: serde_json::Value) -> serde_json::Value {
    goal["parent"] = json!(null);
    goal
}
