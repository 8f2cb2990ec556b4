//! What templates speak of: what is known already, what was asked, and the traces of what is being written.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ask::{Answers, EvaluationAsk, FigureAsk, RecordsAsk};
use super::number::{Amount, Form, Number, Origin, Problem};
use super::record::Record;
use crate::catalogue::document::{TemplateSheet, ValueType};
use crate::catalogue::{Catalogue, Period};
use crate::documents::{Shows, Table};
use crate::figures::Figure;
use crate::organisations::Stage;
use crate::say;

/// The most figures that a report asks for.
pub(in crate::reports) const MAX_FIGURES: usize = 5_000;

/// The most lists of records and evaluations that a report asks for.
pub(in crate::reports) const MAX_LISTS: usize = 500;

/// An organisation, as far as reports speak of it.
#[derive(Debug, Clone)]
pub(in crate::reports) struct Place {
    pub name: String,
    /// Of a school.
    pub stage: Option<Stage>,
    pub township: Option<String>,
}

/// An official sheet, and where the service shows it.
#[derive(Debug)]
pub(in crate::reports) struct Sheet {
    pub table: Table,
    pub path: String,
}

/// Official sheets, and what is missing of them.
#[derive(Debug, Default)]
pub(in crate::reports) struct Sheets {
    pub sheets: Vec<Sheet>,
    pub problems: Vec<Problem>,
}

impl Sheets {
    pub(in crate::reports) fn of(sheet: Sheet) -> Self {
        Self { sheets: vec![sheet], problems: Vec::new() }
    }

    pub(in crate::reports) fn without(problem: Problem) -> Self {
        Self { sheets: Vec::new(), problems: vec![problem] }
    }
}

/// What templates speak of.
#[derive(Debug)]
pub(in crate::reports) struct World {
    pub year: i32,
    /// Name of the bureau.
    pub bureau: String,
    pub catalogue: Arc<Catalogue>,
    /// By code.
    pub organisations: BTreeMap<String, Place>,
    /// Names of the projects of the year, by code, where figures are broken down by them.
    pub projects: BTreeMap<String, String>,
    memory: Mutex<Memory>,
}

/// What was asked, and the traces of the text that is being written.
#[derive(Debug, Default)]
pub(in crate::reports) struct Memory {
    pub figures: Answers<FigureAsk, Option<Arc<Figure>>>,
    pub records: Answers<RecordsAsk, Arc<[Arc<Record>]>>,
    pub evaluations: Answers<EvaluationAsk, Arc<Record>>,
    pub sheets: Answers<TemplateSheet, Arc<Sheets>>,
    traces: Vec<Arc<Number>>,
    problems: Vec<Problem>,
}

impl Memory {
    /// Whether anything was asked that is not answered yet.
    pub(in crate::reports) fn is_curious(&self) -> bool {
        let asked = [self.records.open().len(), self.evaluations.open().len(), self.sheets.open().len()];
        !self.figures.open().is_empty() || asked.iter().any(|open| *open > 0)
    }

    /// Whether more was asked than a report may ask.
    pub(in crate::reports) fn is_overwhelmed(&self) -> bool {
        self.figures.len() > MAX_FIGURES || self.records.len() + self.evaluations.len() > MAX_LISTS
    }
}

impl World {
    pub(in crate::reports) fn new(
        (year, bureau): (i32, String),
        catalogue: Arc<Catalogue>,
        organisations: BTreeMap<String, Place>,
        projects: BTreeMap<String, String>,
    ) -> Self {
        Self { year, bureau, catalogue, organisations, projects, memory: Mutex::default() }
    }

    pub(in crate::reports) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the trace of a number that is written; gives the number of the trace.
    pub(super) fn trace(&self, number: Arc<Number>) -> usize {
        let traces = &mut self.memory().traces;
        traces.push(number);
        traces.len() - 1
    }

    /// Notes what is wrong with the text that is being written.
    pub(super) fn note(&self, problem: Problem) {
        self.memory().problems.push(problem);
    }

    /// The traces and problems of what was written since they were taken the last time.
    pub(super) fn take(&self) -> (Vec<Arc<Number>>, Vec<Problem>) {
        let mut memory = self.memory();
        (std::mem::take(&mut memory.traces), std::mem::take(&mut memory.problems))
    }

