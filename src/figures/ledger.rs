//! The tallies of a plan, sorted into the groups of its figures. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::Value;

use super::books::PROJECT;
use super::expected::{Expected, Group};
use super::plan::{Collected, Detail, Plan};
use super::queries::{CountRow, Tally};
use super::question::By;
use super::records::{self, Numbered};
use crate::catalogue::Period;
use crate::platform::error::{AppError, Result};

/// Dimension → option.
pub(super) type Options = BTreeMap<String, String>;

/// What was reported of an indicator, by the groups of a plan.
#[derive(Default)]
pub(super) struct Ledger {
    /// Where there are records of an indicator that is counted.
    recorded: HashSet<(String, usize)>,
    measures: HashMap<(String, bool, Group), Measure>,
    /// The values of indicators that weigh others, by indicator, span, school and options.
    weights: HashMap<(String, usize, usize, Options), Decimal>,
}

/// What was reported of an indicator in one group.
#[derive(Debug, Clone, Default)]
pub(super) struct Measure {
    /// How many reports have at least one value.
    pub reports: usize,
    /// Which these are (span, school), where reports are told apart.
    pub reporters: BTreeSet<(usize, usize)>,
    /// How many values there are.
    pub cells: usize,
    pub total: Decimal,
    pub least: Option<Decimal>,
    pub most: Option<Decimal>,
    /// Σ(value × weight) and Σ weight over the values that have a weight.
    pub weighted: Decimal,
    pub weights: Decimal,
    pub latest: Option<Latest>,
    /// What was counted of a register, or read from a book.
    pub counted: records::Tally,
}

/// The value that counts where the latest does: of the latest period, and within it of the report
/// that began to stand last; where two did at once, of the higher school code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Latest {
    ends: NaiveDate,
    since: DateTime<Utc>,
    school: usize,
    options: Options,
    pub value: Decimal,
}

impl Latest {
    /// Whether it is the value of a certain cell.
    pub(super) fn is_of(&self, period: Period, school: usize, options: &Options) -> bool {
        self.ends == period.end() && self.school == school && self.options == *options
    }
}

/// A tally, with what its numbers stand for.
struct Entry {
    tally: Tally,
    span: usize,
    /// Where schools are told apart.
    school: Option<usize>,
    place: usize,
    options: Options,
}

impl Ledger {
    pub(super) fn of(plan: &Plan<'_>, expected: &Expected, tallies: Vec<Tally>) -> Result<Self> {
        let mut ledger = Self::default();
        let entries = tallies.into_iter().map(|tally| Entry::of(plan, expected, tally)).collect::<Result<Vec<_>>>()?;
        for Entry { tally, span, school, options, .. } in &entries {
            if let (Some(school), Some(total)) = (school, tally.total) {
                let key = (tally.indicator.clone(), *span, *school, options.clone());
                ledger.weights.insert(key, total);
            }
        }
        for entry in entries {
            ledger.add(plan, expected, entry);
        }
        Ok(ledger)
    }

