//! What stands in the way of submitting: missing values, broken rules, warnings without a reason.

use serde_json::{Value, json};

use super::findings;
use crate::support::{Answer, Desk, TestApp, cell, document, pupils};

/// The document, with a reason why the number of pupils changed so much.
fn explained(cells: &[Value]) -> Value {
    json!({"values": cells, "explanations": [{"rule": "steady", "text": "两校合并"}]})
}

/// Accepts 100 pupils for 2021, so that the rules of 2022 have something to look back at.
async fn hundred_pupils_in_2021(app: &TestApp) {
    Desk::of(app, "basics", "2021").await.bring_to("accepted", &document(&pupils(50, 50))).await;
}

#[track_caller]
fn messages(answer: &Answer) -> Vec<String> {
    let problem = answer.expect(422);
    problem["violations"].as_array().unwrap().iter().map(|each| each["message"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_missing_required_value_blocks_and_is_named() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1)[1..2])).await.expect(201);
    let answer = desk.submit().await;
    assert_eq!(answer.problem(422, "validation_failed"), ["/values required_value", "/values required_value"]);
    assert_eq!(
        messages(&answer),
        ["pupils：“学生数”必填", "pupils_by_sex：“分性别学生数”必填：2 个单元格中只填了 1 个"]
    );
    let english = desk.principal.with("accept-language", "en").post(&format!("{}/submit", desk.path), &json!({})).await;
    assert_eq!(messages(&english)[0], "pupils: “Pupils” is required");
    assert_eq!(desk.read().await["state"], "draft");
}

#[tokio::test]
async fn a_broken_rule_blocks() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let mut cells = pupils(40, 45);
    cells[0]["value"] = json!(86);
    let draft = desk.save(&document(&cells)).await.expect(201);
    assert_eq!(findings(&draft), ["broken_rule sexes_add_up blocks"]);
    let answer = desk.submit().await;
    assert_eq!(answer.problem(422, "validation_failed"), ["/values rule_violated"]);
    assert_eq!(messages(&answer), ["sexes_add_up：男女生之和应等于学生数"]);
}

#[tokio::test]
async fn a_rule_whose_operand_is_missing_does_not_apply() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    // Nothing is known of 2021, so nothing can be unsteady; and without a total nothing can add up.
    let draft = desk.save(&document(&pupils(40, 45)[1..])).await.expect(201);
    assert_eq!(findings(&draft), ["missing_value pupils blocks"]);
}

#[tokio::test]
async fn a_warning_needs_an_explanation_and_both_are_kept_with_the_revision() {
    let app = TestApp::with_catalogue().await;
    hundred_pupils_in_2021(&app).await;
    let desk = Desk::basics(&app).await;
    let draft = desk.save(&document(&pupils(70, 61))).await.expect(201);
    assert_eq!(findings(&draft), ["unexplained_warning steady blocks"]);
    assert_eq!(desk.submit().await.problem(422, "validation_failed"), ["/explanations unexplained_warning"]);

    let draft = desk.save(&explained(&pupils(70, 61))).await.expect(200);
    assert_eq!(findings(&draft), ["explained_warning steady"]);
    desk.submit().await.expect(200);
    let revision = desk.officer.get(&format!("{}/revisions/1", desk.path)).await.expect(200);
    assert_eq!(revision["warnings"], json!([{"rule": "steady", "explanation": "两校合并"}]));
}

#[tokio::test]
async fn an_explanation_that_nothing_needs_is_no_warning_of_the_revision() {
    let app = TestApp::with_catalogue().await;
    hundred_pupils_in_2021(&app).await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("submitted", &explained(&pupils(65, 65))).await;
    let revision = desk.officer.get(&format!("{}/revisions/1", desk.path)).await.expect(200);
    assert_eq!(revision["warnings"], json!([]));
}

#[tokio::test]
async fn everything_that_blocks_is_named_at_once() {
    let app = TestApp::with_catalogue().await;
    hundred_pupils_in_2021(&app).await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&[cell("pupils", 500), pupils(1, 1)[1].clone()])).await.expect(201);
    assert_eq!(
        desk.submit().await.problem(422, "validation_failed"),
        ["/explanations unexplained_warning", "/values required_value", "/values rule_violated",]
    );
}
