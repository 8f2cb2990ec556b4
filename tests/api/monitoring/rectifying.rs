//! What a red light leads to.

use serde_json::{Value, json};

use super::{ROUNDS, behind, complete, goal, item, open, payment, project, sheet, target};
use crate::support::{SCHOOL, TestApp};

/// What was opened, with what it is about.
async fn opened(app: &TestApp) -> Value {
    app.query(
        "SELECT json_agg(json_build_object('organisation', organisation, 'school', school, 'section', section, 'source', source,
             'subject_type', subject_type, 'subject', subject, 'state', state, 'due', due_on - found_on,
             'finding', finding, 'by', recorded_by))
         FROM rectification_revisions",
    )
    .await
}

#[tokio::test]
async fn a_red_light_opens_a_rectification_when_the_sheet_is_handed_in_and_not_two() {
    let app = behind().await;
    let finance = app.log_in("finance").await;
    let (principal, officer) = (app.log_in("principal").await, app.log_in("officer").await);
    open(&finance, "june", 6).await;
    let path = sheet("june", "red");
    principal.with("if-match", "*").put(&path, &complete()).await.expect(200);
    assert_eq!(opened(&app).await, Value::Null, "nobody has answered for it yet");
    let submit = async || principal.with("idempotency-key", "once").post(&format!("{path}/submit"), &json!({})).await;
    submit().await.expect(200);
    submit().await.expect(200);
    let first = opened(&app).await;
    assert_eq!(
        first,
        json!([{
            "organisation": SCHOOL, "school": SCHOOL, "section": "teaching", "source": "monitoring",
            "subject_type": "monitoring_sheet", "subject": "june/red", "state": "open", "due": 30,
            "finding": "“项目red”截至 2022 年 6 月运行监控为红灯：预算 1000 元，已执行 100 元；指标few目标 240 人，已完成 60 人",
            "by": "user:principal",
        }])
    );
    // Returned and handed in again, it is the same finding, be it put right meanwhile or not.
    officer.post(&format!("{path}/return"), &json!({"note": "请细化"})).await.expect(200);
    principal.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    finance.post(&format!("{path}/review"), &json!({})).await.expect(200);
    assert_eq!(opened(&app).await, first);
    // Another round finds it anew.
    open(&finance, "july", 7).await;
    let path = sheet("july", "red");
    principal.with("if-match", "*").put(&path, &complete()).await.expect(200);
    principal.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    assert_eq!(opened(&app).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_yellow_or_green_light_opens_none_and_nor_does_a_sheet_that_was_refused() {
    let app = behind().await;
    project(&app, "yellow", SCHOOL, "under_way").await;
    item(&app, "i-yellow", ("yellow", SCHOOL), "1000").await;
    payment(&app, "v-yellow", "i-yellow", "350", "2022-06-30").await;
    project(&app, "unknown", SCHOOL, "under_way").await;
    goal(&app, "unknown", 1, &[target("t", "at_least", 5, "boarders")]).await;
    let (finance, principal) = (app.log_in("finance").await, app.log_in("principal").await);
    open(&finance, "june", 6).await;
    let reason = json!({"kinds": ["hardware"], "text": "设备未到"});
    for (code, said, status) in [
        ("yellow", json!({"budget": {"reason": reason}}), 200),
        ("unknown", json!({"targets": [{"code": "t", "likelihood": "possible"}]}), 200),
        ("red", json!({}), 422),
    ] {
        let path = sheet("june", code);
        principal.with("if-match", "*").put(&path, &said).await.expect(200);
        principal.post(&format!("{path}/submit"), &json!({})).await.expect(status);
    }
    assert_eq!(opened(&app).await, Value::Null);
    let lights = finance.get(&format!("{ROUNDS}/june")).await.expect(200)["lights"].clone();
    assert_eq!(lights, json!({"red": 1, "yellow": 1, "green": 0, "blue": 0, "none": 1}));
}
