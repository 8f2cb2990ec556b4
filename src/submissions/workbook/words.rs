//! What the workbook says.

use chrono::Datelike;

use crate::catalogue::Period;
use crate::catalogue::document::{PeriodType, ValueType};

/// A period as it is spoken of: 2022年第三季度.
pub(super) fn period_name(period: Period) -> String {
    let (start, end) = (period.start(), period.end());
    let (year, month) = (start.year(), start.month());
    match period.kind() {
        Some(PeriodType::Year) => format!("{year}年"),
        Some(PeriodType::HalfYear) => format!("{year}年{}半年", if month == 1 { "上" } else { "下" }),
        Some(PeriodType::Quarter) => {
            let quarter = ["一", "二", "三", "四"].iter().zip([1, 4, 7, 10]).find(|(_, first)| *first == month);
            format!("{year}年第{}季度", quarter.map_or("", |(name, _)| name))
        }
        Some(PeriodType::Month) => format!("{year}年{month}月"),
        Some(PeriodType::SchoolYear) => format!("{year}—{}学年", year + 1),
        Some(PeriodType::Term) if month == 9 => format!("{year}—{}学年第一学期", year + 1),
        Some(PeriodType::Term) => format!("{}—{year}学年第二学期", year - 1),
        None => format!("{year}年1—{}月", end.month()),
    }
}

/// The head of what was reported for the period before.
pub(super) fn previous_head(period: Period) -> String {
    format!("上期\n{}", period_name(period.previous()))
}

/// The head of what is filled in.
pub(super) fn current_head(period: Period) -> String {
    format!("本期\n{}", period_name(period))
}

/// What is said where a value is filled in.
pub(super) fn advice(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Count => "填非负整数。没有的填 0，不掌握的留空。",
        ValueType::Quantity => "填数字，至多 6 位小数。不掌握的留空。",
        ValueType::Amount => "填数字，以元为单位，至多 2 位小数。不掌握的留空。",
        ValueType::Ratio => "填百分比，如 35%。不掌握的留空。",
        ValueType::Boolean => "从下拉列表选择“是”或“否”。",
        ValueType::Choice => "从下拉列表选择。",
        ValueType::Text => "填文字，至多 2000 个字。",
        ValueType::Date => "填日期，如 2022-09-01。",
    }
}

/// What is said where something else was filled in.
pub(super) fn objection(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Count => "此处应为非负整数，至多 12 位，不带单位。",
        ValueType::Quantity => "此处应为数字，至多 6 位小数，不带单位。",
        ValueType::Amount => "此处应为以元为单位的数字，至多 2 位小数，不带单位。",
        ValueType::Ratio => "此处应为不小于 0 的百分比，如 35%，至多 4 位小数。",
        ValueType::Boolean => "此处只能填“是”或“否”。",
        ValueType::Choice => "此处只能从下拉列表选择。",
        ValueType::Text => "至多 2000 个字。",
        ValueType::Date => "此处应为日期，如 2022-09-01。",
    }
}

/// What a value is called in the column of units, where the indicator has none.
pub(super) fn unit(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Amount => "元",
        ValueType::Ratio => "%",
        ValueType::Boolean => "是/否",
        ValueType::Choice => "选择",
        ValueType::Date => "日期",
        ValueType::Text => "文字",
        ValueType::Count | ValueType::Quantity => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_names() {
        for (period, name) in [
            ("2022", "2022年"),
            ("2022-H1", "2022年上半年"),
            ("2022-H2", "2022年下半年"),
            ("2022-Q3", "2022年第三季度"),
            ("2022-06", "2022年6月"),
            ("SY2022", "2022—2023学年"),
            ("SY2022-T1", "2022—2023学年第一学期"),
            ("SY2022-T2", "2022—2023学年第二学期"),
        ] {
            assert_eq!(period_name(period.parse().unwrap()), name);
        }
    }
}
