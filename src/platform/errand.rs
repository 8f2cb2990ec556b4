//! A request that is worked on after it was answered: what it tells while it is under way, and how its effect is had once.
//!
//! Handlers need not know: where an answer would be kept with an `Idempotency-Key`, it is kept with the errand, in the
//! transaction of the effect. Those that take long tell a [`Progress`]; those that take several transactions tell it each step.

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::convert::Infallible;

use super::access::Scope;
use super::db::Tx;
use super::error::{AppError, Code, Result};
use super::reply::Reply;

/// The most rows that are written at once: what is written of them is held until it is sent, and how far it is is told only
/// after them.
const AT_ONCE: usize = 5_000;

/// How far an errand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Rows that are behind it.
    pub done: u64,
    /// All rows, where that is known.
    pub total: Option<u64>,
}

/// A part of an errand that is committed by itself.
#[derive(Debug)]
pub struct Step {
    /// Its number, from 0.
    pub number: usize,
    /// What came of it.
    pub outcome: Value,
    /// How far the errand is after it.
    pub extent: Extent,
}

/// What stands behind a request that is worked on later. Each of these fails where the errand was given up or lost to another
/// worker, so that whatever stands in the same transaction does not happen.
pub trait Errand: fmt::Debug + Send + Sync {
    /// Keeps the answer, and ends the errand, in the transaction of the effect.
    fn keep<'a>(&'a self, tx: &'a mut Tx, scope: &'a Scope, reply: &'a Reply) -> LocalBoxFuture<'a, Result<()>>;

    /// What came of the steps that were taken before, in their order.
    fn steps<'a>(&'a self, tx: &'a mut Tx) -> LocalBoxFuture<'a, Result<Vec<Value>>>;

    /// Notes a step in the transaction of its effect: none is taken twice.
    fn take<'a>(&'a self, tx: &'a mut Tx, step: Step) -> LocalBoxFuture<'a, Result<()>>;

    /// Shows how far it is, past whatever transaction is open.
    fn advance(&self, extent: Extent) -> LocalBoxFuture<'_, Result<()>>;
}

/// To whom a handler tells how far it is: nobody, where somebody waits for the answer.
#[derive(Debug, Clone, Default)]
pub struct Progress(Option<Arc<dyn Errand>>);

impl Progress {
    /// Whether anybody looks.
    #[must_use]
    pub fn is_followed(&self) -> bool {
        self.0.is_some()
    }

    /// Tells how many rows there are, before any of them is behind it.
    ///
    /// # Errors
    /// Where it was given up.
    pub async fn begin(&self, rows: usize) -> Result<()> {
        self.reach(0, rows).await
    }

    /// Tells how many rows are behind it, of all.
    ///
    /// # Errors
    /// Where it was given up.
    pub async fn reach(&self, rows: usize, of: usize) -> Result<()> {
        self.advance(Extent { done: u64::try_from(rows).unwrap_or(u64::MAX), total: u64::try_from(of).ok() }).await
    }

    /// Writes rows in the one transaction that is open, a part at a time, and tells after each how many rows are behind it, `of`
    /// all: those that need no writing are so at once.
    ///
    /// # Errors
    /// What a part could not be written for; where it was given up.
    pub async fn write_in_parts<T>(
        &self,
        rows: &[T],
        of: usize,
        mut write: impl AsyncFnMut(&[T]) -> Result<()>,
    ) -> Result<()> {
        let mut done = of.saturating_sub(rows.len());
        let mut parts = rows.chunks(AT_ONCE);
        loop {
            match self.reach(done, of).await {
                // Others need the connections more.
                Err(error) if error.code() == Code::Overloaded => {}
                reached => reached?,
            }
            let Some(part) = parts.next() else { return Ok(()) };
            write(part).await?;
            done += part.len();
        }
    }

    /// Tells how far it is.
    ///
    /// # Errors
    /// Where it was given up.
    pub async fn advance(&self, extent: Extent) -> Result<()> {
        match &self.0 {
            Some(errand) => errand.advance(extent).await,
            None => Ok(()),
        }
    }

