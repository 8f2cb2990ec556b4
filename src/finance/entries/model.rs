//! What makes a budget. Pure.

use serde::Serialize;

/// What an entry does to the budget of its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetEntryKind)]
pub(in crate::finance) enum EntryKind {
    /// 年初预算: the budget of the beginning of the year.
    Original,
    /// 调整: added, or taken away where it is negative.
    Adjustment,
    /// 细化: received out of a lump; taken back where it is negative.
    Received,
    /// 细化: detailed to another item; taken back where it is negative.
    Detailed,
}

impl EntryKind {
    /// As it is stored.
    pub(in crate::finance) const fn name(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Adjustment => "adjustment",
            Self::Received => "received",
            Self::Detailed => "detailed",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Original, Self::Adjustment, Self::Received, Self::Detailed].into_iter().find(|kind| kind.name() == name)
    }
}
