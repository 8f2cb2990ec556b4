//! The board of a round.

use serde_json::json;

use super::{ROUNDS, complete, goal, item, open, payment, project, sheet, target};
use crate::support::{BUREAU, Client, SCHOOL, SIBLING, TestApp};

async fn projects(client: &Client, query: &str) -> Vec<String> {
    let board = client.get(&format!("{ROUNDS}/june/sheets{query}")).await.expect(200);
    board["items"].as_array().unwrap().iter().map(|row| row["project"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_board_shows_who_is_how_far_with_which_lights() {
    let app = super::behind().await;
    for (code, unit, paid) in [("a", SIBLING, "250"), ("b", SIBLING, "350"), ("c", "finance", "500")] {
        project(&app, code, unit, "under_way").await;
        item(&app, code, (code, unit), "1000").await;
        payment(&app, code, code, paid, "2022-05-01").await;
    }
    project(&app, "d", BUREAU, "under_way").await;
    goal(&app, "d", 1, &[target("t", "at_least", 1, "boarders")]).await;
    app.execute("UPDATE project_revisions SET section = 'finance' WHERE project IN ('c', 'd')").await;
    let (finance, principal) = (app.log_in("finance").await, app.log_in("principal").await);
    open(&finance, "june", 6).await;
    let path = sheet("june", "red");
    principal.with("if-match", "*").put(&path, &complete()).await.expect(200);

    assert_eq!(projects(&finance, "").await, ["a", "b", "c", "d", "red"]);
    for (query, expected) in [
        ("?light=red", &["a", "red"][..]),
        ("?light=yellow", &["b"]),
        ("?light=green", &["c"]),
        ("?light=none", &["d"]),
        ("?light=blue", &[]),
        ("?state=draft", &["red"]),
        ("?state=not_begun&section=finance", &["c", "d"]),
        (&format!("?organisation={SIBLING}"), &["a", "b"]),
        ("?section=teaching&light=red&state=not_begun", &["a"]),
        ("?section=nothing", &[]),
    ] {
        assert_eq!(projects(&finance, query).await, expected, "{query}");
    }
    // A school sees its own.
    assert_eq!(projects(&principal, "").await, ["red"]);
    assert_eq!(projects(&principal, &format!("?organisation={SIBLING}")).await, Vec::<String>::new());

    let board = finance.get(&format!("{ROUNDS}/june/sheets?state=draft")).await.expect(200);
    let row = &board["items"][0];
    assert_eq!(
        (&row["budget_light"], &row["goal_light"], &row["light"]),
        (&json!("red"), &json!("red"), &json!("red"))
    );
    assert_eq!([&row["budget"], &row["executed"], &row["rate"]], [1000, 100, 10]);
    assert_eq!((&row["targets"], &row["targets_without_data"]), (&json!(3), &json!(1)));
    assert_eq!((&row["organisation_name"], &row["project_name"]), (&json!("第一小学"), &json!("项目red")));
}

#[tokio::test]
async fn the_board_has_pages_that_keep_to_their_filter() {
    let app = TestApp::with_catalogue().await;
    for code in ["p1", "p2", "p3"] {
        project(&app, code, SCHOOL, "under_way").await;
        item(&app, code, (code, SCHOOL), "1000").await;
    }
    let finance = app.log_in("finance").await;
    open(&finance, "june", 6).await;
    let first = finance.get(&format!("{ROUNDS}/june/sheets?light=red&limit=2")).await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let cursor = first["next"].as_str().unwrap();
    assert_eq!(projects(&finance, &format!("?light=red&limit=2&cursor={cursor}")).await, ["p3"]);
    let other = finance.get(&format!("{ROUNDS}/june/sheets?limit=2&cursor={cursor}")).await;
    assert_eq!(other.problem(400, "invalid_parameter"), ["?cursor wrong_format"]);
    finance.get(&format!("{ROUNDS}/nothing/sheets")).await.problem(404, "not_found");
}
