//! Charts whose values stand up: columns and lines.

use rust_decimal::Decimal;

use super::super::model::{Chart, ChartKind};
use super::frame::{AXIS, GRID, MARGIN, Value, WIDTH, legend, values, widest};
use super::pen::{Anchor, Pen, at, colour, dots};
use super::scale::Scale;
use super::text;

/// How high the values can stand.
const HEIGHT: u32 = 220;

/// Where what is drawn.
struct Plot {
    left: Decimal,
    top: Decimal,
    /// How wide the place of one label is.
    slot: Decimal,
    /// How wide a column is.
    column: Decimal,
    scale: Scale,
    /// Whether there is only room for values that are read from below.
    turned: bool,
}

impl Plot {
    fn y(&self, value: Decimal) -> Decimal {
        self.top + (Decimal::ONE - self.scale.place(value)) * dots(HEIGHT)
    }

    fn middle(&self, label: usize) -> Decimal {
        self.left + (Decimal::from(label) + Decimal::new(5, 1)) * self.slot
    }
}

/// Draws a chart, and answers how wide and how high it is.
pub(super) fn draw(pen: &mut Pen, chart: &Chart) -> (Decimal, Decimal) {
    let values = values(chart);
    let scale = Scale::over(values.iter().map(|value| value.number));
    let ticks: Vec<_> = scale.ticks().iter().map(|tick| (*tick, tick.to_string())).collect();
    let labels = Decimal::from(chart.labels.len().max(1));
    let series = Decimal::from(chart.series.len().max(1));

    let left = dots(MARGIN) + widest(ticks.iter().map(|(_, text)| text.as_str())) + dots(6);
    let is_line = chart.kind == ChartKind::Line;
    let least = if is_line { dots(18) } else { dots(26).max(series * dots(18)) };
    let slot = ((dots(WIDTH - MARGIN) - left) / labels).max(least);
    let width = left + slot * labels + dots(MARGIN);
    let column = (slot * Decimal::new(72, 2) / series).min(dots(52));
    let wide = widest(values.iter().map(|value| value.printed.as_str()));
    let room = if is_line || chart.series.len() <= 1 { slot } else { column + dots(4) };
    let turned = wide > room;

    let above = if turned { wide + dots(10) } else { dots(20) };
    let below = if values.iter().any(|value| value.number < Decimal::ZERO) { above } else { Decimal::ZERO };
    let top = legend(pen, chart, width) + above;
    let plot = Plot { left, top, slot, column, scale, turned };

    for (tick, text) in &ticks {
        let y = plot.y(*tick);
        let colour = if tick.is_zero() { AXIS } else { GRID };
        pen.line((left, y), (width - dots(MARGIN), y), colour);
        pen.text((left - dots(6), y + dots(4)), Anchor::End, text);
    }
    let foot = top + dots(HEIGHT) + below + dots(4);
    let mut deepest = 1;
    for (label, name) in chart.labels.iter().enumerate() {
        let lines = text::lines(name, slot - dots(4), 4);
        deepest = deepest.max(lines.len());
        for (line, text) in lines.iter().enumerate() {
            let y = foot + Decimal::from(line + 1) * dots(text::LINE);
            pen.text((plot.middle(label), y), Anchor::Middle, text);
        }
    }
    if is_line {
        points(pen, chart, &values, &plot);
    } else {
        columns(pen, chart, &values, &plot);
    }
    (at(width), at(foot + Decimal::from(deepest) * dots(text::LINE) + dots(8)))
}

fn columns(pen: &mut Pen, chart: &Chart, values: &[Value], plot: &Plot) {
    let zero = plot.y(Decimal::ZERO);
    let group = plot.column * Decimal::from(chart.series.len());
    for value in values {
        let x = plot.middle(value.label) - group / Decimal::TWO + plot.column * Decimal::from(value.series);
        let y = plot.y(value.number);
        let gap = plot.column * Decimal::new(4, 2);
        pen.value(value.sources, &value.title, |pen| {
            let size = (plot.column - gap * Decimal::TWO, (zero - y).abs());
            pen.rectangle((x + gap, y.min(zero)), size, colour(value.series));
            label(pen, value, (x + plot.column / Decimal::TWO, y), plot.turned, value.number < Decimal::ZERO);
        });
    }
}

fn points(pen: &mut Pen, chart: &Chart, values: &[Value], plot: &Plot) {
    for series in 0..chart.series.len() {
        let mut path = String::new();
        let mut before = None;
        for value in values.iter().filter(|value| value.series == series) {
            // A gap stays one: nobody knows what was between.
            let goes_on = value.label.checked_sub(1).is_some_and(|label| before == Some(label));
            let (x, y) = (at(plot.middle(value.label)), at(plot.y(value.number)));
            path.extend([if goes_on { "L" } else { "M" }, &x.to_string(), " ", &y.to_string()]);
            before = Some(value.label);
        }
        if !path.is_empty() {
            pen.path(&path, colour(series));
        }
    }
    for value in values {
        let place = (plot.middle(value.label), plot.y(value.number));
        pen.value(value.sources, &value.title, |pen| {
            pen.point(place, colour(value.series));
            let under = value.number < Decimal::ZERO || value.series % 2 == 1;
            let (x, y) = place;
            label(pen, value, (x, if under { y + dots(4) } else { y - dots(4) }), plot.turned, under);
        });
    }
}

/// The value as text above, or below, a place.
fn label(pen: &mut Pen, value: &Value, (x, y): (Decimal, Decimal), turned: bool, under: bool) {
    match (turned, under) {
        (false, false) => pen.label((x, y - dots(5)), Anchor::Middle, false, &value.printed),
        (false, true) => pen.label((x, y + dots(14)), Anchor::Middle, false, &value.printed),
        (true, false) => pen.label((x + dots(4), y - dots(5)), Anchor::Start, true, &value.printed),
        (true, true) => pen.label((x + dots(4), y + dots(5)), Anchor::End, true, &value.printed),
    }
}
