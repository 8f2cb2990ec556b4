//! What a document may not do because of what stands outside it: organisations that it names, and
//! values that schools have reported.

mod registers;

use std::collections::HashSet;

use super::diff::{Coded, position};
use super::document::{CatalogueDocument, Choice, Form, Indicator};
use super::queries;
use crate::organisations::{self, Kind};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{Result, Violation, ViolationCode};
use crate::platform::message::Message;
use crate::say;

/// Everything that forbids to make `after` of `before`, with pointers into `after`.
pub(super) async fn check(
    tx: &mut Tx,
    scope: &Scope,
    before: &CatalogueDocument,
    after: &CatalogueDocument,
) -> Result<Vec<Violation>> {
    let mut violations = unknown_organisations(tx, scope, after).await?;
    let indicators = before.indicators.iter().map(|each| each.code.as_str()).collect();
    let reported = queries::reported_indicators(tx, scope, indicators).await?;
    let begun = queries::begun_forms(tx, scope, before.forms.iter().map(|each| each.code.as_str()).collect()).await?;
    let reported = before.indicators.iter().filter(|each| reported.contains(&each.code));
    violations.extend(reported.flat_map(|indicator| redefined(indicator, before, after)));
    let begun = before.forms.iter().filter(|each| begun.contains(&each.code));
    violations.extend(begun.flat_map(|form| reshaped(form, after)));
    let registers = before.registers.iter().map(|each| each.code.as_str()).collect();
    let kept = queries::kept_registers(tx, scope, registers).await?;
    let kept = before.registers.iter().filter(|each| kept.contains(&each.code));
    violations.extend(kept.flat_map(|register| registers::reshaped(register, before, after)));
    Ok(violations)
}

/// The sections and schools that a document names and that do not exist.
async fn unknown_organisations(tx: &mut Tx, scope: &Scope, document: &CatalogueDocument) -> Result<Vec<Violation>> {
    let named = named_organisations(document);
    let codes: HashSet<&str> = named.iter().map(|(_, code, _)| *code).collect();
    let kinds = organisations::kinds(tx, scope, &codes.into_iter().collect::<Vec<_>>()).await?;
    let unknown = named.into_iter().filter(|(_, code, kind)| kinds.get(*code) != Some(kind));
    Ok(unknown
        .map(|(place, code, kind)| match kind {
            Kind::School => Violation::new(
                place,
                ViolationCode::UnknownSchool,
                say!("没有学校“{code}”", "There is no school “{code}”"),
            ),
            Kind::Bureau | Kind::Section => Violation::new(
                place,
                ViolationCode::UnknownReference,
                say!("没有科室“{code}”", "There is no section “{code}”"),
            ),
        })
        .collect())
}

/// Where a document names an organisation, its code, and what it must be.
fn named_organisations(document: &CatalogueDocument) -> Vec<(String, &str, Kind)> {
    let mut named = Vec::new();
    for (i, indicator) in document.indicators.iter().enumerate() {
        let section = indicator.section.as_deref();
        named.extend(section.map(|section| (format!("/indicators/{i}/section"), section, Kind::Section)));
    }
    for (i, register) in document.registers.iter().enumerate() {
        named.push((format!("/registers/{i}/section"), &register.section, Kind::Section));
    }
    for (place, forms) in [("/forms", &document.forms), ("/drafts", &document.drafts)] {
        for (i, form) in forms.iter().enumerate() {
            named.push((format!("{place}/{i}/section"), &form.section, Kind::Section));
            let schools = form.schools.iter().enumerate();
            named
                .extend(schools.map(|(j, school)| (format!("{place}/{i}/schools/{j}"), school.as_str(), Kind::School)));
        }
    }
    named
}

/// What may not change of an indicator whose values have been reported.
fn redefined(past: &Indicator, before: &CatalogueDocument, after: &CatalogueDocument) -> Vec<Violation> {
    let Some(i) = position(&after.indicators, &past.code) else {
        return vec![gone("/indicators", past)];
    };
    let Some(now) = after.indicators.get(i) else { return Vec::new() };
    let place = format!("/indicators/{i}");
    let mut violations = Vec::new();
    let mut forbid = |field: &str, is_same: bool| {
        if !is_same {
            violations.push(fixed(format!("{place}/{field}"), &past.code));
        }
    };
    forbid("value_type", past.value_type == now.value_type);
    forbid("dimensions", past.dimensions == now.dimensions);
    forbid("formula", now.formula.is_none());
    forbid("counted", now.counted.is_none());
    forbid("booked", now.booked.is_none());
    violations.extend(lost_options(&place, &past.code, &past.options, &now.options));
    for code in &past.dimensions {
        let find = |document: &CatalogueDocument| position(&document.dimensions, code);
        if let (Some(was), Some(is)) = (find(before), find(after))
            && let (Some(was), Some(dimension)) = (before.dimensions.get(was), after.dimensions.get(is))
        {
            let place = format!("/dimensions/{is}");
            violations.extend(lost_options(&place, &past.code, &was.options, &dimension.options));
        }
    }
    violations
}

/// Options may be added; one that is gone would leave reported values without a meaning.
fn lost_options(place: &str, indicator: &str, before: &[Choice], after: &[Choice]) -> Option<Violation> {
    let kept = |option: &Choice| after.iter().any(|each| each.code == option.code);
    let lost = before.iter().find(|option| !kept(option))?;
    let option = &lost.code;
    let message = say!(
        "指标“{indicator}”已有填报数据，不能删除选项“{option}”",
        "Values of the indicator “{indicator}” have been reported, so the option “{option}” must stay"
    );
    Some(Violation::new(format!("{place}/options"), ViolationCode::StateForbids, message))
}

/// What may not change of a form that schools have begun to fill in.
fn reshaped(past: &Form, after: &CatalogueDocument) -> Vec<Violation> {
    let Some(i) = position(&after.forms, &past.code) else {
        return vec![gone("/forms", past)];
    };
    let same_period = after.forms.get(i).is_none_or(|now| now.period_type == past.period_type);
    if same_period { Vec::new() } else { vec![fixed(format!("/forms/{i}/period_type"), &past.code)] }
}

fn gone(place: &str, past: &impl Coded) -> Violation {
    let code = past.code();
    state_forbids(place, say!("“{code}”已有填报数据，不能删除", "Schools have reported “{code}”, so it must stay"))
}

fn fixed(place: String, code: &str) -> Violation {
    state_forbids(
        place,
        say!("“{code}”已有填报数据，此项不能改变", "Schools have reported “{code}”, so this cannot change any more"),
    )
}

fn state_forbids(place: impl Into<String>, message: Message) -> Violation {
    Violation::new(place, ViolationCode::StateForbids, message)
}
