//! Recorded times that can be asked for again.
//!
//! What figures rest on is kept with the time at which it was recorded, and a figure as of a past
//! moment must be what the same question would have answered then. That holds only if, when
//! somebody reads "as of now", nothing recorded before now is still waiting for its commit. So who
//! records takes its time under a lock of the bureau that lasts until the commit, and who reads
//! "now" takes the time under the opposite lock.

use chrono::{DateTime, Utc};

use super::access::Scope;
use super::db::{Database, Tx, lock_both_then_read_clock, lock_then_read_clock};
use super::error::Result;

/// The kinds of thing that are recorded; each has a lock of its own, because their traffic differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strand {
    /// Decisions, organisations, definitions: written rarely, read all the time. Readers share.
    Decisions,
    /// Submissions by schools: written all the time, read rarely. Writers share.
    Submissions,
}

impl Strand {
    const fn lock_class(self) -> i32 {
        match self {
            Self::Decisions => 0x6a78_0001,
            Self::Submissions => 0x6a78_0002,
        }
    }
}

/// The time at which this transaction records something. Take it as late as possible: other
/// decisions of the bureau wait until the commit.
///
/// # Errors
/// Where the lock is not had in time.
pub async fn recording_time(tx: &mut Tx, scope: &Scope, strand: Strand) -> Result<DateTime<Utc>> {
    let shared = strand == Strand::Submissions;
    lock_then_read_clock(tx, strand.lock_class(), scope.bureau_id(), shared).await
}

/// The time at which this transaction records what figures of every basis rest on: organisations
/// and definitions. Takes the locks of all strands, in the order of [`Strand`].
///
/// # Errors
/// Where a lock is not had in time.
pub async fn redefinition_time(tx: &mut Tx, scope: &Scope) -> Result<DateTime<Utc>> {
    recording_time(tx, scope, Strand::Decisions).await?;
    recording_time(tx, scope, Strand::Submissions).await
}

/// A time before which nothing can be recorded any more: "now", for who reads.
///
/// # Errors
/// Where the lock is not had in time.
pub async fn settled_time(tx: &mut Tx, scope: &Scope, strand: Strand) -> Result<DateTime<Utc>> {
    let shared = strand == Strand::Decisions;
    lock_then_read_clock(tx, strand.lock_class(), scope.bureau_id(), shared).await
}

/// A moment before which nothing of any kind can be recorded any more, for who reads in a transaction that begins after it.
///
/// # Errors
/// Where a lock is not had in time.
pub async fn settled_moment(db: &Database, scope: &Scope) -> Result<DateTime<Utc>> {
    let [decisions, submissions] = [Strand::Decisions, Strand::Submissions].map(Strand::lock_class);
    let locks = (decisions, submissions);
    db.read(scope, async |tx| lock_both_then_read_clock(tx, locks, scope.bureau_id()).await).await
}
