//! What a goal says, as it is sent: read exactly, or refused with everything that is wrong.

use std::collections::{BTreeMap, HashSet};

use rust_decimal::Decimal;
use serde_json::Number;

use super::input::{GoalInput, TargetInput};
use super::model::{Content, Head, Target, Wording};
use crate::catalogue::{Refused, read_number};
use crate::platform::error::{Violation, ViolationCode};
use crate::say;
use crate::scoring::{Sense, Sign};

/// Decimals of a weight, and so of a score.
const WEIGHT_DECIMALS: u32 = 2;

/// Decimals of the value of a target.
const VALUE_DECIMALS: u32 = 6;

/// A goal as somebody wants it to be.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub head: Head,
    pub wording: Wording,
}

/// Reads what was sent. Of a school's goal, figures count within the school where nothing is said.
///
/// # Errors
/// Every number with more digits than are kept, and every code that stands twice.
pub(super) fn read(code: &str, input: GoalInput) -> Result<Wanted, Vec<Violation>> {
    let mut violations = Vec::new();
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    for (i, target) in input.targets.into_iter().enumerate() {
        let place = format!("/targets/{i}");
        if !seen.insert(target.code.clone()) {
            let code = &target.code;
            let message = say!("指标编码“{code}”重复", "The code “{code}” stands twice");
            violations.push(Violation::new(format!("{place}/code"), ViolationCode::Duplicate, message));
        }
        match read_target(target) {
            Ok(target) => targets.push(target),
            Err(found) => violations.extend(found.into_iter().map(|violation| violation.below(&place))),
        }
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    let head = Head {
        code: code.to_owned(),
        level: input.level,
        organisation: input.organisation,
        school: None,
        project: input.project,
    };
    let content = Content { description: input.description, measures: input.measures, targets };
    Ok(Wanted { head, wording: Wording { section: input.section, parent: input.parent, name: input.name, content } })
}

fn read_target(input: TargetInput) -> Result<Target, Vec<Violation>> {
    let mut violations = Vec::new();
    let mut refuse = |place: &str, (code, message): Refused| violations.push(Violation::new(place, code, message));
    let mut number = |place: &str, number: Option<Number>, decimals: u32| {
        let read = number.map(|number| read_number(&number.to_string(), decimals)).transpose();
        read.unwrap_or_else(|refused| {
            refuse(place, refused);
            None
        })
    };
    let value = number("/value", input.value, VALUE_DECIMALS);
    let weight = number("/weight", Some(input.weight), WEIGHT_DECIMALS).unwrap_or_default();
    if value.is_some_and(|value| value < Decimal::ZERO) {
        let message = say!(
            "指标值不得为负；下降请写成下降的幅度",
            "A target is not negative; word a decrease as how much it decreases"
        );
        refuse("/value", (ViolationCode::OutOfRange, message));
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    Ok(Target {
        code: input.code,
        name: input.name,
        class: input.class,
        indicator: input.indicator,
        sign: input.sign,
        value,
        unit: input.unit,
        weight,
        strategy: input.strategy,
        r#where: input.r#where.unwrap_or_default(),
        within: input.within,
    })
}

/// Figures of a school's goal are the school's, where nothing else is said.
pub(super) fn settle_within(targets: &mut [Target], school: Option<&str>) {
    let Some(school) = school else { return };
    for target in targets.iter_mut().filter(|target| target.indicator.is_some() && target.within.is_none()) {
        target.within = Some(school.to_owned());
    }
}

/// What contradicts itself within a target, or is missing in it when it is handed in.
pub(super) fn contradictions(target: &Target) -> Vec<Violation> {
    let mut violations = Vec::new();
    let sense = target.sign.sense();
    let mut refuse = |field: &str, code, message| violations.push(Violation::new(format!("/{field}"), code, message));
    if target.sign == Sign::Qualitative {
        let said = [
            ("indicator", target.indicator.is_some()),
            ("value", target.value.is_some()),
            ("unit", target.unit.is_some()),
            ("where", target.r#where != BTreeMap::new()),
            ("within", target.within.is_some()),
        ];
        for (field, _) in said.iter().filter(|(_, said)| *said) {
            let message = say!("定性指标没有 {field}", "A qualitative target has no {field}");
            refuse(field, ViolationCode::Inconsistent, message);
        }
    } else {
        for (field, _) in [("indicator", target.indicator.is_none()), ("value", target.value.is_none())]
            .iter()
            .filter(|(_, missing)| *missing)
        {
            let message = say!("定量指标应有 {field}", "A target with a number has its {field}");
            refuse(field, ViolationCode::Missing, message);
        }
    }
    if target.strategy.is_some() && sense != Some(Sense::Reverse) {
        let message = say!("只有反向指标（≤、<）有评分方法", "Only a reverse target (≤, <) has a strategy");
        refuse("strategy", ViolationCode::Inconsistent, message);
    }
    violations
}
