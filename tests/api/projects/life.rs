//! From the proposal to the closing.

use serde_json::{Value, json};

use super::{PROJECTS, appraise, project, propose, step};
use crate::support::{BUREAU, SCHOOL, SIBLING, TestApp};

#[tokio::test]
async fn a_project_goes_from_proposal_to_closing() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance, officer) =
        (app.log_in("reporter").await, app.log_in("finance").await, app.log_in("officer").await);
    let created = propose(&reporter, "P1", &json!({"summary": " 加固 ", "is_key": true})).await;
    assert_eq!((&created["state"], &created["action"]), (&json!("proposed"), &json!("propose")));
    assert_eq!((&created["summary"], &created["is_special_fund"]), (&json!("加固"), &json!(false)));
    assert_eq!(created["organisation_name"], "第一小学");
    assert_eq!(created["may"], json!(["update"]));
    appraise(&finance, "P1", &json!(18)).await;
    let appraised = finance.get("/v1/projects/P1").await;
    assert_eq!(appraised.expect(200)["may"], json!(["update", "appraise", "reject", "admit"]));
    assert_eq!(appraised.etag(), "\"2\"");
    step(&finance, "P1", "admit", Some("列入预算")).await.expect(200);
    step(&finance, "P1", "start", None).await.expect(200);
    step(&reporter, "P1", "start", None).await.problem(409, "state_forbids");
    let completed = step(&reporter, "P1", "complete", None).await.expect(200);
    assert_eq!((&completed["state"], &completed["may"]), (&json!("completed"), &json!([])));
    step(&reporter, "P1", "close", None).await.problem(403, "forbidden");
    let closed = step(&officer, "P1", "close", None).await.expect(200);
    assert_eq!((&closed["state"], &closed["revision"], &closed["may"]), (&json!("closed"), &json!(6), &json!([])));

    let revisions = officer.get("/v1/projects/P1/revisions").await.expect(200);
    let actions: Vec<&str> =
        revisions["items"].as_array().unwrap().iter().map(|each| each["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["propose", "appraise", "admit", "start", "complete", "close"]);
    assert_eq!(
        (&revisions["items"][0]["verdict"], &revisions["items"][1]["verdict"]["total"]),
        (&Value::Null, &json!(90))
    );
    let entries = app
        .query("SELECT json_agg(action || ' ' || subject || ' ' || school ORDER BY id) FROM journal WHERE subject_type = 'project'")
        .await;
    assert_eq!(entries[0], format!("project.propose P1 {SCHOOL}"));
    assert_eq!(entries.as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn a_specific_project_enters_the_budget_only_with_support() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    propose(&reporter, "P1", &json!({})).await;
    let refused = step(&finance, "P1", "admit", None).await;
    refused.problem(409, "state_forbids");
    assert!(refused.json()["detail"].as_str().unwrap().contains("事前评估"), "{}", refused.text);
    assert_eq!(refused.json()["allowed"], json!(["update", "appraise", "reject"]));
    appraise(&finance, "P1", &json!(14)).await;
    step(&finance, "P1", "admit", None).await.problem(409, "state_forbids");
    appraise(&finance, "P1", &json!(16)).await;
    step(&finance, "P1", "admit", None).await.expect(200);

    // What is not specific needs no appraisal; and one that rejected it keeps it out.
    propose(&reporter, "P2", &json!({"category": "operation"})).await;
    step(&finance, "P2", "admit", None).await.expect(200);
    propose(&reporter, "P3", &json!({"category": "personnel"})).await;
    appraise(&finance, "P3", &json!(1)).await;
    step(&finance, "P3", "admit", None).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn what_was_changed_after_its_appraisal_is_appraised_anew() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    propose(&reporter, "P1", &json!({})).await;
    appraise(&finance, "P1", &json!(20)).await;
    let any = reporter.with("if-match", "*");
    let same = any.patch("/v1/projects/P1", &json!({"name": "校舍安全工程"})).await.expect(200);
    assert_eq!((&same["state"], &same["revision"]), (&json!("appraised"), &json!(2)), "nothing changed");
    let changed = any.patch("/v1/projects/P1", &json!({"last_year": 2025, "note": "延期"})).await.expect(200);
    assert_eq!((&changed["state"], &changed["revision"]), (&json!("proposed"), &json!(3)));
    step(&finance, "P1", "admit", None).await.problem(409, "state_forbids");

    appraise(&finance, "P1", &json!(20)).await;
    step(&finance, "P1", "reject", Some("暂缓")).await.expect(200);
    let again = step(&reporter, "P1", "propose", None).await.expect(200);
    assert_eq!(again["state"], "proposed");
    step(&finance, "P1", "admit", None).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn whoever_wrote_a_project_neither_appraises_it_nor_decides_on_it() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance, officer) =
        (app.log_in("reporter").await, app.log_in("finance").await, app.log_in("officer").await);
    let created = propose(&finance, "P1", &json!({"category": "operation"})).await;
    assert_eq!(created["may"], json!(["update"]));
    finance.post("/v1/projects/P1/appraisals", &super::appraisal(&json!(20))).await.problem(403, "four_eyes");
    step(&finance, "P1", "admit", None).await.problem(403, "four_eyes");
    step(&finance, "P1", "reject", Some("不宜")).await.problem(403, "four_eyes");
    reporter.with("if-match", "*").patch("/v1/projects/P1", &json!({"is_key": true})).await.expect(200);
    appraise(&finance, "P1", &json!(20)).await;
    step(&finance, "P1", "admit", None).await.expect(200);
    propose(&officer, "P2", &json!({})).await;
    step(&officer, "P2", "reject", Some("不宜")).await.problem(403, "four_eyes");
}

#[tokio::test]
async fn once_it_is_in_the_budget_the_bureau_changes_it_and_its_category_stays() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance, officer) =
        (app.log_in("reporter").await, app.log_in("finance").await, app.log_in("officer").await);
    propose(&reporter, "P1", &json!({"category": "operation"})).await;
    step(&finance, "P1", "admit", None).await.expect(200);
    let (reporter, officer) = (reporter.with("if-match", "*"), officer.with("if-match", "*"));
    reporter.patch("/v1/projects/P1", &json!({"name": "运转经费"})).await.problem(409, "state_forbids");
    let wrong = officer.patch("/v1/projects/P1", &json!({"category": "specific", "last_year": 2021})).await;
    assert_eq!(wrong.problem(422, "validation_failed"), ["/category state_forbids", "/last_year out_of_range"]);
    let changed = officer.patch("/v1/projects/P1", &json!({"name": "运转经费"})).await.expect(200);
    assert_eq!((&changed["state"], &changed["name"]), (&json!("in_budget"), &json!("运转经费")));
    assert_eq!(step(&officer, "P1", "close", None).await.problem(422, "validation_failed"), ["/note missing"]);
    step(&officer, "P1", "close", Some("取消")).await.expect(200);
    officer.patch("/v1/projects/P1", &json!({"name": "x"})).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn everybody_keeps_their_own_projects_and_no_others() {
    let app = TestApp::with_catalogue().await;
    let (reporter, sibling, officer) =
        (app.log_in("reporter").await, app.log_in("reporter2").await, app.log_in("officer").await);
    reporter.post(PROJECTS, &project("P1", &json!({"organisation": SIBLING}))).await.problem(403, "forbidden");
    officer.post(PROJECTS, &project("P1", &json!({"section": "finance"}))).await.problem(403, "forbidden");
    propose(&reporter, "P1", &json!({})).await;
    propose(&officer, "P2", &json!({"organisation": "teaching"})).await;
    let finance = app.log_in("finance").await;
    propose(&finance, "P3", &json!({"organisation": BUREAU, "section": "finance"})).await;
    officer.with("if-match", "*").patch("/v1/projects/P3", &json!({"is_key": true})).await.problem(403, "forbidden");
    for path in ["/v1/projects/P1", "/v1/projects/P1/revisions", "/v1/projects/P1/appraisals"] {
        sibling.get(path).await.problem(404, "not_found");
    }
    for hidden in ["P2", "P3"] {
        reporter.get(&format!("{PROJECTS}/{hidden}")).await.problem(404, "not_found");
        step(&reporter, hidden, "start", None).await.problem(404, "not_found");
    }
    sibling.post(PROJECTS, &project("P1", &json!({"organisation": SIBLING}))).await.problem(409, "already_exists");
    step(&reporter, "P1", "vanish", None).await.problem(404, "not_found");
    app.log_in("leader").await.post(PROJECTS, &project("P9", &json!({}))).await.problem(403, "forbidden");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_proposal_is_named() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let wrong = json!({"name": " ", "organisation": "2199999999", "section": SCHOOL, "last_year": 2021});
    assert_eq!(
        finance.post(PROJECTS, &project("P1", &wrong)).await.problem(422, "validation_failed"),
        [
            "/last_year out_of_range",
            "/name wrong_length",
            "/organisation unknown_reference",
            "/section unknown_reference"
        ]
    );
    let wrong = json!({"code": "P 1", "category": "other", "first_year": 22, "colour": "red"});
    assert_eq!(
        finance.post(PROJECTS, &project("", &wrong)).await.problem(422, "validation_failed"),
        ["/category not_allowed", "/code wrong_format", "/colour unknown_field", "/first_year out_of_range"]
    );
    assert_eq!(app.query("SELECT count(*) FROM projects").await, 0);
}

