//! Which records of a register are meant, and in which order: by its own fields and no others.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::catalogue::document::{FieldKind, RegisterField};
use crate::catalogue::{CellValue, CompiledRegister, Refused, boolean_word, read_date, read_number};
use crate::platform::decimal;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::say;

/// Which records are meant.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    /// As they were known at a moment, rather than as they are.
    pub as_of: Option<DateTime<Utc>>,
    pub school: Option<String>,
    pub state: Option<String>,
    /// Also those that are withdrawn.
    pub withdrawn: bool,
    /// Fields that have a value, as one JSON object.
    pub equal: Option<Value>,
    /// Fields within bounds: `[{"field", "least", "most"}]`.
    pub bounds: Value,
    pub sort: Sort,
}

/// In which order.
#[derive(Debug, Clone, Default)]
pub(super) struct Sort {
    /// By a field; by the code where there is none.
    pub field: Option<String>,
    pub descending: bool,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    AtLeast,
    AtMost,
}

/// Reads `FIELD:VALUE`, `FIELD>=VALUE` and `FIELD<=VALUE`, separated by commas, into a filter.
///
/// # Errors
/// Everything that is not a field, or not a value of it.
pub(super) fn read_conditions(register: &CompiledRegister, text: Option<&str>, filter: &mut Filter) -> Result<()> {
    let mut equal = Map::new();
    let mut bounds = Vec::new();
    let mut violations = Vec::new();
    for condition in text.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|each| !each.is_empty()) {
        match read_condition(register, condition) {
            Ok((field, Comparison::Equal, value)) => {
                equal.insert(field, value);
            }
            Ok((field, Comparison::AtLeast, value)) => bounds.push(json!({ "field": field, "least": value })),
            Ok((field, Comparison::AtMost, value)) => bounds.push(json!({ "field": field, "most": value })),
            Err((code, message)) => violations.push(Violation::new("?where", code, message)),
        }
    }
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    filter.equal = (!equal.is_empty()).then_some(Value::Object(equal));
    filter.bounds = Value::Array(bounds);
    Ok(())
}

fn read_condition(register: &CompiledRegister, condition: &str) -> Result<(String, Comparison, Value), Refused> {
    let comparisons = [(">=", Comparison::AtLeast), ("<=", Comparison::AtMost), (":", Comparison::Equal)];
    let parts = comparisons.into_iter().find_map(|(sign, comparison)| {
        let (code, value) = condition.split_once(sign)?;
        Some((code.trim(), comparison, value.trim()))
    });
    let Some((code, comparison, value)) = parts else {
        return Err((
            ViolationCode::WrongFormat,
            say!("应写作 字段:值、字段>=值 或 字段<=值", "Write FIELD:VALUE, FIELD>=VALUE or FIELD<=VALUE"),
        ));
    };
    let field = register.field(code).ok_or_else(|| unknown(code))?;
    let ordered = field.kind.is_numeric() || field.kind == FieldKind::Date;
    if comparison != Comparison::Equal && !ordered {
        return Err((
            ViolationCode::WrongType,
            say!("只有数值和日期可比较大小", "Only numbers and dates can be compared so"),
        ));
    }
    let value = read_value(field, value)?;
    Ok((code.to_owned(), comparison, serde_json::to_value(value).unwrap_or_default()))
}

fn read_value(field: &RegisterField, text: &str) -> Result<CellValue, Refused> {
    Ok(match field.kind {
        FieldKind::Whole | FieldKind::Decimal | FieldKind::Amount => {
            CellValue::Number(read_number(text, decimal::DECIMALS)?)
        }
        FieldKind::Boolean => CellValue::Boolean(
            boolean_word(text)
                .ok_or_else(|| (ViolationCode::WrongType, say!("应为 true 或 false", "true or false is needed")))?,
        ),
        FieldKind::Date => CellValue::Text(read_date(text.to_owned())?),
        FieldKind::Text | FieldKind::Choice | FieldKind::School | FieldKind::Record => CellValue::Text(text.to_owned()),
    })
}

fn unknown(code: &str) -> Refused {
    (ViolationCode::UnknownField, say!("登记簿没有字段“{code}”", "The register has no field “{code}”"))
}

/// Reads the field by which is sorted, `-` before it for the other way round; `code` is the record's code.
///
/// # Errors
/// Where there is no such field.
pub(super) fn read_sort(register: &CompiledRegister, text: Option<&str>) -> Result<Sort> {
    let Some(text) = text else { return Ok(Sort::default()) };
    let (descending, code) = text.strip_prefix('-').map_or((false, text), |code| (true, code));
    if code == "code" {
        return Ok(Sort { field: None, descending });
    }
    if register.field(code).is_none() {
        let (code_of, message) = unknown(code);
        return Err(AppError::violation("?sort", code_of, message));
    }
    Ok(Sort { field: Some(code.to_owned()), descending })
}

/// Checks that a state is one of the register's.
///
/// # Errors
/// Where it is none.
pub(super) fn check_state(register: &CompiledRegister, state: Option<&str>) -> Result<()> {
    let states = &register.definition.states;
    match state.filter(|state| !states.iter().any(|each| each.code == *state)) {
        None => Ok(()),
        Some(state) => Err(AppError::violation(
            "?state",
            ViolationCode::NotAllowed,
            say!("登记簿没有状态“{state}”", "The register has no state “{state}”"),
        )),
    }
}
