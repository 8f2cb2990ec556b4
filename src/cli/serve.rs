//! `jixiao serve`

use std::io::{self, Write, stdout};

use jixiao::config::ServeConfig;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::failure::Failure;
use super::service::Service;

/// Serves until it is told to stop, or cannot go on.
pub(super) async fn run(config: ServeConfig) -> Result<(), Failure> {
    let mut stop = StopSignal::listen()?;
    let service = tokio::select! {
        started = Service::start(config) => started?,
        () = stop.received() => return Ok(()),
    };
    announce(&service)?;
    service.run_until(stop.received()).await
}

fn announce(service: &Service) -> io::Result<()> {
    let mut output = stdout().lock();
    writeln!(output, "接口 API      http://{}/v1", service.address())?;
    writeln!(output, "文档 docs     http://{}/docs", service.address())?;
    writeln!(output, "指标 metrics  http://{}/metrics", service.metrics_address())?;
    output.flush()
}

/// SIGTERM of whoever supervises the service, or Ctrl-C on the terminal.
pub(super) struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    /// From now on these signals do not end the process by themselves.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
