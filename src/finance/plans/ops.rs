//! How payments are planned.

use rust_decimal::Decimal;
use serde_json::json;

use super::queries::{self, Plan};
use crate::finance::items::{self, no_item};
use crate::finance::money::Yuan;
use crate::platform::access::Scope;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// 404: an item without a plan.
pub(super) fn no_plan(item: &str) -> AppError {
    AppError::not_found(say!("指标“{item}”没有用款计划", "The item “{item}” has no payment plan"))
}

/// Plans the payments of an item by month; gives back the plan, and whether it is the first.
pub(super) async fn put(
    tx: &mut Tx,
    scope: &Scope,
    code: &str,
    months: &[Decimal],
    precondition: &Precondition,
) -> Result<(Plan, bool)> {
    recording_time(tx, scope, Strand::Decisions).await?;
    let found = items::lock(tx, scope, &[code]).await?.pop();
    let item = found.ok_or_else(|| no_item(code))?.item;
    let current = queries::find(tx, scope, code, None).await?;
    precondition.check(current.as_ref().map(|plan| plan.revision))?;
    if item.is_lump {
        return Err(AppError::new(Code::StateForbids).detail(say!(
            "指标“{code}”是代编预算，不直接支付，请计划细化后的指标",
            "The item “{code}” is a lump and is not paid from: plan the items to which it was detailed"
        )));
    }
    let (total, budget) = (months.iter().sum::<Decimal>(), item.totals.budget());
    if total > budget {
        let (total, budget) = (total.normalize(), budget.normalize());
        let message = say!(
            "各月合计 {total} 元，超过全年预算 {budget} 元",
            "The months sum to {total} yuan, more than the budget of {budget} yuan"
        );
        return Err(AppError::violation("/months", ViolationCode::OutOfRange, message));
    }
    if let Some(current) = &current
        && current.months == months
    {
        return Ok((current.clone(), false));
    }
    let revision = current.as_ref().map_or(0, |plan| plan.revision) + 1;
    queries::record(tx, scope, (code, item.school.as_deref()), (revision, months)).await?;
    let journaled = |months: &[Decimal]| json!({ "months": months.iter().copied().map(Yuan).collect::<Vec<_>>() });
    let entry = Entry {
        action: "budget_item.plan",
        subject_type: "budget_item",
        subject: code.to_owned(),
        school: item.school.as_deref(),
        before: current.as_ref().map(|plan| journaled(&plan.months)),
        after: Some(journaled(months)),
    };
    journal::record(tx, scope, vec![entry]).await?;
    let recorded_at = tx.now();
    let plan = Plan { revision, months: months.to_vec(), recorded_by: scope.actor().to_owned(), recorded_at };
    Ok((plan, current.is_none()))
}
