//! Execution over HTTP.

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{By, Execution, Gap};
use super::ops::{self, Answer, Asked};
use crate::app::App;
use crate::finance::money::Yuan;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::QueryErrors;
use crate::platform::error::Result;
use crate::platform::extract::Params;
use crate::platform::reply::Reply;

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ExecutionParams {
    /// The fiscal year.
    #[param(example = 2022, minimum = 2000, maximum = 2100)]
    year: i32,
    /// The last day whose payments count, within the year; today where absent, or the end of another year.
    #[param(example = "2022-07-31")]
    until: Option<NaiveDate>,
    /// By what it is broken down.
    #[param(inline)]
    by: Option<By>,
    /// Only items of this organisation.
    #[param(example = "2113000001")]
    organisation: Option<String>,
    /// Only items of this project.
    #[param(example = "green_schools")]
    project: Option<String>,
    /// As it was known at this moment; now where absent.
    #[param(example = "2022-08-03T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
}

/// How far a part of the budget was executed; amounts are in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExecutionRow)]
struct RowBody {
    /// The code by which it is broken down, or the month; null of items that have none, and of the total.
    #[schema(example = "2113000001", required)]
    key: Option<String>,
    /// Its name, where it has one.
    #[schema(example = "小堡村小学", required)]
    name: Option<String>,
    /// How many budget items.
    #[schema(example = 12)]
    items: i64,
    /// How many of them have a payment plan.
    #[schema(example = 10)]
    planned_items: i64,
    /// 年初预算.
    #[schema(value_type = f64, example = 120_000.5)]
    original: Yuan,
    /// Σ of adjustments.
    #[schema(value_type = f64, example = -20_000)]
    adjusted: Yuan,
    /// Σ of what was detailed to these items.
    #[schema(value_type = f64, example = 0)]
    received: Yuan,
    /// Σ of what was detailed out of these items.
    #[schema(value_type = f64, example = 0)]
    detailed: Yuan,
    /// 全年预算: original + adjusted + received − detailed.
    #[schema(value_type = f64, example = 100_000.5)]
    budget: Yuan,
    /// What is not detailed to schools yet (待分配); a part of the budget.
    #[schema(value_type = f64, example = 0)]
    undetailed: Yuan,
    /// 执行数: payments less reversals until the day, or in the month; null where payments are not in.
    #[schema(value_type = Option<f64>, example = 60_000, required)]
    executed: Option<Yuan>,
    /// 执行率: executed / budget, rounded half up to 4 decimals; null where that cannot be told.
    #[schema(value_type = Option<f64>, example = 0.6, required)]
    rate: Option<Yuan>,
    /// budget less all that was executed until the day, or the end of the month.
    #[schema(value_type = f64, example = 40_000.5)]
    available: Yuan,
    /// What was planned to be paid until the end of the day's month, or in the month; null where nothing is planned.
    #[schema(value_type = Option<f64>, example = 70_000, required)]
    planned: Option<Yuan>,
    /// 支付进度率: what was executed of the items that have a plan / planned; null where that cannot be told.
    #[schema(value_type = Option<f64>, example = 0.8571, required)]
    progress: Option<Yuan>,
    /// What is not known, and therefore no number.
    missing: Vec<Gap>,
}

impl From<Execution> for RowBody {
    fn from(row: Execution) -> Self {
        Self {
            key: row.key,
            name: row.name,
            items: row.items,
            planned_items: row.planned_items,
            original: Yuan(row.original),
            adjusted: Yuan(row.adjusted),
            received: Yuan(row.received),
            detailed: Yuan(row.detailed),
            budget: Yuan(row.budget),
            undetailed: Yuan(row.undetailed),
            executed: row.executed.map(Yuan),
            rate: row.rate.map(Yuan),
            available: Yuan(row.available),
            planned: row.planned.map(Yuan),
            progress: row.progress.map(Yuan),
            missing: row.missing,
        }
    }
}

/// How far the budget of a year was executed, all read as of one moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BudgetExecution)]
struct ExecutionBody {
    /// The moment. Asking again as of it gives the identical answer.
    as_of: DateTime<Utc>,
    /// The fiscal year.
    #[schema(example = 2022)]
    year: i32,
    /// The last day whose payments count.
    #[schema(example = "2022-07-31")]
    until: NaiveDate,
    /// By what it is broken down.
    by: By,
    /// Months until the day of which no payment at all is in, as far as the caller sees: what was executed in them is not
    /// known.
    #[schema(example = json!(["2022-07"]))]
    months_not_in: Vec<String>,
    /// By code; those that have none at last.
    items: Vec<RowBody>,
    /// All of it.
    total: RowBody,
}

/// Read budget execution
///
/// What was budgeted, executed and planned until a day, broken down; all rows and a total, without pages. What is missing
/// is said as such, and no rate is 0 where there is no budget, no payment or no plan. By month, amounts of the budget are
/// those of the whole year. A caller of a school sees that school's.
#[utoipa::path(tag = "finance", params(ExecutionParams),
    responses((status = 200, description = "The execution", body = ExecutionBody), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/execution")]
pub(in crate::finance) async fn get_execution(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ExecutionParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    let ExecutionParams { year, until, by, organisation, project, as_of } = params;
    let by = by.unwrap_or(By::Organisation);
    let asked = Asked { year, until, by, organisation, project, as_of };
    let read = async |tx: &mut _| ops::execution(tx, &scope, &app.catalogues, &asked).await;
    let Answer { as_of, until, months_not_in, rows, total } = app.db.read(&scope, read).await?;
    let months_not_in = months_not_in.into_iter().map(|month| format!("{year}-{month:02}")).collect();
    let items = rows.into_iter().map(RowBody::from).collect();
    Reply::ok(&ExecutionBody { as_of, year, until, by, months_not_in, items, total: total.into() })
}
