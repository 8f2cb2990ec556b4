//! Charts whose values lie: bars, for many things with long names.

use rust_decimal::Decimal;

use super::super::model::Chart;
use super::frame::{AXIS, GRID, MARGIN, Value, WIDTH, legend, values, widest};
use super::pen::{Anchor, Pen, at, colour, dots};
use super::scale::Scale;
use super::text;

/// How high a bar is, and what is left free between the bars of two labels.
const BAR: u32 = 18;
const GAP: u32 = 12;

/// How wide the column of names is at most.
const NAMES: u32 = 210;

/// Where what is drawn.
struct Plot {
    left: Decimal,
    length: Decimal,
    scale: Scale,
}

impl Plot {
    fn x(&self, value: Decimal) -> Decimal {
        self.left + self.scale.place(value) * self.length
    }
}

/// Draws a chart, and answers how wide and how high it is.
pub(super) fn draw(pen: &mut Pen, chart: &Chart) -> (Decimal, Decimal) {
    let width = dots(WIDTH);
    let values = values(chart);
    let scale = Scale::over(values.iter().map(|value| value.number));
    let names = widest(chart.labels.iter().map(String::as_str)).min(dots(NAMES));
    let names_as_lines: Vec<_> = chart.labels.iter().map(|name| text::lines(name, names, 3)).collect();

    let wide = widest(values.iter().map(|value| value.printed.as_str())) + dots(6);
    let has_negative = values.iter().any(|value| value.number < Decimal::ZERO);
    let left = dots(MARGIN) + names + dots(8) + if has_negative { wide } else { Decimal::ZERO };
    let length = (width - left - wide - dots(MARGIN)).max(dots(WIDTH / 5));
    let plot = Plot { left, length, scale };

    let top = legend(pen, chart, width) + dots(GAP) / Decimal::TWO;
    let bars = Decimal::from(chart.series.len().max(1)) * dots(BAR);
    let heights =
        names_as_lines.iter().map(|lines| bars.max(Decimal::from(lines.len()) * dots(text::LINE)) + dots(GAP));
    let heights: Vec<_> = heights.collect();
    let foot = top + heights.iter().sum::<Decimal>();

    for tick in plot.scale.ticks() {
        let x = plot.x(tick);
        pen.line((x, top), (x, foot), if tick.is_zero() { AXIS } else { GRID });
        pen.text((x, foot + dots(text::LINE)), Anchor::Middle, &tick.to_string());
    }
    let mut y = top;
    for (label, (lines, height)) in names_as_lines.iter().zip(&heights).enumerate() {
        let first = y + (*height - Decimal::from(lines.len()) * dots(text::LINE)) / Decimal::TWO;
        for (line, text) in lines.iter().enumerate() {
            let y = first + Decimal::from(line) * dots(text::LINE) + dots(text::SIZE);
            pen.text((dots(MARGIN) + names, y), Anchor::End, text);
        }
        let first = y + (*height - bars) / Decimal::TWO;
        for value in values.iter().filter(|value| value.label == label) {
            bar(pen, value, first + Decimal::from(value.series) * dots(BAR), &plot);
        }
        y += *height;
    }
    (at(width), at(foot + dots(text::LINE) + dots(10)))
}

fn bar(pen: &mut Pen, value: &Value, y: Decimal, plot: &Plot) {
    let (zero, end) = (plot.x(Decimal::ZERO), plot.x(value.number));
    pen.value(value.sources, &value.title, |pen| {
        let size = ((end - zero).abs(), dots(BAR - 2));
        pen.rectangle((zero.min(end), y + Decimal::ONE), size, colour(value.series));
        let y = y + dots(text::SIZE) + Decimal::ONE;
        if value.number < Decimal::ZERO {
            pen.label((end - dots(5), y), Anchor::End, false, &value.printed);
        } else {
            pen.label((end + dots(5), y), Anchor::Start, false, &value.printed);
        }
    });
}
