//! What others need to know to obtain and to verify tokens.

use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clap::ValueEnum;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::App;
use crate::platform::access::Permission;
use crate::platform::answers::PublicErrors;

/// Half as long as a new key is published before it signs.
const CACHED: (&str, &str) = ("cache-control", "public, max-age=300");

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(get_signing_keys).service(get_authorization_server);
}

/// The public keys, after RFC 7517.
#[derive(Serialize, ToSchema)]
struct Jwks {
    /// The keys that sign now, signed lately, or will sign next.
    keys: Vec<Jwk>,
}

/// A public key, after RFC 8037.
#[derive(Serialize, ToSchema)]
struct Jwk {
    /// Always `OKP`.
    #[schema(example = "OKP")]
    kty: &'static str,
    /// Always `Ed25519`.
    #[schema(example = "Ed25519")]
    crv: &'static str,
    /// The public key, base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    x: String,
    /// The name of the key in the header of tokens.
    kid: String,
    /// Always `sig`.
    #[schema(example = "sig")]
    r#use: &'static str,
    /// Always `EdDSA`.
    #[schema(example = "EdDSA")]
    alg: &'static str,
}

/// Read the keys that sign tokens
///
/// A key is published at least ten minutes before it signs, and until the last token that it
/// signed has expired.
#[utoipa::path(
    tag = "identity",
    responses(
        (status = 200, description = "The keys", body = Jwks),
        PublicErrors,
    ),
    security(()),
)]
#[get("/.well-known/jwks.json")]
async fn get_signing_keys(app: Data<App>) -> HttpResponse {
    let ring = app.identity.ring();
    let keys = ring.published().iter().map(|key| Jwk {
        kty: "OKP",
        crv: "Ed25519",
        x: BASE64_URL_SAFE_NO_PAD.encode(&key.public),
        kid: key.kid.clone(),
        r#use: "sig",
        alg: "EdDSA",
    });
    HttpResponse::Ok().insert_header(CACHED).json(Jwks { keys: keys.collect() })
}

/// How tokens are obtained, after RFC 8414.
#[derive(Serialize, ToSchema)]
struct AuthorizationServer {
    /// The issuer named in tokens.
    #[schema(example = "https://jixiao.example.cn")]
    issuer: String,
    /// Where tokens are obtained.
    token_endpoint: String,
    /// Where tokens are revoked.
    revocation_endpoint: String,
    /// Where the keys are.
    jwks_uri: String,
    /// The grants that are offered.
    grant_types_supported: [&'static str; 3],
    /// None: there is no authorization endpoint.
    response_types_supported: [&'static str; 0],
    /// How machine clients prove who they are; users need no client.
    token_endpoint_auth_methods_supported: [&'static str; 3],
    /// Who holds a token may revoke it.
    revocation_endpoint_auth_methods_supported: [&'static str; 1],
    /// All permissions.
    scopes_supported: Vec<Permission>,
}

/// Read how tokens are obtained
///
/// OAuth 2.0 authorization server metadata (RFC 8414).
#[utoipa::path(
    tag = "identity",
    responses(
        (status = 200, description = "The metadata", body = AuthorizationServer),
        PublicErrors,
    ),
    security(()),
)]
#[get("/.well-known/oauth-authorization-server")]
async fn get_authorization_server(app: Data<App>) -> HttpResponse {
    let issuer = app.identity.tokens.issuer();
    HttpResponse::Ok().insert_header(CACHED).json(AuthorizationServer {
        issuer: issuer.to_owned(),
        token_endpoint: format!("{issuer}/oauth/token"),
        revocation_endpoint: format!("{issuer}/oauth/revoke"),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        grant_types_supported: ["password", "refresh_token", "client_credentials"],
        response_types_supported: [],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
        revocation_endpoint_auth_methods_supported: ["none"],
        scopes_supported: Permission::value_variants().to_vec(),
    })
}
