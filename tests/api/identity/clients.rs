//! Machine clients, as administrators keep them.

use serde_json::{Value, json};

use super::{ask, text, who};
use crate::support::{Answer, BUREAU, OTHER_BUREAU, TestApp};

fn definition() -> Value {
    json!({"name": "教务系统", "organisation": "2199000001", "scopes": ["catalogue:read", "submissions:write"]})
}

async fn let_in(app: &TestApp, registered: &Value) -> Answer {
    let (id, secret) = (text(&registered["client"]["client_id"]), text(&registered["secret"]));
    ask(app, &[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)]).await
}

#[tokio::test]
async fn an_administrator_registers_changes_and_revokes_a_client() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let answer = admin.post("/v1/clients", &definition()).await;
    let registered = answer.expect(201);
    let id = text(&registered["client"]["client_id"]);
    let path = format!("/v1/clients/{id}");
    assert!(id.starts_with("c-") && id.ends_with("@990001"), "{id}");
    assert_eq!(answer.headers["location"].to_str().unwrap(), path);
    let tokens = let_in(&app, &registered).await.expect(200);

    let read = admin.get(&path).await;
    assert_eq!(read.expect(200), registered["client"]);
    assert_eq!(admin.get("/v1/clients").await.expect(200)["items"], json!([registered["client"]]));

    let fewer = json!({"scopes": ["catalogue:read"]});
    admin.patch(&path, &fewer).await.problem(428, "precondition_required");
    let changed = admin.with("if-match", &read.etag()).patch(&path, &fewer).await.expect(200);
    assert_eq!((&changed["scopes"], &changed["name"]), (&fewer["scopes"], &json!("教务系统")));
    assert_eq!(who(&app, &tokens).await.expect(200)["permissions"], fewer["scopes"], "at once, with the same token");

    let rotated = admin.post(&format!("{path}/rotate-secret"), &Value::Null).await;
    rotated.problem(413, "payload_too_large");
    let rotated = admin.send(reqwest::Method::POST, &format!("{path}/rotate-secret"), None).await.expect(200);
    assert_ne!(rotated["secret"], registered["secret"]);
    let_in(&app, &registered).await.expect(401);
    let_in(&app, &rotated).await.expect(200);

    admin.delete(&path).await.problem(428, "precondition_required");
    let any = admin.with("if-match", "*");
    any.delete(&path).await.expect(204);
    any.delete(&path).await.expect(204);
    who(&app, &tokens).await.problem(401, "invalid_token");
    let_in(&app, &rotated).await.expect(401);
    assert_eq!(admin.get(&path).await.expect(200)["revoked"], true);
    let late = any.patch(&path, &fewer).await;
    late.problem(409, "state_forbids");
    assert_eq!(late.json()["state"], "revoked");
    admin.send(reqwest::Method::POST, &format!("{path}/rotate-secret"), None).await.problem(409, "state_forbids");

    let journal = "SELECT jsonb_agg(action ORDER BY id) FROM journal WHERE subject_type = 'client'";
    let actions = json!(["client.create", "client.change", "client.rotate_secret", "client.revoke"]);
    assert_eq!(app.query(journal).await, actions);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_stored_nowhere() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await.with("idempotency-key", "one");
    let registered = admin.post("/v1/clients", &definition()).await.expect(201);
    let repeated = admin.post("/v1/clients", &definition()).await.expect(201);
    assert_eq!(repeated, json!({"client": registered["client"]}), "one client, and its secret is gone");
    let_in(&app, &registered).await.expect(200);
    let secret = text(&registered["secret"]);
    for table in ["clients", "journal"] {
        let rows = app.query(&format!("SELECT jsonb_agg(to_jsonb({table})) FROM {table}")).await.to_string();
        assert!(!rows.contains(secret), "the secret is in {table}");
    }
    let kept = app.query("SELECT jsonb_agg(convert_from(body, 'UTF8')) FROM idempotency_keys").await.to_string();
    assert!(kept.contains("教务系统") && !kept.contains(secret), "{kept}");
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM clients").await, 1);
}

#[tokio::test]
async fn scopes_fit_the_organisation_and_nobody_manages_accounts_by_machine() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let every = json!([
        "organisations:read",
        "organisations:write",
        "catalogue:read",
        "catalogue:write",
        "submissions:read",
        "submissions:write",
        "submissions:sign",
        "submissions:review",
        "windows:extend",
        "figures:read",
        "accounts:manage",
    ]);
    for (organisation, refused) in
        [("2199000001", vec![1, 3, 7, 8, 10]), ("teaching", vec![1, 3, 5, 6, 10]), (BUREAU, vec![7, 10])]
    {
        let client = json!({"name": "某", "organisation": organisation, "scopes": every});
        let mut expected: Vec<String> = refused.iter().map(|index| format!("/scopes/{index} not_allowed")).collect();
        expected.sort();
        let answer = admin.post("/v1/clients", &client).await;
        assert_eq!(answer.problem(422, "validation_failed"), expected, "{organisation}");
    }
    let wrong = json!({"name": " ", "organisation": "2199000001", "scopes": ["moon:fetch"], "secret": "mine"});
    assert_eq!(
        admin.post("/v1/clients", &wrong).await.problem(422, "validation_failed"),
        ["/name wrong_format", "/scopes/0 not_allowed", "/secret unknown_field",]
    );
    let wrong = json!({"name": "某", "organisation": "nowhere", "scopes": ["figures:read", "figures:read"]});
    assert_eq!(
        admin.post("/v1/clients", &wrong).await.problem(422, "validation_failed"),
        ["/organisation unknown_reference", "/scopes/1 duplicate",]
    );
    let registered = admin.post("/v1/clients", &definition()).await.expect(201);
    let path = format!("/v1/clients/{}", text(&registered["client"]["client_id"]));
    let more = json!({"scopes": ["catalogue:read", "submissions:review"]});
    let answer = admin.with("if-match", "*").patch(&path, &more).await;
    assert_eq!(answer.problem(422, "validation_failed"), ["/scopes/1 not_allowed"]);
}

#[tokio::test]
async fn another_bureaus_clients_do_not_exist() {
    let app = TestApp::start().await;
    let registered = app.log_in("admin").await.post("/v1/clients", &definition()).await.expect(201);
    let path = format!("/v1/clients/{}", text(&registered["client"]["client_id"]));
    let other = app.log_in(&format!("admin@{OTHER_BUREAU}")).await.with("if-match", "*");
    assert_eq!(other.get("/v1/clients").await.expect(200)["items"], json!([]));
    other.get(&path).await.problem(404, "not_found");
    other.delete(&path).await.problem(404, "not_found");
    other.patch(&path, &json!({"name": "x"})).await.problem(404, "not_found");
    other.get("/v1/clients/c-%00@990002").await.problem(404, "not_found");
    let_in(&app, &registered).await.expect(200);
}
