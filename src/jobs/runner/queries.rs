//! Jobs in the database, for those who work on them. Whatever they write is bound to their lease.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::claim::new_lease;
use crate::jobs::model::{Order, State};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::errand::{Extent, Step};
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// After how long without a word of its holder a job may be taken up by others.
const LEASE: TimeDelta = TimeDelta::seconds(15);

/// A hold on a job.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    pub bureau: i32,
    pub job: Uuid,
    pub token: Uuid,
}

/// A job that was just taken up.
#[derive(Debug)]
pub(super) struct Claimed {
    pub id: Uuid,
    pub lease: Uuid,
    pub account: String,
    pub school: Option<String>,
    pub order: Order,
    pub request_id: Uuid,
    pub attempts: i32,
    pub cancel_requested: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    account: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Text)]
    operation: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Jsonb)]
    headers: Value,
    #[diesel(sql_type = SqlUuid)]
    request_id: Uuid,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Bool)]
    cancel_requested: bool,
}

/// Takes up the oldest job of the bureau that may be. Those of an account come one after the other, in their order.
pub(super) async fn claim(tx: &mut Tx, scope: &Scope) -> Result<Option<Claimed>> {
    let (now, lease) = (tx.now(), new_lease());
    let rows: Vec<Row> = statement(
        "UPDATE jobs SET state = 'running', lease = $2, due_at = $4, attempts = attempts + 1,
                         started_at = coalesce(started_at, $3)
         WHERE bureau_id = $1 AND id = (
             SELECT id FROM jobs AS job
             WHERE bureau_id = $1 AND state IN ('waiting', 'running') AND due_at <= $3
               AND NOT EXISTS (SELECT FROM jobs AS earlier
                               WHERE earlier.bureau_id = $1 AND earlier.account = job.account
                                 AND earlier.state IN ('waiting', 'running')
                                 AND (earlier.created_at, earlier.id) < (job.created_at, job.id))
             ORDER BY created_at, id LIMIT 1
             FOR UPDATE SKIP LOCKED)
         RETURNING id, account, school, operation, target, headers, request_id, attempts, cancel_requested",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<SqlUuid, _>(lease)
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(now + LEASE)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next().map(|row| Claimed {
        id: row.id,
        lease,
        account: row.account,
        school: row.school,
        order: Order { operation: row.operation, target: row.target, headers: row.headers },
        request_id: row.request_id,
        attempts: row.attempts,
        cancel_requested: row.cancel_requested,
    }))
}

#[derive(QueryableByName)]
struct Piece {
    #[diesel(sql_type = Binary)]
    content: Vec<u8>,
}

/// A piece of the body.
pub(super) async fn piece(tx: &mut Tx, lease: Lease, number: i32) -> Result<Option<Vec<u8>>> {
    let rows: Vec<Piece> =
        statement("SELECT content FROM job_contents WHERE bureau_id = $1 AND job = $2 AND number = $3")
            .bind::<Integer, _>(lease.bureau)
            .bind::<SqlUuid, _>(lease.job)
            .bind::<Integer, _>(number)
            .load(&mut **tx)
            .await?;
    Ok(rows.into_iter().next().map(|piece| piece.content))
}

#[derive(QueryableByName)]
struct Renewed {
    #[diesel(sql_type = Bool)]
    cancel_requested: bool,
}

/// Renews a lease, and says whether the job is to be cancelled; none where it was lost.
pub(super) async fn renew(tx: &mut Tx, lease: Lease) -> Result<Option<bool>> {
    let until = tx.now() + LEASE;
    let rows: Vec<Renewed> = statement(
        "UPDATE jobs SET due_at = $4
         WHERE bureau_id = $1 AND id = $2 AND lease = $3
         RETURNING cancel_requested",
    )
    .bind::<Integer, _>(lease.bureau)
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(lease.token)
    .bind::<Timestamptz, _>(until)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().next().map(|renewed| renewed.cancel_requested))
}

/// Shows how far a job is; false where it was lost, or is to be cancelled.
pub(super) async fn advance(tx: &mut Tx, lease: Lease, extent: Extent) -> Result<bool> {
    let until: DateTime<Utc> = tx.now() + LEASE;
    let advanced = statement(
        "UPDATE jobs SET done = $4, total = $5, due_at = $6
         WHERE bureau_id = $1 AND id = $2 AND lease = $3 AND NOT cancel_requested",
    )
    .bind::<Integer, _>(lease.bureau)
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(lease.token)
    .bind::<BigInt, _>(rows(extent.done)?)
    .bind::<Nullable<BigInt>, _>(extent.total.map(rows).transpose()?)
    .bind::<Timestamptz, _>(until)
    .execute(&mut **tx)
    .await?;
    Ok(advanced == 1)
}

