//! How wide a text is, and how it is broken into lines, without asking a font.

use rust_decimal::Decimal;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The size of all text in a chart.
pub(super) const SIZE: u32 = 12;

/// How far a line is below the one before.
pub(super) const LINE: u32 = 15;

/// Half the width of a Chinese character, and a little more than that of a digit.
const HALF: Decimal = Decimal::from_parts(65, 0, 0, false, 1);

/// How wide a text is at most.
pub(super) fn width(text: &str) -> Decimal {
    Decimal::from(text.width()) * HALF
}

/// Breaks a text into lines that are not wider, at most so many; the last says by `…` that there is more.
pub(super) fn lines(text: &str, width: Decimal, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = Decimal::ZERO;
    for character in text.chars() {
        let wide = Decimal::from(character.width().unwrap_or(0)) * HALF;
        if used + wide > width && !line.is_empty() {
            if lines.len() + 1 >= most {
                line.pop();
                line.push('…');
                lines.push(line);
                return lines;
            }
            lines.push(std::mem::take(&mut line));
            used = Decimal::ZERO;
        }
        line.push(character);
        used += wide;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_where_it_gets_too_wide() {
        let wide = width("本科");
        assert_eq!(lines("本科上线人数", wide, 3), ["本科", "上线", "人数"]);
        assert_eq!(lines("本科上线人数", wide, 2), ["本科", "上…"]);
        assert_eq!(lines("", wide, 2), [""]);
        assert_eq!(lines("本科", Decimal::ZERO, 1), ["…"]);
    }
}
