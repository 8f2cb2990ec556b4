//! What a question means in a catalogue: which indicators are read, from which forms and periods.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;

use super::question::{By, Question};
use super::records::Numbered;
use crate::catalogue::document::{Aggregation, Book, Booked, Counted, Dimension, Policy};
use crate::catalogue::{Catalogue, CompiledForm, CompiledIndicator, CompiledRegister, Period};
use crate::organisations::Stage;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::message::Message;
use crate::say;

/// The most indicators in one question.
pub const MAX_INDICATORS: usize = 50;

/// The most keys of a breakdown.
pub const MAX_BY: usize = 3;

/// A question that was checked against a catalogue.
pub(super) struct Plan<'a> {
    pub question: &'a Question,
    /// The figures asked for, in the order asked.
    pub subjects: Vec<Subject<'a>>,
    /// What is read of reports, by code.
    pub collected: BTreeMap<&'a str, Collected<'a>>,
    /// What is counted of registers, by code.
    pub counted: BTreeMap<&'a str, Counting<'a>>,
    /// What is read from books, by code.
    pub booked: BTreeMap<&'a str, Booking<'a>>,
    /// All periods that are read.
    pub spans: Vec<Span>,
}

/// A figure asked for.
pub(super) struct Subject<'a> {
    pub indicator: &'a CompiledIndicator,
    /// What it is made of: the operands of its formula, or itself.
    pub parts: Vec<&'a CompiledIndicator>,
}

/// An indicator whose reports are read.
pub(super) struct Collected<'a> {
    pub indicator: &'a CompiledIndicator,
    pub forms: Vec<&'a CompiledForm>,
    pub detail: Detail,
}

/// An indicator that is counted from the records of a register.
pub(super) struct Counting<'a> {
    pub indicator: &'a CompiledIndicator,
    pub counted: &'a Counted,
    pub register: &'a CompiledRegister,
}

/// An indicator that is read from a book.
pub(super) struct Booking<'a> {
    pub booked: &'a Booked,
    /// Its dimensions, each with the label of which it is the code table.
    pub dimensions: Vec<(&'a str, &'static str)>,
    catalogue: &'a Catalogue,
}

impl<'a> Booking<'a> {
    /// The policy in force at the end of a period.
    pub(super) fn policy_at(&self, period: Period) -> Option<&'a Policy> {
        self.catalogue.policy(period.end())
    }
}

/// How far the database may add up what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// To one tally for each period and group.
    Groups,
    /// To one for each school in them.
    Schools,
    /// Not at all.
    Cells,
}

/// A period for which forms are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub period: Period,
    /// Whether it belongs to the period with which is compared.
    pub earlier: bool,
}

impl<'a> Plan<'a> {
    /// # Errors
    /// Everything that the question asks and the catalogue does not have.
    pub(super) fn of(catalogue: &'a Catalogue, question: &'a Question) -> Result<Self> {
        let mut violations = Vec::new();
        check_lists(question, &mut violations);
        Self::unless(violations, catalogue, question)
    }

    /// The same of a question of the service's own, which is not bounded.
    pub(super) fn unbounded(catalogue: &'a Catalogue, question: &'a Question) -> Result<Self> {
        Self::unless(Vec::new(), catalogue, question)
    }

    fn unless(mut violations: Vec<Violation>, catalogue: &'a Catalogue, question: &'a Question) -> Result<Self> {
        let subjects = subjects(catalogue, question, &mut violations);
        for subject in &subjects {
            check_dimensions(subject, question, &mut violations);
            check_period(catalogue, subject, question, &mut violations);
        }
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let collected = collected(catalogue, &subjects);
        let counted = counted(catalogue, &subjects);
        let booked = booked(catalogue, &subjects);
        let spans = spans(question, &collected);
        Ok(Self { question, subjects, collected, counted, booked, spans })
    }

    /// What is counted, with whether it is counted in the earlier period, in the order of their numbers.
    pub(super) fn counts(&self) -> Vec<Numbered<'a>> {
        self.numbered(self.counted.keys())
    }

    /// The same of what is read from books.
    pub(super) fn bookings(&self) -> Vec<Numbered<'a>> {
        self.numbered(self.booked.keys())
    }

    fn numbered<'k>(&self, codes: impl Iterator<Item = &'k &'a str>) -> Vec<Numbered<'a>>
    where
        'a: 'k,
    {
        let periods = if self.earlier().is_some() { &[false, true][..] } else { &[false] };
        codes.flat_map(|code| periods.iter().map(|earlier| (*code, *earlier))).collect()
    }

    /// Whether an indicator rests on a whole list: of records, or a book.
    pub(super) fn is_listed(&self, code: &str) -> bool {
        self.counted.contains_key(code) || self.booked.contains_key(code)
    }

    /// Whether what is of no school is looked at.
    pub(super) fn looks_beyond_schools(&self) -> bool {
        let of_schools = self.question.only.iter().any(|(by, part)| by.is_of_schools() && !part.is_empty());
        !(self.counted.is_empty() && self.booked.is_empty() || of_schools)
    }

    /// The dimensions by which is broken down, with their options.
    pub(super) fn dimension(&self, code: &str) -> Option<&'a Dimension> {
        let mut parts = self.subjects.iter().flat_map(|subject| &subject.parts);
        parts.find_map(|part| part.dimensions.iter().find(|dimension| dimension.code == code)).map(AsRef::as_ref)
    }

    /// The codes of what the figures are made of; what only weighs is not among them.
    pub(super) fn part_codes(&self) -> impl Iterator<Item = &'a str> {
        self.subjects.iter().flat_map(|subject| &subject.parts).map(|part| part.definition.code.as_str())
    }

    /// The periods for which a form is filled in, each with its position among the spans.
    pub(super) fn spans_of(&self, form: &CompiledForm) -> impl Iterator<Item = (usize, Span)> {
        let kind = form.definition.period_type;
        self.spans.iter().copied().enumerate().filter(move |(_, span)| span.period.kind() == Some(kind))
    }

    /// The earlier period with which is compared.
    pub(super) fn earlier(&self) -> Option<Period> {
        earlier(self.question)
    }
}

