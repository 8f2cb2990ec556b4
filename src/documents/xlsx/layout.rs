//! Where the cells of a table stand on a sheet, and how large columns and rows have to be. Spreadsheets do not fit the height
//! of merged cells to their text, so it is computed here.

use unicode_width::UnicodeWidthStr;

use crate::documents::fit;
use crate::documents::grid::{self, Place};
use crate::documents::model::{Cell, Table};

/// The width of a page within its margins, in characters.
const PORTRAIT: f64 = 92.0;
const LANDSCAPE: f64 = 138.0;

/// The narrowest and the widest column, in characters.
const NARROWEST: f64 = 4.5;
const WIDEST: f64 = 48.0;

/// Heights in points: a line of text, what is left above and below, and a line of the title.
const LINE: f64 = 13.5;
const PADDING: f64 = 8.0;
const TITLE_LINE: f64 = 26.0;

/// A cell at its place; none where a row leaves one out.
pub(super) struct Placed<'a> {
    pub row: u32,
    pub column: u16,
    pub last_row: u32,
    pub last_column: u16,
    pub cell: Option<&'a Cell>,
}

/// A table on a sheet.
pub(super) struct Layout<'a> {
    /// Rows above the head.
    pub title_rows: u32,
    pub cells: Vec<Placed<'a>>,
    /// Of all columns, in characters.
    pub widths: Vec<f64>,
    /// Of all rows, in points.
    pub heights: Vec<f64>,
}

impl<'a> Layout<'a> {
    pub(super) fn of(table: &'a Table) -> Self {
        let columns = grid::columns(table).max(1);
        let title_rows = u32::from(!table.caption.is_empty());
        let mut cells = place(&table.head, title_rows, columns);
        let head = count(table.head.len());
        cells.extend(place(&table.rows, title_rows + head, columns));
        let widths = widths(table, columns, &cells);
        let mut heights = vec![LINE + PADDING; table.head.len() + table.rows.len()];
        if title_rows > 0 {
            heights.insert(0, TITLE_LINE * number(lines(&table.caption, widths.iter().sum::<f64>() * 0.6)) + PADDING);
        }
        stretch(&mut heights, &cells, &widths);
        Self { title_rows, cells, widths, heights }
    }
}

/// A number that may be said to a spreadsheet; what is too large is refused there.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Puts cells where they stand, and blanks where a row says no more.
fn place(rows: &[Vec<Cell>], first: u32, columns: usize) -> Vec<Placed<'_>> {
    let mut placed = Vec::new();
    for (row, places) in grid::filled(rows, columns).into_iter().enumerate() {
        let below = rows.len() - row - 1;
        let row = first.saturating_add(count(row));
        let mut column = 0_u16;
        for place in places {
            let (cell, rows, width) = match place {
                Place::Cell(cell) => (Some(cell), count(usize::from(cell.rows.max(1)) - 1).min(count(below)), 1),
                Place::Missing(columns) => (None, 0, columns),
                Place::Covered(_) => (None, 0, 0),
            };
            let covered = cell.map_or(1, |cell| cell.columns.max(1));
            placed.extend((0..width).map(|each| Placed {
                row,
                column: column.saturating_add(each),
                last_row: row.saturating_add(rows),
                last_column: column.saturating_add(each).saturating_add(covered - 1),
                cell,
            }));
            column = column.saturating_add(u16::try_from(grid::width(place)).unwrap_or(u16::MAX));
        }
    }
    placed
}

