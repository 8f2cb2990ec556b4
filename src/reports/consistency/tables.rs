//! Totals of tables.

use rust_decimal::Decimal;

use super::Found;
use crate::documents::{Block, Cell, Document, FindingKind, Table};
use crate::say;

const TOTALS: [&str; 3] = ["合计", "总计", "共计"];

/// What is in others of the rows as well.
const PARTIAL: [&str; 2] = ["小计", "其中"];

pub(super) fn check(document: &Document, found: &mut Vec<Found>) {
    for (block, content) in document.blocks.iter().enumerate() {
        if let Block::Table(table) = content {
            check_table(table, block, found);
        }
    }
}

fn check_table(table: &Table, block: usize, found: &mut Vec<Found>) {
    let totals: Vec<(usize, &Vec<Cell>)> = table.rows.iter().enumerate().filter(|(_, row)| is_total(row)).collect();
    // Rows of which some are in others are not added up, nor are those of which some have joined cells.
    let is_plain =
        |row: &Vec<Cell>| !starts(row, &PARTIAL) && row.iter().all(|cell| cell.columns == 1 && cell.rows == 1);
    let [(position, total)] = totals.as_slice() else { return };
    let rows: Vec<&Vec<Cell>> = table.rows.iter().filter(|row| !is_total(row)).collect();
    let is_at_edge = *position == 0 || *position + 1 == table.rows.len();
    if !is_at_edge || rows.len() < 2 || !rows.iter().all(|row| is_plain(row) && columns(row) == columns(total)) {
        return;
    }
    let mut column = 0;
    for (i, cell) in total.iter().enumerate() {
        let own = column;
        column += usize::from(cell.columns);
        let Some(number) = cell.number.filter(|_| cell.columns == 1 && is_added(cell)) else { continue };
        let parts: Option<Vec<Decimal>> = rows.iter().map(|row| row.get(own).and_then(|cell| cell.number)).collect();
        let Some(sum) = parts.map(|parts| parts.iter().sum::<Decimal>()) else { continue };
        if sum != number {
            let (sum, print) = (sum.normalize(), cell.plain());
            let message = say!("各行合计为 {sum}，不是 {print}", "The rows add up to {sum}, not to {print}");
            let place = format!("/blocks/{block}/rows/{position}/{i}");
            found.push(Found::new(FindingKind::Total, ((block, table.head.len() + position), &place), &print, message));
        }
    }
}

fn columns(row: &[Cell]) -> usize {
    row.iter().map(|cell| usize::from(cell.columns)).sum()
}

fn is_total(row: &[Cell]) -> bool {
    starts(row, &TOTALS)
}

fn starts(row: &[Cell], words: &[&str]) -> bool {
    let first = row.iter().map(Cell::plain).find(|text| !text.trim().is_empty()).unwrap_or_default();
    words.iter().any(|word| first.trim().replace([' ', '　'], "").starts_with(word))
}

/// Shares are not added up.
fn is_added(cell: &Cell) -> bool {
    !cell.format.as_deref().is_some_and(|format| format.contains('%'))
}
