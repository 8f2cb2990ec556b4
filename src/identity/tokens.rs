//! Access tokens: JWTs after RFC 9068, signed with Ed25519 and nothing else.
//!
//! A token says who somebody is. What they may do is asked of the database, so that an account
//! that was disabled stops at once.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clients;
use super::keys::KeyRing;
use super::users::is_username;
use crate::platform::error::{AppError, Result};

/// Who tokens are for.
const AUDIENCE: &str = "jixiao";

/// The type in a token's header, by RFC 9068.
const TYPE: &str = "at+jwt";

/// Under which users obtain tokens: the service's own public client.
pub(super) const USERS_CLIENT: &str = "jixiao";

/// How far other clocks may be ahead of ours or behind.
const LEEWAY: i64 = 30;

/// Who somebody is, in a bureau.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Holder {
    pub(super) bureau_id: i32,
    pub(super) account: Account,
}

/// A user in a session, or a machine client.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Account {
    User { username: String, session: Uuid },
    Client { client_id: String },
}

impl Account {
    /// How the account is named in journal entries.
    pub(super) fn actor(&self) -> String {
        match self {
            Self::User { username, .. } => user_actor(username),
            Self::Client { client_id } => format!("client:{client_id}"),
        }
    }
}

/// How a user is named in journal entries.
pub(super) fn user_actor(username: &str) -> String {
    format!("user:{username}")
}

/// What a token says. Each claim is needed and has one type.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    /// `user:NAME@BUREAU` or `client:ID`: unique among all bureaus.
    sub: String,
    jti: Uuid,
    client_id: String,
    scope: String,
    bureau: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
}

/// Why a token is refused: for the log, the caller learns only that it is.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Jwt(#[from] jsonwebtoken::errors::Error),
    #[error("signed with an unknown key")]
    UnknownKey,
    #[error("a header that this service does not write")]
    ForeignHeader,
    #[error("expired, or not yet valid")]
    OutOfTime,
    #[error("the claims contradict each other")]
    Contradiction,
}

/// Writes and reads the tokens of one issuer.
pub(super) struct Tokens {
    issuer: String,
    lifetime: TimeDelta,
    validation: Validation,
}

impl Tokens {
    pub(super) fn new(issuer: &str, lifetime: TimeDelta) -> Self {
        Self { issuer: issuer.to_owned(), lifetime, validation: validation(issuer) }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// How long a token is valid.
    pub(super) fn lifetime(&self) -> TimeDelta {
        self.lifetime
    }

    /// A token for an account of the bureau with this code.
    pub(super) fn issue(
        &self,
        ring: &KeyRing,
        now: DateTime<Utc>,
        bureau_code: &str,
        holder: &Holder,
        scope: String,
    ) -> Result<String> {
        let key = ring.signing(now).ok_or_else(|| AppError::internal("there is no key to sign with"))?;
        let actor = holder.account.actor();
        let (sub, client_id, sid) = match &holder.account {
            Account::User { session, .. } => {
                (format!("{actor}@{bureau_code}"), USERS_CLIENT.to_owned(), Some(*session))
            }
            Account::Client { client_id } => (actor, client_id.clone(), None),
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            exp: (now + self.lifetime).timestamp(),
            iat: now.timestamp(),
            nbf: None,
            sub,
            jti: Uuid::now_v7(),
            client_id,
            scope,
            bureau: holder.bureau_id,
            sid,
        };
        encode(&header(&key.kid), &claims, &key.signing).map_err(AppError::internal)
    }

    /// Who holds a token, where this service has signed it and its time has not passed.
    pub(super) fn verify(
        &self,
        ring: &KeyRing,
        now: DateTime<Utc>,
        token: &str,
    ) -> std::result::Result<Holder, Refusal> {
        let found = decode_header(token)?;
        let key = found.kid.as_deref().and_then(|kid| ring.named(kid)).ok_or(Refusal::UnknownKey)?;
        // All tokens are of our own making, so any other parameter (`jku`, `x5u`, `jwk`, `crit` …)
        // was put there by somebody else.
        if found != header(&key.kid) {
            return Err(Refusal::ForeignHeader);
        }
        let claims: Claims = decode(token, &key.verifying, &self.validation)?.claims;
        check_times(&claims, now)?;
        claims.holder().ok_or(Refusal::Contradiction)
    }
}

/// Times are checked by the service's own clock, in [`check_times`].
fn validation(issuer: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[AUDIENCE]);
    validation
}

fn header(kid: &str) -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(kid.to_owned());
    header
}

fn check_times(claims: &Claims, now: DateTime<Utc>) -> std::result::Result<(), Refusal> {
    let now = now.timestamp();
    let latest = now.saturating_add(LEEWAY);
    let begun = claims.iat <= latest && claims.nbf.is_none_or(|nbf| nbf <= latest);
    let ended = claims.exp.saturating_add(LEEWAY) <= now;
    if begun && !ended { Ok(()) } else { Err(Refusal::OutOfTime) }
}

impl Claims {
    fn holder(self) -> Option<Holder> {
        let (client_id, account) = if let Some(session) = self.sid {
            let (username, _bureau) = self.sub.strip_prefix("user:")?.rsplit_once('@')?;
            if !is_username(username) {
                return None;
            }
            (USERS_CLIENT, Account::User { username: username.to_owned(), session })
        } else {
            let client_id = self.sub.strip_prefix("client:").filter(|id| clients::bureau_of(id).is_some())?;
            (client_id, Account::Client { client_id: client_id.to_owned() })
        };
        if self.client_id != client_id {
            return None;
        }
        Some(Holder { bureau_id: self.bureau, account })
    }
}
