//! What a red light leads to.

use super::model::{Round, Sheet};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Opens the rectification of a sheet with a red light, unless it was opened before.
#[expect(clippy::unused_async, reason = "rectifications are not there yet")]
pub(super) async fn open(_tx: &mut Tx, _scope: &Scope, _round: &Round, _sheet: &Sheet) -> Result<()> {
    Ok(())
}

/// What is wrong, in the words of the file: every red light with its numbers.
pub(super) fn finding(round: &Round, sheet: &Sheet) -> String {
    use crate::scoring::Light;
    let (year, month) = (round.cut_off.year, round.cut_off.month.number_from_month());
    let mut lights = Vec::new();
    if let Some(budget) = sheet.seen.budget.as_ref().filter(|budget| budget.light == Some(Light::Red)) {
        let (budget, executed) = (budget.budget, budget.executed);
        lights.push(format!("预算 {budget} 元，截至 {month} 月执行 {executed} 元"));
    }
    for target in sheet.seen.targets().iter().filter(|target| target.light == Some(Light::Red)) {
        let name = &target.target.name;
        let unit = target.target.unit.as_deref().unwrap_or_default();
        let number = |number: Option<rust_decimal::Decimal>| number.map(|it| it.to_string()).unwrap_or_default();
        let (wanted, actual) = (number(target.target.value), number(target.actual));
        lights.push(format!("{name}：目标 {wanted}{unit}，截至 {month} 月 {actual}{unit}"));
    }
    format!("{year} 年“{}”运行监控红灯：{}", sheet.seen.name, lights.join("；"))
}
