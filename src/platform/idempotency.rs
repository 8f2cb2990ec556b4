//! `Idempotency-Key`: a POST that is sent again is answered again, and has no second effect.
//!
//! The answer is kept in the transaction of the effect, per caller and route. Where a key is under
//! way in another transaction the caller is asked to wait. See draft-ietf-httpapi-idempotency-key-header.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest};
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::access::Scope;
use super::db::{Database, Tx};
use super::errand::Errand;
use super::error::{AppError, Code, Result};
use super::reply::{Headers, Reply};
use super::statement::statement;
use crate::say;
use crate::schema::idempotency_keys;

/// How long an answer is kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

const MAX_KEY_LENGTH: usize = 200;

/// The key of a request, where it has one, and what else identifies the request.
#[derive(Debug, Clone)]
pub struct Idempotency {
    keeper: Keeper,
    route: String,
    request_hash: Vec<u8>,
}

/// Who keeps the answer, in the transaction of the effect.
#[derive(Debug, Clone)]
enum Keeper {
    /// Nobody: sent again, the request has its effect again.
    Nobody,
    /// The caller's key.
    Key(String),
    /// The errand as which the request is worked on.
    Errand(Arc<dyn Errand>),
}

impl Idempotency {
    /// Reads the header; of an errand it was read before.
    ///
    /// # Errors
    /// [`Code::MalformedRequest`] where the key is empty, too long or not printable ASCII.
    pub fn of(request: &HttpRequest, request_hash: Vec<u8>) -> Result<Self> {
        let route = format!("{} {}", request.method(), request.uri());
        if let Some(errand) = request.extensions().get::<Arc<dyn Errand>>() {
            return Ok(Self { keeper: Keeper::Errand(Arc::clone(errand)), route, request_hash });
        }
        let key = request.headers().get("idempotency-key").map(|value| {
            let key = value.to_str().unwrap_or_default().trim().trim_matches('"').to_owned();
            if key.is_empty() || key.len() > MAX_KEY_LENGTH {
                return Err(AppError::new(Code::MalformedRequest).detail(say!(
                    "Idempotency-Key 应为 1 至 {MAX_KEY_LENGTH} 个可见字符",
                    "Idempotency-Key must be 1 to {MAX_KEY_LENGTH} printable characters"
                )));
            }
            Ok(key)
        });
        let keeper = key.transpose()?.map_or(Keeper::Nobody, Keeper::Key);
        Ok(Self { keeper, route, request_hash })
    }

    /// The number of the advisory lock that stands for this key.
    fn lock(&self, scope: &Scope, key: &str) -> i64 {
        let mut hash = Sha256::new();
        for part in [&scope.bureau_id().to_string(), scope.actor(), &self.route, key] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.finalize().first_chunk().copied().map_or(0, i64::from_be_bytes)
    }
}

#[derive(QueryableByName)]
struct TryLock {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct Kept {
    request_hash: Vec<u8>,
    status: i16,
    headers: serde_json::Value,
    body: Vec<u8>,
}

impl Database {
    /// Runs a POST in a transaction: once per key, and answered alike each time.
    ///
    /// # Errors
    /// What `work` returns; [`Code::IdempotencyKeyReused`] where the key came with another request,
    /// [`Code::IdempotencyInFlight`] where the same request is still under way.
    pub async fn execute(
        &self,
        scope: &Scope,
        idempotency: &Idempotency,
        work: impl AsyncFn(&mut Tx) -> Result<Reply>,
    ) -> Result<Reply> {
        self.write(scope, async |tx| {
            if let Keeper::Key(key) = &idempotency.keeper
                && let Some(kept) = find(tx, scope, idempotency, key).await?
            {
                return Ok(kept);
            }
            let reply = work(tx).await?;
            keep(tx, scope, idempotency, &reply).await?;
            Ok(reply)
        })
        .await
    }

