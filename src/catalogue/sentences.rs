//! The language in which report templates are written, as far as it can be checked before anything is asked: how a text is
//! written, and that it uses what there is. What the words mean is known to the room that assembles reports.

use minijinja::Environment;

use crate::platform::message::Message;
use crate::say;

/// What is known by name.
pub const VARIABLES: [&str; 2] = ["year", "bureau"];

/// What can be asked.
pub const FUNCTIONS: [&str; 9] =
    ["value", "previous", "growth", "change", "share", "sum", "records", "name", "evaluation"];

/// How it is worded: filters of our own, and those of Jinja that make sense here.
pub const FILTERS: [&str; 25] = [
    "unit",
    "over",
    "wan",
    "percent",
    "rise",
    "chinese",
    "plain",
    "date",
    "length",
    "join",
    "map",
    "first",
    "last",
    "sort",
    "unique",
    "groupby",
    "selectattr",
    "rejectattr",
    "select",
    "reject",
    "reverse",
    "list",
    "default",
    "replace",
    "trim",
];

/// What can be decided: tests of our own, and those of Jinja that make sense here.
pub const TESTS: [&str; 9] = ["above", "below", "at_least", "at_most", "equal", "defined", "undefined", "none", "in"];

const STATEMENTS: [&str; 9] = ["if", "elif", "else", "endif", "for", "endfor", "set", "with", "endwith"];

/// Something that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line of the text, from 1.
    pub line: usize,
    pub message: Message,
}

/// Something of the catalogue that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reference {
    Indicator(usize, String),
    Register(usize, String),
}

/// A text that was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sentence {
    pub faults: Vec<Fault>,
    /// What it names, each with its line.
    pub references: Vec<Reference>,
}

impl Sentence {
    pub(super) fn read(text: &str) -> Self {
        let environment = Environment::empty();
        let template = match environment.template_from_str(text) {
            Ok(template) => template,
            Err(error) => {
                let line = error.line().unwrap_or(1);
                let detail = error.detail().unwrap_or("syntax error").to_owned();
                let message = say!("写法有误：{detail}", "It is not written properly: {detail}");
                return Self { faults: vec![Fault { line, message }], references: Vec::new() };
            }
        };
        let mut sentence = Self::default();
        let tags = tags(text);
        for tag in &tags {
            sentence.check(tag);
        }
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !VARIABLES.contains(&name.as_str()) && !FUNCTIONS.contains(&name.as_str()));
        unknown.sort();
        for name in unknown {
            let line = tags.iter().find_map(|tag| tag.line_of(&name)).unwrap_or(1);
            sentence.fault(line, say!("没有名为“{name}”的函数或变量", "There is no function or variable “{name}”"));
        }
        sentence
    }

    fn fault(&mut self, line: usize, message: Message) {
        self.faults.push(Fault { line, message });
    }

    fn check(&mut self, tag: &Tag) {
        if let (true, Some((line, Token::Name(word)))) = (tag.is_statement, tag.tokens.first())
            && !STATEMENTS.contains(&word.as_str())
        {
            self.fault(*line, say!("模板中不能使用“{word}”", "“{word}” is not possible in a template"));
        }
        for (i, (line, token)) in tag.tokens.iter().enumerate() {
            let ahead = |steps: usize| tag.tokens.get(i + steps).map(|(_, token)| token);
            let behind = i.checked_sub(1).and_then(|before| tag.tokens.get(before)).map(|(_, token)| token);
            match token {
                Token::Sign('|') => {
                    if let Some(Token::Name(name)) = ahead(1)
                        && !FILTERS.contains(&name.as_str())
                    {
                        self.fault(*line, say!("没有名为“{name}”的过滤器", "There is no filter “{name}”"));
                    }
                }
                Token::Sign('<' | '>') => self.fault(
                    *line,
                    say!(
                        "比较大小请用 is above、is below、is at_least、is at_most",
                        "Compare by is above, is below, is at_least, is at_most"
                    ),
                ),
                Token::Equals if matches!(ahead(1), Some(Token::Number)) || matches!(behind, Some(Token::Number)) => {
                    self.fault(*line, say!("与数字相等请用 is equal", "Compare with a number by is equal"));
                }
                Token::Name(word) if word == "is" => {
                    let test =
                        if matches!(ahead(1), Some(Token::Name(not)) if not == "not") { ahead(2) } else { ahead(1) };
                    if let Some(Token::Name(test)) = test
                        && !TESTS.contains(&test.as_str())
                    {
                        self.fault(*line, say!("没有名为“{test}”的判断", "There is no test “{test}”"));
                    }
                }
                Token::Name(function) => {
                    if let (Some(Token::Sign('(')), Some(Token::Text(code))) = (ahead(1), ahead(2))
                        && !matches!(behind, Some(Token::Sign('.' | '|')))
                    {
                        self.refer(*line, function, code);
                    }
                }
                _ => {}
            }
        }
    }

    fn refer(&mut self, line: usize, function: &str, code: &str) {
        match function {
            "value" | "previous" | "growth" | "change" => {
                self.references.push(Reference::Indicator(line, code.to_owned()));
            }
            "records" => self.references.push(Reference::Register(line, code.to_owned())),
            _ => {}
        }
    }
}

/// What stands between braces.
struct Tag {
    is_statement: bool,
    /// Each with its line.
    tokens: Vec<(usize, Token)>,
}

