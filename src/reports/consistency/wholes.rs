//! Two halves of a whole, and the whole wherever the document names it: 28 schools with branches of their own and 48 in joint
//! ones are all schools, of which there are 74.

use super::Found;
use super::passage::Passage;
use super::quantity::Quantity;
use crate::documents::FindingKind;
use crate::say;

/// Words of which everything is one or the other.
const HALVES: [(&str, &str); 5] =
    [("独立", "联合"), ("公办", "民办"), ("城区", "农村"), ("城镇", "乡村"), ("男", "女")];

/// What is divided.
const NOUNS: [&str; 7] = ["学校", "幼儿园", "教师", "教职工", "学生", "项目", "机构"];

/// What says that all are meant.
const EVERYWHERE: [&str; 5] = ["全县", "全市", "全区", "全局", "共"];
const ALL: [&str; 6] = ["全覆盖", "全部", "均", "所有", "都", "共"];

/// How far words stand from their number, in characters.
const LONGEST: usize = 100;

pub(super) fn check(passages: &[Passage], found: &mut Vec<Found>) {
    for passage in passages {
        let is_said = |word: &str| passage.text.contains(word);
        let halves = HALVES.into_iter().filter(|(one, other)| is_said(one) && is_said(other));
        let halves: Vec<(&str, &str)> = halves.collect();
        if halves.is_empty() {
            continue;
        }
        let firsts = passage.quantities.iter().filter(|quantity| is_first(passage, quantity));
        let said: Vec<(&Quantity, &str)> =
            firsts.map(|quantity| (quantity, tail(passage, quantity, &['，', '。', '；', '\n']))).collect();
        for (one, other) in halves {
            for noun in NOUNS.into_iter().filter(|noun| is_said(noun)) {
                let of = |half: &str, opposite: &str| -> Option<&Quantity> {
                    let is_half =
                        |words: &str| words.contains(half) && words.contains(noun) && !words.contains(opposite);
                    let mut halves = said.iter().filter(|(_, words)| is_half(words));
                    // Where there are several, it is not sure which are the halves.
                    let (first, _) = *halves.next()?;
                    if halves.next().is_none() { Some(first) } else { None }
                };
                if let Some((one, other)) = of(one, other).zip(of(other, one)).filter(|(one, other)| one.is_like(other))
                {
                    found.extend(contradiction(passages, passage, (one, other), noun));
                }
            }
        }
    }
}

fn contradiction(
    passages: &[Passage],
    passage: &Passage,
    (one, other): (&Quantity, &Quantity),
    noun: &str,
) -> Option<Found> {
    let (low, high) = (one.low + other.low, one.high + other.high);
    let is_half = |whole: &Quantity| whole == one || whole == other;
    let named = || {
        let all = passages.iter().flat_map(|passage| passage.quantities.iter().map(move |whole| (passage, whole)));
        all.filter(|(at, whole)| {
            let is_here = std::ptr::eq(*at, passage);
            whole.is_like(one) && !(is_here && is_half(whole)) && names(at, whole, noun)
        })
    };
    if named().any(|(_, whole)| low <= whole.high && whole.low <= high) {
        return None;
    }
    let (at, whole) =
        named().filter(|(passage, whole)| is_whole(passage, whole)).max_by_key(|(_, whole)| whole.value)?;
    let words = |passage: &Passage, quantity: &Quantity| {
        format!("{}{}", passage.slice(quantity.range.clone()), tail(passage, quantity, &['，', '。', '；', '\n']))
    };
    let (first, second) = if one.range.start < other.range.start { (one, other) } else { (other, one) };
    let quote = format!("{} … {}", words(passage, first), words(passage, second));
    let (sum, total) = ((one.value + other.value).normalize(), words(at, whole));
    let total = total.split('、').next().unwrap_or_default();
    let (first, second) = (first.value.normalize(), second.value.normalize());
    let message = say!(
        "{first} + {second} = {sum}，与“{total}”不符",
        "{first} and {second} make {sum}, and elsewhere it says “{total}”"
    );
    Some(Found::within(passage, one.range.start.min(other.range.start), FindingKind::Total, &quote, message))
}

/// The words behind a quantity, up to a mark.
fn tail<'a>(passage: &'a Passage, quantity: &Quantity, marks: &[char]) -> &'a str {
    let rest = passage.text.get(quantity.range.end..).unwrap_or_default();
    let near = rest.char_indices().nth(LONGEST).map_or(rest.len(), |(end, _)| end);
    rest.get(..near).unwrap_or_default().split(marks).next().unwrap_or_default()
}

/// Whether no other quantity stands before it between the same commas, as 48 does before 3 in 48所党员不足3个的学校.
fn is_first(passage: &Passage, quantity: &Quantity) -> bool {
    let clause = passage.clause_at(quantity.range.start);
    passage.within(&clause).next().is_some_and(|first| first == quantity)
}

/// Whether a quantity counts what a noun names, and nothing that belongs to it.
fn names(passage: &Passage, quantity: &Quantity, noun: &str) -> bool {
    let words = tail(passage, quantity, &['，', '、', '。', '；', '（', '\n']);
    let rest = words.split_once(noun).map(|(_, rest)| rest);
    rest.is_some_and(|rest| rest.is_empty() || ALL.iter().any(|word| rest.starts_with(word)))
}

/// Whether a quantity is said to be of all.
fn is_whole(passage: &Passage, quantity: &Quantity) -> bool {
    let clause = passage.slice(passage.clause_at(quantity.range.start).start..quantity.range.start);
    let sentence = passage.slice(passage.sentence_at(quantity.range.start));
    EVERYWHERE.iter().any(|word| clause.ends_with(word)) && ALL.iter().any(|word| sentence.contains(word))
}
