//! The way of a goal from its draft to the version after the next.

use chrono::TimeDelta;
use jixiao::goals::{Level, Which, in_force};
use jixiao::platform::access::Scope;
use serde_json::json;

use super::{Office, excellent, of_project, path};
use crate::support::SCHOOL;

#[tokio::test]
async fn a_goal_is_written_handed_in_reviewed_and_approved() {
    let office = Office::with_activity().await;
    let path = path("P");
    let draft = office.principal.put(&path, &of_project()).await;
    assert_eq!(draft.headers["location"], path.as_str());
    let goal = draft.expect(201);
    assert_eq!(
        (&goal["state"], &goal["version"], &goal["in_work"], &goal["in_force"]),
        (&json!("draft"), &json!(1), &json!(1), &json!(null))
    );
    assert_eq!(goal["organisation_name"], "第一小学");
    assert_eq!(goal["section_name"], "教学科");
    assert_eq!(goal["may"], json!(["save", "submit", "delete"]));
    // Figures of a school's goal are the school's.
    assert_eq!(goal["targets"][0]["within"], SCHOOL);
    assert_eq!(goal["targets"][1]["weight"].to_string(), "17.5");
    assert_eq!(goal["targets"][3]["within"], json!(null));

    let submitted = office.principal.post(&format!("{path}/submit"), &json!({"note": "请审核"})).await.expect(200);
    assert_eq!((&submitted["state"], &submitted["note"]), (&json!("submitted"), &json!("请审核")));
    assert_eq!(submitted["submitted_by"], "user:principal");
    assert_eq!(submitted["may"], json!([]));
    assert_eq!(office.finance.get(&path).await.expect(200)["may"], json!(["review", "return"]));
    office.principal.with("if-match", "*").put(&path, &of_project()).await.problem(409, "state_forbids");

    let reviewed = office.officer.post(&format!("{path}/review"), &excellent()).await.expect(200);
    assert_eq!(reviewed["state"], "reviewed");
    assert_eq!((&reviewed["review"]["total"], &reviewed["review"]["grade"]), (&json!(92), &json!("excellent")));
    assert_eq!(reviewed["review"]["policy"], "county_2020");
    assert_eq!(office.leader.get(&path).await.expect(200)["may"], json!(["approve", "return"]));

    let approved = office.leader.post(&format!("{path}/approve"), &json!({"note": "同意"})).await.expect(200);
    assert_eq!(
        (&approved["state"], &approved["in_force"], &approved["in_work"]),
        (&json!("approved"), &json!(1), &json!(null))
    );
    assert_eq!(approved["approved_by"], "user:leader");
    let etag = office.principal.get(&path).await.etag();
    assert_eq!(office.principal.with("if-none-match", &etag).get(&path).await.status, 304);
    assert_eq!(office.principal.get(&path).await.expect(200)["may"], json!(["amend"]));
    let refusal = office.principal.with("if-match", "*").put(&path, &of_project()).await;
    refusal.problem(409, "state_forbids");
    assert_eq!((&refusal.json()["state"], &refusal.json()["allowed"]), (&json!("approved"), &json!(["amend"])));
}

