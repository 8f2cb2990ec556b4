//! What a document says, as the template reads it. Numbers go as text: typst reads JSON by the same crate as we do, which keeps
//! numbers in a way of its own where they are to be exact.

use serde::Serialize;

use super::faces::{Face, Faces};
use crate::documents::charts::{self, Drawing};
use crate::documents::chinese::chinese_date;
use crate::documents::fit::{Fitted, fitted};
use crate::documents::fonts::Fonts;
use crate::documents::grid::{Place, filled};
use crate::documents::model::{Align, Block, Cell, Document, Paragraph, Signature, Table};

/// How wide the text of an upright page is, and of one that lies across, in twentieths of points.
const UPRIGHT: u32 = 442 * 20;
const ACROSS: u32 = 638 * 20;

#[derive(Serialize)]
pub(super) struct Content {
    title: Vec<String>,
    faces: Roles,
    sections: Vec<Section>,
    /// Charts by the names of their files, which the template reads.
    #[serde(skip)]
    pub pictures: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Roles {
    text: Face,
    title: Face,
    heading: Face,
    second: Face,
}

/// Pages that lie the same way.
#[derive(Serialize)]
struct Section {
    landscape: bool,
    parts: Vec<Part>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part {
    Heading {
        level: String,
        text: Vec<String>,
    },
    Paragraph {
        text: Vec<String>,
    },
    Table {
        caption: String,
        size: String,
        widths: Vec<String>,
        head: Vec<CellPart>,
        rows: Vec<CellPart>,
    },
    /// A picture, so many millimetres wide.
    Chart {
        caption: String,
        file: String,
        width: String,
    },
    PageBreak,
    Signature {
        name: String,
        date: String,
    },
}

/// A cell, in lines.
#[derive(Serialize)]
struct CellPart {
    text: Vec<String>,
    columns: String,
    rows: String,
    align: &'static str,
    bold: bool,
}

impl Content {
    pub(super) fn of(document: &Document, fonts: &Fonts, faces: &Faces) -> Self {
        let mut sections = vec![Section { landscape: false, parts: Vec::new() }];
        let mut pictures = Vec::new();
        for block in document.signed_blocks() {
            let (landscape, part) = match block {
                Block::Heading(words) => (false, Part::Heading { level: words.level.to_string(), text: lines(words) }),
                Block::Paragraph(words) => (false, Part::Paragraph { text: lines(words) }),
                Block::Table(table) => (table.landscape, of_table(table)),
                Block::Chart(chart) => match charts::on_paper(chart, fonts) {
                    Some(Drawing { svg, width, .. }) => {
                        let file = format!("chart-{}.svg", pictures.len());
                        pictures.push((file.clone(), svg));
                        (false, Part::Chart { caption: chart.caption.clone(), file, width: width.to_string() })
                    }
                    None => (false, of_table(&charts::as_table(chart))),
                },
                Block::PageBreak => (sections.last().is_some_and(|section| section.landscape), Part::PageBreak),
                Block::Signature => match &document.signature {
                    Some(Signature { name, date }) => {
                        (false, Part::Signature { name: name.clone(), date: chinese_date(*date) })
                    }
                    None => continue,
                },
            };
            push(&mut sections, landscape, part);
        }
        Self {
            title: document.title.clone(),
            faces: Roles {
                text: faces.text.clone(),
                title: faces.title.clone(),
                heading: faces.heading.clone(),
                second: faces.second.clone(),
            },
            sections,
            pictures,
        }
    }
}

/// Adds to the last section, or to a new one where the page is to be turned; that begins on a page of its own anyway.
fn push(sections: &mut Vec<Section>, landscape: bool, part: Part) {
    match sections.last_mut() {
        Some(section) if section.landscape == landscape => section.parts.push(part),
        last => {
            if let Some(Section { parts, .. }) = last {
                while parts.pop_if(|part| matches!(part, Part::PageBreak)).is_some() {}
            }
            sections.push(Section { landscape, parts: vec![part] });
        }
    }
}

fn lines(words: &Paragraph) -> Vec<String> {
    split(&format!("{}{}", words.number, words.text()))
}

fn split(text: &str) -> Vec<String> {
    text.split('\n').map(str::to_owned).collect()
}

fn of_table(table: &Table) -> Part {
    let Fitted { size, widths } = fitted(table, if table.landscape { ACROSS } else { UPRIGHT });
    let count = widths.len();
    Part::Table {
        caption: table.caption.clone(),
        size: format!("{}.{}", size / 10, size % 10),
        widths: widths.iter().map(u32::to_string).collect(),
        head: cells(&table.head, count, true),
        rows: cells(&table.rows, count, false),
    }
}

fn cells(rows: &[Vec<Cell>], columns: usize, is_head: bool) -> Vec<CellPart> {
    let mut parts = Vec::new();
    for (row, places) in filled(rows, columns).into_iter().enumerate() {
        let left = u16::try_from(rows.len() - row).unwrap_or(u16::MAX);
        for place in places {
            match place {
                Place::Cell(cell) => parts.push(CellPart {
                    text: split(&cell.plain()),
                    columns: cell.columns.max(1).to_string(),
                    rows: cell.rows.max(1).min(left).to_string(),
                    align: match cell.align {
                        // What stands over a column stands over its middle.
                        Align::Left if is_head => "center",
                        Align::Left => "left",
                        Align::Centre => "center",
                        Align::Right => "right",
                    },
                    bold: cell.bold || is_head,
                }),
                Place::Missing(columns) => {
                    let (columns, rows) = (columns.to_string(), "1".to_owned());
                    parts.push(CellPart { text: Vec::new(), columns, rows, align: "left", bold: false });
                }
                Place::Covered(_) => {}
            }
        }
    }
    parts
}
