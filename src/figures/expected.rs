//! Who was expected to report: which schools, for which forms and periods, and in which group each
//! of them is counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::plan::{Collected, Plan};
use super::question::{By, Question};
use crate::catalogue::{CompiledForm, Period};
use crate::organisations::Stage;

/// A school as it was known at the moment.
#[derive(Debug, Clone)]
pub(super) struct School {
    pub code: String,
    pub name: String,
    pub stage: Stage,
    pub township: Option<String>,
    pub opened_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// The organisation within which it was looked for.
    pub within: Option<String>,
}

/// Where is looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// In all of the bureau.
    Whole,
    /// Within some organisations, of which none stands below another.
    Within(Vec<String>),
}

impl Reach {
    /// The organisations within which is looked, where it is not in all.
    pub(super) fn codes(&self) -> Option<&[String]> {
        match self {
            Self::Whole => None,
            Self::Within(codes) => Some(codes),
        }
    }
}

impl School {
    /// Whether it was open on at least one day of a period.
    fn is_open_in(&self, period: Period) -> bool {
        self.opened_on.is_none_or(|opened_on| opened_on <= period.end())
            && self.closed_on.is_none_or(|closed_on| closed_on > period.start())
    }

    fn fills_in(&self, form: &CompiledForm) -> bool {
        form.definition.stages.contains(&self.stage) || form.definition.schools.contains(&self.code)
    }

    /// Where it stands in a breakdown; none where that is no property of schools.
    fn part(&self, by: &By) -> Option<String> {
        match by {
            By::School => Some(self.code.clone()),
            By::Stage => Some(self.stage.code().to_owned()),
            By::Township => self.township.clone(),
            By::Within => self.within.clone(),
            By::Project | By::Dimension(_) => None,
        }
    }

    fn lies_in(&self, (by, part): &(By, String)) -> bool {
        !by.is_of_schools() || self.part(by).unwrap_or_default() == *part
    }
}

/// One part of a breakdown: a value for each of its keys, in their order.
pub(super) type Group = Vec<Option<String>>;

/// The schools, and which reports are expected of them.
pub(super) struct Expected {
    /// In the order of their codes; elsewhere a school is its position here.
    pub schools: Vec<School>,
    /// The distinct groups in which schools stand, without the dimensions, which stand open.
    pub places: Vec<Group>,
    /// The place of each school.
    pub place_of: Vec<usize>,
    /// The place of what is of no school; none where only what is of schools is looked at.
    pub nowhere: Option<usize>,
    /// The place of what is of an organisation within which is looked, and of no school.
    pub organisations: BTreeMap<String, usize>,
    by_report: HashMap<(String, Period), BTreeSet<usize>>,
}

impl Expected {
    pub(super) fn of(plan: &Plan<'_>, schools: Vec<School>, reach: &Reach) -> Self {
        let Question { by, only, .. } = plan.question;
        let schools: Vec<School> =
            schools.into_iter().filter(|school| only.iter().all(|part| school.lies_in(part))).collect();
        let groups: Vec<Group> = schools.iter().map(|school| by.iter().map(|by| school.part(by)).collect()).collect();
        let mut distinct: BTreeSet<Group> = groups.iter().cloned().collect();
        let beyond = if plan.looks_beyond_schools() { Some(reach) } else { None };
        // What is of an organisation lies within that, and stands nowhere else.
        let group = |code: Option<&String>| -> Group {
            by.iter().map(|by| code.filter(|_| *by == By::Within).cloned()).collect()
        };
        let organisations: Vec<&String> = match beyond {
            Some(Reach::Within(codes)) if !plan.booked.is_empty() => codes.iter().collect(),
            _ => Vec::new(),
        };
        distinct.extend(organisations.iter().map(|code| group(Some(code))));
        let looks_nowhere = matches!(beyond, Some(Reach::Whole));
        if looks_nowhere {
            distinct.insert(group(None));
        }
        let mut places: Vec<Group> = distinct.into_iter().collect();
        if !by.iter().any(By::is_of_schools) {
            // The whole is a figure even where there is no school.
            places = vec![vec![None; by.len()]];
        }
        let place_of = groups.iter().map(|group| places.binary_search(group).unwrap_or_default()).collect();
        let place = |group: &Group| places.binary_search(group).unwrap_or_default();
        let nowhere = looks_nowhere.then(|| place(&group(None)));
        let organisations = organisations.into_iter().map(|code| (code.clone(), place(&group(Some(code))))).collect();
        let mut by_report = HashMap::new();
        for form in plan.collected.values().flat_map(|collected| &collected.forms) {
            for (_, span) in plan.spans_of(form) {
                by_report
                    .entry((form.definition.code.clone(), span.period))
                    .or_insert_with(|| expected(&schools, form, span.period));
            }
        }
        Self { schools, places, place_of, nowhere, organisations, by_report }
    }

    /// The place of a group; none where nothing stands in it.
    pub(super) fn place(&self, by: &[By], group: &Group) -> Option<usize> {
        let part = |(by, part): (&By, &Option<String>)| part.clone().filter(|_| by.is_of_schools());
        let place: Group = by.iter().zip(group).map(part).collect();
        self.places.binary_search(&place).ok()
    }

    /// Whether any school of a place is open in a period.
    pub(super) fn is_open(&self, place: usize, period: Period) -> bool {
        let mut schools = self.schools.iter().zip(&self.place_of);
        schools.any(|(school, own)| *own == place && school.is_open_in(period))
    }

    /// The schools of which a report is expected.
    pub(super) fn schools_for(&self, form: &CompiledForm, period: Period) -> &BTreeSet<usize> {
        static NONE: BTreeSet<usize> = BTreeSet::new();
        self.by_report.get(&(form.definition.code.clone(), period)).unwrap_or(&NONE)
    }

    /// The reports of an indicator that are expected: position of the span, school.
    pub(super) fn reports(&self, plan: &Plan<'_>, collected: &Collected<'_>) -> Vec<(usize, usize)> {
        let mut reports = Vec::new();
        for form in &collected.forms {
            for (i, span) in plan.spans_of(form) {
                reports.extend(self.schools_for(form, span.period).iter().map(|school| (i, *school)));
            }
        }
        reports
    }
}

fn expected(schools: &[School], form: &CompiledForm, period: Period) -> BTreeSet<usize> {
    let is_expected = |school: &School| school.fills_in(form) && school.is_open_in(period);
    schools.iter().enumerate().filter(|(_, school)| is_expected(school)).map(|(i, _)| i).collect()
}
