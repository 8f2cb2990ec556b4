//! The life of a record: from state to state, withdrawn and restored.

use serde_json::json;

use super::{enter, records};
use crate::support::TestApp;

#[tokio::test]
async fn a_record_goes_from_state_to_state_as_its_register_says() {
    let app = TestApp::with_catalogue().await;
    let (reporter, officer) = (app.log_in("reporter").await, app.log_in("officer").await);
    let path = format!("{}/a", records("awards"));
    enter(&reporter, "a", &json!({})).await;
    reporter.post(&format!("{path}/confirm"), &json!({})).await.problem(403, "forbidden");
    assert_eq!(
        officer.post(&format!("{path}/confirm"), &json!({})).await.problem(422, "validation_failed"),
        ["/fields/given_on required_value"]
    );
    let today = chrono::Utc::now().date_naive();
    let dated = json!({"fields": {"given_on": "2022-05-01"}, "on": (today - chrono::Days::new(400)).to_string()});
    assert_eq!(
        officer.post(&format!("{path}/confirm"), &dated).await.problem(422, "validation_failed"),
        ["/on out_of_range"]
    );
    let confirmed =
        officer.post(&format!("{path}/confirm"), &json!({"fields": {"given_on": "2022-05-01"}})).await.expect(200);
    assert_eq!((&confirmed["state"], &confirmed["action"]), (&json!("confirmed"), &json!("confirm")));
    assert_eq!(confirmed["timeline"].as_array().unwrap().len(), 2);

    let forbidden = officer.post(&format!("{path}/confirm"), &json!({})).await;
    forbidden.problem(409, "state_forbids");
    assert_eq!(forbidden.json()["allowed"], json!(["update", "reject", "publish", "withdraw"]));
    assert_eq!(
        officer.post(&format!("{path}/reject"), &json!({})).await.problem(403, "four_eyes"),
        Vec::<String>::new()
    );
    officer.post(&format!("{path}/vanish"), &json!({})).await.problem(404, "not_found");
    let published = reporter.post(&format!("{path}/publish"), &json!({})).await.expect(200);
    assert_eq!(published["state"], "published");
    assert_eq!(published["may"], json!(["update", "withdraw"]));
}

#[tokio::test]
async fn whoever_changed_a_record_last_does_not_decide_on_it() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    enter(&officer, "a", &json!({"given_on": "2022-05-01"})).await;
    let path = format!("{}/a", records("awards"));
    let may = officer.get(&path).await.expect(200)["may"].clone();
    assert_eq!(may, json!(["update", "withdraw"]), "the button is not shown");
    officer.post(&format!("{path}/confirm"), &json!({})).await.problem(403, "four_eyes");
}

#[tokio::test]
async fn what_is_withdrawn_stays_with_its_reason() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    enter(&reporter, "a", &json!({})).await;
    let path = format!("{}/a", records("awards"));
    assert_eq!(
        reporter.post(&format!("{path}/withdraw"), &json!({"note": " "})).await.problem(422, "validation_failed"),
        ["/note missing"]
    );
    let withdrawn = reporter.post(&format!("{path}/withdraw"), &json!({"note": "重复登记"})).await.expect(200);
    assert_eq!(
        (&withdrawn["withdrawn"], &withdrawn["note"], &withdrawn["may"]),
        (&json!(true), &json!("重复登记"), &json!(["restore"]))
    );
    reporter.with("if-match", "*").patch(&path, &json!({"fields": {"prize": 1}})).await.problem(409, "state_forbids");
    assert_eq!(reporter.get(&records("awards")).await.expect(200)["items"], json!([]));
    let all = reporter.get(&format!("{}?withdrawn=true", records("awards"))).await.expect(200);
    assert_eq!(all["items"][0]["code"], "a");
    let restored = reporter.post(&format!("{path}/restore"), &json!({})).await.expect(200);
    assert_eq!(
        (&restored["withdrawn"], &restored["state"], &restored["revision"]),
        (&json!(false), &json!("reported"), &json!(3))
    );
}

#[tokio::test]
async fn a_repeated_step_has_one_effect() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    enter(&reporter, "a", &json!({})).await;
    let once = reporter.with("idempotency-key", "once");
    let path = format!("{}/a/withdraw", records("awards"));
    let first = once.post(&path, &json!({"note": "重复"})).await.expect(200);
    let second = once.post(&path, &json!({"note": "重复"})).await.expect(200);
    assert_eq!(first, second);
    assert_eq!(app.query("SELECT count(*) FROM register_revisions").await, 2);
}

#[tokio::test]
async fn reading_what_tells_of_persons_leaves_a_trace() {
    let app = TestApp::with_catalogue().await;
    let (officer, auditor) = (app.log_in("officer").await, app.log_in("auditor").await);
    officer
        .post(&records("series"), &json!({"code": "s", "fields": {"title": "联赛", "judge": "评委一"}}))
        .await
        .expect(201);
    let readings = "SELECT count(*) FROM journal WHERE subject_type = 'reading'";
    officer.get(&format!("{}/s", records("series"))).await.expect(200);
    auditor.get(&records("awards")).await.expect(200);
    assert_eq!(app.query(readings).await, 0, "who keeps it leaves none, nor does what tells of nobody");
    auditor.get(&format!("{}/s", records("series"))).await.expect(200);
    auditor.get(&records("series")).await.expect(200);
    officer.with("accept", "text/csv").get(&records("series")).await;
    let told = app.query("SELECT json_agg(action ORDER BY id) FROM journal WHERE subject_type = 'reading'").await;
    assert_eq!(told, json!(["record.read", "records.read", "records.export"]));
}
