//! Quantities in a text: numbers in digits or characters with the unit behind them, each an interval: 1500余名 is from 1500 to
//! 1600 persons.

use std::ops::Range;

use rust_decimal::Decimal;

use super::numerals::{self, Numeral, digit};

/// What is counted or measured in a text, or a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quantity {
    /// Of the text.
    pub range: Range<usize>,
    /// As it is printed, of percents too.
    pub value: Decimal,
    /// Where it lies.
    pub low: Decimal,
    pub high: Decimal,
    pub kind: Kind,
    /// Digits behind the point.
    pub decimals: u32,
    /// Which of the numbers that come from data it is.
    pub traced: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// So many of a unit.
    Count(&'static str),
    /// Of a hundred.
    Percent,
    /// 个百分点.
    Points,
}

impl Quantity {
    pub(super) fn unit(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Count(unit) => Some(unit),
            Kind::Percent | Kind::Points => None,
        }
    }

    /// Whether both are counted in units that may be the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.unit().zip(other.unit()).is_some_and(|(one, other)| alike(one, other))
    }

    /// Whether it may be so much.
    pub(super) fn may_be(&self, value: Decimal) -> bool {
        self.low <= value && value <= self.high
    }
}

/// The units that make a number a quantity, the longer first; with what they are in another word.
const UNITS: &[(&str, &str)] = &[
    ("平方公里", "平方公里"),
    ("平方米", "平方米"),
    ("公里", "公里"),
    ("人次", "人次"),
    ("课时", "课时"),
    ("学时", "学时"),
    ("小时", "小时"),
    ("分钟", "分钟"),
    ("人", "人"),
    ("名", "人"),
    ("位", "人"),
    ("所", "所"),
    ("家", "所"),
    ("个", "个"),
    ("项", "项"),
    ("次", "次"),
    ("栋", "栋"),
    ("幢", "栋"),
    ("座", "座"),
    ("间", "间"),
    ("处", "处"),
    ("件", "件"),
    ("台", "台"),
    ("套", "套"),
    ("辆", "辆"),
    ("场", "场"),
    ("期", "期"),
    ("篇", "篇"),
    ("节", "节"),
    ("门", "门"),
    ("份", "份"),
    ("册", "册"),
    ("亩", "亩"),
    ("元", "元"),
    ("支", "支"),
    ("户", "户"),
    ("票", "票"),
    ("条", "条"),
    ("起", "起"),
    ("例", "例"),
    ("批", "批"),
    ("轮", "轮"),
    ("类", "类"),
    ("分", "分"),
    ("天", "天"),
    ("周", "周"),
    ("块", "块"),
    ("张", "张"),
    ("盏", "盏"),
    ("吨", "吨"),
    ("米", "米"),
    ("株", "株"),
    ("棵", "株"),
];

/// Units for which people also say 个.
const COUNTED: [&str; 8] = ["所", "项", "处", "栋", "座", "间", "件", "类"];

/// Whether two units, in their own word, may be the same.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let is_any = |unit: &str, of: &str| unit == "个" && COUNTED.contains(&of);
    one == other || is_any(one, other) || is_any(other, one)
}

/// A unit in its own word, and how many of it a unit as it is written is: 万元 is 10000 元.
pub(super) fn unit(text: &str) -> Option<(&'static str, Decimal)> {
    let (rest, scale) = scaled(text);
    let (_, unit) = UNITS.iter().find(|(name, _)| *name == rest)?;
    Some((unit, scale))
}

fn scaled(text: &str) -> (&str, Decimal) {
    const SCALES: [(&str, u64); 4] = [("亿", 100_000_000), ("万", 10_000), ("千", 1_000), ("百", 100)];
    let scale = SCALES.iter().find_map(|(name, scale)| Some((text.strip_prefix(name)?, Decimal::from(*scale))));
    scale.unwrap_or((text, Decimal::ONE))
}

/// All quantities of a text.
pub(super) fn quantities(text: &str) -> Vec<Quantity> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let (length, quantity) = read(text, at);
        found.extend(quantity);
        at += length.max(c.len_utf8());
    }
    found
}

/// The quantity at an offset, and how much of the text is done with.
fn read(text: &str, at: usize) -> (usize, Option<Quantity>) {
    let rest = text.get(at..).unwrap_or_default();
    let before = text.get(..at).unwrap_or_default();
    if let Some(behind) = rest.strip_prefix("百分之") {
        let numeral = numerals::in_digits(behind).or_else(|| numerals::in_characters(behind).ok());
        let length = "百分之".len();
        return match numeral {
            Some(numeral) => {
                let length = length + numeral.length;
                (length, Some(exact(at..at + length, &numeral, Kind::Percent)))
            }
            None => (length, None),
        };
    }
    let in_digits = numerals::in_digits(rest);
    let numeral = match in_digits.map_or_else(|| numerals::in_characters(rest), Ok) {
        Ok(numeral) => numeral,
        Err(length) => return (length, None),
    };
    let skipped = (numeral.length, None);
    // 第三, SY2022, 2021-2022, “五项”, 十四五 …
    let is_name =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '第' | '-' | '“' | '初' | '其' | '.') || digit(c).is_some();
    if before.ends_with(is_name) || numeral.length == 0 {
        return skipped;
    }
    // 十分 is very, and 一起 together.
    let is_word = |quantity: &Quantity| in_digits.is_none() && matches!(quantity.unit(), Some("分" | "起"));
    match measured(text, at, &numeral).filter(|quantity| !is_word(quantity)) {
        Some(quantity) => (quantity.range.end - at, Some(quantity)),
        None => skipped,
    }
}

