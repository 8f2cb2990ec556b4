//! Official forms, read back out of the workbooks as which they are answered.

use std::io::Cursor;

use calamine::{Data, DataType, Dimensions, Range, Reader, Xlsx, open_workbook_from_rs};

use super::client::Client;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The one sheet of a workbook.
pub struct Form {
    range: Range<Data>,
    merged: Vec<Dimensions>,
}

impl Form {
    /// Asks for the form at a path.
    pub async fn get(client: &Client, path: &str) -> Self {
        let mut forms = Self::all(client, path).await;
        assert_eq!(forms.len(), 1);
        forms.remove(0).1
    }

    /// Asks for the forms at a path, by the names of their sheets.
    pub async fn all(client: &Client, path: &str) -> Vec<(String, Self)> {
        let answer = client.with("accept", XLSX).get(path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], XLSX);
        assert!(!answer.headers.contains_key("etag"), "the tag is of the JSON");
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(answer.bytes)).expect("a workbook");
        let names = book.sheet_names().clone();
        let read = |name: String| {
            let merged = book.merge_cells_by_sheet_name(&name).expect("merged cells");
            let formulas = book.worksheet_formula(&name).expect("a sheet");
            assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "nothing is a formula");
            let range = book.worksheet_range(&name).expect("a sheet");
            (name, Self { range, merged })
        };
        names.into_iter().map(read).collect()
    }

    /// The text at the top.
    pub fn title(&self) -> String {
        self.row(0).concat()
    }

    /// What stands in a row, without what is empty; numbers with their shortest digits.
    pub fn row(&self, row: u32) -> Vec<String> {
        let (_, last) = self.range.end().expect("cells");
        (0..=last).filter_map(|column| self.range.get_value((row, column))).filter_map(shown).collect()
    }

    /// All rows.
    pub fn all_rows(&self) -> Vec<Vec<String>> {
        let (last, _) = self.range.end().expect("cells");
        (0..=last).map(|row| self.row(row)).collect()
    }

    /// The row in which a text stands first, and its column.
    pub fn place(&self, text: &str) -> (u32, u32) {
        let found = self.range.used_cells().find(|(_, _, cell)| cell.as_string().as_deref() == Some(text));
        let (row, column, _) = found.unwrap_or_else(|| panic!("no “{text}” in {:?}", self.range));
        let (first_row, first_column) = self.range.start().expect("cells");
        (first_row + u32::try_from(row).expect("a row"), first_column + u32::try_from(column).expect("a column"))
    }

    /// The row in which a text stands first.
    pub fn row_of(&self, text: &str) -> Vec<String> {
        self.row(self.place(text).0)
    }

    /// The numbers in the row of a text; what is only text that looks like a number is none.
    pub fn numbers_of(&self, text: &str) -> Vec<f64> {
        let (row, _) = self.place(text);
        let (_, last) = self.range.end().expect("cells");
        (0..=last).filter_map(|column| self.range.get_value((row, column))?.get_float()).collect()
    }

    /// How many columns and rows the cell with a text covers.
    pub fn covers(&self, text: &str) -> (u32, u32) {
        let place = self.place(text);
        let merged = self.merged.iter().find(|merged| merged.start == place);
        merged.map_or((1, 1), |merged| (merged.end.1 - merged.start.1 + 1, merged.end.0 - merged.start.0 + 1))
    }
}

fn shown(cell: &Data) -> Option<String> {
    match cell {
        Data::Empty => None,
        Data::String(text) if text.is_empty() => None,
        Data::Float(number) => Some(number.to_string()),
        other => Some(other.to_string()),
    }
}
