//! Source text to tokens.

use std::str::{Chars, FromStr};

use rust_decimal::Decimal;

use super::expression::Placed;
use super::problem::{Fault, Place, Problem};

/// The most digits a number may be written with; every number of so many is held exactly.
const MAX_DIGITS: usize = 28;

/// Longer symbols stand before those they begin with.
const SYMBOLS: [&str; 16] = ["==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*", "/", "(", ")", "[", "]", ","];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    Word(&'s str),
    Number(Decimal),
    Text(String),
    Symbol(&'static str),
    End,
}

/// Reads one token after the other.
pub(super) struct Tokens<'s> {
    source: &'s str,
    rest: Chars<'s>,
    line: usize,
    column: usize,
}

impl<'s> Tokens<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, rest: source.chars(), line: 1, column: 1 }
    }

    /// The next token; [`Token::End`] from the end on.
    pub(super) fn next(&mut self) -> Result<Placed<Token<'s>>, Problem> {
        self.skip_blank();
        let start = self.here();
        match self.token() {
            Ok(value) => Ok(Placed { value, place: start.to(self.here()) }),
            Err(fault) => Err(Problem::new(start.to(self.here()), fault)),
        }
    }

    /// The source text at a place.
    pub(super) fn text(&self, place: Place) -> &'s str {
        self.source.get(place.start..place.end).unwrap_or_default()
    }

    fn token(&mut self) -> Result<Token<'s>, Fault> {
        let Some(first) = self.peek() else {
            return Ok(Token::End);
        };
        if first.is_ascii_digit() {
            number(self.take_while(is_word_part)).map(Token::Number)
        } else if is_word_part(first) {
            word(self.take_while(is_word_part)).map(Token::Word)
        } else if first == '"' {
            self.quoted().map(Token::Text)
        } else {
            self.symbol().map(Token::Symbol)
        }
    }

    fn symbol(&mut self) -> Result<&'static str, Fault> {
        let rest = self.rest.as_str();
        if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            symbol.chars().for_each(|_| self.skip());
            return Ok(symbol);
        }
        let unexpected = self.bump().unwrap_or_default();
        Err(Fault::UnexpectedCharacter(unexpected))
    }

    fn quoted(&mut self) -> Result<String, Fault> {
        self.skip();
        let mut text = String::new();
        loop {
            match self.bump().ok_or(Fault::UnterminatedText)? {
                '"' => return Ok(text),
                '\n' | '\r' => return Err(Fault::UnterminatedText),
                '\\' => match self.bump().ok_or(Fault::UnterminatedText)? {
                    escaped @ ('"' | '\\') => text.push(escaped),
                    other => return Err(Fault::UnknownEscape(other)),
                },
                character => text.push(character),
            }
        }
    }

    /// White space and comments.
    fn skip_blank(&mut self) {
        self.take_while(char::is_whitespace);
        while self.peek() == Some('#') {
            self.take_while(|character| character != '\n');
            self.take_while(char::is_whitespace);
        }
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest.as_str();
        while self.peek().is_some_and(&wanted) {
            self.skip();
        }
        rest.strip_suffix(self.rest.as_str()).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn skip(&mut self) {
        self.bump();
    }

    fn bump(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        if character == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(character)
    }

    fn here(&self) -> Place {
        let offset = self.source.len() - self.rest.as_str().len();
        Place { start: offset, end: offset, line: self.line, column: self.column }
    }
}

/// What belongs to a word or number, right or wrong: so `1.2.3` or `girls.` is one token with a
/// clear fault.
fn is_word_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.')
}

fn number(written: &str) -> Result<Decimal, Fault> {
    let invalid = || Fault::InvalidNumber(written.to_owned());
    let (whole, fraction) = written.split_once('.').unwrap_or((written, "0"));
    if !is_digits(whole) || !is_digits(fraction) {
        return Err(invalid());
    }
    if written.bytes().filter(u8::is_ascii_digit).count() > MAX_DIGITS {
        return Err(Fault::TooManyDigits);
    }
    Decimal::from_str(written).map_err(|_| invalid())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn word(written: &str) -> Result<&str, Fault> {
    if is_name(written) { Ok(written) } else { Err(Fault::InvalidName(written.to_owned())) }
}

/// Whether this is a dotted code in lower case: `gaokao.undergraduate`.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(is_part))
}

/// Whether this is a day of the calendar, written `YYYY-MM-DD`.
pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let year = parts.next().and_then(|part| fixed_width(part, 4));
    let month = parts.next().and_then(|part| fixed_width(part, 2));
    let day = parts.next().and_then(|part| fixed_width(part, 2));
    match (year, month, day, parts.next()) {
        (Some(year), Some(month), Some(day), None) => (1..=days_in(year, month)).contains(&day),
        _ => false,
    }
}

fn fixed_width(digits: &str, width: usize) -> Option<u32> {
    (digits.len() == width && is_digits(digits)).then(|| digits.parse().ok())?
}

/// 0 for a month that does not exist.
fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_calendar() {
        for date in ["2022-09-01", "2024-02-29", "2000-02-29", "0001-12-31"] {
            assert!(is_date(date), "{date}");
        }
        for date in [
            "2023-02-29",
            "1900-02-29",
            "2022-13-01",
            "2022-00-10",
            "2022-9-1",
            "2022-09-00",
            "2022-09-01-",
            "+022-09-01",
            "",
        ] {
            assert!(!is_date(date), "{date}");
        }
    }

    #[test]
    fn knows_names() {
        for name in ["a", "a1", "gaokao.undergraduate", "a.1_b.2", "true"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "A", "1a", "_a", "a.", ".a", "a..b", "a-b", "学校"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn places_are_counted_in_characters() {
        let mut tokens = Tokens::new("\"男生\" + # 说明\n　girls");
        let mut next = || tokens.next().unwrap();
        let text = next();
        assert_eq!(text.value, Token::Text("男生".to_owned()));
        assert_eq!(text.place, Place { start: 0, end: 8, line: 1, column: 1 });
        assert_eq!(next().place, Place { start: 9, end: 10, line: 1, column: 6 });
        assert_eq!(next().place, Place { start: 23, end: 28, line: 2, column: 2 });
        assert_eq!(next().value, Token::End);
        assert_eq!(next().value, Token::End);
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        let longest = "0.123456789012345678901234567";
        assert_eq!(number(longest).unwrap().to_string(), longest);
        assert_eq!(number("9999999999999999999999999999").unwrap().to_string(), "9".repeat(28));
        assert_eq!(number("99999999999999999999999999999"), Err(Fault::TooManyDigits));
        for written in ["1.", "1.2.3", "1e5", "1_000", "0x1"] {
            assert_eq!(number(written), Err(Fault::InvalidNumber(written.to_owned())));
        }
    }
}
