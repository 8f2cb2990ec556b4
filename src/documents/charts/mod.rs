//! Charts as pictures. They are drawn here rather than by a crate, because those at hand compute in binary floating point and
//! would print other numbers than the text does.

mod bars;
mod frame;
mod pen;
mod scale;
mod text;
mod upright;

use resvg::{tiny_skia, usvg};
use rust_decimal::Decimal;

use self::pen::Pen;
use super::fonts::{FAMILIES, Fonts};
use super::markup::Markup;
use super::model::{Align, Cell, Chart, ChartKind, Table};
use crate::platform::decimal;

/// How many dots of a picture stand for one of the drawing.
const DENSITY: f32 = 2.0;

/// How wide a picture is on paper at most, and how high, in millimetres.
pub(super) const PAPER_WIDTH: u32 = 150;
pub(super) const PAPER_HEIGHT: u32 = 190;

/// What can still be read on paper: how high text is, and how much room a name has along an axis; in hundredths of millimetres.
const LEAST_TEXT: u32 = 170;
const LEAST_PLACE: u32 = 600;

/// Where the sources of a value are shown, given their positions in the list of sources.
pub(super) type Link<'a> = &'a dyn Fn(&[usize]) -> Option<String>;

/// A chart for paper.
pub(super) struct Drawing {
    pub(super) svg: String,
    /// How wide it is, and how high, in millimetres.
    pub(super) width: Decimal,
    pub(super) height: Decimal,
}

/// A chart as a picture of dots.
pub(super) struct Picture {
    /// As a PNG file.
    pub(super) png: Vec<u8>,
    /// How wide it is, and how high, in millimetres.
    pub(super) width: Decimal,
    pub(super) height: Decimal,
}

/// A chart as SVG, without its caption; text is left to whoever shows it, in the family that was found.
#[must_use]
pub fn chart_svg(chart: &Chart, fonts: &Fonts) -> String {
    draw(chart, fonts.family(), None).svg
}

/// A chart as SVG in a page, each of its values a link.
pub(super) fn linked_svg(chart: &Chart, link: Link) -> String {
    draw(chart, None, Some(link)).svg
}

/// A chart as it is printed; none where so much is in it that nobody could read it on a page.
pub(super) fn on_paper(chart: &Chart, fonts: &Fonts) -> Option<Drawing> {
    let drawn = draw(chart, fonts.family(), None);
    let wide = Decimal::from(PAPER_WIDTH) / drawn.width.max(Decimal::ONE);
    let scale = wide.min(Decimal::from(PAPER_HEIGHT) / drawn.height.max(Decimal::ONE));
    let hundredths = |number: u32| Decimal::new(number.into(), 2);
    let is_legible = scale * Decimal::from(text::SIZE) >= hundredths(LEAST_TEXT);
    let has_room = chart.kind == ChartKind::Bars
        || scale * drawn.width >= Decimal::from(chart.labels.len()) * hundredths(LEAST_PLACE);
    let (width, height) = (decimal::round(drawn.width * scale, 2), decimal::round(drawn.height * scale, 2));
    (is_legible && has_room).then_some(Drawing { svg: drawn.svg, width, height })
}

/// The same as a picture of dots; none where no font can write its words, as well.
pub(super) fn picture(chart: &Chart, fonts: &Fonts) -> Option<Picture> {
    let family = fonts.family()?.to_owned();
    let options = usvg::Options { fontdb: fonts.database(), font_family: family, ..usvg::Options::default() };
    let Drawing { svg, width, height } = on_paper(chart, fonts)?;
    let tree = usvg::Tree::from_str(&svg, &options).ok()?;
    let size = tree.size().to_int_size().scale_by(DENSITY)?;
    let mut dots = tiny_skia::Pixmap::new(size.width(), size.height())?;
    dots.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(DENSITY, DENSITY), &mut dots.as_mut());
    Some(Picture { png: dots.encode_png().ok()?, width, height })
}

/// A chart as the table of its numbers.
pub(super) fn as_table(chart: &Chart) -> Table {
    let centred = |text: &str| Cell { align: Align::Centre, ..Cell::text(text) };
    let head = std::iter::once(centred("")).chain(chart.series.iter().map(|series| centred(&series.name))).collect();
    let number = |value: Option<Decimal>| Cell {
        number: value,
        align: Align::Right,
        ..Cell::text(value.map_or_else(|| "—".to_owned(), printed))
    };
    let row = |(at, label): (usize, &String)| {
        let values = chart.series.iter().map(|series| number(series.values.get(at).copied().flatten()));
        std::iter::once(Cell::text(label)).chain(values).collect()
    };
    let unit = if chart.unit.is_empty() { String::new() } else { format!("（单位：{}）", chart.unit) };
    Table {
        caption: format!("{}{unit}", chart.caption),
        head: vec![head],
        rows: chart.labels.iter().enumerate().map(row).collect(),
        ..Table::default()
    }
}

/// A value as it is printed beside its mark: what is less than one with four decimals, all else with two.
fn printed(value: Decimal) -> String {
    decimal::round(value, if value.abs() < Decimal::ONE { 4 } else { 2 }).to_string()
}

/// Draws a chart; its size is in dots.
fn draw(chart: &Chart, family: Option<&str>, link: Option<Link>) -> Drawing {
    let mut pen = Pen::new(link);
    let (width, height) = match chart.kind {
        ChartKind::Bars => bars::draw(&mut pen, chart),
        ChartKind::Columns | ChartKind::Line => upright::draw(&mut pen, chart),
    };
    let names = family.into_iter().chain(FAMILIES.into_iter().filter(|name| Some(*name) != family));
    let names = names.map(|name| format!("'{}'", name.replace('\'', ""))).chain(["sans-serif".to_owned()]);
    let families = names.collect::<Vec<_>>().join(", ");
    let mut markup = Markup::default();
    let attributes: [(&str, &dyn std::fmt::Display); 8] = [
        ("xmlns", &"http://www.w3.org/2000/svg"),
        ("viewBox", &format!("0 0 {width} {height}")),
        ("width", &width),
        ("height", &height),
        ("role", &"img"),
        ("aria-label", &chart.caption),
        ("font-family", &families),
        ("font-size", &text::SIZE),
    ];
    markup.within("svg", &attributes, |markup| markup.raw(&pen.finish()));
    Drawing { svg: markup.finish(), width, height }
}

#[cfg(test)]
mod tests;
