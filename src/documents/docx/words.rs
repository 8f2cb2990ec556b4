//! Paragraphs and what is in them.

use super::super::markup::Markup;
use super::super::model::Align;
use super::pages::Page;

/// How a paragraph stands, beyond what its style says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// Its style.
    pub(super) style: Option<&'static str>,
    /// Whether it stays on the page of what follows.
    pub(super) keep_next: bool,
    /// Whether it begins a page.
    pub(super) page_break: bool,
    /// What is left free above, in twentieths of a point.
    pub(super) before: Option<u32>,
    /// What is left free to the right, in twentieths of a point.
    pub(super) right: Option<u32>,
    /// Where its text stands.
    pub(super) align: Option<Align>,
    /// That the pages up to here are so.
    pub(super) pages: Option<Page>,
}

impl Manner {
    pub(super) fn of(style: &'static str) -> Self {
        Self { style: Some(style), ..Self::default() }
    }

    /// In the order that the schema demands.
    fn write(&self, markup: &mut Markup) {
        if let Some(style) = self.style {
            markup.empty("w:pStyle", &[("w:val", &style)]);
        }
        if self.keep_next {
            markup.empty("w:keepNext", &[]);
        }
        if self.page_break {
            markup.empty("w:pageBreakBefore", &[]);
        }
        if let Some(before) = self.before {
            markup.empty("w:spacing", &[("w:before", &before)]);
        }
        if let Some(right) = self.right {
            markup.empty("w:ind", &[("w:right", &right)]);
        }
        if let Some(align) = self.align {
            let align = match align {
                Align::Left => "left",
                Align::Centre => "center",
                Align::Right => "right",
            };
            markup.empty("w:jc", &[("w:val", &align)]);
        }
        if let Some(page) = self.pages {
            page.write(markup);
        }
    }
}

/// A paragraph.
pub(super) fn paragraph(markup: &mut Markup, manner: Manner, content: impl FnOnce(&mut Markup)) {
    markup.within("w:p", &[], |markup| {
        markup.within("w:pPr", &[], |markup| manner.write(markup));
        content(markup);
    });
}

/// Words. What both scripts have, such as quotation marks, is set as Chinese.
pub(super) fn run(markup: &mut Markup, text: &str, bold: bool) {
    markup.within("w:r", &[], |markup| {
        markup.within("w:rPr", &[], |markup| {
            markup.empty("w:rFonts", &[("w:hint", &"eastAsia")]);
            if bold {
                markup.empty("w:b", &[]);
                markup.empty("w:bCs", &[]);
            }
        });
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                markup.empty("w:br", &[]);
            }
            markup.element("w:t", &[("xml:space", &"preserve")], line);
        }
    });
}
