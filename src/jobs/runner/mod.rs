//! Works on jobs: a few at a time, each under a lease that is renewed, so that several service processes share the work and
//! what a killed one had in hand is taken up again.

mod claim;
mod queries;

use std::sync::Arc;
use std::time::Duration;

use diesel::QueryDsl;
use diesel_async::RunQueryDsl;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::sleep;

pub use self::claim::Claim;
use self::queries::Claimed;
use super::Jobs;
use super::model::Order;
use crate::identity;
use crate::platform::access::{Caller, Scope};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::message::Language;
use crate::say;
use crate::schema::bureaus;

/// How many jobs a service process works on at once.
pub(super) const AT_ONCE: usize = 2;

/// How often it looks for work that others put in, or left.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often a lease is renewed, and it is seen whether the job is to go on.
const BEAT: Duration = Duration::from_secs(1);

/// How often a job is taken up without coming forward.
const MAX_ATTEMPTS: i32 = 5;

/// How often it is tried to write down what became of a job. After that its lease runs out.
const SETTLING_ATTEMPTS: u32 = 10;

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Take up jobs.
    Working,
    /// Take up no more; what is committed step by step stops before the next.
    Stopping,
    /// Give up what is under way, to be taken up again.
    GivingUp,
}

/// A job on which somebody is about to work.
#[derive(Debug)]
pub struct Task {
    /// What is asked for.
    pub order: Order,
    /// In whose name, as the account stands now.
    pub caller: Caller,
    /// The hold on the job.
    pub claim: Arc<Claim>,
}

/// What a request was answered.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its type.
    pub content_type: String,
    /// Its body.
    pub body: Vec<u8>,
}

/// What became of an attempt.
enum Fate {
    /// There is an answer. Where the effect was had, it was kept with it.
    Answered(Answer),
    /// The caller wants it no more.
    Cancelled,
    /// Somebody else has it.
    Lost,
    /// It cannot go on now, which is nobody's fault.
    PutBack,
}

/// Works on jobs by answering requests as `answer` does, until it is told to stop and has put back what is under way.
pub async fn run(jobs: &Jobs, answer: impl AsyncFn(Task) -> Answer, mut stage: watch::Receiver<Stage>) {
    let mut under_way = FuturesUnordered::new();
    let mut last = 0;
    while *stage.borrow() == Stage::Working {
        while under_way.len() < AT_ONCE
            && let Some((bureau, claimed)) = next(jobs, last).await
        {
            last = bureau;
            under_way.push(attend(jobs, &answer, bureau, claimed, stage.clone()));
        }
        tokio::select! {
            Some(()) = under_way.next(), if !under_way.is_empty() => {}
            () = jobs.woken() => {}
            () = sleep(LOOK_EVERY) => {}
            changed = stage.changed() => if changed.is_err() { break },
        }
    }
    while under_way.next().await.is_some() {}
}

/// Claims the next job, of the bureau after the one that was served last. What goes wrong is tried again the next time.
async fn next(jobs: &Jobs, last: i32) -> Option<(i32, Claimed)> {
    let look = async {
        let bureaus = async |tx: &mut Tx| Ok(bureaus::table.select(bureaus::id).load::<i32>(&mut **tx).await?);
        let mut bureaus = jobs.db.unscoped(bureaus).await?;
        bureaus.sort_by_key(|bureau| (*bureau <= last, *bureau));
        for bureau in bureaus {
            let scope = system(bureau);
            if let Some(claimed) = jobs.db.write(&scope, async |tx| queries::claim(tx, &scope).await).await? {
                return Ok(Some((bureau, claimed)));
            }
        }
        Ok(None)
    };
    look.await.unwrap_or_else(|error: AppError| {
        tracing::warn!(%error, "jobs could not be looked for");
        None
    })
}

fn system(bureau: i32) -> Scope {
    Scope::system(bureau, "jobs")
}

/// Works on a job that was claimed, and writes down what became of it.
async fn attend(
    jobs: &Jobs,
    answer: &impl AsyncFn(Task) -> Answer,
    bureau: i32,
    claimed: Claimed,
    stage: watch::Receiver<Stage>,
) {
    let claim = Arc::new(Claim::new(jobs.db.clone(), system(bureau), &claimed, stage.clone()));
    tracing::info!(job = %claimed.id, operation = claimed.order.operation, attempts = claimed.attempts, "job taken up");
    let fate = tokio::select! {
        fate = work(answer, &claimed, &claim) => Ok(fate),
        fate = hold(&claimed, &claim) => Err(fate),
        () = given_up(stage) => Err(Fate::PutBack),
    };
    let fate = fate.unwrap_or_else(|cut_off| {
        // Its transaction is not to hold its locks until somebody else happens to get the connection.
        jobs.db.close_idle();
        cut_off
    });
    for _ in 0..SETTLING_ATTEMPTS {
        match settle(&claimed, &claim, &fate).await {
            Ok(outcome) => return tracing::info!(job = %claimed.id, state = outcome, "job settled"),
            Err(error) => tracing::warn!(%error, job = %claimed.id, "what became of a job could not be written down"),
        }
        sleep(BEAT).await;
    }
}

