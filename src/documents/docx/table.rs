//! Tables: with borders, cells that cover others, and a head that each page repeats.

use super::super::fit::{Fitted, fitted};
use super::super::grid::{Place, columns, filled, width};
use super::super::markup::Markup;
use super::super::model::{Align, Cell, Table};
use super::words::{Manner, paragraph, run};

/// The styles of text in a table, by its size in tenths of points.
const STYLES: [(u32, &str); 4] =
    [(120, "TableText"), (105, "TableTextSmall"), (90, "TableTextSmaller"), (0, "TableTextSmallest")];

/// Writes a table over the whole width of the text.
pub(super) fn write(markup: &mut Markup, table: &Table, text_width: u32) {
    let columns = columns(table);
    if columns == 0 {
        return;
    }
    let Fitted { size, widths } = fitted(table, text_width);
    let style = STYLES.into_iter().find(|(from, _)| size >= *from).map_or("TableText", |(_, style)| style);
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
