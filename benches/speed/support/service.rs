//! The service as a process of its own.

use std::fs::File;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use super::Result;
use super::county::{CLIENT, SECRET};
use super::database::Database;
use super::http::{Connection, Request};

/// A running `jixiao serve`.
pub struct Service {
    process: Child,
    /// Kept open, so that the service can go on writing.
    _output: BufReader<ChildStdout>,
    /// Where the API listens.
    pub address: SocketAddr,
    metrics: SocketAddr,
}

impl Service {
    /// Starts the service and waits until it is ready.
    pub async fn start(database: &Database, url: &str, pool_size: usize) -> Result<Self> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_jixiao"))
            .args(["serve", "--log", "info", "--rate-limit", "0"])
            .args(["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .args(["--secret", "a secret for benches, long enough to be one"])
            .args(["--database-url", url, "--pool-size", &pool_size.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(database.folder().join("service.log"))?)
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().ok_or("the service has no output")?;
        let mut output = BufReader::new(output);
        let mut addresses = Vec::new();
        // The API, its documentation, the metrics.
        for _ in 0..3 {
            let mut line = String::new();
            output.read_line(&mut line).await?;
            addresses.push(address(&line).ok_or("the service did not say where it listens")?);
        }
        let [address, _, metrics] = addresses.as_slice() else { return Err("three addresses were expected".into()) };
        let service = Self { process, _output: output, address: *address, metrics: *metrics };
        service.until_ready().await?;
        Ok(service)
    }

    async fn until_ready(&self) -> Result<()> {
        const PAUSE: Duration = Duration::from_millis(2);
        for _ in 0..5_000 {
            if let Ok(mut connection) = self.connect().await
                && connection.send(&Request::get("/ready")).await?.status == 200
            {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err("the service is not ready after ten seconds".into())
    }

    /// A connection without a token.
    pub async fn connect(&self) -> Result<Connection> {
        Connection::open(self.address).await
    }

    /// So many connections with the token of the bureau's machine client.
    pub async fn log_in(&self, connections: usize) -> Result<Vec<Connection>> {
        #[derive(Deserialize)]
        struct Tokens {
            access_token: String,
        }
        let form = format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}");
        let request = Request::post("/oauth/token", "application/x-www-form-urlencoded", form.as_bytes());
        let answer = self.connect().await?.send(&request).await?.expect(200)?;
        let tokens: Tokens = serde_json::from_slice(&answer.body)?;
        let mut logged_in = Vec::with_capacity(connections);
        for _ in 0..connections {
            logged_in.push(self.connect().await?.with_token(&tokens.access_token));
        }
        Ok(logged_in)
    }

    /// Memory that is resident, in MB: now, and at most since the start.
    pub fn memory(&self) -> Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?.as_raw_pid()))?;
        let megabytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such measure")?;
            let kilobytes: f64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse()?;
            Result::Ok(kilobytes / 1024.0)
        };
        Ok((megabytes("VmRSS")?, megabytes("VmHWM")?))
    }

    /// What the service measures under a name.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let answer = Connection::open(self.metrics).await?.send(&Request::get("/metrics")).await?.expect(200)?;
        let text = String::from_utf8(answer.body)?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such metric")?;
        Ok(value.trim().parse()?)
    }

    fn pid(&self) -> Result<Pid> {
        let id = self.process.id().ok_or("the service has ended")?;
        Ok(Pid::from_raw(i32::try_from(id)?).ok_or("the service has no process id")?)
    }

    /// Stops the service as a supervisor would.
    pub async fn stop(mut self) -> Result<()> {
        kill_process(self.pid()?, Signal::TERM)?;
        self.process.wait().await?;
        Ok(())
    }
}

fn address(line: &str) -> Option<SocketAddr> {
    line.split("http://").nth(1)?.split('/').next()?.parse().ok()
}
