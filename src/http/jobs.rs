//! Works on jobs: each request is answered by the very handlers that would have answered it when it came.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix_http::Request;
use actix_service::{IntoServiceFactory, Service, ServiceFactory};
use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{AppConfig, Payload, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, Data, PayloadConfig};
use actix_web::{Error, HttpMessage};
use futures_util::{FutureExt, stream};
use tokio::runtime::Builder;
use tokio::sync::{oneshot, watch};
use tokio::task::LocalSet;
use tokio::time::timeout;
use utoipa_actix_web::AppExt;

use super::{features, problems};
use crate::app::App;
use crate::jobs::{self, Answer, Claim, Stage, Task};
use crate::platform::errand::Errand;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::extract::MAX_BODY;
use crate::platform::message::Language;

/// How long it may take to put jobs back.
const PUTTING_BACK: Duration = Duration::from_secs(5);

/// The part of the service that works on jobs, on a thread of its own.
pub struct JobService {
    stage: watch::Sender<Stage>,
    ended: oneshot::Receiver<()>,
}

impl JobService {
    /// Takes up no more jobs; what is under way has some time to end, or to reach the end of its batch, and is put back then.
    pub async fn stop(mut self, grace: Duration) {
        self.stage.send_replace(Stage::Stopping);
        if timeout(grace, &mut self.ended).await.is_ok() {
            return;
        }
        self.stage.send_replace(Stage::GivingUp);
        if timeout(PUTTING_BACK, &mut self.ended).await.is_err() {
            tracing::warn!("jobs were not put back in time: they are taken up again when their leases have run out");
        }
    }
}

/// Begins to work on jobs.
///
/// # Errors
/// Where there can be no thread for it.
pub fn work_on_jobs(app: &App) -> io::Result<JobService> {
    let (stage, followed) = watch::channel(Stage::Working);
    let (end, ended) = oneshot::channel();
    // The handlers work with this pool instead, so that no request has to wait for a connection that a job has.
    let mut app = app.clone();
    app.db = app.jobs.db.clone();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("jobs".to_owned()).spawn(move || {
        LocalSet::new().block_on(&runtime, work(app, followed));
        // Nobody listens where the service ended without waiting.
        let _ = end.send(());
    })?;
    Ok(JobService { stage, ended })
}

async fn work(app: App, stage: watch::Receiver<Stage>) {
    let jobs = app.jobs.clone();
    let (routes, _) = actix_web::App::new()
        .app_data(Data::new(app))
        .app_data(PayloadConfig::new(MAX_BODY))
        .into_utoipa_app()
        .configure(features)
        .split_for_parts();
    let factory = routes.wrap(from_fn(problems::render)).into_factory();
    let Ok(service) = factory.new_service(AppConfig::default()).await else {
        return tracing::error!("there is nothing that could work on jobs");
    };
    jobs::run(&jobs, async |task| answer(&service, task).await, stage).await;
}

/// What a request is answered; where it cannot be put at all, that this is a defect.
async fn answer<B: MessageBody>(
    service: &impl Service<Request, Response = ServiceResponse<B>, Error = Error>,
    task: Task,
) -> Answer {
    let (caller, target) = (task.caller.clone(), task.order.target.clone());
    let outcome = async {
        let response = service.call(request(task)?).await.map_err(|error| AppError::internal(error.to_string()))?;
        let response = response.into_parts().1;
        let (status, content_type) = (response.status().as_u16(), response.headers().get(CONTENT_TYPE).cloned());
        let body =
            to_bytes(response.into_body()).await.map_err(|_| AppError::internal("an answer without its body"))?;
        let content_type = content_type.and_then(|value| value.to_str().ok().map(str::to_owned));
        Ok(Answer { status, content_type: content_type.unwrap_or_default(), body: body.to_vec() })
    };
    // On the way of a request, a handler that panics costs its connection, and no more.
    let outcome = AssertUnwindSafe(outcome).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(AppError::internal("a handler panicked")));
    outcome.unwrap_or_else(|error: AppError| {
        tracing::error!(%error, cause = std::error::Error::source(&error).map(ToString::to_string), "a job failed");
        let problem = error.problem(Language::default(), &target, caller.request_id);
        Answer {
            status: Code::Internal.status().as_u16(),
            content_type: "application/problem+json".to_owned(),
            body: serde_json::to_vec(&problem).unwrap_or_default(),
        }
    })
}

/// The request, as it came: with its caller, and with its claim, by which its effect is had once.
fn request(task: Task) -> Result<Request> {
    let mut request = Request::with_payload(body(Arc::clone(&task.claim)));
    let head = request.head_mut();
    head.method = Method::POST;
    head.uri = task.order.target.parse().map_err(AppError::internal)?;
    for (name, value) in task.order.headers.as_object().into_iter().flatten() {
        let name: HeaderName = name.parse().map_err(AppError::internal)?;
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default()).map_err(AppError::internal)?;
        head.headers.insert(name, value);
    }
    let errand: Arc<dyn Errand> = task.claim;
    request.extensions_mut().insert(task.caller);
    request.extensions_mut().insert(errand);
    Ok(request)
}

/// The body, read piece by piece.
fn body(claim: Arc<Claim>) -> Payload {
    let pieces = stream::try_unfold((claim, 0), |(claim, number)| async move {
        let piece = claim.piece(number).await.map_err(|error| PayloadError::Io(io::Error::other(error.to_string())))?;
        Ok(piece.map(|piece| (Bytes::from(piece), (claim, number + 1))))
    });
    Payload::Stream { payload: Box::pin(pieces) }
}
