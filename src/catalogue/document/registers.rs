//! Registers: lists of things with a life, such as projects, licences or honours.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Choice, Rule, Text};

/// A list of things with a life: what is known of each, the states it passes through, and who keeps it.
///
/// A change makes the next version. What is stored stays as it was entered, under the version that was in force then, and
/// is held to a newer version when it is changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Stable code, `[a-z][a-z0-9_]*`.
    #[schema(example = "construction")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// What it is for and how it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub help: Option<Text>,
    /// Code of the bureau's section that owns it.
    pub section: String,
    /// Who enters records and changes them.
    pub writers: Vec<Writer>,
    /// Whose its records are.
    #[serde(default)]
    pub concerns: Concerns,
    /// What is known of each record, in the order in which it is shown.
    #[schema(max_items = 100)]
    pub fields: Vec<RegisterField>,
    /// The states of a record. The first of those that are initial is where it begins, unless it says otherwise.
    #[schema(max_items = 30)]
    pub states: Vec<RegisterState>,
    /// How a record goes from state to state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 60)]
    pub transitions: Vec<Transition>,
    /// What must hold among the fields of a record, its `state`, and, as `previous`, what they were before the change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

/// Who enters records and changes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// Each school its own.
    School,
    /// The section that owns the register.
    Section,
}

/// Whose the records of a register are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Concerns {
    /// Each record is of a school.
    #[default]
    School,
    /// They are the bureau's; schools do not see them.
    Bureau,
    /// Some are of a school, the others are the bureau's.
    Either,
}

/// What kind of value a field of a register holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Free text.
    Text,
    /// A whole number, which may be negative.
    Whole,
    /// A number with up to 6 decimals.
    Decimal,
    /// Money in yuan, with up to 2 decimals.
    Amount,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// Yes or no.
    Boolean,
    /// One of the field's options, or of those of a dimension.
    Choice,
    /// The code of a school.
    School,
    /// The code of a record of another register, or of this one.
    Record,
}

impl FieldKind {
    /// Whether values of the kind are numbers.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Whole | Self::Decimal | Self::Amount)
    }
}

/// Something that is known of each record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterField {
    /// Stable code, `[a-z][a-z0-9_]*`; not `state`.
    #[schema(example = "awarded_on")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// Advice shown beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub help: Option<Text>,
    /// What kind of value it holds.
    #[serde(rename = "type")]
    pub kind: FieldKind,
    /// Whether every record must have it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub required: bool,
    /// Whether no two records that are not withdrawn may have the same value.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub unique: bool,
    /// Whether it tells of a person: then an auditor's reading and every export is journaled.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub personal: bool,
    /// What a text must match as a whole, a regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "[0-9]{18}", max_length = 500, nullable = false)]
    pub pattern: Option<String>,
    /// How many characters a text may have; 2,000 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 2000, nullable = false)]
    pub max_length: Option<u32>,
    /// The least number allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub minimum: Option<i64>,
    /// The greatest number allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub maximum: Option<i64>,
    /// The options of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// The dimension whose options a choice takes, so that figures can be broken down by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "honour_level", nullable = false)]
    pub dimension: Option<String>,
    /// The register to which a record belongs that is referred to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub register: Option<String>,
    /// How many records may refer to the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, nullable = false)]
    pub at_most: Option<u32>,
}

/// A state of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterState {
    /// Stable code, `[a-z][a-z0-9_]*`.
    #[schema(example = "completed")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// Whether a record may be entered in it.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub initial: bool,
}

/// How a record goes from one state to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Stable code, `[a-z][a-z0-9_]*`; not `withdraw`, `restore`, `import` or `revisions`.
    #[schema(example = "complete")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// The states in which it is possible.
    pub from: Vec<String>,
    /// The state to which it leads.
    pub to: String,
    /// Who may do it.
    #[serde(default)]
    pub by: Actor,
    /// Codes of the fields that must have a value then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Whether a note has to say why.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub needs_note: bool,
}

/// Who may do something with a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TransitionActor)]
pub enum Actor {
    /// Whoever may change the record (`registers:write`).
    #[default]
    Writer,
    /// An officer of the section that owns the register (`registers:review`), but not whoever changed the record last.
    Reviewer,
}

/// How an indicator is counted from the records of a register. Withdrawn records never count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Code of the register.
    #[schema(example = "construction")]
    pub register: String,
    /// What is made of the records.
    #[serde(default)]
    pub measure: Measure,
    /// The field of which distinct values are counted, or which is added up. Not for `records`; `school` stands for the
    /// record's school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// Only records in one of these states, at the time that is looked at; in any where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["completed"]))]
    pub states: Vec<String>,
    /// Only records whose fields (choices, booleans, texts, schools) have one of these values.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({"kind": ["playground"]}))]
    pub conditions: BTreeMap<String, Vec<Scalar>>,
    /// Which moment of a record's life is looked at.
    pub when: Moment,
    /// A field that holds a date. `in_period`: it lies in the period; where absent, the record entered one of the `states`
    /// in the period. `at_end`: it is not later than the last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "awarded_on", nullable = false)]
    pub date: Option<String>,
}

/// What is made of records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many there are.
    #[default]
    Records,
    /// How many different values a field has in them.
    Distinct,
    /// Σ of a field.
    Sum,
}

/// Which moment of a record's life is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CountedMoment)]
pub enum Moment {
    /// What happened in the period.
    InPeriod,
    /// What stood on the last day of the period.
    AtEnd,
}

/// A text, or true or false.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ConditionValue)]
pub enum Scalar {
    /// True or false.
    Boolean(bool),
    /// A text, the code of an option or of a school.
    Text(String),
}
