//! Who opens rectifications, and of what.

use chrono::NaiveDate;
use jixiao::platform::access::Scope;
use jixiao::rectifications::{NewRectification, OpenedRectification, RectificationSource, open_rectification};
use serde_json::json;

use super::{RECTIFICATIONS, county, finding, open, plan, step};
use crate::support::{BUREAU, SCHOOL, TestApp};

#[tokio::test]
async fn auditors_open_what_audits_find_and_officers_the_rest() {
    let app = county().await;
    let (officer, finance, auditor) =
        (app.log_in("officer").await, app.log_in("finance").await, app.log_in("auditor").await);
    for (number, source) in ["external_audit", "internal_audit", "fiscal_evaluation"].into_iter().enumerate() {
        let audit = json!({ "source": source });
        open(&auditor, &format!("A{number}"), &audit).await;
        officer.post(RECTIFICATIONS, &finding("X", &audit)).await.problem(403, "forbidden");
        finance.post(RECTIFICATIONS, &finding("X", &audit)).await.problem(403, "forbidden");
    }
    let others = ["monitoring", "self_evaluation", "departmental_evaluation", "safety_inspection"];
    for (number, source) in others.into_iter().enumerate() {
        let other = json!({ "source": source });
        open(&officer, &format!("O{number}"), &other).await;
        open(&finance, &format!("F{number}"), &other).await;
        auditor.post(RECTIFICATIONS, &finding("X", &other)).await.problem(403, "forbidden");
    }
    officer.post(RECTIFICATIONS, &finding("X", &json!({"section": "finance"}))).await.problem(403, "forbidden");
    app.log_in("principal").await.post(RECTIFICATIONS, &finding("X", &json!({}))).await.problem(403, "forbidden");
    let audit_system = app.machine(BUREAU, &["rectifications:write"]).await;
    open(&audit_system, "M1", &json!({"source": "external_audit"})).await;
    officer.post(RECTIFICATIONS, &finding("M1", &json!({}))).await.problem(409, "already_exists");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_finding_is_named() {
    let app = county().await;
    let finance = app.log_in("finance").await;
    let wrong = json!({"organisation": "2199999999", "section": SCHOOL, "found_on": "2022-08-21", "due_on": "2022-08-01",
        "subject_type": "project", "subject": "P1"});
    assert_eq!(
        finance.post(RECTIFICATIONS, &finding("R1", &wrong)).await.problem(422, "validation_failed"),
        [
            "/due_on out_of_range",
            "/found_on out_of_range",
            "/organisation unknown_reference",
            "/section unknown_reference",
            "/subject unknown_reference"
        ]
    );
    let half = finance.post(RECTIFICATIONS, &finding("R1", &json!({"subject": "P1"}))).await;
    assert_eq!(half.problem(422, "validation_failed"), ["/subject_type missing"]);
    assert_eq!(app.query("SELECT count(*) FROM rectification_revisions").await, 0);
}

/// A red light of a monitoring round, as the service finds it.
async fn red_light(app: &TestApp, subject: &str, finding: &str) -> OpenedRectification {
    let scope = Scope::system(1, "monitoring");
    let day = |text: &str| -> NaiveDate { text.parse().expect("a day") };
    let new = NewRectification {
        source: RectificationSource::Monitoring,
        organisation: SCHOOL,
        section: "teaching",
        subject_type: "monitoring_sheet",
        subject,
        finding,
        found_on: day("2022-08-20"),
        due_on: day("2022-09-19"),
    };
    app.app.db.write(&scope, async |tx| open_rectification(tx, &scope, &new).await).await.expect("it is opened")
}

#[tokio::test]
async fn the_same_finding_opens_no_second_one_until_it_is_verified() {
    let app = county().await;
    let first = red_light(&app, "2022-08/P1", "支出进度为红灯").await;
    assert_eq!((first.code.as_str(), first.is_new), ("monitoring~2022-08~P1~1", true));
    let again = red_light(&app, "2022-08/P1", "支出进度为红灯").await;
    assert_eq!((again.code, again.is_new), (first.code.clone(), false));
    assert_eq!(red_light(&app, "2022-08/P1", "目标为红灯").await.code, "monitoring~2022-08~P1~2");
    assert_eq!(red_light(&app, "2022-08/P2", "支出进度为红灯").await.code, "monitoring~2022-08~P2~1");
    let (principal, officer) = (app.log_in("principal").await, app.log_in("officer").await);
    step(&principal, &first.code, "begin", &plan()).await.expect(200);
    step(&principal, &first.code, "resolve", &json!({"note": "已加快支付"})).await.expect(200);
    assert!(!red_light(&app, "2022-08/P1", "支出进度为红灯").await.is_new, "it is not verified");
    step(&officer, &first.code, "verify", &json!({})).await.expect(200);
    assert_eq!(red_light(&app, "2022-08/P1", "支出进度为红灯").await.code, "monitoring~2022-08~P1~3");
}
