//! What the benches stand on.

pub mod county;
pub mod database;
pub mod http;
pub mod service;
pub mod statistics;
pub mod table;
pub mod wire;

use std::str::FromStr;

/// What a bench returns that could not be run.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A size, by an environment variable or as it usually is.
pub fn setting<T: FromStr>(name: &str, usual: T) -> Result<T> {
    match std::env::var(name) {
        Err(_) => Ok(usual),
        Ok(text) => text.parse().map_err(|_| format!("{name} is not understood: {text}").into()),
    }
}
