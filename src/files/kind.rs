//! What a file is, by its content: whatever its name says.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};

/// The kinds of files that evidence may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pdf,
    Png,
    Jpeg,
    Docx,
    Xlsx,
    Pptx,
    Doc,
    Xls,
    Ppt,
}

/// Said to whoever sends something else.
pub(super) const ALLOWED: &str = "PDF, PNG, JPEG, DOCX, XLSX, PPTX, DOC, XLS, PPT";

/// The longest table of contents of an archive that is read. Behind a longer one anything could hide.
const LONGEST_DIRECTORY: u64 = 4 * 1024 * 1024;

impl Kind {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Doc => "application/msword",
            Self::Xls => "application/vnd.ms-excel",
            Self::Ppt => "application/vnd.ms-powerpoint",
        }
    }

    /// The kind of a content, where it is one that is allowed.
    ///
    /// The first bytes tell the simple kinds. Office documents are containers, told apart by what is in
    /// them: not every program writes it in the order that a look at the first bytes relies on.
    pub(super) fn of(content: &mut (impl Read + Seek)) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        content.rewind()?;
        content.by_ref().take(8192).read_to_end(&mut head)?;
        Ok(match infer::get(&head).map(|found| found.mime_type()) {
            Some("application/pdf") => Some(Self::Pdf),
            Some("image/png") => Some(Self::Png),
            Some("image/jpeg") => Some(Self::Jpeg),
            _ if head.starts_with(b"PK\x03\x04") => Self::of_archive(&archived_names(content)?),
            _ if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") => Self::of_compound_file(content),
            _ => None,
        })
    }

    fn of_archive(names: &BTreeSet<String>) -> Option<Self> {
        // Macros are no evidence.
        let has_macros = names.iter().any(|name| name.ends_with("vbaProject.bin"));
        if has_macros || !names.contains("[Content_Types].xml") {
            return None;
        }
        [("word/document.xml", Self::Docx), ("xl/workbook.xml", Self::Xlsx), ("ppt/presentation.xml", Self::Pptx)]
            .into_iter()
            .find(|(name, _)| names.contains(*name))
            .map(|(_, kind)| kind)
    }

    fn of_compound_file(content: &mut (impl Read + Seek)) -> Option<Self> {
        content.rewind().ok()?;
        let file = cfb::CompoundFile::open(content).ok()?;
        // Where Word and Excel keep macros. PowerPoint packs them into its document, where nobody looks here.
        if file.is_storage("Macros/VBA") || file.is_storage("_VBA_PROJECT_CUR/VBA") {
            return None;
        }
        [("WordDocument", Self::Doc), ("Workbook", Self::Xls), ("Book", Self::Xls), ("PowerPoint Document", Self::Ppt)]
            .into_iter()
            .find(|(name, _)| file.is_stream(name))
            .map(|(_, kind)| kind)
    }
}

/// The names in a ZIP archive, as its central directory lists them; none where it cannot be read.
fn archived_names(content: &mut (impl Read + Seek)) -> io::Result<BTreeSet<String>> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    // The record at the end is 22 bytes, and a comment of at most 64 KiB.
    let length = content.seek(SeekFrom::End(0))?;
    content.seek(SeekFrom::Start(length.saturating_sub(22 + 65_536)))?;
    let mut tail = Vec::new();
    content.by_ref().take(22 + 65_536).read_to_end(&mut tail)?;
    let end = tail.windows(END.len()).rposition(|window| window == END);
    let Some(record) = end.and_then(|at| tail.get(at..)) else { return Ok(BTreeSet::new()) };
    let (Some(size), Some(start)) = (number(record, 12, 4), number(record, 16, 4)) else { return Ok(BTreeSet::new()) };
    if size > LONGEST_DIRECTORY {
        return Ok(BTreeSet::new());
    }
    content.seek(SeekFrom::Start(start))?;
    let mut directory = Vec::new();
    content.by_ref().take(size).read_to_end(&mut directory)?;
    let mut names = BTreeSet::new();
    let mut rest = directory.as_slice();
    while rest.starts_with(ENTRY) {
        let lengths = [28, 30, 32].map(|at| number(rest, at, 2).and_then(|length| usize::try_from(length).ok()));
        let [Some(name), Some(extra), Some(comment)] = lengths else { break };
        let Some(text) = rest.get(46..46 + name) else { break };
        names.insert(String::from_utf8_lossy(text).into_owned());
        let Some(next) = rest.get(46 + name + extra + comment..) else { break };
        rest = next;
    }
    Ok(names)
}

