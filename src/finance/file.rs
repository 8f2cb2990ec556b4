//! Files of finance: one input a row, as it is sent singly; the fields are columns.

use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::platform::error::{Result, Violation};
use crate::platform::rows::{self, Column, FileRow, Place};

/// A row of a file, as far as it can be understood by itself.
#[derive(Debug)]
pub(super) struct Row<T> {
    /// Where it stands in the file.
    pub place: Place,
    /// What it says, or everything that is wrong with how it says it.
    pub content: Result<T, Vec<Violation>>,
}

/// What a row has to be: an input as it is sent singly, which says by itself what is wrong with it.
pub(super) trait Input: DeserializeOwned + ToSchema + 'static {
    /// What it means.
    type Content;

    /// Its fields, as columns; the first is the key.
    fn columns() -> Vec<Column>;

    /// What it means, or everything that is wrong with it.
    fn into_content(self) -> Result<Self::Content, Vec<Violation>>;
}

/// Reads a file. An empty cell is absent.
///
/// # Errors
/// As of [`rows::read`].
pub(super) fn read<T: Input>(media_type: &str, bytes: &[u8]) -> Result<Vec<Row<T::Content>>> {
    let row = |row: FileRow| Row { content: row.parse::<T>().and_then(T::into_content), place: row.place };
    rows::read(media_type, bytes, &T::columns(), row)
}
