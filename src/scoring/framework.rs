//! The indicator framework: which classes of targets there are, and what they weigh.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::document::FrameworkWeights;

/// First level of the indicator framework (一级指标).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FrameworkPart {
    /// 预算执行率: computed from the budget, so that no target belongs to it.
    Execution,
    /// 产出.
    Output,
    /// 效益.
    Benefit,
    /// 满意度.
    Satisfaction,
}

impl FrameworkPart {
    /// All, in the order in which a sheet shows them.
    pub const ALL: [Self; 4] = [Self::Execution, Self::Output, Self::Benefit, Self::Satisfaction];

    /// The points that the policy gives to it.
    #[must_use]
    pub fn points(self, weights: &FrameworkWeights) -> Decimal {
        Decimal::from(match self {
            Self::Execution => weights.execution,
            Self::Output => weights.output,
            Self::Benefit => weights.benefit,
            Self::Satisfaction => weights.satisfaction,
        })
    }
}

/// Second level of the indicator framework (二级指标): the class of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TargetClass)]
pub enum Class {
    /// 数量指标.
    Quantity,
    /// 质量指标.
    Quality,
    /// 时效指标.
    Timeliness,
    /// 成本指标.
    Cost,
    /// 经济效益.
    Economic,
    /// 社会效益.
    Social,
    /// 生态效益.
    Ecological,
    /// 可持续影响.
    Sustainable,
    /// 服务对象满意度.
    Satisfaction,
}

impl Class {
    /// The part of the first level that it belongs to.
    #[must_use]
    pub fn part(self) -> FrameworkPart {
        match self {
            Self::Quantity | Self::Quality | Self::Timeliness | Self::Cost => FrameworkPart::Output,
            Self::Economic | Self::Social | Self::Ecological | Self::Sustainable => FrameworkPart::Benefit,
            Self::Satisfaction => FrameworkPart::Satisfaction,
        }
    }
}

/// A part whose targets do not weigh what the policy gives to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unbalanced {
    /// The part.
    pub part: FrameworkPart,
    /// What the weights should sum to.
    pub expected: Decimal,
    /// What they sum to.
    pub found: Decimal,
}

/// The parts in which the weights of a project's targets do not sum to the policy's.
#[must_use]
pub fn unbalanced(weights: &FrameworkWeights, targets: impl Iterator<Item = (Class, Decimal)>) -> Vec<Unbalanced> {
    let mut parts = [FrameworkPart::Output, FrameworkPart::Benefit, FrameworkPart::Satisfaction]
        .map(|part| Unbalanced { part, expected: part.points(weights), found: Decimal::ZERO });
    for (class, weight) in targets {
        for each in parts.iter_mut().filter(|each| each.part == class.part()) {
            each.found += weight;
        }
    }
    parts.into_iter().filter(|each| each.found != each.expected).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{n, scoring};
    use super::*;

    #[test]
    fn weights_sum_to_those_of_the_policy_part_by_part() {
        let check = |targets: &[(Class, &str)]| {
            unbalanced(&scoring().weights, targets.iter().map(|(class, weight)| (*class, n(weight))))
                .into_iter()
                .map(|each| (each.part, each.found))
                .collect::<Vec<_>>()
        };
        let benefit_and_satisfaction = [(Class::Social, "15"), (Class::Sustainable, "15"), (Class::Satisfaction, "10")];
        let with = |output: &[(Class, &'static str)]| [output, &benefit_and_satisfaction].concat();
        assert_eq!(check(&with(&[(Class::Quantity, "33.33"), (Class::Quality, "16.67")])), []);
        assert_eq!(
            check(&with(&[(Class::Quantity, "33.33"), (Class::Cost, "16.66")])),
            [(FrameworkPart::Output, n("49.99"))]
        );
        // Too much in one part does not make up for too little in another.
        let shifted = [(Class::Quantity, "60"), (Class::Social, "20"), (Class::Satisfaction, "10")];
        assert_eq!(check(&shifted), [(FrameworkPart::Output, n("60")), (FrameworkPart::Benefit, n("20"))]);
        assert_eq!(check(&[]).len(), 3, "parts without any target");
    }
}
