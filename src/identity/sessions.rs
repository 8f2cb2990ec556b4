//! Sessions: a login and all refresh tokens that descend from it.
//!
//! A refresh token is new with each use. One that comes a second time was stolen, from its owner
//! or by somebody who was quicker than the owner; which of the two cannot be known, so the session
//! ends. An exception is made for a moment, where the token that followed was never used: then its
//! owner most likely never received it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::platform::access::Scope;
use crate::platform::db::{Database, Tx};
use crate::platform::error::Result;
use crate::platform::journal::{self, Entry};
use crate::schema::{bureaus, refresh_tokens, sessions};

/// How long a token that was replaced may come again, where its successor was never used.
const GRACE: TimeDelta = TimeDelta::seconds(30);

/// 256 random bits, as text.
pub(super) fn random_secret() -> String {
    let bits: [u8; 32] = rand::random();
    BASE64_URL_SAFE_NO_PAD.encode(bits)
}

/// How a random secret is stored: it cannot be guessed, so a slow hash would add nothing.
pub(super) fn digest(secret: &SecretString) -> Vec<u8> {
    Sha256::digest(secret.expose_secret()).to_vec()
}

/// The bureau that a refresh token names: `<bureau id>.<256 random bits>`.
pub(super) fn bureau_of(token: &SecretString) -> Option<i32> {
    token.expose_secret().split_once('.')?.0.parse().ok()
}

/// A session, and the only refresh token with which it goes on.
pub(super) struct Opened {
    pub(super) username: String,
    pub(super) session: Uuid,
    pub(super) refresh_token: SecretString,
}

/// Begins a session.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn open(tx: &mut Tx, scope: &Scope, username: &str, lifetime: TimeDelta) -> Result<Opened> {
    let (session, now) = (Uuid::now_v7(), tx.now());
    diesel::insert_into(sessions::table)
        .values((
            sessions::bureau_id.eq(scope.bureau_id()),
            sessions::id.eq(session),
            sessions::username.eq(username),
            sessions::created_at.eq(now),
            sessions::expires_at.eq(now + lifetime),
        ))
        .execute(&mut **tx)
        .await?;
    let refresh_token = add_token(tx, scope, session, now).await?;
    record(tx, scope, "session.open", username, session).await?;
    Ok(Opened { username: username.to_owned(), session, refresh_token })
}

/// What became of a refresh token that was presented.
pub(super) enum Renewal {
    Renewed(Opened),
    /// Unknown, revoked or expired.
    Refused,
    /// Used before: the session was ended.
    Reused,
}

#[derive(Queryable)]
struct Presented {
    session: Uuid,
    username: String,
    replaced_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    expires_at: DateTime<Utc>,
}

/// Exchanges a refresh token for its successor.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn renew(tx: &mut Tx, scope: &Scope, token: &SecretString) -> Result<Renewal> {
    let now = tx.now();
    let presented = find(tx, scope, token).await?.filter(|it| it.revoked_at.is_none() && it.expires_at > now);
    let Some(presented) = presented else { return Ok(Renewal::Refused) };
    let live = live_since(tx, scope, presented.session).await?;
    let Some(generation) = generation(presented.replaced_at, live, now) else {
        revoke(tx, scope, presented.session).await?;
        return Ok(Renewal::Reused);
    };
    diesel::update(tokens_of(scope, presented.session).filter(refresh_tokens::replaced_at.is_null()))
        .set(refresh_tokens::replaced_at.eq(generation))
        .execute(&mut **tx)
        .await?;
    let refresh_token = add_token(tx, scope, presented.session, generation).await?;
    Ok(Renewal::Renewed(Opened { username: presented.username, session: presented.session, refresh_token }))
}

/// The time that marks the successors of the token presented: all that were issued in exchange for
/// the same token, because an earlier one did not arrive, bear the time of the first exchange. None
/// where the token may not be exchanged.
fn generation(
    replaced_at: Option<DateTime<Utc>>,
    live_since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let Some(replaced_at) = replaced_at else { return Some(now) };
    let successor_unused = live_since == Some(replaced_at);
    (successor_unused && now - replaced_at <= GRACE).then_some(replaced_at)
}

/// Ends a session; says whether it had not ended before.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn revoke(tx: &mut Tx, scope: &Scope, session: Uuid) -> Result<bool> {
    let live = sessions::table.find((scope.bureau_id(), session)).filter(sessions::revoked_at.is_null());
    let username: Option<String> = diesel::update(live)
        .set(sessions::revoked_at.eq(tx.now()))
        .returning(sessions::username)
        .get_result(&mut **tx)
        .await
        .optional()?;
    if let Some(username) = &username {
        record(tx, scope, "session.revoke", username, session).await?;
    }
    Ok(username.is_some())
}

