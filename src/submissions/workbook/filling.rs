//! What stands in the cells that are filled in: a working document, or what somebody sent.

use std::collections::HashMap;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::layout::option_label;
use super::sent::Sent;
use super::typed;
use crate::catalogue::document::ValueType;
use crate::catalogue::{Catalogue, CellValue, CompiledIndicator};
use crate::platform::workbook::exact;
use crate::submissions::content::{Content, Dimensions};

/// An indicator, and one option of each of its dimensions.
pub(super) type CellId = (String, Dimensions);

/// What stands in a cell of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    Number(Decimal),
    Boolean(bool),
    Date(NaiveDate),
    Text(String),
    /// What no cell can say: it is an error, so that nothing is taken for it.
    Error,
}

/// What stands in the cells that are filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filling {
    pub values: HashMap<CellId, Entry>,
    pub notes: HashMap<CellId, Entry>,
    /// By the code of the rule.
    pub explanations: HashMap<String, Entry>,
}

impl fmt::Display for Entry {
    /// As it is shown in a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Boolean(boolean) => f.write_str(if *boolean { "是" } else { "否" }),
            Self::Date(day) => day.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Error => f.write_str("#N/A"),
        }
    }
}

impl Filling {
    /// What a workbook said that was sent, so that it means the same when it is sent again: what was refused still is.
    pub fn sent(catalogue: &Catalogue, sent: &Sent) -> Self {
        let mut filling = Self::default();
        for cell in &sent.cells {
            let indicator = catalogue.indicator(&cell.indicator);
            let value_type = indicator.map_or(ValueType::Text, |indicator| indicator.definition.value_type);
            filling.values.extend(typed::again(&cell.value.held, value_type).map(|entry| (cell.id(), entry)));
            filling.notes.extend(typed::again(&cell.note.held, ValueType::Text).map(|entry| (cell.id(), entry)));
        }
        for explanation in &sent.explanations {
            let entry = typed::again(&explanation.text.held, ValueType::Text);
            filling.explanations.extend(entry.map(|entry| (explanation.rule.clone(), entry)));
        }
        filling
    }

    /// A content as people read it: options by their names.
    pub fn of(catalogue: &Catalogue, content: &Content) -> Self {
        let mut filling = Self::default();
        for cell in &content.values {
            let id = || (cell.indicator.clone(), cell.dimensions.clone());
            if let Some(value) = &cell.value {
                filling.values.insert(id(), shown(catalogue.indicator(&cell.indicator), value));
            }
            if let Some(note) = &cell.note {
                filling.notes.insert(id(), Entry::Text(note.clone()));
            }
        }
        let explanations = content.explanations.iter();
        filling.explanations = explanations.map(|each| (each.rule.clone(), Entry::Text(each.text.clone()))).collect();
        filling
    }
}

fn shown(indicator: Option<&CompiledIndicator>, value: &CellValue) -> Entry {
    let is_ratio = || indicator.is_some_and(|indicator| indicator.definition.value_type == ValueType::Ratio);
    match value {
        // It is written as a text, and a text needs its percent sign.
        CellValue::Number(number) if exact(*number).is_none() && is_ratio() => {
            Entry::Text(format!("{}%", number * Decimal::ONE_HUNDRED))
        }
        CellValue::Number(number) => Entry::Number(*number),
        CellValue::Boolean(boolean) => Entry::Text(if *boolean { "是" } else { "否" }.to_owned()),
        CellValue::Text(text) => match indicator.map(|indicator| &indicator.definition) {
            Some(definition) if definition.value_type == ValueType::Choice => {
                let option = definition.options.iter().find(|option| option.code == *text);
                Entry::Text(option.map_or_else(|| text.clone(), |option| option_label(&definition.options, option)))
            }
            Some(definition) if definition.value_type == ValueType::Date => {
                text.parse().map_or_else(|_| Entry::Text(text.clone()), Entry::Date)
            }
            _ => Entry::Text(text.clone()),
        },
    }
}
