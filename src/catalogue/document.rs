//! The catalogue as a document: what a county exports, edits as a file and imports again.
//!
//! Everything here is plain data with the field's terms. [`super::compile`] checks a document as a
//! whole and turns it into a [`super::Catalogue`], which the other features ask.

mod books;
mod policy;
mod registers;
mod reports;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use books::{Book, BookMeasure, Booked, LabelValues, Table};
pub use policy::{
    AppraisalPolicy, ApprovalLevel, ApprovalThreshold, AssetPolicy, BudgetAction, Consequence, Criterion,
    ExecutionStrategy, FinancePolicy, FrameworkWeights, Grade, GradeBand, Lights, MonitoringPolicy, Policy,
    ReverseStrategy, ScoringPolicy, Step,
};
pub use registers::{
    Actor, Concerns, Counted, FieldKind, Measure, Moment, Register, RegisterField, RegisterState, Scalar, Transition,
    Writer,
};
pub use reports::{
    EvaluationOf, ReportTemplate, TemplateBlock, TemplateChart, TemplateChartKind, TemplateSection, TemplateSheet,
    TemplateSignature, TemplateTable,
};

pub use crate::organisations::Stage;

/// A text in Chinese, and in English where somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    #[schema(example = "本科上线人数", min_length = 1, max_length = 500)]
    pub zh: String,
    /// English; where it is absent the Chinese text is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 500)]
    pub en: Option<String>,
}

/// A county's definitions: dimensions, indicators, the forms with their rules, the registers, the policies, and the report templates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogueDocument {
    /// Keys by which the value of an indicator is broken down.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    /// What is measured.
    #[serde(default)]
    pub indicators: Vec<Indicator>,
    /// What schools fill in: the published version of each form.
    #[serde(default)]
    pub forms: Vec<Form>,
    /// Forms, or next versions of forms, that are not published yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<Form>,
    /// Lists of things with a life.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub registers: Vec<Register>,
    /// What the jurisdiction sets for the budget performance cycle, each from a day on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub policies: Vec<Policy>,
    /// What the bureau's reports say, each year anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub report_templates: Vec<ReportTemplate>,
}

/// A key with closed options, for example the category of an examination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Stable code, `[a-z][a-z0-9_]*`.
    #[schema(example = "exam_category")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// The closed list of options.
    pub options: Vec<Choice>,
}

/// One of a closed list of options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Stable code, `[a-z0-9][a-z0-9_]*`.
    #[schema(example = "arts")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
}

/// What kind of value an indicator has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// A whole number of things, not negative.
    Count,
    /// A measured number, with up to 6 decimals.
    Quantity,
    /// Money in yuan, with up to 2 decimals.
    Amount,
    /// A share or rate; 0.25 is 25 %.
    Ratio,
    /// Yes or no.
    Boolean,
    /// One of the indicator's options.
    Choice,
    /// Free text.
    Text,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
}

/// How the values of many schools become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Σ of the values.
    Sum,
    /// The plain mean of the values.
    Average,
    /// Σ(value × weight) / Σ weight, by the indicator named in `weight`.
    WeightedAverage,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// How many values are true.
    CountTrue,
    /// The value of the latest period, and within it the one accepted last.
    Last,
    /// Not aggregated: only the values themselves can be read.
    None,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    #[default]
    Neutral,
}

