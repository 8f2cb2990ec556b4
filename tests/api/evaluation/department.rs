//! The sheet of the whole department.

use serde_json::json;

use super::world::{PROJECT, county, entered, goal, item, path, project, target, targets};
use crate::support::{BUREAU, CATALOGUE};

#[tokio::test]
async fn the_department_is_evaluated_by_its_own_goals_and_shows_its_projects() {
    let (app, people, _) = county(CATALOGUE).await;
    project(&app, "training", "teaching", "in_budget").await;
    project(&app, "idea", "teaching", "proposed").await;
    item(&app, "courses", "training", "own", [200_000, 0, 225_000]).await;
    // What the bureau has not detailed to its schools yet; nothing of it is any project's.
    app.execute(
        "INSERT INTO budget_items (bureau_id, item, year, is_lump, organisation, name, source, is_procurement, recorded_by, recorded_at)
             VALUES (1, 'lump', 2022, true, '990001', '待分配', 'initial', false, 'user:finance', '2022-01-02');
         INSERT INTO budget_entries (bureau_id, item, entry, year, kind, amount, day, counterpart, recorded_by, recorded_at)
             VALUES (1, 'lump', 1, 2022, 'original', 700000, '2022-01-02', NULL, 'user:finance', '2022-01-02'),
                    (1, 'lump', 2, 2022, 'detailed', 200000, '2022-03-01', 'initial', 'user:finance', '2022-03-01');
         INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, counterpart, recorded_by, recorded_at)
             SELECT 1, item, 3, 2022, school, 'received', 200000, '2022-03-01', 'lump', 'user:finance', '2022-03-01'
             FROM budget_items WHERE item = 'initial'",
    )
    .await;
    goal(&app, "overall", "overall", BUREAU, &[target("pupils", "quantity", 30, Some(("pupils", "at_least", 170)))])
        .await;
    goal(
        &app,
        "teaching",
        "duty",
        "teaching",
        &[
            target("grants", "quality", 10, Some(("grant", "at_least", 1200))),
            target("boarders", "social", 5, Some(("boarders", "at_most", 20))),
        ],
    )
    .await;
    goal(&app, "activity", "activity", "teaching", &targets()).await;
    people.evaluate(&path("project", PROJECT), &entered()).await;

    let sheet = people.leader.get(&path("department", BUREAU)).await.expect(200)["sheet"].clone();
    // 1,300,000 + 200,000 detailed + 200,000 + the 500,000 that are left of the lump; 975,000 + 225,000 were paid.
    let total = &sheet["funds"][0];
    assert_eq!((&total["original"], &total["budget"]), (&json!(2_000_000), &json!(2_200_000)));
    assert_eq!((&total["executed"], &total["rate"]), (&json!(1_200_000), &json!(54.55)));
    assert_eq!(sheet["funds"][3]["budget"], 200_000);
    let goals: Vec<_> = sheet["goals"].as_array().expect("goals").iter().map(|goal| goal["goal"].clone()).collect();
    assert_eq!(goals, ["overall", "teaching"], "neither activities nor projects");
    // Output: 15 of 30 and 10 of 10, together 25 of 40; benefit: 3.75 of 5; of satisfaction there is no target.
    assert_eq!(
        sheet["parts"],
        json!([
            {"part": "execution", "points": 11.11, "score": 6.06},
            {"part": "output", "points": 55.56, "score": 34.72},
            {"part": "benefit", "points": 33.33, "score": 25},
            {"part": "satisfaction", "points": 0, "score": 0},
        ])
    );
    assert_eq!((&sheet["total"], &sheet["grade"]), (&json!(65.78), &json!("fair")));
    let projects = sheet["projects"].as_array().expect("projects");
    assert_eq!(projects.len(), 2, "what was only proposed is not among them");
    let renovation = &projects[0];
    assert_eq!(
        (&renovation["project"], &renovation["total"], &renovation["grade"]),
        (&json!(PROJECT), &json!(81), &json!("good"))
    );
    assert_eq!(
        (&renovation["targets"], &renovation["reached"], &renovation["unreported"]),
        (&json!(3), &json!(1), &json!(0))
    );
    assert_eq!((&renovation["budget"], &renovation["rate"]), (&json!(1_500_000), &json!(65)));
    let training = &projects[1];
    assert_eq!(
        (&training["project"], &training["rate"], &training["total"]),
        (&json!("training"), &json!(112.5), &json!(null))
    );
}
