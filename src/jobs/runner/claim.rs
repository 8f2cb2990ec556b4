//! The hold on a job: whoever has it may write what becomes of it, and nobody else.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use super::queries::{self, Claimed, Ending, Lease};
use super::{Answer, Stage};
use crate::jobs::model::State;
use crate::jobs::ops::entry;
use crate::jobs::queries::delete_pieces;
use crate::platform::access::Scope;
use crate::platform::db::{Database, Tx};
use crate::platform::errand::{Errand, Extent, Step};
use crate::platform::error::{AppError, Code, Result};
use crate::platform::journal::{self, Entry};
use crate::platform::reply::Reply;

/// The hold on a job. Where it was lost, whatever it writes is refused, and with it the transaction in which that stood.
pub struct Claim {
    db: Database,
    scope: Scope,
    lease: Lease,
    school: Option<String>,
    stage: watch::Receiver<Stage>,
    came_forward: AtomicBool,
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claim").field(&self.lease).finish()
    }
}

impl Claim {
    pub(super) fn new(db: Database, scope: Scope, claimed: &Claimed, stage: watch::Receiver<Stage>) -> Self {
        let lease = Lease { bureau: scope.bureau_id(), job: claimed.id, token: claimed.lease };
        Self { db, scope, lease, school: claimed.school.clone(), stage, came_forward: AtomicBool::new(false) }
    }

    pub(super) fn db(&self) -> &Database {
        &self.db
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stage.borrow() > Stage::Working
    }

    /// How often the job was taken up since it last came forward.
    pub(super) fn attempts(&self, claimed: &Claimed) -> i32 {
        if self.came_forward.load(Ordering::Relaxed) { 1 } else { claimed.attempts }
    }

    /// A piece of the body by its number, from 0; none behind the last.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn piece(&self, number: i32) -> Result<Option<Vec<u8>>> {
        self.db.read(&self.scope, async |tx| queries::piece(tx, self.lease, number).await).await
    }

    /// Renews the lease, and says whether the job is to be cancelled; none where it was lost.
    pub(super) async fn renew(&self) -> Result<Option<bool>> {
        self.db.write(&self.scope, async |tx| queries::renew(tx, self.lease).await).await
    }

    /// Ends the job with an answer, unless it has ended with one already.
    pub(super) async fn end(&self, answer: &Answer) -> Result<&'static str> {
        let status = answer.status;
        let state = if (200..300).contains(&status) { State::Done } else { State::Failed };
        let ending = Ending { state, answer: Some((status, &answer.content_type, &answer.body)) };
        self.finish(&ending).await
    }

    /// Ends the job without one.
    pub(super) async fn cancel(&self) -> Result<&'static str> {
        self.finish(&Ending { state: State::Cancelled, answer: None }).await
    }

    async fn finish(&self, ending: &Ending<'_>) -> Result<&'static str> {
        if self.write(ending).await? {
            return Ok(ending.state.name());
        }
        // Whoever was told that it will be cancelled is not told that it is done.
        let is_cancelled = ending.state == State::Done && self.renew().await? == Some(true);
        let cancelled = Ending { state: State::Cancelled, answer: None };
        Ok(if is_cancelled && self.write(&cancelled).await? { cancelled.state.name() } else { "ended before" })
    }

    async fn write(&self, ending: &Ending<'_>) -> Result<bool> {
        self.db.write(&self.scope, async |tx: &mut Tx| self.write_ending(tx, &self.scope, ending).await).await
    }

    /// Puts the job back as it was before it was taken up.
    pub(super) async fn put_back(&self) -> Result<&'static str> {
        self.db.write(&self.scope, async |tx| queries::put_back(tx, self.lease, None).await).await?;
        Ok("put back")
    }

    /// Puts the job off for a while, which grows with the attempts.
    pub(super) async fn put_off(&self, attempts: i32) -> Result<&'static str> {
        let wait = TimeDelta::seconds(1_i64 << attempts.clamp(0, 6));
        self.db.write(&self.scope, async |tx| queries::put_back(tx, self.lease, Some(wait)).await).await?;
        Ok("put off")
    }

    /// Ends the job where it is still held, and says whether it was.
    async fn write_ending(&self, tx: &mut Tx, scope: &Scope, ending: &Ending<'_>) -> Result<bool> {
        if !queries::end(tx, self.lease, ending).await? {
            return Ok(false);
        }
        delete_pieces(tx, &self.scope, self.lease.job).await?;
        let after = json!({ "state": ending.state, "status": ending.answer.map(|(status, ..)| status) });
        let of_job = Entry { school: self.school.as_deref(), ..entry("job.end", scope, self.lease.job, Some(after)) };
        journal::record(tx, scope, vec![of_job]).await?;
        Ok(true)
    }

    fn lost(&self) -> AppError {
        let Lease { job, .. } = self.lease;
        AppError::new(Code::Unavailable).caused_by(format!("the job {job} is held no more"))
    }
}

impl Errand for Claim {
    fn keep<'a>(&'a self, tx: &'a mut Tx, scope: &'a Scope, reply: &'a Reply) -> LocalBoxFuture<'a, Result<()>> {
        async move {
            let ending = Ending { state: State::Done, answer: Some(reply.parts()) };
            if self.write_ending(tx, scope, &ending).await? { Ok(()) } else { Err(self.lost()) }
        }
        .boxed_local()
    }

    fn steps<'a>(&'a self, tx: &'a mut Tx) -> LocalBoxFuture<'a, Result<Vec<Value>>> {
        queries::steps(tx, self.lease).boxed_local()
    }

    fn take<'a>(&'a self, tx: &'a mut Tx, step: Step) -> LocalBoxFuture<'a, Result<()>> {
        async move {
            let goes_on = !self.is_stopping() && queries::take(tx, self.lease, self.school.as_deref(), &step).await?;
            if !goes_on {
                return Err(self.lost());
            }
            self.came_forward.store(true, Ordering::Relaxed);
            Ok(())
        }
        .boxed_local()
    }

    fn advance(&self, extent: Extent) -> LocalBoxFuture<'_, Result<()>> {
        async move {
            let held = self.db.write(&self.scope, async |tx| queries::advance(tx, self.lease, extent).await).await?;
            if held { Ok(()) } else { Err(self.lost()) }
        }
        .boxed_local()
    }
}

/// Ids tell jobs and leases apart, wherever they were made.
pub(super) fn new_lease() -> Uuid {
    Uuid::now_v7()
}