    /// What came of the steps that were taken before.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn steps<T: DeserializeOwned>(&self, tx: &mut Tx) -> Result<Vec<T>> {
        let Some(errand) = &self.0 else { return Ok(Vec::new()) };
        let steps = errand.steps(tx).await?;
        steps.into_iter().map(|step| serde_json::from_value(step).map_err(AppError::internal)).collect()
    }

    /// Notes the step of a number, from 0, in the transaction of its effect.
    ///
    /// # Errors
    /// Where it was given up, or took that step before.
    pub async fn take(&self, tx: &mut Tx, number: usize, outcome: &impl Serialize, extent: Extent) -> Result<()> {
        let Some(errand) = &self.0 else { return Ok(()) };
        let outcome = serde_json::to_value(outcome).map_err(AppError::internal)?;
        errand.take(tx, Step { number, outcome, extent }).await
    }
}

impl FromRequest for Progress {
    type Error = Infallible;
    type Future = Ready<std::result::Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.extensions().get::<Arc<dyn Errand>>().cloned())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::*;

    /// Keeps what it is told, and refuses one of it.
    #[derive(Debug, Default)]
    struct Listener {
        told: Mutex<Vec<Extent>>,
        refused: Option<(u64, Code)>,
    }

    impl Errand for Listener {
        fn keep<'a>(&'a self, _: &'a mut Tx, _: &'a Scope, _: &'a Reply) -> LocalBoxFuture<'a, Result<()>> {
            ready(Ok(())).boxed_local()
        }

        fn steps<'a>(&'a self, _: &'a mut Tx) -> LocalBoxFuture<'a, Result<Vec<Value>>> {
            ready(Ok(Vec::new())).boxed_local()
        }

        fn take<'a>(&'a self, _: &'a mut Tx, _: Step) -> LocalBoxFuture<'a, Result<()>> {
            ready(Ok(())).boxed_local()
        }

        fn advance(&self, extent: Extent) -> LocalBoxFuture<'_, Result<()>> {
            let refusal = self.refused.filter(|(done, _)| *done == extent.done).map(|(_, code)| AppError::new(code));
            self.told.lock().unwrap().push(extent);
            ready(refusal.map_or(Ok(()), Err)).boxed_local()
        }
    }

    /// What becomes of writing so many rows of a file: the result, how long the parts were, and what was told.
    async fn write(
        (rows, of): (usize, usize),
        refused: Option<(u64, Code)>,
    ) -> (Result<(), Code>, Vec<usize>, Vec<u64>) {
        let listener = Arc::new(Listener { refused, ..Listener::default() });
        let mut parts = Vec::new();
        let write = async |part: &[()]| {
            parts.push(part.len());
            Ok(())
        };
        let written = Progress(Some(listener.clone())).write_in_parts(&vec![(); rows], of, write).await;
        let told = listener.told.lock().unwrap();
        assert!(told.iter().all(|extent| extent.total == u64::try_from(of).ok()), "{told:?}");
        (written.map_err(|error| error.code()), parts, told.iter().map(|extent| extent.done).collect())
    }

    #[tokio::test]
    async fn what_is_written_in_parts_is_told_after_each() {
        for ((rows, of), parts, told) in [
            ((12_000, 12_000), &[5_000, 5_000, 2_000][..], &[0, 5_000, 10_000, 12_000][..]),
            // What says what is so already, or is refused, is behind it before anything is written.
            ((5_001, 20_000), &[5_000, 1], &[14_999, 19_999, 20_000]),
            ((5_000, 5_000), &[5_000], &[0, 5_000]),
            ((0, 7), &[], &[7]),
        ] {
            assert_eq!(write((rows, of), None).await, (Ok(()), parts.to_vec(), told.to_vec()), "{rows} of {of}");
        }
    }

    #[tokio::test]
    async fn where_it_was_given_up_nothing_more_is_written() {
        let (written, parts, _) = write((12_000, 12_000), Some((5_000, Code::Unavailable))).await;
        assert_eq!((written, parts), (Err(Code::Unavailable), vec![5_000]));
    }

    #[tokio::test]
    async fn where_it_cannot_be_told_for_now_it_goes_on() {
        let (written, parts, told) = write((12_000, 12_000), Some((5_000, Code::Overloaded))).await;
        assert_eq!((written, parts), (Ok(()), vec![5_000, 5_000, 2_000]));
        assert_eq!(told, [0, 5_000, 10_000, 12_000]);
    }
}
