//! What stands in the cells that are filled in: a working document, or what somebody sent.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::layout::option_label;
use crate::catalogue::document::ValueType;
use crate::catalogue::{Catalogue, CellValue, CompiledIndicator};
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
}

/// What stands in the cells that are filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filling {
    pub values: HashMap<CellId, Entry>,
    pub notes: HashMap<CellId, Entry>,
    /// By the code of the rule.
    pub explanations: HashMap<String, Entry>,
}

impl Filling {
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
    match value {
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
