//! How the execution of a budget is scored.

use rust_decimal::Decimal;

use super::{counted, percent, rounded};
use crate::catalogue::document::{ExecutionStrategy, ScoringPolicy};

/// More was executed than was budgeted, which the policy does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{rate} % of the budget was executed")]
pub struct AboveBudget {
    /// The rate, in percent.
    pub rate: Decimal,
}

/// What execution scores, from 0 to the weight. Without a budget that is nothing, and so it is where more was reversed than
/// paid.
///
/// # Errors
/// Where the rate is above 100 % and the policy does not allow it.
pub fn execution_score(
    policy: &ScoringPolicy,
    executed: Decimal,
    budget: Decimal,
    weight: Decimal,
) -> Result<Decimal, AboveBudget> {
    if budget <= Decimal::ZERO {
        return Ok(Decimal::ZERO);
    }
    let executed = counted(executed);
    if executed > budget && !policy.allow_above_budget {
        return Err(AboveBudget { rate: percent(executed, budget).unwrap_or_default() });
    }
    let score = match policy.execution {
        ExecutionStrategy::Proportional => executed.min(budget) * weight / budget,
        ExecutionStrategy::Stepped => {
            let reached = |from: u32| executed * Decimal::ONE_HUNDRED >= budget * Decimal::from(from);
            let share = policy.execution_steps.iter().find(|step| reached(step.from)).map_or(0, |step| step.share);
            weight * Decimal::from(share) / Decimal::ONE_HUNDRED
        }
    };
    Ok(rounded(score).min(weight))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixtures::{n, scoring, stepped};
    use super::*;

    #[test]
    fn execution_is_scored_by_the_strategy_of_the_policy() {
        let lenient = || ScoringPolicy { allow_above_budget: true, ..scoring() };
        for (policy, executed, budget, expected) in [
            (scoring(), "100", "100", Ok("10")),
            (scoring(), "83.91", "100", Ok("8.39")),
            (scoring(), "73", "87", Ok("8.39")),
            (scoring(), "0", "100", Ok("0")),
            (scoring(), "-1", "100", Ok("0")),
            (scoring(), "0", "0", Ok("0")),
            (scoring(), "50", "0", Ok("0")),
            (scoring(), "50", "-1", Ok("0")),
            (scoring(), "100.01", "100", Err("100.01")),
            (scoring(), "150", "100", Err("150")),
            (lenient(), "150", "100", Ok("10")),
            (stepped(), "100", "100", Ok("10")),
            (stepped(), "99.99", "100", Ok("7")),
            (stepped(), "80", "100", Ok("7")),
            (stepped(), "79.999999", "100", Ok("5")),
            (stepped(), "60", "100", Ok("5")),
            (stepped(), "59.99", "100", Ok("0")),
            (stepped(), "100.01", "100", Err("100.01")),
            (ScoringPolicy { allow_above_budget: true, ..stepped() }, "120", "100", Ok("10")),
        ] {
            let score = execution_score(&policy, n(executed), n(budget), n("10"));
            let expected = expected.map(n).map_err(|rate| AboveBudget { rate: n(rate) });
            assert_eq!(score, expected, "{:?}: {executed} of {budget}", policy.execution);
        }
    }

    proptest! {
        #[test]
        fn execution_scores_within_the_weight_and_never_less_for_more(
            (one, other, budget, weight) in (0_i64..200_000, 0_i64..200_000, -10_i64..100_000, 0_i64..=10_000),
            proportional: bool,
        ) {
            let policy = if proportional { scoring() } else { stepped() };
            let policy = ScoringPolicy { allow_above_budget: true, ..policy };
            let [less, more, budget, weight] =
                [one.min(other), one.max(other), budget, weight].map(|cents| Decimal::new(cents, 2));
            let of_less = execution_score(&policy, less, budget, weight).unwrap();
            let of_more = execution_score(&policy, more, budget, weight).unwrap();
            prop_assert!(Decimal::ZERO <= of_less && of_less <= of_more && of_more <= weight);
        }
    }
}
