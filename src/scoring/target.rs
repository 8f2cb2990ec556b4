//! Targets with a number: how far they were reached, what that scores, and when a deviation has to be explained.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{counted, percent, rounded};
use crate::catalogue::document::{ReverseStrategy, ScoringPolicy};

/// How a target is meant (指标性质).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TargetSign)]
pub enum Sign {
    /// ≥.
    AtLeast,
    /// >: scored as ≥, as the regulations do.
    Above,
    /// =.
    Equal,
    /// ≤.
    AtMost,
    /// <: scored as ≤, as the regulations do.
    Below,
    /// 定性: described in words, and scored by a band.
    Qualitative,
}

impl Sign {
    /// What is better for a target of this sign; none where it has no number.
    #[must_use]
    pub fn sense(self) -> Option<Sense> {
        match self {
            Self::AtLeast | Self::Above => Some(Sense::Positive),
            Self::Equal => Some(Sense::Equal),
            Self::AtMost | Self::Below => Some(Sense::Reverse),
            Self::Qualitative => None,
        }
    }
}

/// What is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// More is better.
    Positive,
    /// Just so much.
    Equal,
    /// Less is better.
    Reverse,
}

/// A target with a number: its sign and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    /// Its sign.
    sign: Sign,
    /// What is better.
    sense: Sense,
    /// The value that is to be reached; not negative.
    value: Decimal,
}

impl Aim {
    /// A sign and a value as an aim; none where the target is qualitative. A negative value counts as 0.
    #[must_use]
    pub fn new(sign: Sign, value: Decimal) -> Option<Self> {
        Some(Self { sign, sense: sign.sense()?, value: counted(value) })
    }

    /// What is better.
    #[must_use]
    pub fn sense(&self) -> Sense {
        self.sense
    }

    /// The value that is to be reached.
    #[must_use]
    pub fn value(&self) -> Decimal {
        self.value
    }

    /// Whether an actual value scores in full. A target of 0 cannot be divided by: `≥ 0` is always reached, `> 0` by anything
    /// above, and `= 0`, `≤ 0` and `< 0` by nothing above.
    #[must_use]
    pub fn is_reached(&self, actual: Decimal) -> bool {
        let actual = counted(actual);
        match self.sense {
            Sense::Positive | Sense::Equal if self.value.is_zero() => match self.sign {
                Sign::Above => !actual.is_zero(),
                Sign::Equal => actual.is_zero(),
                _ => true,
            },
            Sense::Positive | Sense::Equal => actual >= self.value,
            Sense::Reverse => actual <= self.value,
        }
    }

    /// What an actual value scores, from 0 to the weight. A reverse target that was missed is scored by the strategy.
    #[must_use]
    pub fn score(&self, strategy: ReverseStrategy, actual: Decimal, weight: Decimal) -> Decimal {
        let (target, actual) = (self.value, counted(actual));
        if self.is_reached(actual) {
            return weight;
        }
        if target.is_zero() {
            return Decimal::ZERO;
        }
        // Multiplied first: the quotient is the only number that is not exact.
        let score = match (self.sense, strategy) {
            (Sense::Positive | Sense::Equal, _) => actual * weight / target,
            (Sense::Reverse, ReverseStrategy::Linear) => counted(target + target - actual) * weight / target,
            (Sense::Reverse, ReverseStrategy::Ratio) => target * weight / actual,
        };
        rounded(score).min(weight)
    }

    /// (a − t) / t in percent; none where the target is 0.
    #[must_use]
    pub fn deviation(&self, actual: Decimal) -> Option<Decimal> {
        percent(counted(actual) - self.value, self.value)
    }

