//! PostgreSQL: the pool, and transactions that carry a scope.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::{Integer, Text, Timestamptz};
use diesel::{ConnectionError, QueryableByName};
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager};
use futures_util::FutureExt;

use super::access::Scope;
use super::clock::Clock;
use super::error::{AppError, Code, Result};
use super::statement::statement;

type Transactions = <AsyncPgConnection as AsyncConnection>::TransactionManager;

/// How often a transaction that lost a deadlock or a serialisation conflict is tried.
const ATTEMPTS: usize = 3;

/// How long a request waits for a connection before it is turned away.
const CONNECTION_WAIT: Duration = Duration::from_millis(250);

/// Compiling a query costs more than running any of ours, and the planner's guesses under row-level
/// security are no ground to do it on: so without `jit`.
/// As whom a pool works in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// With the rights of the service.
    App,
    /// As the one who seals the journal.
    Sealer,
    /// As whoever logs in, for what the service does not do.
    Login,
}

impl Role {
    /// A login may be a member of several roles, and has the rights of none before it takes it.
    const fn taking(self) -> &'static str {
        match self {
            Self::App => "SET ROLE jixiao_app",
            // The journal grows under the plans that are kept for it, and by tens of thousands of entries at once: it is
            // read by its indexes, never all of it, and joined in a way that is not slower where there are more rows than
            // PostgreSQL expects. What has to be looked up row by row still is.
            Self::Sealer => "SET ROLE jixiao_sealer; SET enable_seqscan = off; SET enable_nestloop = off",
            Self::Login => "",
        }
    }
}

const SESSION_SETTINGS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '3s'; \
     SET idle_in_transaction_session_timeout = '10s'; SET TimeZone = 'UTC'; SET jit = off";

/// The database as the service uses it.
#[derive(Clone)]
pub struct Database {
    pool: Pool<AsyncPgConnection>,
    clock: Clock,
}

impl Database {
    /// A pool of at most `size` connections; they are made when they are needed.
    ///
    /// # Errors
    /// Where the pool cannot be built; an unreachable database shows at the first transaction.
    pub fn new(url: &str, size: usize, clock: Clock, role: Role) -> Result<Self> {
        let mut config = ManagerConfig::default();
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |url| connect(url, role).boxed());
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        let pool = Pool::builder(manager)
            .max_size(size)
            .wait_timeout(Some(CONNECTION_WAIT))
            .create_timeout(Some(Duration::from_secs(5)))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(AppError::internal)?;
        Ok(Self { pool, clock })
    }

    /// The clock of the service.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Connections in use, idle, and callers that wait for one.
    #[must_use]
    pub fn load(&self) -> PoolLoad {
        let status = self.pool.status();
        PoolLoad { used: status.size.saturating_sub(status.available), idle: status.available, waiting: status.waiting }
    }

    /// Closes the connections that nobody uses, and with them what was left open in one when its work was dropped.
    pub fn close_idle(&self) {
        self.pool.retain(|_, _| false);
    }

    /// Runs `work` in a transaction within `scope`, and commits where it succeeds.
    ///
    /// `work` is run again where the database asked for a retry, so it must have no other effects.
    ///
    /// # Errors
    /// What `work` returns; [`Code::Overloaded`] where no connection came free in time;
    /// [`Code::Unavailable`] where the database cannot be reached.
    pub async fn write<T>(&self, scope: &Scope, work: impl AsyncFn(&mut Tx) -> Result<T>) -> Result<T> {
        self.transaction(Some(scope), &work, Kind::Write).await
    }

    /// Runs `work` in a transaction within `scope` that changes nothing.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub async fn read<T>(&self, scope: &Scope, work: impl AsyncFn(&mut Tx) -> Result<T>) -> Result<T> {
        self.transaction(Some(scope), &work, Kind::Read).await
    }

    /// Runs `work` in a transaction within `scope` in which all statements see the same, and none can change anything.
    ///
    /// What they see is what was committed when it began: a lock that is taken in it waits for others, but does not show what
    /// they did. A moment of which all has to be seen is settled before.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub async fn snapshot<T>(&self, scope: &Scope, work: impl AsyncFn(&mut Tx) -> Result<T>) -> Result<T> {
        self.transaction(Some(scope), &work, Kind::Snapshot).await
    }

    /// As [`Database::write`], but leaves no trace where `dry_run` is set.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub async fn write_unless<T>(
        &self,
        dry_run: bool,
        scope: &Scope,
        work: impl AsyncFn(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let kind = if dry_run { Kind::Read } else { Kind::Write };
        self.transaction(Some(scope), &work, kind).await
    }

    /// Runs `work` in a transaction that sees no tenant: for what stands above the tenants.
    ///
    /// # Errors
    /// As for [`Database::write`].
    pub async fn unscoped<T>(&self, work: impl AsyncFn(&mut Tx) -> Result<T>) -> Result<T> {
        self.transaction(None, &work, Kind::Write).await
    }

    async fn transaction<T>(
        &self,
        scope: Option<&Scope>,
        work: &impl AsyncFn(&mut Tx) -> Result<T>,
        kind: Kind,
    ) -> Result<T> {
        let mut attempt = 1;
        loop {
            let connection = self.pool.get().await.map_err(pool_error)?;
            match attempt_once(connection, &self.clock, scope, work, kind).await {
                Err(error) if attempt < ATTEMPTS && asks_for_retry(&error) => attempt += 1,
                outcome => return outcome,
            }
        }
    }
}

