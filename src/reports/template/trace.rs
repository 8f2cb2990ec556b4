//! How a number keeps its trace through the text in which it stands: it is written between marks of the private use area of
//! Unicode, with the number of its trace. What comes from data and from templates is cleared of such characters before.

/// Begins a number.
const OPEN: char = '\u{e000}';
/// Stands between the number of the trace and the text.
const BETWEEN: char = '\u{e001}';
/// Ends a number.
const CLOSE: char = '\u{e002}';
/// The digits of the number of a trace, which no filter takes for text.
const DIGITS: [char; 10] = [
    '\u{e010}', '\u{e011}', '\u{e012}', '\u{e013}', '\u{e014}', '\u{e015}', '\u{e016}', '\u{e017}', '\u{e018}',
    '\u{e019}',
];

const fn is_mark(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{e01f}')
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reports) enum Piece {
    Text(String),
    /// A number with the number of its trace.
    Number(usize, String),
}

impl Piece {
    fn text_mut(&mut self) -> &mut String {
        match self {
            Self::Text(text) | Self::Number(_, text) => text,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(_, text) => text,
        }
    }
}

/// A text without marks.
pub(in crate::reports) fn cleared(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).collect()
}

/// How many characters mark numbers in a text.
pub(super) fn marks(text: &str) -> usize {
    text.chars().filter(|c| is_mark(*c)).count()
}

/// A text with the number of its trace.
pub(super) fn marked(trace: usize, text: &str) -> String {
    let digits: String =
        trace.to_string().chars().filter_map(|digit| DIGITS.get(usize::try_from(digit.to_digit(10)?).ok()?)).collect();
    format!("{OPEN}{digits}{BETWEEN}{}{CLOSE}", cleared(text))
}

/// A text in the pieces that the marks make of it. A mark that lost its partner means nothing.
pub(super) fn split(text: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text(String::new())];
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            OPEN => {
                let mut trace = None;
                while let Some(digit) = characters.peek().and_then(|c| DIGITS.iter().position(|digit| digit == c)) {
                    characters.next();
                    trace = trace.unwrap_or(0_usize).checked_mul(10).and_then(|trace| trace.checked_add(digit));
                }
                if let (Some(trace), Some(_)) = (trace, characters.next_if_eq(&BETWEEN)) {
                    pieces.push(Piece::Number(trace, String::new()));
                }
            }
            CLOSE => pieces.push(Piece::Text(String::new())),
            c if is_mark(c) => {}
            c => {
                if let Some(piece) = pieces.last_mut() {
                    piece.text_mut().push(c);
                }
            }
        }
    }
    pieces.retain(|piece| !piece.text().is_empty());
    pieces.dedup_by(|next, piece| match (&next, piece) {
        (Piece::Text(next), Piece::Text(text)) => {
            text.push_str(next);
            true
        }
        _ => false,
    });
    pieces
}

/// The paragraphs of a text, which empty lines separate. Within one, a line breaks only because the template was written in
/// lines: between Chinese characters that means nothing, and neither does a space; between others it is a space.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty()).map(|lines| closed_up(&lines.join("\n")));
    paragraphs.filter(|paragraph| !cleared(paragraph).is_empty()).collect()
}

fn closed_up(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut closed = String::with_capacity(text.len());
    let mut i = 0;
    while let Some(c) = characters.get(i).copied() {
        if !matches!(c, ' ' | '\n' | '\t') {
            closed.push(c);
            i += 1;
            continue;
        }
        let end = (i..characters.len())
            .find(|at| characters.get(*at).is_some_and(|c| !matches!(c, ' ' | '\n' | '\t')))
            .unwrap_or(characters.len());
        let breaks = characters.get(i..end).is_some_and(|space| space.contains(&'\n'));
        let before = closed.chars().rev().find(|c| !is_mark(*c));
        let after = characters.get(end..).and_then(|rest| rest.iter().copied().find(|c| !is_mark(*c)));
        let (before, after) = (before.is_none_or(is_wide), after.is_none_or(is_wide));
        if !(before && after || breaks && (before || after)) {
            closed.push(' ');
        }
        i = end;
    }
    closed
}