    /// Adds what was counted of registers, or read from books.
    pub(super) fn count(
        &mut self,
        (plan, expected): (&Plan<'_>, &Expected),
        numbered: &[Numbered<'_>],
        rows: Vec<CountRow>,
    ) -> Result<()> {
        for row in rows {
            let number = usize::try_from(row.number).map_err(AppError::internal)?;
            let place = usize::try_from(row.place).map_err(AppError::internal)?;
            let Some((indicator, earlier)) = numbered.get(number) else { continue };
            let group = group(plan, expected, place, &options(&row.dimensions)?);
            self.recorded.insert(((*indicator).to_owned(), place));
            let measure = self.measures.entry(((*indicator).to_owned(), *earlier, group)).or_default();
            measure.counted = records::Tally {
                records: usize::try_from(row.records).map_err(AppError::internal)?,
                reported: usize::try_from(row.reported).map_err(AppError::internal)?,
                total: row.total,
            };
        }
        Ok(())
    }

    /// Whether there are records of an indicator in a place.
    pub(super) fn has_records(&self, indicator: &str, place: usize) -> bool {
        self.recorded.contains(&(indicator.to_owned(), place))
    }

    /// The groups in which anything is known of an indicator.
    pub(super) fn groups_of(&self, indicator: &str) -> impl Iterator<Item = &Group> {
        self.measures.keys().filter(move |(code, ..)| code == indicator).map(|(_, _, group)| group)
    }

    /// What was reported of an indicator in a group; none where nothing was.
    pub(super) fn measure(&self, indicator: &str, earlier: bool, group: &Group) -> Option<&Measure> {
        self.measures.get(&(indicator.to_owned(), earlier, group.clone()))
    }

    /// What weighs a value; none where the school did not report it.
    pub(super) fn weight(
        &self,
        collected: &BTreeMap<&str, Collected<'_>>,
        (indicator, span, school, options): (&str, usize, usize, &Options),
    ) -> Option<Decimal> {
        let weight = collected.get(indicator)?.indicator.definition.weight.as_ref()?;
        let by_cell = !collected.get(weight.as_str())?.indicator.dimensions.is_empty();
        let options = if by_cell { options.clone() } else { Options::new() };
        self.weights.get(&(weight.clone(), span, school, options)).copied()
    }

    fn add(&mut self, plan: &Plan<'_>, expected: &Expected, entry: Entry) {
        let Entry { tally, span, school, place, options } = entry;
        let Some(asked) = plan.spans.get(span) else { return };
        let group = group(plan, expected, place, &options);
        let weight = school.and_then(|school| self.weight(&plan.collected, (&tally.indicator, span, school, &options)));
        let measure = self.measures.entry((tally.indicator.clone(), asked.earlier, group)).or_default();
        measure.cells += usize::try_from(tally.cells).unwrap_or_default();
        if let Some(school) = school {
            measure.reporters.insert((span, school));
            measure.reports = measure.reporters.len();
        } else {
            measure.reports += usize::try_from(tally.reports).unwrap_or_default();
        }
        let Some(total) = tally.total else { return };
        measure.total = measure.total.saturating_add(total);
        measure.least = [measure.least, tally.least].into_iter().flatten().min();
        measure.most = measure.most.max(tally.most);
        if let Some(weight) = weight {
            measure.weighted = measure.weighted.saturating_add(total.saturating_mul(weight));
            measure.weights = measure.weights.saturating_add(weight);
        }
        let latest =
            school.map(|school| Latest { ends: asked.period.end(), since: tally.since, school, options, value: total });
        measure.latest = measure.latest.take().max(latest);
    }
}

impl Entry {
    fn of(plan: &Plan<'_>, expected: &Expected, tally: Tally) -> Result<Self> {
        let number = usize::try_from(tally.place).map_err(AppError::internal)?;
        let apart =
            plan.collected.get(tally.indicator.as_str()).is_some_and(|collected| collected.detail > Detail::Groups);
        let school = apart.then_some(number);
        let place = school.map_or(Some(number), |school| expected.place_of.get(school).copied());
        Ok(Self {
            span: usize::try_from(tally.span).map_err(AppError::internal)?,
            school,
            place: place.unwrap_or_default(),
            options: options(&tally.dimensions)?,
            tally,
        })
    }
}

/// The options of a cell, as they stand in the database.
pub(super) fn options(dimensions: &Value) -> Result<Options> {
    serde::Deserialize::deserialize(dimensions).map_err(|error: serde_json::Error| AppError::internal(error))
}

fn group(plan: &Plan<'_>, expected: &Expected, place: usize, options: &Options) -> Group {
    let place = expected.places.get(place).into_iter().flatten();
    let option = |by: &By| match by {
        By::Project => options.get(PROJECT).cloned(),
        By::School | By::Stage | By::Township | By::Within | By::Dimension(_) => options.get(by.dimension()?).cloned(),
    };
    let keys = plan.question.by.iter().map(option);
    place.zip(keys).map(|(part, option)| part.clone().or(option)).collect()
}