#[tokio::test]
async fn a_change_names_what_it_saw_and_a_repeated_step_has_one_effect() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    propose(&reporter, "P1", &json!({})).await;
    let change = json!({"is_key": true});
    reporter.patch("/v1/projects/P1", &change).await.problem(428, "precondition_required");
    reporter.with("if-match", "\"7\"").patch("/v1/projects/P1", &change).await.problem(412, "precondition_failed");
    reporter.with("if-match", "\"1\"").patch("/v1/projects/P1", &change).await.expect(200);
    assert_eq!(reporter.with("if-none-match", "\"2\"").get("/v1/projects/P1").await.status, 304);
    let once = finance.with("idempotency-key", "once");
    let first = step(&once, "P1", "reject", Some("暂缓")).await.expect(200);
    assert_eq!(step(&once, "P1", "reject", Some("暂缓")).await.expect(200), first);
    assert_eq!(app.query("SELECT count(*) FROM project_revisions").await, 3);
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_does() {
    let app = TestApp::with_catalogue().await;
    let (reporter, finance, officer) =
        (app.log_in("reporter").await, app.log_in("finance").await, app.log_in("officer").await);
    propose(&reporter, "P1", &json!({"category": "operation"})).await;
    let (admitted, rejected) =
        tokio::join!(step(&finance, "P1", "admit", None), step(&officer, "P1", "reject", Some("暂缓")));
    let mut statuses = [admitted.status.as_u16(), rejected.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(app.query("SELECT count(*) FROM project_revisions WHERE superseded_at IS NULL").await, 1);
}
