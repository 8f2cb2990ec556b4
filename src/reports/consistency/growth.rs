//! Growth that does not follow from the two values.

use std::ops::Range;

use rust_decimal::Decimal;

use super::Found;
use super::passage::{Passage, Traced};
use super::quantity::{Kind, Quantity};
use super::typed::{Facts, LEAST_LIKENESS, Measured, likeness, overlap, plain};
use super::uses::{previous, value};
use crate::documents::{Document, FindingKind, Shows, Source};
use crate::platform::decimal;
use crate::say;

const UP: [&str; 12] =
    ["提高", "增长", "增加", "上升", "提升", "增幅", "增幅为", "增幅达", "净增", "上涨", "升高", "多"];
const DOWN: [&str; 10] = ["下降", "减少", "降低", "回落", "下滑", "降幅", "降幅为", "降幅达", "缩减", "压减"];

/// What stands between such a word and the number.
const BETWEEN: [&str; 5] = ["了", "约", "达", "近", "为"];

/// What says that something is compared with the period before.
const COMPARED: [&str; 6] = ["比", "较", "同比", "环比", "由", "从"];

/// How the period before is called.
const BEFORE: [&str; 6] = ["上年", "去年", "上一年", "上年度", "上期", "年初"];

/// Between which numbers something lies.
type Interval = (Decimal, Decimal);

pub(super) fn check(document: &Document, passages: &[Passage], facts: &Facts<'_>, found: &mut Vec<Found>) {
    for passage in passages {
        found.extend(passage.traced.iter().filter_map(|traced| doubled(passage, traced)));
        for quantity in &passage.quantities {
            if !matches!(quantity.kind, Kind::Percent | Kind::Points) {
                continue;
            }
            let statement = match passage.traced(quantity) {
                Some(Traced { shows: Shows::Growth, sources, .. }) => traced(document, passage, quantity, sources),
                Some(_) => None,
                None => typed(document, passage, quantity, facts),
            };
            found.extend(statement.and_then(|statement| statement.contradiction(passage)));
        }
    }
}

/// A number from data that says itself which way it went, behind a word that says so as well: `提高-1.45%`, `提高下降1.45%`.
fn doubled(passage: &Passage, traced: &Traced) -> Option<Found> {
    let before = passage.slice(0..traced.range.start).trim_end_matches('了');
    let word = UP.iter().chain(&DOWN).filter(|word| before.ends_with(**word)).max_by_key(|word| word.len())?;
    let text = passage.slice(traced.range.clone());
    let says_itself = text.starts_with(['-', '−']) || UP.iter().chain(&DOWN).any(|word| text.starts_with(word));
    says_itself.then(|| {
        let message = say!(
            "“{word}”之后的“{text}”又说了一次升降；请用 rise 表述",
            "“{text}” says once more which way it went, behind “{word}”; word it by rise"
        );
        Found::within(passage, traced.range.start, FindingKind::Growth, text, message)
    })
}

/// Says that something has grown by so much.
struct Statement<'a> {
    /// By how much, and less than nothing where it fell.
    growth: Interval,
    decimals: u32,
    is_points: bool,
    /// What it was, or may have been, and what it is.
    values: Vec<(Interval, Interval)>,
    words: Range<usize>,
    print: &'a str,
    at: usize,
}

impl Statement<'_> {
    /// What it should have said; nothing where any of the values allows it.
    fn contradiction(&self, passage: &Passage) -> Option<Found> {
        let follows = |(before, now): &(Interval, Interval)| match growth(*before, *now, self.is_points) {
            Some((low, high)) => low <= self.growth.1 && self.growth.0 <= high,
            None => true,
        };
        if self.values.iter().any(follows) {
            return None;
        }
        let (before, now) = self.values.first()?;
        let (low, high) = growth(*before, *now, self.is_points)?;
        let right = decimal::round(low / Decimal::TWO + high / Decimal::TWO, self.decimals.max(2));
        let middle = |(low, high): Interval| ((low + high) / Decimal::TWO).normalize();
        let (before, now, print) = (middle(*before), middle(*now), self.print);
        let unit = if self.is_points { "个百分点" } else { "%" };
        // Where only the direction is wrong, the number alone would be the same.
        let is_turned = self.growth.1 <= Decimal::ZERO && right > Decimal::ZERO;
        let right = if is_turned { format!("+{right}") } else { right.to_string() };
        let message = say!(
            "由 {before} 到 {now} 的变化为 {right}{unit}，不是 {print}",
            "From {before} to {now} is a change of {right}{unit}, not of {print}"
        );
        let quote = passage.slice(self.words.clone());
        Some(Found::within(passage, self.at, FindingKind::Growth, quote, message))
    }
}

