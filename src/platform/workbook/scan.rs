//! Looks over the XML of a part as it is inflated, a chunk at a time: for what no spreadsheet program writes, and what would
//! make a parser hold more than it should.

use super::Refusal;

/// The longest tag, comment or text between two tags, in bytes. A cell holds at most 32,767 characters.
const LONGEST_TOKEN: usize = 256 * 1024;

/// What a parser holds a piece of memory for, each, and how many of them a workbook may have.
const HELD: [(&[u8], u32); 11] = [
    (b"si", MAX_STRINGS),
    (b"xf", 140_000),
    (b"numFmt", 70_000),
    (b"font", 70_000),
    (b"fill", 70_000),
    (b"border", 70_000),
    (MERGED, 20_000),
    (b"sheet", 256),
    (b"definedName", 20_000),
    (b"Relationship", 20_000),
    (b"dxf", 70_000),
];

const MERGED: &[u8] = b"mergeCell";

const MAX_STRINGS: u32 = 500_000;

/// The longest beginning of a tag that is looked at.
const LONGEST_HEAD: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// In a tag, of which the first bytes are kept.
    Tag,
    /// In a value, up to this quotation mark.
    Quoted(u8),
    /// In `<?…?>`.
    Instruction,
    /// In `<!--…-->`.
    Comment,
}

