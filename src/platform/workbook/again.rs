//! A table that goes back to whoever sent it: what stood in its cells, and what is wrong with them.

use chrono::{Datelike, NaiveTime};
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::problems::mark;
use super::write::{TableWriter, exact, failed};
use super::{Value, look};
use crate::platform::error::Result;
use crate::platform::rows::{Column, Kind};

/// The longest text that a spreadsheet takes; a file may have a longer one.
const LONGEST_TEXT: usize = 32_767;

/// A cell that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What it held; none of one that is empty.
    pub value: Option<Value>,
    /// Whether its number was shown per cent.
    pub is_percentage: bool,
    /// What is wrong with it.
    pub complaint: Option<String>,
}

impl Sent {
    /// What people saw in it.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.value {
            None | Some(Value::Empty) => String::new(),
            Some(Value::Number(number)) if self.is_percentage => {
                format!("{}%", (number * Decimal::ONE_HUNDRED).normalize())
            }
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Boolean(boolean)) => if *boolean { "TRUE" } else { "FALSE" }.to_owned(),
            Some(Value::Date(moment)) if moment.time() == NaiveTime::MIN => moment.date().to_string(),
            Some(Value::Date(moment)) => moment.to_string(),
            Some(Value::Text(text) | Value::Imprecise(text) | Value::Time(text) | Value::Error(text)) => text.clone(),
        }
    }
}

impl TableWriter {
    /// Leaves rows empty until this one, from 0, where it was not written yet.
    pub fn skip_to(&mut self, row: u32) {
        self.next = self.next.max(row);
    }

    /// Adds a row as it was sent: a cell for each column. Sent again it means the same, and what was refused still is.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn sent_row(&mut self, cells: &[Sent]) -> Result<()> {
        let row = self.next;
        let columns = std::mem::take(&mut self.columns);
        let sheet = self.sheet()?;
        for (at, (sent, column)) in (0..).zip(cells.iter().zip(&columns)) {
            write(sheet, (row, at), sent, column).map_err(failed)?;
        }
        self.columns = columns;
        self.next += 1;
        Ok(())
    }
}

fn write(sheet: &mut Worksheet, place: (u32, u16), sent: &Sent, column: &Column) -> Result<(), XlsxError> {
    let (row, at) = place;
    let mut format = Format::new();
    if let Some(complaint) = &sent.complaint {
        format = format.set_background_color(look::WRONG);
        mark(sheet, place, complaint)?;
    }
    // The format is that of the value, not of the column: it must not become right by that.
    match &sent.value {
        Some(Value::Text(text)) => {
            let text: String = text.chars().take(LONGEST_TEXT).collect();
            sheet.write_string_with_format(row, at, text, &format.set_num_format("@"))?
        }
        Some(Value::Number(number)) => match (exact(*number), column.kind) {
            (Some(double), kind) => {
                let number_format = match kind {
                    _ if sent.is_percentage => "0.00##%",
                    Kind::Amount => "#,##0.00####",
                    _ => "General",
                };
                sheet.write_number_with_format(row, at, double, &format.set_num_format(number_format))?
            }
            (None, _) => sheet.write_string_with_format(row, at, number.to_string(), &format)?,
        },
        Some(Value::Boolean(boolean)) => sheet.write_boolean_with_format(row, at, *boolean, &format)?,
        Some(Value::Date(moment)) if (1900..=9999).contains(&moment.year()) => {
            let shown = if moment.time() == NaiveTime::MIN { "yyyy-mm-dd" } else { "yyyy-mm-dd hh:mm:ss" };
            sheet.write_datetime_with_format(row, at, moment, &format.set_num_format(shown))?
        }
        // No cell can say what these were, and another thing might be right.
        Some(Value::Empty | Value::Imprecise(_) | Value::Time(_) | Value::Error(_) | Value::Date(_)) | None => {
            if sent.complaint.is_none() {
                return Ok(());
            }
            sheet.write_blank(row, at, &format)?
        }
    };
    Ok(())
}
