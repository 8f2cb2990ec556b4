//! Qualitative targets: the bands in which they are scored.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::document::ScoringPolicy;

/// How far a qualitative target was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QualitativeBand)]
pub enum Band {
    /// 达成.
    Achieved,
    /// 部分达成并具有一定效果.
    PartlyAchieved,
    /// 未达成且效果较差.
    NotAchieved,
}

/// The scores of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreRange {
    /// The least score.
    pub from: Decimal,
    /// Where it ends.
    pub to: Decimal,
    /// Whether the end belongs to it.
    pub with_end: bool,
}

impl ScoreRange {
    /// Whether a score lies in the band.
    #[must_use]
    pub fn contains(&self, score: Decimal) -> bool {
        self.from <= score && (score < self.to || (self.with_end && score == self.to))
    }
}

impl Band {
    /// The scores that a target of some weight may get in this band.
    #[must_use]
    pub fn scores(self, policy: &ScoringPolicy, weight: Decimal) -> ScoreRange {
        let share = |percent: u32| weight * Decimal::from(percent) / Decimal::ONE_HUNDRED;
        let (achieved, partly) = (share(policy.achieved_from), share(policy.partly_achieved_from));
        match self {
            Self::Achieved => ScoreRange { from: achieved, to: weight, with_end: true },
            Self::PartlyAchieved => ScoreRange { from: partly, to: achieved, with_end: false },
            Self::NotAchieved => ScoreRange { from: Decimal::ZERO, to: partly, with_end: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixtures::{n, scoring};
    use super::*;
    use Band::{Achieved, NotAchieved, PartlyAchieved};

    #[test]
    fn a_score_outside_of_the_band_is_refused() {
        for (band, weight, score, fits) in [
            (Achieved, "10", "8", true),
            (Achieved, "10", "10", true),
            (Achieved, "10", "7.99", false),
            (Achieved, "10", "10.01", false),
            (PartlyAchieved, "10", "6", true),
            (PartlyAchieved, "10", "7.99", true),
            (PartlyAchieved, "10", "8", false),
            (PartlyAchieved, "10", "5.99", false),
            (NotAchieved, "10", "0", true),
            (NotAchieved, "10", "5.99", true),
            (NotAchieved, "10", "6", false),
            (NotAchieved, "10", "-0.01", false),
            // The bounds of an odd weight have more decimals than a score.
            (Achieved, "3.33", "2.66", false),
            (Achieved, "3.33", "2.67", true),
            (PartlyAchieved, "3.33", "2.66", true),
        ] {
            let range = band.scores(&scoring(), n(weight));
            assert_eq!(range.contains(n(score)), fits, "{band:?}: {score} of {weight}");
        }
    }

    proptest! {
        #[test]
        fn each_score_lies_in_just_one_band(weight in 0_i64..=10_000, share in 0_i64..=10_000) {
            let weight = Decimal::new(weight, 2);
            let score = weight * Decimal::new(share, 4);
            let bands = [Achieved, PartlyAchieved, NotAchieved].map(|band| band.scores(&scoring(), weight));
            prop_assert_eq!(bands.iter().filter(|band| band.contains(score)).count(), 1);
        }
    }
}
