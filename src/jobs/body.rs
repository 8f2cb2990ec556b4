//! Jobs as they are sent.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Job, State};

/// A request that is worked on as a job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobBody {
    /// Its id.
    #[schema(example = "0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11")]
    id: Uuid,
    /// The operation that was asked for, by its id in this document.
    #[schema(example = "import_payments")]
    operation: String,
    /// Path and query of the request.
    #[schema(example = "/v1/finance/payments/import?atomic=false")]
    target: String,
    /// Size of its body in bytes.
    #[schema(example = 1_482_112, minimum = 1)]
    size: i64,
    /// How far it has come.
    state: State,
    /// Whether it is to be cancelled as soon as whoever works on it sees that.
    cancel_requested: bool,
    /// How much is behind it, in percent; 100 only where it is done.
    #[schema(example = 42, minimum = 0, maximum = 100)]
    percent: u8,
    /// Rows or lines of the file that are behind it. An atomic import has had no effect before it is done.
    #[schema(example = 8_400, minimum = 0)]
    done: i64,
    /// All rows or lines of the file; null before they are counted.
    #[schema(required, example = 20_000, minimum = 0)]
    total: Option<i64>,
    /// How often it was taken up since it last came forward; more than once where the service was stopped, or had no time.
    #[schema(example = 1, minimum = 0)]
    attempts: i32,
    /// When it was put in.
    created_at: DateTime<Utc>,
    /// When it was first taken up; null before.
    #[schema(required)]
    started_at: Option<DateTime<Utc>>,
    /// When it ended; null before.
    #[schema(required)]
    ended_at: Option<DateTime<Utc>>,
    /// The HTTP status of its answer; null before there is one, and where it was cancelled.
    #[schema(required, example = 200, minimum = 200, maximum = 599)]
    status: Option<i16>,
    /// Where the answer can be read; null where there is none.
    #[schema(required, example = "/v1/jobs/0197a2b4-7c1e-7d52-9c55-0d3f4a0e6b11/result")]
    result: Option<String>,
    /// What the caller may do with it now.
    #[schema(example = json!(["cancel"]))]
    may: Vec<JobAction>,
}

/// What can be done with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobAction {
    /// Cancel it.
    Cancel,
}

impl From<Job> for JobBody {
    fn from(job: Job) -> Self {
        let may = job.state.is_open() && !job.cancel_requested;
        Self {
            percent: job.percent(),
            result: job.status.map(|_| format!("/v1/jobs/{}/result", job.id)),
            may: may.then_some(JobAction::Cancel).into_iter().collect(),
            id: job.id,
            operation: job.operation,
            target: job.target,
            size: job.size,
            state: job.state,
            cancel_requested: job.cancel_requested,
            done: job.done,
            total: job.total,
            attempts: job.attempts,
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            status: job.status,
        }
    }
}

impl JobBody {
    /// The key by which lists go on.
    pub(super) fn id(&self) -> Uuid {
        self.id
    }
}
