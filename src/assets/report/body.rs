//! The report as it is shown.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queries::Row;

/// By what the report has rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssetReportBy)]
pub(super) enum By {
    /// A row for each school, section and the bureau.
    #[default]
    Organisation,
    /// A row for each category.
    Category,
}

/// What was held at the beginning or end of the year, in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssetBalance)]
pub(super) struct Balance {
    /// Assets.
    #[schema(example = 120)]
    count: i64,
    /// What they cost.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 576_000)]
    cost: Decimal,
    /// How far they were depreciated.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 96_000)]
    accumulated_depreciation: Decimal,
    /// The difference.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 480_000)]
    net_value: Decimal,
}

impl Balance {
    fn of(count: i64, cost: Decimal, accumulated: Decimal) -> Self {
        let net_value = (cost - accumulated).normalize();
        Self { count, cost: cost.normalize(), accumulated_depreciation: accumulated.normalize(), net_value }
    }
}

/// What was acquired in the year, in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssetAdditions)]
pub(super) struct Additions {
    /// Assets.
    #[schema(example = 12)]
    count: i64,
    /// What they cost.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 57_600)]
    cost: Decimal,
}

/// A row of the report: opening + additions − disposals = closing, by number and cost; and of depreciation opening +
/// charge − disposals = closing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssetReportRow)]
pub(super) struct RowBody {
    /// Code of the organisation or category; null in the total.
    #[schema(example = "2199000001", required)]
    key: Option<String>,
    /// Its name.
    #[schema(example = "第一小学", required)]
    name: Option<String>,
    /// What was held at the beginning of the year.
    opening: Balance,
    /// What was acquired in the year.
    additions: Additions,
    /// What was charged in the year.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 97_600)]
    depreciation_charge: Decimal,
    /// What was written off in the year.
    disposals: Balance,
    /// What was held at the end of the year.
    closing: Balance,
}

impl RowBody {
    pub(super) fn of(row: Row, name: Option<String>) -> Self {
        Self {
            key: row.key,
            name,
            opening: Balance::of(row.opening_count, row.opening_cost, row.opening_accumulated),
            additions: Additions { count: row.additions_count, cost: row.additions_cost.normalize() },
            depreciation_charge: row.charge.normalize(),
            disposals: Balance::of(row.disposals_count, row.disposals_cost, row.disposals_accumulated),
            closing: Balance::of(row.closing_count, row.closing_cost, row.closing_accumulated),
        }
    }
}

/// The assets of a year.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssetReport)]
pub(super) struct ReportBody {
    /// The year.
    #[schema(example = 2022)]
    pub year: i32,
    /// By what it has rows.
    pub by: By,
    /// As it was known at this moment; the same question with it is answered the same for ever.
    pub as_of: DateTime<Utc>,
    /// Code of the policy whose lives count.
    #[schema(example = "hebei_2022")]
    pub policy: String,
    /// A row for each organisation or category that has any.
    pub items: Vec<RowBody>,
    /// All of them together.
    pub total: RowBody,
}
