//! What a check of a document has to know, and all that is found wrong with it.

use std::collections::BTreeSet;

use super::consistency::{Current, Fact, Known, check};
use super::model::id_of;
use crate::catalogue::{Catalogue, Catalogues, Period};
use crate::documents::{Document, Finding, FindingKind, Source};
use crate::figures::{self, Ask, By, Figure};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};

/// Of indicators with more cells than these a text speaks as a whole.
const MOST_CELLS: usize = 60;

/// The most figures that a text is held against, beside those that it shows.
const MOST_FACTS: usize = 3_000;

/// What is known by now of the figures of a document, and of all others of its year.
///
/// All of it is asked for at once, so that it takes as few statements as any single kind of question.
pub(super) async fn known(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    (document, year): (&Document, i32),
) -> Result<Known> {
    let catalogue = catalogues.current(tx, scope).await?;
    let period = Period::of_year(year).map_err(|_| AppError::internal("a report of no year"))?;
    let shown: Vec<(usize, Ask)> = document.sources.iter().enumerate().filter_map(shown).collect();
    let facts = facts(&catalogue, period);
    let asks: Vec<Ask> = shown
        .iter()
        .map(|(_, ask)| ask)
        .chain(facts.iter().map(|(ask, _)| ask))
        .flat_map(|ask| [ask.clone(), Ask { period: ask.period.year_ago(), ..ask.clone() }])
        .collect();
    let (_, figures) = figures::values(tx, catalogues, scope, &asks, None).await?;
    let mut pairs = figures.chunks_exact(2).map(|pair| {
        (pair.first().and_then(|each| value(each.as_ref())), pair.last().and_then(|each| value(each.as_ref())))
    });
    let mut known = Known::default();
    for (position, _) in shown {
        let (value, previous) = pairs.next().unwrap_or_default();
        known.current.insert(position, Current { value, previous });
    }
    let before = period.year_ago().to_string();
    known.facts = facts
        .into_iter()
        .zip(pairs)
        .filter_map(|((_, fact), (value, previous))| {
            Some(Fact { value: value?, previous: previous.map(|value| (before.clone(), value)), ..fact })
        })
        .collect();
    Ok(known)
}

fn value(figure: Option<&Figure>) -> Option<rust_decimal::Decimal> {
    figure.and_then(|figure| figure.value)
}

/// The question behind a source, where it is a figure. What records were and evaluations came to does not change by itself.
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
    facts.truncate(MOST_FACTS);
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
