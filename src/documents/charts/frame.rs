//! What upright and lying charts share.

use rust_decimal::Decimal;

use super::super::model::Chart;
use super::pen::{Anchor, Pen, colour, dots};
use super::text;

/// How wide a chart is; more only where its labels have no room.
pub(super) const WIDTH: u32 = 640;

/// What is left free at the sides.
pub(super) const MARGIN: u32 = 14;

/// The colour of the lines behind the values, and of that at zero.
pub(super) const GRID: &str = "#dddddd";
pub(super) const AXIS: &str = "#555555";

/// A value with its place in the chart.
pub(super) struct Value<'a> {
    pub(super) series: usize,
    pub(super) label: usize,
    pub(super) number: Decimal,
    pub(super) printed: String,
    pub(super) sources: &'a [usize],
    /// Whose value it is, in words.
    pub(super) title: String,
}

/// All values that there are. A gap is none of them.
pub(super) fn values(chart: &Chart) -> Vec<Value<'_>> {
    let mut all = Vec::new();
    for (series, row) in chart.series.iter().enumerate() {
        for ((label, name), number) in chart.labels.iter().enumerate().zip(&row.values) {
            let Some(number) = *number else { continue };
            let printed = super::printed(number);
            let title = [row.name.as_str(), name, &format!("{printed}{}", chart.unit)].join(" ");
            let sources = row.sources.get(label).map_or(&[][..], Vec::as_slice);
            all.push(Value { series, label, number, printed, sources, title: title.trim().to_owned() });
        }
    }
    all
}

/// How wide the widest of some texts is.
pub(super) fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> Decimal {
    texts.map(text::width).max().unwrap_or_default()
}

/// The unit and, of several series, their names; answers how far down it reaches.
pub(super) fn legend(pen: &mut Pen, chart: &Chart, width: Decimal) -> Decimal {
    let (mut x, mut y) = (dots(MARGIN), dots(20));
    if !chart.unit.is_empty() {
        let unit = format!("单位：{}", chart.unit);
        pen.text((x, y), Anchor::Start, &unit);
        x += text::width(&unit) + dots(24);
    }
    if chart.series.len() > 1 {
        for (at, series) in chart.series.iter().enumerate() {
            let wide = dots(18) + text::width(&series.name);
            if x + wide > width - dots(MARGIN) && x > dots(MARGIN) {
                (x, y) = (dots(MARGIN), y + dots(18));
            }
            pen.rectangle((x, y - dots(10)), (dots(12), dots(12)), colour(at));
            pen.text((x + dots(18), y), Anchor::Start, &series.name);
            x += wide + dots(20);
        }
    }
    y + dots(8)
}