/// Ends all sessions of a user; the change that led to it is what the journal keeps.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn revoke_all(tx: &mut Tx, scope: &Scope, username: &str) -> Result<()> {
    let live = sessions::table
        .filter(sessions::bureau_id.eq(scope.bureau_id()))
        .filter(sessions::username.eq(username).and(sessions::revoked_at.is_null()));
    diesel::update(live).set(sessions::revoked_at.eq(tx.now())).execute(&mut **tx).await?;
    Ok(())
}

/// The session to which a refresh token belongs, whether it may still be used or not.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn session_of(tx: &mut Tx, scope: &Scope, token: &SecretString) -> Result<Option<Uuid>> {
    Ok(find(tx, scope, token).await?.map(|presented| presented.session))
}

/// Forgets the sessions of all bureaus that have expired, with their tokens.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn forget_expired(db: &Database) -> Result<()> {
    let bureaus: Vec<i32> =
        db.unscoped(async |tx| Ok(bureaus::table.select(bureaus::id).load(&mut **tx).await?)).await?;
    for bureau in bureaus {
        let scope = Scope::system(bureau, "identity");
        db.write(&scope, async |tx| {
            let now = tx.now();
            let expired =
                sessions::table.filter(sessions::bureau_id.eq(scope.bureau_id())).filter(sessions::expires_at.lt(now));
            Ok(diesel::delete(expired).execute(&mut **tx).await?)
        })
        .await?;
    }
    Ok(())
}

/// Finds a token and locks it with its session, so that its uses come one after the other.
async fn find(tx: &mut Tx, scope: &Scope, token: &SecretString) -> Result<Option<Presented>> {
    Ok(refresh_tokens::table
        .inner_join(
            sessions::table
                .on(sessions::bureau_id.eq(refresh_tokens::bureau_id).and(sessions::id.eq(refresh_tokens::session))),
        )
        .filter(refresh_tokens::bureau_id.eq(scope.bureau_id()))
        .filter(refresh_tokens::token_hash.eq(digest(token)))
        .select((
            sessions::id,
            sessions::username,
            refresh_tokens::replaced_at,
            sessions::revoked_at,
            sessions::expires_at,
        ))
        .for_update()
        .first(&mut **tx)
        .await
        .optional()?)
}

async fn live_since(tx: &mut Tx, scope: &Scope, session: Uuid) -> Result<Option<DateTime<Utc>>> {
    Ok(tokens_of(scope, session)
        .filter(refresh_tokens::replaced_at.is_null())
        .select(refresh_tokens::issued_at)
        .first(&mut **tx)
        .await
        .optional()?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn tokens_of<'a>(scope: &'a Scope, session: Uuid) -> _ {
    let bureau_id: i32 = scope.bureau_id();
    refresh_tokens::table.filter(refresh_tokens::bureau_id.eq(bureau_id).and(refresh_tokens::session.eq(session)))
}

async fn add_token(tx: &mut Tx, scope: &Scope, session: Uuid, issued_at: DateTime<Utc>) -> Result<SecretString> {
    let token = SecretString::from(format!("{}.{}", scope.bureau_id(), random_secret()));
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::bureau_id.eq(scope.bureau_id()),
            refresh_tokens::token_hash.eq(digest(&token)),
            refresh_tokens::session.eq(session),
            refresh_tokens::issued_at.eq(issued_at),
        ))
        .execute(&mut **tx)
        .await?;
    Ok(token)
}

async fn record(tx: &mut Tx, scope: &Scope, action: &str, username: &str, session: Uuid) -> Result<()> {
    let entry = Entry {
        action,
        subject_type: "session",
        subject: session.to_string(),
        after: Some(json!({ "username": username })),
        ..Entry::default()
    };
    journal::record(tx, scope, vec![entry]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_token_is_exchanged_once_and_again_only_while_its_successor_did_not_arrive() {
        assert_eq!(generation(None, Some(at(0)), at(50)), Some(at(50)), "the first use");
        assert_eq!(generation(Some(at(50)), Some(at(50)), at(80)), Some(at(50)), "its successor was lost");
        assert_eq!(generation(Some(at(50)), Some(at(50)), at(81)), None, "too late");
        assert_eq!(generation(Some(at(50)), Some(at(60)), at(61)), None, "its successor was used");
    }

    #[test]
    fn refresh_tokens_name_their_bureau() {
        assert_eq!(bureau_of(&format!("7.{}", random_secret()).into()), Some(7));
        for foreign in ["", "7", "x.y", "99999999999.y", "eyJ.eyJ.sig"] {
            assert_eq!(bureau_of(&foreign.into()), None, "{foreign}");
        }
        assert_ne!(random_secret(), random_secret());
        assert_eq!(random_secret().len(), 43);
    }
}