/// The growth between two values, in percent, or of percents in points.
fn growth(before: Interval, now: Interval, is_points: bool) -> Option<Interval> {
    if is_points {
        return Some((now.0 - before.1, now.1 - before.0));
    }
    if before.0 <= Decimal::ZERO {
        return None;
    }
    let growth = |now: Decimal, before: Decimal| {
        now.checked_div(before)?.checked_sub(Decimal::ONE)?.checked_mul(Decimal::ONE_HUNDRED)
    };
    Some((growth(now.0, before.1)?, growth(now.1, before.0)?))
}

/// Which way, by the word that ends a text.
fn direction(before: &str) -> Option<Decimal> {
    let mut before = before.trim_end();
    for word in BETWEEN {
        before = before.strip_suffix(word).unwrap_or(before);
    }
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    match (ends(&UP), ends(&DOWN)) {
        (true, _) => Some(Decimal::ONE),
        (_, true) => Some(Decimal::NEGATIVE_ONE),
        _ => None,
    }
}

fn signed(quantity: &Quantity, sign: Decimal) -> Interval {
    let (one, other) = (quantity.low * sign, quantity.high * sign);
    (one.min(other), one.max(other))
}

/// Growth that comes from data, against the values of that.
fn traced<'a>(
    document: &Document,
    passage: &'a Passage,
    quantity: &Quantity,
    sources: &[usize],
) -> Option<Statement<'a>> {
    let source = document.sources.get(*sources.first()?)?;
    let (before, now) = previous(source).zip(value(source))?;
    let sign = direction(passage.slice(0..quantity.range.start)).unwrap_or(Decimal::ONE);
    Some(Statement {
        growth: signed(quantity, sign),
        decimals: quantity.decimals,
        is_points: false,
        values: vec![((before, before), (now, now))],
        words: passage.clause_at(quantity.range.start),
        print: passage.slice(quantity.range.clone()),
        at: quantity.range.start,
    })
    .filter(|_| quantity.kind == Kind::Percent)
}

/// Growth that was typed, against what the same sentence says, or what is known.
fn typed<'a>(
    document: &Document,
    passage: &'a Passage,
    quantity: &Quantity,
    facts: &Facts<'_>,
) -> Option<Statement<'a>> {
    let sentence = passage.sentence_at(quantity.range.start);
    let before = sentence.start..quantity.range.start;
    let sign = direction(passage.slice(before.clone()))?;
    let comparison = bracketed(passage, &before, quantity).or_else(|| comparison(passage, &before))?;
    let roles = Roles::of(passage, quantity, &before, comparison)?;
    let now = (roles.value.low, roles.value.high);
    let is_points = quantity.kind == Kind::Points;
    let values = if let Some(before) = roles.before {
        vec![((before.low, before.high), now)]
    } else if let Some(difference) = roles.difference {
        let by = signed(difference.0, difference.1);
        vec![((now.0 - by.1, now.1 - by.0), now)]
    } else {
        let subject = passage.slice(roles.value.range.end..comparison);
        let year = year(passage.slice(comparison..quantity.range.start));
        let of_source = passage.traced(roles.value).and_then(|traced| of_source(document, traced, subject));
        match of_source {
            Some(values) => vec![values],
            None => known(facts, roles.value, (passage.slice(before), subject, year.as_deref())),
        }
    };
    let words = passage.clause_at(roles.value.range.start).start..quantity.range.end;
    Some(Statement {
        growth: signed(quantity, sign),
        decimals: quantity.decimals,
        is_points,
        values,
        words,
        print: passage.slice(quantity.range.clone()),
        at: quantity.range.start,
    })
}

