//! The sealer: gives committed entries their positions, and chains them.
//!
//! Every service process runs one; a lock lets one at a time do anything, and the others only look how far it is. It
//! keeps nothing in memory that is not in the database, so it may end at any time and begin anywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Timestamptz};
use diesel_async::RunQueryDsl;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::canonical::{GENESIS, Hash, StoredEntry, hash};
use crate::platform::db::{Database, Tx};
use crate::platform::error::{AppError, Result};
use crate::platform::metrics::Metrics;
use crate::platform::statement::statement;

/// How often it looks.
const EVERY: Duration = Duration::from_millis(200);

/// How many entries are sealed in one transaction.
const BATCH: i64 = 5_000;

/// How far the journal of each bureau is sealed: bureau → the last position.
pub type Heads = Arc<HashMap<i32, i64>>;

/// Seals the journal of all bureaus. Cheap to clone.
#[derive(Clone)]
pub struct Sealer {
    db: Database,
    heads: Arc<watch::Sender<Heads>>,
}

/// What one look came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Look {
    /// How many entries were found unsealed.
    pub found: usize,
    /// How long the oldest of them had waited, in seconds.
    pub oldest: f64,
    /// Whether there may be more.
    pub more: bool,
}

impl Sealer {
    /// A sealer that works on a pool of the role that may.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db, heads: Arc::new(watch::Sender::new(Heads::default())) }
    }

    /// Tells how far the journal is sealed, now and whenever it goes on.
    #[must_use]
    pub fn heads(&self) -> watch::Receiver<Heads> {
        self.heads.subscribe()
    }

    /// Seals what is committed, a few times a second, until it is dropped.
    pub async fn run(&self, metrics: &Metrics) -> Infallible {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.seal().await {
                Ok(Look { found, oldest, .. }) => metrics.sealer_lag(found, oldest),
                Err(error) => tracing::warn!(%error, "the journal could not be sealed"),
            }
        }
    }

    /// Seals all that is committed now; gives back what was found at first.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn seal(&self) -> Result<Look> {
        let first = self.db.unscoped(async |tx| seal_batch(tx).await).await?;
        let mut look = first;
        while look.more {
            look = self.db.unscoped(async |tx| seal_batch(tx).await).await?;
        }
        let heads = self.db.unscoped(async |tx| heads(tx).await).await?;
        self.heads.send_if_modified(|known| {
            let goes_on = **known != heads;
            *known = Arc::new(heads);
            goes_on
        });
        Ok(first)
    }
}

#[derive(QueryableByName)]
struct TryLock {
    #[diesel(sql_type = Bool)]
    locked: bool,
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = Integer)]
    bureau_id: i32,
    #[diesel(sql_type = BigInt)]
    position: i64,
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

async fn seal_batch(tx: &mut Tx) -> Result<Look> {
    let TryLock { locked, now } = statement(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('jixiao.sealer', 0)) AS locked, clock_timestamp() AS now",
    )
    .get_result(&mut **tx)
    .await?;
    if !locked {
        return Ok(Look::default());
    }
    let entries: Vec<StoredEntry> = statement(
        "SELECT bureau_id, id, recorded_at, actor, action, subject_type, subject, school, before::text AS before,
             after::text AS after, request_id
         FROM journal WHERE position IS NULL ORDER BY bureau_id, id LIMIT $1",
    )
    .bind::<BigInt, _>(BATCH)
    .load(&mut **tx)
    .await?;
    let Some(oldest) = entries.iter().map(|entry| entry.recorded_at).min() else { return Ok(Look::default()) };
    let chained = chain(&entries, chain_ends(tx, &entries).await?)?;
    write(tx, &entries, &chained).await?;
    Ok(Look {
        found: entries.len(),
        oldest: (now - oldest).as_seconds_f64().max(0.0),
        more: i64::try_from(entries.len()).is_ok_and(|found| found == BATCH),
    })
}

/// Where the chain of each bureau ends.
async fn chain_ends(tx: &mut Tx, entries: &[StoredEntry]) -> Result<BTreeMap<i32, (i64, Hash)>> {
    let bureaus: BTreeSet<i32> = entries.iter().map(|entry| entry.bureau_id).collect();
    let heads: Vec<Head> = statement(
        "SELECT bureau.bureau_id, head.position, head.hash
         FROM unnest($1::integer[]) AS bureau (bureau_id)
         CROSS JOIN LATERAL (
             SELECT position, hash FROM journal
             WHERE bureau_id = bureau.bureau_id AND position IS NOT NULL ORDER BY position DESC LIMIT 1
         ) AS head",
    )
    .bind::<Array<Integer>, _>(bureaus.into_iter().collect::<Vec<_>>())
    .load(&mut **tx)
    .await?;
    let end = |Head { bureau_id, position, hash }| {
        let hash = Hash::try_from(hash).map_err(|_| AppError::internal("a hash of the journal has a wrong length"))?;
        Ok((bureau_id, (position, hash)))
    };
    heads.into_iter().map(end).collect()
}

/// Position and hash of each entry.
fn chain(entries: &[StoredEntry], mut ends: BTreeMap<i32, (i64, Hash)>) -> Result<Vec<(i64, Hash)>> {
    let mut chained = Vec::with_capacity(entries.len());
    for entry in entries {
        let (last, previous) = ends.get(&entry.bureau_id).copied().unwrap_or((0, GENESIS));
        let position = last.checked_add(1).ok_or_else(|| AppError::internal("no positions are left"))?;
        let end = (position, hash(&previous, position, entry));
        ends.insert(entry.bureau_id, end);
        chained.push(end);
    }
    Ok(chained)
}

/// Writes positions and hashes into entries that were read in the order of their keys.
///
/// The bounds keep the statement to these entries, whatever else waits: without them it has been planned, where PostgreSQL did
/// not know of any unsealed entry, as a comparison of each of those with each of the batch.
async fn write(tx: &mut Tx, entries: &[StoredEntry], chained: &[(i64, Hash)]) -> Result<()> {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
    let written = statement(
        "UPDATE journal SET position = sealed.position, hash = sealed.hash
         FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bytea[]) AS sealed (bureau_id, id, position, hash)
         WHERE journal.bureau_id = sealed.bureau_id AND journal.id = sealed.id AND journal.position IS NULL
           AND (journal.bureau_id, journal.id) >= ($5, $6) AND (journal.bureau_id, journal.id) <= ($7, $8)",
    )
    .bind::<Array<Integer>, _>(entries.iter().map(|entry| entry.bureau_id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(entries.iter().map(|entry| entry.id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(chained.iter().map(|(position, _)| *position).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(chained.iter().map(|(_, hash)| hash.as_slice()).collect::<Vec<_>>())
    .bind::<Integer, _>(first.bureau_id)
    .bind::<BigInt, _>(first.id)
    .bind::<Integer, _>(last.bureau_id)
    .bind::<BigInt, _>(last.id)
    .execute(&mut **tx)
    .await?;
    if written == entries.len() { Ok(()) } else { Err(AppError::internal("somebody else seals the journal as well")) }
}

async fn heads(tx: &mut Tx) -> Result<HashMap<i32, i64>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        bureau_id: i32,
        #[diesel(sql_type = BigInt)]
        position: i64,
    }
    let rows: Vec<Row> = statement(
        "SELECT id AS bureau_id, head.position
         FROM bureaus
         CROSS JOIN LATERAL (
             SELECT position FROM journal
             WHERE bureau_id = bureaus.id AND position IS NOT NULL ORDER BY position DESC LIMIT 1
         ) AS head",
    )
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.bureau_id, row.position)).collect())
}
