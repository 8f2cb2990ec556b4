//! How what was reported becomes a number. Pure.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::ledger::Measure;
use super::plan::Subject;
use crate::catalogue::CompiledIndicator;
use crate::catalogue::document::Aggregation;
use crate::platform::decimal;
use crate::rules::{Expression, Facts, Reference, Value};

/// A number, with what was divided where something was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Number {
    pub value: Option<Decimal>,
    pub numerator: Option<Decimal>,
    pub denominator: Option<Decimal>,
}

impl Number {
    fn plain(value: Option<Decimal>) -> Self {
        Self { value, ..Self::default() }
    }

    fn quotient(numerator: Option<Decimal>, denominator: Option<Decimal>) -> Self {
        let value = numerator.zip(denominator).and_then(|(numerator, denominator)| numerator.checked_div(denominator));
        Self { value, numerator, denominator }
    }

    /// As it is answered: what was divided rounded, all without trailing zeros.
    fn answered(self, decimals: Option<u32>) -> Self {
        let Self { value, numerator, denominator } = self;
        let value = value.map(|value| match decimals {
            Some(decimals) => decimal::round(value, decimals),
            None => value.normalize(),
        });
        let [numerator, denominator] = [numerator, denominator].map(|part| part.map(|part| part.normalize()));
        Self { value, numerator, denominator }
    }
}

/// The number of a figure, out of what was reported of each of its parts.
pub(super) fn number<'m>(subject: &Subject<'_>, measure: impl Fn(&str) -> Option<&'m Measure>) -> Number {
    let of = |part: &CompiledIndicator| match measure(&part.definition.code) {
        // A book is the whole list as well, but what it says may need a policy that is missing.
        Some(measure) if part.definition.booked.is_some() => {
            Number::plain(Some(measure.counted.total).filter(|_| measure.counted.reported > 0))
        }
        // A register is the whole list: where there is no record, there is none.
        counted if !part.definition.is_collected() => {
            Number::plain(Some(counted.map(|measure| measure.counted.total).unwrap_or_default()))
        }
        Some(measure) if measure.cells > 0 => aggregate(part.definition.aggregation, measure),
        _ => Number::default(),
    };
    let indicator = subject.indicator;
    if let Some(formula) = &indicator.formula {
        let values = subject.parts.iter().filter_map(|part| Some((part.definition.code.as_str(), of(part).value?)));
        return evaluate(formula, &Values(values.collect())).answered(Some(indicator.decimals()));
    }
    let divides = matches!(indicator.definition.aggregation, Aggregation::Average | Aggregation::WeightedAverage);
    of(indicator).answered(divides.then(|| indicator.decimals()))
}

fn aggregate(aggregation: Aggregation, measure: &Measure) -> Number {
    match aggregation {
        Aggregation::Sum | Aggregation::CountTrue => Number::plain(Some(measure.total)),
        Aggregation::Average => Number::quotient(Some(measure.total), Some(measure.cells.into())),
        Aggregation::WeightedAverage => Number::quotient(Some(measure.weighted), Some(measure.weights)),
        Aggregation::Min => Number::plain(measure.least),
        Aggregation::Max => Number::plain(measure.most),
        Aggregation::Last => Number::plain(measure.latest.as_ref().map(|latest| latest.value)),
        // The only value is itself; several are nothing together.
        Aggregation::None => Number::plain(measure.least.filter(|_| measure.cells == 1)),
    }
}

/// The aggregated values of a formula's operands, unrounded; those that are missing are not there.
struct Values<'a>(HashMap<&'a str, Decimal>);

impl Facts for Values<'_> {
    fn cells<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = Value<'a>> {
        self.0.get(reference.code()).map(|value| Value::Number(*value)).into_iter()
    }
}

fn evaluate(formula: &Expression, values: &Values<'_>) -> Number {
    // Missing is not zero, whatever a formula makes of it.
    if values.0.is_empty() {
        return Number::default();
    }
    // What is undefined, as a division by zero, has no value.
    let number = |expression: &Expression| match expression.evaluate(values) {
        Ok(Some(Value::Number(number))) => Some(number),
        _ => None,
    };
    let (numerator, denominator) = formula.as_division().unzip();
    Number { value: number(formula), numerator: numerator.and_then(number), denominator: denominator.and_then(number) }
}
