//! How a target, the execution of a budget and a whole sheet are scored, and when a light turns red: the named
//! strategies of the policy, pure.
//!
//! Everything is an exact decimal; what is scored, and every percentage, is rounded half up to 2 decimals. Bounds are
//! compared before rounding. A negative actual value counts as 0, and so does a negative target.

mod band;
mod execution;
mod framework;
mod grade;
mod light;
mod names;
mod sheet;
mod target;

use rust_decimal::Decimal;

use crate::platform::decimal;

pub use band::{Band, ScoreRange};
pub use execution::{AboveBudget, execution_score};
pub use framework::{Class, FrameworkPart, Unbalanced, unbalanced};
pub use grade::grade;
pub use light::{Light, Likelihood, Pace, budget_pace, expected_for_year, target_pace, worst};
pub use sheet::{Row, Subtotal, Totals, totals};
pub use target::{Aim, Sense, Sign};

/// A score or percentage as it is shown and kept.
#[must_use]
pub fn rounded(number: Decimal) -> Decimal {
    decimal::round(number, 2)
}

/// A part in percent of a whole; none where the whole is zero.
#[must_use]
pub fn percent(part: Decimal, whole: Decimal) -> Option<Decimal> {
    (!whole.is_zero()).then(|| rounded(part * Decimal::ONE_HUNDRED / whole))
}

/// Negative numbers count as zero.
fn counted(number: Decimal) -> Decimal {
    number.max(Decimal::ZERO)
}

#[cfg(test)]
mod fixtures {
    use rust_decimal::Decimal;

    use crate::catalogue::document::{
        ExecutionStrategy, FrameworkWeights, Grade, GradeBand, Lights, MonitoringPolicy, ReverseStrategy,
        ScoringPolicy, Step,
    };

    /// Reads a number of a table.
    pub fn n(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    pub fn scoring() -> ScoringPolicy {
        ScoringPolicy {
            weights: FrameworkWeights { execution: 10, output: 50, benefit: 30, satisfaction: 10 },
            reverse: ReverseStrategy::Linear,
            execution: ExecutionStrategy::Proportional,
            execution_steps: vec![],
            allow_above_budget: false,
            deviation_threshold: 15,
            achieved_from: 80,
            partly_achieved_from: 60,
            grades: [(Grade::Excellent, 90), (Grade::Good, 80), (Grade::Fair, 60), (Grade::Poor, 0)]
                .map(|(grade, from)| GradeBand { grade, from })
                .to_vec(),
            goal_review: vec![],
        }
    }

    pub fn stepped() -> ScoringPolicy {
        ScoringPolicy {
            execution: ExecutionStrategy::Stepped,
            execution_steps: [(100, 100), (80, 70), (60, 50)].map(|(from, share)| Step { from, share }).to_vec(),
            ..scoring()
        }
    }

    pub fn monitoring() -> MonitoringPolicy {
        MonitoringPolicy {
            budget: Lights { red_below: 60, yellow_below: 80, blue_from: None },
            targets: Lights { red_below: 60, yellow_below: 80, blue_from: Some(120) },
            rectify_within_days: 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::n;
    use super::*;

    #[test]
    fn percentages_are_rounded_half_up_to_two_decimals() {
        for (part, whole, expected) in [
            ("73", "87", Some("83.91")),
            ("1", "3", Some("33.33")),
            ("2", "3", Some("66.67")),
            ("0.00005", "1", Some("0.01")),
            ("120", "100", Some("120")),
            ("0", "7", Some("0")),
            ("5", "0", None),
        ] {
            assert_eq!(percent(n(part), n(whole)), expected.map(n), "{part} of {whole}");
        }
    }
}
