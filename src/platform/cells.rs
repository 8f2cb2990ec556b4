//! What people type into the cells of a table: read where the meaning is certain, and named where it is not.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::error::ViolationCode;
use super::message::Message;
use crate::say;

/// How people say that there is no value. It is not zero, and they have to say so otherwise: by an empty cell.
const MISSING: [&str; 13] = ["-", "--", "/", "\\", "—", "——", "–", "无", "暂无", "NA", "N/A", "NULL", "#N/A"];

/// What a decimal can hold.
const MOST_DIGITS: usize = 28;

/// Why a cell is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No number.
    NotANumber,
    /// A sign for “no value”.
    Missing,
    /// Commas or spaces that do not part thousands.
    Grouping,
    /// A number with 万 or 亿 behind it, in a column that has a unit of its own.
    Magnitude,
    /// A percentage, where the meaning of 85% might be 85 or 0.85.
    Percentage,
    /// More digits than can be kept.
    TooManyDigits,
    /// No date.
    NotADate,
    /// Figures that might be day, month or year.
    DateOrder,
    /// A month without a day.
    NoDay,
    /// Neither yes nor no.
    NotABoolean,
    /// A number, date, or yes or no where a text belongs.
    NotAText,
    /// A number with more digits than a spreadsheet keeps.
    Imprecise,
    /// A formula that was not computed.
    Uncomputed,
    /// A formula that cannot be computed.
    Error,
    /// One of several cells that were made one.
    Merged,
}

impl Doubt {
    /// The same for programs.
    #[must_use]
    pub const fn code(self) -> ViolationCode {
        match self {
            Self::TooManyDigits | Self::Imprecise => ViolationCode::TooManyDigits,
            Self::NotADate | Self::DateOrder | Self::NoDay | Self::Merged => ViolationCode::WrongFormat,
            Self::NotANumber
            | Self::Missing
            | Self::Grouping
            | Self::Magnitude
            | Self::Percentage
            | Self::NotABoolean
            | Self::NotAText
            | Self::Uncomputed
            | Self::Error => ViolationCode::WrongType,
        }
    }

    /// The same for people.
    #[must_use]
    pub fn message(self) -> Message {
        match self {
            Self::NotANumber => say!("不是数字", "This is not a number"),
            Self::Missing => {
                say!("没有数值时请留空，不要填写“-”“无”等", "Leave the cell empty where there is no value")
            }
            Self::Grouping => say!("数字中的逗号或空格位置不正确", "The commas or spaces do not part thousands"),
            Self::Magnitude => {
                say!("请填写完整数字，不要带“万”“亿”", "Write the number in full, without 万 or 亿")
            }
            Self::Percentage => say!(
                "请填写数字，不要带百分号，也不要用百分比格式",
                "Write the number without a percent sign, in a cell that is not formatted so"
            ),
            Self::TooManyDigits => say!("数字位数过多", "The number has too many digits"),
            Self::NotADate => say!("不是日期，请按 2022-06-01 填写", "This is not a date; write it as 2022-06-01"),
            Self::DateOrder => {
                say!(
                    "日期的年月日次序不明，请按 2022-06-01 填写",
                    "Which is the day and which the month? Write 2022-06-01"
                )
            }
            Self::NoDay => say!("日期缺少日，请按 2022-06-01 填写", "The day is missing; write the date as 2022-06-01"),
            Self::NotABoolean => say!("请填写“是”或“否”", "Write 是 or 否 (yes or no)"),
            Self::NotAText => {
                say!("应为文本，请将单元格设为文本格式", "A text is needed here; format the cell as text")
            }
            Self::Imprecise => say!(
                "数字超过 15 位，末位已失真，请按文本填写",
                "The number has more than 15 digits, and the last of them were lost; write it as text"
            ),
            Self::Uncomputed => say!(
                "公式没有计算结果；请在电子表格软件中打开并保存，或直接填写数值",
                "The formula was not computed; write its value instead"
            ),
            Self::Error => say!("单元格为错误值", "The cell holds the error of a formula"),
            Self::Merged => {
                say!("请取消合并单元格，逐格填写", "The cell is merged with others; split them and fill in each")
            }
        }
    }
}

