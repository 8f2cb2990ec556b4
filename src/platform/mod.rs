//! What every feature stands on. Names no feature.

pub mod accept;
pub mod access;
pub mod answers;
pub mod bulk;
pub mod cells;
pub mod clock;
pub mod conditional;
pub mod contract;
pub mod db;
pub mod decimal;
pub mod error;
pub mod export;
pub mod extract;
pub mod history;
pub mod idempotency;
pub mod journal;
pub mod message;
pub mod metrics;
pub mod page;
pub mod postgres;
pub mod repeated;
pub mod reply;
pub mod rows;
pub mod statement;
pub mod upload;
pub mod workbook;
