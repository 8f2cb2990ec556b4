//! Sheets: filled in, handed in, returned, reviewed.

use serde_json::{Value, json};

use super::{behind, complete, item, open, project, sheet};
use crate::support::{BUREAU, Client, TestApp};

/// The county that is behind, its round, and everybody who has to do with its sheet.
struct Desk {
    app: TestApp,
    path: String,
    principal: Client,
    officer: Client,
    finance: Client,
}

impl Desk {
    async fn set_up() -> Self {
        let app = behind().await;
        let finance = app.log_in("finance").await;
        open(&finance, "june", 6).await;
        let (principal, officer) = (app.log_in("principal").await, app.log_in("officer").await);
        Self { path: sheet("june", "red"), app, principal, officer, finance }
    }

    async fn act(&self, client: &Client, action: &str, body: &Value) -> crate::support::Answer {
        client.post(&format!("{}/{action}", self.path), body).await
    }

    async fn save(&self, client: &Client, body: &Value) -> crate::support::Answer {
        client.with("if-match", "*").put(&self.path, body).await
    }

    /// Brings the sheet to where it is handed in by the principal.
    async fn hand_in(&self) {
        self.save(&self.principal, &complete()).await.expect(200);
        self.act(&self.principal, "submit", &json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn a_sheet_goes_from_hand_to_hand() {
    let desk = Desk::set_up().await;
    let fresh = desk.principal.get(&desk.path).await.expect(200);
    assert_eq!((&fresh["state"], &fresh["may"]), (&json!("not_begun"), &json!(["save", "submit"])));
    let saved = desk.save(&desk.principal, &complete()).await.expect(200);
    assert_eq!((&saved["state"], &saved["version"]), (&json!("draft"), &json!(2)));
    assert_eq!(saved["budget"]["expected"].to_string(), "900.5");
    assert_eq!(saved["targets"][0]["likelihood"], "possible");
    assert_eq!(saved["targets"][0]["reason"]["kinds"], json!(["funding", "personnel"]));
    assert_eq!(saved["measures"], "倒排工期");

    let submitted = desk.act(&desk.principal, "submit", &json!({})).await.expect(200);
    assert_eq!((&submitted["state"], &submitted["may"]), (&json!("submitted"), &json!([])));
    assert_eq!(submitted["submitted_by"], "user:principal");
    let theirs = desk.officer.get(&desk.path).await.expect(200);
    assert_eq!(theirs["may"], json!(["return", "review"]));
    let bare = desk.act(&desk.officer, "return", &json!({"note": " "})).await;
    assert_eq!(bare.problem(422, "validation_failed"), ["/note missing"]);
    let returned = desk.act(&desk.officer, "return", &json!({"note": "请细化措施"})).await.expect(200);
    assert_eq!((&returned["state"], &returned["note"]), (&json!("returned"), &json!("请细化措施")));

    let mut mended = complete();
    mended["measures"] = json!("九月前完成");
    assert_eq!(desk.save(&desk.principal, &mended).await.expect(200)["state"], "returned");
    desk.act(&desk.principal, "submit", &json!({"note": "已细化"})).await.expect(200);
    let reviewed = desk.act(&desk.finance, "review", &json!({})).await.expect(200);
    assert_eq!((&reviewed["state"], &reviewed["reviewed_by"]), (&json!("reviewed"), &json!("user:finance")));
    for (client, action) in [(&desk.principal, "submit"), (&desk.officer, "return"), (&desk.officer, "review")] {
        let refusal = desk.act(client, action, &json!({"note": "再看"})).await;
        refusal.problem(409, "state_forbids");
        assert_eq!((&refusal.json()["state"], &refusal.json()["allowed"]), (&json!("reviewed"), &json!([])));
    }
    desk.save(&desk.principal, &complete()).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn everything_that_is_missing_is_named() {
    let desk = Desk::set_up().await;
    let missing = desk.act(&desk.principal, "submit", &json!({})).await.problem(422, "validation_failed");
    assert_eq!(
        missing,
        [
            "/budget/reason missing",
            "/targets/0/likelihood missing",
            "/targets/0/reason missing",
            "/targets/1/likelihood missing",
            "/targets/2/likelihood missing",
        ]
    );
    let mut almost = complete();
    almost["targets"][0]["reason"] = Value::Null;
    desk.save(&desk.principal, &almost).await.expect(200);
    let missing = desk.act(&desk.principal, "submit", &json!({})).await.problem(422, "validation_failed");
    assert_eq!(missing, ["/targets/0/reason missing"]);
    assert_eq!(desk.principal.get(&desk.path).await.expect(200)["state"], "draft");
}

#[tokio::test]
async fn a_yellow_light_needs_a_reason_as_well_and_a_green_one_does_not() {
    let app = TestApp::with_catalogue().await;
    for (code, paid) in [("yellow", "350"), ("green", "450")] {
        project(&app, code, "teaching", "under_way").await;
        item(&app, code, (code, "teaching"), "1000").await;
        super::payment(&app, code, code, paid, "2022-06-30").await;
    }
    let (finance, officer) = (app.log_in("finance").await, app.log_in("officer").await);
    open(&finance, "june", 6).await;
    let submit = async |code: &str| officer.post(&format!("{}/submit", sheet("june", code)), &json!({})).await;
    assert_eq!(submit("yellow").await.problem(422, "validation_failed"), ["/budget/reason missing"]);
    submit("green").await.expect(200);
}

#[tokio::test]
async fn what_is_sent_is_checked_with_every_violation_named() {
    let desk = Desk::set_up().await;
    let wrong = json!({
        "budget": {"expected": 1.005, "reason": {"kinds": ["other", "other"], "text": " "}},
        "targets": [{"code": "few", "expected": 0.123_456_7}, {"code": "kept"}],
    });
    assert_eq!(
        desk.save(&desk.principal, &wrong).await.problem(422, "validation_failed"),
        [
            "/budget/expected too_many_digits",
            "/budget/reason/kinds/1 duplicate",
            "/budget/reason/text wrong_length",
            "/targets/0/expected too_many_digits",
        ]
    );
    let wrong = json!({"targets": [{"code": "few"}, {"code": "nothing"}, {"code": "few"}]});
    assert_eq!(
        desk.save(&desk.principal, &wrong).await.problem(422, "validation_failed"),
        ["/targets/1/code unknown_reference", "/targets/2/code duplicate"]
    );
    let wrong = json!({"budget": {"expected": -1, "reason": {"kinds": [], "text": "x"}}, "targets": [{"code": "few",
        "likelihood": "perhaps"}], "light": "green"});
    assert_eq!(
        desk.save(&desk.principal, &wrong).await.problem(422, "validation_failed"),
        [
            "/budget/expected out_of_range",
            "/budget/reason/kinds wrong_length",
            "/light unknown_field",
            "/targets/0/likelihood not_allowed",
        ]
    );
    assert_eq!(desk.principal.get(&desk.path).await.expect(200)["state"], "not_begun");
}

#[tokio::test]
async fn whoever_filled_it_in_or_handed_it_in_does_not_review() {
    let desk = Desk::set_up().await;
    // The section fills in what the school hands in.
    desk.save(&desk.officer, &complete()).await.expect(200);
    desk.act(&desk.principal, "submit", &json!({})).await.expect(200);
    assert_eq!(desk.officer.get(&desk.path).await.expect(200)["may"], json!(["return"]));
    desk.act(&desk.officer, "review", &json!({})).await.problem(403, "four_eyes");
    desk.act(&desk.finance, "review", &json!({})).await.expect(200);

    // The other way round.
    let desk = Desk::set_up().await;
    desk.save(&desk.principal, &complete()).await.expect(200);
    desk.act(&desk.officer, "submit", &json!({})).await.expect(200);
    desk.act(&desk.officer, "review", &json!({})).await.problem(403, "four_eyes");
    desk.act(&desk.officer, "return", &json!({"note": "看错了"})).await.expect(200);
}

#[tokio::test]
async fn a_sheet_is_its_units_and_its_sections() {
    let desk = Desk::set_up().await;
    let sibling = desk.app.log_in("principal2").await;
    desk.save(&sibling, &complete()).await.problem(404, "not_found");
    sibling.get(&desk.path).await.problem(404, "not_found");
    desk.save(&desk.finance, &complete()).await.problem(403, "forbidden");
    desk.hand_in().await;
    desk.act(&desk.principal, "review", &json!({})).await.problem(403, "forbidden");
    desk.act(&sibling, "return", &json!({"note": "x"})).await.problem(404, "not_found");
    // The bureau's machine fills in the bureau's own, not a school's.
    let machine = desk.app.machine(BUREAU, &["performance:write"]).await;
    desk.save(&machine, &complete()).await.problem(403, "forbidden");
    desk.act(&machine, "review", &json!({})).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_sheet_is_changed_by_who_read_it_and_the_same_again_changes_nothing() {
    let desk = Desk::set_up().await;
    desk.principal.put(&desk.path, &complete()).await.problem(428, "precondition_required");
    let tag = desk.principal.get(&desk.path).await.etag();
    let saved = desk.principal.with("if-match", &tag).put(&desk.path, &complete()).await;
    assert_ne!(saved.etag(), tag);
    desk.principal.with("if-match", &tag).put(&desk.path, &complete()).await.problem(412, "precondition_failed");
    let again = desk.save(&desk.officer, &complete()).await;
    assert_eq!((again.etag(), again.expect(200)), (saved.etag(), saved.json()), "nothing changed, nor by whom");
    let unread = desk.principal.with("if-none-match", &saved.etag()).get(&desk.path).await;
    assert_eq!(unread.status.as_u16(), 304);
    let stale = desk.principal.with("if-match", &tag);
    desk.act(&stale, "submit", &json!({})).await.problem(412, "precondition_failed");
    let emptied = desk.save(&desk.principal, &json!({})).await.expect(200);
    assert_eq!([&emptied["measures"], &emptied["budget"]["expected"]], [&Value::Null, &Value::Null]);
}

#[tokio::test]
async fn of_two_who_hand_it_in_at_once_one_does() {
    let desk = Desk::set_up().await;
    desk.save(&desk.principal, &complete()).await.expect(200);
    let body = json!({});
    let (one, other) =
        tokio::join!(desk.act(&desk.principal, "submit", &body), desk.act(&desk.officer, "submit", &body));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn late_is_who_hands_in_after_the_day_on_which_it_was_due() {
    let app = behind().await;
    let finance = app.log_in("finance").await;
    for (code, due_on) in [("past", "2022-07-15"), ("future", "2090-01-01")] {
        let round = json!({"code": code, "name": "监控", "year": 2022, "month": 6, "due_on": due_on});
        finance.post(super::ROUNDS, &round).await.expect(201);
        let seen = finance.get(&sheet(code, "red")).await.expect(200);
        assert_eq!(seen["late"], code == "past", "{code}");
    }
}
