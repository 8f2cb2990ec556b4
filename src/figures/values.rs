//! Many single figures at once, for what weighs targets.
//!
//! Questions are put together by what they have in common, so that the number of statements depends on how many kinds of
//! question there are (kinds of period, keys, levels of organisations, and indicators that are counted from registers), and not
//! on how many figures are asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use super::answer::Figure;
use super::ask::{Due, Reading, settle};
use super::expected::{Group, Reach, School};
use super::plan::Plan;
use super::queries;
use super::question::{Basis, By, Question};
use crate::catalogue::document::PeriodType;
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
    let organisations: BTreeSet<&str> = asks.iter().filter_map(|ask| ask.within.as_deref()).collect();
    let organisations: Vec<&str> = organisations.into_iter().collect();
    let kinds = if organisations.is_empty() {
        HashMap::new()
    } else {
        queries::kinds(tx, scope, moment, &organisations).await?
    };
    let mut alike: HashMap<(Option<PeriodType>, Vec<By>), Vec<Asked<'_>>> = HashMap::new();
    for (i, ask) in asks.iter().enumerate() {
        let within = match ask.within.as_deref().map(|code| (code, kinds.get(code))) {
            None | Some((_, Some(Kind::Bureau))) => None,
            Some((code, Some(Kind::Section | Kind::School))) => Some(code),
            Some((_, None)) => continue,
        };
        if Plan::of(&catalogue, &ask.question()).is_ok() {
            alike.entry((ask.period.kind(), ask.keys())).or_default().push(Asked { number: i, ask, within });
        }
    }
    let layers = layers(tx, scope, moment, alike.values().flatten().filter_map(|asked| asked.within)).await?;
    let mut figures = vec![None; asks.len()];
    let mut schools: Vec<(Reach, Vec<School>)> = Vec::new();
    for ((_, keys), asked) in &alike {
        let (below, whole): (Vec<Asked<'_>>, Vec<Asked<'_>>) = asked.iter().partition(|asked| asked.within.is_some());
        let mut passes = vec![(Reach::Whole, whole)];
        for layer in &layers {
            let in_layer = |asked: &&Asked<'_>| asked.within.is_some_and(|code| layer.contains(code));
            let asked: Vec<Asked<'_>> = below.iter().filter(in_layer).copied().collect();
            let codes: BTreeSet<&str> = asked.iter().filter_map(|asked| asked.within).collect();
            passes.push((Reach::Within(codes.into_iter().map(str::to_owned).collect()), asked));
        }
        for (reach, asked) in passes.iter().filter(|(_, asked)| !asked.is_empty()) {
            let known = schools.iter().position(|(known, _)| known == reach);
            let known = known.unwrap_or(schools.len());
            if known == schools.len() {
                schools.push((reach.clone(), queries::schools(tx, scope, moment, reach.codes()).await?));
            }
            let Some(there) = schools.get(known) else { continue };
            for (number, figure) in read(tx, scope, &catalogue, (keys, there, asked), moment).await? {
                if let Some(place) = figures.get_mut(number) {
                    *place = Some(figure);
                }
            }
        }
    }
    Ok((moment, figures))
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

/// The figures of questions for periods of the same kind and parts by the same keys: one question, broken down by these.
async fn read(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    (keys, (reach, schools), asked): (&[By], &(Reach, Vec<School>), &[Asked<'_>]),
    moment: DateTime<Utc>,
) -> Result<Vec<(usize, Figure)>> {
    let codes: BTreeSet<&str> = asked.iter().map(|asked| asked.ask.indicator.as_str()).collect();
    let mut periods: Vec<Period> = Vec::new();
    for Asked { ask, .. } in asked {
        if !periods.contains(&ask.period) {
            periods.push(ask.period);
        }
    }
    let Some(first) = periods.first() else { return Ok(Vec::new()) };
    let mut question = Question::new(codes.into_iter().map(str::to_owned).collect(), *first);
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
    let plan = Plan::over(catalogue, &question, periods)?;
    let reading = Reading::of_schools(tx, scope, plan, (reach, schools.clone()), moment).await?;
    let mut by_indicator: HashMap<&str, Vec<Asked<'_>>> = HashMap::new();
    for asked in asked {
        by_indicator.entry(&asked.ask.indicator).or_default().push(*asked);
    }
    let mut figures = Vec::new();
    for subject in &reading.plan.subjects {
        let due = Due::of(&reading, subject);
        for asked in by_indicator.remove(subject.indicator.definition.code.as_str()).into_iter().flatten() {
            let part = |by: &By| match by {
                By::Within => asked.within,
                by => asked.ask.part(by).filter(|part| !part.is_empty()),
            };
            let group: Group = question.by.iter().map(|by| part(by).map(str::to_owned)).collect();
            let place = reading.expected.place(&question.by, &group);
            let Some(of) = reading.plan.periods.iter().position(|period| *period == asked.ask.period) else { continue };
            let figure = reading.figure_of(subject, &due, of, (place, &group));
            let only = asked.ask.only.iter();
            let group = only.map(|(by, part)| (by.to_string(), Some(part.clone()).filter(|part| !part.is_empty())));
            figures.push((asked.number, Figure { group: group.collect(), ..figure }));
        }
    }
    Ok(figures)
}
