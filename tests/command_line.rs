//! The program itself, as an operator meets it.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

#[path = "command_line/jobs.rs"]
mod jobs;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const PASSWORD: &str = "a passphrase of the tests";

/// A data folder of the test's own, in memory where possible, that goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self(parent.join(format!("jixiao-command-{}-{number}", std::process::id())))
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command.env("JIXIAO_DATA_DIR", &self.0);
        command
    }

    fn serve(&self) -> Service {
        self.serve_with(&[])
    }

    fn serve_with(&self, arguments: &[&str]) -> Service {
        let ports = ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
        let mut command = self.program(&[&ports, arguments].concat());
        Service::start(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn bootstrap(&self, bureau: &str, password: &str) -> Output {
        let command =
            ["bootstrap", "--bureau", bureau, "--name", "测试县教育局", "--admin", "admin", "--password-stdin"];
        let mut child =
            self.program(&command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{password}").unwrap();
        child.wait_with_output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program with no settings but these.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
    command.args(arguments).env("RUST_LOG", "warn").env_remove("DATABASE_URL").env_remove("MIGRATION_DATABASE_URL");
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// What a program says that ends by itself within ten seconds; one that does not is killed.
fn output_in_time(mut command: Command) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while child.try_wait().unwrap().is_none() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A running `serve`, killed where a test leaves it running.
struct Service {
    child: Child,
    api: SocketAddr,
    metrics: SocketAddr,
}

impl Service {
    /// Reads the addresses that it prints when it serves.
    fn start(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut address = |what: &str| {
            let line = lines.find(|line| line.contains(what)).unwrap_or_else(|| panic!("no {what} is announced"));
            line.split("http://").nth(1).and_then(|url| url.split('/').next()).unwrap().parse().unwrap()
        };
        Self { api: address("API"), metrics: address("metrics"), child }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Its exit code, which it has to give within ten seconds.
    fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the service does not end");
    }

    fn log_in(&self, password: &str) -> (u16, Value) {
        let form = format!("grant_type=password&username=admin&password={}", password.replace(' ', "+"));
        let (status, body) = post_form(self.api, &form);
        (status, serde_json::from_str(&body).unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Status and body of a GET.
fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    answer(stream)
}

fn post_form(address: SocketAddr, form: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{}{form}", form_head(form)).unwrap();
    answer(stream)
}

fn form_head(form: &str) -> String {
    let length = form.len();
    format!(
        "POST /oauth/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
    )
}

fn answer(mut stream: TcpStream) -> (u16, String) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[test]
fn help_lists_every_setting_with_its_variable_in_both_languages() {
    for command in ["serve", "migrate", "demo"] {
        let output = run(&[command, "--help"]);
        let help = text(&output.stdout);
        let settings: Vec<_> = help.split("\n      --").skip(1).collect();
        assert!(settings.len() >= 5, "{help}");
        for setting in settings {
            assert!(setting.contains("[env: "), "--{setting}");
            let (chinese, english) = setting.split_once(" (").unwrap();
            let english = english.split_once(')').unwrap().0;
            assert!(chinese.contains(|c| c > '\u{2e80}') && english.is_ascii(), "--{setting}");
        }
    }
}

#[test]
fn without_a_command_there_is_help() {
    let output = run(&[]);
    assert!(output.status.success());
    let help = text(&output.stdout);
    for command in ["serve", "migrate", "bootstrap", "catalogue", "demo", "openapi", "health", "audit"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
}

#[test]
fn a_wrong_setting_is_refused_by_name() {
    let long_secret = "x".repeat(32);
    for (variable, value, flag, named) in [
        ("JIXIAO_POOL_SIZE", "many", "", "JIXIAO_POOL_SIZE"),
        ("JIXIAO_POOL_SIZE", "501", "", "--pool-size"),
        ("JIXIAO_LISTEN", "nowhere", "", "JIXIAO_LISTEN"),
        ("JIXIAO_MIGRATE", "perhaps", "", "JIXIAO_MIGRATE"),
        ("JIXIAO_POOLSIZE", "5", "", "JIXIAO_POOLSIZE"),
        ("JIXIAO_SECRET", "too short", "", "JIXIAO_SECRET"),
        ("JIXIAO_SECRET", "@/nonexistent/secret", "", "JIXIAO_SECRET"),
        ("RUST_LOG", "jixiao=loud", "", "RUST_LOG"),
        ("DATABASE_URL", "mysql://root@localhost/x", "", "DATABASE_URL"),
        ("DATABASE_URL", "postgres://localhost/x", "", "JIXIAO_SECRET"),
        ("JIXIAO_SECRET", &long_secret, "--database-url=postgres://nobody@127.0.0.1:1/x", "DATABASE_URL"),
        ("JIXIAO_SECRET", &long_secret, "--migration-database-url=postgres://127.0.0.1:1/x", "DATABASE_URL"),
        ("PG_BIN", "/nonexistent", "", "PG_BIN"),
        ("JIXIAO_METRICS_LISTEN", "127.0.0.1:0", "--rate-limit=-1", "--rate-limit"),
        ("JIXIAO_METRICS_LISTEN", "127.0.0.1:0", "--rate-limits=1", "--rate-limits"),
    ] {
        let folder = Folder::new();
        let mut command = folder.program(&["serve"]);
        command.env("JIXIAO_LISTEN", "127.0.0.1:0").env("JIXIAO_METRICS_LISTEN", "127.0.0.1:0");
        command.args((!flag.is_empty()).then_some(flag)).env(variable, value);
        let output = output_in_time(command);
        let errors = text(&output.stderr);
        assert!(!output.status.success() && errors.contains(named), "{variable}={value} {flag}: {errors}");
        assert!(!errors.contains("too short"), "a secret is shown");
    }
}

#[test]
fn variables_that_kubernetes_sets_are_none_of_ours() {
    let mut command = program(&["openapi"]);
    command.env("JIXIAO_SERVICE_HOST", "10.0.0.1").env("JIXIAO_PORT_8080_TCP", "tcp://10.0.0.1:8080");
    assert!(command.output().unwrap().status.success());
}

#[test]
fn an_address_in_use_is_refused_by_name() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = output_in_time(Folder::new().program(&["serve", "--listen", &address]));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("JIXIAO_LISTEN") && text(&output.stderr).contains(&address));
}

#[test]
fn the_document_is_printed_as_the_code_makes_it() {
    let output = run(&["openapi"]);
    assert!(output.status.success() && output.stdout.ends_with(b"}\n"));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed, serde_json::to_value(jixiao::openapi::document()).unwrap());
}

#[test]
fn an_empty_folder_becomes_a_service() {
    let folder = Folder::new();
    let mut service = folder.serve();
    assert_eq!(get(service.api, "/ready").0, 200);
    assert_eq!(get(service.api, "/live").0, 200);
    assert!(get(service.api, "/docs/").1.contains("swagger-ui"));
    let document: Value = serde_json::from_str(&get(service.api, "/openapi.json").1).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let (status, metrics) = get(service.metrics, "/metrics");
    assert!(status == 200 && metrics.contains("http_server_request_duration_seconds_count"), "{metrics}");

    let address = service.api.to_string();
    assert!(run(&["health", "--listen", &address]).status.success());
    let mode = fs::metadata(folder.0.join("secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the secret is its owner's alone");

    let second = output_in_time(folder.program(&["serve", "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0"]));
    assert_eq!(second.status.code(), Some(1));
    let refusal = text(&second.stderr);
    assert!(refusal.contains("正被另一个进程使用") && refusal.contains(&service.child.id().to_string()), "{refusal}");
    assert_eq!(get(service.api, "/ready").0, 200, "the first is not disturbed");

    service.signal(Signal::TERM);
    assert_eq!(service.exit_code(), Some(0));
    assert!(!folder.0.join("postgres/data/postmaster.pid").exists(), "PostgreSQL is stopped with the service");
    assert!(!run(&["health", "--listen", &address]).status.success());
}

#[test]
fn a_bureau_is_made_once_and_its_administrator_logs_in() {
    let folder = Folder::new();
    let refused = folder.bootstrap("990001", "short");
    assert!(text(&refused.stderr).contains("/password"), "{refused:?}");
    let made = folder.bootstrap("990001", PASSWORD);
    assert!(made.status.success(), "{made:?}");
    let again = folder.bootstrap("990001", "another good passphrase");
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("990001"), "{again:?}");

    let service = folder.serve();
    assert_eq!(service.log_in("another good passphrase").0, 400, "a refused bootstrap changes nothing");
    let (status, token) = service.log_in(PASSWORD);
    assert!(status == 200 && token["access_token"].is_string(), "{token}");
}

#[test]
fn a_catalogue_goes_in_by_a_file_and_comes_out_the_same() {
    const CATALOGUE: &str = "indicators:\n- {code: pupils, name: {zh: 学生数}, value_type: count, aggregation: sum}\n";
    let folder = Folder::new();
    assert!(folder.bootstrap("990001", PASSWORD).status.success());
    let (file, exported) = (folder.0.join("catalogue.yaml"), folder.0.join("exported.yaml"));
    let (file, exported) = (file.to_str().unwrap(), exported.to_str().unwrap());
    let catalogue = |arguments: &[&str]| {
        let output = folder.program(&[&["catalogue"], arguments].concat()).output().unwrap();
        (output.status.code(), text(&output.stdout).to_owned() + text(&output.stderr))
    };
    let import = |file: &str, more: &[&str]| catalogue(&[&["import", file, "--bureau", "990001"], more].concat());
    let changes = |(code, output): (Option<i32>, String)| -> Value {
        assert_eq!(code, Some(0), "{output}");
        serde_json::from_str(&output).unwrap()
    };

    fs::write(file, CATALOGUE.replace("count", "county")).unwrap();
    for (code, output) in [catalogue(&["check", file]), import(file, &[])] {
        assert!(code == Some(1) && output.contains("/indicators/0/value_type: 第 2 行"), "{output}");
    }
    fs::write(file, CATALOGUE).unwrap();
    assert_eq!(catalogue(&["check", file]).0, Some(0));
    assert_eq!(changes(import(file, &["--dry-run"]))["indicators"]["added"][0], "pupils");
    assert_eq!(changes(import(file, &[]))["changed"], true, "the dry run wrote nothing");
    assert_eq!(catalogue(&["export", exported, "--bureau", "990001"]).0, Some(0));
    assert_eq!(changes(import(exported, &[]))["changed"], false);
    let (code, output) = catalogue(&["export", "-", "--bureau", "990009"]);
    assert!(code == Some(1) && output.contains("990009"), "{output}");
}

#[test]
fn a_killed_service_comes_back_with_its_data_and_keys() {
    let folder = Folder::new();
    assert!(folder.bootstrap("990001", PASSWORD).status.success());
    let mut first = folder.serve();
    let keys = get(first.api, "/.well-known/jwks.json").1;
    first.child.kill().unwrap();
    first.child.wait().unwrap();

    let second = folder.serve();
    assert_eq!(second.log_in(PASSWORD).0, 200);
    assert_eq!(get(second.api, "/.well-known/jwks.json").1, keys, "tokens signed before are still good");
}

#[test]
fn a_request_under_way_is_finished_before_the_service_ends() {
    let folder = Folder::new();
    assert!(folder.bootstrap("990001", PASSWORD).status.success());
    let mut service = folder.serve_with(&["--drain-seconds", "1"]);
    let form = format!("grant_type=password&username=admin&password={}", PASSWORD.replace(' ', "+"));
    let (first_half, second_half) = form.split_at(20);
    let mut stream = TcpStream::connect(service.api).unwrap();
    write!(stream, "{}{first_half}", form_head(&form)).unwrap();
    thread::sleep(Duration::from_millis(200));

    service.signal(Signal::TERM);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(get(service.api, "/ready").0, 503, "load balancers are told");
    thread::sleep(Duration::from_secs(1));
    assert_eq!(service.child.try_wait().unwrap(), None, "it waits for the rest of the request");
    write!(stream, "{second_half}").unwrap();
    let (status, body) = answer(stream);
    assert!(status == 200 && body.contains("access_token"), "{body}");
    assert_eq!(service.exit_code(), Some(0));
}

#[test]
fn a_service_whose_database_ends_ends_too() {
    let folder = Folder::new();
    let mut service = folder.serve();
    let status = fs::read_to_string(folder.0.join("postgres/data/postmaster.pid")).unwrap();
    let postgres: i32 = status.lines().next().unwrap().parse().unwrap();
    kill_process(Pid::from_raw(postgres).unwrap(), Signal::KILL).unwrap();
    assert_eq!(service.exit_code(), Some(1));
}

#[test]
fn migrating_an_embedded_database_says_that_it_is_current() {
    let folder = Folder::new();
    let output = folder.program(&["migrate"]).output().unwrap();
    assert!(output.status.success() && text(&output.stdout).contains("up to date"), "{output:?}");
}

#[test]
fn files_are_compared_with_the_database() {
    let folder = Folder::new();
    assert!(folder.bootstrap("990001", PASSWORD).status.success());
    let check = |arguments: &[&str]| folder.program(&[&["files", "check"], arguments].concat()).output().unwrap();
    let clean = check(&[]);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean.stderr));
    assert!(text(&clean.stdout).contains("0 个问题 findings"), "{}", text(&clean.stdout));
    // As a store has it that is younger than the database.
    let sha256 = "ab".repeat(32);
    let shelf = folder.0.join("files/1/ab");
    fs::create_dir_all(&shelf).unwrap();
    fs::write(shelf.join(&sha256), "something").unwrap();
    for arguments in [&[][..], &["--repair"]] {
        let found = check(arguments);
        assert_eq!(found.status.code(), Some(1), "{}", text(&found.stderr));
        assert!(text(&found.stdout).contains(&format!("1/{sha256}  数据库中没有 unknown")), "{}", text(&found.stdout));
    }
    // It has a row now, which says that it is something else.
    let altered = check(&[]);
    assert!(text(&altered.stdout).contains(&format!("1/{sha256}  被改动 altered")), "{}", text(&altered.stdout));
    fs::remove_file(shelf.join(&sha256)).unwrap();
    // No file names it, so that nothing is missing.
    assert_eq!(check(&[]).status.code(), Some(0));
}
