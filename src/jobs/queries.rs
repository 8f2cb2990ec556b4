//! Jobs in the database, for those who put them in and follow them.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Job, MAX_OPEN, Order, State};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::statement::statement;
use crate::say;

/// How long a job can be read after it has ended.
const KEPT_FOR: TimeDelta = TimeDelta::days(7);

/// How long a body may lie there without its job, which comes right after it.
const UNCLAIMED_FOR: TimeDelta = TimeDelta::hours(1);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    operation: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    cancel_requested: bool,
    #[diesel(sql_type = BigInt)]
    done: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    total: Option<i64>,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    started_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    status: Option<i16>,
}

impl TryFrom<Row> for Job {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            state: State::named(&row.state)?,
            id: row.id,
            operation: row.operation,
            target: row.target,
            size: row.size,
            cancel_requested: row.cancel_requested,
            done: row.done,
            total: row.total,
            attempts: row.attempts,
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            status: row.status,
        })
    }
}

/// Keeps a piece of a body.
pub(super) async fn insert_piece(tx: &mut Tx, scope: &Scope, job: Uuid, number: i32, piece: &[u8]) -> Result<()> {
    let now = tx.now();
    statement(
        "INSERT INTO job_contents (bureau_id, job, number, school, content, stored_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(job)
    .bind::<Integer, _>(number)
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Binary, _>(piece)
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn too_many() -> AppError {
    AppError::new(Code::QuotaExceeded).detail(say!(
        "一个账号至多有 {MAX_OPEN} 个未结束的任务",
        "An account has at most {MAX_OPEN} jobs that have not ended"
    ))
}

/// Whether the account may put in another job, before its body is kept.
///
/// # Errors
/// [`Code::QuotaExceeded`] where it may not.
pub(super) async fn check_open(tx: &mut Tx, scope: &Scope) -> Result<()> {
    #[derive(QueryableByName)]
    struct Open {
        #[diesel(sql_type = BigInt)]
        jobs: i64,
    }
    let open: Open = statement(
        "SELECT count(*) AS jobs FROM jobs WHERE bureau_id = $1 AND account = $2 AND state IN ('waiting', 'running')",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .get_result(&mut **tx)
    .await?;
    if open.jobs < MAX_OPEN { Ok(()) } else { Err(too_many()) }
}

/// Puts a job in, whose body is there; the account may not have too many that have not ended.
pub(super) async fn insert(tx: &mut Tx, scope: &Scope, id: Uuid, order: &Order, size: i64) -> Result<Job> {
    let now = tx.now();
    // Of several that are put in at once, each counts those before it.
    statement("SELECT pg_advisory_xact_lock(hashtextextended('jixiao.jobs of ' || $1 || ' ' || $2, 0))")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(scope.actor())
        .execute(&mut **tx)
        .await?;
    let rows: Vec<Row> = statement(
        "INSERT INTO jobs (bureau_id, id, account, school, operation, target, headers, size, request_id, due_at, created_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10
         WHERE (SELECT count(*) FROM jobs
                WHERE bureau_id = $1 AND account = $3 AND state IN ('waiting', 'running')) < $11
         RETURNING id, operation, target, size, state, cancel_requested, done, total, attempts, created_at, started_at,
                   ended_at, status",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(scope.actor())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Text, _>(&order.operation)
    .bind::<Text, _>(&order.target)
    .bind::<Jsonb, _>(&order.headers)
    .bind::<BigInt, _>(size)
    .bind::<SqlUuid, _>(scope.request_id())
    .bind::<Timestamptz, _>(now)
    .bind::<BigInt, _>(MAX_OPEN)
    .load(&mut **tx)
    .await?;
    rows.into_iter().next().ok_or_else(too_many)?.try_into()
}

/// A page of the caller's own jobs, the last first: those before an id.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    state: Option<State>,
    (before, limit): (Option<Uuid>, i64),
) -> Result<Vec<Job>> {
    let rows: Vec<Row> = statement(
        "SELECT id, operation, target, size, state, cancel_requested, done, total, attempts, created_at, started_at,
                ended_at, status
         FROM jobs
         WHERE bureau_id = $1 AND account = $2 AND ($3 IS NULL OR state = $3) AND ($4 IS NULL OR id < $4)
         ORDER BY id DESC LIMIT $5",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<Nullable<Text>, _>(state.map(State::name))
    .bind::<Nullable<SqlUuid>, _>(before)
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(Job::try_from).collect()
}

/// One of the caller's own jobs.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<Option<Job>> {
    let rows: Vec<Row> = statement(
        "SELECT id, operation, target, size, state, cancel_requested, done, total, attempts, created_at, started_at,
                ended_at, status
         FROM jobs
         WHERE bureau_id = $1 AND account = $2 AND id = $3",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<SqlUuid, _>(id)
    .load(&mut **tx)
    .await?;
    rows.into_iter().next().map(Job::try_from).transpose()
}

/// What a job was answered.
#[derive(QueryableByName)]
pub(super) struct AnswerRow {
    #[diesel(sql_type = SmallInt)]
    pub status: i16,
    #[diesel(sql_type = Text)]
    pub content_type: String,
    #[diesel(sql_type = Binary)]
    pub answer: Vec<u8>,
}

/// The answer of one of the caller's own jobs, where there is one.
pub(super) async fn answer(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<Option<AnswerRow>> {
    let rows: Vec<AnswerRow> = statement(
        "SELECT status, content_type, answer FROM jobs
         WHERE bureau_id = $1 AND account = $2 AND id = $3 AND status IS NOT NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<SqlUuid, _>(id)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next())
}

/// Cancels one of the caller's own jobs: at once where nobody works on it, and otherwise as soon as whoever does sees it.
/// None where it has ended.
pub(super) async fn cancel(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<Option<Job>> {
    let now = tx.now();
    let rows: Vec<Row> = statement(
        "UPDATE jobs SET cancel_requested = true,
                         state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END,
                         ended_at = CASE state WHEN 'waiting' THEN $4 END
         WHERE bureau_id = $1 AND account = $2 AND id = $3 AND state IN ('waiting', 'running')
         RETURNING id, operation, target, size, state, cancel_requested, done, total, attempts, created_at, started_at,
                   ended_at, status",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now)
    .load(&mut **tx)
    .await?;
    rows.into_iter().next().map(Job::try_from).transpose()
}

/// Takes the body of a job away, which nobody needs any more.
pub(super) async fn delete_pieces(tx: &mut Tx, scope: &Scope, job: Uuid) -> Result<()> {
    statement("DELETE FROM job_contents WHERE bureau_id = $1 AND job = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<SqlUuid, _>(job)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes away a body that became no job.
pub(super) async fn delete_pieces_without_job(tx: &mut Tx, scope: &Scope, job: Uuid) -> Result<()> {
    statement(
        "DELETE FROM job_contents
         WHERE bureau_id = $1 AND job = $2 AND NOT EXISTS (SELECT FROM jobs WHERE bureau_id = $1 AND id = $2)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(job)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets jobs that ended long ago, and bodies whose job never came.
///
/// # Errors
/// Where the database refuses.
pub async fn forget_old(tx: &mut Tx, scope: &Scope) -> Result<usize> {
    let now = tx.now();
    let forgotten = statement("DELETE FROM jobs WHERE bureau_id = $1 AND ended_at < $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Timestamptz, _>(now - KEPT_FOR)
        .execute(&mut **tx)
        .await?;
    statement(
        "DELETE FROM job_contents AS piece
         WHERE bureau_id = $1 AND stored_at < $2
           AND NOT EXISTS (SELECT FROM jobs WHERE jobs.bureau_id = $1 AND jobs.id = piece.job)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(now - UNCLAIMED_FOR)
    .execute(&mut **tx)
    .await?;
    Ok(forgotten)
}