fn rows(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(AppError::internal)
}

#[derive(QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Jsonb)]
    outcome: Value,
}

/// What came of the steps that were taken.
pub(super) async fn steps(tx: &mut Tx, lease: Lease) -> Result<Vec<Value>> {
    let rows: Vec<Outcome> =
        statement("SELECT outcome FROM job_steps WHERE bureau_id = $1 AND job = $2 ORDER BY number")
            .bind::<Integer, _>(lease.bureau)
            .bind::<SqlUuid, _>(lease.job)
            .load(&mut **tx)
            .await?;
    Ok(rows.into_iter().map(|row| row.outcome).collect())
}

/// Notes a step, and with it that the job came forward; false where it was lost, or is to be cancelled. The row of the job is
/// locked, so that nobody ends it before the step is committed.
pub(super) async fn take(tx: &mut Tx, lease: Lease, school: Option<&str>, step: &Step) -> Result<bool> {
    let now = tx.now();
    let taken = statement(
        "WITH held AS (
             UPDATE jobs SET done = $4, total = $5, due_at = $6, attempts = 1
             WHERE bureau_id = $1 AND id = $2 AND lease = $3 AND NOT cancel_requested
             RETURNING id
         )
         INSERT INTO job_steps (bureau_id, job, number, school, outcome, taken_at)
         SELECT $1, id, $7, $8, $9, $10 FROM held",
    )
    .bind::<Integer, _>(lease.bureau)
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(lease.token)
    .bind::<BigInt, _>(rows(step.extent.done)?)
    .bind::<Nullable<BigInt>, _>(step.extent.total.map(rows).transpose()?)
    .bind::<Timestamptz, _>(now + LEASE)
    .bind::<Integer, _>(i32::try_from(step.number).map_err(AppError::internal)?)
    .bind::<Nullable<Text>, _>(school)
    .bind::<Jsonb, _>(&step.outcome)
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(taken == 1)
}

/// How a job ends: in which state, and with which status, type and body.
pub(super) struct Ending<'a> {
    pub state: State,
    pub answer: Option<(u16, &'a str, &'a [u8])>,
}

/// Ends a job; false where it was lost, or has ended, or is to be cancelled and would be done.
pub(super) async fn end(tx: &mut Tx, lease: Lease, ending: &Ending<'_>) -> Result<bool> {
    let now = tx.now();
    let status = ending.answer.map(|(status, ..)| i16::try_from(status)).transpose().map_err(AppError::internal)?;
    let ended = statement(
        "UPDATE jobs SET state = $4, lease = NULL, ended_at = $5, status = $6, content_type = $7, answer = $8,
                         done = CASE $4 WHEN 'done' THEN coalesce(total, done) ELSE done END
         WHERE bureau_id = $1 AND id = $2 AND lease = $3 AND NOT (cancel_requested AND $4 = 'done')",
    )
    .bind::<Integer, _>(lease.bureau)
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(lease.token)
    .bind::<Text, _>(ending.state.name())
    .bind::<Timestamptz, _>(now)
    .bind::<Nullable<SmallInt>, _>(status)
    .bind::<Nullable<Text>, _>(ending.answer.map(|(_, content_type, _)| content_type))
    .bind::<Nullable<Binary>, _>(ending.answer.map(|(.., body)| body))
    .execute(&mut **tx)
    .await?;
    Ok(ended == 1)
}

/// Lets a job go: to be taken up at once as if nobody had, or after a while.
pub(super) async fn put_back(tx: &mut Tx, lease: Lease, wait: Option<TimeDelta>) -> Result<()> {
    let now = tx.now();
    statement(
        "UPDATE jobs SET state = 'waiting', lease = NULL, due_at = $4, attempts = attempts - $5
         WHERE bureau_id = $1 AND id = $2 AND lease = $3",
    )
    .bind::<Integer, _>(lease.bureau)
    .bind::<SqlUuid, _>(lease.job)
    .bind::<SqlUuid, _>(lease.token)
    .bind::<Timestamptz, _>(now + wait.unwrap_or_default())
    .bind::<Integer, _>(i32::from(wait.is_none()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}
