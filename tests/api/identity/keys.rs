//! The keys that sign tokens: published, rotated, shared by all processes.

use chrono::{TimeDelta, Utc};
use jixiao::config::TokenConfig;
use jixiao::identity::Identity;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{refresh, text, tokens_of, who};
use crate::support::{SECRET, Settings, TestApp};

async fn published(app: &TestApp) -> JwkSet {
    serde_json::from_value(app.anonymous().get("/.well-known/jwks.json").await.expect(200)).unwrap()
}

async fn published_ids(app: &TestApp) -> Vec<String> {
    published(app).await.keys.into_iter().filter_map(|key| key.common.key_id).collect()
}

fn key_id(tokens: &Value) -> String {
    decode_header(text(&tokens["access_token"])).unwrap().kid.unwrap()
}

async fn pass(app: &TestApp, time: TimeDelta) {
    app.app.db.clock().shift(time);
    app.app.identity.upkeep(&app.app.db).await.unwrap();
}

fn config() -> TokenConfig {
    TokenConfig {
        issuer: "http://127.0.0.1:8080".to_owned(),
        secret: None,
        access_token_seconds: 600,
        session_days: 14,
        key_rotation_days: 30,
    }
}

#[tokio::test]
async fn whoever_reads_the_published_keys_can_verify_tokens() {
    let app = TestApp::start().await;
    let metadata = app.anonymous().get("/.well-known/oauth-authorization-server").await.expect(200);
    assert_eq!(metadata["jwks_uri"], format!("{}/.well-known/jwks.json", text(&metadata["issuer"])));
    assert_eq!(metadata["grant_types_supported"], json!(["password", "refresh_token", "client_credentials"]));
    assert!(metadata["scopes_supported"].as_array().unwrap().contains(&json!("submissions:review")));
    let answer = app.anonymous().get("/.well-known/jwks.json").await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=300");

    let tokens = tokens_of(&app, "officer").await;
    let token = text(&tokens["access_token"]);
    let keys = published(&app).await;
    let key = DecodingKey::from_jwk(keys.find(&key_id(&tokens)).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    // This crate cannot read `exp` where numbers have arbitrary precision, as in this build.
    validation.validate_exp = false;
    validation.set_audience(&["jixiao"]);
    validation.set_issuer(&[text(&metadata["issuer"])]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    let claims = decode::<Value>(token, &key, &validation).unwrap().claims;
    assert_eq!(decode_header(token).unwrap().typ.as_deref(), Some("at+jwt"));
    assert_eq!(claims["sub"], "user:officer@990001");
    assert_eq!(claims["client_id"], "jixiao");
    assert_eq!(claims["scope"], tokens["scope"]);
    assert_eq!(claims["bureau"], 1);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert!((claims["iat"].as_i64().unwrap() - Utc::now().timestamp()).abs() < 10);
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_the_old_stays_until_its_tokens_expire() {
    let app = TestApp::start().await;
    let [first] = published_ids(&app).await.try_into().unwrap();

    pass(&app, TimeDelta::days(30)).await;
    let both = published_ids(&app).await;
    let [_, second] = both.clone().try_into().unwrap();
    assert_eq!(both[0], first);

    app.app.db.clock().shift(TimeDelta::seconds(590));
    let last_of_first = tokens_of(&app, "reporter").await;
    assert_eq!(key_id(&last_of_first), first, "the successor does not sign yet");

    pass(&app, TimeDelta::seconds(15)).await;
    let first_of_second = refresh(&app, &last_of_first).await.expect(200);
    assert_eq!(key_id(&first_of_second), second);
    who(&app, &last_of_first).await.expect(200);
    who(&app, &first_of_second).await.expect(200);

    pass(&app, TimeDelta::minutes(9)).await;
    assert_eq!(published_ids(&app).await, both, "a token of the old key may still be valid");
    who(&app, &last_of_first).await.expect(200);
    pass(&app, TimeDelta::minutes(7)).await;
    assert_eq!(published_ids(&app).await, [second]);
    who(&app, &last_of_first).await.problem(401, "invalid_token");
}

#[tokio::test]
async fn a_token_expires_after_its_lifetime_and_a_small_leeway() {
    let arguments = vec!["--rate-limit", "0", "--access-token-seconds", "60"];
    let app = TestApp::start_with(Settings { arguments, ..Settings::default() }).await;
    let tokens = tokens_of(&app, "reporter").await;
    assert_eq!(tokens["expires_in"], 60);
    app.app.db.clock().shift(TimeDelta::seconds(60));
    who(&app, &tokens).await.expect(200);
    app.app.db.clock().shift(TimeDelta::seconds(31));
    who(&app, &tokens).await.problem(401, "invalid_token");
}

#[tokio::test]
async fn processes_that_start_together_make_one_key_and_share_it() {
    let app = TestApp::start().await;
    app.execute("DELETE FROM signing_keys").await;
    let secret = SecretString::from(SECRET);
    let starts = (0..6).map(|_| Identity::load(&app.app.db, config(), &secret));
    for identity in futures_util::future::join_all(starts).await {
        identity.expect("every process starts");
    }
    assert_eq!(app.query("SELECT to_jsonb(count(*)) FROM signing_keys").await, 1);
    app.app.identity.upkeep(&app.app.db).await.unwrap();
    let tokens = tokens_of(&app, "reporter").await;
    assert_eq!(vec![key_id(&tokens)], published_ids(&app).await);
    who(&app, &tokens).await.expect(200);
}

#[tokio::test]
async fn with_another_secret_the_service_does_not_start() {
    let app = TestApp::start().await;
    let other = SecretString::from("another secret, which opens nothing here");
    let error = Identity::load(&app.app.db, config(), &other).await.err().expect("a refusal");
    let cause = std::error::Error::source(&error).expect("a cause").to_string();
    assert!(cause.contains("JIXIAO_SECRET"), "{cause}");
}