/// A number of some bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(length)?)?;
    Some(digits.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn kind(content: &[u8]) -> Option<Kind> {
        Kind::of(&mut Cursor::new(content)).unwrap()
    }

    /// An archive of empty files.
    fn archive(names: &[&str]) -> Vec<u8> {
        let (mut files, mut directory) = (Vec::new(), Vec::new());
        for name in names {
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let at = u32::try_from(files.len()).unwrap().to_le_bytes();
            files.extend([b"PK\x03\x04", &[0; 22][..], &length, &[0; 2], name.as_bytes()].concat());
            directory.extend([b"PK\x01\x02", &[0; 24][..], &length, &[0; 12], &at, name.as_bytes()].concat());
        }
        let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
        let start = u32::try_from(files.len()).unwrap().to_le_bytes();
        [files, directory, [b"PK\x05\x06", &[0; 8][..], &size, &start, &[0; 2]].concat()].concat()
    }

    fn compound_file(stream: &str) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream(stream).unwrap().write_all(&[7; 10_000]).unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn the_content_tells_the_kind() {
        let types = "[Content_Types].xml";
        for (content, expected) in [
            (b"%PDF-1.7\n".to_vec(), Some(Kind::Pdf)),
            (b"\x89PNG\r\n\x1a\n0000".to_vec(), Some(Kind::Png)),
            (b"\xFF\xD8\xFF\xE0".to_vec(), Some(Kind::Jpeg)),
            (archive(&["docProps/app.xml", "a/b", "word/document.xml", types]), Some(Kind::Docx)),
            (archive(&[types, "xl/workbook.xml"]), Some(Kind::Xlsx)),
            (archive(&[types, "ppt/presentation.xml"]), Some(Kind::Pptx)),
            (archive(&[types, "word/document.xml", "word/vbaProject.bin"]), None),
            (archive(&["word/document.xml"]), None),
            (archive(&["virus.exe"]), None),
            (compound_file("WordDocument"), Some(Kind::Doc)),
            (compound_file("Workbook"), Some(Kind::Xls)),
            (compound_file("PowerPoint Document"), Some(Kind::Ppt)),
            (compound_file("Installer"), None),
            (b"MZ\x90\0".to_vec(), None),
            (b"<html><script>alert(1)</script>".to_vec(), None),
            (b"".to_vec(), None),
            (b"PK\x03\x04".to_vec(), None),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), None),
        ] {
            assert_eq!(kind(&content), expected, "{}", String::from_utf8_lossy(&content));
        }
    }

    #[test]
    fn macros_are_no_evidence_wherever_they_are() {
        let with_macros = |document: &str, folder: &str| {
            let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
            file.create_stream(document).unwrap().write_all(&[7; 10_000]).unwrap();
            file.create_storage(folder).unwrap();
            file.create_storage(format!("{folder}/VBA")).unwrap();
            file.into_inner().into_inner()
        };
        assert_eq!(kind(&with_macros("WordDocument", "Macros")), None);
        assert_eq!(kind(&with_macros("Workbook", "_VBA_PROJECT_CUR")), None);
        // Behind a table of contents that is too long to be read.
        let mut names: Vec<String> = (0..50_000).map(|number| format!("{number:060}")).collect();
        names.extend(["[Content_Types].xml".to_owned(), "word/document.xml".to_owned()]);
        names.rotate_right(2);
        names.push("word/vbaProject.bin".to_owned());
        assert_eq!(kind(&archive(&names.iter().map(String::as_str).collect::<Vec<_>>())), None);
    }

    #[test]
    fn whatever_is_cut_off_is_read_without_panic() {
        let whole = archive(&["[Content_Types].xml", "xl/workbook.xml"]);
        for end in 0..whole.len() {
            kind(&whole[..end]);
        }
    }
}
