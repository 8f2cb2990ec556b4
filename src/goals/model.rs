//! A goal and its versions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::document::{Grade, ReverseStrategy};
use crate::scoring::{Aim, Class, Sign};

/// Where a goal stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GoalLevel)]
pub enum Level {
    /// 总体绩效目标: of a whole department or unit.
    Overall,
    /// 分项(职责)绩效目标: of one of its duties.
    Duty,
    /// 工作活动: of an activity for a duty.
    Activity,
    /// 项目: of a project for an activity.
    Project,
}

impl Level {
    /// As it stands in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overall => "overall",
            Self::Duty => "duty",
            Self::Activity => "activity",
            Self::Project => "project",
        }
    }

    /// The level of what it serves; none of an overall goal.
    #[must_use]
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Overall => None,
            Self::Duty => Some(Self::Overall),
            Self::Activity => Some(Self::Duty),
            Self::Project => Some(Self::Activity),
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        [Self::Overall, Self::Duty, Self::Activity, Self::Project].into_iter().find(|level| level.code() == code)
    }
}

/// How far a version of a goal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GoalState)]
pub(super) enum State {
    /// In work.
    Draft,
    /// Waits for its review.
    Submitted,
    /// Reviewed, and waits for a leader.
    Reviewed,
    /// To be amended.
    Returned,
    /// Frozen.
    Approved,
}

impl State {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Reviewed => "reviewed",
            Self::Returned => "returned",
            Self::Approved => "approved",
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        let all = [Self::Draft, Self::Submitted, Self::Reviewed, Self::Returned, Self::Approved];
        all.into_iter().find(|state| state.code() == code)
    }

    /// What can be done with the newest version of a goal.
    pub(super) const fn actions(self) -> &'static [Action] {
        match self {
            Self::Draft | Self::Returned => &[Action::Save, Action::Submit, Action::Delete],
            Self::Submitted => &[Action::Review, Action::Return],
            Self::Reviewed => &[Action::Approve, Action::Return],
            Self::Approved => &[Action::Amend],
        }
    }
}

/// What is done with a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = GoalAction)]
pub(super) enum Action {
    /// Change the version in work.
    Save,
    /// Throw it away.
    Delete,
    /// Hand it in.
    Submit,
    /// Score it.
    Review,
    /// Send it back.
    Return,
    /// Put it in force.
    Approve,
    /// Begin the next version.
    Amend,
}

impl Action {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Delete => "delete",
            Self::Submit => "submit",
            Self::Review => "review",
            Self::Return => "return",
            Self::Approve => "approve",
            Self::Amend => "amend",
        }
    }
}

/// What a goal says: `goal_versions.content`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What is to be reached, in words.
    pub description: String,
    /// How it is to be reached (落实措施).
    pub measures: Vec<String>,
    /// By what it is measured.
    pub targets: Vec<Target>,
}

/// A target of a goal (绩效指标).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its code within the goal.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Where it stands in the indicator framework.
    pub class: Class,
    /// Code of the indicator whose figure is the actual value; none of a qualitative target.
    pub indicator: Option<String>,
    /// How it is meant.
    pub sign: Sign,
    /// What is to be reached; none of a qualitative target.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub value: Option<Decimal>,
    /// The unit of the value.
    pub unit: Option<String>,
    /// The most that it scores.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub weight: Decimal,
    /// How it is scored where it is reverse and was missed; as the policy says where there is none.
    pub strategy: Option<ReverseStrategy>,
    /// The part of the indicator that counts: one option of some of its dimensions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub r#where: BTreeMap<String, String>,
    /// The organisation whose figure counts; the whole bureau's where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

impl Target {
    /// What is to be reached, where it is a number.
    #[must_use]
    pub fn aim(&self) -> Option<Aim> {
        Aim::new(self.sign, self.value?)
    }
}

/// What a goal that was copied came to in the year before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastYear {
    pub year: i32,
    /// The moment as of which the figures were read.
    pub as_of: DateTime<Utc>,
    /// By the codes of its targets.
    pub targets: BTreeMap<String, LastTarget>,
}

/// What a target was, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastTarget {
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub value: Option<Decimal>,
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub actual: Option<Decimal>,
}

/// What a review found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Review {
    /// Code of the policy by which it was scored.
    pub policy: String,
    pub scores: Vec<CriterionScore>,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub total: Decimal,
    pub grade: Grade,
    /// Whether it goes on to the leader.
    pub accepted: bool,
    pub opinion: Option<String>,
    pub reviewed_at: DateTime<Utc>,
}

/// What a goal scored by a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CriterionScore {
    pub criterion: String,
    pub weight: u32,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub score: Decimal,
    pub reason: Option<String>,
}

/// What a code stands for, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub code: String,
    pub level: Level,
    pub organisation: String,
    /// The organisation, where it is a school.
    pub school: Option<String>,
    pub project: Option<String>,
}

/// What may change from version to version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording {
    pub section: String,
    pub parent: Option<String>,
    pub name: String,
    pub content: Content,
}

/// A version of a goal.
#[derive(Debug, Clone)]
pub(super) struct Version {
    /// From 1.
    pub number: i32,
    pub wording: Wording,
    pub section_name: Option<String>,
    pub state: State,
    /// Of all versions the greatest is the entity tag of the goal.
    pub tag: i32,
    /// Why it amends the version before.
    pub reason: Option<String>,
    pub review: Option<Review>,
    pub last_year: Option<LastYear>,
    pub note: Option<String>,
    pub submitted_by: Option<String>,
    pub reviewed_by: Option<String>,
    pub approved_by: Option<String>,
    pub approved_at: Option<DateTime<Utc>>,
    pub superseded_at: Option<DateTime<Utc>>,
    pub updated_by: String,
    pub updated_at: DateTime<Utc>,
}

impl Version {
    /// Whether it counts now.
    pub(super) fn is_in_force(&self) -> bool {
        self.state == State::Approved && self.superseded_at.is_none()
    }

    /// Whether it counted at a moment.
    pub(super) fn was_in_force(&self, at: DateTime<Utc>) -> bool {
        self.approved_at.is_some_and(|approved| approved <= at) && self.superseded_at.is_none_or(|ended| ended > at)
    }
}

/// A goal with all its versions, of which there is at least one.
#[derive(Debug, Clone)]
pub(super) struct Goal {
    pub head: Head,
    pub organisation_name: Option<String>,
    /// From the first on, without the last.
    pub earlier: Vec<Version>,
    /// The one in work, or else the one in force.
    pub newest: Version,
}

impl Goal {
    pub(super) fn versions(&self) -> impl Iterator<Item = &Version> {
        self.earlier.iter().chain([&self.newest])
    }

    pub(super) fn in_force(&self) -> Option<&Version> {
        self.versions().find(|version| version.is_in_force())
    }

    pub(super) fn in_work(&self) -> Option<&Version> {
        (self.newest.state != State::Approved).then_some(&self.newest)
    }

    /// The number of its entity tag.
    pub(super) fn tag(&self) -> i32 {
        self.versions().map(|version| version.tag).max().unwrap_or_default()
    }
}
