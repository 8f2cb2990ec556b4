//! What a spreadsheet checks while somebody types.

use chrono::NaiveDate;
use rust_xlsxwriter::{DataValidation, DataValidationRule, Formula, XlsxError};

use super::layout::Place;
use super::words;
use crate::catalogue::MAX_TEXT;
use crate::catalogue::document::ValueType;

/// The check of a value; `choices` is the range of its options.
pub(super) fn of_value(
    value_type: ValueType,
    place: Place,
    choices: Option<&str>,
) -> Result<DataValidation, XlsxError> {
    let check = DataValidation::new();
    let check = match value_type {
        ValueType::Count => {
            let bounds = DataValidationRule::Between(Formula::new("0"), Formula::new("999999999999"));
            check.allow_whole_number_formula(bounds)
        }
        ValueType::Quantity => check.allow_decimal_number(DataValidationRule::Between(-1e12, 1e12)),
        ValueType::Ratio => check.allow_decimal_number(DataValidationRule::Between(0.0, 1e12)),
        ValueType::Amount => {
            check.allow_custom(Formula::new(format!("=AND(ISNUMBER({place}),ROUND({place},2)={place})")))
        }
        ValueType::Boolean => check.allow_list_strings(&["是", "否"])?,
        ValueType::Choice => check.allow_list_formula(Formula::new(choices.unwrap_or_default())),
        ValueType::Text => return of_text(),
        ValueType::Date => match (NaiveDate::from_ymd_opt(1900, 3, 1), NaiveDate::from_ymd_opt(2199, 12, 31)) {
            (Some(first), Some(last)) => check.allow_date(DataValidationRule::Between(first, last)),
            _ => check,
        },
    };
    said(check, value_type)
}

/// The check of a text.
pub(super) fn of_text() -> Result<DataValidation, XlsxError> {
    let most = u32::try_from(MAX_TEXT).unwrap_or(u32::MAX);
    let check = DataValidation::new().allow_text_length(DataValidationRule::LessThanOrEqualTo(most));
    check.set_error_title("文字过长")?.set_error_message(words::objection(ValueType::Text))
}

fn said(check: DataValidation, value_type: ValueType) -> Result<DataValidation, XlsxError> {
    check
        .set_input_message(words::advice(value_type))?
        .set_error_title("填写有误")?
        .set_error_message(words::objection(value_type))
}
