//! Goals of a year, taken over into the next.

use serde_json::json;

use super::{Office, activity, of_project, overall, path};
use crate::support::{Desk, SCHOOL, cell, document, pupils};

/// Everything of 2022 in force, and the school's report of it accepted.
async fn year_gone() -> Office {
    let office = Office::with_activity().await;
    office.bring(&path("P"), &of_project(), "approved").await;
    let mut cells = pupils(41, 45);
    cells.push(cell("grant", 900.25));
    Desk::basics(&office.app).await.bring_to("accepted", &document(&cells)).await;
    office
}

#[tokio::test]
async fn a_year_is_copied_with_what_it_came_to() {
    let office = year_gone().await;
    let copied = office.finance.post("/v1/goals/2023/copy", &json!({"from": 2022})).await.expect(200);
    let created: Vec<_> = copied["created"].as_array().unwrap().iter().map(|goal| goal["code"].clone()).collect();
    assert_eq!((json!(created), &copied["skipped"]), (json!(["A", "D", "O", "P"]), &json!([])));
    let project = &copied["created"][3];
    assert_eq!(project["targets"][0], json!({"code": "pupils", "value": 80, "actual": 86}));
    assert_eq!(project["targets"][1], json!({"code": "girls", "value": 30, "actual": 41}));
    assert_eq!(project["targets"][2]["actual"].to_string(), "900.25");
    assert_eq!(project["targets"][3], json!({"code": "safety", "value": null, "actual": null}));
    // Nobody reported boarders.
    assert_eq!(project["targets"][4]["actual"], json!(null));

    let goal = office.principal.get("/v1/goals/2023/P").await.expect(200);
    assert_eq!((&goal["state"], &goal["parent"], &goal["year"]), (&json!("draft"), &json!("A"), &json!(2023)));
    let last = &goal["targets"][0]["last_year"];
    assert_eq!((&last["year"], &last["value"], &last["actual"]), (&json!(2022), &json!(80), &json!(86)));
    // What is written over it keeps the year before beside it; what is new has none.
    let mut next = of_project();
    next["targets"][0]["value"] = json!(90);
    next["targets"][4]["code"] = json!("liked");
    let saved = office.principal.with("if-match", "*").put("/v1/goals/2023/P", &next).await.expect(200);
    assert_eq!(saved["targets"][0]["last_year"]["actual"], 86);
    assert_eq!((&saved["targets"][0]["value"], &saved["targets"][4]["last_year"]), (&json!(90), &json!(null)));
    office.officer.post("/v1/goals/2023/P/submit", &json!({})).await.expect(200);
    // The year before is as it was.
    assert_eq!(office.finance.get(&path("P")).await.expect(200)["targets"][0]["value"], 80);
    assert_eq!(
        office.app.query("SELECT count(*) FROM journal WHERE action = 'goal.copy' AND subject LIKE '2023/%'").await,
        4
    );
}

#[tokio::test]
async fn what_is_there_already_is_left_alone_and_said() {
    let office = year_gone().await;
    office.officer.put("/v1/goals/2023/O", &overall()).await.expect(201);
    let mut other = of_project();
    other["parent"] = json!(null);
    office.officer.put("/v1/goals/2023/X", &other).await.expect(201);
    let copied = office.finance.post("/v1/goals/2023/copy", &json!({"from": 2022})).await.expect(200);
    assert_eq!(
        copied["skipped"],
        json!([{"code": "O", "reason": "exists"}, {"code": "P", "reason": "project_has_goal"}])
    );
    assert_eq!(office.finance.get("/v1/goals/2023/D").await.expect(200)["parent"], "O");
    // Once more: nothing is left to do.
    let again = office.finance.post("/v1/goals/2023/copy", &json!({"from": 2022})).await.expect(200);
    assert_eq!(again["created"], json!([]));
    // The project ends in 2023.
    let later =
        office.finance.post("/v1/goals/2024/copy", &json!({"from": 2022, "goals": ["P", "A"]})).await.expect(200);
    assert_eq!(later["skipped"], json!([{"code": "P", "reason": "project_ended"}]));
    // What it serves was not copied.
    assert_eq!(office.finance.get("/v1/goals/2024/A").await.expect(200)["parent"], json!(null));
}

#[tokio::test]
async fn everybody_copies_what_they_write() {
    let office = year_gone().await;
    let mut draft = activity();
    draft["name"] = json!("未批准");
    office.bring(&path("B"), &draft, "draft").await;
    let violations = office.finance.post("/v1/goals/2023/copy", &json!({"from": 2022, "goals": ["A", "B", "Z"]})).await;
    assert_eq!(
        violations.problem(422, "validation_failed"),
        ["/goals/1 unknown_reference", "/goals/2 unknown_reference"]
    );
    let violations = office.finance.post("/v1/goals/2023/copy", &json!({"from": 2023})).await;
    assert_eq!(violations.problem(422, "validation_failed"), ["/from inconsistent"]);
    let sibling = office.app.log_in("principal2").await;
    let nothing = sibling.post("/v1/goals/2023/copy", &json!({"from": 2022})).await.expect(200);
    assert_eq!((&nothing["created"], &nothing["skipped"]), (&json!([]), &json!([])));
    let refused = sibling.post("/v1/goals/2023/copy", &json!({"from": 2022, "goals": ["P"]})).await;
    assert_eq!(refused.problem(422, "validation_failed"), ["/goals/0 unknown_reference"]);
    let own = office.principal.post("/v1/goals/2023/copy", &json!({"from": 2022})).await.expect(200);
    assert_eq!((&own["created"][0]["code"], &own["created"][1]), (&json!("P"), &json!(null)));
    let goal = office.principal.get("/v1/goals/2023/P").await.expect(200);
    assert_eq!((&goal["organisation"], &goal["parent"]), (&json!(SCHOOL), &json!(null)));
    office.leader.post("/v1/goals/2023/copy", &json!({"from": 2022})).await.problem(403, "forbidden");
}
