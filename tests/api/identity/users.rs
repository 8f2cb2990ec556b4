//! Users, as administrators keep them and as they keep themselves.

use std::time::{Duration, Instant};

use jixiao::identity::{NewUser, Role, create_user, hash_password};
use jixiao::platform::access::Scope;
use jixiao::platform::error::Code;
use serde_json::{Value, json};

use super::{log_in, refresh, tokens_of, who};
use crate::support::{BUREAU, Client, OTHER_BUREAU, PASSWORD, TestApp};

const NEW_PASSWORD: &str = "quiet rivers bend slowly";

fn reporter() -> Value {
    json!({
        "display_name": "第一小学填报员", "organisation": "2199000001", "roles": ["school_reporter"],
        "password": NEW_PASSWORD,
    })
}

/// Whatever version there is.
fn any(client: &Client) -> Client {
    client.with("if-match", "*")
}

#[tokio::test]
async fn an_administrator_adds_reads_changes_and_disables_a_user() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let added = admin.put("/v1/users/xin.jiaoshi", &reporter()).await;
    let user = added.expect(201);
    assert_eq!(added.headers["location"], "/v1/users/xin.jiaoshi");
    assert_eq!((&user["username"], &user["disabled"]), (&json!("xin.jiaoshi"), &json!(false)));
    assert_eq!(user.get("password"), None);
    let tokens = log_in(&app, "xin.jiaoshi", NEW_PASSWORD).await.expect(200);
    assert_eq!(who(&app, &tokens).await.expect(200)["roles"], json!(["school_reporter"]));

    let read = admin.get("/v1/users/xin.jiaoshi").await;
    assert_eq!(read.expect(200), user);
    assert_eq!(read.etag(), added.etag());
    admin.with("if-none-match", &read.etag()).get("/v1/users/xin.jiaoshi").await.expect(304);

    let promotion = json!({"roles": ["principal"]});
    admin.patch("/v1/users/xin.jiaoshi", &promotion).await.problem(428, "precondition_required");
    let promoted = admin.with("if-match", &read.etag()).patch("/v1/users/xin.jiaoshi", &promotion).await;
    assert_eq!(promoted.expect(200)["roles"], json!(["principal"]));
    admin
        .with("if-match", &read.etag())
        .patch("/v1/users/xin.jiaoshi", &promotion)
        .await
        .problem(412, "precondition_failed");
    let now = who(&app, &tokens).await.expect(200);
    assert!(
        now["permissions"].as_array().unwrap().contains(&json!("submissions:sign")),
        "at once, in the same session"
    );

    any(&admin).patch("/v1/users/xin.jiaoshi", &json!({"disabled": true})).await.expect(200);
    who(&app, &tokens).await.problem(401, "invalid_token");
    refresh(&app, &tokens).await.expect(400);
    log_in(&app, "xin.jiaoshi", NEW_PASSWORD).await.expect(400);

    any(&admin).patch("/v1/users/xin.jiaoshi", &json!({"disabled": false})).await.expect(200);
    who(&app, &tokens).await.problem(401, "invalid_token");
    log_in(&app, "xin.jiaoshi", NEW_PASSWORD).await.expect(200);

    let journal = "SELECT jsonb_agg(action ORDER BY id) FROM journal WHERE subject = 'xin.jiaoshi'";
    assert_eq!(app.query(journal).await, json!(["user.create", "user.change", "user.change", "user.change"]));
}

