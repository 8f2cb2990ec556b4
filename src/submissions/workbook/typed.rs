//! What people typed into the cells of a form, as values of its indicators.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Number, Value as Json};

use super::filling::Entry;
use super::layout::option_label;
use super::sent::{Found, Held};
use crate::catalogue::document::{Choice, ValueType};
use crate::catalogue::{CompiledIndicator, Refused};
use crate::platform::cells::{self, Doubt, trimmed};
use crate::platform::error::ViolationCode;
use crate::platform::workbook::Value;
use crate::say;

impl Found {
    /// The value of a cell, as it would be sent as JSON; null where nothing was filled in.
    pub(in crate::submissions) fn value(&self, indicator: &CompiledIndicator) -> Result<Json, Refused> {
        value(indicator, &self.held)
    }

    /// A note or an explanation; none where nothing was filled in.
    pub(in crate::submissions) fn remark(&self) -> Result<Option<String>, Refused> {
        remark(&self.held)
    }
}

fn value(indicator: &CompiledIndicator, held: &Held) -> Result<Json, Refused> {
    let (value, is_percentage) = match held {
        Held::Nothing | Held::LostAsWell(_) => return Ok(Json::Null),
        Held::Lost(message, _) => return Err((ViolationCode::Inconsistent, message.clone())),
        Held::Value { value, is_percentage } => (value, *is_percentage),
    };
    match value {
        Value::Text(text) if trimmed(text).is_empty() => return Ok(Json::Null),
        // What it came to is what people saw when they saved it; where there is nothing, nobody saw anything.
        Value::Empty => return Err(doubt(Doubt::Uncomputed)),
        Value::Error(_) => return Err(doubt(Doubt::Error)),
        _ => {}
    }
    let definition = &indicator.definition;
    match definition.value_type {
        ValueType::Count | ValueType::Quantity | ValueType::Amount => plain_number(value, is_percentage),
        ValueType::Ratio => ratio(value, is_percentage),
        ValueType::Boolean => boolean(value),
        ValueType::Choice => choice(&definition.options, value),
        ValueType::Date => date(value),
        ValueType::Text => text(value).map(Json::String),
    }
}

fn remark(held: &Held) -> Result<Option<String>, Refused> {
    match held {
        Held::Nothing | Held::LostAsWell(_) => Ok(None),
        Held::Lost(message, _) => Err((ViolationCode::Inconsistent, message.clone())),
        Held::Value { value, .. } => match value {
            Value::Text(text) if trimmed(text).is_empty() => Ok(None),
            Value::Empty => Err(doubt(Doubt::Uncomputed)),
            Value::Error(_) => Err(doubt(Doubt::Error)),
            value => text(value).map(Some),
        },
    }
}

/// What stood in a cell, to be shown again.
pub(super) fn entry(held: &Held) -> Option<Entry> {
    let (Held::Value { value, .. } | Held::Lost(_, Some(value)) | Held::LostAsWell(Some(value))) = held else {
        return None;
    };
    match value {
        Value::Empty => None,
        Value::Text(text) | Value::Imprecise(text) | Value::Time(text) | Value::Error(text) => {
            Some(Entry::Text(text.clone()))
        }
        Value::Number(number) => Some(Entry::Number(*number)),
        Value::Boolean(boolean) => Some(Entry::Boolean(*boolean)),
        Value::Date(moment) if is_midnight(*moment) => Some(Entry::Date(moment.date())),
        Value::Date(moment) => Some(Entry::Text(moment.to_string())),
    }
}

