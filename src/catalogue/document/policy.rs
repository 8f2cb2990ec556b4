//! Policy: every number of the budget performance cycle that a jurisdiction sets, from a day on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Text;

/// What a jurisdiction sets for budgets, scoring, monitoring, evaluation and assets, from a day on until the next policy.
///
/// Shares are whole percents and amounts whole yuan, so that a document never passes through binary floating point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Stable code, `[a-z0-9][a-z0-9_]*`.
    #[schema(example = "hebei_2022")]
    pub code: String,
    /// Name shown to people, with the regulation that it follows.
    pub name: Text,
    /// The first day on which it is in force.
    #[schema(example = "2022-01-01")]
    pub effective_from: NaiveDate,
    /// How budgets and payments are classified.
    #[serde(default)]
    pub finance: FinancePolicy,
    /// How new projects are appraised.
    pub appraisal: AppraisalPolicy,
    /// How goals are weighed and scored.
    pub scoring: ScoringPolicy,
    /// When a light turns red or yellow.
    pub monitoring: MonitoringPolicy,
    /// What a grade means for the next budget.
    #[schema(max_items = 4)]
    pub next_budget: Vec<Consequence>,
    /// Lives of fixed assets, and who approves their disposal.
    #[serde(default)]
    pub assets: AssetPolicy,
}

/// Which dimensions of the catalogue are the code tables by which budget items and payments are classified. What has no
/// table is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinancePolicy {
    /// 功能科目: functional classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "functional_class", nullable = false)]
    pub function: Option<String>,
    /// 部门预算支出经济分类: departmental economic classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "economic_class", nullable = false)]
    pub economic: Option<String>,
    /// 政府预算支出经济分类: government economic classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "government_economic_class", nullable = false)]
    pub government_economic: Option<String>,
    /// 资金性质: type of fund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "fund_type", nullable = false)]
    pub fund: Option<String>,
    /// 指标来源: where the money of an item comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "fund_source", nullable = false)]
    pub source: Option<String>,
    /// 支付方式: type of payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "payment_type", nullable = false)]
    pub payment: Option<String>,
    /// Options of `source` that are this year's appropriation (当年财政拨款).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["initial", "supplementary"]))]
    pub current_appropriation: Vec<String>,
    /// Options of `source` that were carried over (上年结转); what is neither is other money.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["carried_over"]))]
    pub carried_over: Vec<String>,
}

/// How new projects are appraised before they enter a budget (事前评估).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppraisalPolicy {
    /// What is looked at; the weights sum to 100.
    #[schema(max_items = 20)]
    pub criteria: Vec<Criterion>,
    /// The least total with which a project is supported.
    #[schema(example = 80, maximum = 100)]
    pub supported_from: u32,
    /// The least total with which it is partly supported; below, it is rejected.
    #[schema(example = 60, maximum = 100)]
    pub partly_supported_from: u32,
}

/// Something that is looked at in an appraisal, or in the review of a goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Stable code, `[a-z][a-z0-9_]*`.
    #[schema(example = "necessity")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// The most points that it gives.
    #[schema(example = 20, maximum = 100)]
    pub weight: u32,
}

/// How goals are weighed and scored. Scores are rounded half up to 2 decimals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoringPolicy {
    /// How the 100 points are shared among the first level of the framework.
    pub weights: FrameworkWeights,
    /// How a reverse target that was missed is scored.
    pub reverse: ReverseStrategy,
    /// How budget execution is scored.
    pub execution: ExecutionStrategy,
    /// For `stepped`: from which rate which share of the weight is scored, highest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub execution_steps: Vec<Step>,
    /// Whether more may be executed than was budgeted; else such a rate is refused.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub allow_above_budget: bool,
    /// The deviation, in percent of the target, above which a reason is needed.
    #[schema(example = 15)]
    pub deviation_threshold: u32,
    /// The least share of its weight, in percent, that a qualitative target scores when it is achieved (达成).
    #[schema(example = 80, maximum = 100)]
    pub achieved_from: u32,
    /// The same when it is partly achieved (部分达成并具有一定效果); below, it is not achieved.
    #[schema(example = 60, maximum = 100)]
    pub partly_achieved_from: u32,
    /// From which total which grade is given, highest first; the last begins at 0.
    #[schema(max_items = 4)]
    pub grades: Vec<GradeBand>,
    /// How goals are reviewed before they are approved (完整性, 相关性, 适当性, 可行性); the weights sum to 100.
    #[schema(max_items = 20)]
    pub goal_review: Vec<Criterion>,
}

