//! Budget items as they are sent and shown.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::model::{Codes, Item, Totals, rate};
use super::queries::Stored;
use crate::catalogue::Catalogue;
use crate::catalogue::document::FinancePolicy;
use crate::finance::classification::coded;
use crate::finance::file::Input;
use crate::finance::money::{self, Yuan};
use crate::platform::access::{Caller, Permission};
use crate::platform::error::{Result, Violation};
use crate::platform::rows::{Column, Kind};

/// A new budget item (预算指标), with all codes that the finance system carries.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BudgetItemInput)]
pub(super) struct ItemInput {
    /// Its code, which stands for the same item for ever.
    #[schema(example = "2022-3001", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    /// The fiscal year.
    #[schema(example = 2022, minimum = 2000, maximum = 2100)]
    year: i32,
    /// Code of the organisation that spends it: a school, a section, or the bureau.
    #[schema(example = "2113000001", min_length = 1, max_length = 32)]
    organisation: String,
    /// Code of the project for which it is; the project has to be admitted to the budget.
    #[serde(default)]
    #[schema(example = "green_schools", max_length = 64, nullable = true)]
    project: Option<String>,
    /// Name shown to people.
    #[schema(example = "小学办公设备购置", min_length = 1, max_length = 200)]
    name: String,
    /// Whether it is a lump (代编预算) that is split into items of schools, and is not paid from.
    #[serde(default)]
    #[schema(default = false)]
    is_lump: bool,
    /// 区划: 9 digits.
    #[serde(default)]
    #[schema(example = "130128000", pattern = "^[0-9]{9}$", nullable = true)]
    division_code: Option<String>,
    /// 单位代码: 21 digits.
    #[serde(default)]
    #[schema(example = "130128000000000360001", pattern = "^[0-9]{21}$", nullable = true)]
    agency_code: Option<String>,
    /// 功能科目: an option of the dimension that the policy of the year names.
    #[serde(default)]
    #[schema(example = "2050202", min_length = 1, max_length = 64, nullable = true)]
    function: Option<String>,
    /// 部门预算支出经济分类.
    #[serde(default)]
    #[schema(example = "31002", min_length = 1, max_length = 64, nullable = true)]
    economic: Option<String>,
    /// 政府预算支出经济分类.
    #[serde(default)]
    #[schema(example = "50601", min_length = 1, max_length = 64, nullable = true)]
    government_economic: Option<String>,
    /// 资金性质.
    #[serde(default)]
    #[schema(example = "general", min_length = 1, max_length = 64, nullable = true)]
    fund: Option<String>,
    /// 指标来源: where the money comes from.
    #[serde(default)]
    #[schema(example = "initial", min_length = 1, max_length = 64, nullable = true)]
    source: Option<String>,
    /// Whether it is for government procurement (政府采购).
    #[serde(default)]
    #[schema(default = false)]
    is_procurement: bool,
    /// 年初预算: the budget of the beginning of the year, in yuan.
    #[schema(value_type = f64, example = 120_000.50, minimum = 0)]
    original: Number,
    /// Number of the document that decided it.
    #[serde(default)]
    #[schema(example = "深财教〔2022〕5号", min_length = 1, max_length = 200, nullable = true)]
    document: Option<String>,
}

/// A new item, and the document that decided it.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    /// `school` is not known yet.
    pub item: Item,
    pub document: Option<String>,
}

impl Input for ItemInput {
    type Content = Proposal;

    fn columns(catalogue: &Catalogue) -> Vec<Column> {
        let coded = |code, name, table: fn(&FinancePolicy) -> Option<&String>| {
            let column = coded(Column::text(code, name), catalogue, table);
            if column.choices.is_empty() { column } else { column.required() }
        };
        vec![
            Column::text("code", "指标编码")
                .required()
                .help("字母、数字、点、横线，至多 64 位；同一编码始终是同一指标"),
            Column::new(Kind::Whole, "year", "年度").required(),
            Column::text("organisation", "单位").required().help("单位编码：学校、科室或教育局"),
            Column::text("project", "项目").help("项目编码；项目须已列入预算"),
            Column::text("name", "指标名称").required(),
            Column::text("division_code", "区划").help("9 位数字"),
            Column::text("agency_code", "单位代码").help("21 位数字"),
            coded("function", "功能科目", |policy| policy.function.as_ref()),
            coded("economic", "部门预算支出经济分类", |policy| policy.economic.as_ref()),
            coded("government_economic", "政府预算支出经济分类", |policy| {
                policy.government_economic.as_ref()
            }),
            coded("fund", "资金性质", |policy| policy.fund.as_ref()),
            coded("source", "指标来源", |policy| policy.source.as_ref()),
            Column::new(Kind::Boolean, "is_procurement", "政府采购"),
            Column::new(Kind::Boolean, "is_lump", "代编预算"),
            Column::new(Kind::Amount, "original", "年初预算（元）").required(),
            Column::text("document", "文号").help("下达预算的文件"),
        ]
    }

    fn into_content(self) -> Result<Proposal, Vec<Violation>> {
        let mut violations = Vec::new();
        let original = money::read(&self.original, "/original", &mut violations);
        if !violations.is_empty() {
            return Err(violations);
        }
        let codes = Codes {
            division: self.division_code,
            agency: self.agency_code,
            function: self.function,
            economic: self.economic,
            government_economic: self.government_economic,
            fund: self.fund,
            source: self.source,
            is_procurement: self.is_procurement,
        };
        let item = Item {
            code: self.code,
            year: self.year,
            parent: None,
            is_lump: self.is_lump,
            organisation: self.organisation,
            school: None,
            project: self.project,
            name: self.name,
            codes,
            totals: Totals { original, ..Totals::default() },
        };
        Ok(Proposal { item, document: self.document })
    }
}

