//! The text of a document from its title to its signature.

use rust_decimal::Decimal;
use unicode_width::UnicodeWidthStr;

use super::super::charts::{self, Picture};
use super::super::chinese::chinese_date;
use super::super::fonts::Fonts;
use super::super::markup::Markup;
use super::super::model::{Block, Chart, Document, Paragraph, Signature, Table};
use super::package::picture_id;
use super::pages::{ACROSS, Page, UPRIGHT};
use super::table;
use super::words::{Manner, paragraph, run};

/// The text, and the pictures that it names.
pub(super) struct Body {
    pub(super) xml: String,
    pub(super) pictures: Vec<Vec<u8>>,
}

/// How many of the units of drawings (English metric units) a millimetre has.
const UNITS: u32 = 36_000;

/// Half the width of a character of the text, in twentieths of a point.
const HALF_CHARACTER: usize = 160;

/// What is left free to the right of a signature: four characters.
const RIGHT_OF_SIGNATURE: usize = 8 * HALF_CHARACTER;

/// What is left free above it: two lines.
const ABOVE_SIGNATURE: u32 = 2 * 579;

/// Writes the text of a document.
pub(super) fn write(document: &Document, fonts: &Fonts) -> Body {
    let mut writer = Writer {
        markup: Markup::default(),
        page: UPRIGHT,
        begins_page: false,
        pictures: Vec::new(),
        signature: document.signature.as_ref(),
        fonts,
    };
    writer.title(&document.title);
    for block in document.signed_blocks() {
        writer.block(block);
    }
    writer.page.write(&mut writer.markup);

    let Writer { markup, pictures, .. } = writer;
    let text = markup.finish();
    let mut markup = Markup::default();
    let namespaces: [(&str, &dyn std::fmt::Display); 5] = [
        ("xmlns:w", &"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
        ("xmlns:r", &"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
        ("xmlns:wp", &"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
        ("xmlns:a", &"http://schemas.openxmlformats.org/drawingml/2006/main"),
        ("xmlns:pic", &"http://schemas.openxmlformats.org/drawingml/2006/picture"),
    ];
    markup.within("w:document", &namespaces, |markup| {
        markup.within("w:body", &[], |markup| markup.raw(&text));
    });
    Body { xml: markup.finish(), pictures }
}

struct Writer<'a> {
    markup: Markup,
    /// How the page lies that is being filled.
    page: Page,
    /// Whether what follows begins a page.
    begins_page: bool,
    pictures: Vec<Vec<u8>>,
    signature: Option<&'a Signature>,
    fonts: &'a Fonts,
}

impl Writer<'_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(heading) => {
                let style = match heading.level {
                    0 | 1 => "Heading1",
                    2 => "Heading2",
                    _ => "Heading3",
                };
                self.words(Manner::of(style), heading);
            }
            Block::Paragraph(paragraph) => self.words(Manner::default(), paragraph),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => match charts::picture(chart, self.fonts) {
                Some(picture) => self.picture(chart, picture),
                None => self.table(&charts::as_table(chart)),
            },
            Block::PageBreak => self.begins_page = true,
            Block::Signature => {
                if let Some(signature) = self.signature {
                    self.signature(signature);
                }
            }
        }
    }

    fn title(&mut self, lines: &[String]) {
        self.paragraph(Manner::of("Title"), |markup| run(markup, &lines.join("\n"), false));
    }

    fn words(&mut self, manner: Manner, words: &Paragraph) {
        self.turn(UPRIGHT);
        self.paragraph(manner, |markup| {
            if !words.number.is_empty() {
                run(markup, &words.number, false);
            }
            for span in &words.spans {
                run(markup, span.text(), false);
            }
        });
    }

    fn table(&mut self, table: &Table) {
        self.turn(if table.landscape { ACROSS } else { UPRIGHT });
        if !table.caption.is_empty() {
            self.paragraph(Manner::of("TableTitle"), |markup| run(markup, &table.caption, false));
        } else if self.begins_page {
            self.paragraph(Manner::of("End"), |_| {});
        }
        table::write(&mut self.markup, table, self.page.text_width());
        // Two tables with nothing between them would become one.
        self.paragraph(Manner::of("Gap"), |_| {});
    }

    fn picture(&mut self, chart: &Chart, picture: Picture) {
        self.turn(UPRIGHT);
        self.pictures.push(picture.png);
        let number = self.pictures.len();
        let units = |millimetres: Decimal| (millimetres * Decimal::from(UNITS)).round();
        let (width, height) = (units(picture.width), units(picture.height));
        self.paragraph(Manner::of("Figure"), |markup| {
            markup.within("w:r", &[], |markup| drawing(markup, number, (width, height), &chart.caption));
        });
        self.paragraph(Manner::of("FigureTitle"), |markup| run(markup, &chart.caption, false));
    }

    /// The office above the middle of the date, and neither closer to the margin than two characters.
    fn signature(&mut self, signature: &Signature) {
        self.turn(UPRIGHT);
        let date = chinese_date(signature.date);
        let (name_width, date_width) = (signature.name.width(), date.width());
        let shift = name_width.abs_diff(date_width) * HALF_CHARACTER / 2;
        let (of_name, of_date) = if name_width <= date_width {
            (RIGHT_OF_SIGNATURE + shift, RIGHT_OF_SIGNATURE)
        } else {
            let of_name = RIGHT_OF_SIGNATURE.saturating_sub(shift).max(4 * HALF_CHARACTER);
            (of_name, of_name + shift)
        };
        let manner = |right| Manner { right: u32::try_from(right).ok(), ..Manner::of("Signature") };
        let first = Manner { keep_next: true, before: Some(ABOVE_SIGNATURE), ..manner(of_name) };
        self.paragraph(first, |markup| run(markup, &signature.name, false));
        self.paragraph(manner(of_date), |markup| run(markup, &date, false));
    }

    /// Goes on with pages that lie so.
    fn turn(&mut self, page: Page) {
        if self.page != page {
            let ended = Manner { pages: Some(self.page), ..Manner::of("End") };
            paragraph(&mut self.markup, ended, |_| {});
            // They begin a page of their own anyway.
            (self.page, self.begins_page) = (page, false);
        }
    }

    fn paragraph(&mut self, manner: Manner, content: impl FnOnce(&mut Markup)) {
        let page_break = std::mem::take(&mut self.begins_page);
        paragraph(&mut self.markup, Manner { page_break, ..manner }, content);
    }
}

