//! Many single figures at once, for what weighs targets.
//!
//! Questions are put together by what they have in common, and all of these are read together ([`together`]), so that the
//! number of statements depends on how many kinds of source there are, and on how many ways to break down by schools, and hardly
//! on how many figures, periods and dimensions are asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::answer::Figure;
use super::ask::{Due, Reading, settle};
use super::expected::{Expected, Group, Reach, School};
use super::plan::Plan;
use super::queries;
use super::question::{Basis, By, Question};
use super::together;
use crate::catalogue::{Catalogue, Catalogues, Period};
use crate::organisations::Kind;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// One figure that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Code of the indicator.
    pub indicator: String,
    /// The period.
    pub period: Period,
    /// Only schools that are this organisation, or stand below it.
    pub within: Option<String>,
    /// Only what lies in this part of a breakdown.
    pub only: Vec<(By, String)>,
}

impl Ask {
    fn question(&self) -> Question {
        Question { only: self.only.clone(), ..Question::new(vec![self.indicator.clone()], self.period) }
    }

    fn part(&self, by: &By) -> Option<&str> {
        self.only.iter().find(|(key, _)| key == by).map(|(_, part)| part.as_str())
    }

    /// The keys of its parts, in an order that is always the same.
    fn keys(&self) -> Vec<By> {
        let mut keys: Vec<By> = self.only.iter().map(|(by, _)| by.clone()).collect();
        keys.sort_by_cached_key(ToString::to_string);
        keys
    }
}

/// The figures asked for, in the order asked, all as of one moment and of what was accepted; none where what is asked is not
/// there: an indicator, a dimension of it or an organisation. The group of a figure is what was asked for with `only`.
///
/// # Errors
/// Where the moment lies in the future, or the database refuses.
pub async fn values(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    asks: &[Ask],
    as_of: Option<DateTime<Utc>>,
) -> Result<(DateTime<Utc>, Vec<Option<Figure>>)> {
    let codes = asks.iter().map(|ask| ask.indicator.as_str());
    let (moment, catalogue) = settle(tx, catalogues, scope, codes, (Basis::Accepted, as_of)).await?;
    Ok((moment, settled_values(tx, scope, &catalogue, asks, moment).await?))
}

/// As [`values`], as of a moment before which nothing can be recorded any more, and by the catalogue of that moment.
///
/// # Errors
/// Where the database refuses.
pub async fn settled_values(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    asks: &[Ask],
    moment: DateTime<Utc>,
) -> Result<Vec<Option<Figure>>> {
    let organisations: BTreeSet<&str> = asks.iter().filter_map(|ask| ask.within.as_deref()).collect();
    let organisations: Vec<&str> = organisations.into_iter().collect();
    let kinds = if organisations.is_empty() {
        HashMap::new()
    } else {
        queries::kinds(tx, scope, moment, &organisations).await?
    };
    let mut alike: HashMap<(Period, Vec<By>), Vec<Asked<'_>>> = HashMap::new();
    for (i, ask) in asks.iter().enumerate() {
        let within = match ask.within.as_deref().map(|code| (code, kinds.get(code))) {
            None | Some((_, Some(Kind::Bureau))) => None,
            Some((code, Some(Kind::Section | Kind::School))) => Some(code),
            Some((_, None)) => continue,
        };
        if Plan::of(catalogue, &ask.question()).is_ok() {
            alike.entry((ask.period, ask.keys())).or_default().push(Asked { number: i, ask, within });
        }
    }
    let layers = layers(tx, scope, moment, alike.values().flatten().filter_map(|asked| asked.within)).await?;
    let mut passes: Vec<Pass<'_>> = Vec::new();
    for ((period, keys), asked) in alike {
        let (below, whole): (Vec<Asked<'_>>, Vec<Asked<'_>>) = asked.iter().partition(|asked| asked.within.is_some());
        let mut pass = |reach, asked: Vec<_>| {
            if !asked.is_empty() {
                let question = question(period, &keys, &reach, &asked);
                passes.push(Pass { question, reach, asked });
            }
        };
        pass(Reach::Whole, whole);
        for layer in &layers {
            let in_layer = |asked: &&Asked<'_>| asked.within.is_some_and(|code| layer.contains(code));
            let asked: Vec<Asked<'_>> = below.iter().filter(in_layer).copied().collect();
            let codes: BTreeSet<&str> = asked.iter().filter_map(|asked| asked.within).collect();
            pass(Reach::Within(codes.into_iter().map(str::to_owned).collect()), asked);
        }
    }
    read(tx, scope, catalogue, (asks.len(), &passes), moment).await
}

/// What is asked of the same period, with parts by the same keys, and within the same organisations: one question.
struct Pass<'a> {
    question: Question,
    reach: Reach,
    asked: Vec<Asked<'a>>,
}

