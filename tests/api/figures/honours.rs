//! Honours in the naive model: which count, and what is made of them.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::Value;

use super::county::Honour;
use super::model::Model;
use super::terms::{Counted, Definition, Measure, When, days};

/// Those that an indicator looks at in a period, wherever they stand.
pub fn that_count<'m>(model: &'m Model, definition: &Definition, counted: &Counted, period: &str) -> Vec<&'m Honour> {
    let (first, last) = days(period);
    let (first, last) = (first.to_string(), last.to_string());
    let mut found = Vec::new();
    for honour in model.honours.values() {
        let is_complete = definition.dimensions.iter().all(|dimension| honour.fields.contains_key(*dimension));
        if honour.withdrawn || !is_complete {
            continue;
        }
        if let Some((field, values)) = counted.only {
            let value = match &honour.fields.get(field) {
                Some(Value::Bool(value)) => value.to_string(),
                Some(Value::String(value)) => value.clone(),
                _ => continue,
            };
            if !values.contains(&value.as_str()) {
                continue;
            }
        }
        let is_one = |state: &str| counted.states.is_empty() || counted.states.contains(&state);
        let awarded_on = honour.fields.get("awarded_on").and_then(Value::as_str);
        let stood = honour.timeline.iter().rfind(|(_, since)| *since <= last.as_str());
        let counts = match counted.when {
            When::AtEnd { dated } => {
                stood.is_some_and(|(state, _)| is_one(state))
                    && (!dated || awarded_on.is_some_and(|day| day <= last.as_str()))
            }
            When::Awarded => {
                awarded_on.is_some_and(|day| first.as_str() <= day && day <= last.as_str())
                    && honour.timeline.last().is_some_and(|(state, _)| is_one(state))
            }
            When::Entered => honour
                .timeline
                .iter()
                .any(|(state, since)| is_one(state) && first.as_str() <= *since && *since <= last.as_str()),
        };
        if counts {
            found.push(honour);
        }
    }
    found
}

/// Whether it has what is measured.
pub fn has_measure(honour: &Honour, counted: &Counted) -> bool {
    match counted.measure {
        Measure::Records => true,
        Measure::Schools => honour.school.is_some(),
        Measure::Different(field) | Measure::Total(field) => honour.fields.contains_key(field),
    }
}

/// What is made of some.
pub fn measure(honours: &[&Honour], counted: &Counted) -> Decimal {
    match counted.measure {
        Measure::Records => honours.len().into(),
        Measure::Schools => honours.iter().filter_map(|honour| honour.school).collect::<BTreeSet<_>>().len().into(),
        Measure::Different(field) => {
            let values = honours.iter().filter_map(|honour| honour.fields.get(field)?.as_str());
            values.collect::<BTreeSet<_>>().len().into()
        }
        Measure::Total(field) => {
            let values = honours.iter().filter_map(|honour| honour.fields.get(field));
            values.map(|value| value.to_string().parse::<Decimal>().unwrap()).sum()
        }
    }
}
