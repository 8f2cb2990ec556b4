//! A table that goes back to whoever sent it: what stood in its cells, and what is wrong with them.

use chrono::{Datelike, NaiveTime};
use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::names::cut;
use super::problems::mark;
use super::write::{TableWriter, exact, failed};
use super::{Value, look};
use crate::platform::error::Result;
use crate::platform::rows::{Column, Kind};

/// The longest text that a spreadsheet takes; a file may have a longer one.
const LONGEST_TEXT: usize = 32_767;

/// The number behind the last day, 9999-12-31.
const LAST_DAY: f64 = 2_958_466.0;

const PERCENT: &str = "0.00##%";
const DAY: &str = "yyyy-mm-dd";
const MOMENT: &str = "yyyy-mm-dd hh:mm:ss";
const DURATION: &str = "[h]:mm:ss";

/// A cell that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What it held; none of one that is empty.
    pub value: Option<Value>,
    /// Whether it showed its number per cent.
    pub is_percentage: bool,
    /// With how many digits it showed its number, where with zeros before it.
    pub digits: Option<usize>,
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
            Some(Value::Number(number)) => {
                let digits = self.digits.unwrap_or_default();
                format!("{:0>digits$}", number.to_string())
            }
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

    /// Adds a row as it was sent: a cell for each column, and others behind them, by their columns. Sent again it means the
    /// same, and what was refused still is: what no cell can say is an error.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn sent_row(&mut self, cells: &[Sent], beside: &[(u16, Sent)]) -> Result<()> {
        let Self { workbook, columns, formats, next, .. } = self;
        let sheet = workbook.worksheet_from_index(0).map_err(failed)?;
        for (at, (sent, (column, format))) in (0..).zip(cells.iter().zip(columns.iter().zip(formats.iter()))) {
            write(sheet, (*next, at), sent, (column, format)).map_err(failed)?;
        }
        let (nameless, plain) = (Column::text("", ""), Format::new());
        for (at, sent) in beside {
            write(sheet, (*next, *at), sent, (&nameless, &plain)).map_err(failed)?;
        }
        *next += 1;
        Ok(())
    }
}

/// The format in which a value stays what it is, where it is not that of its column.
fn own_format(sent: &Sent, column: &Column) -> Option<&'static str> {
    match &sent.value {
        Some(Value::Text(_) | Value::Number(_)) if sent.is_percentage => Some(PERCENT),
        // A number would become a day; 1.5 would look like a whole 2.
        Some(Value::Number(number)) => match column.kind {
            Kind::Date => Some("General"),
            Kind::Whole if number.normalize().scale() > 0 => Some("General"),
            _ => None,
        },
        Some(Value::Imprecise(_)) if column.kind == Kind::Date => Some("General"),
        Some(Value::Date(moment)) if moment.time() == NaiveTime::MIN => Some(DAY),
        Some(Value::Date(_)) => Some(MOMENT),
        // In the format of a day it is none by itself, and a day that is written there instead is one.
        Some(Value::Time(number)) if column.kind == Kind::Date && is_no_day(number) => None,
        Some(Value::Time(_)) => Some(DURATION),
        _ => None,
    }
}

/// Whether a number is none of those that stand for days.
fn is_no_day(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(|number| !(1.0..LAST_DAY).contains(&number))
}

fn write(
    sheet: &mut Worksheet,
    place: (u32, u16),
    sent: &Sent,
    (column, format): (&Column, &Format),
) -> Result<(), XlsxError> {
    let (row, at) = place;
    let is_blank = sent.value.is_none() && sent.complaint.is_none();
    if is_blank {
        return Ok(());
    }
    let zeros = sent.digits.filter(|_| column.kind == Kind::Text).map(|digits| "0".repeat(digits));
    let shown = own_format(sent, column).or(zeros.as_deref());
    let mut own = shown.map(|shown| format.clone().set_num_format(shown));
    if sent.complaint.is_some() {
        own = Some(own.unwrap_or_else(|| format.clone()).set_background_color(look::WRONG));
    }
    let format = own.as_ref().unwrap_or(format);
    if let Some(complaint) = &sent.complaint {
        mark(sheet, place, complaint)?;
    }
    let double = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let lost =
        |sheet: &mut Worksheet| sheet.write_formula_with_format(row, at, look::not_available(), format).map(|_| ());
    match &sent.value {
        None => sheet.write_blank(row, at, format)?,
        Some(Value::Text(text)) => sheet.write_string_with_format(row, at, cut(text, LONGEST_TEXT), format)?,
        Some(Value::Number(number)) => match exact(*number) {
            Some(double) => sheet.write_number_with_format(row, at, double, format)?,
            None => sheet.write_string_with_format(row, at, number.to_string(), format)?,
        },
        Some(Value::Boolean(boolean)) => sheet.write_boolean_with_format(row, at, *boolean, format)?,
        Some(Value::Date(moment)) if (1900..=9999).contains(&moment.year()) => {
            sheet.write_datetime_with_format(row, at, moment, format)?
        }
        // Before there are numbers for days.
        Some(Value::Date(moment)) if column.kind == Kind::Date && moment.time() == NaiveTime::MIN => {
            sheet.write_string_with_format(row, at, moment.date().to_string(), format)?
        }
        Some(Value::Imprecise(text) | Value::Time(text)) => match double(text) {
            Some(double) => sheet.write_number_with_format(row, at, double, format)?,
            None => return lost(sheet),
        },
        Some(Value::Empty | Value::Error(_) | Value::Date(_)) => return lost(sheet),
    };
    Ok(())
}
