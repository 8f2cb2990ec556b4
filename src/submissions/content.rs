//! What a school reports: cells, each checked against its indicator.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalogue::document::ValueType;
use crate::catalogue::{
    Catalogue, CellValue, CompiledForm, CompiledIndicator, MAX_TEXT, Refused, read_date, read_number, read_option,
    read_text,
};
use crate::platform::contract::escape;
use crate::platform::decimal;
use crate::platform::error::{Violation, ViolationCode};
use crate::platform::message::Message;
use crate::say;

/// A working document, or what was submitted: in the order of the form, without empty cells. Two
/// that say the same are equal, and are stored as the same JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub values: Vec<Cell>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Explanation>,
}

/// One value of one indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cell {
    pub indicator: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: Dimensions,
    /// None: looked at, and not reported. Missing is not zero.
    pub value: Option<CellValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Dimension code → option code.
pub(super) type Dimensions = BTreeMap<String, String>;

/// Why a warning is all right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Explanation {
    pub rule: String,
    pub text: String,
}

/// A cell as somebody sent it.
#[derive(Debug, Clone, Default)]
pub(super) struct RawCell {
    pub indicator: String,
    pub dimensions: Dimensions,
    pub value: Value,
    pub note: Option<String>,
}

impl Content {
    /// Checks what was sent against the form, naming everything that is wrong. What is merely
    /// missing is not wrong yet.
    pub(super) fn read(
        catalogue: &Catalogue,
        form: &CompiledForm,
        cells: Vec<RawCell>,
        explanations: Vec<Explanation>,
    ) -> Result<Self, Vec<Violation>> {
        let mut violations = duplicates(&cells);
        let mut values = Vec::with_capacity(cells.len());
        for (i, cell) in cells.into_iter().enumerate() {
            match read_cell(catalogue, form, &format!("/values/{i}"), cell) {
                Ok(Some(cell)) => values.push(cell),
                Ok(None) => {}
                Err(found) => violations.extend(found),
            }
        }
        violations.extend(unknown_rules(form, &explanations));
        if !violations.is_empty() {
            return Err(violations);
        }
        let mut content = Self { values, explanations };
        content.put_in_order(form);
        Ok(content)
    }

    fn put_in_order(&mut self, form: &CompiledForm) {
        let fields = &form.definition.fields;
        let order: HashMap<&str, usize> = fields.iter().enumerate().map(|(i, f)| (f.indicator.as_str(), i)).collect();
        self.values.sort_by(|a, b| {
            let place = |cell: &Cell| order.get(cell.indicator.as_str()).copied();
            place(a).cmp(&place(b)).then_with(|| a.dimensions.cmp(&b.dimensions))
        });
        self.explanations.sort_by(|a, b| a.rule.cmp(&b.rule));
    }

    /// The explanation of a rule, where there is one.
    pub(super) fn explanation(&self, rule: &str) -> Option<&str> {
        self.explanations.iter().find(|explanation| explanation.rule == rule).map(|found| found.text.as_str())
    }

    /// The cells of an indicator that have a value.
    pub(super) fn reported<'a>(&'a self, indicator: &'a str) -> impl Iterator<Item = (&'a Dimensions, &'a CellValue)> {
        let cells = self.values.iter().filter(move |cell| cell.indicator == indicator);
        cells.filter_map(|cell| Some((&cell.dimensions, cell.value.as_ref()?)))
    }
}

/// A cell twice in one payload: both places are named.
fn duplicates(cells: &[RawCell]) -> Vec<Violation> {
    let mut first: HashMap<(&str, &Dimensions), usize> = HashMap::with_capacity(cells.len());
    let mut violations = Vec::new();
    for (i, cell) in cells.iter().enumerate() {
        if let Some(j) = first.insert((&cell.indicator, &cell.dimensions), i) {
            for (here, there) in [(j, i), (i, j)] {
                violations.push(Violation::new(
                    format!("/values/{here}"),
                    ViolationCode::Duplicate,
                    say!("与 /values/{there} 是同一个单元格", "The same cell as /values/{there}"),
                ));
            }
        }
    }
    violations
}

fn unknown_rules(form: &CompiledForm, explanations: &[Explanation]) -> Vec<Violation> {
    let known = |rule: &str| form.rules.iter().any(|each| each.definition.code == rule);
    let twice = |i: usize, rule: &str| explanations.iter().take(i).any(|other| other.rule == rule);
    let place = |i: usize| format!("/explanations/{i}/rule");
    let each = explanations.iter().enumerate();
    each.filter_map(|(i, Explanation { rule, .. })| {
        if !known(rule) {
            let message = say!("本表没有规则“{rule}”", "This form has no rule “{rule}”");
            Some(Violation::new(place(i), ViolationCode::UnknownReference, message))
        } else if twice(i, rule) {
            let message = say!("规则“{rule}”已说明", "The rule “{rule}” is explained already");
            Some(Violation::new(place(i), ViolationCode::Duplicate, message))
        } else {
            None
        }
    })
    .collect()
}

