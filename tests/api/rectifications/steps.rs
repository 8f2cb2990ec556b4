//! From the finding to its verification.

use serde_json::json;

use super::{RECTIFICATIONS, county, open, plan, step};
use crate::support::SCHOOL;

#[tokio::test]
async fn what_was_found_is_put_right_and_verified_by_somebody_else() {
    let app = county().await;
    let (officer, principal, auditor) =
        (app.log_in("officer").await, app.log_in("principal").await, app.log_in("auditor").await);
    let opened = open(&officer, "R1", &json!({})).await;
    assert_eq!(
        (&opened["state"], &opened["overdue"], &opened["days_overdue"]),
        (&json!("open"), &json!(false), &json!(0))
    );
    assert_eq!(opened["timeline"], json!([{"state": "open", "since": "2022-08-01"}]));
    let seen = principal.get(&format!("{RECTIFICATIONS}/R1")).await.expect(200);
    assert_eq!(seen["may"], json!(["update", "begin"]));
    assert_eq!(
        step(&principal, "R1", "begin", &json!({})).await.problem(422, "validation_failed"),
        ["/measure required_value", "/owner required_value"]
    );
    step(&principal, "R1", "begin", &plan()).await.expect(200);
    assert_eq!(
        step(&principal, "R1", "resolve", &json!({})).await.problem(422, "validation_failed"),
        ["/note missing"]
    );
    for day in ["2022-08-19", "2022-08-21"] {
        let wrong = step(&principal, "R1", "resolve", &json!({"note": "已清理", "on": day})).await;
        assert_eq!(wrong.problem(422, "validation_failed"), ["/on out_of_range"], "{day}");
    }
    let resolved = step(&principal, "R1", "resolve", &json!({"note": "已清理"})).await.expect(200);
    assert_eq!((&resolved["state"], &resolved["may"]), (&json!("resolved"), &json!([])));
    step(&principal, "R1", "verify", &json!({})).await.problem(403, "forbidden");
    let back = step(&auditor, "R1", "send_back", &json!({})).await;
    assert_eq!(back.problem(422, "validation_failed"), ["/note missing"]);
    let back = step(&auditor, "R1", "send_back", &json!({"note": "东门仍堵塞"})).await.expect(200);
    assert_eq!(back["state"], "in_progress");
    // The section helps, so that it cannot be the one that verifies.
    step(&officer, "R1", "resolve", &json!({"note": "督促清理"})).await.expect(200);
    step(&officer, "R1", "verify", &json!({})).await.problem(403, "four_eyes");
    step(&officer, "R1", "send_back", &json!({"note": "x"})).await.problem(403, "four_eyes");
    let verified = step(&auditor, "R1", "verify", &json!({})).await.expect(200);
    let states: Vec<&str> =
        verified["timeline"].as_array().unwrap().iter().map(|stay| stay["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["open", "in_progress", "resolved", "in_progress", "resolved", "verified"]);
    let refused = step(&officer, "R1", "begin", &json!({})).await;
    refused.problem(409, "state_forbids");
    assert_eq!(refused.json()["allowed"], json!([]));
    step(&officer, "R1", "vanish", &json!({})).await.problem(404, "not_found");

    let revisions = auditor.get(&format!("{RECTIFICATIONS}/R1/revisions")).await.expect(200);
    let actions: Vec<&str> =
        revisions["items"].as_array().unwrap().iter().map(|each| each["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["open", "begin", "resolve", "send_back", "resolve", "verify"]);
    let told = app
        .query("SELECT json_agg(DISTINCT school || ' ' || subject) FROM journal WHERE subject_type = 'rectification'")
        .await;
    assert_eq!(told, json!([format!("{SCHOOL} R1")]));
}

#[tokio::test]
async fn the_unit_says_how_and_those_who_watch_say_until_when() {
    let app = county().await;
    let (officer, reporter) = (app.log_in("officer").await, app.log_in("reporter").await);
    open(&officer, "R1", &json!({})).await;
    let path = format!("{RECTIFICATIONS}/R1");
    reporter.patch(&path, &plan()).await.problem(428, "precondition_required");
    let (reporter, officer) = (reporter.with("if-match", "*"), officer.with("if-match", "*"));
    let planned = reporter.patch(&path, &plan()).await.expect(200);
    assert_eq!(
        (&planned["owner"], &planned["state"], &planned["revision"]),
        (&json!("总务主任"), &json!("open"), &json!(2))
    );
    assert_eq!(reporter.patch(&path, &plan()).await.expect(200)["revision"], 2, "the same again changes nothing");
    let longer = json!({"due_on": "2022-09-30", "note": "等待施工"});
    assert_eq!(reporter.patch(&path, &longer).await.problem(422, "validation_failed"), ["/due_on not_allowed"]);
    assert_eq!(
        officer.patch(&path, &json!({"due_on": "2022-07-31"})).await.problem(422, "validation_failed"),
        ["/due_on out_of_range", "/note missing"]
    );
    let extended = officer.patch(&path, &longer).await.expect(200);
    assert_eq!((&extended["due_on"], &extended["note"]), (&json!("2022-09-30"), &json!("等待施工")));
}

#[tokio::test]
async fn everybody_works_on_their_own_and_no_other() {
    let app = county().await;
    let officer = app.log_in("officer").await;
    open(&officer, "R1", &json!({})).await;
    open(&officer, "R2", &json!({"organisation": "finance"})).await;
    let sibling = app.log_in("principal2").await;
    for path in ["R1", "R2", "R1/revisions", "R3"] {
        sibling.get(&format!("{RECTIFICATIONS}/{path}")).await.problem(404, "not_found");
    }
    step(&sibling, "R1", "begin", &plan()).await.problem(404, "not_found");
    // Auditors find and verify, and leaders read.
    step(&app.log_in("auditor").await, "R1", "begin", &plan()).await.problem(403, "forbidden");
    app.log_in("auditor")
        .await
        .with("if-match", "*")
        .patch("/v1/rectifications/R1", &plan())
        .await
        .problem(403, "forbidden");
    step(&app.log_in("leader").await, "R1", "begin", &plan()).await.problem(403, "forbidden");
    step(&app.log_in("finance").await, "R1", "begin", &plan()).await.expect(200);
}
