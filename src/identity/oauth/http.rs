//! `/oauth/token` and `/oauth/revoke`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, post};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::errors::{Answer, OAuthError, OAuthErrorCode, TokenError, answer};
use super::form::{self, Form};
use super::grants::{self, Credentials, Entitled};
use crate::app::App;
use crate::identity::sessions;
use crate::identity::standing::Standing;
use crate::identity::tokens::{Account, USERS_CLIENT};
use crate::platform::access::Scope;
use crate::platform::answers::PublicErrors;
use crate::platform::error::Result;

/// What entitles to a token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "shown in the document; what is sent is read as text, to be refused in OAuth's words")]
enum GrantType {
    /// A name and a password.
    Password,
    /// A refresh token of an earlier answer.
    RefreshToken,
    /// The id and secret of a machine client.
    ClientCredentials,
}

/// A request for tokens, after RFC 6749.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// Which of the three grants.
    #[schema(value_type = GrantType)]
    grant_type: String,
    /// For `password`: `NAME@BUREAU`, or just `NAME` where there is one bureau.
    #[schema(nullable = false, example = "admin")]
    username: Option<String>,
    /// For `password`.
    #[schema(value_type = Option<String>, nullable = false, format = Password)]
    password: Option<SecretString>,
    /// For `refresh_token`.
    #[schema(value_type = Option<String>, nullable = false)]
    refresh_token: Option<SecretString>,
    /// For `client_credentials`, where it does not come by HTTP Basic.
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// For `client_credentials`, where it does not come by HTTP Basic.
    #[schema(value_type = Option<String>, nullable = false, format = Password)]
    client_secret: Option<SecretString>,
    /// Permissions, separated by spaces. Each must be among those of the account; the token has
    /// them all in any case.
    #[schema(nullable = false)]
    scope: Option<String>,
}

/// Tokens, after RFC 6749.
#[derive(Serialize, ToSchema)]
struct TokenResponse {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the access token is valid.
    #[schema(example = 600)]
    expires_in: i64,
    /// Obtains the next tokens, once. Machine clients have none: they ask again with their secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refresh_token: Option<String>,
    /// The permissions, separated by spaces.
    #[schema(example = "organisations:read catalogue:read submissions:read figures:read")]
    scope: String,
}

/// Obtain tokens
///
/// OAuth 2.0 (RFC 6749): `password` logs a user in, `refresh_token` goes on with that session, and
/// `client_credentials` lets a machine client in. A refresh token is new with each use; one that is
/// used twice ends the session, except within 30 seconds and as long as its successor was not used.
/// Failed logins make the next ones wait.
#[utoipa::path(
    tag = "identity",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded",
        example = json!({"grant_type": "password", "username": "admin", "password": "correct horse battery"})),
    responses(
        PublicErrors,
        (status = 200, description = "The tokens", body = TokenResponse),
        (status = 400, description = "Refused, with the reason", body = OAuthError),
        (status = 401, description = "The client is not known, or its secret is wrong", body = OAuthError),
    ),
    security(()),
)]
#[post("/oauth/token")]
pub(super) async fn issue_token(app: Data<App>, request: HttpRequest, form: Form) -> Result<HttpResponse> {
    answer(grant(&app, &request, &form).await)
}

async fn grant(app: &App, request: &HttpRequest, form: &Form) -> Answer<TokenResponse> {
    let asked: TokenRequest = form::read(form)?;
    let client = form::client(request, asked.client_id, asked.client_secret)?;
    let missing = |name: &str| TokenError::new(OAuthErrorCode::InvalidRequest, &format!("{name} is missing"));
    let entitled = match asked.grant_type.as_str() {
        "client_credentials" => grants::by_client_secret(app, client.ok_or_else(|| missing("client_id"))?).await?,
        "password" => {
            expect_users_client(client.as_ref())?;
            let credentials = Credentials {
                name: asked.username.ok_or_else(|| missing("username"))?,
                password: asked.password.ok_or_else(|| missing("password"))?,
            };
            let address = request.peer_addr().map(|address| address.ip());
            grants::by_password(app, address, credentials).await?
        }
        "refresh_token" => {
            expect_users_client(client.as_ref())?;
            grants::by_refresh_token(app, &asked.refresh_token.ok_or_else(|| missing("refresh_token"))?).await?
        }
        _ => return Err(TokenError::new(OAuthErrorCode::UnsupportedGrantType, "see grant_types_supported")),
    };
    expect_within(asked.scope.as_deref(), &entitled.standing)?;
    Ok(issue(app, &entitled)?)
}

