//! The launcher of the embedded PostgreSQL, against the machine's real one.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, future, thread};

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use jixiao::platform::postgres::{Durability, EmbeddedPostgres, PostgresError, PostgresOptions};
use rustix::process::{Pid, Signal, geteuid, getpgid, kill_process};

/// Tells the test binary, run by itself, where to start the server that it is killed over.
const ROOT_OF_VICTIM: &str = "JIXIAO_TEST_ROOT_OF_VICTIM";

/// A folder of the test's own, in memory where possible, that goes with it.
struct Root(PathBuf);

impl Root {
    fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self(parent.join(format!("jixiao-postgres-{}-{number}", std::process::id())))
    }

    fn options(&self) -> PostgresOptions {
        PostgresOptions::new(&self.0).setting("max_connections", 10).setting("shared_buffers", "16MB")
    }

    fn volatile(&self) -> PostgresOptions {
        self.options().durability(Durability::Volatile)
    }

    fn pid_file(&self) -> PathBuf {
        self.0.join("postgres/data/postmaster.pid")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.0.join("postgres.log")).unwrap()
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn connect(postgres: &EmbeddedPostgres) -> AsyncPgConnection {
    AsyncPgConnection::establish(&postgres.connection_url("postgres", "postgres")).await.unwrap()
}

async fn execute(postgres: &EmbeddedPostgres, sql: &str) {
    connect(postgres).await.batch_execute(sql).await.unwrap();
}

async fn count_kept(postgres: &EmbeddedPostgres) -> i64 {
    sql::<BigInt>("SELECT count(*) FROM kept").get_result(&mut connect(postgres).await).await.unwrap()
}

/// Waits at most ten seconds.
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "not within ten seconds: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn send(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