fn earlier(question: &Question) -> Option<Period> {
    question.compare.map(|compare| compare.before(question.period))
}

fn violation(parameter: &str, code: ViolationCode, message: Message) -> Violation {
    Violation::new(format!("?{parameter}"), code, message)
}

fn check_lists(question: &Question, violations: &mut Vec<Violation>) {
    let Question { indicators, by, only, .. } = question;
    if indicators.is_empty() || indicators.len() > MAX_INDICATORS {
        violations.push(violation(
            "indicator",
            ViolationCode::WrongLength,
            say!("应为 1 至 {MAX_INDICATORS} 个指标", "Name 1 to {MAX_INDICATORS} indicators"),
        ));
    }
    if by.len() > MAX_BY {
        violations.push(violation(
            "by",
            ViolationCode::WrongLength,
            say!("至多按 {MAX_BY} 项分组", "Break down by at most {MAX_BY} keys"),
        ));
    }
    check_unique("indicator", indicators.iter(), violations);
    check_unique("by", by.iter(), violations);
    check_unique("where", only.iter().map(|(by, _)| by), violations);
    check_stages(only, violations);
}

/// Whether there are the stages of which a question only looks at one.
pub(super) fn check_stages(only: &[(By, String)], violations: &mut Vec<Violation>) {
    for (_, stage) in only.iter().filter(|(by, _)| *by == By::Stage) {
        if !stage.is_empty() && stage.parse::<Stage>().is_err() {
            violations.push(violation(
                "where",
                ViolationCode::NotAllowed,
                say!("没有学段“{stage}”", "There is no stage “{stage}”"),
            ));
        }
    }
}

fn check_unique<T: Hash + Eq + Display>(
    parameter: &str,
    values: impl Iterator<Item = T>,
    violations: &mut Vec<Violation>,
) {
    let mut seen = HashSet::new();
    for value in values {
        if seen.contains(&value) {
            violations.push(violation(
                parameter,
                ViolationCode::Duplicate,
                say!("“{value}”重复", "“{value}” stands twice"),
            ));
        }
        seen.insert(value);
    }
}

fn subjects<'a>(catalogue: &'a Catalogue, question: &'a Question, violations: &mut Vec<Violation>) -> Vec<Subject<'a>> {
    let mut subjects = Vec::new();
    for code in &question.indicators {
        match catalogue.indicator(code) {
            Some(indicator) => subjects.push(Subject { indicator, parts: parts(catalogue, indicator) }),
            None => violations.push(violation(
                "indicator",
                ViolationCode::UnknownIndicator,
                say!("没有指标“{code}”", "There is no indicator “{code}”"),
            )),
        }
    }
    subjects
}

/// What an indicator is made of: the operands of its formula, or itself.
pub(super) fn parts<'a>(catalogue: &'a Catalogue, indicator: &'a CompiledIndicator) -> Vec<&'a CompiledIndicator> {
    match &indicator.formula {
        None => vec![indicator],
        Some(formula) => formula.names().filter_map(|(code, _)| catalogue.indicator(code)).collect(),
    }
}

fn check_dimensions(subject: &Subject<'_>, question: &Question, violations: &mut Vec<Violation>) {
    let mut check = |parameter: &str, code: &str, option: Option<&str>| {
        for part in &subject.parts {
            let indicator = &part.definition.code;
            let found = part.dimensions.iter().find(|dimension| dimension.code == code);
            match (found, option) {
                (None, _) => violations.push(violation(
                    parameter,
                    ViolationCode::WrongDimension,
                    say!("指标“{indicator}”没有维度“{code}”", "The indicator “{indicator}” has no dimension “{code}”"),
                )),
                (Some(dimension), Some(option)) if !dimension.options.iter().any(|each| each.code == option) => {
                    violations.push(violation(
                        parameter,
                        ViolationCode::WrongDimension,
                        say!("维度“{code}”没有选项“{option}”", "The dimension “{code}” has no option “{option}”"),
                    ));
                }
                _ => {}
            }
        }
    };
    for code in question.by.iter().filter_map(By::dimension) {
        check("by", code, None);
    }
    for (by, option) in &question.only {
        if let Some(code) = by.dimension() {
            check("where", code, Some(option));
        }
    }
    let by = question.by.iter().map(|by| ("by", by));
    let only = question.only.iter().map(|(by, _)| ("where", by));
    for (parameter, _) in by.chain(only).filter(|(_, by)| **by == By::Project) {
        check_projects(parameter, subject, violations);
    }
}

