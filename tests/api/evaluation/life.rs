//! From a draft to the end: who may do what, in which state, and what the review corrects.

use serde_json::{Value, json};

use super::world::{PROJECT, county, entered, path, project};
use crate::support::{BUREAU, CATALOGUE, SIBLING};

#[tokio::test]
async fn an_evaluation_is_handed_in_returned_mended_reviewed_and_made_final() {
    let (app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    let begun = people.save(&path, &entered()).await;
    assert_eq!(begun.expect(201)["state"], "draft");
    assert_eq!(begun.headers["location"], path.as_str());
    let submitted = people.submit(&path).await.expect(200);
    assert_eq!((&submitted["state"], &submitted["submitted_by"]), (&json!("submitted"), &json!("user:principal")));
    assert_eq!(submitted["may"], json!([]));
    people.save(&path, &json!({})).await.problem(409, "state_forbids");
    people.submit(&path).await.problem(409, "state_forbids");

    let review = people.finance.get(&path).await.expect(200);
    assert_eq!(review["may"], json!(["return", "review"]));
    let send_back = async |note: Value| people.finance.post(&format!("{path}/return"), &note).await;
    assert_eq!(send_back(json!({})).await.problem(422, "validation_failed"), ["/note missing"]);
    let returned = send_back(json!({"note": "请核对"})).await.expect(200);
    assert_eq!((&returned["state"], &returned["note"]), (&json!("returned"), &json!("请核对")));

    people.save(&path, &entered()).await.expect(200);
    people.submit(&path).await.expect(200);
    let reviewed = people.review(&path, &json!({"opinion": "属实"})).await.expect(200);
    assert_eq!((&reviewed["state"], &reviewed["opinion"]), (&json!("reviewed"), &json!("属实")));
    assert_eq!(people.leader.get(&path).await.expect(200)["may"], json!(["return", "finalise"]));
    let done = people.finalise(&path).await.expect(200);
    assert_eq!((&done["state"], &done["finalised_by"]), (&json!("final"), &json!("user:leader")));
    assert_eq!(done["may"], json!([]));
    people.finalise(&path).await.problem(409, "state_forbids");
    send_back(json!({"note": "x"})).await.problem(409, "state_forbids");

    app.seal().await;
    let changes = people.leader.get("/v1/changes?after=0&types=evaluation&limit=1000").await.expect(200);
    let changes = changes["items"].as_array().expect("changes");
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|change| change["key"] == format!("2022/project/{PROJECT}").as_str()), "{changes:?}");
}

