//! One range of bytes (RFC 9110, 14).

use std::ops::Range;

/// What of a content is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Whole,
    Part(Range<u64>),
    /// A range that lies behind the end.
    Nothing,
}

/// Reads a `Range` header. Whatever is not one range of bytes is ignored, as the standard has it.
pub(super) fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some((first, last)) = header
        .and_then(|header| header.trim().strip_prefix("bytes="))
        .and_then(|range| range.trim().split_once('-'))
        .map(|(first, last)| (first.trim(), last.trim()))
    else {
        return Asked::Whole;
    };
    match (whole_number(first), whole_number(last)) {
        (Some(first), _) if last.is_empty() && first < size => Asked::Part(first..size),
        (Some(first), Some(last)) if last < first => Asked::Whole,
        (Some(first), Some(last)) if first < size => Asked::Part(first..last.saturating_add(1).min(size)),
        (Some(_), Some(_)) => Asked::Nothing,
        (Some(_), None) if last.is_empty() => Asked::Nothing,
        (None, Some(0)) if first.is_empty() => Asked::Nothing,
        (None, Some(length)) if first.is_empty() => Asked::Part(size.saturating_sub(length)..size),
        _ => Asked::Whole,
    }
}

fn whole_number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_and_everything_else_is_the_whole() {
        for (header, expected) in [
            (None, Asked::Whole),
            (Some("bytes=0-0"), Asked::Part(0..1)),
            (Some("bytes=2-"), Asked::Part(2..10)),
            (Some("bytes=2-99999999999999999999999"), Asked::Part(2..10)),
            (Some("bytes=-3"), Asked::Part(7..10)),
            (Some("bytes=-30"), Asked::Part(0..10)),
            (Some("bytes=10-"), Asked::Nothing),
            (Some("bytes=10-12"), Asked::Nothing),
            (Some("bytes=-0"), Asked::Nothing),
            (Some("bytes=5-4"), Asked::Whole),
            (Some("bytes=0-1,4-5"), Asked::Whole),
            (Some("bytes=-"), Asked::Whole),
            (Some("bytes=+1-2"), Asked::Whole),
            (Some("lines=1-2"), Asked::Whole),
        ] {
            assert_eq!(asked(header, 10), expected, "{header:?}");
        }
    }
}
