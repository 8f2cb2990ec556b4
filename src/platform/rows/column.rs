//! The columns of a table: how they are called, and what belongs into them.

use std::borrow::Cow;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Number, Value};

use super::choices::Choices;
use crate::platform::cells::{self, Doubt};
use crate::platform::error::{Violation, ViolationCode};
use crate::platform::workbook::{self, Cell};
use crate::say;

/// What belongs into a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text, or a code.
    Text,
    /// A whole number that is no quantity, such as a year.
    Whole,
    /// A number.
    Number,
    /// Money in yuan.
    Amount,
    /// A calendar date.
    Date,
    /// Yes or no.
    Boolean,
}

/// A column of a table. A header names it by its code or by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The field that it fills.
    pub code: Cow<'static, str>,
    /// What people call it, in Chinese.
    pub name: Cow<'static, str>,
    /// What belongs into it.
    pub kind: Kind,
    /// The object in which the field lies, where it is not the row itself.
    pub within: Option<&'static str>,
    /// Whether an empty cell takes the value away; otherwise it says nothing.
    pub clears: bool,
    /// Whether a row needs a value here.
    pub need: Need,
    /// Advice shown to who fills it in.
    pub help: Option<Cow<'static, str>>,
    /// Whether what is there goes where the table has no such column, or its cell is empty: a row says all of it.
    pub replaces: bool,
    /// The values that it may have.
    pub choices: Choices,
}

/// Whether a row needs a value in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// It does.
    Always,
    /// It does where it is one of these, as people call them.
    Of(&'static str),
    /// It does not.
    Never,
}

impl Column {
    /// A column of a kind, whose empty cells say nothing.
    #[must_use]
    pub fn new(kind: Kind, code: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        let (code, name) = (code.into(), name.into());
        let (need, choices) = (Need::Never, Choices::default());
        Self { code, name, kind, within: None, clears: false, need, help: None, replaces: false, choices }
    }

    /// A column of texts.
    #[must_use]
    pub fn text(code: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Text, code, name)
    }

    /// The same, where an empty cell takes the value away.
    #[must_use]
    pub fn clearing(self) -> Self {
        Self { clears: true, ..self }
    }

    /// The same, where a row says all of it.
    #[must_use]
    pub fn replacing(self) -> Self {
        Self { replaces: true, ..self }
    }

    /// The same, where every row needs a value.
    #[must_use]
    pub fn required(self) -> Self {
        Self { need: Need::Always, ..self }
    }

    /// The same, where some rows need a value: a new card, a payment.
    #[must_use]
    pub fn required_of(self, which: &'static str) -> Self {
        Self { need: Need::Of(which), ..self }
    }

    /// The same, with advice.
    #[must_use]
    pub fn help(self, help: impl Into<Cow<'static, str>>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same, whose field lies in an object.
    #[must_use]
    pub fn within(self, object: &'static str) -> Self {
        Self { within: Some(object), ..self }
    }

    /// The same, of which these are the values: code and name.
    #[must_use]
    pub fn of<C: Into<String>, N: Into<String>>(self, choices: impl IntoIterator<Item = (C, N)>) -> Self {
        let choices = choices.into_iter().map(|(code, name)| (code.into(), name.into())).collect();
        Self { choices: Choices::of(choices), ..self }
    }

    /// The place of its field in a row.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.within.map_or_else(|| format!("/{}", self.code), |object| format!("/{object}/{}", self.code))
    }

    /// Whether a place in a row is its field, or lies in it.
    #[must_use]
    pub fn holds(&self, pointer: &str) -> bool {
        let field = self.pointer();
        pointer.strip_prefix(&field).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// What is wrong with a value that is none of its choices.
    pub(super) fn complaint(&self, value: &Value) -> Option<Violation> {
        let is_strange = !self.choices.is_empty() && !self.choices.has(value.as_str()?);
        // Their names are told of the whole file, and not kept with each of its rows.
        let message = say!("不在可选的范围内", "This is none of the choices");
        is_strange.then(|| Violation::new(self.pointer(), ViolationCode::NotAllowed, message))
    }

    pub(super) fn is_numeric(&self) -> bool {
        matches!(self.kind, Kind::Whole | Kind::Number | Kind::Amount)
    }

    /// What an empty cell says.
    pub(super) fn empty(&self) -> Option<Value> {
        self.clears.then_some(Value::Null)
    }

    /// What a text says that stands in it.
    pub(super) fn read_text(&self, text: &str) -> Result<Option<Value>, Doubt> {
        let text = cells::trimmed(text);
        if text.is_empty() {
            return Ok(self.empty());
        }
        let value = match self.kind {
            Kind::Text => self.choices.meant(text).into(),
            Kind::Whole | Kind::Number | Kind::Amount => {
                let typed = cells::number(text)?;
                if typed.is_percentage {
                    return Err(Doubt::Percentage);
                }
                self.number(typed.number)
            }
            Kind::Date => cells::date(text)?.to_string().into(),
            Kind::Boolean => cells::boolean(text)?.into(),
        };
        Ok(Some(value))
    }

    /// What a cell of a workbook says that stands in it.
    pub(super) fn read_cell(&self, cell: &Cell) -> Result<Option<Value>, Doubt> {
        let refusal = match self.kind {
            Kind::Text => Doubt::NotAText,
            Kind::Whole | Kind::Number | Kind::Amount => Doubt::NotANumber,
            Kind::Date => Doubt::NotADate,
            Kind::Boolean => Doubt::NotABoolean,
        };
        let value = match (self.kind, &cell.value) {
            // What a formula came to is what people saw when they saved it; where there is nothing, nobody saw anything.
            (_, workbook::Value::Empty) if cell.is_formula => return Err(Doubt::Uncomputed),
            (_, workbook::Value::Empty) => return Ok(self.empty()),
            (_, workbook::Value::Error(_)) => return Err(Doubt::Error),
            (_, workbook::Value::Text(text)) => return self.read_text(text),
            (Kind::Text, workbook::Value::Number(number)) => self.choices.meant(&number.to_string()).into(),
            (Kind::Text, workbook::Value::Imprecise(_)) => return Err(Doubt::Imprecise),
            (Kind::Whole | Kind::Number | Kind::Amount, workbook::Value::Number(number)) => self.number(*number),
            (Kind::Whole | Kind::Number | Kind::Amount, workbook::Value::Imprecise(_)) => {
                return Err(Doubt::TooManyDigits);
            }
            (Kind::Boolean, workbook::Value::Boolean(boolean)) => (*boolean).into(),
            (Kind::Boolean, workbook::Value::Number(number)) => cells::boolean(&number.to_string())?.into(),
            (Kind::Date, workbook::Value::Date(at)) if at.time() == chrono::NaiveTime::MIN => {
                at.date().to_string().into()
            }
            _ => return Err(refusal),
        };
        Ok(Some(value))
    }

    fn number(&self, number: Decimal) -> Value {
        let number = if self.kind == Kind::Whole { number.normalize() } else { number };
        let text = number.to_string();
        Number::from_str(&text).map_or_else(|_| text.into(), Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_by_code_or_name() {
        let column =
            Column::text("stage", "学段").of([("primary", "小学"), ("junior", "初中"), ("a", "b"), ("b", "c")]);
        for (text, code) in [("小学", "primary"), ("primary", "primary"), ("高中", "高中"), ("b", "b"), ("c", "b")]
        {
            assert_eq!(column.read_text(text), Ok(Some(code.into())), "{text}");
        }
    }
}
