//! Where the cells of a table stand, when some of them cover several rows and columns.

use super::model::{Cell, Table};

/// What stands at a place of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place<'a> {
    /// A cell that begins here.
    Cell(&'a Cell),
    /// What a cell of a row above covers: so many columns.
    Covered(u16),
    /// Nothing: the row says no more, and so many columns are left.
    Missing(u16),
}

/// How many columns a table has.
pub(super) fn columns(table: &Table) -> usize {
    let widest = |rows| lay_out(rows).iter().map(|row| row.iter().copied().map(width).sum()).max();
    widest(&table.head).max(widest(&table.rows)).unwrap_or(0).max(table.widths.len())
}

/// Rows whose places fill `columns`.
pub(super) fn filled(rows: &[Vec<Cell>], columns: usize) -> Vec<Vec<Place<'_>>> {
    let mut laid = lay_out(rows);
    for row in &mut laid {
        let left = columns.saturating_sub(row.iter().copied().map(width).sum());
        if let Some(left) = u16::try_from(left).ok().filter(|left| *left > 0) {
            row.push(Place::Missing(left));
        }
    }
    laid
}

/// How many columns a place takes.
pub(super) fn width(place: Place) -> usize {
    usize::from(match place {
        Place::Cell(cell) => cell.columns.max(1),
        Place::Covered(columns) | Place::Missing(columns) => columns,
    })
}

/// A cell of a row above that reaches down: where it begins, how wide it is, how many rows it still covers.
#[derive(Clone, Copy)]
struct Reaching {
    column: usize,
    columns: u16,
    rows: u16,
}

fn lay_out(rows: &[Vec<Cell>]) -> Vec<Vec<Place<'_>>> {
    let mut reaching: Vec<Reaching> = Vec::new();
    rows.iter()
        .map(|cells| {
            let mut row = Vec::new();
            let mut next = Vec::new();
            let mut column = 0;
            let mut above = std::mem::take(&mut reaching).into_iter().peekable();
            let mut cells = cells.iter().peekable();
            loop {
                // A cell that would run into one from above stands behind it.
                while let Some(one) = above
                    .next_if(|one| one.column <= column || cells.peek().is_none_or(|cell| overlaps(column, cell, one)))
                {
                    if let Some(gap) = u16::try_from(one.column.saturating_sub(column)).ok().filter(|gap| *gap > 0) {
                        row.push(Place::Missing(gap));
                    }
                    row.push(Place::Covered(one.columns));
                    column = one.column.max(column) + usize::from(one.columns);
                    next.extend((one.rows > 1).then(|| Reaching { rows: one.rows - 1, ..one }));
                }
                let Some(cell) = cells.next() else { break };
                row.push(Place::Cell(cell));
                let columns = cell.columns.max(1);
                next.extend((cell.rows > 1).then(|| Reaching { column, columns, rows: cell.rows - 1 }));
                column += usize::from(columns);
            }
            next.sort_by_key(|one: &Reaching| one.column);
            reaching = next;
            row
        })
        .collect()
}

fn overlaps(column: usize, cell: &Cell, above: &Reaching) -> bool {
    column + usize::from(cell.columns.max(1)) > above.column
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(columns: u16, rows: u16) -> Cell {
        Cell { columns, rows, ..Cell::text(format!("{columns}×{rows}")) }
    }

    fn drawn(rows: &[Vec<Cell>], columns: usize) -> Vec<String> {
        let drawn = |place: &Place| match place {
            Place::Cell(cell) => cell.plain(),
            Place::Covered(columns) => format!("^{columns}"),
            Place::Missing(columns) => format!("-{columns}"),
        };
        filled(rows, columns).iter().map(|row| row.iter().map(drawn).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn cells_stand_beside_what_reaches_down() {
        let rows = vec![
            vec![cell(1, 3), cell(2, 1), cell(1, 2)],
            vec![cell(1, 1), cell(1, 2)],
            vec![cell(1, 1)],
            vec![cell(1, 1)],
        ];
        let table = Table { rows, ..Table::default() };
        assert_eq!(columns(&table), 4);
        assert_eq!(drawn(&table.rows, 4), ["1×3 2×1 1×2", "^1 1×1 1×2 ^1", "^1 1×1 ^1 -1", "1×1 -3"]);
    }

    #[test]
    fn a_cell_never_runs_into_another() {
        let rows = vec![vec![cell(1, 1), cell(1, 2)], vec![cell(2, 1)]];
        assert_eq!(drawn(&rows, 4), ["1×1 1×2 -2", "-1 ^1 2×1"]);
    }
}