fn read_cell(
    catalogue: &Catalogue,
    form: &CompiledForm,
    place: &str,
    cell: RawCell,
) -> Result<Option<Cell>, Vec<Violation>> {
    let RawCell { indicator: code, dimensions, value, note } = cell;
    let Some(indicator) = catalogue.indicator(&code) else {
        let message = say!("没有指标“{code}”", "There is no indicator “{code}”");
        return Err(vec![Violation::new(format!("{place}/indicator"), ViolationCode::UnknownIndicator, message)]);
    };
    if !form.asks_for(&code) {
        let message = say!("本表不含指标“{code}”", "The indicator “{code}” is not on this form");
        return Err(vec![Violation::new(format!("{place}/indicator"), ViolationCode::IndicatorNotOnForm, message)]);
    }
    let mut violations = wrong_dimensions(indicator, &format!("{place}/dimensions"), &dimensions);
    let note = note.filter(|note| !note.trim().is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > MAX_TEXT) {
        violations.push(Violation::new(format!("{place}/note"), ViolationCode::WrongLength, too_long()));
    }
    match read_value(indicator, value) {
        Err((code, message)) => violations.push(Violation::new(format!("{place}/value"), code, message)),
        Ok(value) if violations.is_empty() => {
            let says_something = value.is_some() || note.is_some();
            return Ok(says_something.then_some(Cell { indicator: code, dimensions, value, note }));
        }
        Ok(_) => {}
    }
    Err(violations)
}

/// Every dimension of the indicator must have one of its options, and there may be no other.
fn wrong_dimensions(indicator: &CompiledIndicator, place: &str, given: &Dimensions) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut report =
        |place: String, message| violations.push(Violation::new(place, ViolationCode::WrongDimension, message));
    for dimension in &indicator.dimensions {
        let code = &dimension.code;
        match given.get(code) {
            None => report(place.to_owned(), say!("缺少维度“{code}”", "The dimension “{code}” is missing")),
            Some(option) if !dimension.options.iter().any(|each| each.code == *option) => report(
                format!("{place}/{}", escape(code)),
                say!("维度“{code}”没有选项“{option}”", "The dimension “{code}” has no option “{option}”"),
            ),
            Some(_) => {}
        }
    }
    for code in given.keys().filter(|code| !indicator.has_dimension(code)) {
        report(
            format!("{place}/{}", escape(code)),
            say!("该指标没有维度“{code}”", "The indicator has no dimension “{code}”"),
        );
    }
    violations
}

fn read_value(indicator: &CompiledIndicator, value: Value) -> Result<Option<CellValue>, Refused> {
    let value_type = indicator.definition.value_type;
    let value = match (value_type, value) {
        (_, Value::Null) => return Ok(None),
        (ValueType::Boolean, Value::Bool(boolean)) => CellValue::Boolean(boolean),
        (ValueType::Text, Value::String(text)) => CellValue::Text(read_text(text, MAX_TEXT)?),
        (ValueType::Choice, Value::String(option)) => {
            CellValue::Text(read_option(&indicator.definition.options, option)?)
        }
        (ValueType::Date, Value::String(date)) => CellValue::Text(read_date(date)?),
        (_, Value::Number(number)) if indicator.is_numeric() => {
            CellValue::Number(checked_number(value_type, &number.to_string())?)
        }
        _ => return Err((ViolationCode::WrongType, needed(value_type))),
    };
    Ok(Some(value))
}

fn needed(value_type: ValueType) -> Message {
    match value_type {
        ValueType::Count | ValueType::Quantity | ValueType::Amount | ValueType::Ratio => {
            say!(
                "应为数字（不加引号），未报送时为 null",
                "A number is needed, without quotes; null where it is not reported"
            )
        }
        ValueType::Boolean => say!("应为 true 或 false", "true or false is needed"),
        ValueType::Choice | ValueType::Text | ValueType::Date => say!("应为文字", "A text is needed"),
    }
}

fn checked_number(value_type: ValueType, text: &str) -> Result<Decimal, Refused> {
    let decimals = match value_type {
        ValueType::Count => 0,
        ValueType::Amount => 2,
        _ => decimal::DECIMALS,
    };
    let number = read_number(text, decimals)?;
    if value_type == ValueType::Count && number.is_sign_negative() && !number.is_zero() {
        return Err((ViolationCode::OutOfRange, say!("计数不得为负", "A count is not negative")));
    }
    Ok(number)
}

fn too_long() -> Message {
    say!("至多 {MAX_TEXT} 个字", "At most {MAX_TEXT} characters")
}
