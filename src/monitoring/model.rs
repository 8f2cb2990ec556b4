//! Rounds, what they saw, and what was said to it.

use std::collections::BTreeMap;

use chrono::{DateTime, Month, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Period;
use crate::catalogue::document::MonitoringPolicy;
use crate::platform::error::{AppError, Result};
use crate::scoring::{Class, Light, Likelihood, Sign};

/// The month at whose end a round looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CutOff {
    pub year: i32,
    pub month: Month,
    /// The last day of the month.
    pub until: NaiveDate,
}

impl CutOff {
    /// The end of a month; none where there is no such month.
    pub(super) fn of(year: i32, month: u32) -> Option<Self> {
        let period: Period = format!("{year}-{month:02}").parse().ok()?;
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        Some(Self { year, month, until: period.end() })
    }
}

/// Whether a round goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringRoundState)]
pub(super) enum RoundState {
    /// Sheets are filled in and reviewed.
    Open,
    /// Nothing changes any more.
    Closed,
}

impl RoundState {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// A round of monitoring.
#[derive(Debug, Clone)]
pub(super) struct Round {
    pub code: String,
    pub name: String,
    pub cut_off: CutOff,
    pub due_on: NaiveDate,
    pub state: RoundState,
    pub version: i32,
    pub read_at: DateTime<Utc>,
    pub opened_by: String,
    pub opened_at: DateTime<Utc>,
    pub closed_by: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// How far a sheet has come.
///
/// `not_begun → draft → submitted → reviewed`, `submitted → returned → submitted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringSheetState)]
pub(super) enum State {
    /// Nobody has entered anything yet.
    NotBegun,
    /// It is being filled in.
    Draft,
    /// It is being reviewed.
    Submitted,
    /// It is to be mended.
    Returned,
    /// It was reviewed.
    Reviewed,
}

/// What a person may do with a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringSheetAction)]
pub(super) enum Action {
    /// Enter what is expected and why.
    Save,
    /// Hand it in.
    Submit,
    /// Send it back, with a note.
    Return,
    /// Find it in order.
    Review,
}

impl Action {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Review => "review",
        }
    }
}

impl State {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::NotBegun => "not_begun",
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Reviewed => "reviewed",
        }
    }

    /// What may be done in it.
    pub(super) const fn actions(self) -> &'static [Action] {
        match self {
            Self::NotBegun | Self::Draft | Self::Returned => &[Action::Save, Action::Submit],
            Self::Submitted => &[Action::Return, Action::Review],
            Self::Reviewed => &[],
        }
    }
}

/// Whether there is a value to compare with a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringValueState)]
pub(super) enum ValueState {
    /// There is a value to date.
    Available,
    /// The indicator has no value yet: that is no red light.
    NoData,
    /// The target has no number or no indicator, so that no light can be computed.
    NotMeasured,
}

/// What a round saw of a project as of a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// Name of the project.
    pub name: String,
    pub organisation_name: String,
    /// Code of the policy, and what it said.
    pub policy: String,
    pub monitoring: MonitoringPolicy,
    /// None where the project has no budget items in the year.
    pub budget: Option<SeenBudget>,
    /// None where no goal of the project is in force.
    pub goal: Option<SeenGoal>,
}

/// Budget and execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SeenBudget {
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub budget: Decimal,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub executed: Decimal,
    /// Executed in percent of the budget; none where there is no budget to divide by.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub rate: Option<Decimal>,
    /// In percent of what should have been executed by the month.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub pace: Option<Decimal>,
    pub light: Option<Light>,
    /// What the year will bring if it goes on like this.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub projected: Decimal,
}

/// A goal in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SeenGoal {
    pub code: String,
    pub version: i32,
    pub name: String,
    /// The worst of its targets'; none where none has a light.
    pub light: Option<Light>,
    pub targets: Vec<SeenTarget>,
}

/// A target, with its value to date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SeenTarget {
    pub target: Target,
    pub data: ValueState,
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub actual: Option<Decimal>,
    /// How many reports or records the value rests on, and how many there should be.
    pub expected: usize,
    pub reported: usize,
    /// In percent of what should have been reached by the month; none of a reverse target.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub pace: Option<Decimal>,
    pub light: Option<Light>,
}

/// A target as its goal has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Target {
    pub code: String,
    pub name: String,
    pub class: Class,
    pub indicator: Option<String>,
    pub sign: Sign,
    #[serde(default, with = "rust_decimal::serde::arbitrary_precision_option")]
    pub value: Option<Decimal>,
    pub unit: Option<String>,
    #[serde(default)]
    pub r#where: BTreeMap<String, String>,
    pub within: Option<String>,
}

/// What a goal says, as far as it is looked at.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct GoalContent {
    pub targets: Vec<Target>,
}

impl Seen {
    pub(super) fn targets(&self) -> &[SeenTarget] {
        self.goal.as_ref().map_or(&[], |goal| &goal.targets)
    }

    pub(super) fn budget_light(&self) -> Option<Light> {
        self.budget.as_ref().and_then(|budget| budget.light)
    }
}

/// Why something is behind (偏差原因).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringReasonKind)]
pub(super) enum ReasonKind {
    /// 经费保障.
    Funding,
    /// 制度保障.
    Institution,
    /// 人员保障.
    Personnel,
    /// 硬件条件保障.
    Hardware,
    /// 其他.
    Other,
}

/// Why a light is yellow or red.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reason {
    pub kinds: Vec<ReasonKind>,
    pub text: String,
}

/// What is said to the budget.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct EnteredBudget {
    /// What will have been executed at the end of the year.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub expected: Option<Decimal>,
    pub reason: Option<Reason>,
}

/// What is said to a target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct EnteredTarget {
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub expected: Option<Decimal>,
    pub likelihood: Option<Likelihood>,
    pub reason: Option<Reason>,
}

/// What is said to what a round saw.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Entered {
    pub budget: EnteredBudget,
    /// By the codes of the targets.
    pub targets: BTreeMap<String, EnteredTarget>,
    pub measures: Option<String>,
}

/// A sheet: what was seen of a project, what is said to it, and how far it has come.
#[derive(Debug, Clone)]
pub(super) struct Sheet {
    pub project: String,
    pub school: Option<String>,
    pub organisation: String,
    pub section: String,
    pub reading: i32,
    pub seen: Seen,
    pub light: Option<Light>,
    pub as_of: DateTime<Utc>,
    pub journal_position: i64,
    pub state: State,
    pub entered: Entered,
    pub note: Option<String>,
    pub version: i32,
    pub updated_by: String,
    pub updated_at: DateTime<Utc>,
    /// Who entered what it says last.
    pub entered_by: Option<String>,
    pub submitted_by: Option<String>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub reviewed_by: Option<String>,
    pub reviewed_at: Option<DateTime<Utc>>,
}

/// The name by which a light is stored.
pub(super) const fn light_name(light: Light) -> &'static str {
    match light {
        Light::Red => "red",
        Light::Yellow => "yellow",
        Light::Green => "green",
        Light::Blue => "blue",
    }
}

/// What a stored name stands for.
pub(super) fn named<T: DeserializeOwned>(name: String) -> Result<T> {
    serde_json::from_value(name.into()).map_err(AppError::internal)
}
