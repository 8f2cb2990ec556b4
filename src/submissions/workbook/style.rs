//! How the cells look.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::catalogue::document::ValueType;

const FONT: &str = "宋体";
const HEAD: Color = Color::RGB(0x00D9_E2F3);
const LOCKED: Color = Color::RGB(0x00F2_F2F2);
const REQUIRED: Color = Color::RGB(0x00FF_F2CC);
const OPTIONAL: Color = Color::RGB(0x00E2_EFDA);
const WRONG: Color = Color::RGB(0x00FF_9999);
const GREY: Color = Color::RGB(0x0059_5959);
const RED: Color = Color::RGB(0x00C0_0000);

/// How a cell that is filled in is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Required,
    Optional,
    Wrong,
}

fn plain() -> Format {
    Format::new().set_font_name(FONT).set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

fn bordered() -> Format {
    plain().set_border(FormatBorder::Thin).set_text_wrap()
}

pub(super) fn title() -> Format {
    plain().set_font_size(16).set_bold().set_align(FormatAlign::Center)
}

pub(super) fn heading() -> Format {
    plain().set_font_size(12).set_bold()
}

pub(super) fn line() -> Format {
    plain().set_text_wrap()
}

pub(super) fn hint() -> Format {
    plain().set_font_color(GREY).set_text_wrap()
}

pub(super) fn head() -> Format {
    bordered().set_bold().set_background_color(HEAD).set_align(FormatAlign::Center)
}

/// A text that is not changed.
pub(super) fn label() -> Format {
    bordered().set_background_color(LOCKED)
}

pub(super) fn centred() -> Format {
    label().set_align(FormatAlign::Center)
}

pub(super) fn number() -> Format {
    label().set_align(FormatAlign::Center)
}

/// A value that is not changed.
pub(super) fn shown(value_type: ValueType) -> Format {
    aligned(label().set_font_color(GREY), value_type)
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

pub(super) fn problem() -> Format {
    bordered().set_font_color(RED)
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