/// What stood in a cell, as it is written into the same cell of a workbook that goes back. Its format is another there, and a
/// number or day must not become right by that: what no cell can say is an error.
pub(super) fn again(held: &Held, value_type: ValueType) -> Option<Entry> {
    let (value, is_percentage) = match held {
        Held::Nothing => return None,
        Held::Lost(..) | Held::LostAsWell(_) => return Some(Entry::Error),
        Held::Value { value, is_percentage } => (value, *is_percentage),
    };
    let is_number = matches!(value_type, ValueType::Count | ValueType::Quantity | ValueType::Amount);
    match value {
        Value::Number(number) if is_number && is_percentage && !number.is_zero() => {
            Some(Entry::Text(format!("{}%", (number * Decimal::ONE_HUNDRED).normalize())))
        }
        Value::Number(number) if value_type == ValueType::Ratio && !is_percentage && number.abs() > Decimal::ONE => {
            Some(Entry::Text(number.to_string()))
        }
        Value::Number(number) if value_type == ValueType::Date => Some(Entry::Text(number.to_string())),
        Value::Date(_) if value_type != ValueType::Date => Some(Entry::Error),
        Value::Empty | Value::Imprecise(_) | Value::Time(_) | Value::Error(_) => Some(Entry::Error),
        _ => entry(held),
    }
}

fn doubt(doubt: Doubt) -> Refused {
    (doubt.code(), doubt.message())
}

fn json_number(number: Decimal) -> Result<Json, Refused> {
    Number::from_str(&number.to_string()).map(Json::Number).map_err(|_| doubt(Doubt::NotANumber))
}

/// A number that is no share.
fn plain_number(value: &Value, is_percentage: bool) -> Result<Json, Refused> {
    match value {
        // What is seen as 85% might be 85 or 0.85.
        Value::Number(number) if is_percentage && !number.is_zero() => Err(doubt(Doubt::Percentage)),
        Value::Number(number) => json_number(*number),
        Value::Text(text) => match cells::number(text).map_err(doubt)? {
            typed if typed.is_percentage => Err(doubt(Doubt::Percentage)),
            typed => json_number(typed.number),
        },
        Value::Imprecise(_) => Err(doubt(Doubt::Imprecise)),
        _ => Err(doubt(Doubt::NotANumber)),
    }
}

/// A share: 85% is 0.85, and so is 0.85; but whether 85 is 85% or 8500% nobody can say.
fn ratio(value: &Value, is_percentage: bool) -> Result<Json, Refused> {
    let (number, is_certain) = match value {
        Value::Number(number) => (*number, is_percentage),
        Value::Text(text) => {
            let typed = cells::number(text).map_err(doubt)?;
            (typed.number, typed.is_percentage)
        }
        Value::Imprecise(_) => return Err(doubt(Doubt::Imprecise)),
        _ => return Err(doubt(Doubt::NotANumber)),
    };
    if is_certain || number.abs() <= Decimal::ONE {
        return json_number(number);
    }
    let message = say!(
        "请写明百分号：{number} 是指 {number}% 吗？",
        "Write the percent sign: is {number} meant to be {number} %?"
    );
    Err((ViolationCode::WrongFormat, message))
}

fn boolean(value: &Value) -> Result<Json, Refused> {
    match value {
        Value::Boolean(boolean) => Ok(Json::Bool(*boolean)),
        Value::Number(number) if number.is_zero() => Ok(Json::Bool(false)),
        Value::Number(number) if *number == Decimal::ONE => Ok(Json::Bool(true)),
        Value::Text(text) => cells::boolean(text).map(Json::Bool).map_err(doubt),
        _ => Err(doubt(Doubt::NotABoolean)),
    }
}

