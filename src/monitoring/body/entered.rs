//! What is said to a sheet, as it is sent.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use crate::catalogue::read_number;
use crate::monitoring::desk::Said;
use crate::monitoring::model::{EnteredBudget, EnteredTarget, Reason, ReasonKind};
use crate::platform::decimal::DECIMALS;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::say;
use crate::scoring::Likelihood;

/// Why something is behind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoringReason)]
pub(in crate::monitoring) struct ReasonBody {
    /// What it has to do with.
    #[schema(min_items = 1, max_items = 5)]
    kinds: Vec<ReasonKind>,
    /// The reason.
    #[schema(example = "雨季停工，工程款未到支付节点", min_length = 1, max_length = 2000)]
    text: String,
}

impl From<Reason> for ReasonBody {
    fn from(Reason { kinds, text }: Reason) -> Self {
        Self { kinds, text }
    }
}

/// What is said to the budget.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoringBudgetInput)]
struct BudgetInput {
    /// What will have been paid at the end of the year, in yuan.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 1_150_000, minimum = 0)]
    expected: Option<Number>,
    /// Why it is behind; needed where the light is yellow or red.
    #[serde(default)]
    reason: Option<ReasonBody>,
}

/// What is said to a target.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoringTargetInput)]
struct TargetInput {
    /// Its code within the goal.
    #[schema(example = "floor_area", max_length = 100)]
    code: String,
    /// The value that is expected of the year.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 3000)]
    expected: Option<Number>,
    /// Whether it will be reached; needed to hand the sheet in.
    #[serde(default)]
    likelihood: Option<Likelihood>,
    /// Why it is behind; needed where the light is yellow or red.
    #[serde(default)]
    reason: Option<ReasonBody>,
}

/// All that is said to a sheet. What is left out is not said any more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoringSheetInput)]
pub(in crate::monitoring) struct SheetInput {
    /// To the budget.
    #[serde(default)]
    budget: Option<BudgetInput>,
    /// To the targets.
    #[serde(default)]
    #[schema(max_items = 500, required = false)]
    targets: Vec<TargetInput>,
    /// What will be done.
    #[serde(default)]
    #[schema(example = "倒排工期，9 月底前完成主体结算", max_length = 4000, nullable = true)]
    measures: Option<String>,
}

impl SheetInput {
    /// What was said, with exact numbers.
    ///
    /// # Errors
    /// Every number with more digits than are kept, and every reason that says nothing.
    pub(in crate::monitoring) fn read(self) -> Result<Said> {
        let mut violations = Vec::new();
        let budget = match self.budget {
            None => EnteredBudget::default(),
            Some(BudgetInput { expected, reason }) => EnteredBudget {
                expected: number("/budget/expected", expected, 2, &mut violations),
                reason: reason.map(|reason| read_reason("/budget/reason", reason, &mut violations)),
            },
        };
        let mut targets = Vec::with_capacity(self.targets.len());
        for (i, TargetInput { code, expected, likelihood, reason }) in self.targets.into_iter().enumerate() {
            let place = format!("/targets/{i}");
            let said = EnteredTarget {
                expected: number(&format!("{place}/expected"), expected, DECIMALS, &mut violations),
                likelihood,
                reason: reason.map(|reason| read_reason(&format!("{place}/reason"), reason, &mut violations)),
            };
            targets.push((place, code, said));
        }
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let measures = self.measures.map(|measures| measures.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(Said { budget, targets, measures })
    }
}

fn number(place: &str, number: Option<Number>, decimals: u32, violations: &mut Vec<Violation>) -> Option<Decimal> {
    match read_number(&number?.to_string(), decimals) {
        Ok(number) => Some(number),
        Err((code, message)) => {
            violations.push(Violation::new(place, code, message));
            None
        }
    }
}

fn read_reason(place: &str, reason: ReasonBody, violations: &mut Vec<Violation>) -> Reason {
    let ReasonBody { kinds, text } = reason;
    let text = text.trim().to_owned();
    if text.is_empty() {
        let message = say!("应写明原因", "Say the reason");
        violations.push(Violation::new(format!("{place}/text"), ViolationCode::WrongLength, message));
    }
    for (i, kind) in kinds.iter().enumerate() {
        if kinds.iter().take(i).any(|other| other == kind) {
            let message = say!("出现多次", "It stands twice");
            violations.push(Violation::new(format!("{place}/kinds/{i}"), ViolationCode::Duplicate, message));
        }
    }
    Reason { kinds, text }
}
