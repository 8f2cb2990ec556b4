//! Tables of figures.

use std::sync::Arc;

use super::super::template::{Amount, Form, named_period};
use super::groups::{self, Group, Scale};
use super::write::Writer;
use crate::catalogue::Period;
use crate::catalogue::document::TemplateTable;
use crate::documents::{Align, Cell, Shows, Span, Table};
use crate::platform::error::Result;
use crate::say;

/// What stands where there is no number.
const NOTHING: &str = "—";

/// A table of figures; none where nothing is in it.
pub(super) fn table(writer: &mut Writer<'_>, place: &str, table: &TemplateTable) -> Result<Option<Table>> {
    let world = writer.world();
    let caption = writer.caption(place, &table.caption)?;
    let period = table.period.as_deref().unwrap_or("0");
    let Some(period) = named_period(&world, period) else {
        writer.sources.undefined(place, period, say!("没有期间“{period}”", "There is no period “{period}”"));
        return Ok(None);
    };
    let shown = Shown { table, period, place };
    let table = match &table.by {
        None => shown.listed(writer, caption),
        Some(by) => shown.broken_down(writer, caption, by),
    };
    Ok(Some(table).filter(|table| !table.rows.is_empty()))
}

struct Shown<'a> {
    table: &'a TemplateTable,
    period: Period,
    place: &'a str,
}

impl Shown<'_> {
    fn shows(&self) -> &'static [Shows] {
        if self.table.compare { &[Shows::Value, Shows::Previous, Shows::Growth] } else { &[Shows::Value] }
    }

    /// How a column is called.
    fn column(&self, shows: Shows) -> String {
        match shows {
            Shows::Previous => period_name(self.period.year_ago()),
            Shows::Growth => "增长".to_owned(),
            Shows::Value | Shows::Change | Shows::Share | Shows::Sum => period_name(self.period),
        }
    }

    /// An indicator in each row.
    fn listed(&self, writer: &mut Writer<'_>, caption: String) -> Table {
        let world = writer.world();
        let mut head = vec![heading("指标"), heading("单位")];
        head.extend(self.shows().iter().map(|shows| heading(self.column(*shows))));
        let mut rows = Vec::new();
        for indicator in &self.table.indicators {
            let scale = Scale::of(&world, indicator, self.table.wan);
            let mut row = vec![Cell::text(&scale.name), Cell { align: Align::Centre, ..Cell::text(&scale.unit) }];
            row.extend(self.cells(writer, indicator, &scale, None));
            rows.push(row);
        }
        let widths = [30, 10].into_iter().chain(self.shows().iter().map(|_| 15)).collect();
        Table { caption, widths, head: vec![head], rows, landscape: false }
    }

    /// A group in each row, and an indicator in each column, or in each three of them.
    fn broken_down(&self, writer: &mut Writer<'_>, caption: String, by: &str) -> Table {
        let world = writer.world();
        let scales: Vec<(&String, Scale)> = self
            .table
            .indicators
            .iter()
            .map(|indicator| (indicator, Scale::of(&world, indicator, self.table.wan)))
            .collect();
        let each = self.shows().len();
        let rows_of_head: u16 = if self.table.compare { 2 } else { 1 };
        let mut first = vec![Cell { rows: rows_of_head, ..heading(groups::title(&world, by)) }];
        for (_, scale) in &scales {
            let name =
                if scale.unit.is_empty() { scale.name.clone() } else { format!("{}（{}）", scale.name, scale.unit) };
            first.push(Cell { columns: u16::try_from(each).unwrap_or(1), ..heading(name) });
        }
        let mut head = vec![first];
        if self.table.compare {
            let columns = scales.iter().flat_map(|_| self.shows().iter().map(|shows| heading(self.column(*shows))));
            head.push(columns.collect());
        }
        let mut rows = Vec::new();
        for group in &groups::groups(&world, by) {
            let asks = self
                .table
                .indicators
                .iter()
                .map(|indicator| groups::ask(indicator, self.period, &self.table.conditions, Some(group)));
            // A group in which nothing is expected is none.
            if asks.clone().all(|ask| groups::is_nothing(&world, &ask)) {
                continue;
            }
            let mut row = vec![Cell::text(&group.label)];
            for (indicator, scale) in &scales {
                row.extend(self.cells(writer, indicator, scale, Some(group)));
            }
            rows.push(row);
        }
        let widths: Vec<u32> =
            [24].into_iter().chain(scales.iter().flat_map(|_| self.shows().iter().map(|_| 12))).collect();
        let landscape = widths.len() > 8;
        Table { caption, widths, head, rows, landscape }
    }

    fn cells(&self, writer: &mut Writer<'_>, indicator: &str, scale: &Scale, group: Option<&Group>) -> Vec<Cell> {
        let world = writer.world();
        let label = group.map(|group| group.label.as_str());
        let mut cells = Vec::new();
        for shows in self.shows() {
            let ask = groups::ask(indicator, self.period, &self.table.conditions, group);
            let number = Arc::clone(&world).figure(ask, *shows);
            let text = scale.text(&number).unwrap_or_else(|| NOTHING.to_owned());
            // That there is nothing to compare with is no finding.
            let is_bare = *shows != Shows::Value && matches!(number.amount, Amount::Missing(_));
            let span =
                if is_bare { Span::Text { text } } else { writer.sources.span_of(self.place, label, &number, text) };
            let value = number.value().map(|value| match number.form {
                Form::Ratio => value,
                Form::Plain => scale.shown(value),
            });
            cells.push(Cell {
                spans: vec![span],
                format: value.map(|_| scale.format(number.form).to_owned()),
                number: value,
                align: Align::Right,
                ..Cell::default()
            });
        }
        cells
    }
}

fn heading(text: impl Into<String>) -> Cell {
    Cell { align: Align::Centre, bold: true, ..Cell::text(text) }
}

/// A year is called 2022年; anything else by its code.
pub(super) fn period_name(period: Period) -> String {
    let code = period.to_string();
    if code.len() == 4 { format!("{code}年") } else { code }
}
