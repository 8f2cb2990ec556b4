//! What a check of a document has to know, and all that is found wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::consistency::{Current, Fact, Known, Spoken, check, spoken_of};
use super::model::id_of;
use crate::catalogue::{Catalogue, Period};
use crate::documents::{Document, Finding, FindingKind, Source};
use crate::figures::{self, Ask, By, Figure};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};

/// Of indicators with more cells than these a text speaks as a whole.
const MOST_CELLS: usize = 60;

/// The most figures that a text is held against, beside those that it shows.
const MOST_FACTS: usize = 3_000;

/// A document that is to be checked.
pub(super) struct Subject {
    pub document: Document,
    pub year: i32,
    /// Whether what it shows may have changed since.
    pub is_older: bool,
    spoken: Spoken,
}

impl Subject {
    /// Looks through the document. It is long work, of a blocking kind.
    pub(super) fn of(document: Document, year: i32, is_older: bool) -> Self {
        let spoken = spoken_of(&document);
        Self { document, year, is_older, spoken }
    }
}

/// What is known at a moment of the figures of which a document speaks, and that it shows.
pub(super) async fn known(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    subject: &Subject,
    moment: DateTime<Utc>,
) -> Result<Known> {
    let questions = Questions::of(catalogue, subject)?;
    let asks = questions.asks();
    if asks.is_empty() {
        return Ok(Known::default());
    }
    let figures = figures::settled_values(tx, scope, catalogue, &asks, moment).await?;
    Ok(questions.answered(&figures))
}

/// What a check asks of the figures of a year: all of it at once, so that it takes as few statements as any single kind of question.
struct Questions {
    before: Period,
    /// What a document shows, by its positions among the sources.
    shown: Vec<(usize, Ask)>,
    facts: Vec<(Ask, Fact)>,
}

impl Questions {
    fn of(catalogue: &Catalogue, subject: &Subject) -> Result<Self> {
        let Subject { document, year, is_older, spoken } = subject;
        let period = Period::of_year(*year).map_err(|_| AppError::internal("a report of no year"))?;
        let sources = document.sources.iter().enumerate().filter(|_| *is_older);
        let mut facts = facts(catalogue, period);
        facts.retain(|(_, fact)| spoken.names(fact));
        facts.truncate(MOST_FACTS);
        Ok(Self { before: period.year_ago(), shown: sources.filter_map(shown).collect(), facts })
    }

    /// Each with the same of the year before behind it.
    fn asks(&self) -> Vec<Ask> {
        let asks = self.shown.iter().map(|(_, ask)| ask).chain(self.facts.iter().map(|(ask, _)| ask));
        asks.flat_map(|ask| [ask.clone(), Ask { period: ask.period.year_ago(), ..ask.clone() }]).collect()
    }

    fn answered(self, figures: &[Option<Figure>]) -> Known {
        let mut pairs = figures.chunks_exact(2).map(|pair| (value(pair.first()), value(pair.last())));
        let mut current = BTreeMap::new();
        for (position, _) in self.shown {
            let (value, previous) = pairs.next().unwrap_or_default();
            current.insert(position, Current { value, previous });
        }
        let before = self.before.to_string();
        let known = |((_, fact), (value, previous)): ((Ask, Fact), (Option<Decimal>, Option<Decimal>))| {
            Some(Fact { value: value?, previous: previous.map(|value| (before.clone(), value)), ..fact })
        };
        let facts = self.facts.into_iter().zip(pairs).filter_map(known).collect();
        Known { current, facts, again: None }
    }
}

fn value(figure: Option<&Option<Figure>>) -> Option<Decimal> {
    figure.and_then(Option::as_ref).and_then(|figure| figure.value)
}

/// The question behind a source, where it is a figure. What is said of records and evaluations is compared as text.
fn shown((position, source): (usize, &Source)) -> Option<(usize, Ask)> {
    let Source::Figure { indicator, period, group, within, .. } = source else { return None };
    let part = |(key, part): (&String, &Option<String>)| (By::from(key.as_str()), part.clone().unwrap_or_default());
    let ask = Ask {
        indicator: indicator.clone(),
        period: period.parse().ok()?,
        within: within.clone(),
        only: group.iter().map(part).collect(),
    };
    Some((position, ask))
}

/// The figures of a year that a text may speak of: of each indicator the whole, and each option of its dimensions.
fn facts(catalogue: &Catalogue, period: Period) -> Vec<(Ask, Fact)> {
    let fact = |indicator: &str, names: Vec<String>, unit: Option<String>, only: Vec<(By, String)>| {
        let ask = Ask { indicator: indicator.to_owned(), period, within: None, only };
        let fact = Fact { indicator: indicator.to_owned(), names, unit, value: 0.into(), previous: None };
        (ask, fact)
    };
    let mut facts = Vec::new();
    for definition in &catalogue.document().indicators {
        let Some(indicator) = catalogue.indicator(&definition.code).filter(|indicator| indicator.is_numeric()) else {
            continue;
        };
        let (code, name, unit) = (&definition.code, &definition.name.zh, &definition.unit);
        facts.push(fact(code, vec![name.clone()], unit.clone(), Vec::new()));
        for dimension in indicator.dimensions.iter().filter(|_| indicator.cells() <= MOST_CELLS) {
            facts.extend(dimension.options.iter().map(|option| {
                let names = vec![name.clone(), option.name.zh.clone()];
                fact(code, names, unit.clone(), vec![(By::from(dimension.code.as_str()), option.code.clone())])
            }));
        }
    }
    facts
}

/// What is found wrong with a document, each finding once: what only assembling could find, which is all that is missing or
/// incomplete, and what the document shows.
pub(super) fn all(document: &Document, known: &Known, before: Vec<Finding>) -> Vec<Finding> {
    let of_assembling = |finding: &Finding| matches!(finding.kind, FindingKind::Undefined | FindingKind::Incomplete);
    let before = before.into_iter().filter(|finding| of_assembling(finding));
    let checked = check(document, known).into_iter().filter(|finding| !of_assembling(finding));
    let mut seen = BTreeSet::new();
    before.chain(checked).filter(|each| seen.insert(id_of(each))).collect()
}
