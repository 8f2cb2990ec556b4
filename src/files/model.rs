//! Files, and what they are attached to.

use std::fmt::{self, Write};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The longest name of a file, in bytes: what file systems take.
const LONGEST_NAME: usize = 255;

/// The SHA-256 of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Digest(pub [u8; 32]);

impl Digest {
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// As it is written in hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes().chunks_exact(2);
        let bytes: Option<Vec<u8>> = digits
            .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        Self::of_bytes(&bytes?).filter(|digest| digest.to_string() == text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a file is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    Submission { form: String, period: String, school: String },
    Record { register: String, record: String },
    Project(String),
    Rectification(String),
}

impl Subject {
    /// The kind of thing, as the journal names it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Submission { .. } => "submission",
            Self::Record { .. } => "record",
            Self::Project(_) => "project",
            Self::Rectification(_) => "rectification",
        }
    }

    /// Its natural key, as the journal names it.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Submission { form, period, school } => format!("{form}/{period}/{school}"),
            Self::Record { register, record } => format!("{register}/{record}"),
            Self::Project(code) | Self::Rectification(code) => code.clone(),
        }
    }
}

/// A file, as far as somebody may see it.
#[derive(Debug, Clone)]
pub(super) struct EvidenceFile {
    pub id: Uuid,
    /// None: it is the bureau's.
    pub school: Option<String>,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub digest: Digest,
    pub uploaded_by: String,
    pub uploaded_at: DateTime<Utc>,
    /// Whether the store was found not to have the content any more.
    pub lost: bool,
    /// Those that the scope covers.
    pub attachments: Vec<Attachment>,
}

/// That a file is attached to something.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    pub subject_type: String,
    pub subject: String,
    pub attached_by: String,
    pub attached_at: DateTime<Utc>,
}

/// A name that can be shown and saved: without folders, without characters that steer a terminal or
/// the direction of writing, and not too long; its ending is kept.
pub(super) fn clean_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = last.chars().filter(|c| !steers(*c)).collect();
    let name = name.trim().trim_start_matches('.').trim();
    if name.is_empty() {
        return "file".to_owned();
    }
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let (stem, ending) = name.rsplit_once('.').filter(|(_, ending)| ending.len() <= 10).unwrap_or((name, ""));
    let room = LONGEST_NAME.saturating_sub(ending.len()).saturating_sub(1);
    let mut short = String::new();
    for c in stem.chars() {
        if short.len() + c.len_utf8() > room {
            break;
        }
        short.push(c);
    }
    if ending.is_empty() {
        return short;
    }
    let _ = write!(short, ".{ending}");
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_people_read_and_lose_what_machines_obey() {
        for (sent, kept) in [
            ("获奖证书 2022.pdf", "获奖证书 2022.pdf"),
            ("C:\\Users\\李\\桌面\\证书.pdf", "证书.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("a\r\nSet-Cookie: x\0.pdf", "aSet-Cookie: x.pdf"),
            ("cod\u{202e}fdp.exe", "codfdp.exe"),
        ] {
            assert_eq!(clean_name(sent), kept, "{sent:?}");
        }
        let long = clean_name(&format!("{}.pdf", "证".repeat(200)));
        assert!(long.len() <= LONGEST_NAME && long.len() > LONGEST_NAME - 4 && long.ends_with("证.pdf"), "{long}");
        assert_eq!(clean_name(&"x".repeat(300)).len(), LONGEST_NAME - 1);
    }

    #[test]
    fn a_digest_is_read_as_it_is_written_and_in_no_other_way() {
        let digest = Digest(*b"0123456789abcdef0123456789abcdef");
        assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
        for wrong in
            ["", "00", &digest.to_string().to_uppercase().replace('3', "A"), &format!("{digest}0"), &"证".repeat(32)]
        {
            assert_eq!(Digest::parse(wrong), None, "{wrong}");
        }
    }
}
