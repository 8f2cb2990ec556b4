//! Windows: when a form may be filled in, more time for a school, and what is late.
//!
//! The drills of June 2022 open on 1 June, are due on 10 July, and close on 20 July.

use serde_json::{Value, json};

use crate::support::{Client, Desk, SCHOOL, SIBLING, TestApp, cell, document, pupils};

const EXTENSION: &str = "/v1/forms/drills/periods/2022-06/extensions/2199000001";
const WINDOW: &str = "/v1/forms/drills/periods/2022-06/window";

async fn drills(app: &TestApp) -> Desk {
    Desk::of(app, "drills", "2022-06").await
}

fn count(drills: u32) -> Value {
    document(&[cell("drills", drills)])
}

fn until(day: &str) -> Value {
    json!({"until": day, "reason": "学校停电一周"})
}

async fn window_of(client: &Client, school: &str) -> Value {
    client.get(&format!("{WINDOW}?school={school}")).await.expect(200)
}

#[tokio::test]
async fn before_it_opens_nothing_can_be_saved() {
    let app = TestApp::with_catalogue_on("2022-05-31").await;
    let desk = drills(&app).await;
    desk.save(&count(1)).await.problem(409, "window_closed");
    let submission = desk.read().await;
    assert_eq!((&submission["window"]["state"], &submission["may"]), (&json!("not_yet_open"), &json!([])));
    app.travel_to("2022-06-01");
    let desk = drills(&app).await;
    desk.save(&count(1)).await.expect(201);
    assert_eq!(desk.read().await["window"]["state"], "open");
}

#[tokio::test]
async fn after_it_closed_nothing_can_be_saved_or_submitted() {
    let app = TestApp::with_catalogue_on("2022-07-20").await;
    drills(&app).await.save(&count(1)).await.expect(201);
    app.travel_to("2022-07-21");
    let desk = drills(&app).await;
    desk.save(&count(2)).await.problem(409, "window_closed");
    let answer = desk.submit().await;
    answer.problem(409, "window_closed");
    assert_eq!(answer.json()["detail"], "填报时间为 2022-06-01 至 2022-07-20；需要延期请联系负责科室");
    // The same again is still no change.
    desk.save(&count(1)).await.expect(200);
    let submission = desk.read().await;
    assert_eq!((&submission["window"]["state"], &submission["may"]), (&json!("closed"), &json!([])));
}

#[tokio::test]
async fn the_window_tells_the_days_and_who_may_extend_it() {
    let app = TestApp::with_catalogue_on("2022-06-15").await;
    let desk = drills(&app).await;
    let expected = json!({
        "state": "open", "opens_on": "2022-06-01", "due_on": "2022-07-10", "closes_on": "2022-07-20",
        "extended_until": null, "may_be_extended_by": "teaching",
    });
    assert_eq!(window_of(&desk.reporter, SCHOOL).await, expected);
    assert_eq!(window_of(&desk.officer, SIBLING).await, expected);
    desk.reporter.get(&format!("{WINDOW}?school={SIBLING}")).await.problem(404, "not_found");
    assert_eq!(desk.reporter.get(WINDOW).await.problem(400, "invalid_parameter").len(), 1);
}

#[tokio::test]
async fn a_school_can_be_given_more_time() {
    let app = TestApp::with_catalogue_on("2022-07-21").await;
    let desk = drills(&app).await;
    let granted = desk.officer.put(EXTENSION, &until("2022-07-25")).await;
    assert_eq!(
        granted.expect(201),
        json!({
            "until": "2022-07-25", "reason": "学校停电一周", "granted_by": "user:officer", "version": 1,
        })
    );
    let window = window_of(&desk.reporter, SCHOOL).await;
    assert_eq!((&window["state"], &window["extended_until"]), (&json!("extended"), &json!("2022-07-25")));
    assert_eq!(window_of(&desk.officer, SIBLING).await["state"], "closed");
    // What was agreed with the school is in time.
    desk.save(&count(1)).await.expect(201);
    assert_eq!(desk.submit().await.expect(200)["late"], false);

    app.travel_to("2022-07-26");
    let desk = drills(&app).await;
    desk.send_back().await.expect(200);
    assert_eq!(window_of(&desk.reporter, SCHOOL).await["state"], "closed");
}

