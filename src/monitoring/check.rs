//! What may be entered, and what must be before a sheet is handed in.

use super::model::{Entered, EnteredTarget, Reason, Seen};
use crate::platform::error::{Violation, ViolationCode};
use crate::say;
use crate::scoring::Light;

/// What is said to a target, at a place of what was sent.
pub(super) type Placed = (String, String, EnteredTarget);

/// Targets that are not the goal's, or stand twice.
pub(super) fn strangers(seen: &Seen, targets: &[Placed]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (i, (place, code, _)) in targets.iter().enumerate() {
        let place = format!("{place}/code");
        if !seen.targets().iter().any(|each| each.target.code == *code) {
            violations.push(Violation::new(
                place,
                ViolationCode::UnknownReference,
                say!("目标中没有指标“{code}”", "The goal has no target “{code}”"),
            ));
        } else if targets.iter().take(i).any(|(_, other, _)| other == code) {
            violations.push(Violation::new(place, ViolationCode::Duplicate, say!("出现多次", "It stands twice")));
        }
    }
    violations
}

/// Everything that is missing before a sheet can be handed in: how likely each target is, and why a light is yellow or red.
/// The pointers are those of the sheet as it is shown.
pub(super) fn missing(seen: &Seen, entered: &Entered) -> Vec<Violation> {
    let mut violations = Vec::new();
    violations.extend(unexplained("/budget/reason", seen.budget_light(), entered.budget.reason.as_ref()));
    for (i, target) in seen.targets().iter().enumerate() {
        let said = entered.targets.get(&target.target.code);
        if said.and_then(|said| said.likelihood).is_none() {
            violations.push(Violation::new(
                format!("/targets/{i}/likelihood"),
                ViolationCode::Missing,
                say!("应说明完成的可能性", "Say how likely it is to be reached"),
            ));
        }
        let reason = said.and_then(|said| said.reason.as_ref());
        violations.extend(unexplained(&format!("/targets/{i}/reason"), target.light, reason));
    }
    violations
}

fn unexplained(place: &str, light: Option<Light>, reason: Option<&Reason>) -> Option<Violation> {
    let message = match light.filter(|light| light.needs_reason() && reason.is_none())? {
        Light::Red => say!("红灯应说明原因", "A red light needs a reason"),
        _ => say!("黄灯应说明原因", "A yellow light needs a reason"),
    };
    Some(Violation::new(place, ViolationCode::Missing, message))
}
