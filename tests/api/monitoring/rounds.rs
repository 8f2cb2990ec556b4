//! Rounds: opened, frozen, refreshed, closed.

use serde_json::{Value, json};

use super::{ROUNDS, behind, complete, goal, item, open, payment, project, sheet, target};
use crate::support::{BUREAU, SCHOOL, SIBLING, Settings, TestApp, server_log};

#[tokio::test]
async fn a_round_has_a_sheet_of_every_project_at_work_with_a_budget_or_a_goal() {
    let app = TestApp::with_catalogue().await;
    for (code, unit, state) in [
        ("budgeted", SCHOOL, "in_budget"),
        ("finished", SIBLING, "completed"),
        ("goal-only", BUREAU, "under_way"),
        ("neither", SCHOOL, "under_way"),
        ("closed", SCHOOL, "closed"),
        ("proposed", SCHOOL, "proposed"),
    ] {
        project(&app, code, unit, state).await;
        if !["goal-only", "neither"].contains(&code) {
            item(&app, code, (code, unit), "100").await;
        }
    }
    goal(&app, "goal-only", 1, &[]).await;
    let finance = app.log_in("finance").await;
    let round = open(&finance, "2022-06", 6).await;
    assert_eq!(round["progress"]["not_begun"], 3);
    assert_eq!(round["lights"], json!({"red": 2, "yellow": 0, "green": 0, "blue": 0, "none": 1}));
    assert_eq!((&round["until"], &round["may"]), (&json!("2022-06-30"), &json!(["refresh", "close"])));
    let board = finance.get(&format!("{ROUNDS}/2022-06/sheets")).await.expect(200);
    let projects: Vec<_> = board["items"].as_array().unwrap().iter().map(|row| row["project"].clone()).collect();
    assert_eq!(projects, ["budgeted", "finished", "goal-only"]);
    // A school counts its own.
    let seen = app.log_in("principal").await.get(&format!("{ROUNDS}/2022-06")).await.expect(200);
    assert_eq!((&seen["progress"]["not_begun"], &seen["may"]), (&json!(1), &json!([])));
    // The journal tells of the round, and of each sheet with its school.
    let told = app
        .query(
            "SELECT json_agg(concat_ws(' ', action, subject, school) ORDER BY id) FROM journal
             WHERE action LIKE 'monitoring%'",
        )
        .await;
    let lines = [
        "monitoring_round.open 2022-06".to_owned(),
        format!("monitoring_sheet.open 2022-06/budgeted {SCHOOL}"),
        format!("monitoring_sheet.open 2022-06/finished {SIBLING}"),
        "monitoring_sheet.open 2022-06/goal-only".to_owned(),
    ];
    assert_eq!(told, json!(lines));
}

