//! The sources of a document: each once, in the order in which its numbers stand.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::super::template::{Amount, FigureAsk, Number, Origin, Problem, Sheet, World};
use crate::catalogue::document::EvaluationOf;
use crate::documents::{Finding, FindingKind, Shows, Source, Span, Table};
use crate::platform::message::Message;
use crate::say;

/// What several numbers have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Figure(FigureAsk),
    Other(Origin),
}

/// The sources of a document, and what is wrong with its numbers.
pub(super) struct Sources {
    world: Arc<World>,
    as_of: DateTime<Utc>,
    journal_position: i64,
    positions: HashMap<Key, usize>,
    all: Vec<Source>,
    findings: Vec<Finding>,
}

impl Sources {
    pub(super) fn new(world: Arc<World>, as_of: DateTime<Utc>, journal_position: i64) -> Self {
        Self { world, as_of, journal_position, positions: HashMap::new(), all: Vec::new(), findings: Vec::new() }
    }

    pub(super) fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    pub(super) fn finish(self) -> (Vec<Source>, Vec<Finding>) {
        (self.all, self.findings)
    }

    /// Notes what is wrong in a place, once.
    pub(super) fn find(&mut self, place: &str, quote: &str, problem: &Problem) {
        let finding = Finding {
            kind: problem.kind,
            place: place.to_owned(),
            quote: quote.to_owned(),
            zh: problem.message.zh.to_string(),
            en: problem.message.en.to_string(),
        };
        let is_known =
            |known: &Finding| (known.kind, &known.place, &known.zh) == (finding.kind, &finding.place, &finding.zh);
        if !self.findings.iter().any(is_known) {
            self.findings.push(finding);
        }
    }

    /// A number as it is printed in a place, with its sources.
    pub(super) fn span(&mut self, place: &str, number: &Number, text: String) -> Span {
        self.span_of(place, None, number, text)
    }

    /// The same of a group among others, by which what is wrong with its number is told apart.
    pub(super) fn span_of(&mut self, place: &str, group: Option<&str>, number: &Number, text: String) -> Span {
        let of_group = |problem: &Problem| {
            let Message { zh, en } = problem.message.clone();
            let message = match group {
                Some(group) => say!("{group}：{zh}", "{group}: {en}"),
                None => Message { zh, en },
            };
            Problem { kind: problem.kind, message }
        };
        match &number.amount {
            Amount::Missing(problem) => self.find(place, &text, &of_group(problem)),
            Amount::Pending => {
                let problem =
                    Problem::undefined(say!("取数层次过多", "What it asks for depends on too many other things"));
                self.find(place, &text, &of_group(&problem));
            }
            Amount::Known(_) | Amount::Word(_) => {}
        }
        for doubt in &number.doubts {
            self.find(place, &text, &of_group(doubt));
        }
        let sources = self.positions_of(number);
        if sources.is_empty() { Span::Text { text } } else { Span::Number { text, shows: number.shows, sources } }
    }

    /// The positions of the sources of a number.
    pub(super) fn positions_of(&mut self, number: &Number) -> Vec<usize> {
        number.origins.iter().filter_map(|origin| self.position(origin)).collect()
    }

    /// A sheet whose numbers all come from where the service shows it.
    pub(super) fn sheet(&mut self, sheet: &Sheet) -> Table {
        let source = Source::Sheet {
            name: sheet.table.caption.clone(),
            path: sheet.path.clone(),
            as_of: self.as_of,
            journal_position: self.journal_position,
        };
        let known = self.all.iter().position(|known| *known == source);
        let position = known.unwrap_or_else(|| {
            self.all.push(source);
            self.all.len() - 1
        });
        let mut table = sheet.table.clone();
        for cell in table.head.iter_mut().chain(&mut table.rows).flatten().filter(|cell| cell.number.is_some()) {
            let text = cell.plain();
            cell.spans = vec![Span::Number { text, shows: Shows::Value, sources: vec![position] }];
        }
        table
    }

    fn position(&mut self, origin: &Origin) -> Option<usize> {
        let key = match origin {
            Origin::Figure { ask, .. } => Key::Figure(ask.clone()),
            other => Key::Other(other.clone()),
        };
        let known = self.positions.get(&key).copied();
        let needs_previous = matches!(origin, Origin::Figure { with_previous: true, .. });
        if let Some(position) = known {
            if needs_previous && let Origin::Figure { ask, .. } = origin {
                let value = self.previous(ask);
                if let Some(Source::Figure { previous, .. }) = self.all.get_mut(position) {
                    *previous = value;
                }
            }
            return Some(position);
        }
        let source = self.source(origin)?;
        self.all.push(source);
        let position = self.all.len() - 1;
        self.positions.insert(key, position);
        Some(position)
    }

    fn previous(&self, ask: &FigureAsk) -> Option<rust_decimal::Decimal> {
        self.world.known(&ask.year_ago())?.value
    }

    fn source(&self, origin: &Origin) -> Option<Source> {
        let (as_of, journal_position) = (self.as_of, self.journal_position);
        Some(match origin {
            Origin::Figure { ask, with_previous } => {
                let indicator = self.world.catalogue.indicator(&ask.indicator)?;
                let figure = self.world.known(ask)?;
                let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
                Source::Figure {
                    indicator: ask.indicator.clone(),
                    name: indicator.definition.name.zh.clone(),
                    period: ask.period.to_string(),
                    group: ask
                        .only
                        .iter()
                        .map(|(key, part)| (key.clone(), Some(part.clone()).filter(|part| !part.is_empty())))
                        .collect::<BTreeMap<_, _>>(),
                    within: ask.within.clone(),
                    value: figure.value,
                    previous: if *with_previous { self.previous(ask) } else { None },
                    unit: figure.unit.clone(),
                    expected: count(figure.coverage.expected),
                    reported: count(figure.coverage.reported),
                    as_of,
                    journal_position,
                }
            }
            Origin::Records { register, records } => {
                Source::Records { register: register.clone(), records: records.clone(), as_of, journal_position }
            }
            Origin::Evaluation { kind, subject, item, value } => Source::Evaluation {
                year: self.world.year,
                kind: match kind {
                    EvaluationOf::Department => "department",
                    EvaluationOf::Project => "project",
                    EvaluationOf::School => "school",
                }
                .to_owned(),
                subject: subject.clone(),
                item: (*item).to_owned(),
                value: *value,
                as_of,
                journal_position,
            },
        })
    }

    /// That something which the template names is not there.
    pub(super) fn undefined(&mut self, place: &str, quote: &str, message: Message) {
        self.find(place, quote, &Problem { kind: FindingKind::Undefined, message });
    }
}
