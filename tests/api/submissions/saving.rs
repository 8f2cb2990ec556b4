//! Drafts: begun, saved again, tried out.

use serde_json::{Value, json};

use super::{STATES, figure, findings, standings, traces};
use crate::support::{Desk, TestApp, cell, document, pupils};

#[tokio::test]
async fn a_school_that_has_not_begun_sees_an_empty_form() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let answer = desk.reporter.get(&desk.path).await;
    let submission = answer.expect(200);
    assert!(answer.headers.get("etag").is_none());
    assert_eq!(submission["state"], "not_begun");
    assert_eq!(submission["school_name"], "第一小学");
    assert_eq!(submission["form_version"], 1);
    assert_eq!(submission["values"], json!([]));
    assert_eq!(submission["may"], json!(["save"]));
    for absent in ["version", "revision", "accepted_revision", "submitted_by", "submitted_at", "note", "updated_at"] {
        assert_eq!(submission[absent], Value::Null, "{absent}");
    }
}

#[tokio::test]
async fn a_draft_may_be_incomplete_and_says_what_is_still_missing() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let answer = desk.save(&document(&[cell("boarders", 3)])).await;
    let draft = answer.expect(201);
    assert_eq!(answer.headers["location"], desk.path.as_str());
    assert_eq!(answer.etag(), "\"1\"");
    assert_eq!((&draft["state"], &draft["version"]), (&json!("draft"), &json!(1)));
    assert_eq!(draft["updated_by"], "user:reporter");
    assert_eq!(findings(&draft), ["missing_value pupils blocks", "missing_value pupils_by_sex blocks"]);
    assert_eq!(desk.read().await, draft);
}

#[tokio::test]
async fn saving_replaces_the_whole_document() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&[cell("boarders", 3), cell("remark", "好")])).await.expect(201);
    let answer = desk.save(&document(&[cell("boarders", 4)])).await;
    let draft = answer.expect(200);
    assert_eq!(answer.etag(), "\"2\"");
    assert_eq!(draft["values"], json!([{"indicator": "boarders", "dimensions": {}, "value": 4, "note": null}]));
}

#[tokio::test]
async fn the_same_content_again_changes_nothing_in_any_state() {
    let content = document(&pupils(40, 45));
    for state in STATES.into_iter().skip(1) {
        let app = TestApp::with_catalogue().await;
        let desk = Desk::basics(&app).await;
        desk.bring_to(state, &content).await;
        let (before, tag) = (traces(&app).await, desk.reporter.get(&desk.path).await.etag());
        let answer = desk.save(&content).await;
        assert_eq!(answer.expect(200)["state"], state);
        assert_eq!(answer.etag(), tag, "{state}");
        assert_eq!(traces(&app).await, before, "{state}");
    }
}

#[tokio::test]
async fn the_same_content_in_other_words_is_the_same() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let mut cells = pupils(40, 45);
    cells.push(cell("grant", 1200));
    desk.save(&document(&cells)).await.expect(201);
    cells.reverse();
    cells[0]["value"] = serde_json::from_str("1.20000e3").unwrap();
    cells[1]["note"] = json!("  ");
    cells.push(cell("boarders", Value::Null));
    cells.push(json!({"indicator": "remark", "dimensions": {}}));
    let answer = desk.save(&document(&cells)).await;
    assert_eq!(answer.expect(200)["version"], 1);
}

#[tokio::test]
async fn numbers_are_kept_to_the_last_decimal() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (indicator, number) in [("grant", "999999999999.99"), ("grant", "-0.01"), ("sleep_hours", "8.000001")] {
        let value: Value = serde_json::from_str(number).unwrap();
        let saved = desk.save(&document(&[cell(indicator, value)])).await;
        assert!(saved.text.contains(&format!("\"value\":{number},")), "{}", saved.text);
        let read = desk.reporter.get(&desk.path).await;
        assert!(read.text.contains(&format!("\"value\":{number},")), "{}", read.text);
    }
}

