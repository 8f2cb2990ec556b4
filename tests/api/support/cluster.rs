//! One PostgreSQL per test run, in memory where there is room, with a migrated template database.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use jixiao::platform::postgres::{Durability, EmbeddedPostgres, PostgresOptions};
use tokio::sync::OnceCell;

const PREFIX: &str = "jixiao-test-";
const TEMPLATE: &str = "jixiao_template";

static CLUSTER: OnceCell<EmbeddedPostgres> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URLs of a fresh database that has the whole schema.
pub struct TestDatabase {
    name: String,
    /// As the service uses it.
    pub app_url: String,
    /// As a superuser, past row-level security.
    pub superuser_url: String,
}

pub async fn fresh_database() -> TestDatabase {
    database_like(TEMPLATE).await
}

/// Another database with the same content. Whoever is connected to the first is thrown out, and may connect again.
#[allow(dead_code, reason = "not every test binary needs it")]
pub async fn copy_of(database: &TestDatabase) -> TestDatabase {
    let name = &database.name;
    let cluster = CLUSTER.get_or_init(start).await;
    execute(
        &cluster.connection_url("postgres", "postgres"),
        &format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"),
    )
    .await;
    database_like(name).await
}

async fn database_like(template: &str) -> TestDatabase {
    let cluster = CLUSTER.get_or_init(start).await;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    execute(
        &cluster.connection_url("postgres", "postgres"),
        &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy OWNER jixiao_owner"),
    )
    .await;
    TestDatabase {
        name: name.clone(),
        app_url: cluster.connection_url(&name, "jixiao_service"),
        superuser_url: cluster.connection_url(&name, "postgres"),
    }
}

/// An empty database, owned by the migration role; for tests of the migrations themselves.
#[allow(dead_code, reason = "not every test binary needs it")]
pub async fn empty_database() -> String {
    let cluster = CLUSTER.get_or_init(start).await;
    let name = format!("empty_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    execute(&cluster.connection_url("postgres", "postgres"), &format!("CREATE DATABASE {name} OWNER jixiao_owner"))
        .await;
    cluster.connection_url(&name, "jixiao_owner")
}

/// A folder of a test's own, which goes as the cluster goes.
#[allow(dead_code, reason = "not every test binary needs it")]
pub fn fresh_folder() -> PathBuf {
    static FOLDERS: AtomicU32 = AtomicU32::new(0);
    root().join(format!("data_{}", FOLDERS.fetch_add(1, Ordering::Relaxed)))
}

fn root() -> PathBuf {
    let parent = if Path::new("/dev/shm").is_dir() { PathBuf::from("/dev/shm") } else { std::env::temp_dir() };
    parent.join(format!("{PREFIX}{}", std::process::id()))
}

/// What PostgreSQL wrote down in this test run.
#[allow(dead_code, reason = "not every test binary needs it")]
pub fn server_log() -> String {
    String::from_utf8_lossy(&std::fs::read(root().join("postgres.log")).expect("a log")).into_owned()
}

async fn start() -> EmbeddedPostgres {
    let root = root();
    remove_leftovers(root.parent().expect("a folder"));
    let options = PostgresOptions::new(&root).durability(Durability::Volatile).setting("max_connections", 500);
    let cluster = EmbeddedPostgres::start(options).await.expect("PostgreSQL starts");
    let superuser = cluster.connection_url("postgres", "postgres");
    execute(&superuser, include_str!("../../../deploy/roles.sql")).await;
    execute(&superuser, &format!("CREATE DATABASE {TEMPLATE} OWNER jixiao_owner")).await;
    let owner = cluster.connection_url(TEMPLATE, "jixiao_owner");
    // The migrations' harness needs a multi-threaded runtime, which a test need not have.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        runtime.block_on(jixiao::migrations::run(&owner)).expect("the migrations run");
    })
    .join()
    .expect("the migrations run");
    cluster
}

/// Nothing runs when a test process ends, so each run removes what earlier ones left.
fn remove_leftovers(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let dead = name.strip_prefix(PREFIX).is_some_and(|pid| !Path::new("/proc").join(pid).exists());
        if dead {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

pub async fn execute(url: &str, sql: &str) {
    let mut connection = AsyncPgConnection::establish(url).await.expect("a connection");
    connection.batch_execute(sql).await.expect("the statement runs");
}