    /// A period, by how many years it lies after the year of the report.
    pub(in crate::reports) fn period_after(&self, years: i32) -> Option<Period> {
        Period::of_year(self.year.checked_add(years)?).ok()
    }

    /// A figure that was answered, and is there.
    pub(in crate::reports) fn known(&self, ask: &FigureAsk) -> Option<Arc<Figure>> {
        self.memory().figures.known(ask).flatten()
    }

    #[expect(clippy::option_option, reason = "answered or not, and there or not")]
    fn answer(&self, ask: &FigureAsk) -> Option<Option<Arc<Figure>>> {
        self.memory().figures.get(ask)
    }

    /// A figure with what it shows of it: its value, that of a year earlier, growth or change.
    pub(in crate::reports) fn figure(self: &Arc<Self>, ask: FigureAsk, shows: Shows) -> Number {
        let indicator = self.catalogue.indicator(&ask.indicator);
        let is_ratio = indicator.is_some_and(|indicator| indicator.definition.value_type == ValueType::Ratio);
        let unit = indicator.and_then(|indicator| indicator.definition.unit.clone()).unwrap_or_default();
        let form = if is_ratio || shows == Shows::Growth { Form::Ratio } else { Form::Plain };
        let with_previous = shows != Shows::Value;
        let mut number = Number {
            amount: Amount::Pending,
            form,
            unit,
            shows,
            origins: Vec::new(),
            doubts: Vec::new(),
            text: None,
            world: Arc::downgrade(self),
        };
        let Some(indicator) = indicator else {
            let code = &ask.indicator;
            let problem = Problem::undefined(say!("没有指标“{code}”", "There is no indicator “{code}”"));
            self.note(problem.clone());
            number.amount = Amount::Missing(problem);
            return number;
        };
        let name = indicator.definition.name.zh.as_str();
        let earlier = ask.year_ago();
        let now = self.answer(&ask).map(|figure| read(name, &ask, figure.as_deref()));
        let before = if with_previous {
            self.answer(&earlier).map(|figure| read(name, &earlier, figure.as_deref()))
        } else {
            Some((None, Vec::new()))
        };
        number.origins.push(Origin::Figure { ask, with_previous });
        let (Some((now, doubts)), Some((before, earlier_doubts))) = (now, before) else { return number };
        number.doubts = if shows == Shows::Previous { Vec::new() } else { doubts };
        number.doubts.extend(earlier_doubts);
        let value = match shows {
            Shows::Previous => before,
            Shows::Growth | Shows::Change => now.zip(before).and_then(|(now, before)| {
                let change = now.checked_sub(before)?;
                if shows == Shows::Growth { change.checked_div(before) } else { Some(change) }
            }),
            Shows::Value | Shows::Share | Shows::Sum => now,
        };
        number.amount = match value {
            Some(value) => Amount::Known(value),
            None => Amount::Missing(if now.is_some() && (before.is_some() || number.doubts.is_empty()) {
                Problem::undefined(say!("{name}：上年为零，无法计算", "{name}: it was zero the year before"))
            } else {
                number.doubts.swap_remove(0)
            }),
        };
        number
    }
}

/// The value of a figure, and what is doubtful about it.
fn read(name: &str, ask: &FigureAsk, figure: Option<&Figure>) -> (Option<rust_decimal::Decimal>, Vec<Problem>) {
    let period = ask.period;
    let Some(figure) = figure else {
        let message = say!(
            "{name}（{period}）：没有这样的期间、分组或组织",
            "{name} ({period}): there is no such period, group or organisation"
        );
        return (None, vec![Problem::undefined(message)]);
    };
    let (expected, reported) = (figure.coverage.expected, figure.coverage.reported);
    let problem = if reported < expected {
        Some(Problem::incomplete(say!(
            "{name}（{period}）：应报 {expected}，已报 {reported}",
            "{name} ({period}): {reported} of {expected} are in"
        )))
    } else if figure.value.is_none() {
        Some(Problem::undefined(say!("{name}（{period}）：没有数据", "{name} ({period}): there is nothing")))
    } else {
        None
    };
    (figure.value, problem.into_iter().collect())
}
