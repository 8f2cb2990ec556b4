//! Where a row stands in the file that was sent.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::platform::workbook::Position;

/// Where a row stands; shown as the number of its line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    line: u64,
    /// Of a workbook, which field stands in which column.
    columns: Option<Arc<Vec<(String, u32)>>>,
    /// Whether it is a row of a table, and no object by itself.
    #[serde(default)]
    is_of_table: bool,
    /// Of a row that goes over several lines, that of each of its values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<u64>,
}

impl Place {
    /// A line of a text, from 1.
    #[must_use]
    pub fn line(line: u64) -> Self {
        Self { line, columns: None, is_of_table: false, values: Vec::new() }
    }

    /// A line of a table that is a text, from 1.
    #[must_use]
    pub fn table_line(line: u64) -> Self {
        Self { is_of_table: true, ..Self::line(line) }
    }

    /// Lines of a text, from 1: the one on which it begins, and that of each of its values.
    #[must_use]
    pub fn lines(line: u64, values: Vec<u64>) -> Self {
        Self { values, ..Self::line(line) }
    }

    /// A row of a sheet, from 0; each of the fields has a pointer and a column.
    #[must_use]
    pub fn row(row: u32, columns: Arc<Vec<(String, u32)>>) -> Self {
        Self { columns: Some(columns), ..Self::table_line(u64::from(row) + 1) }
    }

    /// Whether it is a row of a table, and no object by itself.
    #[must_use]
    pub fn is_of_table(&self) -> bool {
        self.is_of_table
    }

    /// The line, or the row of a sheet, from 1.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.line
    }

    /// The line of a value, by the pointer into the row; none where the row does not go over several lines.
    #[must_use]
    pub fn line_of_value(&self, pointer: &str) -> Option<u64> {
        let position: usize = pointer.strip_prefix("/values/")?.split('/').next()?.parse().ok()?;
        self.values.get(position).copied()
    }

    /// The cell of a sheet in which a field stands, by the pointer into the row; none of a text.
    #[must_use]
    pub fn cell(&self, pointer: &str) -> Option<String> {
        let columns = self.columns.as_ref()?;
        let row = u32::try_from(self.line.checked_sub(1)?).ok()?;
        let found = columns.iter().find(|(field, _)| pointer == field || is_below(pointer, field));
        found.map(|(_, column)| Position { row, column: *column }.to_string())
    }
}

fn is_below(pointer: &str, field: &str) -> bool {
    pointer.strip_prefix(field).is_some_and(|rest| rest.starts_with('/'))
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.fmt(f)
    }
}