#[tokio::test]
async fn any_role_connects_to_any_database_over_the_socket() {
    let root = Root::new();
    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    execute(&postgres, "CREATE ROLE \"应用 1\" LOGIN").await;
    execute(&postgres, "CREATE DATABASE \"绩效 & co\"").await;

    let url = postgres.connection_url("绩效 & co", "应用 1");
    let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
    for (name, value) in [
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
        ("max_connections", "10"),
        ("fsync", "off"),
        ("listen_addresses", ""),
    ] {
        let show = format!("SELECT current_setting('{name}')");
        let seen: String = sql::<Text>(&show).get_result(&mut connection).await.unwrap();
        assert_eq!(seen, value, "{name}");
    }
    assert!(postgres.bin_dir().join("pg_dump").is_file());
    drop(connection);
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn nobody_else_can_reach_the_socket_or_the_data() {
    let root = Root::new();
    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    for folder in [postgres.socket_dir(), &root.0.join("postgres/data")] {
        let mode = fs::metadata(folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", folder.display());
    }
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn ctrl_c_on_the_terminal_does_not_reach_the_server() {
    let root = Root::new();
    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    let server = Pid::from_raw(postgres.pid());
    assert_eq!(getpgid(server).ok(), server, "the server leads a process group of its own");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_deep_folder_gets_its_socket_elsewhere() {
    let root = Root::new();
    let deep = root.0.join("x".repeat(100));
    let options = PostgresOptions::new(&deep).durability(Durability::Volatile);
    let postgres = EmbeddedPostgres::start(options).await.unwrap();
    let socket_dir = postgres.socket_dir().to_owned();
    assert!(!socket_dir.starts_with(&root.0));
    execute(&postgres, "SELECT 1").await;
    postgres.stop().await.unwrap();
    assert!(!socket_dir.exists());
}

#[tokio::test]
async fn a_second_start_is_refused_by_name() {
    let root = Root::new();
    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    let refusal = EmbeddedPostgres::start(root.volatile()).await.unwrap_err();
    assert!(matches!(refusal, PostgresError::InUse { .. }), "{refusal}");
    let text = refusal.to_string();
    assert!(text.contains(root.0.to_str().unwrap()) && text.contains(&std::process::id().to_string()), "{text}");
    assert!(text.contains("正被另一个进程使用") && text.contains("in use by another process"), "{text}");

    execute(&postgres, "SELECT 1").await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn data_outlive_a_restart() {
    let root = Root::new();
    let begun = Instant::now();
    let postgres = EmbeddedPostgres::start(root.options()).await.unwrap();
    execute(&postgres, "CREATE TABLE kept AS SELECT generate_series(1, 1000)::bigint AS n").await;
    println!("first start to first statement: {:?}", begun.elapsed());

    let begun = Instant::now();
    postgres.stop().await.unwrap();
    println!("stop: {:?}", begun.elapsed());
    assert!(!root.pid_file().exists());

    let begun = Instant::now();
    let postgres = EmbeddedPostgres::start(root.options()).await.unwrap();
    assert_eq!(count_kept(&postgres).await, 1000);
    println!("second start to first statement: {:?}", begun.elapsed());
    postgres.stop().await.unwrap();
    assert!(!root.log().contains("not properly shut down"));
}

#[tokio::test]
async fn a_killed_server_recovers_at_the_next_start() {
    let root = Root::new();
    let postgres = EmbeddedPostgres::start(root.options()).await.unwrap();
    execute(&postgres, "CREATE TABLE kept AS SELECT generate_series(1, 1000)::bigint AS n").await;
    // Its session is an orphan for an instant, and the next start has to wait for it.
    let _session = connect(&postgres).await;
    send(postgres.pid(), Signal::KILL);
    assert!(postgres.ended().await.contains("SIGKILL"));
    drop(postgres);

    let postgres = EmbeddedPostgres::start(root.options()).await.unwrap();
    assert_eq!(count_kept(&postgres).await, 1000);
    assert!(root.log().contains("not properly shut down"));
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_start_waits_for_the_server_before_it() {
    let root = Root::new();
    let slow = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    let pid = slow.pid();
    send(pid, Signal::STOP);
    drop(slow);
    let waking = thread::spawn(move || {
        thread::sleep(Duration::from_millis(500));
        send(pid, Signal::CONT);
    });

    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    waking.join().unwrap();
    execute(&postgres, "SELECT 1").await;
    postgres.stop().await.unwrap();
    let log = root.log();
    assert!(log.contains("Is another postmaster"), "the wait was put to the test");
    assert!(!log.contains("not properly shut down"));
}

#[tokio::test]
async fn a_process_that_took_over_the_number_is_no_server() {
    let root = Root::new();
    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    send(postgres.pid(), Signal::KILL);
    postgres.ended().await;
    drop(postgres);

    let mut bystander = Command::new("sleep").arg("60").spawn().unwrap();
    let status = fs::read_to_string(root.pid_file()).unwrap();
    let (_, rest) = status.split_once('\n').unwrap();
    fs::write(root.pid_file(), format!("{}\n{rest}", bystander.id())).unwrap();

    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    execute(&postgres, "SELECT 1").await;
    postgres.stop().await.unwrap();
    assert!(bystander.try_wait().unwrap().is_none());
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[tokio::test]
async fn remains_of_a_broken_first_start_are_cleared_away() {
    let root = Root::new();
    let remains = root.0.join("postgres/data.new");
    fs::create_dir_all(remains.join("base")).unwrap();
    fs::set_permissions(&root.0, fs::Permissions::from_mode(0o711)).unwrap();
    fs::write(remains.join("PG_VERSION"), "15\n").unwrap();
    let postgres = EmbeddedPostgres::start(root.volatile()).await.unwrap();
    assert!(!remains.exists());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_start_says_why() {
    let root = Root::new();
    let options = root.volatile().setting("shared_buffers", "plenty");
    let error = EmbeddedPostgres::start(options).await.unwrap_err();
    assert!(matches!(error, PostgresError::EndedEarly { .. }), "{error}");
    assert!(error.to_string().contains("invalid value for parameter \"shared_buffers\""), "{error}");
}

#[tokio::test]
async fn data_of_a_version_not_installed_are_left_alone() {
    let root = Root::new();
    let data = root.0.join("postgres/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "8\n").unwrap();
    let error = EmbeddedPostgres::start(root.volatile()).await.unwrap_err();
    assert!(matches!(error, PostgresError::VersionNotInstalled { wanted: 8, .. }), "{error}");
}

#[tokio::test]
async fn a_closed_folder_on_the_way_is_named() {
    if !geteuid().is_root() {
        return; // An ordinary user's PostgreSQL may enter whatever the user may.
    }
    let root = Root::new();
    let closed = root.0.join("closed");
    fs::create_dir_all(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let error = EmbeddedPostgres::start(PostgresOptions::new(closed.join("root"))).await.unwrap_err();
    assert!(matches!(&error, PostgresError::Unreachable { folder, .. } if *folder == closed), "{error}");
}

/// Only Linux has the parent-death signal.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_killed_service_takes_its_server_along() {
    let root = Root::new();
    let mut victim = start_victim(&root);
    wait_for_line(&mut victim, "running");
    let begun = Instant::now();
    victim.kill().unwrap();
    victim.wait().unwrap();
    wait_until("PostgreSQL ends", || !root.pid_file().exists());
    println!("kill of the service to end of PostgreSQL: {:?}", begun.elapsed());
    assert!(root.log().contains("database system is shut down"));

    let postgres = EmbeddedPostgres::start(root.options()).await.unwrap();
    assert_eq!(count_kept(&postgres).await, 1);
    postgres.stop().await.unwrap();
    assert!(!root.log().contains("not properly shut down"));
}

/// Only Linux has the parent-death signal.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_start_right_after_a_killed_service_waits_for_its_server() {
    let root = Root::new();
    let mut victim = start_victim(&root);
    wait_for_line(&mut victim, "running");
    victim.kill().unwrap();
    victim.wait().unwrap();
    let postgres = EmbeddedPostgres::start(root.options()).await.unwrap();
    assert_eq!(count_kept(&postgres).await, 1);
    postgres.stop().await.unwrap();
}

/// Runs `victim`, below, in a process of its own.
fn start_victim(root: &Root) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["victim", "--exact", "--ignored", "--nocapture"])
        .env(ROOT_OF_VICTIM, &root.0)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_for_line(child: &mut Child, line: &str) {
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(output.lines().map_while(Result::ok).any(|seen| seen.ends_with(line)), "the victim did not start");
}

#[tokio::test]
#[ignore = "not a test: the service that other tests start and kill"]
async fn victim() {
    let Some(root) = env::var_os(ROOT_OF_VICTIM) else { return };
    let postgres = EmbeddedPostgres::start(PostgresOptions::new(root)).await.unwrap();
    execute(&postgres, "CREATE TABLE kept AS SELECT 1::bigint AS n").await;
    println!("\nrunning");
    future::pending::<()>().await;
}
