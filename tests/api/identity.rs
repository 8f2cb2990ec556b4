//! Tokens, users and machine clients.

mod clients;
mod forgery;
mod grants;
mod keys;
mod users;

use serde_json::Value;

use crate::support::{Answer, BUREAU, PASSWORD, TestApp};

/// Asks for tokens.
async fn ask(app: &TestApp, form: &[(&str, &str)]) -> Answer {
    app.anonymous().post_form("/oauth/token", form).await
}

/// Logs in with a password.
async fn log_in(app: &TestApp, username: &str, password: &str) -> Answer {
    let name = format!("{username}@{BUREAU}");
    ask(app, &[("grant_type", "password"), ("username", &name), ("password", password)]).await
}

/// Goes on with a session.
async fn refresh(app: &TestApp, tokens: &Value) -> Answer {
    ask(app, &[("grant_type", "refresh_token"), ("refresh_token", text(&tokens["refresh_token"]))]).await
}

/// The tokens of somebody who logs in rightly.
async fn tokens_of(app: &TestApp, username: &str) -> Value {
    log_in(app, username, PASSWORD).await.expect(200)
}

/// Asks who a token belongs to.
async fn who(app: &TestApp, tokens: &Value) -> Answer {
    app.anonymous().with_token(text(&tokens["access_token"])).get("/v1/me").await
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
