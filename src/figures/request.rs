//! What is to be read of the database, as its statements take it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::expected::Expected;
use super::plan::{Collected, Detail, Plan};
use super::question::Question;

/// The reports that are to be read, and the schools expected to have made them.
#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    reports: Vec<Report<'a>>,
    expected: Vec<Places<'a>>,
}

/// The reports of an indicator on a form for a period.
#[derive(Debug, Serialize)]
struct Report<'a> {
    indicator: &'a str,
    form: &'a str,
    period: String,
    /// Position of the period among the plan's spans.
    span: usize,
    /// The options that are looked at, by dimension.
    chosen: BTreeMap<&'a str, &'a str>,
    /// The dimensions over which is added up.
    dropped: Vec<&'a str>,
    /// Position of the schools that are looked at.
    expected: usize,
}

/// A number for each expected school; those with the same are added up.
#[derive(Debug, Serialize)]
struct Places<'a> {
    expected: usize,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Request<'a> {
    /// Whether there is nothing to be read.
    pub(super) fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// All that a plan reads, added up as far as its figures allow.
    pub(super) fn tallies(plan: &'a Plan<'_>, expected: &'a Expected) -> Self {
        Self::of(plan, expected, plan.collected.values().map(|collected| (collected, collected.detail)))
    }

    /// The cells of which the figures of a plan are made, each by itself.
    pub(super) fn cells(plan: &'a Plan<'_>, expected: &'a Expected) -> Self {
        let parts: BTreeSet<&str> = plan.part_codes().collect();
        let collected = plan.collected.iter().filter(|(code, _)| parts.contains(*code));
        Self::of(plan, expected, collected.map(|(_, collected)| (collected, Detail::Cells)))
    }

    /// Several requests as one: each with how many spans its plan has, and with its spans after those of the ones before.
    pub(super) fn joined(requests: Vec<(usize, Self)>) -> Self {
        let mut all = Self { reports: Vec::new(), expected: Vec::new() };
        let mut spans = 0;
        for (own_spans, request) in requests {
            let sets = all.expected.len();
            let moved =
                |report: Report<'a>| Report { span: report.span + spans, expected: report.expected + sets, ..report };
            all.reports.extend(request.reports.into_iter().map(moved));
            all.expected
                .extend(request.expected.into_iter().map(|set| Places { expected: set.expected + sets, ..set }));
            spans += own_spans;
        }
        all
    }

    fn of<'c: 'a>(
        plan: &'a Plan<'_>,
        expected: &'a Expected,
        collected: impl Iterator<Item = (&'a Collected<'c>, Detail)>,
    ) -> Self {
        let mut sets: Vec<(&BTreeSet<usize>, bool)> = Vec::new();
        let mut reports = Vec::new();
        for (collected, detail) in collected {
            for form in &collected.forms {
                for (span, asked) in plan.spans_of(form) {
                    let set = (expected.schools_for(form, asked.period), detail > Detail::Groups);
                    let known = sets.iter().position(|other| *other == set);
                    reports.push(Report {
                        indicator: &collected.indicator.definition.code,
                        form: &form.definition.code,
                        period: asked.period.to_string(),
                        span,
                        chosen: chosen(plan.question, collected),
                        dropped: if detail == Detail::Cells { Vec::new() } else { dropped(plan.question, collected) },
                        expected: known.unwrap_or(sets.len()),
                    });
                    if known.is_none() {
                        sets.push(set);
                    }
                }
            }
        }
        let places =
            |(i, set): (usize, &(&BTreeSet<usize>, bool))| Places { expected: i, places: places(expected, *set) };
        Self { reports, expected: sets.iter().enumerate().map(places).collect() }
    }
}

/// Each school's own position, or that of its place.
fn places<'a>(expected: &'a Expected, (schools, apart): (&BTreeSet<usize>, bool)) -> BTreeMap<&'a str, usize> {
    let numbers = expected.schools.iter().zip(&expected.place_of).enumerate();
    numbers
        .filter(|(i, _)| schools.contains(i))
        .map(|(i, (school, place))| (school.code.as_str(), if apart { i } else { *place }))
        .collect()
}

fn chosen<'a>(question: &'a Question, collected: &Collected<'_>) -> BTreeMap<&'a str, &'a str> {
    let chosen = question.only.iter().filter_map(|(by, option)| Some((by.dimension()?, option.as_str())));
    chosen.filter(|(code, _)| collected.indicator.has_dimension(code)).collect()
}

fn dropped<'a>(question: &Question, collected: &Collected<'a>) -> Vec<&'a str> {
    let is_kept = |code: &str| question.by.iter().any(|by| by.dimension() == Some(code));
    let codes = collected.indicator.definition.dimensions.iter().map(String::as_str);
    codes.filter(|code| !is_kept(code)).collect()
}