    /// Whether a deviation has to be explained: for a positive target where it is above the threshold, for an equal one
    /// wherever the actual value is above it. Targets that were set too low are to be seen.
    #[must_use]
    pub fn needs_reason(&self, policy: &ScoringPolicy, actual: Decimal) -> bool {
        let actual = counted(actual);
        match self.sense {
            Sense::Positive => {
                let threshold = Decimal::from(policy.deviation_threshold);
                !self.value.is_zero() && (actual - self.value) * Decimal::ONE_HUNDRED > threshold * self.value
            }
            Sense::Equal => actual > self.value,
            Sense::Reverse => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixtures::{n, scoring};
    use super::*;
    use ReverseStrategy::{Linear, Ratio};
    use Sign::{Above, AtLeast, AtMost, Below, Equal};

    fn aim(sign: Sign, target: Decimal) -> Aim {
        Aim::new(sign, target).unwrap()
    }

    #[test]
    fn every_formula_scores_as_the_regulation_says() {
        for (sign, strategy, target, actual, weight, expected) in [
            // positive: min(1, a/t)·w
            (AtLeast, Linear, "100", "100", "10", "10"),
            (AtLeast, Linear, "100", "99.99", "10", "10"),
            (AtLeast, Linear, "100", "99.94", "10", "9.99"),
            (AtLeast, Linear, "100", "50", "15", "7.5"),
            (AtLeast, Linear, "100", "250", "10", "10"),
            (AtLeast, Linear, "100", "0", "10", "0"),
            (AtLeast, Linear, "100", "-5", "10", "0"),
            (AtLeast, Linear, "3", "1", "10", "3.33"),
            (AtLeast, Linear, "3", "2", "10", "6.67"),
            (AtLeast, Linear, "87", "73", "100", "83.91"),
            (Above, Linear, "100", "100", "10", "10"),
            (Above, Linear, "100", "80", "10", "8"),
            // half up
            (AtLeast, Linear, "1000", "14.99", "1", "0.01"),
            (AtLeast, Linear, "1000", "5", "1", "0.01"),
            (AtLeast, Linear, "1000", "15", "1", "0.02"),
            (AtLeast, Linear, "1000", "4.99", "1", "0"),
            // nothing to divide by
            (AtLeast, Linear, "0", "0", "10", "10"),
            (AtLeast, Linear, "0", "-3", "10", "10"),
            (AtLeast, Linear, "0", "3", "10", "10"),
            (Above, Linear, "0", "0", "10", "0"),
            (Above, Linear, "0", "-1", "10", "0"),
            (Above, Linear, "0", "0.01", "10", "10"),
            (AtLeast, Linear, "-5", "-9", "10", "10"),
            // equal: t = 0 scores only where a ≤ 0, otherwise as positive
            (Equal, Linear, "0", "0", "10", "10"),
            (Equal, Linear, "0", "-1", "10", "10"),
            (Equal, Linear, "0", "1", "10", "0"),
            (Equal, Linear, "0", "0.000001", "10", "0"),
            (Equal, Linear, "20", "20", "10", "10"),
            (Equal, Linear, "20", "15", "10", "7.5"),
            (Equal, Linear, "20", "30", "10", "10"),
            (Equal, Ratio, "20", "-30", "10", "0"),
            // reverse, linear
            (AtMost, Linear, "10", "10", "8", "8"),
            (AtMost, Linear, "10", "0", "8", "8"),
            (AtMost, Linear, "10", "-4", "8", "8"),
            (AtMost, Linear, "10", "10.01", "8", "7.99"),
            (AtMost, Linear, "10", "15", "8", "4"),
            (AtMost, Linear, "10", "19.99", "8", "0.01"),
            (AtMost, Linear, "10", "20", "8", "0"),
            (AtMost, Linear, "10", "500", "8", "0"),
            (Below, Linear, "10", "10", "8", "8"),
            (Below, Linear, "10", "12", "10", "8"),
            (AtMost, Linear, "0", "0", "8", "8"),
            (AtMost, Linear, "0", "-1", "8", "8"),
            (AtMost, Linear, "0", "0.01", "8", "0"),
            // reverse, ratio
            (AtMost, Ratio, "10", "10", "8", "8"),
            (AtMost, Ratio, "10", "20", "8", "4"),
            (AtMost, Ratio, "10", "30", "8", "2.67"),
            (AtMost, Ratio, "10", "100000", "8", "0"),
            (AtMost, Ratio, "10", "-1", "8", "8"),
            (Below, Ratio, "0", "0", "8", "8"),
            (Below, Ratio, "0", "5", "8", "0"),
        ] {
            let score = aim(sign, n(target)).score(strategy, n(actual), n(weight));
            assert_eq!(score, n(expected), "{sign:?} {target}, {strategy:?}: {actual} of {weight} points");
        }
    }

    #[test]
    fn a_qualitative_target_has_no_formula() {
        assert_eq!(Aim::new(Sign::Qualitative, n("1")), None);
        assert_eq!(Sign::Qualitative.sense(), None);
    }

    #[test]
    fn what_deviates_beyond_the_threshold_is_explained() {
        for (sign, target, actual, deviation, explained) in [
            (AtLeast, "100", "115", Some("15"), false),
            (AtLeast, "100", "115.000001", Some("15"), true),
            (AtLeast, "100", "115.01", Some("15.01"), true),
            (Above, "3", "4", Some("33.33"), true),
            (AtLeast, "100", "60", Some("-40"), false),
            (AtLeast, "100", "-60", Some("-100"), false),
            (AtLeast, "0", "60", None, false),
            (Equal, "20", "20", Some("0"), false),
            (Equal, "20", "20.01", Some("0.05"), true),
            (Equal, "20", "19", Some("-5"), false),
            (Equal, "0", "1", None, true),
            (Equal, "0", "-1", None, false),
            (AtMost, "10", "20", Some("100"), false),
            (Below, "10", "2", Some("-80"), false),
        ] {
            let aim = aim(sign, n(target));
            assert_eq!(aim.deviation(n(actual)), deviation.map(n), "{sign:?} {target}: {actual}");
            assert_eq!(aim.needs_reason(&scoring(), n(actual)), explained, "{sign:?} {target}: {actual}");
        }
    }

    fn number() -> impl Strategy<Value = Decimal> {
        // Small numbers of few digits meet each other; the largest that are kept must not overflow.
        prop_oneof![
            (-300_i64..300, 0_u32..3).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale)),
            (-999_999_999_999_999_999_i64..=999_999_999_999_999_999).prop_map(|mantissa| Decimal::new(mantissa, 6)),
        ]
    }

