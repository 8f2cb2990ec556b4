//! What a red light leads to.

use chrono::Days;
use rust_decimal::Decimal;

use super::model::{Round, Sheet};
use crate::platform::access::Scope;
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::rectifications::{NewRectification, RectificationSource, open_rectification};
use crate::scoring::Light;

/// Opens the rectification of a sheet that was just handed in for the first time. What was seen does not change after that, so
/// that handing it in again finds nothing new.
pub(super) async fn open(tx: &mut Tx, scope: &Scope, round: &Round, sheet: &Sheet) -> Result<()> {
    let today = local_date(tx.now());
    let days = u64::from(sheet.seen.monitoring.rectify_within_days);
    let new = NewRectification {
        source: RectificationSource::Monitoring,
        organisation: &sheet.organisation,
        section: &sheet.section,
        subject_type: "monitoring_sheet",
        subject: &format!("{}/{}", round.code, sheet.project),
        finding: &finding(round, sheet),
        found_on: today,
        due_on: today.checked_add_days(Days::new(days)).unwrap_or(today),
    };
    open_rectification(tx, scope, &new).await.map(|_| ())
}

/// What is wrong, as it is written down: every red light with its numbers.
fn finding(round: &Round, sheet: &Sheet) -> String {
    let (year, month) = (round.cut_off.year, round.cut_off.month.number_from_month());
    let mut lights = Vec::new();
    if let Some(seen) = sheet.seen.budget.as_ref().filter(|budget| budget.light == Some(Light::Red)) {
        let (budget, executed) = (seen.budget, seen.executed);
        lights.push(format!("预算 {budget} 元，已执行 {executed} 元"));
    }
    for seen in sheet.seen.targets().iter().filter(|target| target.light == Some(Light::Red)) {
        let (name, unit) = (&seen.target.name, seen.target.unit.as_deref().unwrap_or_default());
        let number = |number: Option<Decimal>| number.unwrap_or_default().normalize();
        let (wanted, actual) = (number(seen.target.value), number(seen.actual));
        lights.push(format!("{name}目标 {wanted} {unit}，已完成 {actual} {unit}"));
    }
    format!("“{}”截至 {year} 年 {month} 月运行监控为红灯：{}", sheet.seen.name, lights.join("；"))
}
