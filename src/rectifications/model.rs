//! A rectification and its revisions. Pure.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RectificationSource)]
pub enum Source {
    /// 绩效运行监控.
    Monitoring,
    /// 绩效自评.
    SelfEvaluation,
    /// 部门评价.
    DepartmentalEvaluation,
    /// 财政评价.
    FiscalEvaluation,
    /// 内部审计.
    InternalAudit,
    /// 外部审计.
    ExternalAudit,
    /// 安全检查.
    SafetyInspection,
}

impl Source {
    const ALL: [Self; 7] = [
        Self::Monitoring,
        Self::SelfEvaluation,
        Self::DepartmentalEvaluation,
        Self::FiscalEvaluation,
        Self::InternalAudit,
        Self::ExternalAudit,
        Self::SafetyInspection,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Monitoring => "monitoring",
            Self::SelfEvaluation => "self_evaluation",
            Self::DepartmentalEvaluation => "departmental_evaluation",
            Self::FiscalEvaluation => "fiscal_evaluation",
            Self::InternalAudit => "internal_audit",
            Self::ExternalAudit => "external_audit",
            Self::SafetyInspection => "safety_inspection",
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.code() == code)
    }

    /// Whether it is auditors who find it.
    pub(super) const fn is_audit(self) -> bool {
        matches!(self, Self::FiscalEvaluation | Self::InternalAudit | Self::ExternalAudit)
    }
}

/// How far a rectification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RectificationState)]
pub(super) enum State {
    /// 待整改: found, and nobody has begun.
    Open,
    /// 整改中: somebody works on it.
    InProgress,
    /// 已整改: said to be put right.
    Resolved,
    /// 已验收: somebody else has seen that it is.
    Verified,
}

impl State {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Resolved => "resolved",
            Self::Verified => "verified",
        }
    }

    /// Whether there is something to be done before it is due.
    pub(super) const fn is_pending(self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }
}

/// A state, and since when it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stay {
    pub state: State,
    pub since: NaiveDate,
}

/// What something was found in, as the journal names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Subject {
    pub kind: String,
    pub key: String,
}

/// What is known of a rectification, apart from when and by whom that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Content {
    /// The unit that has to put it right; never changes.
    pub organisation: String,
    /// The unit, where it is a school.
    #[serde(skip)]
    pub school: Option<String>,
    /// The section that watches over it.
    pub section: String,
    pub source: Source,
    pub subject: Option<Subject>,
    pub finding: String,
    pub measure: Option<String>,
    /// Who sees to it.
    pub owner: Option<String>,
    pub found_on: NaiveDate,
    pub due_on: NaiveDate,
    /// The states in their order; never empty.
    pub timeline: Vec<Stay>,
}

impl Content {
    pub(super) fn state(&self) -> State {
        self.timeline.last().map_or(State::Open, |stay| stay.state)
    }

    /// How many days it has been overdue; 0 where it is not.
    pub(super) fn days_overdue(&self, today: NaiveDate) -> i64 {
        if self.state().is_pending() { today.signed_duration_since(self.due_on).num_days().max(0) } else { 0 }
    }
}

/// A revision of a rectification.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    pub code: String,
    /// From 1.
    pub number: i32,
    pub content: Content,
    /// The name of the unit as it is now.
    pub organisation_name: Option<String>,
    /// What made it: see [`Step::name`].
    pub action: String,
    pub note: Option<String>,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

/// What is done with a rectification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Open,
    Update,
    Begin,
    Resolve,
    Verify,
    SendBack,
}

impl Step {
    /// What is done with one that is there.
    pub(super) const LATER: [Self; 5] = [Self::Update, Self::Begin, Self::Resolve, Self::Verify, Self::SendBack];

    /// As revisions name it, and as an address does.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Update => "update",
            Self::Begin => "begin",
            Self::Resolve => "resolve",
            Self::Verify => "verify",
            Self::SendBack => "send_back",
        }
    }

    /// As the journal names it.
    pub(super) const fn journaled(self) -> &'static str {
        match self {
            Self::Open => "rectification.open",
            Self::Update => "rectification.update",
            Self::Begin => "rectification.begin",
            Self::Resolve => "rectification.resolve",
            Self::Verify => "rectification.verify",
            Self::SendBack => "rectification.send_back",
        }
    }

    /// The step that an address names behind a rectification.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::LATER.into_iter().filter(|step| *step != Self::Update).find(|step| step.name() == name)
    }

    /// Whether it decides on what others did.
    pub(super) const fn decides(self) -> bool {
        matches!(self, Self::Verify | Self::SendBack)
    }
}

/// What somebody wants to change: what is none stays.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub step: Step,
    pub measure: Option<String>,
    pub owner: Option<String>,
    pub due_on: Option<NaiveDate>,
    /// The day on which the state was entered; today where it is not said.
    pub on: Option<NaiveDate>,
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pending_is_overdue_from_the_day_after_it_was_due() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let content = |state| Content {
            organisation: "2199000001".to_owned(),
            school: None,
            section: "teaching".to_owned(),
            source: Source::Monitoring,
            subject: None,
            finding: "支出进度慢".to_owned(),
            measure: None,
            owner: None,
            found_on: day("2022-08-01"),
            due_on: day("2022-08-31"),
            timeline: vec![Stay { state, since: day("2022-08-01") }],
        };
        for (state, today, days) in [
            (State::Open, "2022-08-31", 0),
            (State::Open, "2022-09-01", 1),
            (State::InProgress, "2022-09-30", 30),
            (State::Resolved, "2022-09-30", 0),
            (State::Verified, "2022-09-30", 0),
        ] {
            assert_eq!(content(state).days_overdue(day(today)), days, "{state:?} on {today}");
        }
    }
}
