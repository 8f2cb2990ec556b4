//! Reconciliations as they are sent and shown.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Difference, Differences, Stray, Total};
use super::queries::{Row, Summary};
use crate::finance::balance::outside_year;
use crate::finance::money;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::say;

/// The totals of the finance system, to be compared with ours.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReconciliationInput {
    /// The fiscal year.
    #[schema(example = 2022, minimum = 2000, maximum = 2100)]
    year: i32,
    /// The last day whose payments are in the totals, within the year.
    #[schema(example = "2022-05-31")]
    until: NaiveDate,
    /// By budget item.
    #[schema(max_items = 20_000)]
    totals: Vec<ItemTotal>,
}

/// What the finance system says of an item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReconciliationTotal)]
struct ItemTotal {
    /// Code of the item.
    #[schema(example = "2022-3001", min_length = 1, max_length = 64)]
    item: String,
    /// Its budget, with adjustments and detailing; compared where it is given.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 100_000.5, nullable = true)]
    budget: Option<Number>,
    /// What was paid until the day, less reversals.
    #[schema(value_type = f64, example = 35_000)]
    paid: Number,
}

/// The book of the other side.
#[derive(Debug)]
pub(super) struct Book {
    pub year: i32,
    pub until: NaiveDate,
    pub totals: BTreeMap<String, Total>,
}

impl ReconciliationInput {
    pub(super) fn into_book(self) -> Result<Book> {
        let Self { year, until, totals } = self;
        let mut violations: Vec<Violation> = outside_year("/until", until, year).into_iter().collect();
        let mut book = BTreeMap::new();
        for (place, ItemTotal { item, budget, paid }) in totals.into_iter().enumerate() {
            let place = format!("/totals/{place}");
            let budget = budget.map(|budget| money::read(&budget, &format!("{place}/budget"), &mut violations));
            let paid = money::read(&paid, &format!("{place}/paid"), &mut violations);
            if book.insert(item, Total { budget, paid }).is_some() {
                let message = say!("同一指标出现多次", "The same item stands more than once");
                violations.push(Violation::new(format!("{place}/item"), ViolationCode::Duplicate, message));
            }
        }
        if violations.is_empty() { Ok(Book { year, until, totals: book }) } else { Err(AppError::invalid(violations)) }
    }
}

/// Where the finance system's totals and ours differed, as it was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub(super) struct ReconciliationBody {
    /// Its id.
    pub id: Uuid,
    /// The fiscal year.
    #[schema(example = 2022)]
    year: i32,
    /// The last day whose payments were compared.
    #[schema(example = "2022-05-31")]
    until: NaiveDate,
    /// How many items the finance system told of.
    #[schema(example = 412)]
    items: i32,
    /// Whether nothing differed.
    agrees: bool,
    /// Items of which the two say different things.
    different: Vec<Difference>,
    /// Items with money of which the finance system said nothing.
    only_here: Vec<Stray>,
    /// Items of the finance system that are not known here.
    only_there: Vec<Stray>,
    /// Who compared.
    #[schema(example = "client:c-treasury@130128")]
    recorded_by: String,
    /// When it was compared.
    recorded_at: DateTime<Utc>,
}

impl TryFrom<Row> for ReconciliationBody {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let Row { id, year, until, items, differences, recorded_by, recorded_at } = row;
        let differences: Differences = serde_json::from_value(differences).map_err(AppError::internal)?;
        let agrees = differences == Differences::default();
        let Differences { different, only_here, only_there } = differences;
        Ok(Self { id, year, until, items, agrees, different, only_here, only_there, recorded_by, recorded_at })
    }
}

/// A reconciliation, without the items that differed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationSummary)]
pub(super) struct SummaryBody {
    /// Its id.
    pub id: Uuid,
    /// The fiscal year.
    #[schema(example = 2022)]
    year: i32,
    /// The last day whose payments were compared.
    #[schema(example = "2022-05-31")]
    until: NaiveDate,
    /// How many items the finance system told of.
    #[schema(example = 412)]
    items: i32,
    /// How many differed.
    #[schema(example = 1)]
    different: i32,
    /// How many stood here alone.
    #[schema(example = 0)]
    only_here: i32,
    /// How many stood there alone.
    #[schema(example = 0)]
    only_there: i32,
    /// Who compared.
    #[schema(example = "client:c-treasury@130128")]
    recorded_by: String,
    /// When it was compared.
    recorded_at: DateTime<Utc>,
}

impl From<Summary> for SummaryBody {
    fn from(summary: Summary) -> Self {
        let Summary { id, year, until, items, different, only_here, only_there, recorded_by, recorded_at } = summary;
        Self { id, year, until, items, different, only_here, only_there, recorded_by, recorded_at }
    }
}