/// The points of each first-level part of the indicator framework; they sum to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FrameworkWeights {
    /// 预算执行率.
    #[schema(example = 10)]
    pub execution: u32,
    /// 产出.
    #[schema(example = 50)]
    pub output: u32,
    /// 效益.
    #[schema(example = 30)]
    pub benefit: u32,
    /// 满意度.
    #[schema(example = 10)]
    pub satisfaction: u32,
}

/// How a reverse target (≤) that was missed is scored; a is the actual value, t the target, w the weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReverseStrategy {
    /// (1 − (a − t) / t) · w, and 0 from 2t.
    Linear,
    /// t / a · w.
    Ratio,
}

/// How budget execution is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStrategy {
    /// rate · w, at most w.
    Proportional,
    /// By `execution_steps`.
    Stepped,
}

/// From a rate on, a share of the weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExecutionStep)]
pub struct Step {
    /// The least rate, in percent.
    #[schema(example = 80)]
    pub from: u32,
    /// The share of the weight that is scored, in percent.
    #[schema(example = 70, maximum = 100)]
    pub share: u32,
}

/// How good something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 优.
    Excellent,
    /// 良.
    Good,
    /// 中.
    Fair,
    /// 差.
    Poor,
}

/// The least total of a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GradeBand {
    /// The grade.
    pub grade: Grade,
    /// The least total.
    #[schema(example = 90, maximum = 100)]
    pub from: u32,
}

/// When a light turns red or yellow: shares, in percent, of what should have been reached by the month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonitoringPolicy {
    /// Lights of budget execution.
    pub budget: Lights,
    /// Lights of positive targets.
    pub targets: Lights,
    /// Days in which a rectification opened by a red light is due.
    #[schema(example = 30)]
    pub rectify_within_days: u32,
}

/// The bounds between lights, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lights {
    /// Red below.
    #[schema(example = 60)]
    pub red_below: u32,
    /// Yellow below, else green.
    #[schema(example = 80)]
    pub yellow_below: u32,
    /// Blue from; never where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 120, nullable = false)]
    pub blue_from: Option<u32>,
}

/// What a grade means for the next budget (结果应用).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BudgetConsequence)]
pub struct Consequence {
    /// The grade.
    pub grade: Grade,
    /// What is suggested.
    pub action: BudgetAction,
    /// The suggested budget, in percent of this year's.
    #[schema(example = 80)]
    pub percent: u32,
    /// The reasoning, as the regulation words it.
    pub reason: Text,
}

/// What is suggested for the next budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BudgetAction {
    /// More than this year.
    Grow,
    /// As much as this year.
    Keep,
    /// As needed, at most the percentage.
    AsNeeded,
    /// Cut to the percentage.
    Cut,
    /// Nothing until it is put right.
    Suspend,
}

/// Lives of fixed assets, and who approves their disposal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetPolicy {
    /// The dimension whose options are the categories of assets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "asset_category", nullable = false)]
    pub category: Option<String>,
    /// Years over which each category is depreciated, straight-line by month, beginning in the month of acquisition. What is
    /// not named (books, relics, land) is not depreciated.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({"computer": 6}))]
    pub lives: BTreeMap<String, u32>,
    /// Who approves a disposal, by its value: the last whose `from` is not above it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub approvals: Vec<ApprovalThreshold>,
}

/// Who approves disposals from a value on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalThreshold {
    /// The least value, in yuan.
    #[schema(example = 5000)]
    pub from: u64,
    /// Who approves.
    pub by: ApprovalLevel,
}

/// Who approves a disposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalLevel {
    /// The unit that uses the asset: its principal, or the section.
    Unit,
    /// The bureau's finance section.
    Finance,
    /// The bureau's leaders, together.
    Leader,
}
