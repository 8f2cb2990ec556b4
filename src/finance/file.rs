//! Files of finance: one input a row, as it is sent singly; the fields are columns.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::catalogue::boolean_word;
use crate::platform::error::{Result, Violation};
use crate::platform::rows;

/// A row of a file, as far as it can be understood by itself.
#[derive(Debug)]
pub(super) struct Row<T> {
    /// Line on which it begins, from 1.
    pub line: u64,
    /// What it says, or everything that is wrong with how it says it.
    pub content: Result<T, Vec<Violation>>,
}

/// The columns of a table: those of texts, of which the first is the key; of numbers; and of yes or no.
pub(super) struct Columns {
    pub texts: &'static [&'static str],
    pub numbers: &'static [&'static str],
    pub booleans: &'static [&'static str],
}

/// What a row has to be: an input as it is sent singly, which says by itself what is wrong with it.
pub(super) trait Input: DeserializeOwned + ToSchema + 'static {
    /// What it means.
    type Content;
    /// Its fields, as columns.
    const COLUMNS: Columns;

    /// What it means, or everything that is wrong with it.
    fn into_content(self) -> Result<Self::Content, Vec<Violation>>;
}

/// Reads a file. An empty cell is absent.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read<T: Input>(media_type: &str, bytes: &[u8]) -> Result<Vec<Row<T::Content>>> {
    let Columns { texts, numbers, booleans } = T::COLUMNS;
    let columns = [texts, numbers, booleans].concat();
    let row = |row: &rows::FileRow| Row { line: row.line, content: row.parse::<T>().and_then(T::into_content) };
    Ok(rows::read(media_type, bytes, &columns, |cells| object(&T::COLUMNS, cells))?.iter().map(row).collect())
}

/// What is neither yes nor no stays a text, and is refused as any other.
fn object(columns: &Columns, cells: &[(&str, &str)]) -> Value {
    let value = |name: &str, text: &str| {
        if columns.numbers.contains(&name) {
            rows::number(text)
        } else if columns.booleans.contains(&name) {
            boolean_word(text).map_or_else(|| text.into(), Value::Bool)
        } else {
            text.into()
        }
    };
    let cells = cells.iter().filter(|(_, text)| !text.is_empty());
    Value::Object(cells.map(|(name, text)| ((*name).to_owned(), value(name, text))).collect::<Map<_, _>>())
}
