//! What is measured about requests, for Prometheus.

use std::time::Duration;

use prometheus::{Encoder, Gauge, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use super::db::PoolLoad;
use super::error::{AppError, Result};

/// The service's metrics. Cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    refused: IntCounterVec,
    pool_used: IntGauge,
    pool_idle: IntGauge,
    pool_waiting: IntGauge,
    journal_unsealed: IntGauge,
    journal_lag: Gauge,
}

impl Metrics {
    /// Registers the metrics in a registry of their own.
    ///
    /// # Errors
    /// Where two have the same name, which is a defect.
    pub fn new() -> Result<Self> {
        Self::register().map_err(AppError::internal)
    }

    fn register() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = HistogramVec::new(
            HistogramOpts::new("http_server_request_duration_seconds", "Duration of requests"),
            &["http_request_method", "http_route", "http_response_status_code"],
        )?;
        let refused =
            IntCounterVec::new(Opts::new("jixiao_refused_requests_total", "Requests turned away"), &["reason"])?;
        let gauge = |name: &str, help: &str| IntGauge::new(name, help);
        let metrics = Self {
            requests,
            refused,
            pool_used: gauge("jixiao_db_connections_used", "Database connections in use")?,
            pool_idle: gauge("jixiao_db_connections_idle", "Database connections that are idle")?,
            pool_waiting: gauge("jixiao_db_connection_waiters", "Requests that wait for a database connection")?,
            journal_unsealed: gauge("jixiao_journal_unsealed_entries", "Committed entries that were not sealed yet")?,
            journal_lag: Gauge::new("jixiao_journal_sealer_lag_seconds", "Age of the oldest of them")?,
            registry,
        };
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.refused.clone()))?;
        for gauge in [&metrics.pool_used, &metrics.pool_idle, &metrics.pool_waiting] {
            metrics.registry.register(Box::new(gauge.clone()))?;
        }
        metrics.registry.register(Box::new(metrics.journal_unsealed.clone()))?;
        metrics.registry.register(Box::new(metrics.journal_lag.clone()))?;
        Ok(metrics)
    }

    /// Counts a request that was answered.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).observe(took.as_secs_f64());
    }

    /// Notes how far the sealer of the journal was behind, in entries and in seconds.
    pub fn sealer_lag(&self, entries: usize, seconds: f64) {
        self.journal_unsealed.set(i64::try_from(entries).unwrap_or(i64::MAX));
        self.journal_lag.set(seconds);
    }

    /// Counts a request that was turned away, by reason.
    pub fn refused(&self, reason: &str) {
        self.refused.with_label_values(&[reason]).inc();
    }

    /// The metrics as Prometheus reads them.
    ///
    /// # Errors
    /// Where they cannot be written, which is a defect.
    pub fn render(&self, load: PoolLoad) -> Result<Vec<u8>> {
        for (gauge, value) in
            [(&self.pool_used, load.used), (&self.pool_idle, load.idle), (&self.pool_waiting, load.waiting)]
        {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(AppError::internal)?;
        Ok(text)
    }
}
