//! Payment plans over HTTP.

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::{IntoParams, ToSchema};

use super::ops::{self, no_plan};
use super::queries::{self, Plan};
use crate::app::App;
use crate::finance::items::{self, no_item};
use crate::finance::money::{self, Yuan};
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{IfMatch, IfNoneMatch, NotModified, ReadErrors, WriteErrors};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::extract::{Command, Params};
use crate::platform::reply::Reply;
use crate::say;

/// How much is planned to be paid in each month (用款计划).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentPlanInput {
    /// Yuan for January to December; together at most the budget of the item.
    #[schema(value_type = Vec<f64>, min_items = 12, max_items = 12,
        example = json!([0, 0, 10_000, 10_000, 10_000, 10_000, 10_000, 0, 10_000, 10_000, 10_000, 0]))]
    months: Vec<Number>,
}

impl PaymentPlanInput {
    fn into_months(self) -> Result<Vec<Decimal>> {
        let mut violations = Vec::new();
        let mut months = Vec::with_capacity(self.months.len());
        for (place, month) in self.months.iter().enumerate() {
            let pointer = format!("/months/{place}");
            let amount = money::read(month, &pointer, &mut violations);
            if amount < Decimal::ZERO {
                let message = say!("金额不能为负", "The amount cannot be negative");
                violations.push(Violation::new(pointer, ViolationCode::OutOfRange, message));
            }
            months.push(amount);
        }
        if violations.is_empty() { Ok(months) } else { Err(AppError::invalid(violations)) }
    }
}

/// How much of an item is planned to be paid in each month (用款计划).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentPlan)]
struct PlanBody {
    /// Code of the item.
    #[schema(example = "2022-3001")]
    item: String,
    /// Yuan for January to December.
    #[schema(value_type = Vec<f64>, min_items = 12, max_items = 12,
        example = json!([0, 0, 10_000, 10_000, 10_000, 10_000, 10_000, 0, 10_000, 10_000, 10_000, 0]))]
    months: Vec<Yuan>,
    /// Their sum.
    #[schema(value_type = f64, example = 80_000)]
    total: Yuan,
    /// Number of the revision, as in the `ETag`.
    #[schema(example = 1)]
    revision: i32,
    /// Who recorded it.
    #[schema(example = "user:finance")]
    recorded_by: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

impl PlanBody {
    fn of(item: &str, plan: Plan) -> Self {
        let Plan { revision, months, recorded_by, recorded_at } = plan;
        let total = Yuan(months.iter().sum());
        let months = months.into_iter().map(Yuan).collect();
        Self { item: item.to_owned(), months, total, revision, recorded_by, recorded_at }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// As it was known at this moment; now where absent.
    #[param(example = "2022-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
}

/// Read a payment plan
///
/// As it is, or with `as_of` as it was known at a moment.
#[utoipa::path(tag = "finance",
    params(("item" = String, Path, description = "Code of the item", example = "2022-3001"), AsOf, IfNoneMatch),
    responses((status = 200, description = "The plan", body = PlanBody,
        headers(("ETag" = String, description = "The revision"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/finance/items/{item}/plan")]
pub(in crate::finance) async fn get_payment_plan(
    app: Data<App>,
    caller: Caller,
    item: Path<String>,
    Params(params): Params<AsOf>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFinance)?;
    let read = async |tx: &mut Tx| {
        if items::find(tx, &scope, &[&item]).await?.is_empty() {
            return Err(no_item(&item));
        }
        queries::find(tx, &scope, &item, params.as_of).await?.ok_or_else(|| no_plan(&item))
    };
    let plan = app.db.read(&scope, read).await?;
    let revision = plan.revision;
    Ok(Reply::ok(&PlanBody::of(&item, plan))?.version(revision))
}

/// Plan the payments of a budget item
///
/// By month, together at most its budget. A change makes the next revision; the same again changes nothing.
#[utoipa::path(tag = "finance",
    params(("item" = String, Path, description = "Code of the item", example = "2022-3001"), IfMatch),
    request_body = PaymentPlanInput,
    responses((status = 200, description = "Replaced, or unchanged", body = PlanBody,
            headers(("ETag" = String, description = "The revision"))),
        (status = 201, description = "Planned", body = PlanBody, headers(
            ("ETag" = String, description = "The revision"), ("Location" = String, description = "Where it is"))),
        WriteErrors),
    security(("bearer" = [])))]
#[put("/v1/finance/items/{item}/plan")]
pub(in crate::finance) async fn put_payment_plan(
    app: Data<App>,
    caller: Caller,
    item: Path<String>,
    command: Command<PaymentPlanInput>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteBudget)?;
    let months = command.body.into_months()?;
    let work = async |tx: &mut Tx| ops::put(tx, &scope, &item, &months, &command.precondition).await;
    let (plan, created) = app.db.write(&scope, work).await?;
    let revision = plan.revision;
    let body = PlanBody::of(&item, plan);
    let reply =
        if created { Reply::created(format!("/v1/finance/items/{item}/plan"), &body)? } else { Reply::ok(&body)? };
    Ok(reply.version(revision))
}