impl Tag {
    fn line_of(&self, name: &str) -> Option<usize> {
        self.tokens.iter().find(|(_, token)| matches!(token, Token::Name(word) if word == name)).map(|(line, _)| *line)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    Number,
    /// `==` or `!=`
    Equals,
    Sign(char),
}

/// The tags of a text that is known to be written properly.
fn tags(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = Characters { line: 1, characters: text.chars().peekable() };
    while let Some(c) = rest.next() {
        if c != '{' {
            continue;
        }
        let is_statement = match rest.characters.peek() {
            Some('{') => false,
            Some('%') => true,
            Some('#') => {
                rest.skip_comment();
                continue;
            }
            _ => continue,
        };
        rest.next();
        tags.push(Tag { is_statement, tokens: rest.tokens(if is_statement { '%' } else { '}' }) });
    }
    tags
}

struct Characters<'a> {
    line: usize,
    characters: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Iterator for Characters<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let c = self.characters.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }
}

impl Characters<'_> {
    fn skip_comment(&mut self) {
        let mut last = ' ';
        for c in self.by_ref() {
            if (last, c) == ('#', '}') {
                return;
            }
            last = c;
        }
    }

    /// The tokens until the tag ends. A brace within it is closed before the tag is.
    fn tokens(&mut self, end: char) -> Vec<(usize, Token)> {
        let mut tokens = Vec::new();
        let mut open = 0_usize;
        while let Some(c) = self.next() {
            let line = self.line;
            let token = match c {
                '\'' | '"' => Token::Text(self.text(c)),
                '{' => {
                    open += 1;
                    Token::Sign(c)
                }
                '}' if open > 0 => {
                    open -= 1;
                    Token::Sign(c)
                }
                c if c == end && self.characters.peek() == Some(&'}') => {
                    self.next();
                    return tokens;
                }
                '=' | '!' if self.characters.peek() == Some(&'=') => {
                    self.next();
                    Token::Equals
                }
                c if c.is_ascii_digit() => {
                    while self.characters.next_if(|c| c.is_ascii_digit() || matches!(c, '.' | '_')).is_some() {}
                    Token::Number
                }
                c if c.is_alphabetic() || c == '_' => {
                    let mut word = String::from(c);
                    while let Some(c) = self.characters.next_if(|c| c.is_alphanumeric() || *c == '_') {
                        word.push(c);
                    }
                    Token::Name(word)
                }
                // Only the first of a statement is looked at: what trims space is none.
                c if c.is_whitespace() || (matches!(c, '-' | '+') && tokens.is_empty()) => continue,
                c => Token::Sign(c),
            };
            tokens.push((line, token));
        }
        tokens
    }

    fn text(&mut self, quote: char) -> String {
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '\\' => text.extend(self.next()),
                c if c == quote => break,
                c => text.push(c),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_text_is_found_on_its_line() {
        let texts: [(&str, &[&str]); 14] = [
            ("本科{{ value('a.b', where={'sex': 'boys'})|unit }}", &[]),
            ("{% for r in records('r') if r.kind == 'x' %}{{ loop.index }}{{ r.name }}{% endfor %}", &[]),
            ("{%- set a = value('a') -%}{{ a|rise('增长', '减少') }}{# {{ nothing }} #}", &[]),
            ("{% if value('a') is not above(3) and records('r')|length is at_least 2 %}x{% endif %}", &[]),
            ("a\n{{ value('a' }}", &["2 It is not written properly: unexpected `}`, expected `,`"]),
            (
                "{{ 1 }}\n{% if x %}{{ y }}{% endif %}",
                &["2 There is no function or variable “x”", "2 There is no function or variable “y”"],
            ),
            ("{{ value('a')|words }}", &["1 There is no filter “words”"]),
            ("{{ value('a|b } < {') }}", &[]),
            ("{% if value('a') > 3 %}{% endif %}", &["1 Compare by is above, is below, is at_least, is at_most"]),
            (
                "{% if value('a') == 3 or 3 != 4 %}{% endif %}",
                &["1 Compare with a number by is equal", "1 Compare with a number by is equal"],
            ),
            ("{% if value('a') is odd %}{% endif %}", &["1 There is no test “odd”"]),
            ("{% include 'secret' %}", &["1 “include” is not possible in a template"]),
            (
                "{% macro m() %}{% endmacro %}",
                &["1 “macro” is not possible in a template", "1 “endmacro” is not possible in a template"],
            ),
            (
                "{{ range(10) }}{{ debug() }}",
                &["1 There is no function or variable “debug”", "1 There is no function or variable “range”"],
            ),
        ];
        for (text, expected) in texts {
            let sentence = Sentence::read(text);
            let faults: Vec<String> =
                sentence.faults.iter().map(|fault| format!("{} {}", fault.line, fault.message.en)).collect();
            assert_eq!(faults, expected, "{text}");
        }
        let deep = format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(Sentence::read(&deep).faults.len(), 1, "it is nested too deeply");
    }

    #[test]
    fn what_a_text_names_is_known_with_its_line() {
        let text = "{{ share(value('a'), value(\"b.c\")) }}\n{{ growth(\n'd') }}{{ records('r')|length }}{{ name('n') }} value('no')";
        let (indicator, register) = (
            |line, code: &str| Reference::Indicator(line, code.to_owned()),
            |line, code: &str| Reference::Register(line, code.to_owned()),
        );
        assert_eq!(
            Sentence::read(text).references,
            [indicator(1, "a"), indicator(1, "b.c"), indicator(2, "d"), register(3, "r")]
        );
    }
}
