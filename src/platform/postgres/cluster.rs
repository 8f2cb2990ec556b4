//! One data folder: made once, then served.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Pid;
use tokio::time::{Instant, sleep, timeout};

use super::account::Account;
use super::error::PostgresError;
use super::folders::{Folders, make_private};
use super::installation::Installation;
use super::kept::{Ended, Kept};

/// How long a start may take, crash recovery included.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// How often to look whether the server is ready.
const READY_POLL: Duration = Duration::from_millis(10);

/// How long a killed predecessor may take to let go of the data, and how often to try.
const PREDECESSOR_TIMEOUT: Duration = Duration::from_secs(10);
const PREDECESSOR_POLL: Duration = Duration::from_millis(100);

/// All that PostgreSQL sees of the service's environment, which holds secrets too.
const PASSED_ENVIRONMENT: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "TZ"];

/// The data folder, with the programs and the account that work on it.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) folders: Folders,
    pub(super) account: Account,
    pub(super) installation: Installation,
}

impl Cluster {
    /// Settles which programs and which account to use.
    pub(super) fn new(folders: Folders, programs: Option<&Path>) -> Result<Self, PostgresError> {
        let data = folders.data();
        let installation = Installation::for_data(&data, programs)?;
        Ok(Self { account: Account::for_data(&data)?, installation, folders })
    }

    /// Makes the data folder, unless there is one.
    ///
    /// It is made under another name: a crash half-way leaves only what the next start clears away. `trust` lets every
    /// local role in without a password, which is sound here because there is no network socket, and the folder of the
    /// Unix socket is closed to all but PostgreSQL's own account and root, who could read the data files anyway. The
    /// service, on its side, has to connect as several roles, which `peer` would refuse.
    pub(super) async fn ensure_data(&self, extra: &[&str]) -> Result<(), PostgresError> {
        let (data, new) = (self.folders.data(), self.folders.new_data());
        if data.exists() {
            return Ok(());
        }
        remove_remains(&new).map_err(PostgresError::io(&new))?;
        make_private(&new, &self.account)?;

        let mut initdb = self.program("initdb")?;
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--data-checksums"]);
        initdb.args(extra).arg("--pgdata").arg(&new);
        let Ended { success, how } = self.run(initdb).await?.ended().await;
        if !success {
            return Err(PostgresError::InitFailed { how, log: self.folders.log_tail() });
        }
        fs::rename(&new, &data).map_err(PostgresError::io(&data))?;
        // The new name is durable only when its folder is.
        let home = self.folders.home();
        File::open(&home).and_then(|home| home.sync_all()).map_err(PostgresError::io(&home))
    }

    /// Starts the server with these `name=value` settings, and returns when it takes connections.
    pub(super) async fn serve(&self, settings: &[String]) -> Result<Kept, PostgresError> {
        let pid_file = self.folders.pid_file();
        // After a clean shutdown there is none. After a crash PostgreSQL itself sees to it, but gives up at once if the
        // old server, or an orphan of it, still runs.
        let has_predecessor = pid_file.exists();
        discard_mistaken(&pid_file).map_err(PostgresError::io(&pid_file))?;
        let deadline = Instant::now() + PREDECESSOR_TIMEOUT;
        loop {
            match self.try_serve(settings).await {
                Err(PostgresError::EndedEarly { .. }) if has_predecessor && Instant::now() < deadline => {
                    sleep(PREDECESSOR_POLL).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_serve(&self, settings: &[String]) -> Result<Kept, PostgresError> {
        let mut postgres = self.program("postgres")?;
        postgres.arg("-D").arg(self.folders.data());
        for setting in settings {
            postgres.args(["-c", setting]);
        }
        let server = self.run(postgres).await?;
        tokio::select! {
            ready = timeout(READY_TIMEOUT, self.ready(server.pid())) => {
                let seconds = READY_TIMEOUT.as_secs();
                ready.map_err(|_| PostgresError::NotReady { seconds, log: self.folders.log_tail() })?;
            }
            Ended { how, .. } = server.ended() => {
                return Err(PostgresError::EndedEarly { how, log: self.folders.log_tail() });
            }
        }
        Ok(server)
    }

    async fn ready(&self, pid: Pid) {
        let pid_file = self.folders.pid_file();
        while !tokio::fs::read_to_string(&pid_file).await.is_ok_and(|status| says_ready(&status, pid)) {
            sleep(READY_POLL).await;
        }
    }

    /// A program of this PostgreSQL, under its account and with its words going to the log.
    fn program(&self, name: &str) -> Result<Command, PostgresError> {
        let log = self.folders.open_log()?;
        let home = self.folders.home();
        let errors = log.try_clone().map_err(PostgresError::io(&home))?;
        let passed = PASSED_ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        let mut command = Command::new(self.installation.bin().join(name));
        command
            .current_dir(home)
            .uid(self.account.uid)
            .gid(self.account.gid)
            .env_clear()
            .envs(passed)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        Ok(command)
    }

    async fn run(&self, command: Command) -> Result<Kept, PostgresError> {
        Kept::start(command).await.map_err(|cause| self.explain(cause))
    }

    /// Why a program did not even start. Entering the home folder is part of its start, under its account.
    fn explain(&self, cause: io::Error) -> PostgresError {
        let (home, bin) = (self.folders.home(), self.installation.bin());
        let refused = cause.kind() == io::ErrorKind::PermissionDenied;
        let closed = || [home.as_path(), bin].into_iter().find_map(|folder| self.account.first_closed_folder(folder));
        match refused.then(closed).flatten() {
            Some(folder) => PostgresError::Unreachable { folder, account: self.account.name.clone() },
            None => PostgresError::Io { path: bin.to_owned(), cause },
        }
    }
}

fn remove_remains(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether `postmaster.pid` is this server's, not its predecessor's, and says on its eighth line that it is ready.
fn says_ready(status: &str, pid: Pid) -> bool {
    let mut lines = status.lines().map(str::trim);
    lines.next() == Some(pid.to_string().as_str()) && lines.nth(6) == Some("ready")
}

/// Removes a `postmaster.pid` that names a process which is no server of this data folder.
///
/// PostgreSQL takes any living process of its account for one. In a container that was killed and started again the
/// numbers repeat, so that it would wait for the service itself. A server can be told by its current folder, the data;
/// where the system does not show that (it takes `/proc`), the judgement is left to PostgreSQL.
fn discard_mistaken(pid_file: &Path) -> io::Result<()> {
    let pid = fs::read_to_string(pid_file).ok().and_then(|status| status.lines().next()?.parse::<u32>().ok());
    let working_folder = pid.and_then(|pid| fs::metadata(format!("/proc/{pid}/cwd")).ok());
    let (Some(working_folder), Some(data)) = (working_folder, pid_file.parent()) else {
        return Ok(());
    };
    let data = fs::metadata(data)?;
    if (working_folder.dev(), working_folder.ino()) == (data.dev(), data.ino()) {
        return Ok(());
    }
    tracing::info!(file = %pid_file.display(), "removing a stale file: the process that it names is not PostgreSQL");
    fs::remove_file(pid_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_eighth_line_makes_a_server_ready() {
        let pid = Pid::from_raw(42).unwrap();
        let status = |pid: u32, state: &str| format!("{pid}\n/data\n1700000000\n5432\n/socket\n\n  1234 5\n{state}\n");
        assert!(says_ready(&status(42, "ready   "), pid));
        assert!(!says_ready(&status(42, "starting"), pid));
        assert!(!says_ready(&status(41, "ready   "), pid));
        assert!(!says_ready("42\n/data\n", pid));
        assert!(!says_ready("", pid));
    }
}
