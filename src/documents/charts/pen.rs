//! Draws what charts consist of.

use std::fmt::Display;

use rust_decimal::Decimal;

use super::super::markup::Markup;
use super::Link;

/// Colours of the series, told apart in print without colours as well.
const COLOURS: [&str; 6] = ["#1f5fa8", "#e0923a", "#4f9d69", "#8a6fb3", "#c0566b", "#6b7280"];

/// The colour of a series.
pub(super) fn colour(series: usize) -> &'static str {
    COLOURS.into_iter().cycle().nth(series % COLOURS.len()).unwrap_or("#000")
}

/// Whole dots of the drawing.
pub(super) fn dots(number: u32) -> Decimal {
    Decimal::from(number)
}

/// A place on the paper as it is written: finer than a tenth nobody sees.
pub(super) fn at(place: Decimal) -> Decimal {
    place.round_dp(1).normalize()
}

/// Where a text is held.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// What draws.
pub(super) struct Pen<'a> {
    markup: Markup,
    link: Option<Link<'a>>,
}

impl<'a> Pen<'a> {
    pub(super) fn new(link: Option<Link<'a>>) -> Self {
        Self { markup: Markup::default(), link }
    }

    pub(super) fn finish(self) -> String {
        self.markup.finish()
    }

    /// A straight line.
    pub(super) fn line(&mut self, (x1, y1): (Decimal, Decimal), (x2, y2): (Decimal, Decimal), colour: &str) {
        let (x1, y1, x2, y2) = (at(x1), at(y1), at(x2), at(y2));
        self.markup.empty("line", &[("x1", &x1), ("y1", &y1), ("x2", &x2), ("y2", &y2), ("stroke", &colour)]);
    }

    /// A line through many points, given as a path.
    pub(super) fn path(&mut self, path: &str, colour: &str) {
        let width = "2.5";
        self.markup.empty("path", &[("d", &path), ("fill", &"none"), ("stroke", &colour), ("stroke-width", &width)]);
    }

    /// A filled rectangle.
    pub(super) fn rectangle(&mut self, (x, y): (Decimal, Decimal), (width, height): (Decimal, Decimal), colour: &str) {
        let (x, y, width, height) = (at(x), at(y), at(width), at(height));
        let attributes: [(&str, &dyn Display); 5] =
            [("x", &x), ("y", &y), ("width", &width), ("height", &height), ("fill", &colour)];
        self.markup.empty("rect", &attributes);
    }

    /// A point of a line.
    pub(super) fn point(&mut self, (x, y): (Decimal, Decimal), colour: &str) {
        let (x, y) = (at(x), at(y));
        self.markup.empty("circle", &[("cx", &x), ("cy", &y), ("r", &"3.5"), ("fill", &colour)]);
    }

    /// A text beside the axes.
    pub(super) fn text(&mut self, (x, y): (Decimal, Decimal), anchor: Anchor, text: &str) {
        let (x, y) = (at(x), at(y));
        self.markup.element("text", &[("x", &x), ("y", &y), ("text-anchor", &anchor.name()), ("fill", &"#333")], text);
    }

    /// A text over what was drawn already; turned, it is read from below.
    pub(super) fn label(&mut self, (x, y): (Decimal, Decimal), anchor: Anchor, turned: bool, text: &str) {
        let (x, y) = (at(x), at(y));
        let turn = if turned { format!("rotate(-90 {x} {y})") } else { String::new() };
        let attributes: [(&str, &dyn Display); 8] = [
            ("x", &x),
            ("y", &y),
            ("text-anchor", &anchor.name()),
            ("fill", &"#111"),
            ("stroke", &"#fff"),
            ("stroke-width", &"3"),
            ("paint-order", &"stroke"),
            ("transform", &turn),
        ];
        let used =
            if turned { attributes.as_slice() } else { attributes.split_last().map_or(&[][..], |(_, rest)| rest) };
        self.markup.element("text", used, text);
    }

    /// What stands for a value: says what it is, and leads to its sources where there is somewhere to lead.
    pub(super) fn value(&mut self, sources: &[usize], title: &str, mark: impl FnOnce(&mut Pen)) {
        let inner = {
            let mut pen = Pen::new(None);
            pen.markup.element("title", &[], title);
            mark(&mut pen);
            pen.finish()
        };
        let to = self.link.and_then(|link| link(sources));
        match to {
            Some(to) => self.markup.within("a", &[("href", &to)], |markup| markup.raw(&inner)),
            None => self.markup.within("g", &[], |markup| markup.raw(&inner)),
        }
    }
}
