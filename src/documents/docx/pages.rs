//! Pages: A4, with the margins of official documents, upright or across.

use super::super::markup::Markup;
use super::package::{FOOTER_OF_EVEN_PAGES, FOOTER_OF_ODD_PAGES};

/// How a page lies, measured in twentieths of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) is_landscape: bool,
    width: u32,
    height: u32,
    top: u32,
    right: u32,
    bottom: u32,
    left: u32,
    footer: u32,
}

/// Margins of 37, 26, 35 and 28 mm; the page number stands 7 mm below the text.
pub(super) const UPRIGHT: Page = Page {
    is_landscape: false,
    width: 11_906,
    height: 16_838,
    top: 2_098,
    right: 1_474,
    bottom: 1_984,
    left: 1_587,
    footer: 1_304,
};

/// The same page, turned: what was above is to the left.
pub(super) const ACROSS: Page = Page {
    is_landscape: true,
    width: 16_838,
    height: 11_906,
    top: 1_587,
    right: 1_984,
    bottom: 1_474,
    left: 2_098,
    footer: 794,
};

impl Page {
    /// How wide its text is.
    pub(super) const fn text_width(&self) -> u32 {
        self.width - self.left - self.right
    }

    /// What says that the pages up to here are so.
    pub(super) fn write(&self, markup: &mut Markup) {
        markup.within("w:sectPr", &[], |markup| {
            for (kind, id) in [("default", FOOTER_OF_ODD_PAGES), ("even", FOOTER_OF_EVEN_PAGES)] {
                markup.empty("w:footerReference", &[("w:type", &kind), ("r:id", &id)]);
            }
            let orient = if self.is_landscape { "landscape" } else { "portrait" };
            markup.empty("w:pgSz", &[("w:w", &self.width), ("w:h", &self.height), ("w:orient", &orient)]);
            markup.empty(
                "w:pgMar",
                &[
                    ("w:top", &self.top),
                    ("w:right", &self.right),
                    ("w:bottom", &self.bottom),
                    ("w:left", &self.left),
                    ("w:header", &851),
                    ("w:footer", &self.footer),
                    ("w:gutter", &0),
                ],
            );
        });
    }
}
