//! How tokens are obtained, renewed and revoked.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{ask, log_in, refresh, text, tokens_of, who};
use crate::support::{Answer, BUREAU, PASSWORD, TestApp};

/// Checks that an answer is a refusal in OAuth's words.
#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    let body = answer.expect(status);
    assert_eq!(body["error"], error, "{body}");
    assert!(!text(&body["error_description"]).is_empty());
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_password_gives_tokens_that_say_who_it_is() {
    let app = TestApp::start().await;
    let answer = log_in(&app, "officer", PASSWORD).await;
    let tokens = answer.expect(200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 600);
    assert!(text(&tokens["scope"]).contains("submissions:review"));
    assert_eq!(
        who(&app, &tokens).await.expect(200),
        json!({
            "account": "user", "name": "officer", "display_name": "officer",
            "bureau": {"code": BUREAU, "name": "测试一县教育局"},
            "organisation": {"code": "teaching", "kind": "section", "name": "教学科"},
            "roles": ["section_officer"],
            "permissions": ["organisations:read", "catalogue:read", "submissions:read", "submissions:review",
                            "registers:read", "registers:write", "registers:review", "files:read", "files:write",
                            "projects:read", "projects:write", "finance:read", "assets:read", "assets:write",
                            "performance:read", "performance:write", "reports:read", "rectifications:read", "rectifications:write",
                            "rectifications:verify", "windows:extend", "figures:read"],
        })
    );
    let journaled = "SELECT jsonb_agg(jsonb_build_array(action, after)) FROM journal";
    assert_eq!(app.query(journaled).await, json!([["session.open", {"username": "officer"}]]));
}

