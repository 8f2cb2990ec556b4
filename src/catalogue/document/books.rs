//! Books: what the service keeps itself of money, assets, rectifications and projects, as a source of indicators.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Moment, Policy, Scalar, ValueType};

/// How an indicator is read from a book. Its dimensions are those that a policy makes the code table of a label of the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Booked {
    /// The book.
    pub book: Book,
    /// What is read from it.
    pub measure: BookMeasure,
    /// What happened in the period, or what stood on its last day.
    pub when: Moment,
    /// Only what has one of these values of each label. A text that ends in `*` stands for all that begin so.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({"economic": ["301*"], "is_procurement": [true]}))]
    pub conditions: BTreeMap<String, Vec<Scalar>>,
}

/// What the service keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Book {
    /// Budget items with their entries, payments and plans. Labels: `category` of the project, `project`, `function`,
    /// `economic`, `government_economic`, `fund`, `source`, `is_procurement`, `is_lump`; of payments also `payment_type`.
    Ledger,
    /// Cards of fixed assets. Labels: `category`, `state`, `funded_from`.
    Assets,
    /// Rectifications. Labels: `source`, `state`, `overdue`.
    Rectifications,
    /// Projects. Labels: `category`, `state`, `is_key`, `is_special_fund`.
    Projects,
}

/// What is read from a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BookMeasure {
    /// Ledger, 年初预算数: Σ of the budgets of the beginning of the year.
    Original,
    /// Ledger, 调整数: Σ of the adjustments.
    Adjustment,
    /// Ledger, 全年预算数: original, adjusted and received, less what was detailed.
    Budget,
    /// Ledger, 细化数: Σ of what was detailed out of lump items.
    Detailed,
    /// Ledger, 待分配数: what is left of lump items, at the end.
    Undetailed,
    /// Ledger, 执行数: Σ of the payments less the reversals.
    Executed,
    /// Ledger, 可用数: the budget less what was executed, at the end.
    Available,
    /// Ledger, 用款计划数: Σ of what was planned to be paid.
    Planned,
    /// Assets: how many are held, at the end.
    Cards,
    /// Assets, 原值: Σ of what those cost that are held, at the end.
    Value,
    /// Assets, 累计折旧: Σ of their depreciation until the end.
    Depreciation,
    /// Assets, 净值: Σ of what they cost less their depreciation, at the end.
    NetValue,
    /// Assets: Σ of what those cost that were acquired in the period.
    Acquired,
    /// Assets: Σ of what those cost that were written off in the period.
    Disposed,
    /// Rectifications: how many were found, in the period or by its end. Projects: how many run in the year of the end.
    Records,
}

/// What a label of a book may say.
#[derive(Clone, Copy)]
pub enum LabelValues {
    /// Yes or no.
    Flag,
    /// One of these codes.
    Codes(&'static [&'static str]),
    /// A code of the table that a policy names, where one does.
    Table(Table),
    /// Any code.
    Any,
}

/// Which dimension a policy makes the code table of a label.
pub type Table = fn(&Policy) -> Option<&str>;

const CATEGORIES: &[&str] = &["personnel", "operation", "specific"];
const PROJECT_STATES: &[&str] = &["proposed", "appraised", "in_budget", "under_way", "completed", "closed", "rejected"];
const ASSET_STATES: &[&str] = &["in_use", "idle", "lent", "in_disposal", "deregistered"];
const FINDING_SOURCES: &[&str] = &[
    "monitoring",
    "self_evaluation",
    "departmental_evaluation",
    "fiscal_evaluation",
    "internal_audit",
    "external_audit",
    "safety_inspection",
];
const FINDING_STATES: &[&str] = &["open", "in_progress", "resolved", "verified"];

impl Book {
    /// The labels of what stands in the book.
    #[must_use]
    pub const fn labels(self) -> &'static [(&'static str, LabelValues)] {
        use LabelValues::{Any, Codes, Flag, Table};
        match self {
            Self::Ledger => &[
                ("category", Codes(CATEGORIES)),
                ("project", Any),
                ("function", Table(|policy| policy.finance.function.as_deref())),
                ("economic", Table(|policy| policy.finance.economic.as_deref())),
                ("government_economic", Table(|policy| policy.finance.government_economic.as_deref())),
                ("fund", Table(|policy| policy.finance.fund.as_deref())),
                ("source", Table(|policy| policy.finance.source.as_deref())),
                ("payment_type", Table(|policy| policy.finance.payment.as_deref())),
                ("is_procurement", Flag),
                ("is_lump", Flag),
            ],
            Self::Assets => &[
                ("category", Table(|policy| policy.assets.category.as_deref())),
                ("state", Codes(ASSET_STATES)),
                ("funded_from", Any),
            ],
            Self::Rectifications => {
                &[("source", Codes(FINDING_SOURCES)), ("state", Codes(FINDING_STATES)), ("overdue", Flag)]
            }
            Self::Projects => &[
                ("category", Codes(CATEGORIES)),
                ("state", Codes(PROJECT_STATES)),
                ("is_key", Flag),
                ("is_special_fund", Flag),
            ],
        }
    }

    /// What a label may say; none where the book has no such label.
    #[must_use]
    pub fn label(self, code: &str) -> Option<LabelValues> {
        self.labels().iter().find(|(label, _)| *label == code).map(|(_, values)| *values)
    }

    /// The label of which any policy makes a dimension the code table.
    #[must_use]
    pub fn label_of_dimension(self, dimension: &str, policies: &[Policy]) -> Option<&'static str> {
        let is_table = |values: &LabelValues| match values {
            LabelValues::Table(table) => policies.iter().any(|policy| table(policy) == Some(dimension)),
            LabelValues::Flag | LabelValues::Codes(_) | LabelValues::Any => false,
        };
        self.labels().iter().find(|(_, values)| is_table(values)).map(|(label, _)| *label)
    }
}

impl BookMeasure {
    /// Whether it can be read from a book, of a period or of its end.
    #[must_use]
    pub fn is_of(self, book: Book, when: Moment) -> bool {
        match self {
            Self::Original | Self::Adjustment | Self::Budget | Self::Detailed | Self::Executed | Self::Planned => {
                book == Book::Ledger
            }
            Self::Undetailed | Self::Available => book == Book::Ledger && when == Moment::AtEnd,
            Self::Cards | Self::Value | Self::Depreciation | Self::NetValue => {
                book == Book::Assets && when == Moment::AtEnd
            }
            Self::Acquired | Self::Disposed => book == Book::Assets && when == Moment::InPeriod,
            Self::Records => match book {
                Book::Rectifications => true,
                Book::Projects => when == Moment::AtEnd,
                Book::Ledger | Book::Assets => false,
            },
        }
    }

    /// What kind of value it has.
    #[must_use]
    pub fn value_type(self) -> ValueType {
        if matches!(self, Self::Cards | Self::Records) { ValueType::Count } else { ValueType::Amount }
    }

    /// Whether a label says something of what is measured: only payments are of a type.
    #[must_use]
    pub fn has_label(self, label: &str) -> bool {
        label != "payment_type" || self == Self::Executed
    }
}
