//! A running service with a database of its own.

use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use chrono::{DateTime, FixedOffset, Utc};
use clap::Parser;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jixiao::app::{App, Parts};
use jixiao::config::ServeConfig;
use jixiao::files::Files;
use jixiao::platform::clock::Clock;
use secrecy::SecretString;
use serde_json::Value;

use super::client::Client;
use super::cluster::{self, TestDatabase};
use super::county;

/// The secret that seals the signing keys.
pub const SECRET: &str = "a secret for tests, long enough to be one";

/// What a test may set differently.
pub struct Settings {
    /// Connections in the pool.
    pub pool_size: usize,
    /// Further arguments as for `serve`.
    pub arguments: Vec<&'static str>,
    /// The day on which the service believes that it starts; today where absent.
    pub today: Option<&'static str>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { pool_size: 8, arguments: vec!["--rate-limit", "0"], today: None }
    }
}

/// A running service, its database, and two small counties.
pub struct TestApp {
    pub address: String,
    pub app: App,
    pub database: TestDatabase,
    /// Where its evidence files are.
    pub data_dir: PathBuf,
    server: ServerHandle,
}

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    config: ServeConfig,
}

impl TestApp {
    /// A service with two counties of organisations and accounts; see [`county`].
    pub async fn start() -> Self {
        Self::start_with(Settings::default()).await
    }

    pub async fn start_with(settings: Settings) -> Self {
        let database = cluster::fresh_database().await;
        county::insert_counties(&database.superuser_url).await;
        Self::start_on(database, cluster::fresh_folder(), settings).await
    }

    /// A service on a database and a folder that are there already.
    pub async fn start_on(database: TestDatabase, data_dir: PathBuf, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let arguments = ["serve"].into_iter().chain(settings.arguments.iter().copied());
        let Arguments { config } = Arguments::parse_from(arguments);
        let clock = Clock::default();
        if let Some(day) = settings.today {
            turn_to(&clock, day);
        }
        let app = App::build(Parts {
            database_url: SecretString::from(database.app_url.clone()),
            pool_size: settings.pool_size,
            tokens: config.tokens,
            secret: SecretString::from(SECRET),
            files: Files::open(&config.files, &data_dir).expect("a folder for the files"),
            limits: config.limits,
            changes_days: config.changes_days,
            cors_origins: config.cors_origins,
            clock,
        })
        .await
        .expect("the service starts");
        let server = jixiao::http::serve(&app, listener, 2).expect("the service listens");
        let handle = server.handle();
        tokio::spawn(server);
        Self { address, app, database, data_dir, server: handle }
    }

    /// A client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.address)
    }

    /// A client that has logged in, as `NAME@BUREAU` or as `NAME` of the first county.
    pub async fn log_in(&self, username: &str) -> Client {
        self.anonymous().log_in(username).await
    }

    /// A machine client of an organisation of the first county, with whatever scopes: past the rules by which an
    /// administrator could register it.
    pub async fn machine(&self, organisation: &str, scopes: &[&str]) -> Client {
        let (name, scopes) = (scopes.join("-").replace(':', "."), scopes.join(","));
        let client_id = format!("c-{organisation}-{name}@{}", county::BUREAU);
        self.execute(&format!(
            "INSERT INTO clients VALUES (1, '{client_id}', 'machine', '{organisation}', '{{{scopes}}}',
                 sha256('secret'), false, 1, now(), now())"
        ))
        .await;
        self.anonymous().log_in_machine(&client_id, "secret").await
    }

    /// A service with the small catalogue of [`county`] in its first bureau.
    pub async fn with_catalogue() -> Self {
        Self::with_catalogue_and(Settings::default()).await
    }

    pub async fn with_catalogue_and(settings: Settings) -> Self {
        let app = Self::start_with(settings).await;
        county::install_catalogue(&app, county::CATALOGUE).await;
        app
    }

    /// A service with another catalogue, written as YAML, in its first bureau.
    pub async fn with_catalogue_of(catalogue: &str) -> Self {
        let app = Self::start().await;
        county::install_catalogue(&app, catalogue).await;
        app
    }

    /// A service with the small catalogue, at noon of a day, for what depends on windows.
    pub async fn with_catalogue_on(day: &'static str) -> Self {
        Self::with_catalogue_and(Settings { today: Some(day), ..Settings::default() }).await
    }

    /// A copy of the database, as a backup would restore it.
    pub async fn copy_database(&self) -> TestDatabase {
        cluster::copy_of(&self.database).await
    }

    /// Seals what is committed, as the service does by itself a few times a second.
    pub async fn seal(&self) -> jixiao::platform::journal::Look {
        self.app.sealer.seal().await.expect("the journal is sealed")
    }

    /// Turns the clock on to noon of a later day. Tokens are as old as that then: log in anew.
    pub fn travel_to(&self, day: &str) {
        turn_to(self.app.db.clock(), day);
    }

    /// Runs statements as a superuser, past row-level security.
    pub async fn execute(&self, sql: &str) {
        cluster::execute(&self.database.superuser_url, sql).await;
    }

    /// Takes a lock on a table and keeps it, so that whoever needs the table waits. It is let go with the answer.
    pub async fn lock(&self, table: &str) -> AsyncPgConnection {
        self.hold(&format!("LOCK TABLE {table}")).await
    }

    /// Runs a statement and keeps its transaction open, with whatever it locked. It is rolled back with the answer.
    pub async fn hold(&self, statement: &str) -> AsyncPgConnection {
        let mut connection = AsyncPgConnection::establish(&self.database.superuser_url).await.expect("a connection");
        connection.batch_execute(&format!("BEGIN; {statement}")).await.expect("the lock");
        connection
    }

    /// Waits until so many requests of the service wait for a lock.
    pub async fn until_waiting(&self, requests: u32) {
        const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND usename = 'jixiao_service' AND wait_event_type = 'Lock'";
        for _ in 0..500 {
            if self.query(WAITING).await == requests {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("there are not {requests} requests waiting");
    }

    /// One JSON value, read as a superuser, past row-level security.
    pub async fn query(&self, sql: &str) -> Value {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            value: String,
        }
        let mut connection = AsyncPgConnection::establish(&self.database.superuser_url).await.expect("a connection");
        let row: Row = sql_query(format!("SELECT coalesce(to_jsonb(({sql})), 'null')::text AS value"))
            .get_result(&mut connection)
            .await
            .expect("the query runs");
        serde_json::from_str(&row.value).expect("JSON")
    }
}

/// Turns a clock to noon of a day in China.
fn turn_to(clock: &Clock, day: &str) {
    let noon: DateTime<FixedOffset> = format!("{day}T12:00:00+08:00").parse().expect("a day");
    clock.shift(noon.with_timezone(&Utc) - clock.now());
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Dropping the future without polling it would leave the workers running.
        let handle = self.server.clone();
        std::mem::drop(tokio::spawn(async move { handle.stop(false).await }));
    }
}