/// A number with what stands behind it: `万`, `余`, and the unit.
fn measured(text: &str, at: usize, numeral: &Numeral) -> Option<Quantity> {
    let behind =
        |text: &'static str, other: &'static str| move |rest: &str| rest.starts_with(text) || rest.starts_with(other);
    let (is_more, is_percent) = (behind("余", "多"), behind("%", "％"));
    let all = text.get(at + numeral.length..)?;
    let mut rest = all.trim_start_matches(' ');
    let mut is_rounded_up = false;
    let mut scale = Decimal::ONE;
    for _ in 0..2 {
        if is_more(rest) {
            is_rounded_up = true;
            rest = rest.get("余".len()..)?;
        }
        let (unscaled, by) = scaled(rest);
        if unscaled.len() < rest.len() && scale == Decimal::ONE {
            scale = by;
            rest = unscaled;
        }
    }
    let rest = rest.trim_start_matches(' ');
    let end = |rest: &str| text.len() - rest.len();
    if is_percent(rest) && scale == Decimal::ONE {
        let sign = rest.chars().next()?.len_utf8();
        return Some(exact(at..end(rest) + sign, numeral, Kind::Percent));
    }
    if let Some(rest) = rest.strip_prefix("个百分点") {
        return Some(exact(at..end(rest), numeral, Kind::Points));
    }
    let (name, unit) = UNITS.iter().find(|(name, _)| rest.starts_with(name))?;
    let rest = rest.get(name.len()..)?;
    let most = Decimal::from(1_000_000_000_000_000_u64);
    let value = numeral.value.checked_mul(scale).filter(|value| *value <= most)?;
    let mut quantity = Quantity { value, low: value, high: value, ..exact(at..end(rest), numeral, Kind::Count(unit)) };
    let digit = Decimal::new(1, numeral.decimals).checked_mul(scale)?;
    if scale > Decimal::ONE || numeral.decimals > 0 {
        let half = digit / Decimal::TWO;
        (quantity.low, quantity.high) = (value - half, value + half);
    }
    let before = text.get(..at)?;
    let tenth = value / Decimal::TEN;
    let is_any = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    if is_rounded_up || is_any(&["超", "超过", "逾", "突破"]) {
        (quantity.low, quantity.high) = (value, value + last_digit(value).max(digit));
    } else if is_any(&["近", "不足", "不到"]) {
        quantity.low = value - tenth;
    } else if is_any(&["约", "大约"]) {
        (quantity.low, quantity.high) = (value - tenth, value + tenth);
    }
    Some(quantity)
}

/// What one of the last digit that is not zero stands for: 100 of 1500.
fn last_digit(value: Decimal) -> Decimal {
    let mut digit = Decimal::ONE;
    while let Some(next) = digit.checked_mul(Decimal::TEN).filter(|next| !value.is_zero() && (value % next).is_zero()) {
        digit = next;
    }
    digit
}

/// Of a share, within half of its last digit.
fn exact(range: Range<usize>, numeral: &Numeral, kind: Kind) -> Quantity {
    let half = Decimal::new(5, numeral.decimals + 1);
    Quantity {
        range,
        value: numeral.value,
        low: numeral.value - half,
        high: numeral.value + half,
        kind,
        decimals: numeral.decimals,
        traced: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words, low, high, unit.
    fn read_all(text: &str) -> Vec<(String, String, String, Kind)> {
        let number = |number: Decimal| number.normalize().to_string();
        quantities(text)
            .into_iter()
            .map(|found| (text[found.range.clone()].to_owned(), number(found.low), number(found.high), found.kind))
            .collect()
    }

    #[test]
    fn a_quantity_is_an_interval() {
        use Kind::{Count, Percent, Points};
        for (text, words, low, high, kind) in [
            ("上线135人，", "135人", "135", "135", Count("人")),
            ("1500余名教职工", "1500余名", "1500", "1600", Count("人")),
            ("2万余名学生", "2万余名", "20000", "30000", Count("人")),
            ("整治10余次", "10余次", "10", "20", Count("次")),
            ("投入1.2亿元", "1.2亿元", "115000000", "125000000", Count("元")),
            ("共 5 天", "5 天", "5", "5", Count("天")),
            ("我县两所校外培训机构", "两所", "2", "2", Count("所")),
            ("提高3.7%，", "3.7%", "3.65", "3.75", Percent),
            ("达到百分之九十", "百分之九十", "89.5", "90.5", Percent),
            ("提高1.5个百分点", "1.5个百分点", "1.45", "1.55", Points),
            ("近300人", "300人", "270", "300", Count("人")),
            ("1,234人", "1,234人", "1234", "1234", Count("人")),
        ] {
            assert_eq!(read_all(text), [(words.to_owned(), low.to_owned(), high.to_owned(), kind)], "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for text in [
            "2022年度",
            "6月14日",
            "第3次",
            "一是强化",
            "“五项管理”",
            "十四五",
            "SY2022个",
            "高三、初三",
            "其一项",
            "一对一",
        ] {
            assert_eq!(read_all(text), [], "{text}");
        }
    }
}
