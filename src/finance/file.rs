//! Files of finance: one input a row, as it is sent singly; the fields are columns.

use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::catalogue::Catalogue;
use crate::platform::error::{Result, Violation};
use crate::platform::rows::{Column, FileRow, Place};

/// The largest file, in bytes.
pub(super) const MAX_FILE: usize = 32 * 1024 * 1024;

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
    type Content: Send + 'static;

    /// Its fields, as columns with the choices that the catalogue has for them; the first is the key. An empty cell is absent.
    fn columns(catalogue: &Catalogue) -> Vec<Column>;

    /// What it means, or everything that is wrong with it.
    fn into_content(self) -> Result<Self::Content, Vec<Violation>>;
}

/// Understands a row.
pub(super) fn row<T: Input>(row: FileRow) -> Row<T::Content> {
    Row { content: row.parse::<T>().and_then(T::into_content), place: row.place }
}
