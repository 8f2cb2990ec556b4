//! The board, results with ranks and suggestions, and coverage.

use serde_json::{Value, json};

use super::world::{PROJECT, county, entered, path, project};
use crate::support::{BUREAU, CATALOGUE, JUNIOR_SCHOOL, SCHOOL, SIBLING, TestApp};

/// A final evaluation, as it would stand.
async fn result(app: &TestApp, code: &str, category: &str, total: &str, grade: &str) {
    project(app, code, "teaching", "completed").await;
    app.execute(&format!(
        "INSERT INTO evaluations (bureau_id, year, kind, subject, organisation, state, version, content, submitted_by, reviewed_by,
             updated_by, updated_at)
         VALUES (1, 2022, 'project', '{code}', 'teaching', 'final', 4, '{{\"summary\": null, \"goals\": [], \"targets\": []}}',
             'user:officer', 'user:finance', 'user:leader', now());
         INSERT INTO evaluation_results VALUES (1, 2022, 'project', '{code}', NULL, '{code}', '{category}', now(), 0, '{{}}', '[]',
             '{{}}', 'county_2020', {total}, '{grade}', 1000, 'keep', 100, 1000, '{{\"zh\": \"依据\"}}', 'user:leader')"
    ))
    .await;
}

fn column(page: &Value, field: &str) -> Vec<Value> {
    page["items"].as_array().expect("items").iter().map(|item| item[field].clone()).collect()
}

