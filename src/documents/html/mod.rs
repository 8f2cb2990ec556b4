//! A document as a page: each number is a link that opens its sources, without any script.

mod sources;

use std::fmt::Display;

use self::sources::Sources;
use super::charts;
use super::chinese::chinese_date;
use super::markup::Markup;
use super::model::{Align, Block, Cell, Chart, Document, Paragraph, Shows, Signature, Span, Table};

/// How the page looks, on screen and on paper.
const STYLE: &str = include_str!("style.css");

/// What a page has to know of where it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HtmlOptions {
    /// Where the service's operations are found, without a slash at the end: links to sources begin with it.
    pub api: String,
}

impl Default for HtmlOptions {
    fn default() -> Self {
        Self { api: "/v1".to_owned() }
    }
}

/// Writes a document as a page of HTML.
#[must_use]
pub fn html(document: &Document, options: &HtmlOptions) -> String {
    let page = Page { sources: Sources::of(document) };
    let mut markup = Markup::default();
    markup.raw("<!DOCTYPE html>\n");
    markup.within("html", &[("lang", &"zh-CN")], |markup| {
        markup.within("head", &[], |markup| head(markup, document));
        markup.within("body", &[], |markup| {
            markup.within("main", &[], |markup| page.write(markup, document));
            page.sources.write(markup, &options.api);
        });
    });
    markup.raw("\n");
    markup.finish()
}

fn head(markup: &mut Markup, document: &Document) {
    markup.empty("meta", &[("charset", &"utf-8")]);
    markup.empty("meta", &[("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")]);
    markup.element("title", &[], document.title.concat());
    markup.within("style", &[], |markup| markup.raw(STYLE));
}

struct Page<'a> {
    sources: Sources<'a>,
}

impl Page<'_> {
    fn write(&self, markup: &mut Markup, document: &Document) {
        markup.within("h1", &[], |markup| {
            for (at, line) in document.title.iter().enumerate() {
                if at > 0 {
                    markup.empty("br", &[]);
                }
                markup.text(line);
            }
        });
        for block in document.signed_blocks() {
            markup.raw("\n");
            match block {
                Block::Heading(heading) => self.words(markup, heading_name(heading), heading),
                Block::Paragraph(paragraph) => self.words(markup, "p", paragraph),
                Block::Table(table) => self.table(markup, table),
                Block::Chart(chart) => self.chart(markup, chart),
                Block::PageBreak => markup.element("div", &[("class", &"break")], ""),
                Block::Signature => {
                    if let Some(signed) = &document.signature {
                        signature(markup, signed);
                    }
                }
            }
        }
    }

    fn words(&self, markup: &mut Markup, name: &str, paragraph: &Paragraph) {
        markup.within(name, &[("data-place", &paragraph.place)], |markup| {
            markup.text(&paragraph.number);
            self.spans(markup, &paragraph.spans);
        });
    }

    fn spans(&self, markup: &mut Markup, spans: &[Span]) {
        for span in spans {
            match span {
                Span::Text { text } => markup.text(text),
                Span::Number { text, shows, sources } => match self.sources.link(sources) {
                    Some(link) => {
                        let title = shown(*shows);
                        markup.element("a", &[("class", &"number"), ("href", &link), ("title", &title)], text);
                    }
                    None => markup.text(text),
                },
            }
        }
    }

    fn table(&self, markup: &mut Markup, table: &Table) {
        let class = if table.landscape { "table landscape" } else { "table" };
        markup.within("div", &[("class", &class)], |markup| {
            markup.within("table", &[], |markup| {
                if !table.caption.is_empty() {
                    markup.element("caption", &[], &table.caption);
                }
                widths(markup, &table.widths);
                if !table.head.is_empty() {
                    markup.within("thead", &[], |markup| self.rows(markup, "th", &table.head));
                }
                markup.within("tbody", &[], |markup| self.rows(markup, "td", &table.rows));
            });
        });
    }

    fn rows(&self, markup: &mut Markup, name: &str, rows: &[Vec<Cell>]) {
        for row in rows {
            markup.within("tr", &[], |markup| {
                for cell in row {
                    self.cell(markup, name, cell);
                }
            });
        }
    }

    fn cell(&self, markup: &mut Markup, name: &str, cell: &Cell) {
        let align = match cell.align {
            Align::Left => None,
            Align::Centre => Some("centre"),
            Align::Right => Some("right"),
        };
        let class = align.into_iter().chain(cell.bold.then_some("bold")).collect::<Vec<_>>().join(" ");
        let attributes: [(&str, &dyn Display, bool); 3] = [
            ("class", &class, !class.is_empty()),
            ("colspan", &cell.columns, cell.columns > 1),
            ("rowspan", &cell.rows, cell.rows > 1),
        ];
        let said: Vec<_> =
            attributes.into_iter().filter(|(.., is_said)| *is_said).map(|(key, value, _)| (key, value)).collect();
        markup.within(name, &said, |markup| self.spans(markup, &cell.spans));
    }

    fn chart(&self, markup: &mut Markup, chart: &Chart) {
        markup.within("figure", &[], |markup| {
            markup.raw(&charts::linked_svg(chart, &|sources| self.sources.link(sources)));
            markup.element("figcaption", &[], &chart.caption);
        });
    }
}

fn heading_name(heading: &Paragraph) -> &'static str {
    match heading.level {
        0 | 1 => "h2",
        2 => "h3",
        _ => "h4",
    }
}

fn widths(markup: &mut Markup, widths: &[u32]) {
    let whole: u64 = widths.iter().copied().map(u64::from).sum();
    if whole > 0 {
        markup.within("colgroup", &[], |markup| {
            for width in widths {
                markup.empty("col", &[("style", &format_args!("width:{}%", u64::from(*width) * 100 / whole))]);
            }
        });
    }
}

fn signature(markup: &mut Markup, signature: &Signature) {
    markup.within("div", &[("class", &"signature")], |markup| {
        markup.element("p", &[], &signature.name);
        markup.element("p", &[], chinese_date(signature.date));
    });
}

/// What a number shows of its sources, in words.
fn shown(shows: Shows) -> &'static str {
    match shows {
        Shows::Value => "数值",
        Shows::Previous => "上期数值",
        Shows::Growth => "比上期增长",
        Shows::Change => "与上期之差",
        Shows::Share => "两数之比",
        Shows::Sum => "各数之和",
    }
}

#[cfg(test)]
mod tests;
