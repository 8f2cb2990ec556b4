//! How the sheets look that people fill in and read: fonts, colours, heights, paper.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Formula, Worksheet, XlsxError};
use unicode_width::UnicodeWidthStr;

const FONT: &str = "宋体";
const HEAD: Color = Color::RGB(0x00D9_E2F3);
const LOCKED: Color = Color::RGB(0x00F2_F2F2);
const GREY: Color = Color::RGB(0x0059_5959);
const RED: Color = Color::RGB(0x00C0_0000);
const A4: u8 = 9;

/// The height of a line of text, in points.
pub const LINE_HEIGHT: u32 = 16;

/// What has to be filled in.
pub const REQUIRED: Color = Color::RGB(0x00FF_F2CC);

/// What is wrong.
pub const WRONG: Color = Color::RGB(0x00FF_9999);

fn plain() -> Format {
    Format::new().set_font_name(FONT).set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

/// A cell of a table.
#[must_use]
pub fn bordered() -> Format {
    plain().set_border(FormatBorder::Thin).set_text_wrap()
}

/// What a sheet is called.
#[must_use]
pub fn title() -> Format {
    plain().set_font_size(16).set_bold().set_align(FormatAlign::Center)
}

/// What a part of it is called.
#[must_use]
pub fn heading() -> Format {
    plain().set_font_size(12).set_bold()
}

/// Running text.
#[must_use]
pub fn line() -> Format {
    plain().set_text_wrap()
}

/// Running text that is less important.
#[must_use]
pub fn hint() -> Format {
    plain().set_font_color(GREY).set_text_wrap()
}

/// The head of a column.
#[must_use]
pub fn head() -> Format {
    bordered().set_bold().set_background_color(HEAD).set_align(FormatAlign::Center)
}

/// The head of a column that has to be filled in.
#[must_use]
pub fn required_head() -> Format {
    head().set_background_color(REQUIRED)
}

/// A text that is not changed.
#[must_use]
pub fn label() -> Format {
    bordered().set_background_color(LOCKED)
}

/// The same, in the middle of its cell.
#[must_use]
pub fn centred() -> Format {
    label().set_align(FormatAlign::Center)
}

/// The same, less important.
#[must_use]
pub fn pale() -> Format {
    label().set_font_color(GREY)
}

/// What is said of something that is wrong.
#[must_use]
pub fn problem() -> Format {
    bordered().set_font_color(RED)
}

/// What stands in a cell that goes back where no cell can say what was sent: an error, which nothing is taken for.
#[must_use]
pub fn not_available() -> Formula {
    Formula::new("=NA()").set_result("#N/A")
}

/// How many lines a text takes in a column of a width. Chinese is a little wider than the width says.
#[must_use]
pub fn lines_of(text: &str, width: usize) -> u32 {
    let per_line = (width * 9 / 10).max(1);
    let lines: usize = text.lines().map(|line| line.width().div_ceil(per_line).max(1)).sum();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// Gives a row the height of so many lines of text.
///
/// # Errors
/// Where there is no such row.
pub fn set_lines(sheet: &mut Worksheet, row: u32, lines: u32) -> Result<(), XlsxError> {
    // A row is at most 409 points high.
    sheet.set_row_height(row, lines.clamp(1, 24) * LINE_HEIGHT + 4)?;
    Ok(())
}

/// Prints a sheet on pages of A4, as wide as it is.
pub fn print_as_a4(sheet: &mut Worksheet, landscape: bool) {
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_print_center_horizontally(true);
    sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3).set_footer("&C第 &P 页，共 &N 页");
    if landscape {
        sheet.set_landscape();
    }
}
