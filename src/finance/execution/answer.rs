//! How far budgets were executed, and what is not known of it. Pure.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::queries::{Group, MonthSums};
use crate::finance::items::rate;

/// By what execution is broken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExecutionBy)]
pub(super) enum By {
    /// By the organisation that spends.
    Organisation,
    /// By project.
    Project,
    /// By 功能科目.
    Function,
    /// By 部门预算支出经济分类.
    Economic,
    /// By 政府预算支出经济分类.
    GovernmentEconomic,
    /// By 资金性质.
    Fund,
    /// By 指标来源.
    Source,
    /// By the month of payment.
    Month,
}

impl By {
    /// As the query names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Project => "project",
            Self::Function => "function",
            Self::Economic => "economic",
            Self::GovernmentEconomic => "government_economic",
            Self::Fund => "fund",
            Self::Source => "source",
            Self::Month => "month",
        }
    }
}

/// What is not known of a row, and therefore no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExecutionGap)]
pub(super) enum Gap {
    /// There is no budget: no rate can be told.
    NoBudget,
    /// Payments of others are in, but none of these.
    NothingPaid,
    /// Payments are not in yet, of whatever item: how much was executed is not known.
    PaymentsNotIn,
    /// No payments are planned until the day: no progress can be told.
    NoPlan,
}

/// A row of execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Execution {
    pub key: Option<String>,
    pub name: Option<String>,
    pub items: i64,
    pub planned_items: i64,
    pub original: Decimal,
    pub adjusted: Decimal,
    pub received: Decimal,
    pub detailed: Decimal,
    pub budget: Decimal,
    pub undetailed: Decimal,
    pub executed: Option<Decimal>,
    pub rate: Option<Decimal>,
    pub available: Decimal,
    pub planned: Option<Decimal>,
    pub progress: Option<Decimal>,
    pub missing: Vec<Gap>,
}

impl Execution {
    /// What the sums of a group come to; `are_in` says whether payments were posted at all.
    pub(super) fn of(group: Group, are_in: bool) -> Self {
        let (executed, missing) = judge(group.executed, group.budget, group.planned, are_in);
        Self {
            key: group.key,
            name: group.name,
            items: group.items,
            planned_items: group.planned_items,
            original: group.original,
            adjusted: group.adjusted,
            received: group.received,
            detailed: group.detailed,
            budget: group.budget,
            undetailed: group.undetailed,
            executed,
            rate: executed.and_then(|executed| rate(executed, group.budget)),
            available: group.budget - group.executed.unwrap_or_default(),
            planned: group.planned,
            progress: executed.and_then(|_| rate(group.executed_of_planned, group.planned?)),
            missing,
        }
    }

    /// What a month comes to beside the total of the year; `spent` is what was executed until its end.
    pub(super) fn of_month(month: &MonthSums, year: i32, total: &Self, spent: Decimal, are_in: bool) -> Self {
        let (executed, missing) = judge(month.executed, total.budget, month.planned, are_in);
        Self {
            key: Some(format!("{year}-{:02}", month.month)),
            name: None,
            executed,
            rate: executed.and_then(|executed| rate(executed, total.budget)),
            available: total.budget - spent,
            planned: month.planned,
            progress: executed.and_then(|_| rate(month.executed_of_planned, month.planned?)),
            missing,
            ..total.clone()
        }
    }
}

fn judge(
    executed: Option<Decimal>,
    budget: Decimal,
    planned: Option<Decimal>,
    are_in: bool,
) -> (Option<Decimal>, Vec<Gap>) {
    let gaps = [
        (Gap::NoBudget, budget <= Decimal::ZERO),
        (Gap::NothingPaid, executed.is_none() && are_in),
        (Gap::PaymentsNotIn, executed.is_none() && !are_in),
        (Gap::NoPlan, planned.is_none_or(|planned| planned <= Decimal::ZERO)),
    ];
    let missing = gaps.into_iter().filter(|(_, is_missing)| *is_missing).map(|(gap, _)| gap).collect();
    (if are_in { Some(executed.unwrap_or_default()) } else { executed }, missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_said_and_is_no_zero() {
        let some = |number: i64| Some(Decimal::from(number));
        let budget = Decimal::from(100);
        for (executed, budget, planned, are_in, expected) in [
            (some(40), budget, some(50), true, (some(40), vec![])),
            (None, budget, some(50), true, (some(0), vec![Gap::NothingPaid])),
            (None, budget, some(50), false, (None, vec![Gap::PaymentsNotIn])),
            (some(40), budget, None, true, (some(40), vec![Gap::NoPlan])),
            (some(40), budget, some(0), true, (some(40), vec![Gap::NoPlan])),
            (None, Decimal::ZERO, None, true, (some(0), vec![Gap::NoBudget, Gap::NothingPaid, Gap::NoPlan])),
        ] {
            assert_eq!(judge(executed, budget, planned, are_in), expected);
        }
    }
}
