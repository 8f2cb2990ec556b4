//! Slowing down whoever guesses passwords: per account, and per address.
//!
//! Kept in memory by each process, and bounded.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moka::ops::compute::Op;
use moka::sync::Cache;

use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// The longest that anybody waits, in seconds. More would let a stranger lock somebody out.
const LONGEST_WAIT: i64 = 60;

/// How many accounts and addresses are remembered.
const REMEMBERED: u64 = 50_000;

/// How long a failure is remembered.
const REMEMBERED_FOR: Duration = Duration::from_hours(1);

/// What passwords are guessed for, or from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// A user of a bureau.
    Account { bureau_id: i32, username: String },
    /// Where the request comes from.
    Address(IpAddr),
}

impl Target {
    /// An address; of version 6, the network, because any house has billions of addresses.
    pub(super) fn address(address: IpAddr) -> Self {
        const NETWORK: u128 = u128::MAX << 64;
        match address {
            IpAddr::V4(_) => Self::Address(address),
            IpAddr::V6(address) => Self::Address(IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & NETWORK))),
        }
    }

    /// How many failures are let pass before the waiting begins. A whole school may share an address.
    fn allowance(&self) -> u32 {
        match self {
            Self::Account { .. } => 10,
            Self::Address(_) => 100,
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

impl Failures {
    /// The seconds still to be waited: 1, 2, 4 … after each failure beyond the allowance.
    fn wait(&self, allowance: u32, now: DateTime<Utc>) -> Option<u32> {
        let beyond = self.count.checked_sub(allowance)?;
        let wait = 1_i64.checked_shl(beyond).unwrap_or(LONGEST_WAIT).clamp(1, LONGEST_WAIT);
        let left = self.last + TimeDelta::seconds(wait) - now;
        u32::try_from(left.num_milliseconds()).ok().filter(|left| *left > 0).map(|left| left.div_ceil(1_000))
    }
}

/// Remembers failed logins.
pub(super) struct Throttle {
    failures: Cache<Target, Failures>,
}

impl Throttle {
    pub(super) fn new() -> Self {
        Self { failures: Cache::builder().max_capacity(REMEMBERED).time_to_idle(REMEMBERED_FOR).build() }
    }

    /// Lets an attempt begin. It counts as failed until [`Throttle::succeeded`], so that many at
    /// once gain nothing.
    ///
    /// # Errors
    /// [`Code::RateLimited`] where it comes too early.
    pub(super) fn begin(&self, target: &Target, now: DateTime<Utc>) -> Result<()> {
        let mut wait = None;
        self.failures.entry_by_ref(target).and_compute_with(|known| {
            let failures = known.map(moka::Entry::into_value).unwrap_or_default();
            wait = failures.wait(target.allowance(), now);
            if wait.is_some() {
                Op::Nop
            } else {
                Op::Put(Failures { count: failures.count.saturating_add(1), last: now })
            }
        });
        match wait {
            None => Ok(()),
            Some(seconds) => Err(AppError::new(Code::RateLimited)
                .detail(say!(
                    "登录失败次数过多，请 {seconds} 秒后再试",
                    "Too many failed logins; try again in {seconds} s"
                ))
                .retry_after(seconds)),
        }
    }

    /// An attempt succeeded: the account is clear of its failures, the address of this one.
    pub(super) fn succeeded(&self, target: &Target) {
        self.failures.entry_by_ref(target).and_compute_with(|known| match (target, known) {
            (Target::Address(_), Some(known)) => {
                let failures = known.into_value();
                Op::Put(Failures { count: failures.count.saturating_sub(1), ..failures })
            }
            (Target::Account { .. }, Some(_)) => Op::Remove,
            (_, None) => Op::Nop,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn account() -> Target {
        Target::Account { bureau_id: 1, username: "admin".to_owned() }
    }

    #[test]
    fn the_wait_grows_with_each_failure_beyond_the_allowance_up_to_its_bound() {
        let wait = |count| Failures { count, last: at(0) }.wait(10, at(0));
        assert_eq!(
            [9, 10, 11, 12, 15, 16, 200].map(wait),
            [None, Some(1), Some(2), Some(4), Some(32), Some(60), Some(60)]
        );
    }

    #[test]
    fn attempts_under_way_count_and_those_refused_do_not_lengthen_the_wait() {
        let throttle = Throttle::new();
        for _ in 0..10 {
            throttle.begin(&account(), at(0)).unwrap();
        }
        for _ in 0..5 {
            assert_eq!(throttle.begin(&account(), at(0)).unwrap_err().code(), Code::RateLimited);
        }
        throttle.begin(&account(), at(1)).unwrap();
        assert!(throttle.begin(&account(), at(2)).is_err());
        throttle.begin(&account(), at(3)).unwrap();
    }

    #[test]
    fn success_clears_the_account_but_only_itself_from_the_address() {
        let throttle = Throttle::new();
        let address = Target::address(IpAddr::from([10, 0, 0, 1]));
        for _ in 0..100 {
            throttle.begin(&address, at(0)).unwrap();
        }
        throttle.succeeded(&address);
        throttle.begin(&address, at(0)).unwrap();
        assert!(throttle.begin(&address, at(0)).is_err());
        for _ in 0..10 {
            throttle.begin(&account(), at(0)).unwrap();
        }
        throttle.succeeded(&account());
        throttle.begin(&account(), at(0)).unwrap();
    }

    #[test]
    fn addresses_of_one_network_are_one_target() {
        let target = |text: &str| Target::address(text.parse().unwrap());
        assert_eq!(target("2001:db8::1"), target("2001:db8::ffff:2"));
        assert_ne!(target("2001:db8::1"), target("2001:db8:0:1::1"));
        assert_ne!(target("10.0.0.1"), target("10.0.0.2"));
    }
}
