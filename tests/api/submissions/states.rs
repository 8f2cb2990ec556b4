//! Which state allows which action, and what each role is told that it may do.

use serde_json::{Value, json};

use super::STATES;
use crate::support::{Client, Desk, TestApp, document, pupils};

/// What each state allows, and what is harmless in it because it is done already.
fn allowed(state: &str) -> (&'static [&'static str], &'static str) {
    match state {
        "not_begun" => (&["save"], ""),
        "draft" => (&["save", "submit"], ""),
        "submitted" => (&["return", "accept"], "submit"),
        "returned" => (&["save", "submit"], "return"),
        "accepted" => (&["reopen"], "accept"),
        _ => (&["save", "submit"], "reopen"),
    }
}

#[tokio::test]
async fn what_the_state_forbids_is_refused_with_the_state_and_what_it_allows() {
    for state in STATES {
        let app = TestApp::with_catalogue().await;
        let desk = Desk::basics(&app).await;
        desk.bring_to(state, &document(&pupils(1, 1))).await;
        let (allowed, done) = allowed(state);
        for action in ["save", "submit", "return", "accept", "reopen"] {
            if allowed.contains(&action) || action == done {
                continue;
            }
            let path = format!("{}/{action}", desk.path);
            let answer = match action {
                "save" => desk.save(&document(&pupils(2, 2))).await,
                "submit" => desk.principal.post(&path, &json!({})).await,
                _ => desk.officer.post(&path, &json!({"note": "原因"})).await,
            };
            answer.problem(409, "state_forbids");
            assert_eq!(
                (&answer.json()["state"], &answer.json()["allowed"]),
                (&json!(state), &json!(allowed)),
                "{action}"
            );
        }
    }
}

#[tokio::test]
async fn everybody_is_told_what_they_may_do_in_each_state() {
    const NOBODY: [(&str, &[&str]); 4] = [("officer2", &[]), ("finance", &[]), ("leader", &[]), ("auditor", &[])];
    for state in STATES {
        let app = TestApp::with_catalogue().await;
        add_officer_of_another_section(&app).await;
        let desk = Desk::basics(&app).await;
        desk.bring_to(state, &document(&pupils(1, 1))).await;
        let (allowed, _) = allowed(state);
        let only = |own: &[&str]| allowed.iter().copied().filter(|action| own.contains(action)).collect::<Vec<_>>();
        let schools = [("reporter", only(&["save"])), ("principal", only(&["save", "submit"]))];
        let reviewers = [("officer", only(&["return", "accept", "reopen"]))];
        let others = NOBODY.map(|(who, actions)| (who, actions.to_vec()));
        for (who, expected) in schools.into_iter().chain(reviewers).chain(others) {
            let client = app.log_in(who).await;
            assert_eq!(may(&client, &desk).await, json!(expected), "{who} in {state}");
        }
    }
}

async fn may(client: &Client, desk: &Desk) -> Value {
    client.get(&desk.path).await.expect(200)["may"].clone()
}

async fn add_officer_of_another_section(app: &TestApp) {
    app.execute(
        "INSERT INTO users SELECT bureau_id, 'officer2', 'officer2', 'finance', '{section_officer}', password_hash,
             false, 1, created_at, updated_at FROM users WHERE username = 'officer' AND bureau_id = 1",
    )
    .await;
}

#[tokio::test]
async fn only_the_section_of_the_form_decides() {
    let app = TestApp::with_catalogue().await;
    add_officer_of_another_section(&app).await;
    let desk = Desk::basics(&app).await;
    desk.bring_to("submitted", &document(&pupils(1, 1))).await;
    for who in ["officer2", "finance"] {
        let other = app.log_in(who).await;
        for action in ["return", "accept", "reopen"] {
            let answer = other.post(&format!("{}/{action}", desk.path), &json!({"note": "原因"})).await;
            answer.problem(403, "forbidden");
        }
    }
    assert_eq!(desk.read().await["state"], "submitted");
}