#[tokio::test]
async fn results_are_ranked_within_kind_and_category_and_equals_share_a_rank() {
    let app = TestApp::with_catalogue().await;
    for (code, category, total, grade) in [
        ("a", "specific", "90", "excellent"),
        ("b", "specific", "95.5", "excellent"),
        ("c", "specific", "90.00", "excellent"),
        ("d", "specific", "60", "fair"),
        ("e", "operation", "50", "poor"),
    ] {
        result(&app, code, category, total, grade).await;
    }
    let leader = app.log_in("leader").await;
    let page = leader.get("/v1/evaluations/2022/results").await.expect(200);
    assert_eq!(column(&page, "subject"), ["a", "b", "c", "d", "e"]);
    assert_eq!(column(&page, "rank"), [2, 1, 2, 4, 1]);
    assert_eq!(column(&page, "ranked_among"), [4, 4, 4, 4, 1]);
    assert_eq!(page["items"][1]["total"], 95.5);
    // A filter takes items out and does not change their rank; pages follow each other.
    let fair = leader.get("/v1/evaluations/2022/results?grade=fair&kind=project&category=specific").await.expect(200);
    assert_eq!((column(&fair, "subject"), column(&fair, "rank")), (vec![json!("d")], vec![json!(4)]));
    let first = leader.get("/v1/evaluations/2022/results?limit=3").await.expect(200);
    let next = first["next"].as_str().expect("a cursor");
    let second = leader.get(&format!("/v1/evaluations/2022/results?limit=3&cursor={next}")).await.expect(200);
    assert_eq!((column(&second, "subject"), &second["next"]), (vec![json!("d"), json!("e")], &Value::Null));
    leader.get(&format!("/v1/evaluations/2021/results?limit=3&cursor={next}")).await.problem(400, "invalid_parameter");
    assert_eq!(leader.get("/v1/evaluations/2021/results").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn the_finance_system_fetches_suggestions_with_their_reasoning() {
    let (app, people, _) = county(CATALOGUE).await;
    let done = people.evaluate(&path("project", PROJECT), &entered()).await;
    let machine = app.machine(BUREAU, &["performance:read"]).await;
    let result = machine.get("/v1/evaluations/2022/results").await.expect(200)["items"][0].clone();
    assert_eq!(
        result,
        json!({
            "kind": "project", "subject": PROJECT, "name": "项目 renovation", "category": "specific", "school": SCHOOL,
            "total": 82, "grade": "good", "rank": 1, "ranked_among": 1, "policy": "county_2020",
            "action": "as_needed", "percent": 100, "budget": 1_300_000, "suggested": 1_300_000,
            "reasoning": done["sheet"]["suggestion"]["reasoning"], "as_of": done["frozen_as_of"],
            "journal_position": done["journal_position"],
        })
    );
    // The school sees its own result, and not how it stands among the others.
    let own = people.reporter.get("/v1/evaluations/2022/results").await.expect(200)["items"][0].clone();
    assert_eq!((&own["total"], &own["rank"], &own["ranked_among"]), (&json!(82), &Value::Null, &Value::Null));
    let sibling = app.log_in("principal2").await.get("/v1/evaluations/2022/results").await.expect(200);
    assert_eq!(sibling["items"], json!([]));
}

#[tokio::test]
async fn coverage_says_what_has_no_self_evaluation_yet() {
    let (app, people, _) = county(CATALOGUE).await;
    for (code, state) in [("training", "in_budget"), ("old", "completed"), ("idea", "proposed"), ("wrong", "rejected")]
    {
        project(&app, code, "teaching", state).await;
    }
    // It was completed before the year began.
    app.execute("UPDATE project_revisions SET recorded_at = '2021-12-31' WHERE project = 'old'").await;
    let coverage = async |year: u32| people.leader.get(&format!("/v1/evaluations/{year}/coverage")).await.expect(200);
    let missing = |coverage: &Value| {
        let missing = coverage["missing"].as_array().expect("a list").iter();
        missing.map(|each| each["subject"].as_str().expect("a code").to_owned()).collect::<Vec<_>>()
    };
    let before = coverage(2022).await;
    // The third primary school was closed in 2021.
    assert_eq!(missing(&before), [PROJECT, "training", SCHOOL, SIBLING, JUNIOR_SCHOOL, BUREAU]);
    people.save(&path("project", PROJECT), &entered()).await.expect(201);
    assert_eq!(missing(&coverage(2022).await).len(), 6, "a draft is no self-evaluation");
    people.submit(&path("project", PROJECT)).await.expect(200);
    let after = coverage(2022).await;
    assert_eq!(missing(&after), ["training", SCHOOL, SIBLING, JUNIOR_SCHOOL, BUREAU]);
    assert_eq!(after["kinds"][0], json!({"kind": "project", "due": 2, "evaluated": 1, "finalised": 0, "share": 50}));
    assert_eq!(after["kinds"][1], json!({"kind": "school", "due": 3, "evaluated": 0, "finalised": 0, "share": 0}));
    assert_eq!(coverage(2024).await["kinds"][0]["kind"], "school", "no project lasts so long");
    // A school is told of what is its own.
    let own = people.reporter.get("/v1/evaluations/2022/coverage").await.expect(200);
    assert_eq!(missing(&own), [SCHOOL]);
}

#[tokio::test]
async fn the_board_shows_everything_that_is_evaluated() {
    let (app, people, _) = county(CATALOGUE).await;
    project(&app, "training", "finance", "in_budget").await;
    people.evaluate(&path("project", PROJECT), &entered()).await;
    people.finance.put(&path("department", BUREAU), &json!({})).await.expect(201);
    let board = async |query: &str| people.leader.get(&format!("/v1/evaluations/2022{query}")).await.expect(200);
    let all = board("").await;
    assert_eq!(column(&all, "subject"), [BUREAU, PROJECT, "training", SCHOOL, SIBLING, JUNIOR_SCHOOL]);
    assert_eq!(column(&all, "state"), ["draft", "final", "missing", "missing", "missing", "missing"]);
    assert_eq!((&all["items"][1]["total"], &all["items"][1]["grade"]), (&json!(82), &json!("good")));
    for (query, subjects) in [
        ("?kind=project", vec![PROJECT, "training"]),
        ("?state=missing&kind=project", vec!["training"]),
        ("?grade=good", vec![PROJECT]),
        ("?section=teaching", vec![PROJECT, "training"]),
        ("?section=nothing", vec![]),
    ] {
        assert_eq!(column(&board(query).await, "subject"), subjects, "{query}");
    }
    let mut seen = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = board(&query).await;
        seen.extend(column(&page, "subject"));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert_eq!(seen, column(&all, "subject"));
    let own = people.reporter.get("/v1/evaluations/2022").await.expect(200);
    assert_eq!(column(&own, "subject"), [PROJECT, SCHOOL]);
}