    fn weight() -> impl Strategy<Value = Decimal> {
        (0_i64..=10_000).prop_map(|mantissa| Decimal::new(mantissa, 2))
    }

    fn sign() -> impl Strategy<Value = Sign> {
        prop::sample::select(vec![AtLeast, Above, Equal, AtMost, Below])
    }

    fn strategy() -> impl Strategy<Value = ReverseStrategy> {
        prop::sample::select(vec![Linear, Ratio])
    }

    proptest! {
        #[test]
        fn a_score_lies_between_nothing_and_the_weight(
            (sign, strategy, target, actual, weight) in (sign(), strategy(), number(), number(), weight())
        ) {
            let score = aim(sign, target).score(strategy, actual, weight);
            prop_assert!(Decimal::ZERO <= score && score <= weight, "{}", score);
            prop_assert!(score.scale() <= 2);
        }

        #[test]
        fn more_never_scores_less_for_a_positive_target_nor_more_for_a_reverse_one(
            (sign, strategy, target, one, other, weight)
                in (sign(), strategy(), number(), number(), number(), weight())
        ) {
            let aim = aim(sign, target);
            let (less, more) = (one.min(other), one.max(other));
            let (of_less, of_more) = (aim.score(strategy, less, weight), aim.score(strategy, more, weight));
            match sign {
                AtLeast | Above => prop_assert!(of_less <= of_more),
                AtMost | Below => prop_assert!(of_less >= of_more),
                Equal if target > Decimal::ZERO => prop_assert!(of_less <= of_more),
                _ => prop_assert!(of_less >= of_more),
            }
        }

        #[test]
        fn what_is_reached_scores_in_full_and_only_then_before_rounding(
            (sign, strategy, target, actual) in (sign(), strategy(), number(), number())
        ) {
            let aim = aim(sign, target);
            let score = aim.score(strategy, actual, Decimal::ONE_HUNDRED);
            if aim.is_reached(actual) {
                prop_assert_eq!(score, Decimal::ONE_HUNDRED);
            }
            if score < Decimal::ONE_HUNDRED {
                prop_assert!(!aim.is_reached(actual));
            }
        }
    }
}
