//! Refusals after RFC 6749 §5.2, which token clients understand.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::error::{AppError, Result};

/// Why no token is issued, or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OAuthErrorCode {
    /// A parameter is missing, unknown, repeated or not fit.
    InvalidRequest,
    /// The client is unknown or revoked, or its secret is wrong.
    InvalidClient,
    /// The name or password is wrong, or the refresh token is not valid any more.
    InvalidGrant,
    /// This kind of grant is not offered.
    UnsupportedGrantType,
    /// The scope asked for is beyond what was granted.
    InvalidScope,
    /// A token of this kind cannot be revoked.
    UnsupportedTokenType,
}

/// A refusal after RFC 6749 §5.2.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OAuthError {
    /// What is wrong, for programs.
    error: OAuthErrorCode,
    /// What is wrong, for people.
    #[schema(example = "the name or the password is wrong")]
    error_description: String,
}

/// What the token endpoints come to.
pub(super) type Answer<T> = std::result::Result<T, TokenError>;

/// An error of the token endpoints.
pub(super) enum TokenError {
    /// Told in the words of OAuth.
    Refused(OAuthError),
    /// Told as everywhere in this service.
    Failed(AppError),
}

impl TokenError {
    pub(super) fn new(error: OAuthErrorCode, description: &str) -> Self {
        // RFC 6749 allows printable ASCII without quotation mark and backslash.
        let allowed = |character: &char| matches!(character, ' '..='~') && !matches!(character, '"' | '\\');
        Self::Refused(OAuthError { error, error_description: description.chars().filter(allowed).collect() })
    }
}

impl From<AppError> for TokenError {
    fn from(error: AppError) -> Self {
        Self::Failed(error)
    }
}

/// The answer of a token endpoint: never to be kept by anybody in between.
pub(super) fn answer(outcome: Answer<impl Serialize>) -> Result<HttpResponse> {
    match outcome {
        Ok(document) => Ok(response(StatusCode::OK).json(document)),
        Err(TokenError::Failed(error)) => Err(error),
        Err(TokenError::Refused(refusal)) if refusal.error == OAuthErrorCode::InvalidClient => {
            Ok(response(StatusCode::UNAUTHORIZED)
                .insert_header(("www-authenticate", "Basic realm=\"jixiao\""))
                .json(refusal))
        }
        Err(TokenError::Refused(refusal)) => Ok(response(StatusCode::BAD_REQUEST).json(refusal)),
    }
}

fn response(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header(("cache-control", "no-store")).insert_header(("pragma", "no-cache"));
    response
}
