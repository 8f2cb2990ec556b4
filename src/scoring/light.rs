//! Lights: whether money and targets have come as far as the year has.

use chrono::Month;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::target::{Aim, Sense};
use super::{counted, rounded};
use crate::catalogue::document::{Lights, MonitoringPolicy};

/// A light, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// Far behind: needs a reason, and opens a rectification.
    Red,
    /// Behind: needs a reason.
    Yellow,
    /// On the way.
    Green,
    /// Far ahead.
    Blue,
}

impl Light {
    /// Whether somebody has to say why.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Red | Self::Yellow)
    }
}

/// Whether the target of a year will be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// 确定能.
    Certain,
    /// 有可能.
    Possible,
    /// 完全不可能.
    Impossible,
}

/// How far something has come, and the light that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// In percent of what should have been reached by the month; none where that cannot be divided by, and for reverse targets.
    pub percent: Option<Decimal>,
    /// The light.
    pub light: Light,
}

/// The pace of a budget by the end of a month: rate / (m / 12). None without a budget.
#[must_use]
pub fn budget_pace(policy: &MonitoringPolicy, executed: Decimal, budget: Decimal, month: Month) -> Option<Pace> {
    (budget > Decimal::ZERO).then(|| pace(policy.budget, executed, budget, month))
}

/// The pace of a target by the end of a month: a / (t · m / 12) for positive and equal targets. A reverse target is green
/// while it is kept and red when it is not; so is a target of 0, which has no pace.
#[must_use]
pub fn target_pace(policy: &MonitoringPolicy, aim: &Aim, actual: Decimal, month: Month) -> Pace {
    match aim.sense() {
        Sense::Positive | Sense::Equal if !aim.value().is_zero() => pace(policy.targets, actual, aim.value(), month),
        _ => Pace { percent: None, light: if aim.is_reached(actual) { Light::Green } else { Light::Red } },
    }
}

/// The worst light; none where there is no light.
#[must_use]
pub fn worst(lights: impl IntoIterator<Item = Light>) -> Option<Light> {
    lights.into_iter().min()
}

/// What the year will bring if it goes on like this, rounded to 2 decimals.
#[must_use]
pub fn expected_for_year(actual: Decimal, month: Month) -> Decimal {
    rounded(actual * TWELVE / months(month))
}

const TWELVE: Decimal = Decimal::from_parts(12, 0, 0, false, 0);

fn months(month: Month) -> Decimal {
    Decimal::from(month.number_from_month())
}

fn pace(lights: Lights, actual: Decimal, year: Decimal, month: Month) -> Pace {
    let (reached, due) = (counted(actual) * TWELVE * Decimal::ONE_HUNDRED, year * months(month));
    let below = |percent: u32| reached < due * Decimal::from(percent);
    let light = if below(lights.red_below) {
        Light::Red
    } else if below(lights.yellow_below) {
        Light::Yellow
    } else if lights.blue_from.is_none_or(below) {
        Light::Green
    } else {
        Light::Blue
    };
    Pace { percent: Some(rounded(reached / due)), light }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{monitoring, n};
    use super::super::target::Sign;
    use super::*;
    use Light::{Blue, Green, Red, Yellow};

    #[test]
    fn a_budget_is_measured_by_how_far_the_year_has_come() {
        for (executed, month, percent, light) in [
            ("41.99", Month::July, "71.98", Yellow),
            // 35 % by July is 60 % of 7/12.
            ("35", Month::July, "60", Yellow),
            ("34.9999", Month::July, "60", Red),
            ("46.67", Month::July, "80.01", Green),
            ("46.66", Month::July, "79.99", Yellow),
            ("100", Month::January, "1200", Green),
            ("80", Month::December, "80", Green),
            ("0", Month::January, "0", Red),
            ("-1", Month::January, "0", Red),
        ] {
            let found = budget_pace(&monitoring(), n(executed), n("100"), month);
            assert_eq!(found, Some(Pace { percent: Some(n(percent)), light }), "{executed} by {}", month.name());
        }
        assert_eq!(budget_pace(&monitoring(), n("5"), n("0"), Month::July), None);
    }

    #[test]
    fn a_target_shows_the_light_of_its_sense() {
        for (sign, target, actual, month, percent, light) in [
            (Sign::AtLeast, "120", "60", Month::June, Some("100"), Green),
            (Sign::AtLeast, "120", "72", Month::June, Some("120"), Blue),
            (Sign::AtLeast, "120", "71.99", Month::June, Some("119.98"), Green),
            (Sign::AtLeast, "120", "48", Month::June, Some("80"), Green),
            (Sign::AtLeast, "120", "47.99", Month::June, Some("79.98"), Yellow),
            (Sign::Above, "120", "36", Month::June, Some("60"), Yellow),
            (Sign::Above, "120", "35.99", Month::June, Some("59.98"), Red),
            (Sign::Equal, "120", "60", Month::June, Some("100"), Green),
            (Sign::AtLeast, "0", "0", Month::June, None, Green),
            (Sign::Above, "0", "0", Month::June, None, Red),
            (Sign::Equal, "0", "1", Month::June, None, Red),
            (Sign::AtMost, "5", "5", Month::January, None, Green),
            (Sign::AtMost, "5", "5.01", Month::December, None, Red),
            (Sign::Below, "0", "1", Month::June, None, Red),
        ] {
            let aim = Aim::new(sign, n(target)).unwrap();
            let found = target_pace(&monitoring(), &aim, n(actual), month);
            assert_eq!(found, Pace { percent: percent.map(n), light }, "{sign:?} {target}: {actual}");
        }
    }

    #[test]
    fn a_goal_shows_its_worst_light() {
        assert_eq!(worst([Green, Yellow, Blue]), Some(Yellow));
        assert_eq!(worst([Blue, Red, Green]), Some(Red));
        assert_eq!(worst([]), None);
        assert_eq!([Red, Yellow, Green, Blue].map(Light::needs_reason), [true, true, false, false]);
    }

    #[test]
    fn a_year_is_expected_to_go_on_as_it_began() {
        assert_eq!(expected_for_year(n("7"), Month::July), n("12"));
        assert_eq!(expected_for_year(n("5"), Month::July), n("8.57"));
        assert_eq!(expected_for_year(n("5"), Month::December), n("5"));
    }
}