/// A number as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed {
    /// The number; of a percentage the ratio, so that `85%` is 0.85.
    pub number: Decimal,
    /// Whether there was a percent sign.
    pub is_percentage: bool,
}

/// A text without the spaces around it, whatever kind they are of.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// A text as it would be typed on a keyboard without full-width characters, and without the spaces around it.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '\u{2212}' => '-',
        c if is_space(c) => ' ',
        c => c,
    };
    trimmed(text).chars().map(narrow).collect()
}

/// Whether a text says that there is no value.
#[must_use]
pub fn is_missing(text: &str) -> bool {
    MISSING.contains(&plain(text).to_ascii_uppercase().as_str())
}

/// Reads a number: `1,234`, `１２３４`, `85％`, `-0.5`, `1e3`.
///
/// # Errors
/// Where it is none, or its meaning is not certain.
pub fn number(text: &str) -> Result<Typed, Doubt> {
    if is_missing(text) {
        return Err(Doubt::Missing);
    }
    let plain = plain(text);
    if plain.ends_with(['万', '亿']) {
        return Err(Doubt::Magnitude);
    }
    let (digits, is_percentage) = match plain.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), true),
        None => (plain.as_str(), false),
    };
    let digits = without_groups(digits)?;
    let number =
        if digits.contains(['e', 'E']) { Decimal::from_scientific(&digits) } else { Decimal::from_str_exact(&digits) };
    let is_long = digits.bytes().filter(u8::is_ascii_digit).count() > MOST_DIGITS;
    let number = number.map_err(|_| if is_long { Doubt::TooManyDigits } else { Doubt::NotANumber })?;
    let ratio = || number.checked_mul(Decimal::new(1, 2)).ok_or(Doubt::TooManyDigits);
    Ok(Typed { number: if is_percentage { ratio()? } else { number }, is_percentage })
}

/// Takes out commas, or spaces, that part thousands; refuses what is no number by its look.
fn without_groups(text: &str) -> Result<String, Doubt> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = unsigned.split(['.', 'e', 'E']).next().unwrap_or_default();
    let looks_right = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+' | ',' | ' '));
    if !looks_right {
        return Err(Doubt::NotANumber);
    }
    let Some(sign) = unsigned.chars().find(|c| matches!(c, ',' | ' ')) else {
        return Ok(text.strip_prefix('+').unwrap_or(text).to_owned());
    };
    let mut groups = whole.split(sign);
    let first = groups.next().unwrap_or_default();
    let is_group = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let thousands = (1..=3).contains(&first.len()) && is_group(first) && groups.all(|g| g.len() == 3 && is_group(g));
    let rest = unsigned.strip_prefix(whole).unwrap_or_default();
    if !thousands || rest.contains([',', ' ']) {
        return Err(Doubt::Grouping);
    }
    let minus = if text.starts_with('-') { "-" } else { "" };
    Ok(format!("{minus}{}{rest}", whole.replace(sign, "")))
}

