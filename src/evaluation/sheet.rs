//! The sheet of an evaluation (绩效自评表), as it is answered and kept.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::document::{BudgetAction, Grade, Text};
use crate::goals::Level;
use crate::scoring::{Band, Class, FrameworkPart, Sign};

/// The sheet of an evaluation: funds, goals, indicators, and what they come to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationSheet)]
pub(super) struct Sheet {
    /// The moment as of which everything was read.
    pub as_of: DateTime<Utc>,
    /// The policy by which it is scored.
    pub policy: PolicyName,
    /// What is evaluated, and whose it is.
    pub subject: SubjectRow,
    /// 资金: `total` first, then what it is made of.
    pub funds: Vec<FundRow>,
    /// 年度总体目标, each with what became of it.
    pub goals: Vec<GoalRow>,
    /// 绩效指标, in the order of the goals and of their targets.
    pub indicators: Vec<IndicatorRow>,
    /// What each part of the framework comes to. A part without any target has no points; the others have them in its place.
    pub parts: Vec<PartRow>,
    /// The points of all parts, of 100; as far as they are known.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 93.5)]
    pub total: Decimal,
    /// How many rows have no score yet.
    #[schema(example = 0)]
    pub open: usize,
    /// The grade; null while any row has no score.
    #[schema(required)]
    pub grade: Option<Grade>,
    /// What that means for the next budget; null while there is no grade.
    pub suggestion: Option<Suggestion>,
    /// Of the department, its projects; of anything else empty.
    pub projects: Vec<ProjectRow>,
}

/// A policy by its code and name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationPolicy)]
pub(super) struct PolicyName {
    /// Its code.
    #[schema(example = "hebei_2022")]
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// What is evaluated, and whose it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationSubject)]
pub(super) struct SubjectRow {
    /// Name of the project, the school or the bureau.
    #[schema(example = "校舍维修改造")]
    pub name: String,
    /// Code of the unit.
    #[schema(example = "2113000001")]
    pub organisation: String,
    /// Name of the unit.
    #[schema(example = "小堡村小学")]
    pub organisation_name: String,
    /// The section that is responsible for the project; null of anything else.
    #[schema(required)]
    pub section: Option<String>,
    /// Category of the project; null of anything else.
    #[schema(example = "specific", required)]
    pub category: Option<String>,
}

/// Which money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FundPart)]
pub(super) enum FundPart {
    /// 年度资金总额.
    Total,
    /// 当年财政拨款.
    CurrentAppropriation,
    /// 上年结转资金.
    CarriedOver,
    /// 其他资金.
    Other,
}

/// A row of the funds, in yuan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationFunds)]
pub(super) struct FundRow {
    /// Which money.
    pub part: FundPart,
    /// 年初预算数.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_000_000)]
    pub original: Decimal,
    /// 全年预算数: with adjustments, and with what was detailed to it or out of it.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_200_000)]
    pub budget: Decimal,
    /// 全年执行数: what was paid by the end of the year, less reversals.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_140_000)]
    pub executed: Decimal,
    /// 执行率, in percent; null without a budget.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 95, required)]
    pub rate: Option<Decimal>,
    /// 分值; only of the total.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 10, required)]
    pub weight: Option<Decimal>,
    /// 得分; only of the total, and null where more was executed than the policy allows.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 9.5, required)]
    pub score: Option<Decimal>,
}

/// A goal, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationGoal)]
pub(super) struct GoalRow {
    /// Code of the goal.
    #[schema(example = "renovation")]
    pub goal: String,
    /// Where it stands in the tree.
    pub level: Level,
    /// Its name.
    pub name: String,
    /// 预期目标.
    pub expected: String,
    /// 实际完成情况, as it was entered.
    #[schema(required)]
    pub actual: Option<String>,
}

/// A target, and how far it was reached.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationIndicator)]
pub(super) struct IndicatorRow {
    /// Code of the goal.
    #[schema(example = "renovation")]
    pub goal: String,
    /// Code of the target within the goal.
    #[schema(example = "playgrounds")]
    pub target: String,
    /// 一级指标.
    pub part: FrameworkPart,
    /// 二级指标.
    pub class: Class,
    /// 三级指标.
    #[schema(example = "新建操场数")]
    pub name: String,
    /// Code of the indicator; null of a qualitative target.
    #[schema(required)]
    pub indicator: Option<String>,
    /// 指标性质.
    pub sign: Sign,
    /// 指标值; null of a qualitative target.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 11, required)]
    pub value: Option<Decimal>,
    /// The unit of measure.
    #[schema(example = "个", required)]
    pub unit: Option<String>,
    /// 实际完成值, out of the figures; null where nothing was reported, which is not zero.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 11, required)]
    pub actual: Option<Decimal>,
    /// What was achieved, in words, as it was entered.
    #[schema(required)]
    pub actual_text: Option<String>,
    /// 分值.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 20)]
    pub weight: Decimal,
    /// 得分; null while it is not known.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 20, required)]
    pub score: Option<Decimal>,
    /// How far a qualitative target was reached, as it was entered.
    #[schema(required)]
    pub band: Option<Band>,
    /// (a − t) / t in percent; null where that cannot be computed.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 0, required)]
    pub deviation: Option<Decimal>,
    /// Whether the deviation has to be explained.
    pub reason_needed: bool,
    /// 偏差原因.
    #[schema(required)]
    pub reason: Option<String>,
    /// 改进措施.
    #[schema(required)]
    pub measures: Option<String>,
    /// How the review corrected the score.
    pub correction: Option<CorrectionRow>,
}

/// A corrected score.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationCorrection)]
pub(super) struct CorrectionRow {
    /// What it would have scored otherwise.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 20, required)]
    pub instead_of: Option<Decimal>,
    /// Why.
    #[schema(example = "两个操场未通过验收")]
    pub reason: String,
}

/// What a part of the framework comes to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationPart)]
pub(super) struct PartRow {
    /// The part.
    pub part: FrameworkPart,
    /// Its points, of 100.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 50)]
    pub points: Decimal,
    /// How many of them were scored: in the ratio in which its targets scored of their weights.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 48.5)]
    pub score: Decimal,
}

/// What a grade means for the next budget (结果应用).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = BudgetSuggestion)]
pub(super) struct Suggestion {
    /// What is suggested.
    pub action: BudgetAction,
    /// The suggested budget, in percent of this year's.
    #[schema(example = 105)]
    pub percent: u32,
    /// This year's budget, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_200_000)]
    pub budget: Decimal,
    /// The suggested budget of the next year, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_260_000)]
    pub suggested: Decimal,
    /// Why: the score, the grade, the policy and what it says.
    pub reasoning: Text,
}

/// A project in the sheet of the department.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EvaluationProject)]
pub(super) struct ProjectRow {
    /// Code of the project.
    #[schema(example = "130128220000000000001")]
    pub project: String,
    /// Its name.
    pub name: String,
    /// 全年预算数, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_200_000)]
    pub budget: Decimal,
    /// 全年执行数, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_140_000)]
    pub executed: Decimal,
    /// 执行率, in percent; null without a budget.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 95, required)]
    pub rate: Option<Decimal>,
    /// How many targets with a number its goal has.
    #[schema(example = 8)]
    pub targets: usize,
    /// How many of them were reached.
    #[schema(example = 7)]
    pub reached: usize,
    /// Of how many of them nothing was reported.
    #[schema(example = 0)]
    pub unreported: usize,
    /// Its total, where its own evaluation is final.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 93.5, required)]
    pub total: Option<Decimal>,
    /// Its grade, where its own evaluation is final.
    #[schema(required)]
    pub grade: Option<Grade>,
}
