//! How jobs are put in and cancelled.

use std::fs::File;
use std::io::{Read, Seek};

use serde_json::{Value, json};
use uuid::Uuid;

use super::body::JobBody;
use super::model::{Job, Order, PIECE, State};
use super::queries;
use crate::app::App;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::idempotency::Idempotency;
use crate::platform::journal::{self, Entry};
use crate::platform::reply::Reply;
use crate::say;

/// 404: no such job, or none of the caller's own.
pub(super) fn no_job(id: &str) -> AppError {
    AppError::not_found(say!("您没有编号为“{id}”的任务", "You have no job “{id}”"))
}

/// Puts a request in as a job, and answers where it can be followed.
///
/// The body goes first, a piece in each transaction, so that neither memory nor a transaction grows with it; what has no job
/// in the end is swept away.
///
/// # Errors
/// As of [`Database::execute`](crate::platform::db::Database::execute); [`Code::QuotaExceeded`] where the account has too many.
pub async fn put_in(app: &App, scope: &Scope, order: &Order, body: File, idempotency: &Idempotency) -> Result<Reply> {
    if let Some(reply) = app.db.replay(scope, idempotency).await? {
        return Ok(reply);
    }
    app.db.read(scope, async |tx| queries::check_open(tx, scope).await).await?;
    let id = Uuid::now_v7();
    let size = keep_body(app, scope, id, body).await?;
    let work = async |tx: &mut Tx| {
        let job = queries::insert(tx, scope, id, order, size).await?;
        let after = json!({ "operation": job.operation, "target": job.target, "size": job.size });
        journal::record(tx, scope, vec![entry("job.create", scope, id, Some(after))]).await?;
        Reply::accepted(format!("/v1/jobs/{id}"), &JobBody::from(job))
    };
    let outcome = app.db.execute(scope, idempotency, work).await;
    // Where there is no such job now (too many, another request with the same key), its body is of no use.
    app.db.write(scope, async |tx| queries::delete_pieces_without_job(tx, scope, id).await).await?;
    app.jobs.wake();
    outcome
}

/// Keeps a body piece by piece, and says how large it is.
async fn keep_body(app: &App, scope: &Scope, job: Uuid, mut body: File) -> Result<i64> {
    let mut size = 0;
    body.rewind().map_err(AppError::internal)?;
    for number in 0.. {
        let read = move || read_piece(&mut body).map(|piece| (body, piece));
        let (file, piece) =
            tokio::task::spawn_blocking(read).await.map_err(AppError::internal)?.map_err(AppError::internal)?;
        if piece.is_empty() {
            break;
        }
        body = file;
        size += i64::try_from(piece.len()).map_err(AppError::internal)?;
        app.db.write(scope, async |tx| queries::insert_piece(tx, scope, job, number, &piece).await).await?;
    }
    Ok(size)
}

fn read_piece(body: &mut File) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(PIECE);
    body.by_ref().take(PIECE.try_into().unwrap_or(u64::MAX)).read_to_end(&mut piece)?;
    Ok(piece)
}

/// Cancels a job of the caller's own.
pub(super) async fn cancel(tx: &mut Tx, scope: &Scope, id: Uuid) -> Result<Job> {
    if let Some(job) = queries::cancel(tx, scope, id).await? {
        if job.state == State::Cancelled {
            queries::delete_pieces(tx, scope, id).await?;
        }
        let after = json!({ "state": job.state });
        journal::record(tx, scope, vec![entry("job.cancel", scope, id, Some(after))]).await?;
        return Ok(job);
    }
    match queries::find(tx, scope, id).await? {
        Some(job) if job.state == State::Cancelled => Ok(job),
        Some(job) => Err(AppError::new(Code::StateForbids)
            .detail(say!("任务已经结束", "The job has ended"))
            .state(job.state.name(), Vec::new())),
        None => Err(no_job(&id.to_string())),
    }
}

/// What the journal says of a job.
pub(super) fn entry<'a>(action: &'a str, scope: &'a Scope, id: Uuid, after: Option<Value>) -> Entry<'a> {
    Entry { action, subject_type: "job", subject: id.to_string(), school: scope.school(), after, ..Entry::default() }
}