#[tokio::test]
async fn a_review_corrects_scores_each_with_its_reason() {
    let (_app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    people.save(&path, &entered()).await.expect(201);
    people.submit(&path).await.expect(200);
    let correct = |target: &str, score: f64, reason: &str| json!({"corrections": [{"goal": PROJECT, "target": target, "score": score, "reason": reason}]});
    for (review, violation) in [
        (correct("pupils", 20.01, "x"), "/corrections/0/score out_of_range"),
        (correct("pupils", -1.0, "x"), "/corrections/0/score out_of_range"),
        (correct("pupils", 1.005, "x"), "/corrections/0/score too_many_digits"),
        (correct("pupils", 1.0, " "), "/corrections/0/reason missing"),
        (correct("colour", 1.0, "x"), "/corrections/0/target unknown_reference"),
    ] {
        assert_eq!(people.review(&path, &review).await.problem(422, "validation_failed"), [violation]);
    }
    let reviewed = people.review(&path, &correct("pupils", 12.0, "未通过验收")).await.expect(200);
    let row = &reviewed["sheet"]["indicators"][0];
    assert_eq!((&row["score"], &row["actual"]), (&json!(12), &json!(85)));
    assert_eq!(row["correction"], json!({"instead_of": 17, "reason": "未通过验收"}));
    assert_eq!((&reviewed["sheet"]["total"], &reviewed["sheet"]["grade"]), (&json!(77), &json!("fair")));
    // A return takes the review back with it.
    people.leader.post(&format!("{path}/return"), &json!({"note": "理由不足"})).await.expect(200);
    let returned = people.reporter.get(&path).await.expect(200);
    assert_eq!((&returned["sheet"]["total"], &returned["reviewed_by"]), (&json!(82), &Value::Null));
}

#[tokio::test]
async fn whoever_submitted_does_not_decide_and_whoever_reviewed_does_not_finish() {
    let (app, people, _) = county(CATALOGUE).await;
    app.execute(
        "INSERT INTO users SELECT bureau_id, 'both', 'both', '990001', '{finance_officer,leader}', password_hash, false, 1,
             created_at, updated_at FROM users WHERE username = 'leader' AND bureau_id = 1",
    )
    .await;
    let both = app.log_in("both").await;
    let department = path("department", BUREAU);
    both.put(&department, &json!({"summary": "完成"})).await.expect(201);
    both.post(&format!("{department}/submit"), &json!({})).await.expect(200);
    assert_eq!(both.get(&department).await.expect(200)["may"], json!([]));
    both.post(&format!("{department}/review"), &json!({})).await.problem(403, "four_eyes");
    both.post(&format!("{department}/return"), &json!({"note": "x"})).await.problem(403, "four_eyes");
    people.review(&department, &json!({})).await.expect(200);
    both.post(&format!("{department}/finalise"), &json!({})).await.problem(403, "four_eyes");
    people.finalise(&department).await.expect(200);

    let project = path("project", PROJECT);
    people.save(&project, &entered()).await.expect(201);
    people.submit(&project).await.expect(200);
    both.post(&format!("{project}/review"), &json!({})).await.expect(200);
    both.post(&format!("{project}/finalise"), &json!({})).await.problem(403, "four_eyes");
    people.finalise(&project).await.expect(200);
}

#[tokio::test]
async fn a_unit_evaluates_what_is_its_own() {
    let (app, people, _) = county(CATALOGUE).await;
    project(&app, "training", "teaching", "in_budget").await;
    project(&app, "idea", "teaching", "proposed").await;
    let (officer, sibling) = (app.log_in("officer").await, app.log_in("principal2").await);
    let training = path("project", "training");
    officer.put(&training, &json!({})).await.expect(201);
    people.finance.put(&training, &json!({})).await.problem(403, "forbidden");
    people.reporter.get(&training).await.problem(404, "not_found");
    people.reporter.put(&training, &json!({})).await.problem(404, "not_found");
    // The section is responsible for the school's project as well.
    officer.put(&path("project", PROJECT), &json!({})).await.expect(201);
    officer.put(&path("school", SIBLING), &json!({})).await.problem(403, "forbidden");
    sibling.put(&path("school", SIBLING), &json!({})).await.expect(201);
    sibling.put(&path("project", PROJECT), &json!({})).await.problem(404, "not_found");
    officer.put(&path("department", BUREAU), &json!({})).await.problem(403, "forbidden");
    people.finance.put(&path("department", BUREAU), &json!({})).await.expect(201);
    // What never came into the budget is not evaluated.
    let idea = officer.put(&path("project", "idea"), &json!({})).await;
    idea.problem(409, "state_forbids");
    assert_eq!(idea.json()["state"], "proposed");
    assert_eq!(officer.get(&path("project", "idea")).await.expect(200)["may"], json!([]));
}

#[tokio::test]
async fn changes_name_the_version_that_they_met() {
    let (_app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    people.reporter.with("if-match", "*").put(&path, &json!({})).await.problem(412, "precondition_failed");
    people.reporter.with("if-none-match", "*").put(&path, &json!({})).await.expect(201);
    people.reporter.with("if-none-match", "*").put(&path, &json!({})).await.problem(412, "precondition_failed");
    people.reporter.put(&path, &json!({})).await.problem(428, "precondition_required");
    let read = people.reporter.get(&path).await;
    assert_eq!(read.etag(), "\"1\"");
    // The sheet may have changed although nobody entered anything.
    people.reporter.with("if-none-match", "\"1\"").get(&path).await.expect(200);
    let same = people.reporter.with("if-match", "\"1\"").put(&path, &json!({})).await;
    assert_eq!((same.etag(), same.status.as_u16()), ("\"1\"".to_owned(), 200), "nothing changed");
    let saved = people.reporter.with("if-match", "\"1\"").put(&path, &entered()).await;
    assert_eq!(saved.etag(), "\"2\"");
    people.reporter.with("if-match", "\"1\"").put(&path, &json!({})).await.problem(412, "precondition_failed");
    people
        .principal
        .with("if-match", "\"1\"")
        .post(&format!("{path}/submit"), &json!({}))
        .await
        .problem(412, "precondition_failed");
    let submit =
        async || people.principal.with("idempotency-key", "once").post(&format!("{path}/submit"), &json!({})).await;
    let (one, again) = (submit().await, submit().await);
    assert_eq!(one.expect(200), again.expect(200));
}

#[tokio::test]
async fn of_two_at_once_one_finishes() {
    let (app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    people.save(&path, &entered()).await.expect(201);
    people.submit(&path).await.expect(200);
    people.review(&path, &json!({})).await.expect(200);
    let (one, other) = tokio::join!(people.finalise(&path), people.finalise(&path));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(app.query("SELECT count(*) FROM evaluation_results").await, 1);
}
