//! A project and its revisions. Pure.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of spending a project is, as budgets tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProjectCategory)]
pub enum Category {
    /// 人员类: staff.
    Personnel,
    /// 运转类: running costs.
    Operation,
    /// 特定目标类: for a purpose of its own; it is appraised before it enters a budget.
    Specific,
}

impl Category {
    const ALL: [Self; 3] = [Self::Personnel, Self::Operation, Self::Specific];

    /// As it is stored and sent.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Personnel => "personnel",
            Self::Operation => "operation",
            Self::Specific => "specific",
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.code() == code)
    }
}

/// Where a project is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProjectState)]
pub enum State {
    /// 申报: put forward.
    Proposed,
    /// 已评估: appraised before it enters a budget.
    Appraised,
    /// 已入预算: money may be budgeted for it.
    InBudget,
    /// 实施中: under way.
    UnderWay,
    /// 已完工: done.
    Completed,
    /// 已关闭: nothing more happens to it.
    Closed,
    /// 未通过: refused; it may be put forward again.
    Rejected,
}

impl State {
    const ALL: [Self; 7] = [
        Self::Proposed,
        Self::Appraised,
        Self::InBudget,
        Self::UnderWay,
        Self::Completed,
        Self::Closed,
        Self::Rejected,
    ];

    /// As it is stored and sent.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Appraised => "appraised",
            Self::InBudget => "in_budget",
            Self::UnderWay => "under_way",
            Self::Completed => "completed",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.code() == code)
    }

    /// Whether money may be budgeted for it and spent on it.
    #[must_use]
    pub const fn is_budgeted(self) -> bool {
        matches!(self, Self::InBudget | Self::UnderWay | Self::Completed)
    }
}

/// What an appraisal comes to; the better, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AppraisalConclusion)]
pub(super) enum Conclusion {
    /// 不予支持.
    Rejected,
    /// 部分支持.
    PartlySupported,
    /// 予以支持.
    Supported,
}

impl Conclusion {
    const ALL: [Self; 3] = [Self::Rejected, Self::PartlySupported, Self::Supported];

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::PartlySupported => "partly_supported",
            Self::Supported => "supported",
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.code() == code)
    }
}

/// What is known of a project, apart from when and by whom that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Content {
    /// The unit that spends; never changes.
    pub organisation: String,
    /// The unit, where it is a school.
    #[serde(skip)]
    pub school: Option<String>,
    pub name: String,
    pub category: Category,
    /// The section that is responsible for it.
    pub section: String,
    pub first_year: i32,
    pub last_year: i32,
    pub is_key: bool,
    pub is_special_fund: bool,
    pub summary: Option<String>,
    pub state: State,
}

/// What the last appraisal of a project came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Its number within the project.
    pub appraisal: i32,
    pub total: Decimal,
    pub conclusion: Conclusion,
}

/// A revision of a project.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    pub code: String,
    /// From 1.
    pub number: i32,
    pub content: Content,
    /// The name of the unit as it is now.
    pub organisation_name: Option<String>,
    /// The last appraisal that was known then.
    pub verdict: Option<Verdict>,
    /// Who wrote what it says: proposed it, or changed it last.
    pub written_by: String,
    /// What made it: see [`Step::name`].
    pub action: String,
    pub note: Option<String>,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

/// What is done with a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Put it forward; again, where it was rejected.
    Propose,
    Update,
    Appraise,
    Reject,
    /// Into the budget.
    Admit,
    Start,
    Complete,
    Close,
}

impl Step {
    pub(super) const ALL: [Self; 8] = [
        Self::Update,
        Self::Propose,
        Self::Appraise,
        Self::Reject,
        Self::Admit,
        Self::Start,
        Self::Complete,
        Self::Close,
    ];

    /// As revisions name it, and as an address does.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Propose => "propose",
            Self::Update => "update",
            Self::Appraise => "appraise",
            Self::Reject => "reject",
            Self::Admit => "admit",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Close => "close",
        }
    }

    /// As the journal names it.
    pub(super) const fn journaled(self) -> &'static str {
        match self {
            Self::Propose => "project.propose",
            Self::Update => "project.update",
            Self::Appraise => "project.appraise",
            Self::Reject => "project.reject",
            Self::Admit => "project.admit",
            Self::Start => "project.start",
            Self::Complete => "project.complete",
            Self::Close => "project.close",
        }
    }

    /// The step that an address names behind a project: what has an operation of its own is none.
    pub(super) fn named(name: &str) -> Option<Self> {
        let steps = Self::ALL.into_iter().filter(|step| !matches!(step, Self::Update | Self::Appraise));
        steps.into_iter().find(|step| step.name() == name)
    }
}

/// A change of what is known: what is none stays.
#[derive(Debug, Clone, Default)]
#[expect(clippy::option_option, reason = "a summary that stays and one that is taken away are two things")]
pub(super) struct Patch {
    pub name: Option<String>,
    pub category: Option<Category>,
    pub section: Option<String>,
    pub first_year: Option<i32>,
    pub last_year: Option<i32>,
    pub is_key: Option<bool>,
    pub is_special_fund: Option<bool>,
    pub summary: Option<Option<String>>,
}

impl Patch {
    pub(super) fn apply(&self, content: &mut Content) {
        set(&mut content.name, self.name.as_ref());
        set(&mut content.category, self.category.as_ref());
        set(&mut content.section, self.section.as_ref());
        set(&mut content.first_year, self.first_year.as_ref());
        set(&mut content.last_year, self.last_year.as_ref());
        set(&mut content.is_key, self.is_key.as_ref());
        set(&mut content.is_special_fund, self.is_special_fund.as_ref());
        set(&mut content.summary, self.summary.as_ref());
    }
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(value) = given {
        field.clone_from(value);
    }
}
