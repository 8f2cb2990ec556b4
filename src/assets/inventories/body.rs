//! Inventory rounds as they are sent and shown.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Count, Inventory, Item, Outcome, State, Summary};
use super::ops::{self, Round};
use crate::assets::body::said;
use crate::assets::keeper::Keeper;

/// A round to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InventoryInput {
    /// Its code, which stands for it for ever.
    #[schema(example = "2022-PD-1", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    /// The day; what is held on it is to be found. Today where absent.
    #[serde(default)]
    #[schema(example = "2022-12-31", nullable = true)]
    day: Option<NaiveDate>,
    /// Whose assets are looked for; those of all where absent.
    #[serde(default)]
    #[schema(example = "2199000001", max_length = 32, nullable = true)]
    organisation: Option<String>,
    /// Whatever should be remembered of it.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl From<InventoryInput> for Round {
    fn from(InventoryInput { code, day, organisation, note }: InventoryInput) -> Self {
        Self { code, day, organisation, note: said(note) }
    }
}

/// What was found, and what was not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CountsInput {
    /// One for each thing that was looked for or found.
    #[schema(min_items = 1, max_items = 1000)]
    pub counts: Vec<CountInput>,
}

/// What is said of one thing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InventoryCount)]
pub(super) struct CountInput {
    /// Code of the card; of something unexpected, what stands on its label.
    #[schema(example = "2022-JSJ-0017", min_length = 1, max_length = 64)]
    asset: String,
    /// Whether it was found. Of something unexpected that was counted by mistake, false takes it back.
    found: bool,
    /// Where it was found or should have been; where absent, the unit that it is expected at, or else the own one.
    #[serde(default)]
    #[schema(max_length = 32, nullable = true)]
    organisation: Option<String>,
    /// What it is; needed of something unexpected.
    #[serde(default)]
    #[schema(max_length = 200, nullable = true)]
    name: Option<String>,
    /// Where it was found, where that is not where it belongs.
    #[serde(default)]
    #[schema(example = "图书室", max_length = 200, nullable = true)]
    place: Option<String>,
    /// Why it is missing, or there.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl From<CountInput> for Count {
    fn from(CountInput { asset, found, organisation, name, place, note }: CountInput) -> Self {
        Self { asset, found, organisation, name: said(name), place: said(place), note: said(note) }
    }
}

/// An inventory round: how far it is, and what the caller may do now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inventory)]
pub(super) struct InventoryBody {
    /// Its code.
    #[schema(example = "2022-PD-1")]
    pub code: String,
    /// The day; what was held on it is to be found.
    #[schema(example = "2022-12-31")]
    day: NaiveDate,
    /// Whose assets are looked for; null: those of all.
    #[schema(example = "2199000001", required)]
    organisation: Option<String>,
    /// Whatever should be remembered of it.
    #[schema(required)]
    note: Option<String>,
    /// Whether it is still counted.
    state: State,
    /// How far it is, and its differences, as far as the caller sees them.
    summary: Summary,
    /// Who opened it.
    #[schema(example = "user:finance")]
    opened_by: String,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// Who closed it.
    #[schema(required)]
    closed_by: Option<String>,
    /// When it was closed.
    #[schema(required)]
    closed_at: Option<DateTime<Utc>>,
    /// The number of this version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// What the caller may do now: `count`, `close`.
    #[schema(example = json!(["count"]))]
    may: Vec<&'static str>,
}

impl InventoryBody {
    pub(super) fn of(keeper: &Keeper, inventory: Inventory) -> Self {
        let may = ops::may(keeper, &inventory);
        let Inventory { code, day, organisation, note, state, version, summary, .. } = inventory;
        let Inventory { opened_by, opened_at, closed_by, closed_at, .. } = inventory;
        Self { code, day, organisation, note, state, summary, opened_by, opened_at, closed_by, closed_at, version, may }
    }
}

/// Something that was to be found, or was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InventoryItem)]
pub(super) struct ItemBody {
    /// Code of the card; of something unexpected, what stands on its label.
    #[schema(example = "2022-JSJ-0017")]
    pub asset: String,
    /// Whose it is; of something unexpected, where it was found.
    #[schema(example = "2199000001")]
    pub organisation: String,
    /// What it is.
    #[schema(example = "台式计算机")]
    name: String,
    /// Its category when the round was opened; null of something unexpected.
    #[schema(example = "computer", required)]
    category: Option<String>,
    /// What it cost, in yuan; null of something unexpected.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 4800, required)]
    value: Option<Decimal>,
    /// Where it belongs.
    #[schema(example = "计算机教室", required)]
    place: Option<String>,
    /// What became of it.
    result: Outcome,
    /// Where it was found, where that was said.
    #[schema(required)]
    found_place: Option<String>,
    /// Why it is missing, or there.
    #[schema(required)]
    note: Option<String>,
    /// Who counted it.
    #[schema(required)]
    counted_by: Option<String>,
    /// When it was counted.
    #[schema(required)]
    counted_at: Option<DateTime<Utc>>,
}

impl From<Item> for ItemBody {
    fn from(item: Item) -> Self {
        Self {
            asset: item.asset,
            organisation: item.organisation,
            name: item.name,
            category: item.category,
            value: item.value,
            place: item.place,
            result: item.outcome,
            found_place: item.found_place,
            note: item.note,
            counted_by: item.counted_by,
            counted_at: item.counted_at,
        }
    }
}
