//! Numbers of headings, and those typed where a paragraph begins: each follows the one before, and begins anew under the next
//! heading above.

use super::passage::Passage;
use super::{Found, numerals};
use crate::documents::FindingKind;
use crate::say;

/// How a number is written, the higher first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    /// 一、
    Comma,
    /// （一）
    Brackets,
    /// 1.
    Point,
    /// （1）
    Digits,
    /// 一是
    Clause,
}

const STYLES: [Style; 5] = [Style::Comma, Style::Brackets, Style::Point, Style::Digits, Style::Clause];

impl Style {
    fn print(self, number: u64) -> String {
        let name = numerals::name(number);
        match self {
            Self::Comma => format!("{name}、"),
            Self::Brackets => format!("（{name}）"),
            Self::Point => format!("{number}."),
            Self::Digits => format!("（{number}）"),
            Self::Clause => format!("{name}是"),
        }
    }

    fn of_level(level: u8) -> Option<Self> {
        STYLES.get(usize::from(level).checked_sub(1)?).copied().filter(|style| *style != Self::Clause)
    }
}

/// A number that was found.
struct Mark {
    style: Style,
    number: u64,
    /// Of the text; 0 for that of a heading.
    at: usize,
    print: String,
}

pub(super) fn check(passages: &[Passage], found: &mut Vec<Found>) {
    // The last number of each style; 0 where none is before.
    let mut last = [0_u64; STYLES.len()];
    for passage in passages {
        let marks = marks(passage);
        let styled = marks.first().is_some_and(|mark| mark.style != Style::Clause);
        // Also a heading without a number begins something new.
        if let Some(style) = Style::of_level(passage.level).filter(|_| !styled) {
            begin_below(&mut last, style);
        }
        for mark in marks {
            let Some(before) = last.iter().zip(STYLES).find(|(_, style)| *style == mark.style).map(|(last, _)| *last)
            else {
                continue;
            };
            // A list may begin again beside another one; a section may not.
            let is_list = mark.style == Style::Clause || mark.style >= Style::Point && passage.level == 0;
            if mark.number != before + 1 && !(is_list && mark.number == 1) {
                let (next, print) = (mark.style.print(before + 1), &mark.print);
                let message = if before == 0 {
                    say!("编号应从“{next}”开始，此处为“{print}”", "Numbers begin with {next}, and this is {print}")
                } else {
                    let before = mark.style.print(before);
                    say!(
                        "编号不连续：“{before}”之后应为“{next}”，此处为“{print}”",
                        "The numbers do not follow each other: behind {before} comes {next}, and this is {print}"
                    )
                };
                let quote = quote(passage, &mark);
                found.push(Found::within(passage, mark.at, FindingKind::Numbering, &quote, message));
            }
            begin_below(&mut last, mark.style);
            if let Some((last, _)) = last.iter_mut().zip(STYLES).find(|(_, style)| *style == mark.style) {
                *last = mark.number;
            }
        }
    }
}

fn begin_below(last: &mut [u64; STYLES.len()], above: Style) {
    for (last, _) in last.iter_mut().zip(STYLES).filter(|(_, style)| *style > above) {
        *last = 0;
    }
}

/// The number with the words right behind it.
fn quote(passage: &Passage, mark: &Mark) -> String {
    let text = passage.text.get(mark.at..).unwrap_or_default();
    let is_end = |c: char| matches!(c, '。' | '，' | '；' | '：');
    let clause = text.split(is_end).next().unwrap_or_default();
    if text.starts_with(mark.print.as_str()) { clause.to_owned() } else { format!("{}{clause}", mark.print) }
}

/// The numbers of a passage: one where it begins, and 一是, 二是 wherever they begin a sentence or clause.
fn marks(passage: &Passage) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some((style, number, _)) = leading(&passage.number) {
        marks.push(Mark { style, number, at: 0, print: passage.number.clone() });
    } else if let Some((style, number, length)) = leading(&passage.text) {
        marks.push(Mark { style, number, at: 0, print: passage.slice(0..length).to_owned() });
    }
    let mut begins = true;
    for (at, c) in passage.text.char_indices() {
        let rest = passage.text.get(at..).unwrap_or_default();
        if let Some((number, length)) = clause(rest).filter(|_| begins) {
            marks.push(Mark { style: Style::Clause, number, at, print: passage.slice(at..at + length).to_owned() });
        }
        begins = matches!(c, '。' | '；' | '：' | '，' | ':' | ';' | ' ' | '　' | '\n' | '）');
    }
    marks
}

fn leading(text: &str) -> Option<(Style, u64, usize)> {
    let trimmed = text.trim_start();
    let indent = text.len() - trimmed.len();
    let (is_bracketed, rest) = match trimmed.strip_prefix(['（', '(']) {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let in_digits = numerals::in_digits(rest);
    let numeral = in_digits.or_else(|| numerals::in_characters(rest).ok())?;
    let behind = rest.get(numeral.length..)?;
    let sign = behind.chars().next()?;
    let after = behind.get(sign.len_utf8()..).unwrap_or_default();
    let style = match (is_bracketed, in_digits, sign) {
        (true, None, '）' | ')') => Style::Brackets,
        (true, Some(_), '）' | ')') => Style::Digits,
        // 一、二年级 begins no section.
        (false, None, '、') if numerals::in_characters(after).is_err() => Style::Comma,
        (false, Some(_), '.' | '．' | '、') if numerals::in_digits(after).is_none() => Style::Point,
        _ => return None,
    };
    let number =
        u64::try_from(numeral.value).ok().filter(|number| (1..100).contains(number) && numeral.decimals == 0)?;
    Some((style, number, indent + trimmed.len() - after.len()))
}

fn clause(text: &str) -> Option<(u64, usize)> {
    let numeral = numerals::in_characters(text).ok()?;
    text.get(numeral.length..)?.strip_prefix('是')?;
    let number = u64::try_from(numeral.value).ok().filter(|number| (1..30).contains(number))?;
    Some((number, numeral.length + '是'.len_utf8()))
}