/// Users need no client; one that names another than the service's own is mistaken.
fn expect_users_client(client: Option<&form::Client>) -> Answer<()> {
    if client.is_none_or(|client| client.id == USERS_CLIENT && client.secret.is_none()) {
        return Ok(());
    }
    Err(TokenError::new(OAuthErrorCode::InvalidClient, "this grant is for users, whose client_id is jixiao"))
}

fn expect_within(asked: Option<&str>, standing: &Standing) -> Answer<()> {
    let known = |name: &str| standing.permissions.iter().any(|permission| permission.name() == name);
    if asked.is_none_or(|asked| asked.split(' ').all(known)) {
        return Ok(());
    }
    Err(TokenError::new(OAuthErrorCode::InvalidScope, "the scope is beyond what the account may do"))
}

fn issue(app: &App, entitled: &Entitled) -> Result<TokenResponse> {
    let Entitled { holder, standing, refresh_token } = entitled;
    let identity = &app.identity;
    let (now, scope) = (app.db.clock().now(), standing.scope());
    Ok(TokenResponse {
        access_token: identity.tokens.issue(&identity.ring(), now, &standing.bureau_code, holder, scope.clone())?,
        token_type: "Bearer",
        expires_in: identity.tokens.lifetime().num_seconds(),
        refresh_token: refresh_token.as_ref().map(|token| token.expose_secret().to_owned()),
        scope,
    })
}

/// A token that is to be revoked, after RFC 7009.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "RFC 7009 lets clients send more than is needed here")]
struct RevocationRequest {
    /// A refresh token, or an access token of a user.
    #[schema(value_type = String)]
    token: SecretString,
    /// Not needed: the service sees what it is.
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
    /// Not needed: who holds the token may revoke it.
    #[schema(nullable = false)]
    client_id: Option<String>,
}

/// What is left of a token that was revoked: nothing.
#[derive(Serialize, ToSchema)]
struct Revoked {}

/// Revoke a token
///
/// OAuth 2.0 (RFC 7009): ends the session to which a refresh token or access token belongs. A token
/// that is not known is answered alike. The access tokens of machine clients are not revoked one by
/// one: the client is.
#[utoipa::path(
    tag = "identity",
    request_body(content = RevocationRequest, content_type = "application/x-www-form-urlencoded",
        example = json!({"token": "1.3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})),
    responses(
        PublicErrors,
        (status = 200, description = "The token is not valid, or not any more", body = Revoked),
        (status = 400, description = "Refused, with the reason", body = OAuthError),
    ),
    security(()),
)]
#[post("/oauth/revoke")]
pub(super) async fn revoke_token(app: Data<App>, form: Form) -> Result<HttpResponse> {
    answer(revoke(&app, &form).await)
}

async fn revoke(app: &App, form: &Form) -> Answer<Revoked> {
    let asked: RevocationRequest = form::read(form)?;
    let identity = &app.identity;
    let verified = identity.tokens.verify(&identity.ring(), app.db.clock().now(), asked.token.expose_secret());
    let ended = match verified.map(|holder| (holder.bureau_id, holder.account)) {
        Ok((bureau_id, Account::User { session, .. })) => {
            let scope = Scope::system(bureau_id, "identity");
            app.db.write(&scope, async |tx| sessions::revoke(tx, &scope, session).await).await?
        }
        Ok((_, Account::Client { .. })) => {
            let description = "tokens of machine clients are not revoked one by one";
            return Err(TokenError::new(OAuthErrorCode::UnsupportedTokenType, description));
        }
        Err(_) => revoke_refresh_token(app, &asked.token).await?,
    };
    if ended {
        identity.standings.forget();
    }
    Ok(Revoked {})
}

async fn revoke_refresh_token(app: &App, token: &SecretString) -> Result<bool> {
    let Some(bureau_id) = sessions::bureau_of(token) else { return Ok(false) };
    let scope = Scope::system(bureau_id, "identity");
    app.db
        .write(&scope, async |tx| match sessions::session_of(tx, &scope, token).await? {
            Some(session) => sessions::revoke(tx, &scope, session).await,
            None => Ok(false),
        })
        .await
}