    /// As [`Database::execute`], but leaves no trace where `dry_run` is set, not even of the key.
    ///
    /// # Errors
    /// As for [`Database::execute`].
    pub async fn execute_unless(
        &self,
        dry_run: bool,
        scope: &Scope,
        idempotency: &Idempotency,
        work: impl AsyncFn(&mut Tx) -> Result<Reply>,
    ) -> Result<Reply> {
        if dry_run { self.write_unless(true, scope, work).await } else { self.execute(scope, idempotency, work).await }
    }
}

/// For a POST whose effect takes several transactions, each of which may be repeated harmlessly.
impl Database {
    /// The answer that a key had before, where it had one.
    ///
    /// # Errors
    /// As for [`Database::execute`].
    pub async fn replay(&self, scope: &Scope, idempotency: &Idempotency) -> Result<Option<Reply>> {
        let Keeper::Key(key) = &idempotency.keeper else { return Ok(None) };
        self.read(scope, async |tx| find(tx, scope, idempotency, key).await).await
    }

    /// Keeps the answer of a key, unless another request with the key was quicker.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn remember(&self, scope: &Scope, idempotency: &Idempotency, reply: &Reply) -> Result<()> {
        if matches!(idempotency.keeper, Keeper::Nobody) {
            return Ok(());
        }
        self.write(scope, async |tx| keep(tx, scope, idempotency, reply).await).await
    }
}

async fn find(tx: &mut Tx, scope: &Scope, idempotency: &Idempotency, key: &str) -> Result<Option<Reply>> {
    let lock: TryLock = statement("SELECT pg_try_advisory_xact_lock($1) AS locked")
        .bind::<BigInt, _>(idempotency.lock(scope, key))
        .get_result(&mut **tx)
        .await?;
    if !lock.locked {
        return Err(AppError::new(Code::IdempotencyInFlight).retry_after(1));
    }
    let kept = idempotency_keys::table
        .find((scope.bureau_id(), scope.actor(), &idempotency.route, key))
        .select(Kept::as_select())
        .first(&mut **tx)
        .await
        .optional()?;
    kept.map(|kept| replay(kept, idempotency)).transpose()
}

fn replay(kept: Kept, idempotency: &Idempotency) -> Result<Reply> {
    if kept.request_hash != idempotency.request_hash {
        return Err(AppError::new(Code::IdempotencyKeyReused));
    }
    let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    Ok(Reply {
        status: status.unwrap_or(StatusCode::OK),
        headers: serde_json::from_value::<Headers>(kept.headers).map_err(AppError::internal)?,
        body: kept.body,
        live: false,
    })
}

async fn keep(tx: &mut Tx, scope: &Scope, idempotency: &Idempotency, reply: &Reply) -> Result<()> {
    match &idempotency.keeper {
        Keeper::Nobody => Ok(()),
        Keeper::Key(key) => keep_by_key(tx, scope, idempotency, key, reply).await,
        Keeper::Errand(errand) => errand.keep(tx, scope, reply).await,
    }
}

async fn keep_by_key(tx: &mut Tx, scope: &Scope, idempotency: &Idempotency, key: &str, reply: &Reply) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::bureau_id.eq(scope.bureau_id()),
            idempotency_keys::caller.eq(scope.actor()),
            idempotency_keys::route.eq(&idempotency.route),
            idempotency_keys::key.eq(key),
            idempotency_keys::request_hash.eq(&idempotency.request_hash),
            idempotency_keys::status.eq(i16::try_from(reply.status.as_u16()).map_err(AppError::internal)?),
            idempotency_keys::headers.eq(serde_json::to_value(&reply.headers).map_err(AppError::internal)?),
            idempotency_keys::body.eq(&reply.body),
            idempotency_keys::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets the answers that are older than [`KEPT_FOR`].
///
/// # Errors
/// Where the database refuses.
pub async fn forget_old(tx: &mut Tx, scope: &Scope) -> Result<usize> {
    let before = tx.now() - KEPT_FOR;
    let old = idempotency_keys::table
        .filter(idempotency_keys::bureau_id.eq(scope.bureau_id()))
        .filter(idempotency_keys::created_at.lt(before));
    Ok(diesel::delete(old).execute(&mut **tx).await?)
}
