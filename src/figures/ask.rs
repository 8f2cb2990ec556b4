//! The one question.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};

use super::answer::{Answer, Comparison, Coverage, Figure};
use super::expected::{Expected, Group, Reach};
use super::ledger::{Ledger, Measure};
use super::measures;
use super::plan::{self, Plan, Subject};
use super::queries;
use super::question::{Basis, By, Question};
use super::together;
use crate::catalogue::document::Book;
use crate::catalogue::{Catalogue, Catalogues, CompiledIndicator};
use crate::organisations::{self, Kind, Stage};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::history::{Strand, settled_time};
use crate::say;

/// The most figures in one answer.
pub const MAX_ITEMS: usize = 20_000;

/// Answers a question within a scope; see [the module](super) for what is answered.
///
/// # Errors
/// A violation for each thing asked that is not there; not found where the scope does not cover the
/// organisation asked for.
pub async fn ask(tx: &mut Tx, catalogues: &Catalogues, scope: &Scope, question: &Question) -> Result<Answer> {
    let codes = question.indicators.iter().map(String::as_str);
    let (moment, catalogue) = settle(tx, catalogues, scope, codes, (question.basis, question.as_of)).await?;
    let reading = Reading::of(tx, scope, &catalogue, question, moment).await?;
    Ok(Answer { as_of: moment, basis: question.basis, items: reading.figures()? })
}

/// The moment as of which some indicators are read, and the catalogue of then: never one at which something may still be
/// recorded, so that asking again as of it finds the same.
pub(super) async fn settle(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    mut indicators: impl Iterator<Item = &str>,
    (basis, as_of): (Basis, Option<DateTime<Utc>>),
) -> Result<(DateTime<Utc>, Arc<Catalogue>)> {
    // The database keeps microseconds.
    let as_of = as_of.map(|as_of| as_of.trunc_subsecs(6));
    let mut settled = settled_time(tx, scope, Strand::Decisions).await?;
    // From now on it stays the newest until this transaction ends.
    let catalogue = catalogues.as_of(tx, scope, as_of.map_or(settled, |as_of| as_of.min(settled))).await?;
    // Payments are recorded side by side, as submissions are.
    if basis == Basis::Submitted || indicators.any(|code| reads_ledger(&catalogue, code)) {
        settled = settled_time(tx, scope, Strand::Submissions).await?;
    }
    match as_of {
        None => Ok((settled, catalogue)),
        Some(as_of) if as_of <= settled => Ok((as_of, catalogue)),
        Some(_) => Err(AppError::violation(
            "?as_of",
            ViolationCode::OutOfRange,
            say!("as_of 不得晚于现在", "as_of must not be in the future"),
        )),
    }
}

fn reads_ledger(catalogue: &Catalogue, code: &str) -> bool {
    let parts = catalogue.indicator(code).map(|indicator| plan::parts(catalogue, indicator));
    let books = parts.into_iter().flatten().filter_map(|part| part.definition.booked.as_ref());
    books.into_iter().any(|booked| booked.book == Book::Ledger)
}

/// What was read to answer a question.
pub(super) struct Reading<'a> {
    pub plan: Plan<'a>,
    pub expected: Expected,
    pub ledger: Ledger,
}

impl<'a> Reading<'a> {
    pub(super) async fn of(
        tx: &mut Tx,
        scope: &Scope,
        catalogue: &'a Catalogue,
        question: &'a Question,
        moment: DateTime<Utc>,
    ) -> Result<Self> {
        let plan = Plan::of(catalogue, question)?;
        let reach = match &question.within {
            Some(code) => reach(tx, scope, code, moment).await?,
            None => Reach::Whole,
        };
        Self::within(tx, scope, plan, &reach, moment).await
    }

    /// Reads what a plan needs, as far as it reaches.
    pub(super) async fn within(
        tx: &mut Tx,
        scope: &Scope,
        plan: Plan<'a>,
        reach: &Reach,
        moment: DateTime<Utc>,
    ) -> Result<Self> {
        let schools = queries::schools(tx, scope, moment, reach.codes()).await?;
        let expected = Expected::of(&plan, schools, reach);
        let mut read = together::read(tx, scope, vec![(plan, expected)], moment).await?;
        read.pop().ok_or_else(|| AppError::internal("a plan was not read"))
    }