/// Something that is measured.
///
/// With a `formula` it is computed from other indicators: those are aggregated first and the
/// formula is applied to the results, so a ratio is weighted by its denominator. With `counted` it is
/// counted from the records of a register, with `booked` it is read from what the service keeps of money, assets, rectifications
/// and projects. Otherwise it is collected by the forms that list it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Stable dotted code, `[a-z][a-z0-9_]*(\.[a-z0-9_]+)*`.
    #[schema(example = "gaokao.undergraduate")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// Unit of measure, as written behind the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "人", nullable = false)]
    pub unit: Option<String>,
    /// What kind of value it has.
    pub value_type: ValueType,
    /// How the values of many schools become one.
    pub aggregation: Aggregation,
    /// The indicator whose values weigh this one's, for `weighted_average` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub weight: Option<String>,
    /// Which way is better.
    #[serde(default)]
    pub direction: Direction,
    /// Decimals to which divided figures (averages, ratios) are rounded, half up; 4 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 6, nullable = false)]
    pub decimals: Option<u32>,
    /// Codes of the dimensions by which every value is broken down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["exam_category"]))]
    pub dimensions: Vec<String>,
    /// The closed options, for `choice` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Code of the bureau's section that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub section: Option<String>,
    /// An expression over other indicators; see the rule language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "after_school.pupils_covered / after_school.pupils", nullable = false)]
    pub formula: Option<String>,
    /// How it is counted from the records of a register. Its dimensions are those of which the register has a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub counted: Option<Counted>,
    /// How it is read from a book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub booked: Option<Booked>,
}

impl Indicator {
    /// Whether schools report it on forms.
    #[must_use]
    pub fn is_collected(&self) -> bool {
        self.formula.is_none() && self.counted.is_none() && self.booked.is_none()
    }
}

/// What kind of period a form is filled in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeriodType {
    /// A calendar year, `2022`.
    Year,
    /// Half a calendar year, `2022-H1`.
    HalfYear,
    /// A quarter, `2022-Q3`.
    Quarter,
    /// A month, `2022-06`.
    Month,
    /// A school year that begins in September, `SY2022`.
    SchoolYear,
    /// A term of a school year, `SY2022-T1` (September to January) or `SY2022-T2` (February to August).
    Term,
}

/// When a form may be filled in, relative to its period: `start` or `end`, plus or minus whole
/// days (`d`) or months (`m`), for example `end+15d`. All days are included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First day on which a draft may be saved.
    #[schema(example = "end-30d")]
    pub opens_on: String,
    /// Last day that is in time.
    #[schema(example = "end+20d")]
    pub due_on: String,
    /// Last day on which it may be submitted without an extension.
    #[schema(example = "end+6m")]
    pub closes_on: String,
}

/// What schools fill in for a period.
///
/// A published version never changes: other content becomes the next version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Stable code, `[a-z][a-z0-9_]*`.
    #[schema(example = "gaokao")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// What it is for and how to fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub help: Option<Text>,
    /// Code of the bureau's section that reviews it.
    pub section: String,
    /// The kind of period that it is filled in for.
    pub period_type: PeriodType,
    /// Schools of these kinds fill it in. Either this or `schools`, not both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// These schools fill it in, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schools: Vec<String>,
    /// When it may be filled in.
    pub window: Window,
    /// Whether only the principal may submit it.
    #[serde(default)]
    pub principal_signs: bool,
    /// The indicators it asks for, in the order in which they are shown.
    pub fields: Vec<Field>,
    /// What must hold among its values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

/// An indicator on a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Code of the indicator.
    #[schema(example = "gaokao.undergraduate")]
    pub indicator: String,
    /// Whether every cell of it must have a value before the form is submitted.
    #[serde(default)]
    pub required: bool,
    /// Advice shown beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub help: Option<Text>,
}

/// How grave it is when a rule does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The form cannot be submitted.
    Error,
    /// The form can be submitted with an explanation.
    Warning,
}

/// What must hold among the values of a form and those of its previous period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable code within the form, `[a-z][a-z0-9_]*`.
    #[schema(example = "total_is_sum")]
    pub code: String,
    /// An expression that is true where all is well; see the rule language.
    #[schema(example = "girls + boys == pupils")]
    pub expression: String,
    /// How grave it is when it does not hold.
    pub severity: Severity,
    /// What is said to whoever fills in the form.
    pub message: Text,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(flag: &bool) -> bool {
    !flag
}
