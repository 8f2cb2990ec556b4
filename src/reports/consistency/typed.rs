//! Numbers typed as text where an indicator exists, and how a text is found to speak of one.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::passage::Passage;
use super::quantity::{Kind, Quantity, alike, unit};
use super::{Fact, Found};
use crate::documents::FindingKind;
use crate::say;

/// What a name ends with, and a text does not say.
const ENDS: [&str; 13] =
    ["人数", "个数", "次数", "家数", "校数", "人次", "总数", "期数", "项数", "金额", "(台账)", "（台账）", "数"];

/// How much of a name a text says that means it.
const NAMED: Decimal = Decimal::from_parts(6, 0, 0, false, 1);

/// How much of the name of a fact a text says at least that is held against it, here or elsewhere.
pub(super) const LEAST_LIKENESS: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

pub(super) fn check(passages: &[Passage], facts: &Facts<'_>, found: &mut Vec<Found>) {
    for passage in passages {
        for quantity in passage.quantities.iter().filter(|quantity| quantity.traced.is_none()) {
            let fitting: Vec<&Fact> = facts.fitting(quantity).map(|fitting| fitting.fact).collect();
            if fitting.is_empty() {
                continue;
            }
            let text = passage.slice(passage.clause_at(quantity.range.start));
            let sentence = passage.slice(passage.sentence_at(quantity.range.start));
            let speaks = |fact: &Fact| likeness(fact, sentence).filter(|likeness| *likeness >= NAMED);
            let likely = fitting.into_iter().filter(|fact| speaks(fact).is_some());
            let best = likely.max_by_key(|fact| (likeness(fact, text), speaks(fact), fact.names.len()));
            if let Some(Fact { indicator, names, .. }) = best {
                let name = names.join("·");
                let message = say!(
                    "此数为手工录入，可由指标“{name}”（{indicator}）得出",
                    "This is typed, and the indicator {indicator} ({name}) gives it"
                );
                found.push(Found::within(passage, quantity.range.start, FindingKind::Typed, text, message));
            }
        }
    }
}

/// Facts by their values, so that those are found that a quantity may be.
pub(super) struct Facts<'a>(Vec<Measured<'a>>);

/// A fact in the units in which texts count.
pub(super) struct Measured<'a> {
    pub fact: &'a Fact,
    pub value: Decimal,
    /// How many of the units of texts that of the fact is.
    pub scale: Decimal,
    /// None of shares, which are of a hundred.
    unit: Option<&'static str>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(facts: &'a [Fact]) -> Self {
        let measured = |fact: &'a Fact| {
            let (unit, scale) = match fact.unit.as_deref().filter(|unit| !unit.is_empty()) {
                None => (None, Decimal::ONE_HUNDRED),
                Some("%" | "％") => (None, Decimal::ONE),
                Some(name) => unit(name).map(|(unit, scale)| (Some(unit), scale))?,
            };
            Some(Measured { fact, value: fact.value.checked_mul(scale)?, scale, unit })
        };
        let mut all: Vec<Measured<'_>> = facts.iter().filter_map(measured).collect();
        all.sort_by_key(|measured| measured.value);
        Self(all)
    }

    /// Those of the same unit whose value a quantity may be.
    pub(super) fn fitting(&self, quantity: &Quantity) -> impl Iterator<Item = &Measured<'a>> {
        let Self(all) = self;
        let first = all.partition_point(|measured| measured.value < quantity.low);
        let last = all.partition_point(|measured| measured.value <= quantity.high);
        let kind = quantity.kind;
        let is_in_unit = move |measured: &&Measured<'_>| match (kind, measured.unit) {
            (Kind::Percent, None) => true,
            (Kind::Count(own), Some(unit)) => alike(own, unit),
            _ => false,
        };
        all.get(first..last).unwrap_or_default().iter().filter(is_in_unit)
    }
}

/// Pairs of characters of texts, and single ones: of what is named in one of the texts, as much is found among these.
#[derive(Debug)]
pub(in crate::reports) struct Spoken(HashSet<String>);

impl Spoken {
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut spoken = HashSet::new();
        for text in texts {
            let characters: Vec<char> = plain(text).chars().collect();
            spoken.extend(characters.windows(2).map(|pair| pair.iter().collect()));
            spoken.extend(characters.iter().map(char::to_string));
        }
        Self(spoken)
    }

    /// Whether any of the texts may speak of a fact.
    pub(in crate::reports) fn names(&self, fact: &Fact) -> bool {
        likeness_in(fact, |some| self.0.contains(some)).is_some_and(|likeness| likeness >= LEAST_LIKENESS)
    }
}

/// How much of the name of a fact stands in a text, of 1; none where the text does not name all of the parts.
pub(super) fn likeness(fact: &Fact, text: &str) -> Option<Decimal> {
    let text = plain(text);
    likeness_in(fact, |some| text.contains(some))
}

fn likeness_in(fact: &Fact, contains: impl Fn(&str) -> bool) -> Option<Decimal> {
    let (name, parts) = fact.names.split_first()?;
    let is_named = |part: &String| overlap_in(&plain(part), &contains) >= NAMED;
    parts.iter().all(is_named).then(|| overlap_in(&core(name), &contains))
}

/// How many of the pairs of characters of a text stand in another one, of 1.
pub(super) fn overlap(of: &str, text: &str) -> Decimal {
    overlap_in(of, |some| text.contains(some))
}

fn overlap_in(of: &str, contains: impl Fn(&str) -> bool) -> Decimal {
    let characters: Vec<char> = of.chars().collect();
    let pairs: Vec<String> = characters.windows(2).map(|pair| pair.iter().collect()).collect();
    if pairs.is_empty() {
        return if !of.is_empty() && contains(of) { Decimal::ONE } else { Decimal::ZERO };
    }
    let shared = pairs.iter().filter(|pair| contains(pair.as_str())).count();
    Decimal::from(shared).checked_div(Decimal::from(pairs.len())).unwrap_or_default()
}

/// The name without what every name has.
fn core(name: &str) -> String {
    let name = name.strip_prefix("其中：").unwrap_or(name);
    let name = ENDS.iter().fold(name, |name, end| name.strip_suffix(end).unwrap_or(name));
    plain(name)
}

/// Only what is read aloud.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() && *c != '的').collect()
}
