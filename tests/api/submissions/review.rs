//! Submitting and reviewing: who may, what is done twice, what counts meanwhile.

use serde_json::json;

use super::{figure, standings, traces};
use crate::support::{Desk, SCHOOL, TestApp, cell, document, pupils, sheet};

#[tokio::test]
async fn the_principal_submits_where_the_form_says_so() {
    let app = TestApp::with_catalogue_on("2022-06-05").await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    let submit = format!("{}/submit", desk.path);
    desk.reporter.post(&submit, &json!({})).await.problem(403, "forbidden");
    let submitted = desk.principal.post(&submit, &json!({})).await.expect(200);
    assert_eq!((&submitted["submitted_by"], &submitted["revision"]), (&json!("user:principal"), &json!(1)));
    desk.reporter.post(&submit, &json!({})).await.problem(403, "forbidden");

    let drills = Desk::of(&app, "drills", "2022-06").await;
    drills.save(&document(&[cell("drills", 2)])).await.expect(201);
    drills.reporter.post(&format!("{}/submit", drills.path), &json!({})).await.expect(200);
}

#[tokio::test]
async fn what_is_done_twice_is_done_once() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.expect(201);
    for (action, client) in [
        ("submit", &desk.principal),
        ("return", &desk.officer),
        ("submit", &desk.principal),
        ("accept", &desk.officer),
        ("reopen", &desk.officer),
    ] {
        let (path, body) = (format!("{}/{action}", desk.path), json!({"note": "原因"}));
        let first = client.post(&path, &body).await;
        first.expect(200);
        let before = traces(&app).await;
        let second = client.post(&path, &body).await;
        assert_eq!(second.expect(200), first.json(), "{action}");
        assert_eq!(second.etag(), first.etag(), "{action}");
        assert_eq!(traces(&app).await, before, "{action}");
    }
}

#[tokio::test]
async fn to_return_and_to_reopen_a_reason_is_needed_and_shown() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("submitted", &document(&pupils(1, 1))).await;
    for action in ["return", "reopen"] {
        for body in [json!({}), json!({"note": null}), json!({"note": " \n"})] {
            let answer = desk.officer.post(&format!("{}/{action}", desk.path), &body).await;
            assert_eq!(answer.problem(422, "validation_failed"), ["/note missing"], "{action} {body}");
        }
    }
    let body = json!({"note": "长".repeat(2001)});
    let answer = desk.officer.post(&format!("{}/return", desk.path), &body).await;
    assert_eq!(answer.problem(422, "validation_failed"), ["/note wrong_length"]);
    desk.send_back().await.expect(200);
    assert_eq!(desk.read().await["note"], "请核对");
    desk.submit().await.expect(200);
    assert_eq!(desk.read().await["note"], json!(null));
    desk.accept().await.expect(200);
    assert_eq!(desk.reopen().await.expect(200)["note"], "补录");
}

#[tokio::test]
async fn returned_and_handed_in_again_unchanged_it_is_the_same_revision() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("returned", &document(&pupils(1, 1))).await;
    assert_eq!(standings(&app, "basics", "submitted").await, json!([[1, false]]));
    assert_eq!(desk.submit().await.expect(200)["revision"], 1);
    assert_eq!(app.query("SELECT count(*) FROM submission_revisions").await, 1);
    assert_eq!(app.query("SELECT count(*) FROM submission_values").await, 3);
    assert_eq!(standings(&app, "basics", "submitted").await, json!([[1, false], [1, true]]));

    desk.send_back().await.expect(200);
    desk.save(&document(&pupils(2, 2))).await.expect(200);
    assert_eq!(desk.submit().await.expect(200)["revision"], 2);
    assert_eq!(app.query("SELECT count(*) FROM submission_revisions").await, 2);
}

#[tokio::test]
async fn edited_forth_and_back_it_is_the_same_revision() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("reopened", &document(&pupils(1, 1))).await;
    desk.save(&document(&pupils(2, 2))).await.expect(200);
    desk.save(&document(&pupils(1, 1))).await.expect(200);
    assert_eq!(desk.submit().await.expect(200)["revision"], 1);
    let accepted = desk.accept().await.expect(200);
    assert_eq!((&accepted["revision"], &accepted["accepted_revision"]), (&json!(1), &json!(1)));
    assert_eq!(standings(&app, "basics", "accepted").await, json!([[1, true]]));
}

