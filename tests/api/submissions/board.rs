//! The board: every school that fills in the form, and how far it has come.

use serde_json::{Value, json};

use crate::support::{
    CLOSED_SCHOOL, Client, Desk, JUNIOR_SCHOOL, SCHOOL, SIBLING, TestApp, cell, document, pupils, sheet,
};

const BASICS: &str = "/v1/forms/basics/periods/2022/submissions";
const DRILLS: &str = "/v1/forms/drills/periods/2022-06/submissions";

fn schools(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["school"].as_str().unwrap()).collect()
}

async fn found(client: &Client, path: &str) -> Vec<String> {
    schools(&client.get(path).await.expect(200)).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn schools_that_have_not_begun_are_on_it() {
    let app = TestApp::with_catalogue().await;
    let board = app.log_in("leader").await.get(BASICS).await.expect(200);
    // The third primary school had closed; the junior secondary school opened within the year.
    assert_eq!(schools(&board), [SCHOOL, SIBLING, JUNIOR_SCHOOL]);
    assert_eq!(board["next"], Value::Null);
    assert_eq!(
        board["items"][0],
        json!({
            "school": SCHOOL, "school_name": "第一小学", "township": "东乡", "state": "not_begun", "late": false,
            "revision": null, "accepted_revision": null, "submitted_at": null, "updated_at": null, "extended_until": null,
        })
    );
}

#[tokio::test]
async fn it_counts_the_schools_of_the_period() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    let earlier = BASICS.replace("2022", "2021");
    assert_eq!(found(&leader, &earlier).await, [SCHOOL, SIBLING, CLOSED_SCHOOL]);
}

#[tokio::test]
async fn it_shows_how_far_each_has_come() {
    let app = TestApp::with_catalogue().await;
    Desk::basics(&app).await.bring_to("accepted", &document(&pupils(1, 1))).await;
    let sibling = app.log_in("principal2").await;
    sibling.put(&sheet("basics", "2022", SIBLING), &document(&[cell("boarders", 1)])).await.expect(201);
    let leader = app.log_in("leader").await;
    let board = leader.get(BASICS).await.expect(200);
    let row = |i: usize, field: &str| board["items"][i][field].clone();
    assert_eq!(
        [row(0, "state"), row(1, "state"), row(2, "state")],
        ["accepted", "draft", "not_begun"].map(Value::from)
    );
    assert_eq!(
        [row(0, "revision"), row(0, "accepted_revision"), row(1, "revision")],
        [json!(1), json!(1), Value::Null]
    );
    for (state, expected) in
        [("accepted", vec![SCHOOL]), ("draft", vec![SIBLING]), ("not_begun", vec![JUNIOR_SCHOOL]), ("returned", vec![])]
    {
        assert_eq!(found(&leader, &format!("{BASICS}?state={state}")).await, expected, "{state}");
    }
}

#[tokio::test]
async fn it_marks_what_is_late_or_overdue() {
    let app = TestApp::with_catalogue_on("2022-07-05").await;
    let in_time = Desk::of(&app, "drills", "2022-06").await;
    in_time.save(&document(&[cell("drills", 1)])).await.expect(201);
    in_time.submit().await.expect(200);
    assert!(found(&in_time.officer, &format!("{DRILLS}?late=true")).await.is_empty());
    app.travel_to("2022-07-11");
    let officer = app.log_in("officer").await;
    assert_eq!(found(&officer, &format!("{DRILLS}?late=true")).await, [SIBLING]);
    assert_eq!(found(&officer, &format!("{DRILLS}?late=false")).await, [SCHOOL]);
    let extension = DRILLS.replace("submissions", "extensions");
    let more_time = json!({"until": "2022-07-25", "reason": "停电"});
    officer.put(&format!("{extension}/{SIBLING}"), &more_time).await.expect(201);
    let board = officer.get(DRILLS).await.expect(200);
    assert_eq!(
        (&board["items"][1]["late"], &board["items"][1]["extended_until"]),
        (&json!(false), &json!("2022-07-25"))
    );
}

#[tokio::test]
async fn it_is_filtered_by_township() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    assert_eq!(found(&leader, &format!("{BASICS}?township=东乡")).await, [SCHOOL, JUNIOR_SCHOOL]);
    assert_eq!(found(&leader, &format!("{BASICS}?township=东乡&state=draft")).await, [""; 0]);
    assert_eq!(found(&leader, &format!("{BASICS}?township=%25")).await, [""; 0]);
}

#[tokio::test]
async fn a_school_sees_itself_only() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    assert_eq!(found(&reporter, BASICS).await, [SCHOOL]);
    assert_eq!(found(&reporter, &format!("{BASICS}?township=西乡")).await, [""; 0]);
}

#[tokio::test]
async fn it_is_read_page_by_page() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    let first = leader.get(&format!("{BASICS}?limit=2")).await.expect(200);
    assert_eq!(schools(&first), [SCHOOL, SIBLING]);
    let cursor = first["next"].as_str().unwrap();
    let second = leader.get(&format!("{BASICS}?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((schools(&second), &second["next"]), (vec![JUNIOR_SCHOOL], &Value::Null));
    // A cursor belongs to the question that it was given for.
    for path in [
        format!("{BASICS}?limit=2&township=东乡&cursor={cursor}"),
        format!("{DRILLS}?cursor={cursor}"),
        format!("{BASICS}?cursor=nonsense"),
        format!("{BASICS}?cursor="),
    ] {
        assert_eq!(leader.get(&path).await.problem(400, "invalid_parameter"), ["?cursor wrong_format"], "{path}");
    }
}

#[tokio::test]
async fn its_parameters_are_checked() {
    let app = TestApp::with_catalogue().await;
    let leader = app.log_in("leader").await;
    for (query, violation) in [
        ("limit=0", "?limit out_of_range"),
        ("limit=1001", "?limit out_of_range"),
        ("state=begun", "?state wrong_format"),
        ("late=maybe", "?late wrong_format"),
    ] {
        let answer = leader.get(&format!("{BASICS}?{query}")).await;
        assert_eq!(answer.problem(400, "invalid_parameter"), [violation], "{query}");
    }
}
