//! A child process that does not outlive this one.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::sync::{oneshot, watch};

/// A running child process. Dropping it asks the child to end (SIGINT), without waiting.
///
/// Each child has a thread of its own, which starts it, waits for it and then ends. Nobody can get the thread wrong that
/// way: the kernel sends the parent-death signal when the *thread* that started the child ends, be it one of many, and
/// worker threads of a runtime come and go.
#[derive(Debug)]
pub(super) struct Kept {
    pid: Pid,
    ended: watch::Receiver<Option<Ended>>,
}

/// How a child ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// With exit status 0.
    pub(super) success: bool,
    /// The exit status or signal, in words.
    pub(super) how: String,
}

impl Kept {
    /// Starts a program.
    pub(super) async fn start(mut command: Command) -> io::Result<Self> {
        // The terminal sends Ctrl-C to its whole foreground process group. The child has its own, because the service
        // must end first, and then what it depends on.
        command.process_group(0);
        die_with_parent(&mut command);
        let (report, started) = oneshot::channel();
        thread::Builder::new().name("keeper".to_owned()).spawn(move || keep(command, report))?;
        started.await.map_err(io::Error::other)?
    }

    /// The child's process id.
    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends a signal, unless the child has ended.
    pub(super) fn signal(&self, signal: Signal) {
        // While this is borrowed the keeper cannot reap the child, so its process id cannot be another's by now.
        let ended = self.ended.borrow();
        if ended.is_none()
            && let Err(error) = kill_process(self.pid, signal)
        {
            tracing::warn!(pid = %self.pid, ?signal, %error, "cannot signal a child process");
        }
    }

    /// Waits until the child has ended.
    pub(super) async fn ended(&self) -> Ended {
        let mut ended = self.ended.clone();
        let seen = ended.wait_for(Option::is_some).await;
        seen.ok().and_then(|seen| seen.clone()).unwrap_or_else(|| Ended::unknown(&"lost sight of it"))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.signal(Signal::INT);
    }
}

impl Ended {
    fn of(child: &mut Child) -> Self {
        match child.wait() {
            Ok(status) => Self { success: status.success(), how: status.to_string() },
            Err(error) => Self::unknown(&error),
        }
    }

    fn unknown(reason: &dyn std::fmt::Display) -> Self {
        Self { success: false, how: reason.to_string() }
    }
}

/// The life of a keeper thread: as long as its child's.
fn keep(mut command: Command, report: oneshot::Sender<io::Result<Kept>>) {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return drop(report.send(Err(error))),
    };
    let pid = Pid::from_child(&child);
    let (ended, watched) = watch::channel(None);
    // Where nobody waits for the report any more, this drops, and thereby ends, the child.
    drop(report.send(Ok(Kept { pid, ended: watched })));
    // First see it end, then reap it under the lock that `Kept::signal` respects. Should the first fail, the second
    // still waits, and only holds the lock for longer.
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    let _ = retry_on_intr(|| waitid(WaitId::Pid(pid), options));
    ended.send_modify(|slot| *slot = Some(Ended::of(&mut child)));
}

/// Has the kernel send SIGINT to the child when this process is killed and can no longer do so itself.
///
/// Only Linux can. Elsewhere a server outlives a killed service, and has to be ended by hand.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the parent-death signal can only be set between fork and exec")]
fn die_with_parent(command: &mut Command) {
    use rustix::process::{getpid, getppid, set_parent_process_death_signal};

    let parent = Some(getpid());
    let ask_kernel = move || {
        set_parent_process_death_signal(Some(Signal::INT))?;
        // The parent may have died before it was asked for.
        if getppid() == parent { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: after a fork of a process with several threads only async-signal-safe functions may run. The closure makes
    // two plain system calls, and neither allocates nor locks.
    unsafe {
        command.pre_exec(ask_kernel);
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn tells_how_the_child_ended() {
        let failing = Kept::start(shell("exit 3")).await.unwrap().ended().await;
        assert!(!failing.success);
        assert_eq!(failing.how, "exit status: 3");
        assert!(Kept::start(shell("true")).await.unwrap().ended().await.success);
    }

    #[tokio::test]
    async fn a_signal_after_the_end_goes_nowhere() {
        let child = Kept::start(shell("sleep 60")).await.unwrap();
        child.signal(Signal::TERM);
        assert!(child.ended().await.how.contains("SIGTERM"));
        child.signal(Signal::TERM);
    }

    #[tokio::test]
    async fn dropping_it_ends_the_child() {
        let child = Kept::start(shell("exec sleep 60")).await.unwrap();
        let mut ended = child.ended.clone();
        drop(child);
        assert!(ended.wait_for(Option::is_some).await.is_ok());
    }

    #[tokio::test]
    async fn a_missing_program_is_an_error() {
        let error = Kept::start(Command::new("/nonexistent/program")).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