/// What the caller may do with a budget item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetItemAction)]
pub(super) enum ItemAction {
    /// Change its budget.
    Adjust,
    /// Split it into items of schools.
    Detail,
    /// Plan its payments by month.
    Plan,
    /// Post payments to it.
    Pay,
}

/// A budget item (预算指标), and how much of it there is; amounts are in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BudgetItem)]
pub(in crate::finance) struct ItemBody {
    /// Its code.
    #[schema(example = "2022-3001")]
    pub code: String,
    /// The fiscal year.
    #[schema(example = 2022)]
    year: i32,
    /// Code of the lump out of which it was detailed.
    #[schema(example = "2022-3000", required)]
    parent: Option<String>,
    /// Whether it is a lump (代编预算) that is split into items of schools.
    is_lump: bool,
    /// Code of the organisation that spends it.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Its name.
    #[schema(example = "小堡村小学", required)]
    organisation_name: Option<String>,
    /// Code of the project.
    #[schema(example = "green_schools", required)]
    project: Option<String>,
    /// Name shown to people.
    #[schema(example = "小学办公设备购置")]
    name: String,
    /// 区划.
    #[schema(example = "130128000", required)]
    division_code: Option<String>,
    /// 单位代码.
    #[schema(example = "130128000000000360001", required)]
    agency_code: Option<String>,
    /// 功能科目.
    #[schema(example = "2050202", required)]
    function: Option<String>,
    /// 部门预算支出经济分类.
    #[schema(example = "31002", required)]
    economic: Option<String>,
    /// 政府预算支出经济分类.
    #[schema(example = "50601", required)]
    government_economic: Option<String>,
    /// 资金性质.
    #[schema(example = "general", required)]
    fund: Option<String>,
    /// 指标来源.
    #[schema(example = "initial", required)]
    source: Option<String>,
    /// 政府采购.
    is_procurement: bool,
    /// 年初预算: the budget of the beginning of the year.
    #[schema(value_type = f64, example = 120_000.5)]
    original: Yuan,
    /// Σ of its adjustments.
    #[schema(value_type = f64, example = -20_000)]
    adjusted: Yuan,
    /// Σ of what was detailed to it out of its parent.
    #[schema(value_type = f64, example = 0)]
    received: Yuan,
    /// Σ of what was detailed out of it.
    #[schema(value_type = f64, example = 0)]
    detailed: Yuan,
    /// What may be spent in the year: original + adjusted + received − detailed.
    #[schema(value_type = f64, example = 100_000.5)]
    budget: Yuan,
    /// Σ of payments less reversals.
    #[schema(value_type = f64, example = 60_000)]
    paid: Yuan,
    /// budget − paid.
    #[schema(value_type = f64, example = 40_000.5)]
    available: Yuan,
    /// paid / budget, rounded half up to 4 decimals; null where there is no budget.
    #[schema(value_type = Option<f64>, example = 0.6, required)]
    rate: Option<Yuan>,
    /// What is not detailed yet (待分配), of a lump; else null.
    #[schema(value_type = Option<f64>, required)]
    undetailed: Option<Yuan>,
    /// Who entered it.
    #[schema(example = "client:c-treasury@130128")]
    recorded_by: String,
    /// When it was entered.
    recorded_at: DateTime<Utc>,
    /// What the caller may do with it now.
    may: Vec<ItemAction>,
}

impl ItemBody {
    /// An item as the caller sees it.
    pub(in crate::finance) fn of(stored: Stored, caller: &Caller) -> Self {
        let Stored { item, organisation_name, recorded_by, recorded_at } = stored;
        let Item { code, year, parent, is_lump, organisation, school: _, project, name, codes, totals } = item;
        Self {
            code,
            year,
            parent,
            is_lump,
            organisation,
            organisation_name,
            project,
            name,
            division_code: codes.division,
            agency_code: codes.agency,
            function: codes.function,
            economic: codes.economic,
            government_economic: codes.government_economic,
            fund: codes.fund,
            source: codes.source,
            is_procurement: codes.is_procurement,
            original: Yuan(totals.original),
            adjusted: Yuan(totals.adjusted),
            received: Yuan(totals.received),
            detailed: Yuan(totals.detailed),
            budget: Yuan(totals.budget()),
            paid: Yuan(totals.paid),
            available: Yuan(totals.available()),
            rate: rate(totals.paid, totals.budget()).map(Yuan),
            undetailed: is_lump.then(|| Yuan(totals.available())),
            recorded_by,
            recorded_at,
            may: may(caller, is_lump, totals.available()),
        }
    }
}

fn may(caller: &Caller, is_lump: bool, available: Decimal) -> Vec<ItemAction> {
    let budgets = caller.bureau_scope_for(Permission::WriteBudget).is_ok();
    let posts = caller.bureau_scope_for(Permission::PostPayments).is_ok();
    let actions = [
        (ItemAction::Adjust, budgets),
        (ItemAction::Detail, budgets && is_lump),
        (ItemAction::Plan, budgets && !is_lump),
        (ItemAction::Pay, posts && !is_lump && available > Decimal::ZERO),
    ];
    actions.into_iter().filter(|(_, may)| *may).map(|(action, _)| action).collect()
}
