//! What is wrong with a workbook that was sent: marked in its cells, and listed on a sheet.

use super::layout::Place;
use crate::platform::workbook::problems::Listed;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The cells that it concerns, in the workbook that is sent back.
    pub places: Vec<Place>,
    /// What the cell is about.
    pub about: String,
    /// What stood there.
    pub sent: String,
    pub message: String,
}

impl Problem {
    /// The same as it is listed: at the first of its cells.
    pub fn listed(&self) -> Listed {
        let Self { places, about, sent, message } = self;
        Listed::new(places.first().map(Place::to_string), about, sent, message)
    }
}