#[tokio::test]
async fn what_is_put_again_changes_nothing_and_a_password_in_it_ends_the_sessions() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    admin.with("if-none-match", "*").put("/v1/users/reporter", &reporter()).await.problem(412, "precondition_failed");
    let added = admin.put("/v1/users/xin", &reporter()).await;
    added.expect(201);
    let tokens = log_in(&app, "xin", NEW_PASSWORD).await.expect(200);
    let mut again = reporter();
    again.as_object_mut().unwrap().remove("password");
    let unchanged = any(&admin).put("/v1/users/xin", &again).await;
    assert_eq!((unchanged.expect(200), unchanged.etag()), (added.expect(201), added.etag()));
    who(&app, &tokens).await.expect(200);

    again["password"] = json!("another good password");
    any(&admin).put("/v1/users/xin", &again).await.expect(200);
    who(&app, &tokens).await.problem(401, "invalid_token");
    log_in(&app, "xin", NEW_PASSWORD).await.expect(400);
    log_in(&app, "xin", "another good password").await.expect(200);

    let journal = app.query("SELECT jsonb_agg(to_jsonb(journal)) FROM journal").await.to_string();
    let stored = app.query("SELECT jsonb_agg(to_jsonb(users)) FROM users").await.to_string();
    for secret in [NEW_PASSWORD, "another good password", "argon2"] {
        assert!(!journal.contains(secret), "{secret} is in the journal");
    }
    assert!(!stored.contains(NEW_PASSWORD) && stored.contains("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_user_is_named() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let wrong = json!({
        "display_name": "", "organisation": "2199000001", "roles": ["emperor"], "password": "short", "age": 7,
    });
    assert_eq!(
        admin.put("/v1/users/xin", &wrong).await.problem(422, "validation_failed"),
        [
            "/age unknown_field",
            "/display_name wrong_format",
            "/display_name wrong_length",
            "/password wrong_length",
            "/roles/0 not_allowed",
        ]
    );
    let wrong =
        json!({"display_name": "新", "organisation": "nowhere", "roles": ["leader"], "password": "password12345"});
    assert_eq!(
        admin.put("/v1/users/xin", &wrong).await.problem(422, "validation_failed"),
        ["/organisation unknown_reference", "/password not_allowed",]
    );
    let wrong =
        json!({"display_name": "新", "organisation": "teaching", "roles": ["leader", "section_officer", "leader"]});
    assert_eq!(
        admin.put("/v1/users/xin", &wrong).await.problem(422, "validation_failed"),
        ["/password missing", "/roles/0 inconsistent", "/roles/2 duplicate",]
    );
    let moved = any(&admin).patch("/v1/users/officer", &json!({"organisation": "2199000001"})).await;
    assert_eq!(moved.problem(422, "validation_failed"), ["/organisation inconsistent"]);
    let with_its_name = json!({"password": "the officer himself"});
    let answer = any(&admin).patch("/v1/users/officer", &with_its_name).await;
    assert_eq!(answer.problem(422, "validation_failed"), ["/password not_allowed"]);
    let answer = any(&admin).patch("/v1/users/officer", &json!({"disabled": null})).await;
    assert_eq!(answer.problem(422, "validation_failed"), ["/disabled wrong_type"]);
    for name in ["X", "x", "-x-", "%E5%BC%A0", "a@b"] {
        let answer = admin.put(&format!("/v1/users/{name}"), &reporter()).await;
        assert_eq!(answer.problem(400, "invalid_parameter"), ["?username wrong_format"], "{name}");
        admin.get(&format!("/v1/users/{name}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn roles_are_held_where_they_belong() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let (school, section, bureau) = ("2199000001", "teaching", BUREAU);
    for (role, places) in [
        ("school_reporter", vec![school]),
        ("principal", vec![school]),
        ("section_officer", vec![section]),
        ("finance_officer", vec![section, bureau]),
        ("leader", vec![bureau]),
        ("auditor", vec![bureau]),
        ("administrator", vec![bureau]),
    ] {
        for organisation in [school, section, bureau] {
            let user = json!({"display_name": "某", "organisation": organisation, "roles": [role]});
            let answer = any(&admin).put("/v1/users/leader", &user).await;
            assert_eq!(
                answer.status == 200,
                places.contains(&organisation),
                "{role} at {organisation}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn administrators_cannot_lock_themselves_out() {
    let app = TestApp::start().await;
    let admin = any(&app.log_in("admin").await);
    for change in [json!({"disabled": true}), json!({"roles": ["leader"]})] {
        admin.patch("/v1/users/admin", &change).await.problem(409, "state_forbids");
    }
    let roles = json!({"roles": ["leader", "administrator"], "display_name": "管理员"});
    assert_eq!(admin.patch("/v1/users/admin", &roles).await.expect(200)["display_name"], "管理员");
    admin.patch("/v1/users/leader", &json!({"roles": ["administrator"]})).await.expect(200);
    any(&app.log_in("leader").await).patch("/v1/users/admin", &json!({"disabled": true})).await.expect(200);
    admin.get("/v1/users").await.problem(401, "invalid_token");
}

#[tokio::test]
async fn users_are_listed_page_by_page_for_the_own_bureau_alone() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    };
    let mut seen = Vec::new();
    let mut path = "/v1/users?limit=4".to_owned();
    for _ in 0..9 {
        let page = admin.get(&path).await.expect(200);
        seen.extend(names(&page));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/users?limit=4&cursor={next}");
    }
    assert_eq!(seen.len(), 11);
    assert!(seen.is_sorted());
    let of_one = admin.get("/v1/users?organisation=2199000001").await.expect(200);
    assert_eq!(names(&of_one), ["principal", "reporter"]);
    let cursor = path.rsplit('=').next().unwrap();
    let foreign = admin.get(&format!("/v1/users?organisation=teaching&cursor={cursor}")).await;
    assert_eq!(foreign.problem(400, "invalid_parameter"), ["?cursor wrong_format"]);
    assert_eq!(admin.get("/v1/users?limit=0&x=1").await.problem(400, "invalid_parameter"), ["?x unknown_field"]);

    let other = app.log_in(&format!("admin@{OTHER_BUREAU}")).await;
    assert_eq!(names(&other.get("/v1/users").await.expect(200)).len(), 7);
    other.get("/v1/users/reporter2").await.problem(404, "not_found");
    any(&other).patch("/v1/users/reporter2", &json!({"disabled": true})).await.problem(404, "not_found");
}

#[tokio::test]
async fn only_administrators_manage_accounts() {
    let app = TestApp::start().await;
    for name in ["reporter", "principal", "officer", "finance", "leader", "auditor"] {
        let client = app.log_in(name).await;
        for path in ["/v1/users", "/v1/users/admin", "/v1/clients", "/v1/clients/c-1@990001"] {
            client.get(path).await.problem(403, "forbidden");
        }
        client.put("/v1/users/xin", &reporter()).await.problem(403, "forbidden");
        any(&client).patch("/v1/users/admin", &json!({"disabled": true})).await.problem(403, "forbidden");
    }
}

#[tokio::test]
async fn what_another_process_did_to_an_account_is_felt_within_seconds() {
    let app = TestApp::start().await;
    let tokens = tokens_of(&app, "reporter").await;
    who(&app, &tokens).await.expect(200);
    app.execute("UPDATE users SET disabled = true WHERE username = 'reporter'").await;
    let began = Instant::now();
    while who(&app, &tokens).await.status == 200 {
        assert!(began.elapsed() < Duration::from_secs(5), "the account goes on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn users_change_their_password_and_log_in_anew() {
    let app = TestApp::start().await;
    let (tokens, elsewhere) = (tokens_of(&app, "reporter").await, tokens_of(&app, "reporter").await);
    let client = app.anonymous().with_token(tokens["access_token"].as_str().unwrap());
    let change = |current: &str, new: &str| json!({"current": current, "new": new});
    for (current, new, expected) in [
        ("wrong horse battery", NEW_PASSWORD, vec!["/current not_allowed"]),
        ("wrong horse battery", "I am the reporter", vec!["/current not_allowed", "/new not_allowed"]),
        (PASSWORD, "I am the reporter", vec!["/new not_allowed"]),
        (PASSWORD, "short", vec!["/new wrong_length"]),
    ] {
        let answer = client.put("/v1/me/password", &change(current, new)).await;
        assert_eq!(answer.problem(422, "validation_failed"), expected);
    }
    client.put("/v1/me/password", &change(PASSWORD, NEW_PASSWORD)).await.expect(204);
    for old in [&tokens, &elsewhere] {
        who(&app, old).await.problem(401, "invalid_token");
        refresh(&app, old).await.expect(400);
    }
    log_in(&app, "reporter", PASSWORD).await.expect(400);
    log_in(&app, "reporter", NEW_PASSWORD).await.expect(200);
    let journal = "SELECT jsonb_agg(jsonb_build_array(actor, action, school)) FROM journal WHERE subject = 'reporter'";
    assert_eq!(app.query(journal).await, json!([["user:reporter", "user.set_password", "2199000001"]]));
}

#[tokio::test]
async fn guessing_the_current_password_is_slowed_down() {
    let app = TestApp::start().await;
    let client = app.log_in("reporter").await;
    let guess = json!({"current": "wrong horse battery", "new": NEW_PASSWORD});
    for _ in 0..10 {
        client.put("/v1/me/password", &guess).await.problem(422, "validation_failed");
    }
    client.put("/v1/me/password", &guess).await.problem(429, "rate_limited");
    log_in(&app, "reporter", PASSWORD).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn the_service_itself_adds_users_by_the_same_rules() {
    let app = TestApp::start().await;
    let scope = Scope::system(1, "bootstrap");
    let add = async |username: &str, organisation: &str, roles: Vec<Role>| {
        let user = NewUser {
            username: username.to_owned(),
            display_name: "新管理员".to_owned(),
            organisation: organisation.to_owned(),
            roles,
            password_hash: hash_password(&NEW_PASSWORD.into()).unwrap(),
        };
        app.app.db.write(&scope, async |tx| create_user(tx, &scope, user.clone()).await).await
    };
    add("second.admin", BUREAU, vec![Role::Administrator]).await.unwrap();
    log_in(&app, "second.admin", NEW_PASSWORD).await.expect(200);
    let taken = add("second.admin", BUREAU, vec![Role::Leader]).await.unwrap_err();
    assert_eq!(taken.code(), Code::AlreadyExists);
    let wrong = add("Second Admin", "teaching", vec![Role::Administrator]).await.unwrap_err();
    let pointers: Vec<_> = wrong.violations().iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(pointers, ["/username", "/roles/0"]);
}
