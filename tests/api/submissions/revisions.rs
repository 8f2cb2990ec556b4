//! Revisions: what was submitted, as it was, and how two differ.

use serde_json::{Value, json};

use crate::support::{Desk, SCHOOL, SIBLING, TestApp, cell, document, pupils, sheet};

/// A desk with three revisions: 2 pupils; 4 pupils and a remark; 4 pupils.
async fn three_revisions(app: &TestApp) -> Desk {
    let desk = Desk::basics(app).await;
    desk.bring_to("returned", &document(&pupils(1, 1))).await;
    let mut cells = pupils(1, 3);
    cells.push(cell("remark", "好"));
    desk.save(&document(&cells)).await.expect(200);
    desk.submit().await.expect(200);
    desk.accept().await.expect(200);
    desk.reopen().await.expect(200);
    desk.save(&document(&pupils(1, 3))).await.expect(200);
    desk.submit().await.expect(200);
    desk
}

#[tokio::test]
async fn they_are_listed_the_oldest_first_page_by_page() {
    let app = TestApp::with_catalogue().await;
    let desk = three_revisions(&app).await;
    let path = format!("{}/revisions", desk.path);
    let numbers = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|each| each["revision"].clone()).collect::<Vec<_>>()
    };
    let all = desk.reporter.get(&path).await.expect(200);
    assert_eq!(numbers(&all), [1, 2, 3]);
    assert_eq!(all["items"][0]["submitted_by"], "user:principal");
    let first = desk.reporter.get(&format!("{path}?limit=2")).await.expect(200);
    let cursor = first["next"].as_str().unwrap();
    let second = desk.reporter.get(&format!("{path}?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(
        (numbers(&first), numbers(&second), &second["next"]),
        (vec![json!(1), json!(2)], vec![json!(3)], &Value::Null)
    );
}

#[tokio::test]
async fn each_stays_as_it_was() {
    let app = TestApp::with_catalogue().await;
    let desk = three_revisions(&app).await;
    let revision = async |n: u32| desk.officer.get(&format!("{}/revisions/{n}", desk.path)).await.expect(200);
    let values: Vec<Value> = [revision(1).await, revision(2).await, revision(3).await]
        .iter()
        .map(|each| json!([each["values"][0]["value"], each["values"].as_array().unwrap().len()]))
        .collect();
    assert_eq!(values, [json!([2, 3]), json!([4, 4]), json!([4, 3])]);
}

#[tokio::test]
async fn two_are_compared_cell_by_cell() {
    let app = TestApp::with_catalogue().await;
    let desk = three_revisions(&app).await;
    let change = |indicator: &str, dimensions: Value, before: Value, after: Value| json!({"indicator": indicator, "dimensions": dimensions, "before": before, "after": after});
    let (total, boys) = (
        change("pupils", json!({}), json!(2), json!(4)),
        change("pupils_by_sex", json!({"sex": "boys"}), json!(1), json!(3)),
    );
    for (query, against, changes) in [
        ("2/diff", 1, vec![total.clone(), boys.clone(), change("remark", json!({}), Value::Null, json!("好"))]),
        ("3/diff", 2, vec![change("remark", json!({}), json!("好"), Value::Null)]),
        ("3/diff?against=1", 1, vec![total, boys]),
        ("1/diff?against=1", 1, vec![]),
    ] {
        let diff = desk.reporter.get(&format!("{}/revisions/{query}", desk.path)).await.expect(200);
        assert_eq!((&diff["against"], &diff["changes"]), (&json!(against), &json!(changes)), "{query}");
    }
    let first = desk.reporter.get(&format!("{}/revisions/1/diff", desk.path)).await.expect(200);
    assert_eq!((&first["against"], first["changes"].as_array().unwrap().len()), (&json!(0), 3));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::with_catalogue().await;
    let desk = three_revisions(&app).await;
    for path in ["4", "0", "-1", "99999999999", "first", "4/diff", "3/diff?against=4", "-2147483648/diff"] {
        desk.reporter.get(&format!("{}/revisions/{path}", desk.path)).await.problem(404, "not_found");
    }
    for path in [sheet("basics", "2022", SIBLING), sheet("unicorns", "2022", SCHOOL), sheet("basics", "2021", SCHOOL)] {
        desk.reporter.get(&format!("{path}/revisions/1")).await.problem(404, "not_found");
    }
    desk.reporter.get(&format!("{}/revisions", sheet("basics", "2022", SIBLING))).await.problem(404, "not_found");
    let answer = desk.reporter.get(&format!("{}/revisions/3/diff?against=first", desk.path)).await;
    assert_eq!(answer.problem(400, "invalid_parameter"), ["?against wrong_format"]);
}

#[tokio::test]
async fn the_list_is_of_something_that_exists() {
    let app = TestApp::with_catalogue().await;
    let officer = app.log_in("officer").await;
    for path in
        [sheet("basics", "2022", "nowhere"), sheet("unicorns", "2022", SCHOOL), sheet("basics", "2022", "2199000009")]
    {
        officer.get(&format!("{path}/revisions")).await.problem(404, "not_found");
    }
    let none = officer.get(&format!("{}/revisions", sheet("basics", "2022", SIBLING))).await.expect(200);
    assert_eq!(none, json!({"items": [], "next": null}));
}