/// A picture that stands in the text as a character does.
fn drawing(markup: &mut Markup, number: usize, (width, height): (Decimal, Decimal), caption: &str) {
    let name = format!("图{number}");
    markup.within("w:drawing", &[], |markup| {
        markup.within("wp:inline", &[("distT", &0), ("distB", &0), ("distL", &0), ("distR", &0)], |markup| {
            markup.empty("wp:extent", &[("cx", &width), ("cy", &height)]);
            markup.empty("wp:docPr", &[("id", &number), ("name", &name), ("descr", &caption)]);
            markup.within("a:graphic", &[], |markup| {
                let kind = "http://schemas.openxmlformats.org/drawingml/2006/picture";
                markup.within("a:graphicData", &[("uri", &kind)], |markup| {
                    markup.within("pic:pic", &[], |markup| {
                        markup.within("pic:nvPicPr", &[], |markup| {
                            markup.empty("pic:cNvPr", &[("id", &number), ("name", &name)]);
                            markup.empty("pic:cNvPicPr", &[]);
                        });
                        markup.within("pic:blipFill", &[], |markup| {
                            markup.empty("a:blip", &[("r:embed", &picture_id(number))]);
                            markup.within("a:stretch", &[], |markup| markup.empty("a:fillRect", &[]));
                        });
                        markup.within("pic:spPr", &[], |markup| {
                            markup.within("a:xfrm", &[], |markup| {
                                markup.empty("a:off", &[("x", &0), ("y", &0)]);
                                markup.empty("a:ext", &[("cx", &width), ("cy", &height)]);
                            });
                            markup.within("a:prstGeom", &[("prst", &"rect")], |markup| markup.empty("a:avLst", &[]));
                        });
                    });
                });
            });
        });
    });
}