/// Reads a date: `2022-6-1`, `2022/6/1`, `2022.6.1`, `2022年6月1日`, `20220601`; a midnight behind it does not matter.
///
/// # Errors
/// Where it is none, or its meaning is not certain.
pub fn date(text: &str) -> Result<NaiveDate, Doubt> {
    if is_missing(text) {
        return Err(Doubt::Missing);
    }
    let plain = plain(text);
    let day = [" 00:00:00", "T00:00:00", " 0:00:00", " 0:00"].iter().find_map(|midnight| plain.strip_suffix(midnight));
    let day = day.unwrap_or(&plain).trim();
    let figures = match day.strip_suffix(['日', '号']) {
        Some(rest) => rest.split_once('年').and_then(|(year, rest)| {
            let (month, day) = rest.split_once('月')?;
            Some(vec![year, month, day])
        }),
        None if day.contains('年') && day.ends_with('月') => return Err(Doubt::NoDay),
        None => ['-', '/', '.'].iter().find(|sign| day.contains(**sign)).map(|sign| day.split(*sign).collect()),
    };
    let compact = || match (day.get(..4), day.get(4..6), day.get(6..8)) {
        (Some(year), Some(month), Some(of_month)) if day.len() == 8 => Some(vec![year, month, of_month]),
        _ => None,
    };
    let figures = figures.or_else(compact).ok_or(Doubt::NotADate)?;
    let figures: Vec<&str> = figures.into_iter().map(str::trim).collect();
    if !figures.iter().all(|figure| !figure.is_empty() && figure.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(Doubt::NotADate);
    }
    match figures.as_slice() {
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            let parsed = (year.parse().ok(), month.parse().ok(), day.parse().ok());
            let (Some(year), Some(month), Some(day)) = parsed else { return Err(Doubt::NotADate) };
            NaiveDate::from_ymd_opt(year, month, day).ok_or(Doubt::NotADate)
        }
        [year, month] if year.len() == 4 && month.len() <= 2 => Err(Doubt::NoDay),
        [_, _, _] => Err(Doubt::DateOrder),
        _ => Err(Doubt::NotADate),
    }
}

