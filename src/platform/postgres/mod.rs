//! A PostgreSQL that comes and goes with the service: for a trial, a small installation, and the tests.
//!
//! It is the machine's own PostgreSQL, run on a data folder of the service's as a direct child process. Only a Unix
//! socket leads to it. It is ended with the service however that ends: [`EmbeddedPostgres::stop`], a drop, or (on Linux)
//! `kill -9`. The service may run as root; PostgreSQL then runs as `postgres` or `nobody`.
//!
//! Roles and databases are not its concern: there are the superuser `postgres` and the database of that name.

mod account;
mod cluster;
mod error;
mod folders;
mod installation;
mod kept;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::timeout;

use cluster::Cluster;
use folders::{Folders, Lock};
use kept::Kept;

pub use error::PostgresError;

/// How long a fast shutdown may take before it is made an immediate one, and how long that may take.
const FAST_SHUTDOWN: Duration = Duration::from_secs(30);
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(10);

/// Whether what is committed survives the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Committed is committed.
    #[default]
    Durable,
    /// Faster, and lost in a crash: for tests only.
    Volatile,
}

/// How to run an embedded PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    root: PathBuf,
    programs: Option<PathBuf>,
    durability: Durability,
    settings: Vec<String>,
}

impl PostgresOptions {
    /// Durable, on data below this folder, which is made if need be, by the programs in the folder that the
    /// environment variable `PG_BIN` names, or else the newest that are found.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let programs = std::env::var_os("PG_BIN").map(PathBuf::from);
        Self { root: root.into(), programs, durability: Durability::default(), settings: Vec::new() }
    }

    /// Names the folder of PostgreSQL's programs, in place of any search.
    #[must_use]
    pub fn programs(mut self, folder: impl Into<PathBuf>) -> Self {
        self.programs = Some(folder.into());
        self
    }

    /// Chooses between safety and speed.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Sets one of PostgreSQL's parameters, such as `max_connections`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.settings.push(format!("{name}={value}"));
        self
    }

    /// All settings in order of precedence. Those that keep strangers out come last, and so win.
    fn server_settings(&self, socket_dir: &str) -> Vec<String> {
        let speed: &[&str] = match self.durability {
            Durability::Durable => &[],
            Durability::Volatile => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
        };
        let access = [
            "listen_addresses=".to_owned(),
            "port=5432".to_owned(),
            format!("unix_socket_directories={socket_dir}"),
            "unix_socket_permissions=0700".to_owned(),
        ];
        speed.iter().map(ToString::to_string).chain(self.settings.iter().cloned()).chain(access).collect()
    }

    fn initdb_options(&self) -> &'static [&'static str] {
        match self.durability {
            Durability::Durable => &[],
            Durability::Volatile => &["--no-sync"],
        }
    }
}

/// A running PostgreSQL, and the exclusive use of its folder.
///
/// Dropping it asks the server to shut down, without waiting: [`stop`](Self::stop) it where possible.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    server: Kept,
    socket_dir: String,
    bin_dir: PathBuf,
    /// Held for as long as this lives.
    _lock: Lock,
}

impl EmbeddedPostgres {
    /// Starts PostgreSQL, making its data folder the first time, and returns when it takes connections.
    ///
    /// # Errors
    /// Where there is no fitting PostgreSQL, the folder is in use or cannot be reached, or the server does not start.
    pub async fn start(options: PostgresOptions) -> Result<Self, PostgresError> {
        let folders = Folders::below(&options.root)?;
        let lock = folders.lock()?;
        let cluster = Cluster::new(folders, options.programs.as_deref())?;
        cluster.ensure_data(options.initdb_options()).await?;
        let socket_dir = cluster.folders.make_socket_folder(&cluster.account)?;
        let server = cluster.serve(&options.server_settings(&socket_dir)).await?;
        tracing::info!(pid = %server.pid(), data = %cluster.folders.data().display(), "PostgreSQL is ready");
        Ok(Self { server, socket_dir, bin_dir: cluster.installation.bin().to_owned(), _lock: lock })
    }

    /// Ends all sessions, rolls back what is open, and shuts down.
    ///
    /// # Errors
    /// If the server does not end, by this or by an immediate shutdown.
    pub async fn stop(self) -> Result<(), PostgresError> {
        self.server.signal(Signal::INT);
        if timeout(FAST_SHUTDOWN, self.server.ended()).await.is_err() {
            tracing::warn!(pid = %self.server.pid(), "PostgreSQL takes long to stop; the next start will recover");
            self.server.signal(Signal::QUIT);
            let ended = timeout(IMMEDIATE_SHUTDOWN, self.server.ended()).await;
            ended.map_err(|_| PostgresError::NotStopped { pid: self.server.pid().as_raw_pid() })?;
        }
        // Empty by now. Outside the root folder nobody else would clear it away, and inside it is soon made again.
        drop(fs::remove_dir(&self.socket_dir));
        Ok(())
    }

    /// Waits until the server has ended, and says how. Before a [`stop`](Self::stop) that is a fault.
    pub async fn ended(&self) -> String {
        self.server.ended().await.how
    }

    /// Where to reach a database in a role's name, in the form that libpq and tokio-postgres read.
    #[must_use]
    pub fn connection_url(&self, database: &str, role: &str) -> String {
        let [database, host, role] = [database, &self.socket_dir, role].map(percent_encoded);
        format!("postgresql:///{database}?host={host}&port=5432&user={role}")
    }

    /// The folder of the Unix socket, what libpq calls the host.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        Path::new(&self.socket_dir)
    }

    /// The folder of PostgreSQL's programs, such as `pg_dump`.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The process id of the server.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.server.pid().as_raw_pid()
    }
}

/// The text with every byte that might mean something in a URL as `%` and two hexadecimal digits.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut url, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(byte)),
            _ => drop(write!(url, "%{byte:02X}")),
        }
        url
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_carry_any_name() {
        assert_eq!(percent_encoded("jixiao_app-1.x~"), "jixiao_app-1.x~");
        assert_eq!(percent_encoded("/a b?c&d%"), "%2Fa%20b%3Fc%26d%25");
        assert_eq!(percent_encoded("绩"), "%E7%BB%A9");
    }

    #[test]
    fn no_setting_opens_the_server_to_the_network() {
        let options = PostgresOptions::new("/srv").setting("listen_addresses", "*").setting("max_connections", 20);
        let settings = options.server_settings("/srv/socket");
        let last = |name: &str| settings.iter().rfind(|setting| setting.starts_with(name)).cloned();
        assert_eq!(last("listen_addresses").as_deref(), Some("listen_addresses="));
        assert_eq!(last("max_connections").as_deref(), Some("max_connections=20"));
    }
}