#[tokio::test]
async fn what_was_accepted_counts_until_something_newer_is_accepted() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let accepted = async || standings(&app, "basics", "accepted").await;
    let submitted = async || standings(&app, "basics", "submitted").await;
    desk.bring_to("submitted", &document(&pupils(1, 1))).await;
    assert_eq!(accepted().await, json!(null));
    desk.accept().await.expect(200);
    desk.reopen().await.expect(200);
    desk.save(&document(&pupils(2, 2))).await.expect(200);
    desk.submit().await.expect(200);
    assert_eq!((accepted().await, submitted().await), (json!([[1, true]]), json!([[1, false], [2, true]])));
    assert_eq!((figure(&desk, "accepted").await, figure(&desk, "submitted").await), (json!(2), json!(4)));
    // Sent back, it does not stand as submitted either: the accepted one does again.
    desk.send_back().await.expect(200);
    assert_eq!((accepted().await, submitted().await), (json!([[1, true]]), json!([[1, false], [2, false], [1, true]])));
    desk.submit().await.expect(200);
    let last = desk.accept().await.expect(200);
    assert_eq!((&last["revision"], &last["accepted_revision"]), (&json!(2), &json!(2)));
    assert_eq!(accepted().await, json!([[1, false], [2, true]]));
    assert_eq!(figure(&desk, "accepted").await, 4);
    let gaps = app
        .query(
            "SELECT count(*) FROM submission_standings a JOIN submission_standings b
                 ON b.basis = 'accepted' AND a.basis = 'accepted' AND a.revision = 1 AND b.revision = 2
              WHERE a.valid_until <> b.valid_from",
        )
        .await;
    assert_eq!(gaps, 0, "between the two revisions none counted, or both");
}

#[tokio::test]
async fn whoever_submitted_does_not_accept() {
    let app = TestApp::with_catalogue_on("2022-06-05").await;
    // No role may both write and review; should somebody hold two, four eyes are still needed.
    app.execute(
        "UPDATE users SET roles = '{section_officer,school_reporter}' WHERE username = 'officer' AND bureau_id = 1",
    )
    .await;
    app.execute(
        "INSERT INTO users SELECT bureau_id, 'officer2', 'officer2', organisation, '{section_officer}', password_hash,
             false, 1, created_at, updated_at FROM users WHERE username = 'officer' AND bureau_id = 1",
    )
    .await;
    let (officer, other, path) =
        (app.log_in("officer").await, app.log_in("officer2").await, sheet("drills", "2022-06", SCHOOL));
    officer.put(&path, &document(&[cell("drills", 1)])).await.expect(201);
    let submitted = officer.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    assert_eq!(submitted["may"], json!(["return"]));
    assert_eq!(other.get(&path).await.expect(200)["may"], json!(["return", "accept"]));
    officer.post(&format!("{path}/accept"), &json!({})).await.problem(403, "four_eyes");
    assert_eq!(standings(&app, "drills", "accepted").await, json!(null));
    other.post(&format!("{path}/accept"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_machine_that_submitted_does_not_accept() {
    let app = TestApp::with_catalogue_on("2022-06-05").await;
    let scopes = ["submissions:read", "submissions:write", "submissions:review"];
    let machine = app.machine("teaching", &scopes).await;
    let path = sheet("drills", "2022-06", SCHOOL);
    machine.put(&path, &document(&[cell("drills", 1)])).await.expect(201);
    let submitted = machine.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    let by = submitted["submitted_by"].as_str().unwrap();
    assert!(by.starts_with("client:c-teaching-"), "{by}");
    machine.post(&format!("{path}/accept"), &json!({})).await.problem(403, "four_eyes");
    app.log_in("officer").await.post(&format!("{path}/accept"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn every_step_is_in_the_journal_with_who_did_it() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("reopened", &document(&pupils(1, 1))).await;
    let entries = app
        .query(
            "SELECT json_agg(json_build_array(actor, action, subject, school, after->>'note') ORDER BY id) FROM journal
              WHERE subject_type = 'submission'",
        )
        .await;
    let entry = |actor: &str, action: &str, note: Option<&str>| {
        json!([format!("user:{actor}"), format!("submission.{action}"), "basics/2022/2199000001", SCHOOL, note])
    };
    assert_eq!(
        entries,
        json!([
            entry("reporter", "save", None),
            entry("principal", "submit", None),
            entry("officer", "accept", None),
            entry("officer", "reopen", Some("补录")),
        ])
    );
}
