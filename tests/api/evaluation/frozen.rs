//! What is final stays as it is, and comes to the same when it is computed again.

use serde_json::{Value, json};

use super::world::{PROJECT, county, entered, path, pay, target};
use crate::support::{BUREAU, CATALOGUE, SCHOOL, cell, document, pupils};

/// Everything on which a sheet rests changes.
async fn everything_changes(app: &crate::support::TestApp, desk: &crate::support::Desk) {
    pay(app, "initial", 300_000, "2022-12-31").await;
    desk.reopen().await.expect(200);
    let mut cells = pupils(60, 60);
    cells.extend([cell("boarders", 10), cell("grant", 900)]);
    desk.save(&document(&cells)).await.expect(200);
    desk.submit().await.expect(200);
    desk.accept().await.expect(200);
    let content = json!({"description": "另一个目标", "measures": [],
        "targets": [target("pupils", "quantity", 90, Some(("pupils", "at_least", 10)))]});
    app.execute(&format!(
        "UPDATE goal_versions SET superseded_at = clock_timestamp() WHERE goal = '{PROJECT}';
         INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version, reason,
             approved_by, approved_at, updated_by, updated_at)
         VALUES (1, 2022, '{PROJECT}', 2, '{SCHOOL}', 'teaching', '目标', '{content}', 'approved', 4, '调整', 'user:leader',
             clock_timestamp(), 'user:leader', now());
         UPDATE project_revisions SET superseded_at = clock_timestamp() WHERE project = '{PROJECT}';
         INSERT INTO project_revisions SELECT bureau_id, project, 2, school, '改名', 'operation', 'finance', first_year, last_year,
             is_key, is_special_fund, summary, 'completed', 'complete', note, recorded_by, clock_timestamp(), NULL
             FROM project_revisions WHERE project = '{PROJECT}';
         UPDATE catalogue_versions SET superseded_at = clock_timestamp() WHERE version = 1;
         INSERT INTO catalogue_versions SELECT bureau_id, 2,
             jsonb_set(document, '{{policies,0,scoring,weights}}',
                 '{{\"execution\": 40, \"output\": 40, \"benefit\": 10, \"satisfaction\": 10}}'),
             clock_timestamp(), recorded_by, NULL FROM catalogue_versions WHERE version = 1"
    ))
    .await;
}

/// An evaluation without what depends on who asks.
fn lasting(mut evaluation: Value) -> Value {
    evaluation.as_object_mut().expect("an object").remove("may");
    evaluation
}

#[tokio::test]
async fn what_is_final_stays_whatever_is_paid_accepted_or_amended_later() {
    let (app, people, desk) = county(CATALOGUE).await;
    let (project, school) = (path("project", PROJECT), path("school", SCHOOL));
    app.seal().await;
    let head = app.log_in("auditor").await.get("/v1/journal/head").await.expect(200)["position"].clone();
    let done = people.evaluate(&project, &entered()).await;
    assert!(head.as_i64() > Some(0));
    assert_eq!(done["journal_position"], head, "what happened since is not sealed yet");
    assert_eq!(done["sheet"]["as_of"], done["frozen_as_of"]);
    let before = people.reporter.get(&school).await.expect(200)["sheet"].clone();

    everything_changes(&app, &desk).await;
    let after = people.reporter.get(&school).await.expect(200)["sheet"].clone();
    assert_ne!(before["funds"], after["funds"], "what is not final goes on changing");
    for person in [&people.reporter, &people.finance, &people.leader] {
        assert_eq!(lasting(person.get(&project).await.expect(200)), lasting(done.clone()));
        let again = person.get(&format!("{project}/recompute")).await.expect(200);
        assert_eq!(again["identical"], true, "{again}");
        assert_eq!(again["sheet"], done["sheet"]);
        assert_eq!(again["as_of"], done["frozen_as_of"]);
    }
    let fresh = people.reporter.with("if-none-match", "*").get(&project).await;
    assert_eq!(fresh.status.as_u16(), 304, "what is final does not change any more");
    people.reporter.get(&format!("{school}/recompute")).await.problem(409, "state_forbids");
}

#[tokio::test]
async fn the_department_and_its_projects_are_frozen_as_well() {
    let (app, people, desk) = county(CATALOGUE).await;
    let department = path("department", BUREAU);
    let duty = [target("pupils", "quantity", 10, Some(("pupils", "at_least", 80)))];
    super::world::goal(&app, "duty", "duty", "teaching", &duty).await;
    people.finance.put(&department, &json!({})).await.expect(201);
    people.finance.post(&format!("{department}/submit"), &json!({})).await.expect(200);
    app.execute(
        "INSERT INTO users SELECT bureau_id, 'finance2', 'finance2', organisation, roles, password_hash, false, 1,
             created_at, updated_at FROM users WHERE username = 'finance' AND bureau_id = 1",
    )
    .await;
    app.log_in("finance2").await.post(&format!("{department}/review"), &json!({})).await.expect(200);
    let done = people.finalise(&department).await.expect(200);
    assert_eq!(done["sheet"]["projects"][0]["total"], Value::Null);
    // The project becomes final after the department did, and everything else changes.
    people.evaluate(&path("project", PROJECT), &entered()).await;
    everything_changes(&app, &desk).await;
    assert_eq!(people.leader.get(&department).await.expect(200)["sheet"], done["sheet"]);
    let again = people.leader.get(&format!("{department}/recompute")).await.expect(200);
    assert_eq!((&again["identical"], &again["sheet"]), (&json!(true), &done["sheet"]));
}

#[tokio::test]
async fn nothing_becomes_final_while_something_is_missing_again() {
    let (_app, people, desk) = county(CATALOGUE).await;
    let path = path("project", PROJECT);
    people.save(&path, &entered()).await.expect(201);
    people.submit(&path).await.expect(200);
    people.review(&path, &json!({})).await.expect(200);
    // 120 pupils are 20 % above the target, of which nobody has said why.
    desk.reopen().await.expect(200);
    let mut cells = pupils(60, 60);
    cells.extend([cell("boarders", 25), cell("grant", 1200)]);
    desk.save(&document(&cells)).await.expect(200);
    desk.submit().await.expect(200);
    desk.accept().await.expect(200);
    let violations = people.finalise(&path).await.problem(422, "validation_failed");
    assert_eq!(violations, ["/indicators/0/reason required_value"]);
    assert_eq!(people.leader.get(&path).await.expect(200)["state"], "reviewed");
}