/// Widths as the table says, or else as its texts need.
fn widths(table: &Table, columns: usize, cells: &[Placed<'_>]) -> Vec<f64> {
    let parts: u32 = table.widths.iter().sum();
    if table.widths.len() == columns && parts > 0 {
        let page = if table.landscape { LANDSCAPE } else { PORTRAIT };
        let wanted = |part: &u32| (page * f64::from(*part) / f64::from(parts)).max(NARROWEST);
        let mut widths: Vec<f64> = table.widths.iter().map(wanted).collect();
        // A number that has no room is not broken: it is not shown.
        for placed in cells.iter().filter(|placed| placed.column == placed.last_column) {
            let needed = placed.cell.map(fit::characters_of_number).unwrap_or_default();
            if let Some(width) = widths.get_mut(usize::from(placed.column)).filter(|_| needed > 0) {
                *width = width.max((number(needed) + 2.0).min(WIDEST));
            }
        }
        return widths;
    }
    let mut widths = vec![NARROWEST; columns];
    for placed in cells.iter().filter(|placed| placed.column == placed.last_column) {
        let text = placed.cell.map(Cell::plain).unwrap_or_default();
        let needed = text.lines().map(UnicodeWidthStr::width).max().unwrap_or_default();
        if let Some(width) = widths.get_mut(usize::from(placed.column)) {
            *width = width.max((number(needed) + 2.0).min(WIDEST));
        }
    }
    widths
}

/// How many lines a text takes; a Chinese character is as wide as two others.
fn lines(text: &str, width: f64) -> usize {
    // A line is broken before a character that does not fit any more, so that it is not quite used.
    let usable = (width - 1.5).max(2.0);
    let of_line = |line: &str| {
        let mut lines = 1_usize;
        let mut filled = 0.0;
        for character in line.chars() {
            let wide = number(unicode_width::UnicodeWidthChar::width(character).unwrap_or_default()) * 1.05;
            if filled + wide > usable {
                lines += 1;
                filled = 0.0;
            }
            filled += wide;
        }
        lines
    };
    text.lines().map(of_line).sum::<usize>().max(1)
}

/// Makes rows as high as their cells need. What a cell over several rows needs beyond them is added to the last.
fn stretch(heights: &mut [f64], cells: &[Placed<'_>], widths: &[f64]) {
    let needed = |placed: &Placed<'_>| {
        let covered = usize::from(placed.last_column - placed.column) + 1;
        let width: f64 = widths.iter().skip(usize::from(placed.column)).take(covered).sum();
        let text = placed.cell.map(Cell::plain).unwrap_or_default();
        number(lines(&text, width)) * LINE + PADDING
    };
    let (single, several): (Vec<&Placed<'_>>, Vec<&Placed<'_>>) =
        cells.iter().partition(|placed| placed.row == placed.last_row);
    for placed in single {
        if let Some(height) = heights.get_mut(index(placed.row)) {
            *height = height.max(needed(placed));
        }
    }
    for placed in several {
        let rows = index(placed.last_row - placed.row) + 1;
        let there: f64 = heights.iter().skip(index(placed.row)).take(rows).sum();
        if let Some(last) = heights.get_mut(index(placed.last_row)) {
            *last += (needed(placed) - there).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, and the places from and to which its cell reaches.
    type Reach = (String, (u32, u16), (u32, u16));

    fn placed(rows: &[Vec<Cell>], columns: usize) -> Vec<Reach> {
        let shown = |placed: &Placed<'_>| {
            let text = placed.cell.map_or_else(|| "·".to_owned(), Cell::plain);
            (text, (placed.row, placed.column), (placed.last_row, placed.last_column))
        };
        place(rows, 0, columns).iter().map(shown).collect()
    }

    #[test]
    fn every_place_of_the_table_has_a_cell_and_none_two() {
        let cell = |text: &str, columns, rows| Cell::text(text).over(columns, rows);
        let rows = [
            vec![cell("a", 1, 2), cell("b", 2, 1)],
            // Higher than the table.
            vec![cell("c", 1, 9), cell("d", 1, 1)],
            vec![cell("e", 1, 1)],
        ];
        let expected = [
            ("a", (0, 0), (1, 0)),
            ("b", (0, 1), (0, 2)),
            ("·", (0, 3), (0, 3)),
            ("c", (1, 1), (2, 1)),
            ("d", (1, 2), (1, 2)),
            ("·", (1, 3), (1, 3)),
            ("e", (2, 0), (2, 0)),
            ("·", (2, 2), (2, 2)),
            ("·", (2, 3), (2, 3)),
        ];
        let expected = expected.map(|(text, first, last)| (text.to_owned(), first, last));
        assert_eq!(placed(&rows, 4), expected);
    }

    #[test]
    fn rows_are_as_high_as_their_texts_need() {
        let table = Table {
            widths: vec![1, 1],
            rows: vec![vec![Cell::text("短"), Cell::text("很长的文字".repeat(20))], vec![Cell::text("一\n二\n三")]],
            ..Table::default()
        };
        let layout = Layout::of(&table);
        assert_eq!(layout.widths, [46.0, 46.0]);
        // 200 half widths in columns of 46, less what is left at their borders and ends.
        assert_eq!(layout.heights, [5.0 * LINE + PADDING, 3.0 * LINE + PADDING]);
    }
}
