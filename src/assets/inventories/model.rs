//! An inventory round, and what was found in it.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a round is still counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InventoryState)]
pub(super) enum State {
    /// 进行中.
    Open,
    /// 已结束.
    Closed,
}

impl State {
    /// As it is stored.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Open, Self::Closed].into_iter().find(|state| state.name() == name)
    }
}

/// A round.
#[derive(Debug, Clone)]
pub(super) struct Inventory {
    pub code: String,
    pub day: NaiveDate,
    /// None: the assets of all are looked for.
    pub organisation: Option<String>,
    pub note: Option<String>,
    pub state: State,
    pub version: i32,
    pub opened_by: String,
    pub opened_at: DateTime<Utc>,
    pub closed_by: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
    pub summary: Summary,
    /// Who counted.
    pub counters: Vec<String>,
}

/// How far a round is, and what it found, as far as the caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = InventorySummary)]
pub(super) struct Summary {
    /// Cards that are to be found.
    #[schema(example = 120)]
    pub expected: i64,
    /// Those that were not counted yet.
    #[schema(example = 0)]
    pub uncounted: i64,
    /// Those that were found, where they belong or elsewhere.
    #[schema(example = 118)]
    pub found: i64,
    /// Those that were found at another place.
    #[schema(example = 3)]
    pub misplaced: i64,
    /// 盘亏: those that were not found.
    #[schema(example = 2)]
    pub missing: i64,
    /// 盘盈: things that were found without being expected.
    #[schema(example = 1)]
    pub surplus: i64,
    /// Missing and surplus without a note that explains it.
    #[schema(example = 0)]
    pub unexplained: i64,
}

/// What became of something in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InventoryResult)]
pub(super) enum Outcome {
    /// 未盘.
    Uncounted,
    /// 相符.
    Found,
    /// 存放地点不符.
    Misplaced,
    /// 盘亏.
    Missing,
    /// 盘盈.
    Surplus,
}

impl Outcome {
    /// As queries name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Uncounted => "uncounted",
            Self::Found => "found",
            Self::Misplaced => "misplaced",
            Self::Missing => "missing",
            Self::Surplus => "surplus",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [Self::Uncounted, Self::Found, Self::Misplaced, Self::Missing, Self::Surplus];
        all.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// Something that was to be found, or was.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub asset: String,
    pub organisation: String,
    pub name: String,
    pub category: Option<String>,
    pub value: Option<Decimal>,
    pub place: Option<String>,
    pub outcome: Outcome,
    pub found_place: Option<String>,
    pub note: Option<String>,
    pub counted_by: Option<String>,
    pub counted_at: Option<DateTime<Utc>>,
}

/// What somebody says of one thing.
#[derive(Debug, Clone)]
pub(super) struct Count {
    pub asset: String,
    pub found: bool,
    pub organisation: Option<String>,
    pub name: Option<String>,
    pub place: Option<String>,
    pub note: Option<String>,
}
