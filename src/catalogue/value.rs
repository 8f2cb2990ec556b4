//! Single values as people and programs enter them: read exactly, or refused with the reason.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::document::Choice;
use crate::platform::decimal::{self, Refusal};
use crate::platform::error::ViolationCode;
use crate::platform::message::Message;
use crate::say;

/// The longest text that a value may be, in characters.
pub const MAX_TEXT: usize = 2_000;

/// A value that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellValue {
    /// A number, exact.
    Number(Decimal),
    /// True or false.
    Boolean(bool),
    /// A text, an option's code, or a date as `YYYY-MM-DD`.
    Text(String),
}

impl CellValue {
    /// As expressions see it.
    #[must_use]
    pub fn as_fact(&self) -> crate::rules::Value<'_> {
        match self {
            Self::Number(number) => crate::rules::Value::Number(*number),
            Self::Boolean(boolean) => crate::rules::Value::Boolean(*boolean),
            Self::Text(text) => crate::rules::Value::Text(text),
        }
    }
}

impl Serialize for CellValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => rust_decimal::serde::arbitrary_precision::serialize(number, serializer),
            Self::Boolean(boolean) => boolean.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for CellValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match Value::deserialize(deserializer)? {
            Value::Number(number) => decimal::parse(&number.to_string(), decimal::DECIMALS)
                .map(Self::Number)
                .map_err(|_| D::Error::custom("a number with more digits than are kept")),
            Value::Bool(boolean) => Ok(Self::Boolean(boolean)),
            Value::String(text) => Ok(Self::Text(text)),
            _ => Err(D::Error::custom("not a value")),
        }
    }
}

/// Why a value is refused.
pub type Refused = (ViolationCode, Message);

/// Reads a number with at most so many decimals.
///
/// # Errors
/// Where it is no number, or has more digits than are kept.
pub fn read_number(text: &str, decimals: u32) -> Result<Decimal, Refused> {
    decimal::parse(text, decimals).map_err(|refusal| match refusal {
        Refusal::NotANumber => (
            ViolationCode::WrongType,
            say!(
                "应为数字（不加引号），未报送时为 null",
                "A number is needed, without quotes; null where it is not reported"
            ),
        ),
        Refusal::TooManyDigits if decimals == 0 => {
            (ViolationCode::TooManyDigits, say!("应为整数，至多 12 位", "It is a whole number of at most 12 digits"))
        }
        Refusal::TooManyDigits => (
            ViolationCode::TooManyDigits,
            say!("至多 12 位整数、{decimals} 位小数", "At most 12 digits before and {decimals} after the point"),
        ),
    })
}

/// Reads a text of at most so many characters.
///
/// # Errors
/// Where it is longer.
pub fn read_text(text: String, most: usize) -> Result<String, Refused> {
    if text.chars().count() > most {
        Err((ViolationCode::WrongLength, say!("至多 {most} 个字", "At most {most} characters")))
    } else {
        Ok(text)
    }
}

/// Reads the code of an option.
///
/// # Errors
/// Where there is no such option.
pub fn read_option(options: &[Choice], option: String) -> Result<String, Refused> {
    if options.iter().any(|each| each.code == option) {
        return Ok(option);
    }
    let known = options.iter().map(|each| each.code.as_str()).collect::<Vec<_>>().join(", ");
    Err((ViolationCode::NotAllowed, say!("只允许：{known}", "Allowed are: {known}")))
}

/// Reads a date, as `YYYY-MM-DD` and in no other way; the year has four digits, and does not begin with a zero.
///
/// # Errors
/// Where it is none.
pub fn read_date(date: String) -> Result<String, Refused> {
    let is_written_so = |day: NaiveDate| (1000..=9999).contains(&day.year()) && day.to_string() == date;
    if date.parse().is_ok_and(is_written_so) {
        return Ok(date);
    }
    Err((ViolationCode::WrongFormat, say!("应为日期，如 2022-09-01", "A date is needed, for example 2022-09-01")))
}

/// Yes or no, as people write it into a table.
#[must_use]
pub fn boolean_word(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "是" | "1" => Some(true),
        "false" | "否" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_one_way_only() {
        for date in ["1000-01-01", "2022-09-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(read_date(date.to_owned()).unwrap(), date);
        }
        for date in [
            "+57291-03-08",
            "+10000-01-01",
            "10000-01-01",
            "0999-12-31",
            "-2022-09-01",
            "+2022-09-01",
            "2022-9-1",
            "2022-02-30",
            " 2022-09-01",
            "2022-09-01T00:00:00",
            "",
        ] {
            assert_eq!(read_date(date.to_owned()).unwrap_err().0, ViolationCode::WrongFormat, "{date}");
        }
    }
}
