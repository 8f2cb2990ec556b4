//! Charts of figures.

use super::super::template::{FigureAsk, World};
use super::groups::{self, Group, Scale};
use super::tables::period_name;
use super::write::Writer;
use crate::catalogue::Period;
use crate::catalogue::document::{TemplateChart, TemplateChartKind};
use crate::documents::{Chart, ChartKind, Series, Shows};
use crate::platform::error::Result;
use crate::say;

/// A row of what is asked, by what it is called.
type Row = (String, Vec<FigureAsk>);

/// A chart of figures; none where nothing is in it.
pub(super) fn chart(writer: &mut Writer<'_>, place: &str, chart: &TemplateChart) -> Result<Option<Chart>> {
    let world = writer.world();
    let caption = writer.caption(place, &chart.caption)?;
    let Some(year) = world.period_after(0) else {
        let year = world.year.to_string();
        writer.sources.undefined(place, &year, say!("没有期间“{year}”", "There is no period “{year}”"));
        return Ok(None);
    };
    let (labels, rows) = rows(&world, chart, year);
    let scales: Vec<Scale> = chart.indicators.iter().map(|indicator| Scale::of(&world, indicator, chart.wan)).collect();
    let mut series = Vec::new();
    for (name, asks) in rows {
        let mut values = Vec::new();
        let mut sources = Vec::new();
        for (at, ask) in asks.into_iter().enumerate() {
            let number = world.figure(ask.clone(), Shows::Value);
            let scale = chart.indicators.iter().position(|indicator| *indicator == ask.indicator);
            let scale = scale.and_then(|at| scales.get(at));
            let value = number.value().zip(scale).map(|(value, scale)| scale.drawn(value));
            // A year that has not been reported is no finding of this one.
            let is_of_year = ask.period.start() >= year.start();
            if is_of_year {
                let text = value.map(|value| value.to_string()).unwrap_or_default();
                let group = labels.get(at).filter(|_| chart.by.is_some()).map(String::as_str);
                writer.sources.span_of(place, group, &number, text);
            }
            sources.push(if value.is_some() { writer.sources.positions_of(&number) } else { Vec::new() });
            values.push(value);
        }
        series.push(Series { name, values, sources });
    }
    let has_any = series.iter().flat_map(|series| &series.values).any(Option::is_some);
    let unit = scales.first().map(|scale| scale.unit.clone()).unwrap_or_default();
    let kind = match chart.kind {
        TemplateChartKind::Columns => ChartKind::Columns,
        TemplateChartKind::Bars => ChartKind::Bars,
        TemplateChartKind::Line => ChartKind::Line,
    };
    Ok(has_any.then_some(Chart { caption, kind, labels, series, unit }))
}

/// The names along the axis, and the rows that are shown over them.
fn rows(world: &World, chart: &TemplateChart, year: Period) -> (Vec<String>, Vec<Row>) {
    let years: Vec<Period> = if chart.compare { vec![year.year_ago(), year] } else { vec![year] };
    let name = |indicator: &str| Scale::of(world, indicator, chart.wan).name;
    let ask = |indicator: &str, period, group: Option<&Group>| groups::ask(indicator, period, &chart.conditions, group);
    if !chart.months && chart.by.is_none() {
        let labels = chart.indicators.iter().map(|indicator| name(indicator)).collect();
        let rows = years.iter().map(|period| {
            let asks = chart.indicators.iter().map(|indicator| ask(indicator, *period, None));
            (period_name(*period), asks.collect())
        });
        return (labels, rows.collect());
    }
    let groups: Vec<Group> = chart.by.as_deref().map(|by| groups::groups(world, by)).unwrap_or_default();
    let is_something = |group: &&Group| {
        let mut asks = years
            .iter()
            .flat_map(|period| chart.indicators.iter().map(|indicator| ask(indicator, *period, Some(*group))));
        !asks.all(|ask| groups::is_nothing(world, &ask))
    };
    let groups: Vec<&Group> = groups.iter().filter(is_something).collect();
    let labels = if chart.months {
        (1..=12).map(|month| format!("{month}月")).collect()
    } else {
        groups.iter().map(|group| group.label.clone()).collect()
    };
    let mut rows = Vec::new();
    for indicator in &chart.indicators {
        for period in &years {
            let asks = if chart.months {
                (1..=12)
                    .filter_map(|month| Some(ask(indicator, month_of(*period, month, chart.cumulative)?, None)))
                    .collect()
            } else {
                groups.iter().map(|group| ask(indicator, *period, Some(*group))).collect()
            };
            let label = match (chart.compare, chart.indicators.len()) {
                (false, _) => name(indicator),
                (true, 1) => period_name(*period),
                (true, _) => format!("{}（{}）", name(indicator), period_name(*period)),
            };
            rows.push((label, asks));
        }
    }
    (labels, rows)
}

/// A month of a year, alone or with those before it.
fn month_of(year: Period, month: u32, cumulative: bool) -> Option<Period> {
    use chrono::Datelike;
    let year = year.start().year();
    if cumulative { Period::to_date(year, month).ok() } else { format!("{year}-{month:02}").parse().ok() }
}
