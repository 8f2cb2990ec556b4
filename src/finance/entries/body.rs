//! Entries of budget items as they are sent and shown.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::model::EntryKind;
use super::queries::Row;
use crate::finance::items::ItemBody;
use crate::finance::money::{self, Yuan};
use crate::platform::error::{AppError, Result, Violation};

/// An adjustment of a budget (预算调整).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BudgetAdjustmentInput)]
pub(super) struct AdjustmentInput {
    /// Yuan; negative where the budget is cut.
    #[schema(value_type = f64, example = -20_000)]
    amount: Number,
    /// Number of the document that decided it.
    #[schema(example = "深财教〔2022〕31号", min_length = 1, max_length = 200)]
    document: String,
    /// Why.
    #[schema(example = "压减一般性支出", min_length = 1, max_length = 2000)]
    reason: String,
    /// The day of the decision, within the item's year.
    #[schema(example = "2022-06-15")]
    day: NaiveDate,
}

/// An adjustment that was understood.
#[derive(Debug)]
pub(super) struct Adjustment {
    pub amount: Decimal,
    pub document: String,
    pub reason: String,
    pub day: NaiveDate,
}

impl AdjustmentInput {
    pub(super) fn into_adjustment(self) -> Result<Adjustment> {
        let Self { amount, document, reason, day } = self;
        let mut violations = Vec::new();
        let amount = money::read_change(&amount, "/amount", &mut violations);
        if violations.is_empty() {
            Ok(Adjustment { amount, document, reason, day })
        } else {
            Err(AppError::invalid(violations))
        }
    }
}

/// How a lump is split (细化代编预算).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BudgetDetailingInput)]
pub(super) struct DetailingInput {
    /// What goes to which item, or comes back from it.
    #[schema(min_items = 1, max_items = 2000)]
    items: Vec<PartInput>,
    /// The day of the decision, within the item's year.
    #[schema(example = "2022-03-10")]
    day: NaiveDate,
    /// Number of the document that decided it.
    #[serde(default)]
    #[schema(example = "深教财〔2022〕8号", min_length = 1, max_length = 200, nullable = true)]
    document: Option<String>,
    /// Why.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, nullable = true)]
    reason: Option<String>,
}

/// A part of a lump. An item that does not exist yet is made, and has the codes of the lump where none are given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BudgetPartInput)]
struct PartInput {
    /// Code of the item at the school.
    #[schema(example = "2022-3000-01", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    /// Yuan; negative where it is taken back.
    #[schema(value_type = f64, example = 35_000)]
    amount: Number,
    /// Code of the school; needed where the item is new.
    #[serde(default)]
    #[schema(example = "2113000001", min_length = 1, max_length = 32, nullable = true)]
    organisation: Option<String>,
    /// Name of a new item.
    #[serde(default)]
    #[schema(example = "小堡村小学办公设备", min_length = 1, max_length = 200, nullable = true)]
    name: Option<String>,
    /// 单位代码 of a new item: 21 digits.
    #[serde(default)]
    #[schema(example = "130128000000000360001", pattern = "^[0-9]{21}$", nullable = true)]
    agency_code: Option<String>,
    /// 功能科目 of a new item.
    #[serde(default)]
    #[schema(example = "2050202", min_length = 1, max_length = 64, nullable = true)]
    function: Option<String>,
    /// 部门预算支出经济分类 of a new item.
    #[serde(default)]
    #[schema(example = "31002", min_length = 1, max_length = 64, nullable = true)]
    economic: Option<String>,
    /// 政府预算支出经济分类 of a new item.
    #[serde(default)]
    #[schema(example = "50601", min_length = 1, max_length = 64, nullable = true)]
    government_economic: Option<String>,
}

/// How a lump is split, as far as it is understood by itself.
#[derive(Debug)]
pub(super) struct Detailing {
    pub parts: Vec<Part>,
    pub day: NaiveDate,
    pub document: Option<String>,
    pub reason: Option<String>,
}

/// A part of a lump.
#[derive(Debug)]
pub(super) struct Part {
    pub code: String,
    pub amount: Decimal,
    pub organisation: Option<String>,
    pub name: Option<String>,
    pub agency: Option<String>,
    pub function: Option<String>,
    pub economic: Option<String>,
    pub government_economic: Option<String>,
}

impl DetailingInput {
    pub(super) fn into_detailing(self) -> Result<Detailing> {
        let mut violations: Vec<Violation> = Vec::new();
        let mut parts = Vec::with_capacity(self.items.len());
        for (place, part) in self.items.into_iter().enumerate() {
            parts.push(Part {
                amount: money::read_change(&part.amount, &format!("/items/{place}/amount"), &mut violations),
                code: part.code,
                organisation: part.organisation,
                name: part.name,
                agency: part.agency_code,
                function: part.function,
                economic: part.economic,
                government_economic: part.government_economic,
            });
        }
        if violations.is_empty() {
            Ok(Detailing { parts, day: self.day, document: self.document, reason: self.reason })
        } else {
            Err(AppError::invalid(violations))
        }
    }
}

/// A lump after it was detailed, and the items to which something went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BudgetDetailing)]
pub(super) struct DetailingBody {
    /// The lump; `undetailed` says what is left.
    pub lump: ItemBody,
    /// The items, in the order of their codes.
    pub items: Vec<ItemBody>,
}

/// How the budget of an item came about: one step of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BudgetEntry)]
pub(super) struct EntryBody {
    /// Number within the item, from 1.
    #[schema(example = 2)]
    pub entry: i32,
    /// What it does.
    kind: EntryKind,
    /// Yuan; of what was detailed, the amount that left the item.
    #[schema(value_type = f64, example = -20_000)]
    amount: Yuan,
    /// The day of the decision.
    #[schema(example = "2022-06-15")]
    day: NaiveDate,
    /// Code of the other item, of a detailing.
    #[schema(example = "2022-3000", required)]
    counterpart: Option<String>,
    /// Number of the document that decided it.
    #[schema(example = "深财教〔2022〕31号", required)]
    document: Option<String>,
    /// Why.
    #[schema(example = "压减一般性支出", required)]
    reason: Option<String>,
    /// Who entered it.
    #[schema(example = "user:finance")]
    recorded_by: String,
    /// When it was entered.
    recorded_at: DateTime<Utc>,
}

impl TryFrom<Row> for EntryBody {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let Row { entry, kind, amount, day, counterpart, document, reason, recorded_by, recorded_at } = row;
        let kind = EntryKind::named(&kind).ok_or_else(|| AppError::internal("an entry of an unknown kind"))?;
        Ok(Self { entry, kind, amount: Yuan(amount), day, counterpart, document, reason, recorded_by, recorded_at })
    }
}