    /// The figures, by indicator in the order asked, and within it by group.
    pub(super) fn figures(&self) -> Result<Vec<Figure>> {
        let options = self.option_groups();
        let too_many = || {
            AppError::violation(
                "?by",
                ViolationCode::OutOfRange,
                say!("分组过多，至多 {MAX_ITEMS} 个数", "Too many groups; an answer has at most {MAX_ITEMS} figures"),
            )
        };
        if self.expected.places.len() * options.len() * self.plan.subjects.len() > MAX_ITEMS {
            return Err(too_many());
        }
        let figures: Vec<Figure> =
            self.plan.subjects.iter().flat_map(|subject| self.figures_of(subject, &options)).collect();
        // How many projects there are is only known now.
        if figures.len() > MAX_ITEMS { Err(too_many()) } else { Ok(figures) }
    }

    /// The figure of the whole, where there is no breakdown.
    pub(super) fn whole(&self, subject: &Subject<'_>) -> Figure {
        self.figure(subject, &Due::of(self, subject), Some(0), &Group::new())
    }

    fn figures_of(&self, subject: &Subject<'_>, options: &[Group]) -> Vec<Figure> {
        let due = Due::of(self, subject);
        if self.plan.question.by.contains(&By::Project) {
            return self.figures_by_project(subject, &due);
        }
        let is_whole = !self.plan.question.by.iter().any(By::is_of_schools);
        let mut groups: Vec<(usize, Group)> = Vec::new();
        for (place, group) in
            self.expected.places.iter().enumerate().filter(|(place, _)| is_whole || self.shows(subject, &due, *place))
        {
            groups.extend(options.iter().map(|options| (place, merged(group, options))));
        }
        groups.sort_by_cached_key(|(_, group)| self.rank(group));
        groups.iter().map(|(place, group)| self.figure(subject, &due, Some(*place), group)).collect()
    }

    /// Of projects those are shown of which there is anything.
    fn figures_by_project(&self, subject: &Subject<'_>, due: &Due) -> Vec<Figure> {
        let codes = subject.parts.iter().map(|part| part.definition.code.as_str());
        let groups: BTreeSet<&Group> = codes.flat_map(|code| self.ledger.groups_of(code)).collect();
        let mut groups: Vec<&Group> = groups.into_iter().collect();
        groups.sort_by_cached_key(|group| self.rank(group));
        // No report is of a project.
        groups.into_iter().map(|group| self.figure(subject, due, None, group)).collect()
    }

    /// Whether a place is a group of a breakdown: a report is expected there, or, of what is counted, a school is open or
    /// there are records.
    fn shows(&self, subject: &Subject<'_>, due: &Due, place: usize) -> bool {
        let mut counted =
            subject.parts.iter().map(|part| part.definition.code.as_str()).filter(|code| self.plan.is_listed(code));
        let mut periods = [Some(self.plan.question.period), self.plan.earlier()].into_iter().flatten();
        due.concerns(place)
            || counted.clone().next().is_some() && periods.any(|period| self.expected.is_open(place, period))
            || counted.any(|code| self.ledger.has_records(code, place))
    }

    /// The figure of a group, and of the place in which it is; none where no school is.
    pub(super) fn figure(&self, subject: &Subject<'_>, due: &Due, place: Option<usize>, group: &Group) -> Figure {
        let definition = &subject.indicator.definition;
        let number = |earlier| measures::number(subject, |part| self.ledger.measure(part, earlier, group));
        let now = number(false);
        let previous = self.plan.earlier().map(|period| Comparison::of(period, number(true).value, now.value));
        let by = &self.plan.question.by;
        Figure {
            indicator: definition.code.clone(),
            period: self.plan.question.period,
            group: by.iter().map(ToString::to_string).zip(group.iter().cloned()).collect(),
            value: now.value,
            unit: definition.unit.clone(),
            numerator: now.numerator,
            denominator: now.denominator,
            previous,
            coverage: self.coverage(subject, due, place, group),
        }
    }

    /// Expected are the reports that any part of the figure rests on; reported are those of them
    /// that have every part that is expected of them. Of what is counted: the records, and those that
    /// have what is measured.
    fn coverage(&self, subject: &Subject<'_>, due: &Due, place: Option<usize>, group: &Group) -> Coverage {
        let reports = place.and_then(|place| due.now.get(&place));
        let measure = |part: &CompiledIndicator| self.ledger.measure(&part.definition.code, false, group);
        let measures: Vec<Option<&Measure>> = subject.parts.iter().map(|part| measure(part)).collect();
        let reported = if let [measure] = measures.as_slice() {
            measure.map_or(0, |measure| measure.reports)
        } else {
            let has = |part: usize, report: (usize, usize)| {
                measures.get(part).copied().flatten().is_some_and(|measure| measure.reporters.contains(&report))
            };
            let reports = reports.into_iter().flatten();
            reports.filter(|(report, parts)| parts.iter().all(|part| has(*part, **report))).count()
        };
        let counted = || measures.iter().flatten().map(|measure| measure.counted);
        let (records, complete) = (counted().map(|each| each.records), counted().map(|each| each.reported));
        Coverage {
            expected: reports.map_or(0, BTreeMap::len) + records.sum::<usize>(),
            reported: reported + complete.sum::<usize>(),
        }
    }

