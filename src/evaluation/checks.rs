//! What stands in the way of an evaluation, and what is wrong with what was sent. Pure.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::model::{Correction, Entered, Kind, TargetEntry};
use super::sheet::{IndicatorRow, Sheet};
use crate::catalogue::document::ScoringPolicy;
use crate::platform::error::{Violation, ViolationCode};
use crate::platform::message::Message;
use crate::say;
use crate::scoring::Sign;

/// Everything that stands in the way of handing an evaluation in, at its place in the sheet.
pub(super) fn obstacles(kind: Kind, sheet: &Sheet) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut report = |place: String, code: ViolationCode, message: Message| {
        violations.push(Violation::new(place, code, message));
    };
    if kind == Kind::Project && sheet.goals.is_empty() {
        report(
            "/goals".to_owned(),
            ViolationCode::Missing,
            say!("该项目没有已批准的绩效目标", "The project has no approved goal"),
        );
    }
    for (i, row) in sheet.funds.iter().enumerate() {
        if row.weight.is_some() && row.score.is_none() {
            let rate = row.rate.unwrap_or_default();
            report(
                format!("/funds/{i}/rate"),
                ViolationCode::OutOfRange,
                say!(
                    "执行率为 {rate}%，政策不允许超过 100%",
                    "{rate} % of the budget was executed, and the policy allows 100 % at most"
                ),
            );
        }
    }
    for (i, row) in sheet.indicators.iter().enumerate() {
        let name = &row.name;
        if row.score.is_none() {
            let (field, code, message) = match (row.sign, &row.correction) {
                (_, Some(_)) => (
                    "score",
                    ViolationCode::OutOfRange,
                    say!("“{name}”更正后的得分超过其分值", "The corrected score of “{name}” exceeds its weight"),
                ),
                (Sign::Qualitative, None) => (
                    "score",
                    ViolationCode::RequiredValue,
                    say!("请为定性指标“{name}”选定档次并评分", "Choose a band and a score for “{name}”"),
                ),
                (_, None) => (
                    "actual",
                    ViolationCode::RequiredValue,
                    say!("“{name}”还没有实际完成值", "Nothing was reported of “{name}” yet"),
                ),
            };
            report(format!("/indicators/{i}/{field}"), code, message);
        }
        if row.reason_needed && row.reason.is_none() {
            let deviation = row.deviation.unwrap_or_default();
            report(
                format!("/indicators/{i}/reason"),
                ViolationCode::RequiredValue,
                say!("“{name}”偏差 {deviation}%，请说明原因", "“{name}” deviates by {deviation} %; say why"),
            );
        }
    }
    violations
}

/// The targets of a sheet by their codes.
struct Targets<'a>(HashMap<(&'a str, &'a str), &'a IndicatorRow>);

impl<'a> Targets<'a> {
    fn of(sheet: &'a Sheet) -> Self {
        Self(sheet.indicators.iter().map(|row| ((row.goal.as_str(), row.target.as_str()), row)).collect())
    }

    /// The target that is named, for the first time.
    fn named<'s>(
        &self,
        place: &str,
        (goal, target): (&'s str, &'s str),
        seen: &mut HashSet<(&'s str, &'s str)>,
        violations: &mut Vec<Violation>,
    ) -> Option<&'a IndicatorRow> {
        if !seen.insert((goal, target)) {
            violations.push(Violation::new(
                place,
                ViolationCode::Duplicate,
                say!("指标“{goal}/{target}”重复", "The target “{goal}/{target}” stands twice"),
            ));
        }
        let row = self.0.get(&(goal, target)).copied();
        if row.is_none() {
            violations.push(Violation::new(
                format!("{place}/target"),
                ViolationCode::UnknownReference,
                say!("没有已批准的指标“{goal}/{target}”", "There is no approved target “{goal}/{target}”"),
            ));
        }
        row
    }
}

/// Everything that is wrong with what the unit entered.
pub(super) fn entered(policy: &ScoringPolicy, sheet: &Sheet, entered: &Entered) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut seen = HashSet::new();
    for (i, entry) in entered.goals.iter().enumerate() {
        let goal = &entry.goal;
        if !seen.insert(goal) {
            violations.push(Violation::new(
                format!("/goals/{i}"),
                ViolationCode::Duplicate,
                say!("目标“{goal}”重复", "The goal “{goal}” stands twice"),
            ));
        }
        if !sheet.goals.iter().any(|row| row.goal == *goal) {
            violations.push(Violation::new(
                format!("/goals/{i}/goal"),
                ViolationCode::UnknownReference,
                say!("没有已批准的目标“{goal}”", "There is no approved goal “{goal}”"),
            ));
        }
    }
    let targets = Targets::of(sheet);
    let mut seen = HashSet::new();
    for (i, entry) in entered.targets.iter().enumerate() {
        let place = format!("/targets/{i}");
        if let Some(row) = targets.named(&place, (&entry.goal, &entry.target), &mut seen, &mut violations) {
            violations.extend(wrong_score(policy, row, entry).map(|violation| violation.below(&place)));
        }
    }
    violations
}

/// What is wrong with the band and score of a target.
fn wrong_score(policy: &ScoringPolicy, row: &IndicatorRow, entry: &TargetEntry) -> Option<Violation> {
    if row.sign != Sign::Qualitative {
        let given = if entry.score.is_some() { "/score" } else { "/band" };
        let message = say!(
            "定量指标的得分由系统计算，不能填写",
            "The score of a target with a number is computed, and cannot be entered"
        );
        return (entry.band.is_some() || entry.score.is_some())
            .then(|| Violation::new(given, ViolationCode::Inconsistent, message));
    }
    match (entry.band, entry.score) {
        (None, None) => None,
        (Some(_), None) => {
            Some(Violation::new("/score", ViolationCode::Missing, say!("请填写得分", "Give the score within the band")))
        }
        (None, Some(_)) => {
            Some(Violation::new("/band", ViolationCode::Missing, say!("请选定档次", "Choose the band of the score")))
        }
        (Some(band), Some(score)) => {
            let range = band.scores(policy, row.weight);
            let (from, to) = (range.from.normalize(), range.to.normalize());
            let message = if range.with_end {
                say!("该档次的得分应在 [{from}, {to}] 内", "A score of this band lies in [{from}, {to}]")
            } else {
                say!("该档次的得分应在 [{from}, {to}) 内", "A score of this band lies in [{from}, {to})")
            };
            (!range.contains(score)).then(|| Violation::new("/score", ViolationCode::OutOfRange, message))
        }
    }
}

/// Everything that is wrong with how a review corrects scores.
pub(super) fn corrections(sheet: &Sheet, corrections: &[Correction]) -> Vec<Violation> {
    let targets = Targets::of(sheet);
    let mut violations = Vec::new();
    let mut seen = HashSet::new();
    for (i, correction) in corrections.iter().enumerate() {
        let place = format!("/corrections/{i}");
        let named = (correction.goal.as_str(), correction.target.as_str());
        let Some(row) = targets.named(&place, named, &mut seen, &mut violations) else { continue };
        let weight = row.weight;
        if correction.score < Decimal::ZERO || correction.score > weight {
            violations.push(Violation::new(
                format!("{place}/score"),
                ViolationCode::OutOfRange,
                say!("得分应在 0 至 {weight} 之间", "The score lies between 0 and {weight}"),
            ));
        }
        if correction.reason.is_empty() {
            violations.push(Violation::new(
                format!("{place}/reason"),
                ViolationCode::Missing,
                say!("请说明更正的原因", "Say why the score is corrected"),
            ));
        }
    }
    violations
}