#[derive(Clone, Copy)]
struct Asked<'a> {
    /// Position among all.
    number: usize,
    ask: &'a Ask,
    within: Option<&'a str>,
}

/// Organisations in layers, so that no school stands within two of the same layer.
async fn layers<'a>(
    tx: &mut Tx,
    scope: &Scope,
    moment: DateTime<Utc>,
    organisations: impl Iterator<Item = &'a str>,
) -> Result<Vec<BTreeSet<String>>> {
    let organisations: BTreeSet<String> = organisations.map(str::to_owned).collect();
    if organisations.is_empty() {
        return Ok(Vec::new());
    }
    let codes: Vec<String> = organisations.iter().cloned().collect();
    let mut schools: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for school in queries::schools(tx, scope, moment, Some(&codes)).await? {
        schools.entry(school.within.unwrap_or_default()).or_default().insert(school.code);
    }
    let mut layers: Vec<(BTreeSet<String>, BTreeSet<String>)> = Vec::new();
    for organisation in organisations {
        let own = schools.remove(&organisation).unwrap_or_default();
        let free = layers.iter().position(|(_, taken)| taken.is_disjoint(&own)).unwrap_or(layers.len());
        if free == layers.len() {
            layers.push(Default::default());
        }
        if let Some((members, taken)) = layers.get_mut(free) {
            members.insert(organisation);
            taken.extend(own);
        }
    }
    Ok(layers.into_iter().map(|(members, _)| members).collect())
}

/// One question for all of them, broken down by the keys of their parts.
fn question(period: Period, keys: &[By], reach: &Reach, asked: &[Asked<'_>]) -> Question {
    let codes: BTreeSet<&str> = asked.iter().map(|asked| asked.ask.indicator.as_str()).collect();
    let mut question = Question::new(codes.into_iter().map(str::to_owned).collect(), period);
    if matches!(reach, Reach::Within(_)) {
        question.by.push(By::Within);
    }
    for key in keys {
        let mut parts = asked.iter().map(|asked| asked.ask.part(key));
        let first = parts.next().flatten();
        match first.filter(|first| parts.all(|part| part == Some(*first))) {
            Some(part) => question.only.push((key.clone(), part.to_owned())),
            None => question.by.push(key.clone()),
        }
    }
    question
}

/// Reads all passes, and puts their figures in the places of what asked for them.
async fn read(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    (number, passes): (usize, &[Pass<'_>]),
    moment: DateTime<Utc>,
) -> Result<Vec<Option<Figure>>> {
    let mut schools: Vec<(&Reach, Vec<School>)> = Vec::new();
    let mut plans = Vec::with_capacity(passes.len());
    for Pass { question, reach, .. } in passes {
        let plan = Plan::unbounded(catalogue, question)?;
        if !schools.iter().any(|(known, _)| *known == reach) {
            schools.push((reach, queries::schools(tx, scope, moment, reach.codes()).await?));
        }
        let there = schools.iter().find(|(known, _)| *known == reach);
        let there = there.map(|(_, schools)| schools.clone()).unwrap_or_default();
        let expected = Expected::of(&plan, there, reach);
        plans.push((plan, expected));
    }
    let mut figures = vec![None; number];
    for (reading, pass) in together::read(tx, scope, plans, moment).await?.iter().zip(passes) {
        for (number, figure) in figures_of(reading, pass) {
            if let Some(place) = figures.get_mut(number) {
                *place = Some(figure);
            }
        }
    }
    Ok(figures)
}

fn figures_of(reading: &Reading<'_>, Pass { question, asked, .. }: &Pass<'_>) -> Vec<(usize, Figure)> {
    let mut by_indicator: HashMap<&str, Vec<Asked<'_>>> = HashMap::new();
    for asked in asked {
        by_indicator.entry(&asked.ask.indicator).or_default().push(*asked);
    }
    let mut figures = Vec::new();
    for subject in &reading.plan.subjects {
        let due = Due::of(reading, subject);
        for asked in by_indicator.remove(subject.indicator.definition.code.as_str()).into_iter().flatten() {
            let part = |by: &By| match by {
                By::Within => asked.within,
                by => asked.ask.part(by).filter(|part| !part.is_empty()),
            };
            let group: Group = question.by.iter().map(|by| part(by).map(str::to_owned)).collect();
            let place = reading.expected.place(&question.by, &group);
            let figure = reading.figure(subject, &due, place, &group);
            let only = asked.ask.only.iter();
            let group = only.map(|(by, part)| (by.to_string(), Some(part.clone()).filter(|part| !part.is_empty())));
            figures.push((asked.number, Figure { group: group.collect(), ..figure }));
        }
    }
    figures
}