#[tokio::test]
async fn what_is_wrong_with_a_round_is_said() {
    let app = TestApp::with_catalogue_on("2022-08-02").await;
    let finance = app.log_in("finance").await;
    let ask = async |code: &str, year: u32, month: u32, due_on: &str| {
        finance
            .post(ROUNDS, &json!({"code": code, "name": "监控", "year": year, "month": month, "due_on": due_on}))
            .await
    };
    let violations = ask("r", 2022, 8, "2022-08-31").await.problem(422, "validation_failed");
    assert_eq!(violations, ["/due_on inconsistent", "/month out_of_range"]);
    let violations = ask("两", 1900, 13, "2022-08-31").await.problem(422, "validation_failed");
    assert_eq!(violations, ["/code wrong_format", "/month out_of_range", "/year out_of_range"]);
    ask("r", 2019, 12, "2022-08-31").await.problem(409, "state_forbids");
    ask("r", 2022, 7, "2022-08-01").await.expect(201);
    ask("r", 2022, 6, "2022-08-01").await.problem(409, "already_exists");
    app.log_in("officer").await.post(ROUNDS, &json!({})).await.problem(422, "validation_failed");
    finance.get(&format!("{ROUNDS}/nothing")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_round_freezes_what_it_saw() {
    let app = behind().await;
    let finance = app.log_in("finance").await;
    app.seal().await;
    open(&finance, "june", 6).await;
    let path = sheet("june", "red");
    let seen = finance.get(&path).await.expect(200);
    let position = app.query("SELECT max(position) FROM journal WHERE action NOT LIKE 'monitoring%'").await;
    assert_eq!(seen["journal_position"], position);
    // Paid before the cut-off and posted late; an adjustment; an amended goal; more pupils; another name.
    payment(&app, "late", "i-red", "400", "2022-06-01").await;
    app.execute(
        "INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, recorded_by, recorded_at)
             SELECT 1, item, 2, 2022, school, 'adjustment', 500, '2022-06-01', 'user:x', now() FROM budget_items;
         UPDATE submission_values SET number = 90 WHERE indicator = 'pupils';
         UPDATE project_revisions SET name = '改名'",
    )
    .await;
    goal(&app, "red", 2, &[target("few", "at_least", 60, "pupils")]).await;
    assert_eq!(finance.get(&path).await.expect(200), seen);

    // Another round sees what is so now; and the first one stays.
    open(&finance, "again", 6).await;
    let now = finance.get(&sheet("again", "red")).await.expect(200);
    assert_eq!([&now["budget"]["budget"], &now["budget"]["executed"]], [1500, 500]);
    assert_eq!((&now["goal"]["version"], &now["targets"][0]["actual"]), (&json!(2), &json!(90)));
    assert_eq!(finance.get(&path).await.expect(200), seen);
}

#[tokio::test]
async fn a_refresh_looks_again_for_what_was_not_handed_in() {
    let app = behind().await;
    project(&app, "other", SIBLING, "under_way").await;
    item(&app, "i-other", ("other", SIBLING), "1000").await;
    let (finance, principal) = (app.log_in("finance").await, app.log_in("principal").await);
    open(&finance, "june", 6).await;
    let submitted = sheet("june", "red");
    principal.with("if-match", "*").put(&submitted, &complete()).await.expect(200);
    principal.post(&format!("{submitted}/submit"), &json!({})).await.expect(200);
    let before = finance.get(&submitted).await.expect(200);
    payment(&app, "v1", "i-red", "400", "2022-06-01").await;
    payment(&app, "v2", "i-other", "400", "2022-06-01").await;
    project(&app, "new", SCHOOL, "in_budget").await;
    item(&app, "i-new", ("new", SCHOOL), "10").await;

    let stale = finance.with("if-match", "\"9\"").post(&format!("{ROUNDS}/june/refresh"), &Value::Null).await;
    stale.problem(412, "precondition_failed");
    let refreshed = finance.post(&format!("{ROUNDS}/june/refresh"), &Value::Null).await.expect(200);
    assert_eq!((&refreshed["version"], &refreshed["progress"]["not_begun"]), (&json!(2), &json!(2)));
    assert_eq!(finance.get(&submitted).await.expect(200), before, "it was handed in upon what was seen then");
    let other = finance.get(&sheet("june", "other")).await.expect(200);
    assert_eq!([&other["reading"], &other["version"], &other["budget"]["executed"]], [2, 2, 400]);
    assert_eq!(finance.get(&sheet("june", "new")).await.expect(200)["reading"], 1);
    // What was seen before is still there.
    let first = app
        .query("SELECT seen -> 'budget' -> 'executed' FROM monitoring_readings WHERE project = 'other' AND reading = 1")
        .await;
    assert_eq!(first, 0);
}

#[tokio::test]
async fn nothing_of_a_closed_round_changes() {
    let app = behind().await;
    let (finance, principal) = (app.log_in("finance").await, app.log_in("principal").await);
    open(&finance, "june", 6).await;
    app.log_in("leader").await.post(&format!("{ROUNDS}/june/close"), &Value::Null).await.problem(403, "forbidden");
    let closed = finance.post(&format!("{ROUNDS}/june/close"), &Value::Null).await.expect(200);
    assert_eq!((&closed["state"], &closed["may"]), (&json!("closed"), &json!([])));
    assert_eq!(closed["closed_by"], "user:finance");
    let path = sheet("june", "red");
    assert_eq!(principal.get(&path).await.expect(200)["may"], json!([]));
    principal.with("if-match", "*").put(&path, &complete()).await.problem(409, "state_forbids");
    principal.post(&format!("{path}/submit"), &json!({})).await.problem(409, "state_forbids");
    for action in ["refresh", "close"] {
        finance.post(&format!("{ROUNDS}/june/{action}"), &Value::Null).await.problem(409, "state_forbids");
    }
}

#[tokio::test]
async fn rounds_are_listed_in_pages() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    for (code, month) in [("a", 1), ("b", 2), ("c", 3)] {
        open(&finance, code, month).await;
    }
    finance.post(&format!("{ROUNDS}/b/close"), &Value::Null).await.expect(200);
    let codes = |page: &Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|round| round["code"].clone()).collect()
    };
    let open_ones = finance.get(&format!("{ROUNDS}?state=open&year=2022&limit=1")).await.expect(200);
    assert_eq!(codes(&open_ones), ["a"]);
    let cursor = open_ones["next"].as_str().unwrap();
    let rest = finance.get(&format!("{ROUNDS}?state=open&year=2022&limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!((codes(&rest), &rest["next"]), (vec![json!("c")], &Value::Null));
    finance.get(&format!("{ROUNDS}?state=closed&cursor={cursor}")).await.problem(400, "invalid_parameter");
    assert_eq!(codes(&finance.get(&format!("{ROUNDS}?year=2021")).await.expect(200)), Vec::<Value>::new());
}

#[tokio::test]
async fn two_who_open_the_same_round_at_once_open_one() {
    let app = behind().await;
    let finance = app.log_in("finance").await;
    let round = json!({"code": "june", "name": "监控", "year": 2022, "month": 6, "due_on": "2090-01-01"});
    let (one, other) = tokio::join!(finance.post(ROUNDS, &round), finance.post(ROUNDS, &round));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(app.query("SELECT count(*) FROM monitoring_readings").await, 1);
}

#[tokio::test]
async fn many_projects_take_as_many_statements_as_few() {
    let app = TestApp::with_catalogue_and(Settings { pool_size: 1, ..Settings::default() }).await;
    let finance = app.log_in("finance").await;
    app.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', current_database()); END $$;
         SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = 'jixiao_service'",
    )
    .await;
    let mut counts = Vec::new();
    for (round, projects) in [("few", 0..2_u32), ("many", 2..42)] {
        for i in projects {
            let code = format!("p{i}");
            project(&app, &code, SCHOOL, "under_way").await;
            item(&app, &code, (&code, SCHOOL), "1000").await;
            let targets = [("a", i), ("b", i + 1)].map(|(code, value)| target(code, "at_least", value, "pupils"));
            goal(&app, &code, 1, &targets).await;
        }
        let before = executed(&app).await;
        open(&finance, round, 6).await;
        counts.push(executed(&app).await - before);
    }
    assert_eq!(app.query("SELECT count(*) FROM monitoring_readings").await, 44);
    // The catalogue is read and compiled once.
    assert!(counts[0] >= counts[1] && (10..40).contains(&counts[1]), "{counts:?}");
}

/// How many statements the service has executed on its only connection.
async fn executed(app: &TestApp) -> usize {
    let process = app
        .query(
            "SELECT min(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'jixiao_service'",
        )
        .await;
    let process = format!("[{process}]");
    server_log().lines().filter(|line| line.contains(&process) && line.contains("LOG:  execute ")).count()
}
