//! Parts and their whole within a sentence: `其中…`, and `A所…、B所…，共C所`.

use std::ops::Range;

use rust_decimal::Decimal;

use super::Found;
use super::passage::Passage;
use super::quantity::Quantity;
use crate::documents::FindingKind;
use crate::say;

/// What introduces the total behind its parts.
const TOTALS: [&str; 7] = ["共计", "合计", "总计", "总共", "一共", "共有", "共"];

/// What may stand between that and the total.
const BETWEEN: [&str; 5] = ["有", "计", "为", "达", "约"];

/// What says that nothing is left out.
const RESTS: [&str; 4] = ["其余", "另外", "其他", "剩余"];

/// The longest words of an item of a list, in bytes.
const LONGEST: usize = 60;

pub(super) fn check(passages: &[Passage], found: &mut Vec<Found>) {
    for passage in passages {
        let mut before: Option<Range<usize>> = None;
        for sentence in passage.sentences() {
            subsets(passage, before.as_ref(), &sentence, found);
            totals(passage, &sentence, found);
            before = Some(sentence);
        }
    }
}

/// An item of a list: words with one quantity.
struct Item<'a> {
    range: Range<usize>,
    quantity: &'a Quantity,
}

impl Item<'_> {
    /// Whether the quantity begins the words, and whether it ends them.
    fn shape(&self, passage: &Passage) -> (bool, bool) {
        let words = passage.slice(self.range.clone());
        let (start, end) =
            (self.range.start + words.len() - words.trim_start().len(), self.range.start + words.trim_end().len());
        (self.quantity.range.start == start, self.quantity.range.end == end)
    }
}

/// The clauses of a range, those without a quantity as a part of the next one: `校长、园长58名` is one item.
fn items<'a>(passage: &'a Passage, range: &Range<usize>) -> Vec<(Range<usize>, Vec<&'a Quantity>)> {
    let mut items: Vec<(Range<usize>, Vec<&Quantity>)> = Vec::new();
    let mut begun: Option<usize> = None;
    for clause in passage.clauses(range.clone()) {
        let quantities: Vec<&Quantity> = passage.within(&clause).collect();
        let start = begun.take().unwrap_or(clause.start);
        let is_listed = passage.text.get(clause.end..).is_some_and(|rest| rest.starts_with('、'));
        if quantities.is_empty() && is_listed {
            begun = Some(start);
        } else {
            items.push((start..clause.end, quantities));
        }
    }
    items
}

/// Items of the same unit and shape, from the first on.
fn alike<'a>(
    passage: &Passage,
    clauses: impl Iterator<Item = (Range<usize>, Vec<&'a Quantity>)>,
    unit: &Quantity,
) -> Vec<Item<'a>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    for (range, quantities) in clauses {
        let [quantity] = quantities.as_slice() else { break };
        let item = Item { range, quantity };
        let is_alike = items.first().is_none_or(|first| {
            first.shape(passage) == item.shape(passage)
                && item.shape(passage) != (false, false)
                && item.range.len() <= LONGEST
        });
        if !quantity.is_like(unit) || !is_alike {
            break;
        }
        items.push(item);
    }
    items
}

fn sum<'a>(items: impl Iterator<Item = &'a Item<'a>>) -> (Decimal, Decimal) {
    items.fold((Decimal::ZERO, Decimal::ZERO), |(low, high), item| (low + item.quantity.low, high + item.quantity.high))
}

/// `m人，其中n人`.
fn subsets(passage: &Passage, before: Option<&Range<usize>>, sentence: &Range<usize>, found: &mut Vec<Found>) {
    let text = passage.slice(sentence.clone());
    let marks: Vec<usize> = text.match_indices("其中").map(|(at, _)| sentence.start + at).collect();
    for (i, mark) in marks.iter().enumerate() {
        let end = marks.get(i + 1).copied().unwrap_or(sentence.end);
        let start = *mark + "其中".len();
        // A sentence that begins with it speaks of the one before.
        let is_first = passage.slice(sentence.start..*mark).trim().is_empty();
        let wholes = if is_first { before.cloned() } else { Some(sentence.start..*mark) };
        let Some(wholes) = wholes else { continue };
        let rest = items(passage, &(start..end));
        let Some(first) = rest.iter().find_map(|(_, quantities)| quantities.first()) else { continue };
        let Some(whole) = passage.within(&wholes).rfind(|whole| whole.is_like(first)) else { continue };
        // Between a whole and its parts stands nothing else that is counted alike, but what it is compared with.
        let listed = alike(passage, rest.iter().cloned().skip_while(|(_, quantities)| quantities.is_empty()), whole);
        let quote = |last: usize| passage.slice(passage.clause_at(whole.range.start).start..last);
        let single = [*first];
        let parts: Vec<&Quantity> =
            if listed.is_empty() { single.to_vec() } else { listed.iter().map(|item| item.quantity).collect() };
        if let Some(part) = parts.iter().find(|part| part.low > whole.high) {
            let (n, m) = (passage.slice(part.range.clone()), passage.slice(whole.range.clone()));
            let message = say!("其中的 {n} 大于整体 {m}", "{n} of {m} is more than the whole");
            found.push(Found::within(passage, part.range.start, FindingKind::Subset, quote(part.range.end), message));
            continue;
        }
        let Some(last) = listed.last().filter(|_| listed.len() > 1) else { continue };
        let (low, high) = sum(listed.iter());
        let words = passage.slice(start..last.range.end);
        let is_complete = RESTS.iter().any(|rest| words.contains(rest));
        let is_list = !words.contains('，');
        if low > whole.high && (is_list || is_complete) || high < whole.low && is_complete {
            let total = passage.slice(whole.range.clone());
            let at = last.quantity.range.start;
            let found_here = contradiction(passage, (low, high), total, (at, quote(last.range.end)));
            found.push(found_here);
        }
    }
}

/// `A所…、B所…，共C所`.
fn totals(passage: &Passage, sentence: &Range<usize>, found: &mut Vec<Found>) {
    for total in passage.within(sentence) {
        let before = passage.slice(sentence.start..total.range.start);
        let Some(mark) = total_mark(before) else { continue };
        let mark = sentence.start + mark;
        let listed = items(passage, &(sentence.start..mark))
            .into_iter()
            .rev()
            .filter(|(range, _)| !passage.slice(range.clone()).trim().is_empty());
        let parts = alike(passage, listed, total);
        let sums = |count: usize| sum(parts.iter().take(count));
        let adds_up = |count: usize| {
            let (low, high) = sums(count);
            low <= total.high && total.low <= high
        };
        let Some(first) = parts.last().filter(|_| parts.len() > 1) else { continue };
        if !(2..=parts.len()).any(adds_up) {
            let quote = passage.slice(first.range.start..total.range.end);
            let print = passage.slice(total.range.clone());
            found.push(contradiction(passage, sums(parts.len()), print, (total.range.start, quote)));
        }
    }
}

/// Where the word stands that makes what follows a total.
fn total_mark(before: &str) -> Option<usize> {
    let words = BETWEEN.iter().fold(before, |words, word| words.strip_suffix(word).unwrap_or(words));
    [before, words].iter().find_map(|words| TOTALS.iter().find_map(|total| words.strip_suffix(total)).map(str::len))
}

fn contradiction(passage: &Passage, (low, high): (Decimal, Decimal), total: &str, (at, quote): (usize, &str)) -> Found {
    let sum = ((low + high) / Decimal::TWO).normalize();
    let message = say!("各部分合计为 {sum}，不是 {total}", "The parts add up to {sum}, not to {total}");
    Found::within(passage, at, FindingKind::Total, quote, message)
}
