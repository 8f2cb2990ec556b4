//! The running service: started from settings, stopped without losing a request.

use std::future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::available_parallelism;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use jixiao::app::{App, Parts};
use jixiao::config::ServeConfig;
use jixiao::files::Files;
use jixiao::http::JobService;
use jixiao::platform::clock::Clock;
use jixiao::platform::db::Database;
use jixiao::{http, maintenance, say};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::database::{Databases, missing};
use super::failure::Failure;
use super::secret;

/// A running service.
pub(super) struct Service {
    app: App,
    api: Listening,
    metrics: Listening,
    jobs: JobService,
    databases: Databases,
    drain: Duration,
}

impl Service {
    /// Takes the addresses, starts or reaches the database, and serves.
    pub(super) async fn start(config: ServeConfig) -> Result<Self, Failure> {
        let given_secret = config.tokens.secret.as_ref().map(secret::given).transpose()?;
        let listener = bind("--listen (JIXIAO_LISTEN)", config.listen)?;
        let metrics_listener = bind("--metrics-listen (JIXIAO_METRICS_LISTEN)", config.metrics_listen)?;
        let databases = Databases::open(&config.database, config.pool_size).await?;
        let files = Files::open(&config.files, &config.database.data_dir)?;
        let secret = match (given_secret, &databases) {
            (Some(secret), _) => secret,
            (None, Databases::Embedded(_)) => secret::kept_in(&config.database.data_dir)?,
            // Several services on one database must have the same, so none makes one up.
            (None, Databases::Remote { .. }) => return Err(missing("--secret (JIXIAO_SECRET)")),
        };
        if config.migrate {
            databases.migrate().await?;
        }
        databases.check_schema().await?;
        let drain = Duration::from_secs(config.limits.drain_seconds.into());
        let app = App::build(Parts {
            database_url: databases.app_url()?,
            pool_size: config.pool_size.into(),
            secret,
            tokens: config.tokens,
            files,
            limits: config.limits,
            changes_days: config.changes_days,
            cors_origins: config.cors_origins,
            clock: Clock::default(),
        })
        .await?;
        let workers = available_parallelism()?.get();
        Ok(Self {
            api: Listening::start(http::serve(&app, listener.try_clone()?, workers)?, &listener)?,
            metrics: Listening::start(http::serve_metrics(&app, metrics_listener.try_clone()?)?, &metrics_listener)?,
            jobs: http::work_on_jobs(&app)?,
            app,
            databases,
            drain,
        })
    }

    /// Where the API really listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.api.address
    }

    /// Where the metrics really are.
    pub(super) fn metrics_address(&self) -> SocketAddr {
        self.metrics.address
    }

    /// The database in the name of the migration role, for what the API does not offer.
    pub(super) fn owner_database(&self) -> Result<Database, Failure> {
        self.databases.as_owner()
    }

    /// Serves until `stop` is done, then finishes what is under way; or until it cannot go on.
    pub(super) async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<(), Failure> {
        let fault = tokio::select! {
            () = stop => None,
            how = database_ended(&self.databases) => Some(say!("PostgreSQL 意外结束：{how}", "PostgreSQL has ended: {how}")),
            never = maintenance::run(&self.app) => match never {},
            _ = &mut self.api.task => Some(say!("服务意外结束", "the server has ended")),
        };
        if let Some(fault) = fault {
            tracing::error!(fault = %fault.en, "the service cannot go on");
            self.stop(false).await?;
            return Err(Failure::new(&fault));
        }
        tracing::info!("stopping");
        self.app.drain();
        sleep(self.drain).await;
        self.stop(true).await
    }

    async fn stop(self, graceful: bool) -> Result<(), Failure> {
        let grace =
            if graceful { Duration::from_secs(self.app.limits.shutdown_seconds.into()) } else { Duration::ZERO };
        tokio::join!(self.api.handle.stop(graceful), self.jobs.stop(grace));
        self.metrics.handle.stop(false).await;
        drop(self.app);
        self.databases.close().await?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// A server on its way, and where.
struct Listening {
    address: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Listening {
    fn start(server: Server, listener: &TcpListener) -> io::Result<Self> {
        Ok(Self { address: listener.local_addr()?, handle: server.handle(), task: tokio::spawn(server) })
    }
}

fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|error| {
        Failure::setting(setting, &say!("无法监听 {address}", "cannot listen on {address}")).caused_by(&error)
    })
}

async fn database_ended(databases: &Databases) -> String {
    match databases {
        Databases::Embedded(embedded) => embedded.postgres.ended().await,
        Databases::Remote { .. } => future::pending().await,
    }
}
