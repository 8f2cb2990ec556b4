//! What is to be counted of registers, as the statements take it; and what comes of it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::expected::Expected;
use super::plan::{Counting, Detail, Plan};
use super::question::Question;
use crate::catalogue::Period;
use crate::catalogue::document::{Concerns, Counted, Measure, Moment, Scalar};

/// What is counted, and where schools stand.
#[derive(Debug, Serialize)]
pub(super) struct Counts<'a> {
    #[serde(rename = "counts")]
    asked: Vec<Count<'a>>,
    places: BTreeMap<&'a str, usize>,
    nowhere: Option<usize>,
}

/// An indicator that is counted, in one period.
#[derive(Debug, Serialize)]
struct Count<'a> {
    number: usize,
    register: &'a str,
    measure: Measure,
    field: Option<&'a str>,
    /// Whether it is the record's school of which different ones are counted, and no field.
    of_school: bool,
    states: &'a [String],
    /// Fields that have one certain value.
    contains: Map<String, Value>,
    /// Fields that have one of several.
    any_of: Option<Map<String, Value>>,
    /// Fields without which a record has no place among the options of a dimension.
    needs: Vec<&'a str>,
    at_end: bool,
    date: Option<&'a str>,
    first: String,
    last: String,
    /// The field of each dimension that is kept apart.
    dimensions: BTreeMap<&'a str, &'a str>,
}

/// What a count is of: an indicator, in the period asked for or in the earlier one. Its place in the list is the number
/// that the statements know it by.
pub(super) type Numbered<'a> = (&'a str, bool);

impl<'a> Counts<'a> {
    /// What a plan counts, for each period that it looks at: by the dimensions of the breakdown, or, of single records, by
    /// all that they have.
    pub(super) fn of(plan: &'a Plan<'_>, expected: &'a Expected, detail: Detail) -> Self {
        let numbered = plan.counts();
        let asked = numbered.iter().enumerate().filter_map(|(number, (code, earlier))| {
            let period = if *earlier { plan.earlier()? } else { plan.question.period };
            Some(count((number, detail), plan.counted.get(*code)?, plan.question, period))
        });
        let places =
            expected.schools.iter().zip(&expected.place_of).map(|(school, place)| (school.code.as_str(), *place));
        Self { asked: asked.collect(), places: places.collect(), nowhere: expected.nowhere }
    }

    /// The counts of several plans, those together for which schools stand in the same places: each with how many counts its
    /// plan has, and with its numbers after those of the ones before.
    pub(super) fn joined(all: Vec<(usize, Self)>) -> Vec<Self> {
        let mut joined: Vec<Self> = Vec::new();
        let mut numbers = 0;
        for (own, counts) in all {
            let moved = counts.asked.into_iter().map(|count| Count { number: count.number + numbers, ..count });
            let alike = joined.iter_mut().find(|each| (&each.places, each.nowhere) == (&counts.places, counts.nowhere));
            match alike {
                Some(each) => each.asked.extend(moved),
                None => joined.push(Self { asked: moved.collect(), places: counts.places, nowhere: counts.nowhere }),
            }
            numbers += own;
        }
        joined.retain(|each| !each.asked.is_empty());
        joined
    }

    /// The same in parts of which each takes the database a moment and not longer.
    pub(super) fn in_parts(self) -> impl Iterator<Item = Self> {
        // Of 100,000 records three seconds, of the five that a statement may take.
        const MOST: usize = 20;
        let Self { mut asked, places, nowhere } = self;
        std::iter::from_fn(move || {
            let part: Vec<Count<'_>> = asked.drain(..asked.len().min(MOST)).collect();
            (!part.is_empty()).then(|| Self { asked: part, places: places.clone(), nowhere })
        })
    }
}

fn count<'a>(
    (number, detail): (usize, Detail),
    counting: &Counting<'a>,
    question: &'a Question,
    period: Period,
) -> Count<'a> {
    let Counted { register, measure, field, states, conditions, when, date } = counting.counted;
    let field_of = |dimension: &str| counting.register.field_of_dimension(dimension).map(|field| field.code.as_str());
    let mut contains = Map::new();
    let mut any_of = Map::new();
    for (code, values) in conditions {
        match values.as_slice() {
            [value] => contains.insert(code.clone(), json!(value)),
            values => any_of.insert(code.clone(), json!(values)),
        };
    }
    let chosen = question.only.iter().filter_map(|(by, option)| Some((field_of(by.dimension()?)?, option)));
    let mut impossible = false;
    for (code, option) in chosen {
        let option = Scalar::Text(option.clone());
        impossible |= conditions.get(code).is_some_and(|values| !values.contains(&option));
        any_of.remove(code);
        contains.insert(code.to_owned(), json!(option));
    }
    if impossible {
        // A field is not two things at once, and no record has nothing as its value.
        any_of.insert(register.clone(), json!([]));
    }
    let own = &counting.indicator.definition.dimensions;
    let is_kept = |code: &str| detail == Detail::Cells || question.by.iter().any(|by| by.dimension() == Some(code));
    let kept = own.iter().filter(|code| is_kept(code));
    let has_schools = counting.register.definition.concerns != Concerns::Bureau;
    Count {
        number,
        register,
        measure: *measure,
        field: field.as_deref(),
        of_school: *measure == Measure::Distinct && field.as_deref() == Some("school") && has_schools,
        states,
        contains,
        any_of: (!any_of.is_empty()).then_some(any_of),
        needs: own.iter().filter_map(|code| field_of(code)).collect(),
        at_end: *when == Moment::AtEnd,
        date: date.as_deref(),
        first: period.start().to_string(),
        last: period.end().to_string(),
        dimensions: kept.filter_map(|code| Some((code.as_str(), field_of(code)?))).collect(),
    }
}

/// What was counted of an indicator in a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How many records count.
    pub records: usize,
    /// How many of them have what is measured.
    pub reported: usize,
    pub total: Decimal,
}