/// Waits until everything is to be given up; for ever, where nobody is left to say so.
async fn given_up(mut stage: watch::Receiver<Stage>) {
    if stage.wait_for(|stage| *stage == Stage::GivingUp).await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn work(answer: &impl AsyncFn(Task) -> Answer, claimed: &Claimed, claim: &Arc<Claim>) -> Fate {
    if claimed.cancel_requested {
        return Fate::Cancelled;
    }
    if claimed.attempts > MAX_ATTEMPTS {
        let error = AppError::new(Code::Internal).detail(say!(
            "任务 {MAX_ATTEMPTS} 次中断，不再重试",
            "The job was cut off {MAX_ATTEMPTS} times, and is not tried again"
        ));
        return Fate::Answered(refusal(claimed, &error));
    }
    let caller = match caller(claimed, claim).await {
        Ok(Ok(caller)) => caller,
        Ok(Err(error)) => return Fate::Answered(refusal(claimed, &error)),
        Err(error) => {
            tracing::warn!(%error, job = %claimed.id, "an account could not be looked up");
            return Fate::Answered(refusal(claimed, &error));
        }
    };
    let task = Task { order: claimed.order.clone(), caller, claim: Arc::clone(claim) };
    Fate::Answered(answer(task).await)
}

/// Keeps the hold on a job until there is a reason to let it go.
async fn hold(claimed: &Claimed, claim: &Arc<Claim>) -> Fate {
    loop {
        sleep(BEAT).await;
        match claim.renew().await {
            Ok(Some(true)) => return Fate::Cancelled,
            Ok(None) => return Fate::Lost,
            Ok(Some(false)) => {}
            Err(error) => tracing::warn!(%error, job = %claimed.id, "a lease could not be renewed"),
        }
        if let Ok(Err(error)) = caller(claimed, claim).await {
            return Fate::Answered(refusal(claimed, &error));
        }
    }
}

/// In whose name a job is done, or why it is not.
async fn caller(claimed: &Claimed, claim: &Claim) -> Result<Result<Caller>> {
    let scope = claim.scope();
    let find = async |tx: &mut Tx| identity::acting_for(tx, scope, &claimed.account, claimed.request_id).await;
    let Some(caller) = claim.db().read(scope, find).await? else {
        let refusal = AppError::new(Code::Forbidden);
        return Ok(Err(refusal.detail(say!("账号已停用", "The account is disabled"))));
    };
    if caller.scope_for_own_account().school() != claimed.school.as_deref() {
        let refusal = AppError::new(Code::Forbidden);
        return Ok(Err(refusal.detail(say!("账号已转到其他机构", "The account belongs to another organisation now"))));
    }
    Ok(Ok(caller))
}

/// The answer with which a job ends that was not worked on to its end.
fn refusal(claimed: &Claimed, error: &AppError) -> Answer {
    let language = Language::preferred(claimed.order.headers.get("accept-language").and_then(|value| value.as_str()));
    let path = claimed.order.target.split('?').next().unwrap_or_default();
    let problem = error.problem(language, path, claimed.request_id);
    Answer {
        status: error.code().status().as_u16(),
        content_type: "application/problem+json".to_owned(),
        body: serde_json::to_vec(&problem).unwrap_or_default(),
    }
}

/// Writes down what became of an attempt; says in which state the job is by that.
async fn settle(claimed: &Claimed, claim: &Claim, fate: &Fate) -> Result<&'static str> {
    let attempts = claim.attempts(claimed);
    // What is to be cancelled is not tried again.
    let has_failed = matches!(fate, Fate::Answered(answer) if answer.status >= 500);
    if has_failed && claim.renew().await? == Some(true) {
        return claim.cancel().await;
    }
    match fate {
        Fate::Lost => Ok("lost"),
        Fate::Cancelled => claim.cancel().await,
        Fate::PutBack => claim.put_back().await,
        Fate::Answered(answer) if answer.status < 500 || attempts > MAX_ATTEMPTS => claim.end(answer).await,
        Fate::Answered(_) if claim.is_stopping() => claim.put_back().await,
        // The service had no time, or made a mistake: that may pass.
        Fate::Answered(answer) if attempts == MAX_ATTEMPTS => claim.end(answer).await,
        Fate::Answered(_) => claim.put_off(attempts).await,
    }
}
