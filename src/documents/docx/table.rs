//! Tables: with borders, cells that cover others, and a head that each page repeats.

use super::super::grid::{Place, columns, filled, width};
use super::super::markup::Markup;
use super::super::model::{Align, Cell, Table};
use super::words::{Manner, paragraph, run};

/// The styles of text in a table, by how wide its columns are on average, in twentieths of a point.
const STYLES: [(u32, &str); 3] = [(1_400, "TableText"), (850, "TableTextSmall"), (0, "TableTextSmallest")];

/// Writes a table over the whole width of the text.
pub(super) fn write(markup: &mut Markup, table: &Table, text_width: u32) {
    let columns = columns(table);
    if columns == 0 {
        return;
    }
    let widths = shares(&table.widths, columns, text_width);
    let average = u32::try_from(columns).map_or(0, |columns| text_width / columns);
    let style = STYLES.into_iter().find(|(from, _)| average >= *from).map_or("TableText", |(_, style)| style);
    let writer = Writer { widths: &widths, style };
    markup.within("w:tbl", &[], |markup| {
        properties(markup, text_width);
        markup.within("w:tblGrid", &[], |markup| {
            for width in &widths {
                markup.empty("w:gridCol", &[("w:w", width)]);
            }
        });
        writer.rows(markup, &filled(&table.head, columns), true);
        writer.rows(markup, &filled(&table.rows, columns), false);
    });
}

/// Divides a width as the table wants it, without losing anything.
fn shares(parts: &[u32], columns: usize, whole: u32) -> Vec<u32> {
    let parts: Vec<u64> = if parts.len() == columns && parts.iter().all(|part| *part > 0) {
        parts.iter().copied().map(u64::from).collect()
    } else {
        vec![1; columns]
    };
    let sum: u64 = parts.iter().sum::<u64>().max(1);
    let (mut so_far, mut given) = (0, 0);
    parts
        .into_iter()
        .map(|part| {
            so_far += part;
            let end = u32::try_from(u64::from(whole) * so_far / sum).unwrap_or(whole);
            end - std::mem::replace(&mut given, end)
        })
        .collect()
}

fn properties(markup: &mut Markup, text_width: u32) {
    markup.within("w:tblPr", &[], |markup| {
        markup.empty("w:tblW", &[("w:w", &text_width), ("w:type", &"dxa")]);
        markup.empty("w:jc", &[("w:val", &"center")]);
        markup.within("w:tblBorders", &[], |markup| {
            for side in ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"] {
                let line: [(&str, &dyn std::fmt::Display); 4] =
                    [("w:val", &"single"), ("w:sz", &4), ("w:space", &0), ("w:color", &"auto")];
                markup.empty(side, &line);
            }
        });
        markup.empty("w:tblLayout", &[("w:type", &"fixed")]);
        markup.within("w:tblCellMar", &[], |markup| {
            for (side, width) in [("w:top", 40), ("w:left", 80), ("w:bottom", 40), ("w:right", 80)] {
                markup.empty(side, &[("w:w", &width), ("w:type", &"dxa")]);
            }
        });
    });
}

struct Writer<'a> {
    widths: &'a [u32],
    style: &'static str,
}

impl Writer<'_> {
    fn rows(&self, markup: &mut Markup, rows: &[Vec<Place>], is_head: bool) {
        for row in rows {
            markup.within("w:tr", &[], |markup| {
                markup.within("w:trPr", &[], |markup| {
                    markup.empty("w:cantSplit", &[]);
                    if is_head {
                        markup.empty("w:tblHeader", &[]);
                    }
                });
                let mut column = 0;
                for place in row {
                    self.cell(markup, *place, column, is_head);
                    column += width(*place);
                }
            });
        }
    }

    fn cell(&self, markup: &mut Markup, place: Place, column: usize, is_head: bool) {
        let columns = width(place);
        let wide: u32 = self.widths.iter().skip(column).take(columns).sum();
        let merge = match place {
            Place::Cell(cell) => (cell.rows > 1).then_some("restart"),
            Place::Covered(_) => Some("continue"),
            Place::Missing(_) => None,
        };
        markup.within("w:tc", &[], |markup| {
            markup.within("w:tcPr", &[], |markup| {
                markup.empty("w:tcW", &[("w:w", &wide), ("w:type", &"dxa")]);
                if columns > 1 {
                    markup.empty("w:gridSpan", &[("w:val", &columns)]);
                }
                if let Some(merge) = merge {
                    markup.empty("w:vMerge", &[("w:val", &merge)]);
                }
                markup.empty("w:vAlign", &[("w:val", &"center")]);
            });
            match place {
                Place::Cell(cell) => self.text(markup, cell, is_head),
                Place::Covered(_) | Place::Missing(_) => paragraph(markup, Manner::of(self.style), |_| {}),
            }
        });
    }

    fn text(&self, markup: &mut Markup, cell: &Cell, is_head: bool) {
        let align = match cell.align {
            // What stands over a column stands over its middle.
            Align::Left if is_head => Some(Align::Centre),
            Align::Left => None,
            other => Some(other),
        };
        paragraph(markup, Manner { align, ..Manner::of(self.style) }, |markup| {
            for span in &cell.spans {
                run(markup, span.text(), cell.bold || is_head);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_add_up() {
        assert_eq!(shares(&[2, 1, 1], 3, 8845), [4422, 2211, 2212]);
        assert_eq!(shares(&[], 3, 10), [3, 3, 4]);
        assert_eq!(shares(&[1, 0], 2, 10), [5, 5]);
        assert_eq!(shares(&[u32::MAX, u32::MAX], 2, 10), [5, 5]);
    }
}