    /// The options of the dimensions by which is broken down, each with each.
    fn option_groups(&self) -> Vec<Group> {
        let only = &self.plan.question.only;
        let mut groups = vec![Group::new()];
        for by in &self.plan.question.by {
            let options = self.options(by);
            let asked = |option: &&str| only.iter().all(|(key, part)| key != by || part == option);
            let choices: Vec<Option<String>> = match by.dimension() {
                None => vec![None],
                Some(_) => options.into_iter().filter(asked).map(|option| Some(option.to_owned())).collect(),
            };
            let with = |group: &Group| {
                choices
                    .iter()
                    .map(|choice| [group.as_slice(), std::slice::from_ref(choice)].concat())
                    .collect::<Vec<_>>()
            };
            groups = groups.iter().flat_map(with).collect();
        }
        groups
    }

    fn options(&self, by: &By) -> Vec<&str> {
        let dimension = by.dimension().and_then(|code| self.plan.dimension(code));
        dimension.into_iter().flat_map(|dimension| &dimension.options).map(|option| option.code.as_str()).collect()
    }

    /// Groups are listed by school code, usual order of the stages, name of the township, and order
    /// of the options in the catalogue; a school without township comes last.
    fn rank(&self, group: &Group) -> Vec<Rank> {
        let rank = |(by, part): (&By, &Option<String>)| rank(by, part.as_deref(), &self.options(by));
        self.plan.question.by.iter().zip(group).map(rank).collect()
    }
}

/// Where something stands in a list.
pub(super) type Rank = (bool, usize, String);

/// Where a part of a breakdown stands among others; the options are those of a dimension.
pub(super) fn rank(by: &By, part: Option<&str>, options: &[&str]) -> Rank {
    let position = match by {
        By::School | By::Township | By::Within | By::Project => None,
        By::Stage => Stage::ALL.iter().position(|stage| Some(stage.code()) == part),
        By::Dimension(_) => options.iter().position(|option| Some(*option) == part),
    };
    (part.is_none(), position.unwrap_or_default(), part.unwrap_or_default().to_owned())
}

/// The reports (span, school) on which a figure rests, by place, each with the positions of the
/// parts that are expected of it.
#[derive(Default)]
pub(super) struct Due {
    now: HashMap<usize, BTreeMap<(usize, usize), Vec<usize>>>,
    before: HashMap<usize, BTreeMap<(usize, usize), Vec<usize>>>,
}

impl Due {
    pub(super) fn of(reading: &Reading<'_>, subject: &Subject<'_>) -> Self {
        let Reading { plan, expected, .. } = reading;
        let mut due = Self::default();
        for (i, part) in subject.parts.iter().enumerate() {
            let Some(collected) = plan.collected.get(part.definition.code.as_str()) else { continue };
            for (span, school) in expected.reports(plan, collected) {
                let earlier = plan.spans.get(span).is_some_and(|span| span.earlier);
                let Some(place) = expected.place_of.get(school) else { continue };
                let side = if earlier { &mut due.before } else { &mut due.now };
                side.entry(*place).or_default().entry((span, school)).or_default().push(i);
            }
        }
        due
    }

    fn concerns(&self, place: usize) -> bool {
        self.now.contains_key(&place) || self.before.contains_key(&place)
    }
}

fn merged(place: &Group, options: &Group) -> Group {
    place.iter().zip(options).map(|(place, option)| place.clone().or_else(|| option.clone())).collect()
}

pub(super) async fn reach(tx: &mut Tx, scope: &Scope, code: &str, moment: DateTime<Utc>) -> Result<Reach> {
    let organisation = organisations::find_at(tx, scope, code, Some(moment)).await?;
    match organisation.map(|organisation| organisation.definition.kind) {
        Some(Kind::Bureau) => Ok(Reach::Whole),
        Some(Kind::Section | Kind::School) => Ok(Reach::Within(vec![code.to_owned()])),
        None => Err(AppError::not_found(say!("没有组织“{code}”", "There is no organisation “{code}”"))),
    }
}