/// Whether a character is as wide as a Chinese one, so that no space stands beside it.
fn is_wide(c: char) -> bool {
    matches!(unicode_width::UnicodeWidthChar::width(c), Some(2)) || matches!(c, '“' | '”' | '‘' | '’' | '…' | '—' | '·')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn number(trace: usize, text: &str) -> Piece {
        Piece::Number(trace, text.to_owned())
    }

    #[test]
    fn numbers_are_found_where_they_stand() {
        let sentence = format!("上线{}，{}{}。", marked(0, "455人"), marked(12, "提高1.11%"), marked(3, "x"));
        assert_eq!(
            split(&sentence),
            [text("上线"), number(0, "455人"), text("，"), number(12, "提高1.11%"), number(3, "x"), text("。")]
        );
        assert_eq!(
            split(&marked(7, "\u{e000}\u{e011}\u{e001}9\u{e002}")),
            [number(7, "9")],
            "no number within a number"
        );
    }

    #[test]
    fn marks_that_lost_their_partners_mean_nothing() {
        let whole = marked(1, "455");
        for cut in 0..whole.chars().count() {
            let start: String = whole.chars().take(cut).collect();
            let end: String = whole.chars().skip(cut).collect();
            for part in [start, end] {
                let shown: String = split(&part).iter().map(Piece::text).collect();
                assert_eq!(shown, cleared(&part), "{part:?}");
            }
        }
        assert_eq!(split("\u{e000}\u{e019}\u{e019}"), []);
        let overflowing = format!("{OPEN}{}{BETWEEN}9", "\u{e019}".repeat(40));
        assert_eq!(split(&overflowing).iter().map(Piece::text).collect::<String>(), "9");
    }

    #[test]
    fn lines_and_spaces_between_chinese_characters_mean_nothing() {
        let number = marked(0, "2");
        for (text, expected) in [
            ("甲\n  乙 丙", vec!["甲乙丙"]),
            ("甲\n\n\n乙\n", vec!["甲", "乙"]),
            (" \n \n", vec![]),
            ("2022 AI\nGo 语言", vec!["2022 AI Go 语言"]),
            ("甲　乙", vec!["甲　乙"]),
            ("说：“甲”\n“乙”", vec!["说：“甲”“乙”"]),
            ("共 2", vec!["共 2"]),
        ] {
            assert_eq!(paragraphs(text), expected, "{text:?}");
        }
        assert_eq!(paragraphs(&format!("共\n{number}\n所")), [format!("共{number}所")]);
    }

    proptest! {
        #[test]
        fn a_text_without_marks_is_unchanged(sentence in "[^\u{e000}-\u{e01f}]*") {
            let shown: String = split(&sentence).iter().map(Piece::text).collect();
            prop_assert_eq!(&shown, &sentence);
            prop_assert_eq!(cleared(&sentence), sentence);
        }

        #[test]
        fn what_is_shown_is_what_was_written(parts in proptest::collection::vec((any::<Option<u16>>(), "[^\u{e000}-\u{e01f}]+"), 0..20)) {
            let written: String = parts.iter().map(|(trace, text)| match trace {
                Some(trace) => marked(usize::from(*trace), text),
                None => text.clone(),
            }).collect();
            let numbers: Vec<(usize, String)> = split(&written).into_iter().filter_map(|piece| match piece {
                Piece::Number(trace, text) => Some((trace, text)),
                Piece::Text(_) => None,
            }).collect();
            let expected: Vec<(usize, String)> =
                parts.iter().filter_map(|(trace, text)| Some((usize::from((*trace)?), text.clone()))).collect();
            prop_assert_eq!(numbers, expected);
            prop_assert_eq!(
                split(&written).iter().map(Piece::text).collect::<String>(),
                parts.iter().map(|(_, text)| text.as_str()).collect::<String>()
            );
        }
    }
}
