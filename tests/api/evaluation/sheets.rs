//! What a sheet comes to, by the policies of two jurisdictions.

use serde_json::{Value, json};

use super::world::{PROJECT, People, county, entered, goal, other_jurisdiction, path, project, renovation, target};
use crate::support::{CATALOGUE, SCHOOL, SIBLING, TestApp};

/// A column of the indicators, by target.
fn column(sheet: &Value, field: &str) -> Value {
    let rows = sheet["indicators"].as_array().expect("rows").iter();
    rows.map(|row| (row["target"].as_str().expect("a code").to_owned(), row[field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn funds(sheet: &Value) -> Vec<Value> {
    let rows = sheet["funds"].as_array().expect("rows").iter();
    rows.map(|row| {
        json!([row["part"], row["original"], row["budget"], row["executed"], row["rate"], row["weight"], row["score"]])
    })
    .collect()
}

#[tokio::test]
async fn the_sheet_of_a_project_is_computed_from_budget_payments_goal_and_figures() {
    let (_app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    let missing = people.reporter.get(&path).await;
    let body = missing.expect(200);
    assert_eq!((&body["state"], &body["version"]), (&json!("missing"), &Value::Null));
    assert!(!missing.headers.contains_key("etag"));
    assert_eq!(body["may"], json!(["save"]));
    assert_eq!(body["sheet"]["open"], 2, "the qualitative targets");
    assert_eq!(body["sheet"]["grade"], Value::Null);

    people.save(&path, &entered()).await.expect(201);
    let body = people.reporter.get(&path).await.expect(200);
    assert_eq!(body["may"], json!(["save", "submit"]));
    assert_eq!(body["obstacles"], json!([]));
    let sheet = &body["sheet"];
    assert_eq!(
        funds(sheet),
        [
            json!(["total", 1_100_000, 1_300_000, 975_000, 75, 10, 7.5]),
            json!(["current_appropriation", 1_000_000, 1_200_000, 900_000, 75, null, null]),
            json!(["carried_over", 100_000, 100_000, 75_000, 75, null, null]),
            json!(["other", 0, 0, 0, null, null, null]),
        ]
    );
    assert_eq!(
        column(sheet, "actual"),
        json!({"pupils": 85, "boarders": 25, "grant": 1200, "influence": null, "parents": null})
    );
    assert_eq!(
        column(sheet, "score"),
        json!({"pupils": 17, "boarders": 22.5, "grant": 15, "influence": 13, "parents": 7})
    );
    assert_eq!(
        column(sheet, "deviation"),
        json!({"pupils": -15, "boarders": 25, "grant": 20, "influence": null, "parents": null})
    );
    assert_eq!(
        column(sheet, "reason_needed"),
        json!({"pupils": false, "boarders": false, "grant": true, "influence": false, "parents": false})
    );
    assert_eq!(
        column(sheet, "part"),
        json!({"pupils": "output", "boarders": "output", "grant": "benefit", "influence": "benefit", "parents": "satisfaction"})
    );
    assert_eq!(
        sheet["parts"],
        json!([
            {"part": "execution", "points": 10, "score": 7.5},
            {"part": "output", "points": 50, "score": 39.5},
            {"part": "benefit", "points": 30, "score": 28},
            {"part": "satisfaction", "points": 10, "score": 7},
        ])
    );
    assert_eq!((&sheet["total"], &sheet["grade"], &sheet["open"]), (&json!(82), &json!("good"), &json!(0)));
    assert_eq!(sheet["goals"][0]["expected"], "完成 renovation");
    assert_eq!(sheet["goals"][0]["actual"], "已完工");
    let suggestion = &sheet["suggestion"];
    assert_eq!((&suggestion["action"], &suggestion["suggested"]), (&json!("as_needed"), &json!(1_300_000)));
    let reasoning = suggestion["reasoning"]["zh"].as_str().expect("a text");
    for part in ["82", "良", "county_2020", "按需安排"] {
        assert!(reasoning.contains(part), "{reasoning}");
    }
}

#[tokio::test]
async fn another_jurisdiction_scores_the_same_data_by_its_own_policy() {
    let (_app, people, _) = county(&other_jurisdiction()).await;
    let path = path("project", PROJECT);
    people.save(&path, &entered()).await.expect(201);
    let sheet = &people.reporter.get(&path).await.expect(200)["sheet"];
    // 75 % of the budget is the step of 60 %, half of 10; 20 of 25 boarders are 0.8 of 30.
    assert_eq!(sheet["funds"][0]["score"], 5);
    assert_eq!(
        column(sheet, "score"),
        json!({"pupils": 17, "boarders": 24, "grant": 15, "influence": 13, "parents": 7})
    );
    // 20 % above the target is not above 30 %.
    assert_eq!(column(sheet, "reason_needed")["grant"], false);
    assert_eq!((&sheet["total"], &sheet["grade"]), (&json!(81), &json!("excellent")));
    assert_eq!(sheet["suggestion"]["suggested"], 1_365_000);
}

#[tokio::test]
async fn everything_that_is_missing_stands_in_the_way_and_is_named() {
    let app = TestApp::with_catalogue().await;
    renovation(&app).await;
    let people = People::of(&app).await;
    let path = path("project", PROJECT);
    people.submit(&path).await.problem(409, "state_forbids");
    people.save(&path, &json!({})).await.expect(201);
    assert_eq!(
        people.submit(&path).await.problem(422, "validation_failed"),
        [
            "/indicators/0/actual required_value",
            "/indicators/1/actual required_value",
            "/indicators/2/actual required_value",
            "/indicators/3/score required_value",
            "/indicators/4/score required_value",
        ]
    );
    super::world::reported(&app).await;
    assert_eq!(
        people.submit(&path).await.problem(422, "validation_failed"),
        [
            "/indicators/2/reason required_value",
            "/indicators/3/score required_value",
            "/indicators/4/score required_value"
        ]
    );
    let obstacles = people.reporter.get(&path).await.expect(200)["obstacles"].clone();
    assert_eq!(obstacles.as_array().map(Vec::len), Some(3));
    // A project whose goal nobody approved has nothing by which it could be evaluated.
    project(&app, "aimless", SCHOOL, "in_budget").await;
    people.save(&super::world::path("project", "aimless"), &json!({})).await.expect(201);
    let violations = people.submit(&super::world::path("project", "aimless")).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/goals missing"]);
}

#[tokio::test]
async fn more_than_the_budget_is_refused_unless_the_policy_allows_it() {
    for (catalogue, expected) in [
        (CATALOGUE.to_owned(), None),
        (
            CATALOGUE.replace("execution: proportional", "execution: proportional\n      allow_above_budget: true"),
            Some(10),
        ),
    ] {
        let (app, people, _) = county(&catalogue).await;
        super::world::pay(&app, "carried", 400_000, "2022-12-31").await;
        // What is paid after the year is none of its execution.
        super::world::pay(&app, "carried", 400_000, "2023-01-01").await;
        let path = path("project", PROJECT);
        people.save(&path, &entered()).await.expect(201);
        let submitted = people.submit(&path).await;
        match expected {
            None => assert_eq!(submitted.problem(422, "validation_failed"), ["/funds/0/rate out_of_range"]),
            Some(score) => {
                let sheet = &submitted.expect(200)["sheet"];
                assert_eq!(sheet["funds"][0]["executed"], 1_375_000);
                assert_eq!(sheet["funds"][0]["score"], score);
            }
        }
    }
}

#[tokio::test]
async fn what_is_entered_fits_the_targets_and_their_bands() {
    let (_app, people, _) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    let targets = json!([
        {"goal": PROJECT, "target": "influence", "band": "achieved", "score": 11.99},
        {"goal": PROJECT, "target": "parents", "band": "partly_achieved", "score": 8},
        {"goal": PROJECT, "target": "pupils", "score": 20},
        {"goal": PROJECT, "target": "grant", "band": "achieved"},
        {"goal": PROJECT, "target": "nothing", "reason": "x"},
        {"goal": PROJECT, "target": "grant", "reason": "x"},
    ]);
    let goals = json!([{"goal": "nothing", "actual": "x"}, {"goal": "nothing", "actual": "x"}]);
    let answer = people.save(&path, &json!({"goals": goals, "targets": targets})).await;
    assert_eq!(
        answer.problem(422, "validation_failed"),
        [
            "/goals/0/goal unknown_reference",
            "/goals/1 duplicate",
            "/goals/1/goal unknown_reference",
            "/targets/0/score out_of_range",
            "/targets/1/score out_of_range",
            "/targets/2/score inconsistent",
            "/targets/3/band inconsistent",
            "/targets/4/target unknown_reference",
            "/targets/5 duplicate",
        ]
    );
    assert!(
        answer.text.contains("[12, 15]") && answer.text.contains("[6, 8)"),
        "the bounds are named: {}",
        answer.text
    );
    for (entry, violation) in [
        (json!({"band": "achieved"}), "/targets/0/score missing"),
        (json!({"score": 13}), "/targets/0/band missing"),
        (json!({"band": "achieved", "score": 13.005}), "/targets/0/score too_many_digits"),
        (json!({"band": "splendid", "score": 13}), "/targets/0/band not_allowed"),
        (json!({"score": 13, "colour": "red"}), "/targets/0/colour unknown_field"),
    ] {
        let mut entry = entry;
        entry["goal"] = json!(PROJECT);
        entry["target"] = json!("influence");
        let answer = people.save(&path, &json!({ "targets": [entry] })).await;
        assert_eq!(answer.problem(422, "validation_failed"), [violation]);
    }
    assert_eq!(people.reporter.get(&path).await.expect(200)["state"], "missing", "nothing was written");
}

#[tokio::test]
async fn the_budget_of_a_school_is_evaluated_with_its_goals_or_without() {
    let (app, people, _) = county(CATALOGUE).await;
    let path = path("school", SCHOOL);
    // Without any goal, execution has all the points: 75 % of the budget.
    let sheet = people.principal.get(&path).await.expect(200)["sheet"].clone();
    assert_eq!(sheet["funds"][0]["budget"], 1_300_000);
    assert_eq!((&sheet["total"], &sheet["grade"]), (&json!(75), &json!("fair")));
    assert_eq!(sheet["parts"][0], json!({"part": "execution", "points": 100, "score": 75}));
    // With one, 85 of 100 pupils: of the 60 points of execution and output, 7.5 and 42.5.
    goal(&app, "schooling", "overall", SCHOOL, &[target("pupils", "quantity", 7, Some(("pupils", "at_least", 100)))])
        .await;
    let sheet = people.principal.get(&path).await.expect(200)["sheet"].clone();
    assert_eq!(sheet["indicators"][0]["score"], 5.95);
    assert_eq!(
        (&sheet["parts"][0], &sheet["parts"][1]),
        (
            &json!({"part": "execution", "points": 16.67, "score": 12.5}),
            &json!({"part": "output", "points": 83.33, "score": 70.83})
        )
    );
    assert_eq!(sheet["total"], 83.33);
    let sibling = app.log_in("principal2").await;
    sibling.get(&path).await.problem(404, "not_found");
    sibling.get(&super::world::path("department", "990001")).await.problem(404, "not_found");
    sibling.get(&super::world::path("school", SIBLING)).await.expect(200);
}

#[tokio::test]
async fn without_a_policy_nothing_can_be_computed() {
    let (_, policies) = CATALOGUE.split_once("\npolicies:").expect("policies");
    let app =
        TestApp::with_catalogue_of(CATALOGUE.strip_suffix(&format!("\npolicies:{policies}")).expect("the rest")).await;
    let leader = app.log_in("leader").await;
    let answer = leader.get(&path("school", SCHOOL)).await;
    answer.problem(409, "state_forbids");
    assert_eq!(answer.json()["state"], "no_policy");
    leader.get("/v1/evaluations/2022").await.expect(200);
    leader.get("/v1/evaluations/12").await.problem(404, "not_found");
    leader.get("/v1/evaluations/2022/colour/x").await.problem(404, "not_found");
}