/// How a transaction begins, and what becomes of it when its work succeeded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It is committed.
    Write,
    /// It is rolled back.
    Read,
    /// As `Read`, and what it sees does not change while it lasts.
    Snapshot,
}

impl Kind {
    async fn begin(self, connection: &mut AsyncPgConnection) -> diesel::QueryResult<()> {
        match self {
            Self::Write | Self::Read => Transactions::begin_transaction(connection).await,
            Self::Snapshot => {
                const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Transactions::begin_transaction_sql(connection, BEGIN).await
            }
        }
    }
}

/// How busy the pool is.
#[derive(Debug, Clone, Copy)]
pub struct PoolLoad {
    /// Connections in use.
    pub used: usize,
    /// Connections that are idle.
    pub idle: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
}

/// An open transaction: the connection, and the time at which the database says it began.
pub struct Tx {
    connection: Object<AsyncPgConnection>,
    clock: Clock,
    now: DateTime<Utc>,
}

impl Tx {
    /// The service's time in this transaction.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Reads the clock anew, for what must be timed after a lock was had.
    pub(super) fn set_database_time(&mut self, database_time: DateTime<Utc>) -> DateTime<Utc> {
        self.now = self.clock.at(database_time);
        self.now
    }
}

impl Deref for Tx {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}

