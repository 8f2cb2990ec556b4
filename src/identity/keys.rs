//! The keys that sign access tokens: made, kept sealed, published, rotated.
//!
//! A successor is published before it signs, so that whoever keeps a copy of `/.well-known/jwks.json`
//! knows it in time; a key that has been succeeded stays published until the last token that it
//! signed has expired.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{DecodingKey, EncodingKey};
use uuid::Uuid;

use super::seal::Seal;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::schema::signing_keys;

/// How long a successor is published before it signs.
pub(super) const PUBLISHED_BEFORE: TimeDelta = TimeDelta::minutes(10);

/// How long a key is kept after its successor began to sign: longer than a token lives, its leeway
/// and the reading of keys by other processes included.
const KEPT_AFTER: TimeDelta = TimeDelta::minutes(15);

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
struct KeyRow {
    kid: String,
    sealed_private_key: Vec<u8>,
    public_key: Vec<u8>,
    created_at: DateTime<Utc>,
    active_from: DateTime<Utc>,
}

/// A key, opened.
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) public: Vec<u8>,
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    active_from: DateTime<Utc>,
}

/// All keys with which a token may be signed that is still valid, and the next.
pub(super) struct KeyRing {
    by_activation: Vec<Key>,
}

impl KeyRing {
    /// The key that signs at a time. The very first does so even where this machine's clock is
    /// behind that of the database, by which the key was made.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Option<&Key> {
        let active = self.by_activation.iter().rfind(|key| key.active_from <= now);
        active.or_else(|| self.by_activation.as_slice().first())
    }

    pub(super) fn named(&self, kid: &str) -> Option<&Key> {
        self.by_activation.iter().find(|key| key.kid == kid)
    }

    pub(super) fn published(&self) -> &[Key] {
        &self.by_activation
    }
}

/// Makes, succeeds and forgets keys as their time has come, and opens those that are in use.
///
/// # Errors
/// Where the database refuses, or a key was sealed with another secret.
pub(super) async fn keep(tx: &mut Tx, seal: &Seal, rotation: TimeDelta) -> Result<KeyRing> {
    // One process at a time: each would make a successor of its own.
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('jixiao.signing_keys', 0))").execute(&mut **tx).await?;
    let mut rows: Vec<KeyRow> = signing_keys::table
        .order((signing_keys::active_from, signing_keys::kid))
        .select(KeyRow::as_select())
        .load(&mut **tx)
        .await?;
    let activations: Vec<_> = rows.iter().map(|row| row.active_from).collect();
    let plan = Plan::of(&activations, tx.now(), rotation);
    let forgotten: Vec<String> = rows.drain(..plan.forget).map(|row| row.kid).collect();
    if !forgotten.is_empty() {
        // What a key has signed is verified by its public half for as long as anybody keeps it.
        sql_query(
            "INSERT INTO retired_keys SELECT kid, public_key, $2 FROM signing_keys WHERE kid = ANY ($1)
             ON CONFLICT (kid) DO NOTHING",
        )
        .bind::<Array<Text>, _>(&forgotten)
        .bind::<Timestamptz, _>(tx.now())
        .execute(&mut **tx)
        .await?;
        diesel::delete(signing_keys::table.filter(signing_keys::kid.eq_any(forgotten))).execute(&mut **tx).await?;
    }
    if let Some(active_from) = plan.make {
        let row = new_key(seal, tx.now(), active_from)?;
        diesel::insert_into(signing_keys::table).values(&row).execute(&mut **tx).await?;
        rows.push(row);
    }
    let by_activation = rows.into_iter().map(|row| open(seal, row)).collect::<Result<_>>()?;
    Ok(KeyRing { by_activation })
}

/// What is to be done with the keys.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// How many of the oldest are to be forgotten.
    forget: usize,
    /// From when a new one is to sign, where one is needed.
    make: Option<DateTime<Utc>>,
}

impl Plan {
    /// `activations`: since when each key signs, the oldest first.
    fn of(activations: &[DateTime<Utc>], now: DateTime<Utc>, rotation: TimeDelta) -> Self {
        let make = match activations.last() {
            None => Some(now),
            Some(newest) if *newest + rotation <= now => Some(now + PUBLISHED_BEFORE),
            Some(_) => None,
        };
        let successors = activations.iter().skip(1);
        Self { forget: successors.take_while(|successor| **successor + KEPT_AFTER <= now).count(), make }
    }
}

fn new_key(seal: &Seal, now: DateTime<Utc>, active_from: DateTime<Utc>) -> Result<KeyRow> {
    let key = SigningKey::from_bytes(&rand::random());
    let private = key.to_pkcs8_der().map_err(|error| AppError::internal(error.to_string()))?;
    let kid = Uuid::now_v7().to_string();
    let sealed = seal.close(&kid, private.as_bytes()).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(KeyRow {
        kid,
        sealed_private_key: sealed,
        public_key: key.verifying_key().to_bytes().to_vec(),
        created_at: now,
        active_from,
    })
}

fn open(seal: &Seal, row: KeyRow) -> Result<Key> {
    let private = seal.open(&row.kid, &row.sealed_private_key).map_err(AppError::internal)?;
    Ok(Key {
        signing: EncodingKey::from_ed_der(&private),
        verifying: DecodingKey::from_ed_der(&row.public_key),
        kid: row.kid,
        public: row.public_key,
        active_from: row.active_from,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: TimeDelta = TimeDelta::days(30);

    fn minute(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn plan(activations: &[i64], now: i64) -> Plan {
        let activations: Vec<_> = activations.iter().copied().map(minute).collect();
        Plan::of(&activations, minute(now), MONTH)
    }

    #[test]
    fn keys_are_made_succeeded_and_forgotten_in_their_time() {
        let month = MONTH.num_minutes();
        let successor = month + 10;
        let nothing = Plan { forget: 0, make: None };
        assert_eq!(plan(&[], 5), Plan { forget: 0, make: Some(minute(5)) }, "the first signs at once");
        assert_eq!(plan(&[0], month - 1), nothing, "not old yet");
        assert_eq!(plan(&[0], month), Plan { forget: 0, make: Some(minute(successor)) }, "published before it signs");
        assert_eq!(plan(&[0, successor], month + 1), nothing, "one successor is enough");
        assert_eq!(plan(&[0, successor], successor + 14), nothing, "its tokens may still be valid");
        assert_eq!(plan(&[0, successor], successor + 15), Plan { forget: 1, make: None });
        assert_eq!(plan(&[0, 1, 2, 3], 60), Plan { forget: 3, make: None }, "the newest stays");
    }

    #[test]
    fn the_newest_key_whose_time_has_come_signs() {
        let seal = Seal::new(&"secret".into());
        let key = |from| open(&seal, new_key(&seal, minute(0), minute(from)).unwrap()).unwrap();
        let ring = KeyRing { by_activation: vec![key(0), key(10)] };
        let signs = |now| ring.signing(minute(now)).map(|key| key.active_from);
        assert_eq!(signs(-1), Some(minute(0)));
        assert_eq!(signs(9), Some(minute(0)));
        assert_eq!(signs(10), Some(minute(10)));
    }
}
