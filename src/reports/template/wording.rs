//! How Chinese reports word numbers. The exact value stays in the source; wording is only wording.

use rust_decimal::Decimal;

use crate::platform::decimal;

/// Digits alone, rounded half up to some decimals where these are given.
pub(in crate::reports) fn plain(number: Decimal, decimals: Option<u32>) -> String {
    decimals.map_or(number.normalize(), |decimals| decimal::round(number, decimals)).to_string()
}

/// A share of 1 in percent: `3.85%`.
pub(in crate::reports) fn percent(number: Decimal, decimals: u32) -> String {
    let percent = number.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(number);
    format!("{}%", decimal::round(percent, decimals))
}

/// In tens of thousands: `123.46万元`.
pub(in crate::reports) fn wan(number: Decimal, unit: &str, decimals: u32) -> String {
    format!("{}万{unit}", decimal::round(number / Decimal::from(10_000), decimals))
}

/// Rounded down to the leading digits: `1500余名`, `2万余名`. What is round already, or less than ten, is exact.
pub(in crate::reports) fn over(number: Decimal, unit: &str, digits: u32) -> String {
    let (scaled, word) = match number.abs() {
        size if size >= Decimal::from(100_000_000) => (number / Decimal::from(100_000_000), "亿"),
        size if size >= Decimal::from(10_000) => (number / Decimal::from(10_000), "万"),
        _ => (number, ""),
    };
    let size = scaled.abs();
    let before_point = size.trunc().to_string().len();
    let before_point = u32::try_from(before_point).unwrap_or(u32::MAX);
    let kept = if word.is_empty() && before_point == 1 {
        // Less than ten: nothing is left out.
        size
    } else {
        // Of two digits alone the second is left out: 12 is 10余.
        let digits = if word.is_empty() && before_point == 2 { 1 } else { digits.max(1) };
        let dropped = Decimal::from(10_u64.pow(before_point.saturating_sub(digits).min(9)));
        let decimals = digits.saturating_sub(before_point);
        ((size / dropped).trunc_with_scale(decimals) * dropped).normalize()
    };
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let rest = if kept == size { "" } else { "余" };
    format!("{sign}{}{word}{rest}{unit}", kept.normalize())
}

/// The words for what rose, fell, or stayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reports) struct Rise<'a> {
    pub up: &'a str,
    pub down: &'a str,
    pub same: &'a str,
}

impl Rise<'_> {
    /// The word, and how much it was by, as `size` words it: `提高3.85%`. What is 0 when it is worded stayed the same.
    pub(in crate::reports) fn word(&self, number: Decimal, size: impl Fn(Decimal) -> String) -> String {
        let amount = size(number.abs());
        let is_nothing = !amount.contains(|c: char| c.is_ascii_digit() && c != '0');
        match number {
            _ if is_nothing => self.same.to_owned(),
            number if number.is_sign_negative() => format!("{}{amount}", self.down),
            _ => format!("{}{amount}", self.up),
        }
    }
}

/// In Chinese numerals: 一, 十二, 两名 where a measure word follows. None of what is no whole number, or too large.
pub(in crate::reports) fn chinese(number: Decimal, measure: &str) -> Option<String> {
    const MOST: u64 = 99_999_999;
    let whole = number.normalize();
    let size = u64::try_from(whole.abs()).ok().filter(|size| whole.scale() == 0 && *size <= MOST)?;
    let words = match (size, measure) {
        (0, _) => "零".to_owned(),
        (2, measure) if !measure.is_empty() => "两".to_owned(),
        (size, _) => {
            let (high, low) = (size / 10_000, size % 10_000);
            let mut words = String::new();
            if high > 0 {
                words.push_str(&below_ten_thousand(high));
                words.push('万');
                if low > 0 && low < 1_000 {
                    words.push('零');
                }
            }
            words.push_str(&below_ten_thousand(low));
            // 一十二 is said 十二.
            match words.strip_prefix("一十") {
                Some(rest) => format!("十{rest}"),
                None => words,
            }
        }
    };
    let sign = if number.is_sign_negative() { "负" } else { "" };
    Some(format!("{sign}{words}{measure}"))
}

fn below_ten_thousand(number: u64) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    const PLACES: [(u64, &str); 4] = [(1_000, "千"), (100, "百"), (10, "十"), (1, "")];
    let mut words = String::new();
    let mut skipped = false;
    for (size, place) in PLACES {
        let digit = number / size % 10;
        if digit == 0 {
            skipped = !words.is_empty();
            continue;
        }
        if skipped {
            words.push('零');
            skipped = false;
        }
        words.extend(usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)));
        words.push_str(place);
    }
    words
}

/// The number of a heading, counted from 1, at a level from 1: 一、 （一） 1. （1）.
pub(in crate::reports) fn heading_number(level: usize, number: u32) -> String {
    let words = chinese(Decimal::from(number), "").unwrap_or_default();
    match level {
        1 => format!("{words}、"),
        2 => format!("（{words}）"),
        3 => format!("{number}."),
        _ => format!("（{number}）"),
    }
}

