//! What is counted from registers: how the statements are asked, and what they found.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};

use super::expected::{Expected, Group};
use super::plan::{Plan, Tracked};
use super::queries::CountRow;
use super::question::Question;
use crate::catalogue::Period;
use crate::catalogue::document::{Concerns, Counted, Measure, Moment, Scalar};
use crate::platform::error::{AppError, Result};

/// The records that are to be read, as the statements take it.
#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    parts: Vec<Part<'a>>,
    /// A number for each school; the bureau's own records are of the school ''.
    places: BTreeMap<&'a str, usize>,
}

/// An indicator in a period.
#[derive(Debug, Serialize)]
struct Part<'a> {
    indicator: &'a str,
    earlier: bool,
    register: &'a str,
    looks: Looks,
    states: &'a [String],
    /// The first day that counts, where one does.
    since: Option<String>,
    /// The last day that counts.
    until: String,
    date: Option<&'a str>,
    /// Fields with the only value that they may have.
    equal: Map<String, Value>,
    /// Fields with several.
    among: Vec<Among<'a>>,
    /// Fields without which nothing counts.
    needed: Vec<&'a str>,
    summed: Option<&'a str>,
    compared: Option<&'a str>,
    of_school: bool,
    /// The fields by which is broken down, at the positions of the keys.
    by_1: Option<&'a str>,
    by_2: Option<&'a str>,
    by_3: Option<&'a str>,
    dimensions: BTreeMap<&'a str, &'a str>,
}

/// Which state of a record is looked at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Looks {
    /// The last that is known.
    AsKnown,
    /// That in which it was on the last day.
    AtEnd,
    /// One that it entered in the period.
    Entered,
}

#[derive(Debug, Serialize)]
struct Among<'a> {
    field: &'a str,
    values: &'a [Scalar],
}

impl<'a> Request<'a> {
    /// All that is counted for a plan, by the places of its figures.
    pub(super) fn counts(plan: &'a Plan<'_>, expected: &'a Expected) -> Self {
        let asked = [(Some(plan.question.period), false), (plan.earlier(), true)];
        let asked = asked.into_iter().filter_map(|(period, earlier)| Some((period?, earlier)));
        let parts = asked.flat_map(|(period, earlier)| {
            plan.counted.iter().map(move |tracked| part(plan.question, tracked, period, earlier))
        });
        Self { parts: parts.collect(), places: places(expected, |_, place| place) }
    }

    /// The records of which the figures of a plan are made, by schools.
    pub(super) fn records(plan: &'a Plan<'_>, expected: &'a Expected) -> Self {
        let parts = plan.counted.iter().map(|tracked| part(plan.question, tracked, plan.question.period, false));
        Self { parts: parts.collect(), places: places(expected, |school, _| school) }
    }
}

/// Numbers of the schools and, after them, of the bureau, each out of its position and its place.
fn places(expected: &Expected, number: impl Fn(usize, usize) -> usize) -> BTreeMap<&str, usize> {
    let schools = expected.schools.iter().zip(&expected.place_of).enumerate();
    let mut places: BTreeMap<&str, usize> =
        schools.map(|(i, (school, place))| (school.code.as_str(), number(i, *place))).collect();
    places.extend(expected.bureau.map(|place| ("", number(expected.schools.len(), place))));
    places
}

fn part<'a>(question: &'a Question, tracked: &Tracked<'a>, period: Period, earlier: bool) -> Part<'a> {
    let Tracked { indicator, counted, register } = *tracked;
    let Counted { register: register_code, measure, field, states, conditions, when, date } = counted;
    let field_of = |dimension: &str| register.field_of_dimension(dimension).map(|field| field.code.as_str());
    let dimensions: BTreeMap<&str, &str> = indicator
        .definition
        .dimensions
        .iter()
        .filter_map(|dimension| Some((dimension.as_str(), field_of(dimension)?)))
        .collect();
    let mut equal = Map::new();
    let mut among = Vec::new();
    for (field, values) in conditions {
        match values.as_slice() {
            [value] => {
                equal.insert(field.clone(), scalar(value));
            }
            values => among.push(Among { field, values }),
        }
    }
    let chosen = question.only.iter().filter_map(|(by, option)| Some((by.dimension()?, option)));
    for (dimension, option) in chosen {
        let Some(field) = field_of(dimension) else { continue };
        match equal.get(field) {
            // What must be one thing and another at once is nothing.
            Some(other) if other.as_str() != Some(option) => {
                among.push(Among { field, values: &[] });
            }
            _ => {
                equal.insert(field.to_owned(), Value::String(option.clone()));
            }
        }
    }
    let by = |i: usize| question.by.get(i).and_then(|by| field_of(by.dimension()?));
    let of_school = *measure == Measure::Distinct
        && field.as_deref() == Some("school")
        && register.definition.concerns != Concerns::Bureau;
    let measured = |wanted: Measure| field.as_deref().filter(|_| *measure == wanted && !of_school);
    Part {
        indicator: &indicator.definition.code,
        earlier,
        register: register_code,
        looks: match (when, date) {
            (Moment::AtEnd, _) => Looks::AtEnd,
            (Moment::InPeriod, Some(_)) => Looks::AsKnown,
            (Moment::InPeriod, None) => Looks::Entered,
        },
        states,
        since: (*when == Moment::InPeriod).then(|| period.start().to_string()),
        until: period.end().to_string(),
        date: date.as_deref(),
        equal,
        among,
        needed: dimensions.values().copied().collect(),
        summed: measured(Measure::Sum),
        compared: measured(Measure::Distinct),
        of_school,
        by_1: by(0),
        by_2: by(1),
        by_3: by(2),
        dimensions,
    }
}

fn scalar(value: &Scalar) -> Value {
    match value {
        Scalar::Boolean(boolean) => Value::Bool(*boolean),
        Scalar::Text(text) => Value::String(text.clone()),
    }
}

/// What was counted, by the groups of a plan.
#[derive(Default)]
pub(super) struct Counts {
    counts: HashMap<(String, bool, Group), Count>,
    places: HashSet<(String, usize)>,
}

/// What was counted for an indicator in one group.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    /// How many records count.
    pub records: usize,
    /// How many of them have what is measured.
    pub reported: usize,
    pub value: Decimal,
}

impl Counts {
    pub(super) fn of(plan: &Plan<'_>, expected: &Expected, rows: Vec<CountRow>) -> Result<Self> {
        let mut counts = Self::default();
        for row in rows {
            let place = usize::try_from(row.place).map_err(AppError::internal)?;
            let group = expected.places.get(place).into_iter().flatten();
            let options = [row.by_1, row.by_2, row.by_3];
            let group: Group = group.zip(options).map(|(part, option)| part.clone().or(option)).collect();
            debug_assert_eq!(group.len(), plan.question.by.len(), "a key for each part of the breakdown");
            let count = Count {
                records: usize::try_from(row.records).map_err(AppError::internal)?,
                reported: usize::try_from(row.reported).map_err(AppError::internal)?,
                value: row.value,
            };
            counts.places.insert((row.indicator.clone(), place));
            counts.counts.insert((row.indicator, row.earlier, group), count);
        }
        Ok(counts)
    }

    /// What was counted in a group: a register is a closed list, so nothing is 0.
    pub(super) fn count(&self, indicator: &str, earlier: bool, group: &Group) -> Count {
        self.counts.get(&(indicator.to_owned(), earlier, group.clone())).copied().unwrap_or_default()
    }

    /// Whether any record counts at a place.
    pub(super) fn concern(&self, indicator: &str, place: usize) -> bool {
        self.places.contains(&(indicator.to_owned(), place))
    }
}