#[tokio::test]
async fn without_a_token_or_with_a_bad_one_nobody_gets_in() {
    let app = TestApp::start().await;
    let answer = app.anonymous().get("/v1/me").await;
    answer.problem(401, "unauthenticated");
    assert_eq!(answer.headers["www-authenticate"], "Bearer");
    let answer = app.anonymous().with_token("nonsense").get("/v1/me").await;
    answer.problem(401, "invalid_token");
    assert_eq!(answer.headers["www-authenticate"], "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn a_name_alone_is_enough_only_where_there_is_one_bureau() {
    let app = TestApp::start().await;
    let form = [("grant_type", "password"), ("username", "admin"), ("password", PASSWORD)];
    refused(&ask(&app, &form).await, 400, "invalid_grant");
    for table in ["users", "organisation_versions", "organisations", "journal"] {
        app.execute(&format!("DELETE FROM {table} WHERE bureau_id = 2")).await;
    }
    app.execute("DELETE FROM bureaus WHERE id = 2").await;
    ask(&app, &form).await.expect(200);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_answered_alike() {
    let app = TestApp::start().await;
    let wrong = log_in(&app, "admin", "wrong horse battery").await;
    refused(&wrong, 400, "invalid_grant");
    app.execute("UPDATE users SET disabled = true WHERE username = 'leader'").await;
    for name in ["nobody", "leader", "Not A Name", "a\0b", "张三"] {
        let answer = log_in(&app, name, PASSWORD).await;
        assert_eq!((answer.status, &answer.text), (wrong.status, &wrong.text), "{name:?}");
    }
    let form = [("grant_type", "password"), ("username", "admin@nowhere"), ("password", PASSWORD)];
    assert_eq!(ask(&app, &form).await.text, wrong.text);
}

#[tokio::test]
async fn an_unknown_name_is_not_answered_sooner_than_a_wrong_password() {
    let app = TestApp::start().await;
    // Other accounts of the tests have a password that is hashed quickly.
    let officer = json!({"password": "quiet rivers bend slowly"});
    app.log_in("admin").await.with("if-match", "*").patch("/v1/users/officer", &officer).await.expect(200);
    let mut quickest = [Duration::MAX; 2];
    for _ in 0..8 {
        for (quickest, name) in quickest.iter_mut().zip(["officer", "nobody"]) {
            let began = Instant::now();
            refused(&log_in(&app, name, PASSWORD).await, 400, "invalid_grant");
            *quickest = began.elapsed().min(*quickest);
        }
    }
    let [known, unknown] = quickest;
    // Without hashing it would be a tenth; between equals, a busy machine can make some difference.
    assert!(unknown > known / 3, "{quickest:?}");
}

/// A form, and the status and error with which it is refused.
type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str);

#[tokio::test]
async fn requests_that_are_not_understood_are_refused_with_the_reason() {
    let app = TestApp::start().await;
    let password = ("grant_type", "password");
    let name = ("username", "admin@990001");
    let right = ("password", PASSWORD);
    let cases: &[Case<'_>] = &[
        (&[], 400, "invalid_request"),
        (&[("grant_type", "")], 400, "invalid_request"),
        (&[("grant_type", "authorization_code")], 400, "unsupported_grant_type"),
        (&[password, name], 400, "invalid_request"),
        (&[password, name, ("password", "")], 400, "invalid_request"),
        (&[password, right], 400, "invalid_request"),
        (&[password, name, right, ("remember", "me")], 400, "invalid_request"),
        (&[password, name, right, right], 400, "invalid_request"),
        (&[password, name, right, ("scope", "moon:fetch")], 400, "invalid_scope"),
        (&[password, name, right, ("client_id", "other")], 401, "invalid_client"),
        (&[password, name, right, ("client_secret", "x")], 400, "invalid_request"),
        (&[("grant_type", "refresh_token")], 400, "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "nonsense")], 400, "invalid_grant"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "1.nonsense")], 400, "invalid_grant"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "99.nonsense")], 400, "invalid_grant"),
        (&[("grant_type", "client_credentials")], 400, "invalid_request"),
    ];
    for (form, status, error) in cases {
        refused(&ask(&app, form).await, *status, error);
    }
    ask(&app, &[password, name, right, ("client_id", "jixiao"), ("scope", "accounts:manage")]).await.expect(200);
    let json = app.anonymous().post("/oauth/token", &json!({"grant_type": "password"})).await;
    json.problem(415, "unsupported_media_type");
    let long = "x".repeat(20_000);
    ask(&app, &[password, name, ("password", &long)]).await.problem(413, "payload_too_large");
}

#[tokio::test]
async fn a_refresh_token_is_new_with_each_use() {
    let app = TestApp::start().await;
    let mut tokens = tokens_of(&app, "reporter").await;
    for _ in 0..3 {
        let next = refresh(&app, &tokens).await.expect(200);
        assert_ne!(next["refresh_token"], tokens["refresh_token"]);
        assert_eq!(who(&app, &next).await.expect(200)["name"], "reporter");
        tokens = next;
    }
    let stored = app.query("SELECT jsonb_agg(encode(token_hash, 'escape')) FROM refresh_tokens").await.to_string();
    assert!(!stored.contains(text(&tokens["refresh_token"])), "tokens are stored hashed");
}

#[tokio::test]
async fn a_refresh_token_that_comes_again_ends_the_session() {
    let app = TestApp::start().await;
    let first = tokens_of(&app, "reporter").await;
    let other = tokens_of(&app, "reporter").await;
    let second = refresh(&app, &first).await.expect(200);
    let third = refresh(&app, &second).await.expect(200);
    who(&app, &third).await.expect(200);
    refused(&refresh(&app, &first).await, 400, "invalid_grant");
    refused(&refresh(&app, &third).await, 400, "invalid_grant");
    who(&app, &third).await.problem(401, "invalid_token");
    who(&app, &other).await.expect(200);
    refresh(&app, &other).await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_whose_successor_did_not_arrive_is_exchanged_again_for_a_moment() {
    let app = TestApp::start().await;
    let first = tokens_of(&app, "reporter").await;
    let lost = refresh(&app, &first).await.expect(200);
    let lost_too = refresh(&app, &first).await.expect(200);
    assert_ne!(lost["refresh_token"], lost_too["refresh_token"]);
    let arrived = refresh(&app, &first).await.expect(200);
    let used = refresh(&app, &arrived).await.expect(200);
    refused(&refresh(&app, &lost).await, 400, "invalid_grant");
    refused(&refresh(&app, &used).await, 400, "invalid_grant");

    let first = tokens_of(&app, "reporter").await;
    refresh(&app, &first).await.expect(200);
    app.app.db.clock().shift(TimeDelta::seconds(31));
    refused(&refresh(&app, &first).await, 400, "invalid_grant");
}

#[tokio::test]
async fn of_many_at_once_with_one_refresh_token_only_the_last_successor_is_left() {
    let app = TestApp::start().await;
    let first = tokens_of(&app, "reporter").await;
    let answers = futures_util::future::join_all((0..8).map(|_| refresh(&app, &first))).await;
    for answer in &answers {
        answer.expect(200);
    }
    let live = "SELECT to_jsonb(count(*)) FROM refresh_tokens WHERE replaced_at IS NULL";
    assert_eq!(app.query(live).await, 1);
}

#[tokio::test]
async fn a_session_ends_in_its_time_and_is_forgotten() {
    let app = TestApp::start().await;
    let tokens = tokens_of(&app, "reporter").await;
    app.app.db.clock().shift(TimeDelta::days(13));
    let tokens = refresh(&app, &tokens).await.expect(200);
    app.app.db.clock().shift(TimeDelta::days(1));
    refused(&refresh(&app, &tokens).await, 400, "invalid_grant");
    app.app.identity.upkeep(&app.app.db).await.unwrap();
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM sessions").await, 0);
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM refresh_tokens").await, 0);
}

#[tokio::test]
async fn revoking_either_token_ends_the_session() {
    let app = TestApp::start().await;
    for kind in ["access_token", "refresh_token"] {
        let tokens = tokens_of(&app, "reporter").await;
        who(&app, &tokens).await.expect(200);
        let form = [("token", text(&tokens[kind])), ("token_type_hint", kind)];
        assert_eq!(app.anonymous().post_form("/oauth/revoke", &form).await.expect(200), json!({}));
        app.anonymous().post_form("/oauth/revoke", &form).await.expect(200);
        who(&app, &tokens).await.problem(401, "invalid_token");
        refused(&refresh(&app, &tokens).await, 400, "invalid_grant");
    }
    for unknown in ["nonsense", "1.nonsense", "77.nonsense", "a.b.c"] {
        app.anonymous().post_form("/oauth/revoke", &[("token", unknown)]).await.expect(200);
    }
    refused(&app.anonymous().post_form("/oauth/revoke", &[]).await, 400, "invalid_request");
    let ended = "SELECT to_jsonb(count(*)) FROM journal WHERE action = 'session.revoke'";
    assert_eq!(app.query(ended).await, 2);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down_for_that_account_alone() {
    let app = TestApp::start().await;
    let right: Value = tokens_of(&app, "admin").await;
    for _ in 0..10 {
        refused(&log_in(&app, "admin", "wrong horse battery").await, 400, "invalid_grant");
    }
    let answer = log_in(&app, "admin", PASSWORD).await;
    answer.problem(429, "rate_limited");
    assert_eq!(answer.headers["retry-after"], "1");
    who(&app, &right).await.expect(200);
    refresh(&app, &right).await.expect(200);
    tokens_of(&app, "leader").await;
    app.app.db.clock().shift(TimeDelta::seconds(1));
    tokens_of(&app, "admin").await;
    refused(&log_in(&app, "admin", "wrong horse battery").await, 400, "invalid_grant");
    tokens_of(&app, "admin").await;
}

#[tokio::test]
async fn a_machine_client_gets_in_by_its_secret() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin").await;
    let definition = json!({"name": "教务系统", "organisation": "2199000001", "scopes": ["catalogue:read"]});
    let registered = admin.post("/v1/clients", &definition).await.expect(201);
    let (id, secret) = (text(&registered["client"]["client_id"]), text(&registered["secret"]));
    let grant = ("grant_type", "client_credentials");

    let in_the_form = ask(&app, &[grant, ("client_id", id), ("client_secret", secret)]).await.expect(200);
    assert_eq!(in_the_form["scope"], "catalogue:read");
    assert_eq!(in_the_form.get("refresh_token"), None);
    let me = who(&app, &in_the_form).await.expect(200);
    assert_eq!((&me["account"], &me["name"]), (&json!("client"), &json!(id)));
    assert_eq!(me["permissions"], json!(["catalogue:read"]));
    assert_eq!(me["organisation"]["kind"], "school");

    let basic = |id: &str, secret: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let by_header = app.anonymous().with("authorization", &basic(&id.replace('@', "%40"), secret));
    by_header.post_form("/oauth/token", &[grant]).await.expect(200);
    refused(&by_header.post_form("/oauth/token", &[grant, ("client_id", id)]).await, 400, "invalid_request");

    for (id, secret) in [(id, "wrong"), (id, ""), ("c-1@990001", secret), ("c-1@nowhere", secret), ("c-1", secret)] {
        let answer =
            app.anonymous().with("authorization", &basic(id, secret)).post_form("/oauth/token", &[grant]).await;
        refused(&answer, 401, "invalid_client");
        assert_eq!(answer.headers["www-authenticate"], "Basic realm=\"jixiao\"");
    }
    let form = [("token", text(&in_the_form["access_token"]))];
    refused(&app.anonymous().post_form("/oauth/revoke", &form).await, 400, "unsupported_token_type");
}