/// Where the comparison begins that ends where a range does.
fn comparison(passage: &Passage, range: &Range<usize>) -> Option<usize> {
    let text = passage.slice(range.clone());
    let is_word = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        let is_other = ["比例", "比重", "比率", "比赛", "比如", "比较", "从事", "由于", "从而"]
            .iter()
            .any(|other| rest.starts_with(other));
        let ends = text
            .get(..*at)
            .is_some_and(|before| before.ends_with(['占', '对', '评', '环', '同', '生', '自', '经', '理']));
        !is_other && (!ends || rest.starts_with("同比") || rest.starts_with("环比"))
    };
    let all = COMPARED.iter().flat_map(|word| text.match_indices(word)).map(|(at, _)| at);
    all.filter(is_word).max().map(|at| range.start + at)
}

/// Where a bracket begins that says what it was in the period before, between the value and its growth, and nothing else:
/// 上线135人（上年130人），提高3.7%.
fn bracketed(passage: &Passage, range: &Range<usize>, growth: &Quantity) -> Option<usize> {
    let text = passage.slice(range.clone());
    let open = range.start + text.rfind(['（', '('])?;
    let inner = open + passage.slice(open..range.end).chars().next()?.len_utf8();
    let close = inner + passage.slice(inner..range.end).find(['）', ')'])?;
    let at = close - amount_before(passage.slice(inner..close))?.len();
    let is_before = passage.within(&(inner..close)).any(|quantity| quantity.range == (at..close));
    let is_of_value = passage.within(range).any(|quantity| quantity.range.end == open && grows(quantity, growth));
    (is_before && is_of_value && says_only_direction(passage.slice(close..range.end))).then_some(open)
}

/// What is said of the period before: 130人 of `上年同期为130人` and of `2021年130人`.
fn amount_before(said: &str) -> Option<&str> {
    let of_year =
        || said.get(4..).filter(|_| said.bytes().take(4).all(|byte| byte.is_ascii_digit()))?.strip_prefix('年');
    let named = BEFORE.iter().filter_map(|word| said.strip_prefix(word)).min_by_key(|rest| rest.len());
    let rest = named.or_else(of_year)?;
    let rest = ["同期", "年底", "末", "底"].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
    Some(rest.trim_start_matches(['为', '是']))
}

/// Whether a text, from the end of a bracket, says only which way something went: `），同比提高了`.
fn says_only_direction(behind: &str) -> bool {
    let behind = behind.trim_start_matches(['）', ')', '，', ',', ' ']);
    let behind =
        ["同比", "环比", "比上年", "较上年"].iter().find_map(|word| behind.strip_prefix(word)).unwrap_or(behind);
    let words = BETWEEN.iter().fold(behind, |words, word| words.strip_suffix(word).unwrap_or(words));
    UP.iter().chain(&DOWN).any(|word| *word == words)
}

/// Whether a growth may be that of a quantity: points of a percentage, percents of a number.
fn grows(quantity: &Quantity, growth: &Quantity) -> bool {
    match growth.kind {
        Kind::Points => quantity.kind == Kind::Percent,
        _ => matches!(quantity.kind, Kind::Count(_)),
    }
}

/// What the quantities before a growth are to it.
struct Roles<'a> {
    value: &'a Quantity,
    before: Option<&'a Quantity>,
    /// With its sign.
    difference: Option<(&'a Quantity, Decimal)>,
}

