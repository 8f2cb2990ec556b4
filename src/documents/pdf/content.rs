//! What a document says, as the template reads it. Numbers go as text: typst reads JSON by the same crate as we do, which keeps
//! numbers in a way of its own where they are to be exact.

use serde::Serialize;

use super::faces::{Face, Faces};
use crate::documents::charts::chart_svg;
use crate::documents::chinese::chinese_date;
use crate::documents::fonts::Fonts;
use crate::documents::grid::{Place, columns, filled};
use crate::documents::model::{Align, Block, Cell, Document, Paragraph, Table};

/// How wide the text of an upright page is, and of one that lies across, in points.
const UPRIGHT: usize = 442;
const ACROSS: usize = 638;

/// Sizes of the text of a table, by how wide its columns are on average; in points.
const SIZES: [(usize, &str); 3] = [(70, "12"), (42, "10.5"), (0, "9")];

#[derive(Serialize)]
pub(super) struct Content {
    title: Vec<String>,
    faces: Roles,
    sections: Vec<Section>,
    signature: Option<Signature>,
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
    Heading { level: String, text: Vec<String> },
    Paragraph { text: Vec<String> },
    Table { caption: String, size: &'static str, widths: Vec<String>, head: Vec<CellPart>, rows: Vec<CellPart> },
    Chart { caption: String, file: String },
    PageBreak,
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

#[derive(Serialize)]
struct Signature {
    name: String,
    date: String,
}

impl Content {
    pub(super) fn of(document: &Document, fonts: &Fonts, faces: &Faces) -> Self {
        let mut sections = vec![Section { landscape: false, parts: Vec::new() }];
        let mut pictures = Vec::new();
        for block in &document.blocks {
            let (landscape, part) = match block {
                Block::Heading(words) => (false, Part::Heading { level: words.level.to_string(), text: lines(words) }),
                Block::Paragraph(words) => (false, Part::Paragraph { text: lines(words) }),
                Block::Table(table) => (table.landscape, of_table(table)),
                Block::Chart(chart) => {
                    let file = format!("chart-{}.svg", pictures.len());
                    pictures.push((file.clone(), chart_svg(chart, fonts)));
                    (false, Part::Chart { caption: chart.caption.clone(), file })
                }
                Block::PageBreak => (sections.last().is_some_and(|section| section.landscape), Part::PageBreak),
            };
            push(&mut sections, landscape, Some(part));
        }
        let signature = document.signature.as_ref();
        if signature.is_some() {
            push(&mut sections, false, None);
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
            signature: signature
                .map(|signature| Signature { name: signature.name.clone(), date: chinese_date(signature.date) }),
            pictures,
        }
    }
}

/// Adds to the last section, or to a new one where the page is to be turned; that begins on a page of its own anyway.
fn push(sections: &mut Vec<Section>, landscape: bool, part: Option<Part>) {
    match sections.last_mut() {
        Some(section) if section.landscape == landscape => section.parts.extend(part),
        last => {
            if let Some(Section { parts, .. }) = last {
                while parts.pop_if(|part| matches!(part, Part::PageBreak)).is_some() {}
            }
            sections.push(Section { landscape, parts: part.into_iter().collect() });
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
    let count = columns(table).max(1);
    let average = if table.landscape { ACROSS } else { UPRIGHT } / count;
    let size = SIZES.iter().find(|(from, _)| average >= *from).map_or("9", |(_, size)| *size);
    let given = table.widths.len() == count && table.widths.iter().all(|width| *width > 0);
    Part::Table {
        caption: table.caption.clone(),
        size,
        widths: if given { table.widths.iter().map(u32::to_string).collect() } else { vec!["1".to_owned(); count] },
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
