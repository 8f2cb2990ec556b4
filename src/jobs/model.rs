//! What a job is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::platform::error::{AppError, Result};

/// The largest body that is taken in, in bytes.
pub const MAX_CONTENT: u64 = 256 * 1024 * 1024;

/// In what pieces a body is kept, in bytes.
pub(super) const PIECE: usize = 1024 * 1024;

/// The most jobs of an account that have not ended.
pub(super) const MAX_OPEN: i64 = 20;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JobState)]
pub(super) enum State {
    /// Nobody works on it yet, or for now.
    Waiting,
    /// It is being worked on.
    Running,
    /// It has had its effect.
    Done,
    /// It was refused, or given up after several attempts: the answer says why.
    Failed,
    /// It was cancelled, and has had no effect beyond the batches that were committed before.
    Cancelled,
}

impl State {
    pub(super) fn named(name: &str) -> Result<Self> {
        match name {
            "waiting" => Ok(Self::Waiting),
            "running" => Ok(Self::Running),
            "done" => Ok(Self::Done),
            "failed" => Ok(Self::Failed),
            "cancelled" => Ok(Self::Cancelled),
            _ => Err(AppError::internal(format!("no state of a job: {name}"))),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether there is still something to come.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// What is asked for: a request without its body.
#[derive(Debug, Clone)]
pub struct Order {
    /// The operation, by its id in the document.
    pub operation: String,
    /// Path and query.
    pub target: String,
    /// Those of its headers on which the answer depends, by their names.
    pub headers: Value,
}

/// A job as it stands.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub id: Uuid,
    pub operation: String,
    pub target: String,
    pub size: i64,
    pub state: State,
    pub cancel_requested: bool,
    pub done: i64,
    pub total: Option<i64>,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub status: Option<i16>,
}

impl Job {
    /// How much of it is behind it: 100 only where it is done.
    pub(super) fn percent(&self) -> u8 {
        if self.state == State::Done {
            return 100;
        }
        let part = self.done.saturating_mul(100).checked_div(self.total.unwrap_or_default());
        part.map_or(0, |part| u8::try_from(part.clamp(0, 99)).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(state: State, done: i64, total: Option<i64>) -> Job {
        Job {
            id: Uuid::nil(),
            operation: String::new(),
            target: String::new(),
            size: 1,
            state,
            cancel_requested: false,
            done,
            total,
            attempts: 1,
            created_at: DateTime::UNIX_EPOCH,
            started_at: None,
            ended_at: None,
            status: None,
        }
    }

    #[test]
    fn nothing_is_complete_before_it_is_done() {
        for (state, done, total, percent) in [
            (State::Waiting, 0, None, 0),
            (State::Running, 0, Some(0), 0),
            (State::Running, 5, None, 0),
            (State::Running, 1, Some(3), 33),
            (State::Running, 3, Some(3), 99),
            (State::Running, i64::MAX, Some(i64::MAX), 1),
            (State::Cancelled, 1, Some(2), 50),
            (State::Done, 0, None, 100),
        ] {
            assert_eq!(job(state, done, total).percent(), percent, "{state:?} {done} of {total:?}");
        }
    }

    #[test]
    fn a_state_has_one_name() {
        for state in [State::Waiting, State::Running, State::Done, State::Failed, State::Cancelled] {
            assert_eq!(State::named(state.name()).unwrap(), state);
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
