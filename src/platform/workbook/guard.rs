//! Looks at a workbook before a parser does: what kind of file it is, and that it inflates to no more than it may. Sizes are
//! measured by inflating, a chunk at a time; what a file says of its own sizes counts for nothing.

use std::collections::HashSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::scan::Scanner;
use super::{Limits, Refusal};

/// How an OLE container begins: an old `.xls`, or a workbook with a password.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Bytes that are inflated at once.
const CHUNK: usize = 32 * 1024;

/// Up to here a file may be as repetitive as it likes.
const ANY_RATIO: u64 = 4 * 1024 * 1024;

/// How many times its size a larger file may inflate to. Sheets come to 10 or 30, zeros to 1,000.
const MAX_RATIO: u64 = 200;

/// The most bytes of the parts that a parser holds in memory.
const MAX_HELD: u64 = 48 * 1024 * 1024;

/// The most bytes of a part that is not looked at: a parser that is led to it may hold it as one piece.
const MAX_UNSEEN: u64 = 16 * 1024 * 1024;

/// What was seen of a harmless workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Whether cells of any sheet may have been made one.
    pub has_merged: bool,
}

/// Refuses what is no workbook, or a hostile one.
pub(super) fn inspect(bytes: &[u8], limits: Limits) -> Result<Seen, Refusal> {
    tell(bytes)?;
    check_directory(bytes, limits.entries)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged)?;
    check_names(&archive)?;
    let most = limits.inflated.min(ANY_RATIO.max(length(bytes.len()).saturating_mul(MAX_RATIO)));
    let mut meter = Meter { total: 0, held: 0, most, has_unseen: false, scanner: Scanner::new() };
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| Refusal::Damaged)?;
        if entry.encrypted() {
            return Err(Refusal::Encrypted);
        }
        let part = Part::of(&entry.name().map_err(|_| Refusal::Damaged)?);
        meter.measure(part, entry)?;
    }
    Ok(Seen { has_merged: meter.has_unseen || meter.scanner.has_merged() })
}

/// Tells what it is by how it begins.
fn tell(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.starts_with(OLE) {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|window| window == name);
        return Err(if encrypted { Refusal::Encrypted } else { Refusal::Unsupported("xls") });
    }
    if bytes.starts_with(b"PK\x03\x04") { Ok(()) } else { Err(Refusal::NoWorkbook) }
}

fn check_names<R: Read + std::io::Seek>(archive: &ZipArchive<R>) -> Result<(), Refusal> {
    let mut seen = HashSet::new();
    for name in archive.file_names() {
        let name = name.map_err(|_| Refusal::Damaged)?.replace('\\', "/").to_ascii_lowercase();
        let file = name.rsplit('/').next().unwrap_or_default().to_owned();
        // A parser would look for these beside the workbook, wherever that is said to be.
        let is_misplaced = name.starts_with("xl/worksheets/") && ["styles.xml", "sharedstrings.xml"].contains(&&*file);
        if is_misplaced || !seen.insert(name) {
            return Err(Refusal::Damaged);
        }
    }
    if seen.contains("xl/workbook.xml") {
        return Ok(());
    }
    let unsupported = [("xl/workbook.bin", "xlsb"), ("content.xml", "ods"), ("word/document.xml", "docx")];
    let kind = unsupported.into_iter().find(|(name, _)| seen.contains(*name));
    Err(kind.map_or(Refusal::NoWorkbook, |(_, kind)| Refusal::Unsupported(kind)))
}

/// What a part of a workbook is to a parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Read from its beginning to its end.
    Sheet,
    /// Kept in memory.
    Held,
    /// Not looked at: pictures, macros, settings of printers.
    Other,
}

impl Part {
    fn of(name: &str) -> Self {
        let name = name.replace('\\', "/").to_ascii_lowercase();
        match name.rsplit('.').next() {
            Some("xml") if name.starts_with("xl/worksheets/") => Self::Sheet,
            Some("xml" | "rels" | "vml") => Self::Held,
            _ => Self::Other,
        }
    }
}

/// What was inflated so far.
struct Meter {
    total: u64,
    held: u64,
    most: u64,
    /// Whether there are parts that were not looked at: a parser may be led to them.
    has_unseen: bool,
    scanner: Scanner,
}

impl Meter {
    /// Inflates a part, keeping nothing of it.
    fn measure(&mut self, part: Part, mut content: impl Read) -> Result<(), Refusal> {
        let mut chunk = vec![0; CHUNK];
        self.scanner.begin();
        self.has_unseen |= part == Part::Other;
        let mut own = 0;
        loop {
            let read = content.read(&mut chunk).map_err(|_| Refusal::Damaged)?;
            let Some(chunk) = chunk.get(..read).filter(|chunk| !chunk.is_empty()) else { return Ok(()) };
            own += length(read);
            self.total += length(read);
            self.held += if part == Part::Held { length(read) } else { 0 };
            if self.total > self.most || self.held > MAX_HELD || (part == Part::Other && own > MAX_UNSEEN) {
                return Err(Refusal::TooMuch);
            }
            if part != Part::Other {
                self.scanner.scan(chunk)?;
            }
        }
    }
}

/// The directory at the end of a zip file has to be the one that every reader finds, and short, before one reads it into
/// memory: nothing behind it, and each of its entries where it should be.
fn check_directory(bytes: &[u8], most: usize) -> Result<(), Refusal> {
    const END: usize = 22;
    let end = bytes.len().checked_sub(END).ok_or(Refusal::Damaged)?;
    if !bytes.get(end..).is_some_and(|record| record.starts_with(b"PK\x05\x06")) {
        return Err(Refusal::Damaged);
    }
    let has_comment = u16_at(bytes, end + 20)? != 0;
    let is_one_of_many = u16_at(bytes, end + 8)? != u16_at(bytes, end + 10)?;
    if has_comment || is_one_of_many {
        return Err(Refusal::Damaged);
    }
    let mut count = u64::from(u16_at(bytes, end + 10)?);
    let mut at = u64::from(u32_at(bytes, end + 16)?);
    let mut behind = end;
    // Some writers put the wide form of the same before it, whether it is needed or not.
    let locator = end.checked_sub(20).filter(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x06\x07")));
    if let Some(locator) = locator {
        let wide = usize::try_from(u64_at(bytes, locator + 8)?).map_err(|_| Refusal::Damaged)?;
        count = u64_at(bytes, wide.checked_add(32).ok_or(Refusal::Damaged)?)?;
        at = u64_at(bytes, wide.checked_add(48).ok_or(Refusal::Damaged)?)?;
        behind = wide;
    }
    let count = usize::try_from(count).ok().filter(|count| *count <= most).ok_or(Refusal::TooMuch)?;
    let mut at = usize::try_from(at).map_err(|_| Refusal::Damaged)?;
    for _ in 0..count {
        if !bytes.get(at..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02")) {
            return Err(Refusal::Damaged);
        }
        let lengths = [at + 28, at + 30, at + 32].map(|at| u16_at(bytes, at).map(usize::from));
        for length in lengths {
            at += length?;
        }
        at += 46;
    }
    if at == behind { Ok(()) } else { Err(Refusal::Damaged) }
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, Refusal> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Refusal> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Result<u64, Refusal> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Refusal> {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().ok_or(Refusal::Damaged)
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
