//! The heads of the columns that are filled in. A value is only taken for what people saw above it, and so the hidden sheet
//! says what was written there.

use std::ops::RangeInclusive;

use super::layout::{Block, Grid, Layout, Place, Spot, column};
use super::words;
use crate::catalogue::Period;

/// The head of the notes.
pub(super) const NOTES: &str = "备注（可不填）";

/// The head of the explanations.
pub(super) const EXPLANATIONS: &str = "请在此说明原因（没有的不填）";

/// What stands above cells of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub spot: Spot,
    /// The rows of the cells below it.
    pub rows: RangeInclusive<u32>,
}

impl Head {
    fn new(row: u32, column: u16, label: &str, rows: &RangeInclusive<u32>) -> Self {
        let spot = Spot { place: Place::new(row, column), key: key_of(row), label: label.to_owned() };
        Self { spot, rows: rows.clone() }
    }

    /// Whether it says what is filled in at a place.
    pub fn is_above(&self, place: Place) -> bool {
        self.spot.place.column == place.column && self.rows.contains(&place.row)
    }
}

/// How a row of heads is known again.
pub(super) fn key_of(row: u32) -> String {
    format!("head:{row}")
}

/// The heads of all columns that are read.
pub(super) fn heads(layout: &Layout<'_>, period: Period) -> Vec<Head> {
    let current = words::current_head(period);
    let mut heads = Vec::new();
    for block in &layout.blocks {
        match block {
            Block::Table { head, lines } => {
                let Some(rows) = span(lines.iter().map(|line| line.row)) else { continue };
                heads.push(Head::new(*head, column::VALUE, &current, &rows));
                heads.push(Head::new(*head, column::NOTE, NOTES, &rows));
            }
            Block::Grid(grid) => add_grid(&mut heads, grid, &current),
            Block::Explanations { head, lines } => {
                let Some(rows) = span(lines.iter().map(|(row, _)| *row)) else { continue };
                heads.push(Head::new(*head, column::NOTE, EXPLANATIONS, &rows));
            }
        }
    }
    heads
}

/// Above each value stand its option, and which period it is of.
fn add_grid(heads: &mut Vec<Head>, grid: &Grid<'_>, current: &str) {
    let Some(rows) = span(grid.rows.iter().map(|row| row.row)) else { return };
    for (label, previous) in grid.column_labels().iter().zip((column::GRID..).step_by(2)) {
        heads.push(Head::new(grid.head, previous + 1, label, &rows));
        heads.push(Head::new(grid.head + 1, previous + 1, current, &rows));
    }
}

fn span(rows: impl Iterator<Item = u32> + Clone) -> Option<RangeInclusive<u32>> {
    Some(rows.clone().min()?..=rows.max()?)
}
