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
use super::error::{AppError, Result};
use super::reply::Reply;

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