fn check_projects(parameter: &str, subject: &Subject<'_>, violations: &mut Vec<Violation>) {
    let is_of_ledger = |booked: &Booked| booked.book == Book::Ledger;
    for part in subject.parts.iter().filter(|part| !part.definition.booked.as_ref().is_some_and(is_of_ledger)) {
        let indicator = &part.definition.code;
        violations.push(violation(
            parameter,
            ViolationCode::WrongDimension,
            say!("指标“{indicator}”不按项目记账", "The indicator “{indicator}” is not kept by project"),
        ));
    }
}

fn check_period(catalogue: &Catalogue, subject: &Subject<'_>, question: &Question, violations: &mut Vec<Violation>) {
    let period = question.period;
    for part in &subject.parts {
        let indicator = &part.definition.code;
        if forms(catalogue, part).any(|form| period.divided_into(form.definition.period_type).is_empty()) {
            violations.push(violation(
                "period",
                ViolationCode::WrongPeriodType,
                say!(
                    "指标“{indicator}”按其他类型的期间报送，{period} 不由其组成",
                    "The indicator “{indicator}” is reported for another kind of period, of which {period} does not consist"
                ),
            ));
        }
    }
}

fn forms<'a>(catalogue: &'a Catalogue, indicator: &'a CompiledIndicator) -> impl Iterator<Item = &'a CompiledForm> {
    indicator.forms.iter().filter_map(|code| catalogue.form(code))
}

fn collected<'a>(catalogue: &'a Catalogue, subjects: &[Subject<'a>]) -> BTreeMap<&'a str, Collected<'a>> {
    let mut collected: BTreeMap<&str, Collected<'_>> = BTreeMap::new();
    let mut collect = |indicator: &'a CompiledIndicator, detail: Detail| {
        let entry = collected.entry(&indicator.definition.code).or_insert_with(|| Collected {
            indicator,
            forms: forms(catalogue, indicator).collect(),
            detail,
        });
        entry.detail = entry.detail.max(detail);
    };
    for Subject { parts, .. } in subjects {
        for part in parts.iter().filter(|part| part.definition.is_collected()) {
            collect(
                part,
                match part.definition.aggregation {
                    Aggregation::WeightedAverage | Aggregation::Last => Detail::Cells,
                    // A report of a formula is complete where the same school has reported every part.
                    _ if parts.len() > 1 => Detail::Schools,
                    _ => Detail::Groups,
                },
            );
            if let Some(weight) = part.definition.weight.as_deref().and_then(|code| catalogue.indicator(code)) {
                collect(weight, Detail::Cells);
            }
        }
    }
    collected
}

fn counted<'a>(catalogue: &'a Catalogue, subjects: &[Subject<'a>]) -> BTreeMap<&'a str, Counting<'a>> {
    let parts = subjects.iter().flat_map(|subject| &subject.parts);
    let counting = |indicator: &&'a CompiledIndicator| {
        let counted = indicator.definition.counted.as_ref()?;
        let register = catalogue.register(&counted.register)?;
        Some((indicator.definition.code.as_str(), Counting { indicator, counted, register }))
    };
    parts.filter_map(counting).collect()
}

fn booked<'a>(catalogue: &'a Catalogue, subjects: &[Subject<'a>]) -> BTreeMap<&'a str, Booking<'a>> {
    let parts = subjects.iter().flat_map(|subject| &subject.parts);
    let booking = |indicator: &&'a CompiledIndicator| {
        let booked = indicator.definition.booked.as_ref()?;
        let label = |dimension: &'a String| {
            Some((dimension.as_str(), booked.book.label_of_dimension(dimension, &catalogue.document().policies)?))
        };
        let dimensions = indicator.definition.dimensions.iter().filter_map(label).collect();
        Some((indicator.definition.code.as_str(), Booking { booked, dimensions, catalogue }))
    };
    parts.filter_map(booking).collect()
}

fn spans(question: &Question, collected: &BTreeMap<&str, Collected<'_>>) -> Vec<Span> {
    let mut spans = Vec::new();
    let asked = [(Some(question.period), false), (earlier(question), true)];
    for form in collected.values().flat_map(|collected| &collected.forms) {
        for (period, earlier) in asked {
            let Some(period) = period else { continue };
            for period in period.divided_into(form.definition.period_type) {
                let span = Span { period, earlier };
                if !spans.contains(&span) {
                    spans.push(span);
                }
            }
        }
    }
    spans
}