#[tokio::test]
async fn an_amendment_counts_when_it_is_approved_and_the_version_before_until_then() {
    let office = Office::with_activity().await;
    let path = path("P");
    office.bring(&path, &of_project(), "approved").await;
    let before = office.app.app.db.clock().now();
    office.app.app.db.clock().shift(TimeDelta::hours(1));
    let [officer, finance, leader] =
        [office.app.log_in("officer").await, office.app.log_in("finance").await, office.app.log_in("leader").await];

    officer.post(&format!("{path}/amend"), &json!({})).await.problem(422, "validation_failed");
    let amended = officer.post(&format!("{path}/amend"), &json!({"reason": "省级追加资金"})).await.expect(200);
    assert_eq!((&amended["version"], &amended["in_work"], &amended["in_force"]), (&json!(2), &json!(2), &json!(1)));
    assert_eq!((&amended["reason"], &amended["state"]), (&json!("省级追加资金"), &json!("draft")));
    officer.post(&format!("{path}/amend"), &json!({"reason": "再次"})).await.problem(409, "state_forbids");

    let mut wider = of_project();
    wider["targets"][0]["value"] = json!(95);
    officer.with("if-match", "*").put(&path, &wider).await.expect(200);
    let in_force_now = |which| {
        let app = office.app.app.clone();
        async move {
            let scope = Scope::system(1, "test");
            let read = async |tx: &mut _| in_force(tx, &scope, 2022, which).await;
            let goals = app.db.read(&scope, read).await.unwrap();
            let found = goals.into_iter().map(|goal| {
                let value = goal.content.targets[0].value.unwrap();
                (goal.code, goal.project, goal.version, value.to_string())
            });
            found.collect::<Vec<_>>()
        }
    };
    let projects = Which { level: Some(Level::Project), ..Which::default() };
    let row = |version, value: &str| ("P".to_owned(), Some("P-1".to_owned()), version, value.to_owned());
    assert_eq!(in_force_now(projects).await, [row(1, "80")]);

    officer.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    finance.post(&format!("{path}/review"), &excellent()).await.expect(200);
    leader.post(&format!("{path}/approve"), &json!({})).await.expect(200);
    assert_eq!(in_force_now(projects).await, [row(2, "95")]);
    assert_eq!(in_force_now(Which { as_of: Some(before), ..projects }).await, [row(1, "80")]);
    let others = ["P-2".to_owned()];
    assert_eq!(in_force_now(Which { projects: Some(&others), ..projects }).await, []);

    let now = officer.get(&path).await.expect(200);
    assert_eq!((&now["version"], &now["targets"][0]["value"]), (&json!(2), &json!(95)));
    let past = officer.get(&format!("{path}?as_of={}", before.format("%Y-%m-%dT%H:%M:%S%.6fZ"))).await.expect(200);
    assert_eq!((&past["version"], &past["targets"][0]["value"], &past["may"]), (&json!(1), &json!(80), &json!([])));
    assert!(past["superseded_at"].is_string());
    assert_eq!(officer.get(&format!("{path}?version=1")).await.expect(200)["targets"][0]["value"], 80);
    officer.get(&format!("{path}?version=3")).await.problem(404, "not_found");
    officer.get(&format!("{path}?as_of=2021-01-01T00:00:00Z")).await.problem(404, "not_found");
    let versions = officer.get(&format!("{path}/versions?limit=1")).await.expect(200);
    assert_eq!(versions["items"][0]["version"], 1);
    let cursor = versions["next"].as_str().unwrap();
    let versions = officer.get(&format!("{path}/versions?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((&versions["items"][0]["version"], &versions["next"]), (&json!(2), &json!(null)));
}

#[tokio::test]
async fn a_goal_is_approved_after_what_it_serves() {
    let office = Office::open().await;
    for (code, goal) in [("O", super::overall()), ("D", super::duty())] {
        office.bring(&path(code), &goal, "reviewed").await;
    }
    office.leader.post(&format!("{}/approve", path("D")), &json!({})).await.problem(409, "state_forbids");
    office.leader.post(&format!("{}/approve", path("O")), &json!({})).await.expect(200);
    office.leader.post(&format!("{}/approve", path("D")), &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_draft_is_thrown_away_and_nothing_else() {
    let office = Office::with_activity().await;
    let path = path("P");
    office.bring(&path, &of_project(), "draft").await;
    office.officer.delete(&path).await.problem(428, "precondition_required");
    let officer = office.officer.with("if-match", "*");
    officer.delete(&path).await.expect(204);
    office.officer.get(&path).await.problem(404, "not_found");
    officer.delete(&path).await.problem(404, "not_found");

    // An amendment goes, and the version in force stays.
    office.bring(&path, &of_project(), "approved").await;
    officer.delete(&path).await.problem(409, "state_forbids");
    office.officer.post(&format!("{path}/amend"), &json!({"reason": "调整"})).await.expect(200);
    officer.delete(&path).await.expect(204);
    let goal = office.officer.get(&path).await.expect(200);
    assert_eq!((&goal["version"], &goal["in_work"], &goal["may"]), (&json!(1), &json!(null), &json!(["amend"])));

    // What others serve stays.
    let mut other = super::activity();
    office.bring(&super::path("A2"), &other, "draft").await;
    other = super::activity();
    other["level"] = json!("project");
    other["parent"] = json!("A2");
    other["project"] = json!("P-2");
    super::project(&office.app, "P-2", crate::support::BUREAU, (2022, 2022)).await;
    office.bring(&super::path("P2"), &other, "draft").await;
    officer.delete(&super::path("A2")).await.problem(409, "in_use");
}

#[tokio::test]
async fn every_step_is_journaled_with_who_and_what() {
    let office = Office::with_activity().await;
    let path = path("P");
    office.bring(&path, &of_project(), "approved").await;
    office.officer.post(&format!("{path}/amend"), &json!({"reason": "调整"})).await.expect(200);
    let actions = office
        .app
        .query(
            "SELECT json_agg(json_build_array(action, actor, school) ORDER BY recorded_at, action)
             FROM journal WHERE subject_type = 'goal' AND subject = '2022/P'",
        )
        .await;
    let step = |action: &str, actor: &str| json!([action, actor, SCHOOL]);
    assert_eq!(
        actions,
        json!([
            step("goal.create", "user:officer"),
            step("goal.submit", "user:officer"),
            step("goal.review", "user:finance"),
            step("goal.approve", "user:leader"),
            step("goal.amend", "user:officer"),
        ])
    );
    let review =
        office.app.query("SELECT after FROM journal WHERE action = 'goal.review' AND subject = '2022/P'").await;
    assert_eq!((&review["state"], &review["review"]["grade"]), (&json!("reviewed"), &json!("excellent")));
}