/// Reads yes or no: `是`, `否`, `true`, `1`, `√`.
///
/// # Errors
/// Where it is neither.
pub fn boolean(text: &str) -> Result<bool, Doubt> {
    match plain(text).to_ascii_lowercase().as_str() {
        "是" | "true" | "yes" | "1" | "√" | "✓" | "✔" => Ok(true),
        "否" | "false" | "no" | "0" | "×" | "✗" | "✘" => Ok(false),
        other if is_missing(other) => Err(Doubt::Missing),
        _ => Err(Doubt::NotABoolean),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_with_certainty_or_named() {
        for (text, expected) in [
            ("1234", Ok("1234")),
            (" 1,234 ", Ok("1234")),
            ("1，234，567．50", Ok("1234567.50")),
            ("１２３４", Ok("1234")),
            ("－１２", Ok("-12")),
            ("−0.5", Ok("-0.5")),
            ("+5", Ok("5")),
            ("1 234", Ok("1234")),
            ("1\u{a0}234\u{3000}", Ok("1234")),
            ("\u{200b}7\u{feff}", Ok("7")),
            ("85%", Ok("0.85")),
            ("３．８５ ％", Ok("0.0385")),
            ("1e3", Ok("1000")),
            ("007", Ok("7")),
            ("12,34", Err(Doubt::Grouping)),
            ("1,2345", Err(Doubt::Grouping)),
            ("1.234,5", Err(Doubt::Grouping)),
            (",123", Err(Doubt::NotANumber)),
            ("1234,567", Err(Doubt::Grouping)),
            ("1 2", Err(Doubt::Grouping)),
            ("1,234 567", Err(Doubt::Grouping)),
            ("1.2万", Err(Doubt::Magnitude)),
            ("3亿", Err(Doubt::Magnitude)),
            ("约100", Err(Doubt::NotANumber)),
            ("100人", Err(Doubt::NotANumber)),
            ("(100)", Err(Doubt::NotANumber)),
            ("1-2", Err(Doubt::NotANumber)),
            ("1.2.3", Err(Doubt::NotANumber)),
            (".", Err(Doubt::NotANumber)),
            ("e5", Err(Doubt::NotANumber)),
            ("", Err(Doubt::NotANumber)),
            ("十二", Err(Doubt::NotANumber)),
            ("99999999999999999999999999999999", Err(Doubt::TooManyDigits)),
        ] {
            let read = number(text).map(|typed| typed.number.to_string());
            assert_eq!(read, expected.map(str::to_owned), "{text}");
        }
        assert!(number("85％").unwrap().is_percentage && !number("0.85").unwrap().is_percentage);
    }

    #[test]
    fn no_value_is_not_zero() {
        for text in ["-", "—", "——", "－", "无", " 无 ", "NA", "n/a", "Ｎ／Ａ", "/", "暂无", "#N/A"] {
            assert_eq!(number(text), Err(Doubt::Missing), "{text}");
            assert_eq!(date(text), Err(Doubt::Missing), "{text}");
            assert_eq!(boolean(text), Err(Doubt::Missing), "{text}");
        }
    }

    #[test]
    fn dates_are_read_with_certainty_or_named() {
        for text in [
            "2022-06-01",
            "2022-6-1",
            "2022/6/1",
            "2022.06.1",
            "2022年6月1日",
            "2022 年 6 月 1 日",
            "２０２２年６月１日",
            "2022年06月01号",
            "20220601",
            "2022-06-01 00:00:00",
            "\u{3000}2022/6/1\u{a0}",
        ] {
            assert_eq!(date(text), Ok(NaiveDate::from_ymd_opt(2022, 6, 1).unwrap()), "{text}");
        }
        for (text, doubt) in [
            ("6/1/2022", Doubt::DateOrder),
            ("22-6-1", Doubt::DateOrder),
            ("2022-6", Doubt::NoDay),
            ("2022年6月", Doubt::NoDay),
            ("2022-02-30", Doubt::NotADate),
            ("44713", Doubt::NotADate),
            ("2022", Doubt::NotADate),
            ("2022-06-01 08:30", Doubt::NotADate),
            ("六月一日", Doubt::NotADate),
            ("", Doubt::NotADate),
        ] {
            assert_eq!(date(text), Err(doubt), "{text}");
        }
    }

    #[test]
    fn yes_and_no_have_many_names() {
        for (text, expected) in
            [("是", Ok(true)), ("TRUE", Ok(true)), ("１", Ok(true)), ("否 ", Ok(false)), ("2", Err(Doubt::NotABoolean))]
        {
            assert_eq!(boolean(text), expected, "{text}");
        }
    }

    fn grouped(digits: &str, sign: char) -> String {
        let (minus, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
        let (whole, rest) = digits.find('.').map_or((digits, ""), |at| digits.split_at(at));
        let groups: Vec<&[u8]> = whole.as_bytes().rchunks(3).rev().collect();
        let groups: Vec<&str> = groups.into_iter().map(|group| std::str::from_utf8(group).unwrap()).collect();
        format!("{minus}{}{rest}", groups.join(&sign.to_string()))
    }

    fn full_width(text: &str) -> String {
        text.chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c))
            .collect()
    }

    proptest! {
        #[test]
        fn a_number_is_read_however_it_is_dressed(digits in -999_999_999_999_i64..=999_999_999_999, scale in 0_u32..=6) {
            let value = Decimal::new(digits, scale);
            let plain = value.to_string();
            for text in [plain.clone(), grouped(&plain, ','), grouped(&plain, '\u{a0}'), full_width(&grouped(&plain, ',')),
                format!("\u{3000}{plain} ")] {
                prop_assert_eq!(number(&text).map(|typed| typed.number), Ok(value), "{}", text);
            }
        }

        #[test]
        fn whatever_is_read_means_its_digits(text in "[0-9０-９,，. \\-－%％万eE年月日/]{0,12}") {
            if let Ok(typed) = number(&text) {
                let kept = plain(&text).replace([',', ' '], "");
                let again = number(&kept).unwrap();
                prop_assert_eq!(typed, again);
            }
            if let Ok(day) = date(&text) {
                prop_assert_eq!(date(&day.to_string()), Ok(day));
            }
        }

        #[test]
        fn nothing_makes_it_stumble(text in any::<String>()) {
            let _ = (number(&text), date(&text), boolean(&text));
        }
    }
}
