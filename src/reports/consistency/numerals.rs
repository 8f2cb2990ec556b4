//! Numbers as Chinese texts write them.

use rust_decimal::Decimal;

/// A number, and how much of the text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numeral {
    pub value: Decimal,
    /// Digits behind the point.
    pub decimals: u32,
    /// Bytes.
    pub length: usize,
}

/// The most digits of a number.
const MOST_DIGITS: usize = 18;

/// A number in digits at the beginning of a text: `1,234.5`, `２９`.
pub(super) fn in_digits(text: &str) -> Option<Numeral> {
    let (mut digits, mut decimals, mut length, mut is_fraction) = (String::new(), 0, 0, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let of_thousand = || after.chars().take_while(|c| digit(*c).is_some()).count() == 3;
        match digit(c) {
            // Longer ones are codes, and no quantities.
            Some(_) if digits.len() >= MOST_DIGITS => return None,
            Some(digit) => {
                digits.push(digit);
                decimals += u32::from(is_fraction);
            }
            None if digits.is_empty() => return None,
            None if matches!(c, '.' | '．') && !is_fraction && after.starts_with(|c| digit(c).is_some()) => {
                digits.push('.');
                is_fraction = true;
            }
            None if c == ',' && !is_fraction && of_thousand() => {}
            None => break,
        }
        length += c.len_utf8();
        rest = after;
    }
    Some(Numeral { value: digits.parse().ok()?, decimals, length })
}

/// A number in characters at the beginning of a text, `二十一`, `两万`; and how much of the text is made of such characters, where
/// they are no number.
pub(super) fn in_characters(text: &str) -> Result<Numeral, usize> {
    let length = text.chars().take_while(|c| is_numeral(*c)).map(char::len_utf8).sum();
    let number = read(text.get(..length).unwrap_or_default()).ok_or(length)?;
    let (fraction, decimals, more) = behind_point(text.get(length..).unwrap_or_default());
    Ok(Numeral { value: Decimal::from(number) + fraction, decimals, length: length + more })
}

/// What stands behind the point of a number in characters, `点八五`: the fraction, how many digits it has, and how long it is.
fn behind_point(text: &str) -> (Decimal, u32, usize) {
    let digits = text.strip_prefix('点').unwrap_or_default().chars().map_while(|c| match sign(c) {
        Some(Sign::Digit(value)) => Some((value, c.len_utf8())),
        _ => None,
    });
    let (mut fraction, mut decimals, mut length) = (Decimal::ZERO, 0, 0);
    for (value, bytes) in digits.take(MOST_DIGITS) {
        decimals += 1;
        fraction += Decimal::new(i64::try_from(value).unwrap_or_default(), decimals);
        length += bytes;
    }
    if decimals == 0 { (fraction, 0, 0) } else { (fraction, decimals, length + '点'.len_utf8()) }
}

/// What a character of a number is.
enum Sign {
    Digit(u64),
    /// Tens, hundreds, thousands.
    Place(u64),
    /// Ten thousands and hundred millions, of all that stands before.
    Scale(u64),
}

fn read(text: &str) -> Option<u64> {
    let (mut total, mut section, mut digit) = (0_u64, 0_u64, None);
    for c in text.chars() {
        match sign(c)? {
            Sign::Digit(0) if digit.is_none() => {}
            // Two digits beside each other are `三四个`, or a year.
            Sign::Digit(_) if digit.is_some() => return None,
            Sign::Digit(value) => digit = Some(value),
            Sign::Place(place) => section += digit.take().unwrap_or(1) * place,
            Sign::Scale(scale) => {
                total = total.checked_add(section + digit.take().unwrap_or_default())?.checked_mul(scale)?;
                section = 0;
            }
        }
    }
    total.checked_add(section + digit.unwrap_or_default()).filter(|_| !text.is_empty())
}

fn is_numeral(c: char) -> bool {
    sign(c).is_some()
}

fn sign(c: char) -> Option<Sign> {
    Some(match c {
        '零' | '〇' => Sign::Digit(0),
        '一' => Sign::Digit(1),
        '二' | '两' => Sign::Digit(2),
        '三' => Sign::Digit(3),
        '四' => Sign::Digit(4),
        '五' => Sign::Digit(5),
        '六' => Sign::Digit(6),
        '七' => Sign::Digit(7),
        '八' => Sign::Digit(8),
        '九' => Sign::Digit(9),
        '十' => Sign::Place(10),
        '百' => Sign::Place(100),
        '千' => Sign::Place(1_000),
        '万' => Sign::Scale(10_000),
        '亿' => Sign::Scale(100_000_000),
        _ => return None,
    })
}

/// A digit, as it is written elsewhere.
pub(super) fn digit(c: char) -> Option<char> {
    let wide = u32::from(c).checked_sub(u32::from('０')).and_then(|value| char::from_digit(value, 10));
    if c.is_ascii_digit() { Some(c) } else { wide }
}

/// A small number in characters, as headings have it.
pub(super) fn name(number: u64) -> String {
    const NAMES: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let name = |value: u64| usize::try_from(value).ok().and_then(|value| NAMES.get(value)).copied().unwrap_or_default();
    match (number / 10, number % 10) {
        (0, ones) => name(ones).to_owned(),
        (1, ones) => format!("十{}", name(ones)),
        (tens @ 2..=9, ones) => format!("{}十{}", name(tens), name(ones)),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_with_their_thousands_and_decimals() {
        for (text, value, decimals, length) in [
            ("455人", "455", 0, 3),
            ("1,234.50元", "1234.50", 2, 8),
            ("1,23", "1", 0, 1),
            ("2022.年", "2022", 0, 4),
            ("２９所", "29", 0, 6),
            ("3.7%", "3.7", 1, 3),
        ] {
            let expected = Numeral { value: value.parse().unwrap(), decimals, length };
            assert_eq!(in_digits(text), Some(expected), "{text}");
        }
        assert_eq!(in_digits("人"), None);
    }

    #[test]
    fn characters_are_read_and_named_alike() {
        for (text, value) in [
            ("一名", 1),
            ("十次", 10),
            ("二十一所", 21),
            ("两万名", 20_000),
            ("一百零五", 105),
            ("三千二百万", 32_000_000),
        ] {
            assert_eq!(in_characters(text).map(|number| number.value), Ok(Decimal::from(value)), "{text}");
        }
        for number in 1..100 {
            let numeral = in_characters(&name(number)).unwrap();
            assert_eq!(numeral.value, Decimal::from(number));
        }
        assert_eq!(in_characters("三四个"), Err(6), "about three or four");
        assert_eq!(in_characters("人"), Err(0));
    }
}