#[tokio::test]
async fn null_is_not_reported_and_not_zero() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::of(&app, "basics", "2022").await;
    let mut cells = pupils(0, 0);
    cells[0]["value"] = Value::Null;
    cells[0]["note"] = json!("待核实");
    let draft = desk.save(&document(&cells)).await.expect(201);
    assert_eq!(draft["values"][0]["value"], Value::Null);
    assert_eq!(draft["values"][0]["note"], "待核实");
    assert_eq!(desk.submit().await.problem(422, "validation_failed"), ["/values required_value"]);
    desk.save(&document(&pupils(0, 0))).await.expect(200);
    desk.submit().await.expect(200);
    let stored = app.query("SELECT json_agg(number::text) FROM submission_values").await;
    assert_eq!(stored, json!(["0.000000", "0.000000", "0.000000"]));
}

#[tokio::test]
async fn a_cell_that_is_not_reported_is_not_stored_as_a_value() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let mut cells = pupils(1, 2);
    cells.push(json!({"indicator": "boarders", "value": null, "note": "无数据"}));
    desk.bring_to("submitted", &document(&cells)).await;
    assert_eq!(app.query("SELECT count(*) FROM submission_values WHERE indicator = 'boarders'").await, 0);
    let revision = desk.reporter.get(&format!("{}/revisions/1", desk.path)).await.expect(200);
    assert_eq!(revision["values"][3]["note"], "无数据");
}

#[tokio::test]
async fn a_dry_run_answers_completely_and_writes_nothing() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let before = traces(&app).await;
    let path = format!("{}?dry_run=true", desk.path);
    let answer = desk.reporter.put(&path, &document(&pupils(40, 45))).await;
    let tried = answer.expect(201);
    assert_eq!((&tried["state"], &tried["findings"]), (&json!("draft"), &json!([])));
    assert_eq!(traces(&app).await, before);
    assert_eq!(desk.read().await["state"], "not_begun");
    let wrong = document(&[cell("pupils", -1)]);
    assert_eq!(
        desk.reporter.put(&path, &wrong).await.problem(422, "validation_failed"),
        ["/values/0/value out_of_range"]
    );
}

#[tokio::test]
async fn a_draft_never_changes_what_was_accepted() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("reopened", &document(&pupils(40, 45))).await;
    let cells = "SELECT json_agg(json_build_array(revision, indicator, number) ORDER BY indicator, dimensions) FROM submission_values";
    let (accepted, values) = (standings(&app, "basics", "accepted").await, app.query(cells).await);
    let draft = desk.save(&document(&pupils(1, 1))).await.expect(200);
    assert_eq!((&draft["state"], &draft["accepted_revision"]), (&json!("reopened"), &json!(1)));
    assert_eq!((figure(&desk, "accepted").await, figure(&desk, "submitted").await), (json!(85), json!(85)));
    assert_eq!(standings(&app, "basics", "accepted").await, accepted);
    assert_eq!(app.query(cells).await, values);
    let revision = desk.reporter.get(&format!("{}/revisions/1", desk.path)).await.expect(200);
    assert_eq!(revision["values"][0]["value"], 85);
}

#[tokio::test]
async fn what_is_not_the_callers_to_say_is_refused() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for field in ["submitted_at", "updated_at", "submitted_by", "state", "version", "late"] {
        let mut body = document(&pupils(1, 1));
        body[field] = json!("2022-01-01T00:00:00Z");
        let violations = desk.reporter.put(&desk.path, &body).await.problem(422, "validation_failed");
        assert_eq!(violations, [format!("/{field} unknown_field")]);
    }
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    let submit = format!("{}/submit", desk.path);
    let body = json!({"submitted_at": "2022-01-01T00:00:00Z"});
    assert_eq!(
        desk.principal.post(&submit, &body).await.problem(422, "validation_failed"),
        ["/submitted_at unknown_field"]
    );
}
