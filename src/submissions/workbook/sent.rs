//! A workbook as somebody sent it.

use super::filling::CellId;
use super::layout::Place;
use super::locate::{Map, Page};
use crate::platform::error::Result;
use crate::platform::message::Message;
use crate::platform::workbook::{self, Limits, Value};
use crate::submissions::content::Dimensions;

/// What a workbook says.
pub(in crate::submissions) struct Sent {
    pub form: String,
    pub form_version: String,
    pub school: String,
    pub period: String,
    /// Name of the sheet that is filled in.
    pub sheet: String,
    pub cells: Vec<SentCell>,
    pub explanations: Vec<SentExplanation>,
    /// What stands where nothing is asked.
    pub stray: Vec<Found>,
}

/// What it says of a cell of the form.
pub(in crate::submissions) struct SentCell {
    pub indicator: String,
    pub dimensions: Dimensions,
    /// Name of its row.
    pub label: String,
    pub value: Found,
    pub note: Found,
}

/// What it says of a warning.
pub(in crate::submissions) struct SentExplanation {
    pub rule: String,
    pub text: Found,
}

/// Where something was looked for, and what was there.
#[derive(Debug, Clone)]
pub(in crate::submissions) struct Found {
    pub(super) place: Place,
    pub(super) held: Held,
}

/// What was found.
#[derive(Debug, Clone)]
pub(super) enum Held {
    Nothing,
    Value {
        value: Value,
        /// Whether it is shown per cent.
        is_percentage: bool,
    },
    /// It cannot be said what was meant by it: why, and what stood there, as far as anybody knows.
    Lost(Message, Option<Value>),
    /// The same, where that is said of another cell already.
    LostAsWell(Option<Value>),
}

impl Held {
    /// What stands in a cell, where it is not known what was meant by it; nothing where nothing does.
    pub(super) fn lost(self, message: Message) -> Self {
        match self {
            Self::Value { value, .. } => Self::Lost(message, Some(value)),
            held => held,
        }
    }

    /// The same, where that is said of another cell.
    pub(super) fn lost_as_well(self) -> Self {
        match self {
            Self::Value { value, .. } => Self::LostAsWell(Some(value)),
            Self::Lost(_, value) => Self::LostAsWell(value),
            held => held,
        }
    }
}

impl Sent {
    /// Reads a workbook. It is long work, of a blocking kind.
    ///
    /// # Errors
    /// Where it is no workbook; 422 where it is none of a form, naming what is missing.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut workbook = workbook::read(bytes, Limits::FORM)?;
        let map = Map::read(&mut workbook)?;
        let page = Page::read(&mut workbook, &map.sheet)?;
        let mut misnamed = page.misnamed(map.heads);
        let cells = map.cells.into_iter().map(|cell| {
            let (value, mut note) = (page.find(&cell.value), page.find(&cell.note));
            // What is wrong with a row is said once.
            if matches!(value.held, Held::Lost(..)) && matches!(note.held, Held::Lost(..)) {
                note.held = note.held.lost_as_well();
            }
            let (value, note) = (misnamed.judge(&cell.value, value), misnamed.judge(&cell.note, note));
            SentCell { indicator: cell.indicator, dimensions: cell.dimensions, label: cell.name, value, note }
        });
        let cells = cells.collect();
        let explanations = map.explanations.into_iter().map(|(rule, spot)| {
            let text = misnamed.judge(&spot, page.find(&spot));
            SentExplanation { rule, text }
        });
        Ok(Self {
            cells,
            explanations: explanations.collect(),
            stray: page.stray(),
            form: map.form,
            form_version: map.form_version,
            school: map.school,
            period: map.period,
            sheet: page.name,
        })
    }

    /// A place as people name it: `填报!D7`.
    pub(super) fn at(&self, place: Place) -> String {
        format!("{}!{place}", self.sheet)
    }
}

impl SentCell {
    pub fn id(&self) -> CellId {
        (self.indicator.clone(), self.dimensions.clone())
    }
}
