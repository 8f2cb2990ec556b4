//! A record and its revisions.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalogue::CellValue;

/// What is known of a record: field → value. What is not known is not there.
pub(super) type Fields = BTreeMap<String, CellValue>;

/// A state, and since when it lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stay {
    pub state: String,
    pub since: NaiveDate,
}

/// Why a warning is all right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Explanation {
    pub rule: String,
    pub text: String,
}

/// What a record says, apart from when and by whom that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    /// None: it is the bureau's.
    pub school: Option<String>,
    pub timeline: Vec<Stay>,
    pub fields: Fields,
    pub explanations: Vec<Explanation>,
    pub withdrawn: bool,
}

impl Content {
    /// What is said of a record before there is one.
    pub(super) fn nothing() -> Self {
        Self { school: None, timeline: Vec::new(), fields: Fields::new(), explanations: Vec::new(), withdrawn: false }
    }

    /// The state that it is in; the timeline is never empty.
    pub(super) fn state(&self) -> &str {
        self.timeline.last().map_or("", |stay| &stay.state)
    }
}

/// A revision of a record.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    pub record: String,
    /// From 1.
    pub number: i32,
    /// The version of the register's definition by which it was checked.
    pub register_version: i32,
    pub content: Content,
    /// The name of the school as it is now.
    pub school_name: Option<String>,
    /// What made it: see [`Step::name`].
    pub action: String,
    pub note: Option<String>,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

/// What is done with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Create,
    Update,
    /// The transition with this code.
    Transition(String),
    Withdraw,
    Restore,
}

impl Step {
    /// As revisions name it, and as an address does.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Transition(code) => code,
            Self::Withdraw => "withdraw",
            Self::Restore => "restore",
        }
    }

    /// What an address names behind a record.
    pub(super) fn named(name: &str) -> Self {
        match name {
            "withdraw" => Self::Withdraw,
            "restore" => Self::Restore,
            code => Self::Transition(code.to_owned()),
        }
    }
}

/// What somebody wants to change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub step: Step,
    /// The fields that change; null takes one away.
    pub fields: Map<String, Value>,
    /// None: they stay.
    pub explanations: Option<Vec<Explanation>>,
    pub note: Option<String>,
    /// Since when the state lasts that is entered; today where it is not said.
    pub on: Option<NaiveDate>,
    /// In which state it is created, and of which school.
    pub origin: Origin,
}

/// Where a new record begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub school: Option<String>,
    pub state: Option<String>,
}
