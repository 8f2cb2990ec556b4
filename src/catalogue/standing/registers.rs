//! What may not change of a register that has records.

use super::{fixed, gone, state_forbids};
use crate::catalogue::diff::position;
use crate::catalogue::document::{CatalogueDocument, Choice, Concerns, Register, RegisterField};
use crate::platform::error::Violation;
use crate::say;

/// What of its records would lose its meaning.
pub(super) fn reshaped(past: &Register, before: &CatalogueDocument, after: &CatalogueDocument) -> Vec<Violation> {
    let Some((i, now)) = position(&after.registers, &past.code).and_then(|i| Some((i, after.registers.get(i)?))) else {
        return vec![gone("/registers", past)];
    };
    let place = format!("/registers/{i}");
    let mut violations = Vec::new();
    if past.concerns != now.concerns && now.concerns != Concerns::Either {
        violations.push(fixed(format!("{place}/concerns"), &past.code));
    }
    for field in &past.fields {
        match now.fields.iter().enumerate().find(|(_, each)| each.code == field.code) {
            None => violations.push(lost(format!("{place}/fields"), &past.code, &field.code)),
            Some((j, changed)) => {
                violations.extend(redefined(&format!("{place}/fields/{j}"), field, changed, (before, after)));
            }
        }
    }
    for state in &past.states {
        if !now.states.iter().any(|each| each.code == state.code) {
            violations.push(lost(format!("{place}/states"), &past.code, &state.code));
        }
    }
    violations
}

fn redefined(
    place: &str,
    past: &RegisterField,
    now: &RegisterField,
    (before, after): (&CatalogueDocument, &CatalogueDocument),
) -> Vec<Violation> {
    let mut violations = Vec::new();
    if past.kind != now.kind {
        violations.push(fixed(format!("{place}/type"), &past.code));
    }
    if past.register != now.register {
        violations.push(fixed(format!("{place}/register"), &past.code));
    }
    // Records that are there already may have the same value.
    if now.unique && !past.unique {
        violations.push(fixed(format!("{place}/unique"), &past.code));
    }
    let kept = options(now, after);
    let lost_option = options(past, before).iter().find(|option| !kept.iter().any(|each| each.code == option.code));
    violations.extend(lost_option.map(|option| lost(format!("{place}/options"), &past.code, &option.code)));
    violations
}

fn options<'a>(field: &'a RegisterField, document: &'a CatalogueDocument) -> &'a [Choice] {
    let Some(code) = &field.dimension else { return &field.options };
    let dimension = position(&document.dimensions, code).and_then(|i| document.dimensions.get(i));
    dimension.map_or(&[], |dimension| &dimension.options)
}

fn lost(place: String, owner: &str, code: &str) -> Violation {
    state_forbids(
        place,
        say!("“{owner}”已有记录，不能删除“{code}”", "There are records of “{owner}”, so “{code}” must stay"),
    )
}