impl<'a> Roles<'a> {
    fn of(passage: &'a Passage, growth: &Quantity, range: &Range<usize>, comparison: usize) -> Option<Self> {
        let quantities: Vec<&Quantity> = passage.within(range).filter(|quantity| grows(quantity, growth)).collect();
        let (mut before, mut difference) = (None, None);
        let mut rest = quantities.iter().rev().copied().peekable();
        // 由130人增加到135人，提高3.8%
        let begins = passage.slice(comparison..range.end);
        let is_from = begins.starts_with(['由', '从']);
        while let Some(quantity) = rest.next_if(|quantity| quantity.range.start > comparison) {
            let words = passage.slice(comparison..quantity.range.start);
            if let Some(sign) = direction(words) {
                difference = Some((quantity, sign));
            } else if is_from && words.ends_with(['到', '至']) {
                let from = rest.next().filter(|from| from.range.start > comparison && like(from, quantity))?;
                return Some(Self { value: quantity, before: Some(from), difference: None });
            } else {
                before = Some(quantity);
            }
        }
        let value = rest.next()?;
        let is_like = |other: &&Quantity| like(other, value);
        let earlier =
            rest.next().filter(is_like).filter(|earlier| is_of_period_before(passage, range, (earlier, value)));
        let difference = difference.filter(|(difference, _)| like(difference, value));
        Some(Self { value, before: before.filter(is_like).or(earlier), difference })
    }
}

fn like(one: &Quantity, other: &Quantity) -> bool {
    one.is_like(other) || one.kind == Kind::Percent && other.kind == Kind::Percent
}

/// Whether one quantity is said of the period before that of which the other one is said: 2021年130人，2022年135人.
fn is_of_period_before(passage: &Passage, range: &Range<usize>, (earlier, value): (&Quantity, &Quantity)) -> bool {
    let of_earlier = year(passage.slice(range.start..earlier.range.start));
    let of_value = year(passage.slice(earlier.range.end..value.range.start));
    of_earlier.zip(of_value).is_some_and(|(earlier, value)| earlier < value && BEFORE.iter().all(|word| value != *word))
}

/// The last year that a text names, or what stands for the one before.
fn year(text: &str) -> Option<String> {
    let mut of_number = text.match_indices('年').filter_map(|(at, _)| {
        let digits = text.get(at.checked_sub(4)?..at)?;
        digits.chars().all(|c| c.is_ascii_digit()).then(|| digits.to_owned())
    });
    let word = || BEFORE.iter().find(|word| text.contains(*word)).map(|word| (*word).to_owned());
    of_number.next_back().or_else(word)
}

/// What the source of a value was and is.
fn of_source(document: &Document, traced: &Traced, subject: &str) -> Option<(Interval, Interval)> {
    let source = document.sources.get(*traced.sources.first()?)?;
    let name = match source {
        Source::Figure { name, .. } => plain(name),
        Source::Records { .. } | Source::Evaluation { .. } | Source::Sheet { .. } => return None,
    };
    let (before, now) = previous(source).zip(value(source)).filter(|_| traced.shows == Shows::Value)?;
    is_about(subject, &name).then_some(((before, before), (now, now)))
}

/// Whether the words between a value and its comparison may still be about the value: they name nothing, or the same.
fn is_about(subject: &str, name: &str) -> bool {
    let subject: String = plain(subject).chars().filter(|c| !c.is_ascii_digit() && *c != '年').collect();
    subject.is_empty() || overlap(&subject, name) >= Decimal::new(5, 1)
}

/// What may have been in the period before, by figures of which the text may speak; the most likely first.
fn known(
    facts: &Facts<'_>,
    value: &Quantity,
    (text, subject, year): (&str, &str, Option<&str>),
) -> Vec<(Interval, Interval)> {
    let before = |Measured { fact, value, scale, .. }: &Measured<'_>| {
        let likeness = likeness(fact, text).filter(|likeness| *likeness >= LEAST_LIKENESS)?;
        let (period, before) = fact.previous.as_ref()?;
        let is_same = year.is_none_or(|year| BEFORE.contains(&year) || period == year);
        let name: String = fact.names.iter().map(|name| plain(name)).collect();
        let before = before.checked_mul(*scale)?;
        (is_same && is_about(subject, &name)).then_some((likeness, ((before, before), (*value, *value))))
    };
    let mut likely: Vec<(Decimal, (Interval, Interval))> = facts.fitting(value).filter_map(before).collect();
    likely.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    likely.into_iter().map(|(_, values)| values).collect()
}
