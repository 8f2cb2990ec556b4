//! Time: the database's clock, so that several service processes agree; tests may shift it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

/// Turns the database's time into the service's time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    shift_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// The service's time, by the database's.
    #[must_use]
    pub fn at(&self, database_time: DateTime<Utc>) -> DateTime<Utc> {
        database_time + TimeDelta::seconds(self.shift_seconds.load(Ordering::Relaxed))
    }

    /// The service's time where no database is at hand.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.at(Utc::now())
    }

    /// Moves the clock, for tests; all clones move along.
    pub fn shift(&self, by: TimeDelta) {
        self.shift_seconds.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }
}

/// The calendar date in China, by which windows open and close.
#[must_use]
pub fn local_date(time: DateTime<Utc>) -> NaiveDate {
    const CHINA_STANDARD_TIME: i32 = 8 * 60 * 60;
    FixedOffset::east_opt(CHINA_STANDARD_TIME).map_or(time.date_naive(), |zone| time.with_timezone(&zone).date_naive())
}