/// An option by its name or its code.
fn choice(options: &[Choice], value: &Value) -> Result<Json, Refused> {
    let written = match value {
        Value::Text(text) => trimmed(text).to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let by_label = options.iter().find(|option| option_label(options, option) == written);
    let found = by_label.or_else(|| options.iter().find(|option| option.code == written));
    if let Some(option) = found {
        return Ok(Json::String(option.code.clone()));
    }
    let known = options.iter().map(|option| option_label(options, option)).collect::<Vec<_>>().join("、");
    Err((ViolationCode::NotAllowed, say!("只能填：{known}", "Allowed are: {known}")))
}

fn date(value: &Value) -> Result<Json, Refused> {
    let day = match value {
        Value::Date(moment) if is_midnight(*moment) => moment.date(),
        Value::Text(text) => cells::date(text).map_err(doubt)?,
        // 20220901 is a day; whether 44805 is one only its format could say.
        Value::Number(number) => cells::date(&number.to_string()).map_err(doubt)?,
        _ => return Err(doubt(Doubt::NotADate)),
    };
    Ok(Json::String(day.to_string()))
}

fn is_midnight(moment: chrono::NaiveDateTime) -> bool {
    moment.time() == chrono::NaiveTime::MIN
}

/// A text; the digits of a number are one as well.
fn text(value: &Value) -> Result<String, Refused> {
    match value {
        Value::Text(text) if text.contains('\0') => {
            let message = say!("不得含有空字符", "It must not contain the character U+0000");
            Err((ViolationCode::WrongFormat, message))
        }
        Value::Text(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Imprecise(_) => Err(doubt(Doubt::Imprecise)),
        _ => Err(doubt(Doubt::NotAText)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn indicator(value_type: ValueType) -> CompiledIndicator {
        let options =
            if value_type == ValueType::Choice { json!([{"code": "a", "name": {"zh": "甲"}}]) } else { json!([]) };
        let definition = json!({"code": "x", "name": {"zh": "指标"}, "value_type": value_type, "aggregation": "none",
            "options": options});
        let definition = serde_json::from_value(definition).unwrap();
        CompiledIndicator { definition, dimensions: Vec::new(), formula: None, forms: Vec::new() }
    }

    /// What is read of an entry that was written into a cell of the form.
    fn written(entry: Option<Entry>, value_type: ValueType) -> Held {
        let value = match entry {
            None => return Held::Nothing,
            Some(Entry::Number(number)) => Value::Number(number),
            Some(Entry::Boolean(boolean)) => Value::Boolean(boolean),
            Some(Entry::Date(day)) => Value::Date(day.into()),
            Some(Entry::Text(text)) => Value::Text(text),
            Some(Entry::Error) => Value::Error("#N/A".to_owned()),
        };
        let is_percentage = value_type == ValueType::Ratio && matches!(value, Value::Number(_));
        Held::Value { value, is_percentage }
    }

    #[test]
    fn what_was_refused_is_refused_when_it_comes_again_and_the_rest_means_the_same() {
        use ValueType::{Amount, Boolean, Choice, Count, Date, Quantity, Ratio, Text};
        let number = |text: &str| Value::Number(text.parse().unwrap());
        let values = [
            number("0"),
            number("0.85"),
            number("1"),
            number("85"),
            number("-2"),
            number("44805"),
            Value::Text("85".to_owned()),
            Value::Text("85%".to_owned()),
            Value::Text("1.2万".to_owned()),
            Value::Text("2022-09-01".to_owned()),
            Value::Text("甲".to_owned()),
            Value::Boolean(true),
            Value::Date("2022-09-01T00:00:00".parse().unwrap()),
            Value::Time("0.5".to_owned()),
            Value::Imprecise("130128199001011230".to_owned()),
            Value::Error("#REF!".to_owned()),
        ];
        for value_type in [Count, Quantity, Amount, Ratio, Boolean, Choice, Date, Text] {
            let indicator = indicator(value_type);
            for (value, is_percentage) in values.iter().flat_map(|value| [(value, false), (value, true)]) {
                let held = Held::Value { value: value.clone(), is_percentage };
                let comes_again = written(again(&held, value_type), value_type);
                let (first, then) = (super::value(&indicator, &held), super::value(&indicator, &comes_again));
                let case = format!("{value_type:?} {value:?} {is_percentage}");
                match first {
                    Ok(meant) => assert_eq!(then.unwrap(), meant, "{case}"),
                    Err(_) => assert!(then.is_err(), "{case}: {then:?}"),
                }
            }
        }
    }
}
