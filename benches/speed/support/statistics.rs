//! Rates and middles.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;

use super::Result;

/// The middle of some measurements.
pub fn median(mut measured: Vec<f64>) -> Result<f64> {
    measured.sort_by(f64::total_cmp);
    measured.get(measured.len() / 2).copied().ok_or_else(|| "nothing was measured".into())
}

/// Runs some work on all lanes at once, again and again, for a time; how often a second it was done.
pub async fn rate<L>(lanes: &mut [L], time: Duration, work: impl AsyncFn(&mut L) -> Result<()>) -> Result<f64> {
    let started = Instant::now();
    let lane = async |lane: &mut L| {
        let mut done = 0_u32;
        while started.elapsed() < time {
            work(lane).await?;
            done += 1;
        }
        Result::Ok(done)
    };
    let done: u32 = try_join_all(lanes.iter_mut().map(lane)).await?.iter().sum();
    Ok(f64::from(done) / started.elapsed().as_secs_f64())
}

/// Milliseconds that some work takes.
pub async fn milliseconds(work: impl Future<Output = Result<()>>) -> Result<f64> {
    let started = Instant::now();
    work.await?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}
