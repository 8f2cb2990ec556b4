//! Numbers typed as text where an indicator exists, and how a text is found to speak of one.

use rust_decimal::Decimal;

use super::passage::{Kind, Passage, Quantity, alike, unit};
use super::{Fact, Found};
use crate::documents::FindingKind;
use crate::say;

/// What a name ends with, and a text does not say.
const ENDS: [&str; 13] =
    ["人数", "个数", "次数", "家数", "校数", "人次", "总数", "期数", "项数", "金额", "(台账)", "（台账）", "数"];

pub(super) fn check(passages: &[Passage], facts: &[Fact], found: &mut Vec<Found>) {
    for passage in passages {
        for quantity in passage.quantities.iter().filter(|quantity| quantity.traced.is_none()) {
            let text = passage.slice(passage.clause_at(quantity.range.start));
            let sentence = passage.slice(passage.sentence_at(quantity.range.start));
            let speaks = |fact: &&Fact| likeness(fact, sentence).filter(|likeness| *likeness >= Decimal::new(6, 1));
            let likely = facts.iter().filter(|fact| fits(quantity, fact) && speaks(fact).is_some());
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

/// Whether a quantity may be the value of a fact.
pub(super) fn fits(quantity: &Quantity, fact: &Fact) -> bool {
    in_units_of(quantity, fact)
        .is_some_and(|scale| fact.value.checked_mul(scale).is_some_and(|value| quantity.may_be(value)))
}

/// How many of the units of a quantity the unit of a fact is; none where they are others.
pub(super) fn in_units_of(quantity: &Quantity, fact: &Fact) -> Option<Decimal> {
    let of_fact = fact.unit.as_deref().filter(|unit| !unit.is_empty());
    match (quantity.kind, of_fact) {
        (Kind::Percent, None) => Some(Decimal::ONE_HUNDRED),
        (Kind::Percent, Some("%" | "％")) => Some(Decimal::ONE),
        (Kind::Count(own), Some(of_fact)) => unit(of_fact).filter(|(unit, _)| alike(own, unit)).map(|(_, scale)| scale),
        _ => None,
    }
}

/// How much of the name of a fact stands in a text, of 1; none where the text does not name all of the parts.
pub(super) fn likeness(fact: &Fact, text: &str) -> Option<Decimal> {
    let text = plain(text);
    let (name, parts) = fact.names.split_first()?;
    let is_named = |part: &String| overlap(&plain(part), &text) >= Decimal::new(6, 1);
    parts.iter().all(is_named).then(|| overlap(&core(name), &text))
}

/// How many of the pairs of characters of a text stand in another one.
pub(super) fn overlap(of: &str, text: &str) -> Decimal {
    let characters: Vec<char> = of.chars().collect();
    let pairs: Vec<String> = characters.windows(2).map(|pair| pair.iter().collect()).collect();
    if pairs.is_empty() {
        return if !of.is_empty() && text.contains(of) { Decimal::ONE } else { Decimal::ZERO };
    }
    let shared = pairs.iter().filter(|pair| text.contains(pair.as_str())).count();
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
