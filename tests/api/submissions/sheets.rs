//! A form, a period and a school must go together, and each way in which they may not has a code.

use crate::support::{CLOSED_SCHOOL, JUNIOR_SCHOOL, SCHOOL, SIBLING, TestApp, cell, document, sheet};

#[tokio::test]
async fn what_does_not_go_together_is_told_apart() {
    let app = TestApp::with_catalogue().await;
    for (who, path, code) in [
        ("principal4", sheet("drills", "2023-01", JUNIOR_SCHOOL), "?school school_not_in_form"),
        ("principal3", sheet("basics", "2022", CLOSED_SCHOOL), "?school school_not_open"),
        ("principal4", sheet("basics", "2021", JUNIOR_SCHOOL), "?school school_not_open"),
        ("reporter", sheet("basics", "2022-06", SCHOOL), "?period wrong_period_type"),
        ("reporter", sheet("drills", "2022", SCHOOL), "?period wrong_period_type"),
        ("reporter", sheet("basics", "SY2022", SCHOOL), "?period wrong_period_type"),
        ("reporter", sheet("basics", "last-year", SCHOOL), "?period invalid_period"),
        ("reporter", sheet("drills", "2022-13", SCHOOL), "?period invalid_period"),
        ("reporter", sheet("basics", "20222", SCHOOL), "?period invalid_period"),
    ] {
        let client = app.log_in(who).await;
        assert_eq!(client.get(&path).await.problem(422, "validation_failed"), [code], "{path}");
        assert_eq!(client.put(&path, &document(&[])).await.problem(422, "validation_failed"), [code], "{path}");
        let answer = client.post(&format!("{path}/submit"), &serde_json::json!({})).await;
        assert_eq!(answer.problem(422, "validation_failed"), [code], "{path}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let app = TestApp::with_catalogue().await;
    let (reporter, officer) = (app.log_in("reporter").await, app.log_in("officer").await);
    for (client, path) in [
        (&reporter, sheet("unicorns", "2022", SCHOOL)),
        (&reporter, sheet("basics", "2022", SIBLING)),
        (&reporter, sheet("basics", "2022", "2199000009")),
        (&reporter, sheet("basics", "2022", "nowhere")),
        (&officer, sheet("basics", "2022", "nowhere")),
        (&officer, sheet("basics", "2022", "2199000009")),
        // An organisation, but not a school.
        (&officer, sheet("basics", "2022", "teaching")),
        (&officer, sheet("basics", "2022", "990001")),
    ] {
        client.get(&path).await.problem(404, "not_found");
    }
    reporter.put(&sheet("basics", "2022", SIBLING), &document(&[])).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_period_counts_the_schools_of_its_time() {
    let app = TestApp::with_catalogue().await;
    let closed = app.log_in("principal3").await;
    let body = document(&[cell("boarders", 1)]);
    // Closed in August 2021, so the year 2021 is still its own, and the month before.
    closed.put(&sheet("basics", "2021", CLOSED_SCHOOL), &body).await.expect(201);
    for (period, status) in [("2021-08", 200), ("2021-09", 422)] {
        closed.get(&sheet("drills", period, CLOSED_SCHOOL)).await.expect(status);
    }
    let junior = app.log_in("principal4").await;
    junior.put(&sheet("basics", "2022", JUNIOR_SCHOOL), &body).await.expect(201);
}