#[derive(QueryableByName)]
struct Opened {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

async fn attempt_once<T>(
    mut connection: Object<AsyncPgConnection>,
    clock: &Clock,
    scope: Option<&Scope>,
    work: &impl AsyncFn(&mut Tx) -> Result<T>,
    kind: Kind,
) -> Result<T> {
    kind.begin(&mut connection).await?;
    let mut tx = Tx { connection, clock: clock.clone(), now: clock.now() };
    let outcome = async {
        set_scope(&mut tx, scope).await?;
        work(&mut tx).await
    }
    .await;
    match outcome {
        Ok(value) => {
            match kind {
                Kind::Write => Transactions::commit_transaction(&mut *tx).await?,
                Kind::Read | Kind::Snapshot => Transactions::rollback_transaction(&mut *tx).await?,
            }
            Ok(value)
        }
        Err(error) => {
            // A connection that cannot even roll back is thrown away by the pool.
            let _ = Transactions::rollback_transaction(&mut *tx).await;
            Err(error)
        }
    }
}

/// Puts the rest of a transaction within a scope: for what makes the tenant that it is to stand in.
///
/// # Errors
/// Where the database refuses.
pub async fn enter(tx: &mut Tx, scope: &Scope) -> Result<()> {
    set_scope(tx, Some(scope)).await
}

/// Looks at the whole bureau for a moment, where the scope is of one school.
///
/// # Errors
/// What `look` returns; where the database refuses. The scope is not restored then: the transaction has to end.
pub async fn beyond_school<T>(
    tx: &mut Tx,
    scope: &Scope,
    look: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    if scope.school().is_none() {
        return look(tx).await;
    }
    enter(tx, &Scope::system(scope.bureau_id(), "beyond")).await?;
    let seen = look(tx).await?;
    enter(tx, scope).await?;
    Ok(seen)
}

/// Tells row-level security who asks, until the transaction ends.
async fn set_scope(tx: &mut Tx, scope: Option<&Scope>) -> Result<()> {
    let bureau = scope.map(|scope| scope.bureau_id().to_string()).unwrap_or_default();
    let school = scope.and_then(Scope::school).unwrap_or_default();
    let opened: Opened = statement(
        "SELECT clock_timestamp() AS now FROM \
         (SELECT set_config('app.bureau_id', $1, true), set_config('app.school', $2, true)) AS scope",
    )
    .bind::<Text, _>(bureau)
    .bind::<Text, _>(school)
    .get_result(&mut **tx)
    .await?;
    tx.set_database_time(opened.now);
    Ok(())
}

async fn connect(url: &str, role: Role) -> diesel::ConnectionResult<AsyncPgConnection> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    let settings = format!("{SESSION_SETTINGS}; {}", role.taking());
    connection.batch_execute(&settings).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

fn pool_error(error: PoolError) -> AppError {
    let code = if matches!(error, PoolError::Timeout(_)) { Code::Overloaded } else { Code::Unavailable };
    AppError::new(code).caused_by(error)
}

impl From<DieselError> for AppError {
    /// What the database says, where a query did not expect it: never shown to the caller.
    fn from(error: DieselError) -> Self {
        let code = match &error {
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | DieselError::BrokenTransactionManager => Code::Unavailable,
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Code::Overloaded,
            DieselError::DatabaseError(_, information) => match information.message() {
                "deadlock detected"
                | "canceling statement due to lock timeout"
                | "canceling statement due to statement timeout" => Code::Overloaded,
                message if message.starts_with("terminating connection") => Code::Unavailable,
                _ => Code::Internal,
            },
            _ => Code::Internal,
        };
        Self::new(code).caused_by(error)
    }
}

/// Whether an error is the loss of a conflict that another attempt may win.
fn asks_for_retry(error: &AppError) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<DieselError>());
    match source {
        Some(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
        Some(DieselError::DatabaseError(_, information)) => information.message() == "deadlock detected",
        _ => false,
    }
}

/// The name of the unique constraint or index that a write ran against, so that the query which
/// knows its meaning can say it.
#[must_use]
pub fn violated_unique(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => information.constraint_name(),
        _ => None,
    }
}

/// The same, behind the error that it became.
#[must_use]
pub fn unique_behind(error: &AppError) -> Option<&str> {
    std::error::Error::source(error).and_then(|source| source.downcast_ref()).and_then(violated_unique)
}

/// Waits for an advisory lock that is shared and then for another that is not, and reads the clock after.
pub(super) async fn lock_both_then_read_clock(
    tx: &mut Tx,
    (shared, alone): (i32, i32),
    bureau_id: i32,
) -> Result<DateTime<Utc>> {
    let opened: Opened = statement(
        "SELECT clock_timestamp() AS now
         FROM (SELECT pg_advisory_xact_lock($2, $3)
               FROM (SELECT pg_advisory_xact_lock_shared($1, $3) OFFSET 0) AS first OFFSET 0) AS locked",
    )
    .bind::<Integer, _>(shared)
    .bind::<Integer, _>(alone)
    .bind::<Integer, _>(bureau_id)
    .get_result(&mut **tx)
    .await?;
    Ok(tx.set_database_time(opened.now))
}

/// Waits for an advisory lock that is held until the transaction ends, and reads the clock after.
pub(super) async fn lock_then_read_clock(
    tx: &mut Tx,
    lock_class: i32,
    bureau_id: i32,
    shared: bool,
) -> Result<DateTime<Utc>> {
    // The lock stands in a subquery of its own, so that it is had before the clock is read.
    let locking = if shared {
        "SELECT clock_timestamp() AS now FROM (SELECT pg_advisory_xact_lock_shared($1, $2) OFFSET 0) AS locked"
    } else {
        "SELECT clock_timestamp() AS now FROM (SELECT pg_advisory_xact_lock($1, $2) OFFSET 0) AS locked"
    };
    let opened: Opened =
        statement(locking).bind::<Integer, _>(lock_class).bind::<Integer, _>(bureau_id).get_result(&mut **tx).await?;
    Ok(tx.set_database_time(opened.now))
}
