//! How the cells look.

use rust_xlsxwriter::{Color, Format, FormatAlign};

use crate::catalogue::document::ValueType;
use crate::platform::workbook::look::{REQUIRED, WRONG, bordered, pale};

const OPTIONAL: Color = Color::RGB(0x00E2_EFDA);

/// How a cell that is filled in is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Required,
    Optional,
    Wrong,
}

/// A value that is not changed.
pub(super) fn shown(value_type: ValueType) -> Format {
    aligned(pale(), value_type)
}

/// A value that is filled in.
pub(super) fn input(value_type: ValueType, mark: Mark) -> Format {
    let format = aligned(bordered().set_background_color(colour(mark)).set_unlocked(), value_type);
    // What is wrong is shown as it is: 1.5 as a whole number would look like 2.
    match (mark, value_type) {
        (Mark::Wrong, ValueType::Count | ValueType::Amount) => format.set_num_format("General"),
        _ => format,
    }
}

/// A text that is filled in. As its format is that of a text, what begins like a formula is none.
pub(super) fn input_text(mark: Mark) -> Format {
    input(ValueType::Text, mark)
}

fn colour(mark: Mark) -> Color {
    match mark {
        Mark::Required => REQUIRED,
        Mark::Optional => OPTIONAL,
        Mark::Wrong => WRONG,
    }
}

fn aligned(format: Format, value_type: ValueType) -> Format {
    let align = match value_type {
        ValueType::Count | ValueType::Quantity | ValueType::Amount | ValueType::Ratio => FormatAlign::Right,
        ValueType::Boolean | ValueType::Choice | ValueType::Date => FormatAlign::Center,
        ValueType::Text => FormatAlign::Left,
    };
    match number_format(value_type) {
        Some(number_format) => format.set_align(align).set_num_format(number_format),
        None => format.set_align(align),
    }
}

fn number_format(value_type: ValueType) -> Option<&'static str> {
    match value_type {
        ValueType::Count => Some("#,##0"),
        ValueType::Amount => Some("#,##0.00"),
        // As many digits as are kept.
        ValueType::Ratio => Some("0.00##%"),
        ValueType::Date => Some("yyyy-mm-dd"),
        // Choices stay as they are written as well: an option may look like a number or a date.
        ValueType::Text | ValueType::Choice => Some("@"),
        // Whole numbers would be shown with a point behind them.
        ValueType::Quantity | ValueType::Boolean => None,
    }
}
