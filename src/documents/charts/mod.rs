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

/// The most dots of a picture: four bytes each while it is drawn.
const MOST_DOTS: u64 = 8_000_000;

/// Where the sources of a value are shown, given their positions in the list of sources.
pub(super) type Link<'a> = &'a dyn Fn(&[usize]) -> Option<String>;

/// A chart as a picture of dots.
pub(super) struct Picture {
    /// As a PNG file.
    pub(super) png: Vec<u8>,
    /// How many dots it is wide.
    pub(super) width: u32,
    /// How many dots it is high.
    pub(super) height: u32,
}

/// A chart as SVG, without its caption; text is left to whoever shows it, in the family that was found.
#[must_use]
pub fn chart_svg(chart: &Chart, fonts: &Fonts) -> String {
    draw(chart, fonts.family(), None)
}

/// A chart as SVG in a page, each of its values a link.
pub(super) fn linked_svg(chart: &Chart, link: Link) -> String {
    draw(chart, None, Some(link))
}

/// A chart as a picture; none where no font can write its words, or where it would be too large to be looked at.
pub(super) fn picture(chart: &Chart, fonts: &Fonts) -> Option<Picture> {
    let family = fonts.family()?.to_owned();
    let options = usvg::Options { fontdb: fonts.database(), font_family: family, ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(&chart_svg(chart, fonts), &options).ok()?;
    let size = tree.size().to_int_size().scale_by(DENSITY)?;
    if u64::from(size.width()) * u64::from(size.height()) > MOST_DOTS {
        return None;
    }
    let mut dots = tiny_skia::Pixmap::new(size.width(), size.height())?;
    dots.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(DENSITY, DENSITY), &mut dots.as_mut());
    Some(Picture { png: dots.encode_png().ok()?, width: size.width(), height: size.height() })
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

fn draw(chart: &Chart, family: Option<&str>, link: Option<Link>) -> String {
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
    markup.finish()
}

#[cfg(test)]
mod tests;