/// What was seen of the XML of a workbook so far.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    /// Bytes since the token began.
    length: usize,
    /// How the tag begins, without `<`.
    head: Vec<u8>,
    /// The last bytes of an instruction or comment.
    tail: [u8; 2],
    counts: [u32; HELD.len()],
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self { state: State::Text, length: 0, head: Vec::with_capacity(LONGEST_HEAD), tail: [0; 2], counts: [0; 11] }
    }

    /// Whether cells were made one.
    pub(super) fn has_merged(&self) -> bool {
        HELD.iter().zip(self.counts).any(|((held, _), count)| *held == MERGED && count > 0)
    }

    /// Begins another part.
    pub(super) fn begin(&mut self) {
        self.state = State::Text;
        self.length = 0;
    }

    /// Goes on with the part.
    pub(super) fn scan(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        // UTF-8 has none; in UTF-16 nothing would be recognised.
        if chunk.contains(&0) {
            return Err(Refusal::Encoding);
        }
        let mut rest = chunk;
        while !rest.is_empty() {
            let (run, after) = rest.split_at(self.uninteresting(rest));
            self.grow(run.len())?;
            self.keep(run);
            rest = after;
            if let Some((byte, after)) = rest.split_first() {
                self.grow(1)?;
                self.step(*byte)?;
                rest = after;
            }
        }
        Ok(())
    }

    /// How many bytes lie before the next that may change the state.
    fn uninteresting(&self, rest: &[u8]) -> usize {
        let next = match self.state {
            State::Text => rest.iter().position(|byte| *byte == b'<'),
            State::Quoted(mark) => rest.iter().position(|byte| *byte == mark),
            // The first three bytes may make something else of it.
            State::Tag if self.head.len() >= 3 => rest.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\'')),
            State::Tag | State::Instruction | State::Comment => Some(0),
        };
        next.unwrap_or(rest.len())
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.length = 0;
        self.head.clear();
        self.tail = [0; 2];
    }

    fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.length += bytes;
        if self.length > LONGEST_TOKEN { Err(Refusal::TooMuch) } else { Ok(()) }
    }

    fn step(&mut self, byte: u8) -> Result<(), Refusal> {
        match (self.state, byte) {
            (State::Text, _) => self.enter(State::Tag),
            (State::Tag, b'>') => {
                self.count()?;
                self.enter(State::Text);
            }
            (State::Instruction, b'>') if self.tail[1] == b'?' => self.enter(State::Text),
            (State::Comment, b'>') if self.tail == *b"--" => self.enter(State::Text),
            (State::Instruction | State::Comment, _) => self.tail = [self.tail[1], byte],
            (State::Quoted(_), _) => {
                self.keep(&[byte]);
                self.state = State::Tag;
            }
            (State::Tag, b'"' | b'\'') => {
                self.keep(&[byte]);
                self.state = State::Quoted(byte);
            }
            (State::Tag, _) => {
                self.keep(&[byte]);
                match self.head.as_slice() {
                    [b'?'] => self.state = State::Instruction,
                    b"!--" => self.state = State::Comment,
                    [b'!'] | b"!-" => {}
                    [b'!', ..] => return Err(Refusal::Declaration),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LONGEST_HEAD.saturating_sub(self.head.len()).min(bytes.len());
        if self.state != State::Text {
            self.head.extend_from_slice(bytes.get(..room).unwrap_or_default());
        }
    }

    /// Counts the tag that ended.
    fn count(&mut self) -> Result<(), Refusal> {
        if self.head.starts_with(b"!") {
            return Err(Refusal::Declaration);
        }
        let end = self.head.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        let name = self.head.get(..end.unwrap_or(self.head.len())).unwrap_or_default();
        let name = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        for ((held, most), count) in HELD.iter().zip(&mut self.counts) {
            if name == *held {
                *count += 1;
                return if *count > *most { Err(Refusal::TooMuch) } else { Ok(()) };
            }
        }
        if name == b"sst" { self.check_announcement() } else { Ok(()) }
    }

    /// A parser makes room for as many strings as are announced.
    fn check_announcement(&self) -> Result<(), Refusal> {
        let head = String::from_utf8_lossy(&self.head);
        let announced = head.split("uniqueCount").skip(1).map(|rest| {
            let digits = rest.trim_start_matches([' ', '\t', '\r', '\n', '=', '"', '\'']);
            let digits: String = digits.chars().take_while(|c| !matches!(c, '"' | '\'')).collect();
            digits.trim().parse::<u32>().is_ok_and(|count| count <= MAX_STRINGS)
        });
        if self.head.len() == LONGEST_HEAD || !announced.into_iter().all(|sound| sound) {
            return Err(Refusal::TooMuch);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str, chunk: usize) -> Result<(), Refusal> {
        let mut scanner = Scanner::new();
        text.as_bytes().chunks(chunk).try_for_each(|chunk| scanner.scan(chunk))
    }

    #[test]
    fn what_no_program_writes_is_refused_however_it_is_cut() {
        let long = "x".repeat(LONGEST_TOKEN + 1);
        let cases: Vec<(String, Result<(), Refusal>)> = vec![
            ("<?xml version=\"1.0\"?><a b='>' c=\"<!DOCTYPE\">1 &lt; 2</a>".to_owned(), Ok(())),
            ("<a><!-- ordinary > -> comment --><b/></a>".to_owned(), Ok(())),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(), Err(Refusal::Declaration)),
            ("<a><![CDATA[1]]></a>".to_owned(), Err(Refusal::Declaration)),
            ("<!\"a\" b>".to_owned(), Err(Refusal::Declaration)),
            ("<a>\0</a>".to_owned(), Err(Refusal::Encoding)),
            (format!("<a>{long}</a>"), Err(Refusal::TooMuch)),
            (format!("<a b=\"{long}\"/>"), Err(Refusal::TooMuch)),
            (format!("<!--{long}-->"), Err(Refusal::TooMuch)),
            (format!("<?{long}?>"), Err(Refusal::TooMuch)),
            ("<sst count=\"9\" uniqueCount=\"9\"><si/></sst>".to_owned(), Ok(())),
            ("<x:sst uniqueCount = '99999999999999'>".to_owned(), Err(Refusal::TooMuch)),
            ("<sst uniqueCount=\"0500001\">".to_owned(), Err(Refusal::TooMuch)),
            (format!("<sst {}uniqueCount=\"9\">", "a='b' ".repeat(100)), Err(Refusal::TooMuch)),
            ("<sheets><x:sheet/>".repeat(256), Ok(())),
            ("<sheets><x:sheet name='a'>".repeat(257), Err(Refusal::TooMuch)),
        ];
        for (text, expected) in cases {
            for chunk in [1, 7, 4096] {
                assert_eq!(scanned(&text, chunk), expected, "{}", &text[..text.len().min(80)]);
            }
        }
    }
}
