//! By what figures are broken down in tables and charts, and how values stand in them.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::super::template::{FigureAsk, Form, Number, World};
use crate::catalogue::Period;
use crate::catalogue::document::ValueType;
use crate::organisations::Stage;
use crate::platform::decimal;

/// A group of a breakdown: its key and part, and how it is called.
pub(super) struct Group {
    pub part: Option<(String, String)>,
    pub label: String,
}

/// The groups of a breakdown, in their usual order.
pub(super) fn groups(world: &World, by: &str) -> Vec<Group> {
    let group =
        |part: &str, label: &str| Group { part: Some((by.to_owned(), part.to_owned())), label: label.to_owned() };
    let schools = || world.organisations.iter().filter(|(_, place)| place.stage.is_some());
    match by {
        "school" => schools().map(|(code, place)| group(code, &place.name)).collect(),
        "stage" => {
            let present: BTreeSet<Stage> = schools().filter_map(|(_, place)| place.stage).collect();
            let stages = Stage::ALL.iter().filter(|stage| present.contains(stage));
            stages.map(|stage| group(stage.code(), stage.title())).collect()
        }
        "township" => {
            let townships: BTreeSet<&str> = schools().filter_map(|(_, place)| place.township.as_deref()).collect();
            townships.into_iter().map(|township| group(township, township)).collect()
        }
        "project" => world.projects.iter().map(|(code, name)| group(code, name)).collect(),
        dimension => {
            let options = world.catalogue.dimension(dimension).into_iter().flat_map(|dimension| &dimension.options);
            options.map(|option| group(&option.code, &option.name.zh)).collect()
        }
    }
}

/// What the groups of a breakdown are.
pub(super) fn title<'a>(world: &'a World, by: &'a str) -> &'a str {
    match by {
        "school" => "学校",
        "stage" => "学段",
        "township" => "乡镇",
        "project" => "项目",
        dimension => world.catalogue.dimension(dimension).map_or(dimension, |dimension| dimension.name.zh.as_str()),
    }
}

/// What is asked for a group.
pub(super) fn ask(
    indicator: &str,
    period: Period,
    conditions: &BTreeMap<String, String>,
    group: Option<&Group>,
) -> FigureAsk {
    let mut only = conditions.clone();
    only.extend(group.and_then(|group| group.part.clone()));
    FigureAsk { indicator: indicator.to_owned(), period, within: None, only }
}

/// Whether nothing is there of a figure, and nothing was expected.
pub(super) fn is_nothing(world: &World, ask: &FigureAsk) -> bool {
    world
        .known(ask)
        .is_some_and(|figure| figure.coverage.expected == 0 && figure.value.is_none_or(|value| value.is_zero()))
}

/// How values of an indicator stand in tables and charts.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    /// How it is called.
    pub name: String,
    /// The unit of what is shown.
    pub unit: String,
    value_type: Option<ValueType>,
    wan: bool,
}

impl Scale {
    pub(super) fn of(world: &World, indicator: &str, wan: bool) -> Self {
        let definition = world.catalogue.indicator(indicator).map(|indicator| &indicator.definition);
        let value_type = definition.map(|definition| definition.value_type);
        let wan = wan && value_type == Some(ValueType::Amount);
        let unit = definition.and_then(|definition| definition.unit.clone()).unwrap_or_default();
        let unit = match value_type {
            Some(ValueType::Ratio) => "%".to_owned(),
            Some(ValueType::Amount) if wan => "万元".to_owned(),
            Some(ValueType::Amount) if unit.is_empty() => "元".to_owned(),
            _ => unit,
        };
        let name = definition.map_or(indicator, |definition| definition.name.zh.as_str()).to_owned();
        Self { name, unit, value_type, wan }
    }

    /// The value as a picture shows it.
    pub(super) fn drawn(&self, value: Decimal) -> Decimal {
        match self.value_type {
            Some(ValueType::Ratio) => decimal::round(value * Decimal::ONE_HUNDRED, 2),
            _ => self.shown(value),
        }
    }

    /// The value as a table shows it; a share stays a share of 1.
    pub(super) fn shown(&self, value: Decimal) -> Decimal {
        if self.wan { decimal::round(value / Decimal::from(10_000), 2) } else { value.normalize() }
    }

    /// As it is printed.
    pub(super) fn text(&self, number: &Number) -> Option<String> {
        let value = number.value()?;
        Some(match (number.form, self.value_type) {
            (Form::Ratio, _) => super::super::template::percent(value, 2),
            (_, Some(ValueType::Amount)) => {
                let mut shown = self.shown(value);
                shown.rescale(2);
                shown.to_string()
            }
            _ => super::super::template::plain(value, None),
        })
    }

    /// How spreadsheets show it.
    pub(super) fn format(&self, form: Form) -> &'static str {
        match (form, self.value_type) {
            (Form::Ratio, _) => "0.00%",
            (_, Some(ValueType::Amount)) => "#,##0.00",
            (_, Some(ValueType::Count)) => "#,##0",
            _ => "General",
        }
    }
}