/// A day as it is written: `2022年6月1日`. None of what is no day.
pub(in crate::reports) fn day(text: &str) -> Option<String> {
    use chrono::Datelike;
    let day: chrono::NaiveDate = text.parse().ok()?;
    Some(format!("{}年{}月{}日", day.year(), day.month(), day.day()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn n(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn over_leaves_out_what_follows_the_leading_digits() {
        for (number, digits, expected) in [
            ("1532", 2, "1500余名"),
            ("1500", 2, "1500名"),
            ("1499", 2, "1400余名"),
            ("1048", 2, "1000余名"),
            ("12", 2, "10余名"),
            ("10", 2, "10名"),
            ("29", 2, "20余名"),
            ("9", 2, "9名"),
            ("0", 2, "0名"),
            ("156", 2, "150余名"),
            ("156", 1, "100余名"),
            ("1999", 3, "1990余名"),
            ("9999", 2, "9900余名"),
            ("10000", 2, "1万名"),
            ("20345", 2, "2万余名"),
            ("23456", 2, "2.3万余名"),
            ("23456", 1, "2万余名"),
            ("234567", 2, "23万余名"),
            ("1234567", 2, "120万余名"),
            ("20000", 2, "2万名"),
            ("123456789", 2, "1.2亿余名"),
            ("12.5", 2, "10余名"),
            ("2.5", 2, "2.5名"),
            ("-1532", 2, "-1500余名"),
        ] {
            assert_eq!(over(n(number), "名", digits), expected, "{number} to {digits}");
        }
    }

    #[test]
    fn wording_rounds_half_up_and_drops_zeros() {
        for (worded, expected) in [
            (plain(n("455.00"), None), "455"),
            (plain(n("455.125"), Some(2)), "455.13"),
            (percent(n("0.03846153846"), 2), "3.85%"),
            (percent(n("0.03846153846"), 1), "3.8%"),
            (percent(n("0.5"), 2), "50%"),
            (percent(n("-0.012"), 2), "-1.2%"),
            (wan(n("1234567.8"), "元", 2), "123.46万元"),
            (wan(n("1200000"), "元", 2), "120万元"),
            (wan(n("23456"), "人", 1), "2.3万人"),
        ] {
            assert_eq!(worded, expected);
        }
    }

    #[test]
    fn a_change_is_worded_by_its_direction() {
        let rise = Rise { up: "提高", down: "下降", same: "持平" };
        for (number, expected) in [
            ("0.03846", "提高3.85%"),
            ("-0.012", "下降1.2%"),
            ("0", "持平"),
            ("0.00001", "持平"),
            ("-0.00001", "持平"),
            ("1", "提高100%"),
        ] {
            assert_eq!(rise.word(n(number), |size| percent(size, 2)), expected, "{number}");
        }
        let more = Rise { up: "增加", down: "减少", same: "持平" };
        assert_eq!(more.word(n("-5"), |size| format!("{}人", plain(size, None))), "减少5人");
    }

    #[test]
    fn numerals_are_said_as_people_say_them() {
        for (number, measure, expected) in [
            ("0", "", Some("零")),
            ("1", "", Some("一")),
            ("2", "", Some("二")),
            ("2", "名", Some("两名")),
            ("12", "名", Some("十二名")),
            ("20", "", Some("二十")),
            ("22", "名", Some("二十二名")),
            ("101", "", Some("一百零一")),
            ("110", "", Some("一百一十")),
            ("1010", "", Some("一千零一十")),
            ("1001", "", Some("一千零一")),
            ("10000", "", Some("一万")),
            ("10010", "", Some("一万零一十")),
            ("20300", "", Some("二万零三百")),
            ("123456", "", Some("十二万三千四百五十六")),
            ("-3", "", Some("负三")),
            ("3.00", "", Some("三")),
            ("1.5", "", None),
            ("100000000", "", None),
        ] {
            assert_eq!(chinese(n(number), measure).as_deref(), expected, "{number}{measure}");
        }
        let headings: Vec<String> = (1..=4).map(|level| heading_number(level, 11)).collect();
        assert_eq!(headings, ["十一、", "（十一）", "11.", "（11）"]);
        assert_eq!((day("2022-06-01").as_deref(), day("2022")), (Some("2022年6月1日"), None));
    }

    proptest! {
        #[test]
        fn over_is_never_more_than_the_number_and_says_whether_it_is_less(number in 0_u64..10_000_000_000, digits in 1_u32..4) {
            let worded = over(Decimal::from(number), "", digits);
            let exact = !worded.contains('余');
            let (figure, factor) = match worded.trim_end_matches('余') {
                figure if figure.ends_with('亿') => (figure.trim_end_matches('亿'), 100_000_000),
                figure if figure.ends_with('万') => (figure.trim_end_matches('万'), 10_000),
                figure => (figure, 1),
            };
            let said = n(figure) * Decimal::from(factor);
            prop_assert!(said <= Decimal::from(number), "{worded}");
            prop_assert_eq!(exact, said == Decimal::from(number), "{}", worded);
        }
    }
}
