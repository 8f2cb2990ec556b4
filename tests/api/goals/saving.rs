//! What may be saved, by whom, and under which conditions.

use serde_json::json;

use super::{Office, activity, duty, of_project, overall, path};
use crate::support::{SCHOOL, SIBLING};

#[tokio::test]
async fn a_draft_may_be_incomplete_and_the_same_again_changes_nothing() {
    let office = Office::open().await;
    let path = path("O");
    let scant = json!({"level": "overall", "organisation": "990001", "section": "teaching", "name": "总体目标"});
    office.officer.put(&path, &scant).await.expect(201);
    let tag = office.officer.get(&path).await.etag();
    let again = office.officer.with("if-match", &tag).put(&path, &scant).await;
    again.expect(200);
    assert_eq!(again.etag(), tag);
    office.officer.put(&path, &scant).await.problem(428, "precondition_required");
    office.officer.with("if-none-match", "*").put(&path, &scant).await.problem(412, "precondition_failed");
    office.officer.with("if-match", &tag).put(&path, &overall()).await.expect(200);
    office.officer.with("if-match", &tag).put(&path, &scant).await.problem(412, "precondition_failed");
    office
        .officer
        .with("if-match", &tag)
        .post(&format!("{path}/submit"), &json!({}))
        .await
        .problem(412, "precondition_failed");
    let saved = office.officer.get(&path).await;
    office.officer.with("if-match", &saved.etag()).post(&format!("{path}/submit"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn everything_that_a_goal_refers_to_is_there() {
    let office = Office::with_activity().await;
    let mut goal = of_project();
    goal["section"] = json!("nowhere");
    goal["parent"] = json!("D");
    goal["project"] = json!("P-9");
    goal["targets"][0]["within"] = json!("nothing");
    let violations = office.finance.put(&path("P"), &goal).await.problem(422, "validation_failed");
    assert_eq!(
        violations,
        [
            "/parent inconsistent",
            "/project unknown_reference",
            "/section unknown_reference",
            "/targets/0/within unknown_reference"
        ]
    );
    // What a goal serves is the bureau's or the same school's, and of the same year.
    let mut goal = of_project();
    goal["organisation"] = json!("nowhere");
    goal["parent"] = json!("elsewhere");
    let violations = office.finance.put(&path("P"), &goal).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/organisation unknown_reference", "/parent unknown_reference", "/project inconsistent"]);
    let violations = office.finance.put("/v1/goals/2024/P", &of_project()).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/parent unknown_reference", "/project out_of_range"]);
    let mut goal = overall();
    goal["parent"] = json!("O");
    goal["project"] = json!("P-1");
    let violations = office.officer.put(&path("O2"), &goal).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/parent inconsistent", "/project inconsistent"]);
    let mut goal = of_project();
    goal["project"] = json!(null);
    assert_eq!(office.officer.put(&path("P"), &goal).await.problem(422, "validation_failed"), ["/project missing"]);

    office.officer.put(&path("P"), &of_project()).await.expect(201);
    let violations = office.officer.put(&path("Q"), &of_project()).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/project duplicate"]);
}

#[tokio::test]
async fn numbers_are_read_exactly_or_refused_and_all_of_them_named() {
    let office = Office::with_activity().await;
    let mut goal = of_project();
    goal["targets"][0]["value"] = json!(-5);
    goal["targets"][1]["weight"] = json!(17.555);
    goal["targets"][2]["value"] = json!(0.000_000_1);
    goal["targets"][4]["code"] = json!("pupils");
    let violations = office.officer.put(&path("P"), &goal).await.problem(422, "validation_failed");
    assert_eq!(
        violations,
        [
            "/targets/0/value out_of_range",
            "/targets/1/weight too_many_digits",
            "/targets/2/value too_many_digits",
            "/targets/4/code duplicate"
        ]
    );
    let mut goal = of_project();
    goal["targets"][0]["sign"] = json!("about");
    goal["targets"][1]["class"] = json!("execution");
    goal["targets"][2]["weight"] = json!(100.5);
    goal["targets"][3]["colour"] = json!("red");
    let violations = office.officer.put(&path("P"), &goal).await.problem(422, "validation_failed");
    assert_eq!(
        violations,
        [
            "/targets/0/sign not_allowed",
            "/targets/1/class not_allowed",
            "/targets/2/weight out_of_range",
            "/targets/3/colour unknown_field"
        ]
    );
    for code in ["tree", "copy", "a%20b", "-a", &"a".repeat(65)] {
        let address = path(code);
        let answer = office.officer.put(&address, &overall()).await;
        assert!([405, 422].contains(&answer.status.as_u16()), "{code}: {}", answer.text);
    }
    office.officer.put("/v1/goals/12022/O", &overall()).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_code_stands_for_the_same_thing_for_ever() {
    let office = Office::with_activity().await;
    office.bring(&path("P"), &of_project(), "draft").await;
    let mut goal = activity();
    goal["organisation"] = json!(SIBLING);
    let violations =
        office.officer.with("if-match", "*").put(&path("P"), &goal).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/level inconsistent", "/organisation inconsistent", "/project inconsistent"]);
}

#[tokio::test]
async fn schools_write_their_own_goals_and_sections_those_that_name_them() {
    let office = Office::with_activity().await;
    let path = path("P");
    let sibling = office.app.log_in("principal2").await;
    let colleague = office.app.log_in("finance").await;
    sibling.put(&path, &of_project()).await.problem(403, "forbidden");
    office.principal.put(&super::path("D2"), &duty()).await.problem(403, "forbidden");
    office.leader.put(&path, &of_project()).await.problem(403, "forbidden");
    office.principal.put(&path, &of_project()).await.expect(201);
    sibling.get(&path).await.problem(404, "not_found");
    sibling.post(&format!("{path}/submit"), &json!({})).await.problem(404, "not_found");
    let mut own = of_project();
    own["organisation"] = json!(SIBLING);
    own["project"] = json!("P-2");
    super::project(&office.app, "P-2", SIBLING, (2022, 2022)).await;
    sibling.put(&path, &own).await.problem(409, "already_exists");
    sibling.put(&super::path("P2"), &own).await.expect(201);
    // Another section's officer does not write what is not theirs; the finance officer writes all.
    office
        .app
        .execute(
            "INSERT INTO users SELECT bureau_id, 'other', 'other', 'finance', '{section_officer}', password_hash,
                 false, 1, created_at, updated_at FROM users WHERE username = 'officer' AND bureau_id = 1",
        )
        .await;
    let other = office.app.log_in("other").await.with("if-match", "*");
    other.put(&path, &of_project()).await.problem(403, "forbidden");
    let mut theirs = of_project();
    theirs["section"] = json!("finance");
    other.put(&path, &theirs).await.problem(403, "forbidden");
    colleague.with("if-match", "*").put(&path, &theirs).await.expect(200);
    other.put(&path, &of_project()).await.problem(403, "forbidden");
    assert_eq!(other.get(&path).await.expect(200)["may"], json!(["save", "submit", "delete"]));
    // The figures of a school's goal are its own.
    theirs["targets"][0]["within"] = json!(SIBLING);
    let violations = other.put(&path, &theirs).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/targets/0/within inconsistent"]);
    theirs["targets"][0]["within"] = json!(SCHOOL);
    other.put(&path, &theirs).await.expect(200);
}