#[tokio::test]
async fn an_extension_is_changed_by_who_has_read_it() {
    let app = TestApp::with_catalogue_on("2022-07-21").await;
    let officer = app.log_in("officer").await;
    let tag = officer.put(EXTENSION, &until("2022-07-25")).await.etag();
    officer.put(EXTENSION, &until("2022-07-30")).await.problem(428, "precondition_required");
    officer.with("if-match", "\"7\"").put(EXTENSION, &until("2022-07-30")).await.problem(412, "precondition_failed");
    let changed = officer.with("if-match", &tag).put(EXTENSION, &until("2022-07-30")).await;
    assert_eq!((changed.expect(200)["version"].clone(), changed.etag()), (json!(2), "\"2\"".to_owned()));
    let journaled = app
        .query("SELECT json_agg(json_build_array(before->>'until', after->>'until') ORDER BY id) FROM journal WHERE action = 'window.extend'")
        .await;
    assert_eq!(journaled, json!([[null, "2022-07-25"], ["2022-07-25", "2022-07-30"]]));
}

#[tokio::test]
async fn an_extension_must_extend_and_say_why() {
    let app = TestApp::with_catalogue_on("2022-07-21").await;
    let officer = app.log_in("officer").await;
    for (body, places) in [
        (until("2022-07-20"), vec!["/until out_of_range"]),
        (until("2022-07-32"), vec!["/until wrong_format"]),
        (json!({"until": "2022-07-25", "reason": ""}), vec!["/reason wrong_format"]),
        (json!({"until": "2022-07-25", "reason": "  "}), vec!["/reason wrong_format"]),
        (json!({}), vec!["/reason missing", "/until missing"]),
    ] {
        assert_eq!(officer.put(EXTENSION, &body).await.problem(422, "validation_failed"), places, "{body}");
    }
}

#[tokio::test]
async fn what_comes_after_the_due_day_is_late_for_good() {
    let app = TestApp::with_catalogue_on("2022-07-10").await;
    let late = async |app: &TestApp| drills(app).await.read().await["late"].clone();
    assert_eq!(late(&app).await, false);
    app.travel_to("2022-07-11");
    let desk = drills(&app).await;
    assert_eq!(late(&app).await, true, "overdue");
    desk.save(&count(1)).await.expect(201);
    assert_eq!(desk.submit().await.expect(200)["late"], true);
    let revision = desk.officer.get(&format!("{}/revisions/1", desk.path)).await.expect(200);
    assert_eq!(revision["late"], true);
}

#[tokio::test]
async fn what_the_bureau_asks_for_has_no_closing_day_and_is_not_late() {
    let app = TestApp::with_catalogue_on("2022-06-30").await;
    let desk = drills(&app).await;
    desk.save(&count(1)).await.expect(201);
    desk.submit().await.expect(200);
    app.travel_to("2022-09-01");
    let desk = drills(&app).await;
    desk.send_back().await.expect(200);
    assert_eq!(desk.principal.get(&desk.path).await.expect(200)["may"], json!(["save", "submit"]));
    desk.save(&count(2)).await.expect(200);
    let again = desk.submit().await.expect(200);
    assert_eq!((&again["revision"], &again["late"]), (&json!(2), &json!(false)));
    desk.accept().await.expect(200);
    desk.reopen().await.expect(200);
    desk.save(&count(3)).await.expect(200);
    assert_eq!(desk.submit().await.expect(200)["late"], false);
}

#[tokio::test]
async fn the_day_is_that_of_china() {
    let app = TestApp::with_catalogue_on("2022-07-20").await;
    let clock = app.app.db.clock();
    let desk = drills(&app).await;
    desk.save(&count(1)).await.expect(201);
    // From noon to 23:59 it is still the 20th there; two minutes later it is not, though it is in London.
    clock.shift(chrono::TimeDelta::minutes(11 * 60 + 59));
    assert_eq!(drills(&app).await.read().await["window"]["state"], "open");
    clock.shift(chrono::TimeDelta::minutes(2));
    assert_eq!(drills(&app).await.read().await["window"]["state"], "closed");
}

#[tokio::test]
async fn a_form_that_is_signed_keeps_to_its_window_too() {
    let app = TestApp::with_catalogue_on("2021-12-31").await;
    let desk = Desk::basics(&app).await;
    desk.save(&document(&pupils(1, 1))).await.problem(409, "window_closed");
}
