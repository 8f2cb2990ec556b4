//! An asset card and its revisions.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::depreciation::Cost;

/// What an asset is there for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssetState)]
pub(super) enum State {
    /// 在用.
    InUse,
    /// 闲置.
    Idle,
    /// 出租出借.
    Lent,
    /// 处置中: a disposal is under way.
    InDisposal,
    /// 已核销: it is not held any more.
    Deregistered,
}

impl State {
    const ALL: [Self; 5] = [Self::InUse, Self::Idle, Self::Lent, Self::InDisposal, Self::Deregistered];

    /// As it is stored.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::InUse => "in_use",
            Self::Idle => "idle",
            Self::Lent => "lent",
            Self::InDisposal => "in_disposal",
            Self::Deregistered => "deregistered",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the card may be changed and the asset disposed of.
    pub(super) const fn is_free(self) -> bool {
        matches!(self, Self::InUse | Self::Idle | Self::Lent)
    }
}

/// A state that a card can be given; the others come about by a disposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssetUsage)]
pub(super) enum Usage {
    /// 在用.
    InUse,
    /// 闲置.
    Idle,
    /// 出租出借.
    Lent,
}

impl From<Usage> for State {
    fn from(usage: Usage) -> Self {
        match usage {
            Usage::InUse => Self::InUse,
            Usage::Idle => Self::Idle,
            Usage::Lent => Self::Lent,
        }
    }
}

/// What a card says, apart from when and by whom that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub organisation: String,
    /// The organisation, where it is a school.
    pub school: Option<String>,
    pub name: String,
    pub category: String,
    pub value: Decimal,
    pub acquired_on: NaiveDate,
    pub funded_from: Option<String>,
    pub place: Option<String>,
    pub user_name: Option<String>,
    pub state: State,
    pub deregistered_on: Option<NaiveDate>,
}

impl Card {
    /// What depreciation is computed from.
    pub(super) fn cost(&self) -> Cost {
        Cost { value: self.value, acquired_on: self.acquired_on, deregistered_on: self.deregistered_on }
    }
}

/// A revision of a card.
#[derive(Debug, Clone)]
pub(super) struct Revision {
    pub asset: String,
    /// From 1.
    pub number: i32,
    pub card: Card,
    pub action: String,
    pub note: Option<String>,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

/// What somebody says of a card. What is not said stays; a new one needs the first five.
#[derive(Debug, Clone, Default)]
#[expect(clippy::option_option, reason = "what is not said, taken away and given are three things")]
pub(super) struct Statement {
    pub organisation: Option<String>,
    pub name: Option<String>,
    pub category: Option<String>,
    pub value: Option<Decimal>,
    pub acquired_on: Option<NaiveDate>,
    /// The inner none takes it away.
    pub funded_from: Option<Option<String>>,
    pub place: Option<Option<String>>,
    pub user_name: Option<Option<String>>,
    pub state: Option<State>,
    pub note: Option<String>,
}

/// Which cards are meant.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Filter {
    pub organisation: Option<String>,
    pub category: Option<String>,
    pub state: Option<State>,
    /// A part of the place.
    pub place: Option<String>,
}
