//! What is answered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::question::Basis;
use crate::catalogue::Period;
use crate::platform::decimal;

/// Figures, all read as of one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The moment. Asking again as of it gives the identical answer, for ever.
    pub as_of: DateTime<Utc>,
    /// Which revisions count.
    pub basis: Basis,
    /// By indicator in the order asked, and within it by group.
    pub items: Vec<Figure>,
}

/// A number, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Code of the indicator.
    pub indicator: String,
    /// The period asked for.
    pub period: Period,
    /// The part of the breakdown; a school without a township is in the group where it is none.
    pub group: BTreeMap<String, Option<String>>,
    /// The number; none where nothing was reported, or nothing can be computed from what was.
    pub value: Option<Decimal>,
    /// The unit of measure.
    pub unit: Option<String>,
    /// What was divided, where something was.
    pub numerator: Option<Decimal>,
    /// What it was divided by.
    pub denominator: Option<Decimal>,
    /// The same figure of another period, where that was asked for.
    pub previous: Option<Comparison>,
    /// How many reports were expected and are in.
    pub coverage: Coverage,
}

/// The figure of an earlier period, and how it has changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The earlier period.
    pub period: Period,
    /// Its value.
    pub value: Option<Decimal>,
    /// The value now less the value then.
    pub change: Option<Decimal>,
    /// The change divided by the value then, rounded half up to 4 decimals; none where that is
    /// missing or zero.
    pub growth: Option<Decimal>,
}

impl Comparison {
    const GROWTH_DECIMALS: u32 = 4;

    pub(super) fn of(period: Period, then: Option<Decimal>, now: Option<Decimal>) -> Self {
        let change = now.zip(then).and_then(|(now, then)| now.checked_sub(then));
        let growth = change.zip(then).and_then(|(change, then)| change.checked_div(then));
        Self {
            period,
            value: then,
            change: change.map(|change| change.normalize()),
            growth: growth.map(|growth| decimal::round(growth, Self::GROWTH_DECIMALS)),
        }
    }
}

/// How complete a figure is, in reports: a school reports once for each period of the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many were expected.
    pub expected: usize,
    /// How many are in, with at least one value of the indicator.
    pub reported: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_relative_to_the_earlier_value_and_rounded_half_up() {
        for (then, now, change, growth) in [
            (Some("130"), Some("135"), Some("5"), Some("0.0385")),
            (Some("450"), Some("455"), Some("5"), Some("0.0111")),
            (Some("75"), Some("85"), Some("10"), Some("0.1333")),
            (Some("8"), Some("7.9996"), Some("-0.0004"), Some("-0.0001")),
            (Some("0"), Some("3"), Some("3"), None),
            (None, Some("3"), None, None),
            (Some("3"), None, None, None),
            (Some("3"), Some("3.0"), Some("0"), Some("0")),
        ] {
            let number = |text: &str| text.parse::<Decimal>().unwrap();
            let period = "2021".parse().unwrap();
            let comparison = Comparison::of(period, then.map(number), now.map(number));
            let text = |number: Option<Decimal>| number.map(|number| number.to_string());
            assert_eq!(text(comparison.change).as_deref(), change, "{then:?} → {now:?}");
            assert_eq!(text(comparison.growth).as_deref(), growth, "{then:?} → {now:?}");
        }
    }
}
