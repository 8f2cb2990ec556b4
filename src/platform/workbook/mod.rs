//! Workbooks (`.xlsx`) as people send them, and as they are sent to people.
//!
//! A file may be hostile. It is looked at as a whole before any parser sees it (`guard`), and its cells are then read one
//! after the other, so that memory grows neither with its announced dimensions nor with its length. Macros are never looked
//! at; what a formula says neither: only what it came to.

mod again;
mod cell;
mod guard;
pub mod guide;
pub mod look;
mod names;
mod offers;
pub mod problems;
mod scan;
#[cfg(test)]
mod tests;
mod words;
mod write;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxCellReader};

pub use self::again::Sent;
pub use self::cell::{Area, Cell, NoPosition, Position, Value, column_name};
pub use self::names::{cut, unique};
pub use self::write::{Datum, TableWriter, exact};
use super::error::{AppError, Code, Result};
use crate::say;

/// How often the cells of a sheet may be gone through, on the average.
const READINGS: usize = 4;

/// What spreadsheets show of a number.
const MOST_DIGITS: usize = 30;

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How large a workbook may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes that it may inflate to.
    pub inflated: u64,
    /// The most parts.
    pub entries: usize,
    /// The most cells of a sheet that are not empty.
    pub cells: usize,
    /// The most text of cells that is read, in bytes: many may name the same long one.
    pub text: usize,
}

/// How much may still be read of a workbook, whatever is read how often: several sheets may lie in one part of the file.
struct Budget {
    /// Cells, also empty ones.
    cells: usize,
    /// Bytes of text.
    text: usize,
}

impl Limits {
    /// For a workbook that people fill in.
    pub const FORM: Self = Self { inflated: 32 * 1024 * 1024, entries: 500, cells: 200_000, text: 32 * 1024 * 1024 };
    /// For a table of 100,000 rows.
    pub const TABLE: Self =
        Self { inflated: 160 * 1024 * 1024, entries: 2_000, cells: 4_000_000, text: 160 * 1024 * 1024 };
}

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NoWorkbook,
    Damaged,
    Encrypted,
    Encoding,
    Declaration,
    TooMuch,
    Unsupported(&'static str),
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        let (code, detail) = match refusal {
            Refusal::NoWorkbook => {
                (Code::MalformedRequest, say!("不是 Excel 工作簿（.xlsx）", "This is no Excel workbook (.xlsx)"))
            }
            Refusal::Damaged => (
                Code::MalformedRequest,
                say!(
                    "工作簿已损坏或不完整，请重新保存后再上传",
                    "The workbook is damaged or incomplete; save it again"
                ),
            ),
            Refusal::Encrypted => (
                Code::MalformedRequest,
                say!("工作簿设有打开密码，请取消密码后再上传", "The workbook has a password; save it without one"),
            ),
            Refusal::Encoding => {
                (Code::MalformedRequest, say!("工作簿的编码不是 UTF-8", "The parts of the workbook are not in UTF-8"))
            }
            Refusal::Declaration => (
                Code::MalformedRequest,
                say!("工作簿含有不允许的 XML 声明", "The workbook has XML declarations that are not allowed"),
            ),
            Refusal::TooMuch => {
                (Code::PayloadTooLarge, say!("工作簿展开后过大", "The workbook is too large when it is unpacked"))
            }
            Refusal::Unsupported(kind) => (
                Code::UnsupportedMediaType,
                say!("不支持 {kind} 文件，请另存为 Excel 工作簿（.xlsx）", "{kind} is not supported; save it as .xlsx"),
            ),
        };
        Self::new(code).detail(detail)
    }
}

/// A workbook that was looked at and found harmless.
pub struct Workbook<'b> {
    parsed: Xlsx<Cursor<&'b [u8]>>,
    sheets: Vec<Sheet>,
    limits: Limits,
    budget: Budget,
    has_merged: bool,
}

/// A sheet of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether people see it.
    pub is_visible: bool,
}

/// Reads a workbook. It is long work, of a blocking kind.
///
/// # Errors
/// [`Code::MalformedRequest`] where it is none, is damaged, or has a password; [`Code::PayloadTooLarge`] where it inflates to
/// more than it may; [`Code::UnsupportedMediaType`] where it is of another kind.
pub fn read(bytes: &[u8], limits: Limits) -> Result<Workbook<'_>> {
    let seen = guard::inspect(bytes, limits)?;
    let parsed = calmly(|| Xlsx::new(Cursor::new(bytes)).map_err(|_| Refusal::Damaged))?;
    let sheets = parsed.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets = sheets
        .map(|sheet| Sheet { name: sheet.name.clone(), is_visible: sheet.visible == SheetVisible::Visible })
        .collect();
    let budget = Budget { cells: READINGS * limits.cells, text: limits.text };
    Ok(Workbook { parsed, sheets, limits, budget, has_merged: seen.has_merged })
}

impl<'b> Workbook<'b> {
    /// The sheets of cells, in their order.
    #[must_use]
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// The cells of a sheet that are not empty, one after the other, as the file has them: by rows, and within a row by
    /// columns, where a spreadsheet program wrote it.
    ///
    /// # Errors
    /// Where there is no such sheet, or the file is damaged.
    pub fn cells<'w>(&'w mut self, sheet: &str) -> Result<Cells<'w, 'b>> {
        let Self { parsed, budget, limits, .. } = self;
        let reader = calmly(|| parsed.worksheet_cells_reader(sheet).map_err(|_| Refusal::Damaged))?;
        Ok(Cells { reader, left: limits.cells, budget })
    }

    /// All cells of a sheet that are not empty, by their positions: for a sheet that is small.
    ///
    /// # Errors
    /// As of [`Self::cells`]; also where a cell stands twice.
    pub fn grid(&mut self, sheet: &str) -> Result<BTreeMap<Position, Cell>> {
        let mut grid = BTreeMap::new();
        for cell in self.cells(sheet)? {
            let cell = cell?;
            if grid.insert(cell.position, cell).is_some() {
                return Err(Refusal::Damaged.into());
            }
        }
        Ok(grid)
    }

    /// The cells of a sheet that were made one.
    ///
    /// # Errors
    /// As of [`Self::cells`].
    pub fn merged(&mut self, sheet: &str) -> Result<Vec<Area>> {
        // To find none takes as long as to read the sheet.
        if !self.has_merged {
            return Ok(Vec::new());
        }
        let areas = calmly(|| self.parsed.merge_cells_by_sheet_name(sheet).map_err(|_| Refusal::Damaged))?;
        let position = |(row, column)| Position { row, column };
        Ok(areas.iter().map(|area| Area { first: position(area.start), last: position(area.end) }).collect())
    }

    /// The cells of a sheet whose numbers are shown as percentages: what people see as `85%` is the number 0.85.
    ///
    /// # Errors
    /// As of [`Self::cells`].
    pub fn percentages(&mut self, sheet: &str) -> Result<Vec<Position>> {
        let found = self.formatted(sheet, |format| is_percentage(format).then_some(()))?;
        Ok(found.into_iter().map(|(position, ())| position).collect())
    }

    /// The cells of a sheet whose numbers are shown with zeros before them, and with how many digits: what people see as `00123`
    /// is the number 123, with 5.
    ///
    /// # Errors
    /// As of [`Self::cells`].
    pub fn padded(&mut self, sheet: &str) -> Result<Vec<(Position, usize)>> {
        self.formatted(sheet, padding)
    }

    /// The cells of a sheet with a number format of a kind, and what that says.
    fn formatted<T>(&mut self, sheet: &str, told: fn(&str) -> Option<T>) -> Result<Vec<(Position, T)>> {
        let told = |style: &Style| told(&style.number_format.as_ref()?.format_code);
        let mut left = self.limits.cells;
        calmly(|| {
            let mut reader = self.parsed.worksheet_cells_reader(sheet).map_err(|_| Refusal::Damaged)?;
            let mut found = Vec::new();
            if !reader.styles().iter().any(|style| told(style).is_some()) {
                return Ok(found);
            }
            while let Some((row, column, style)) = reader.next_style_id().map_err(|_| Refusal::Damaged)? {
                left = left.checked_sub(1).ok_or(Refusal::TooMuch)?;
                found.extend(reader.styles().get(style).and_then(told).map(|told| (Position { row, column }, told)));
            }
            Ok(found)
        })
    }
}

/// Whether a number format shows per cent; what stands in quotation marks is shown as it is.
fn is_percentage(format: &str) -> bool {
    format.split('"').step_by(2).any(|code| code.replace("\\%", "").contains('%'))
}

/// With how many digits a number format shows a number at least, where there are several: `00000`.
fn padding(format: &str) -> Option<usize> {
    let whole = format.split(['.', ';']).next().unwrap_or_default();
    let digits = whole.chars().filter(|c| *c == '0').count();
    ((2..=MOST_DIGITS).contains(&digits) && !format.contains([',', 'h', 's', 'y', 'd'])).then_some(digits)
}

/// The cells of a sheet on their way.
pub struct Cells<'w, 'b> {
    reader: XlsxCellReader<'w, Cursor<&'b [u8]>>,
    left: usize,
    budget: &'w mut Budget,
}

impl Iterator for Cells<'_, '_> {
    type Item = Result<Cell>;

    fn next(&mut self) -> Option<Result<Cell>> {
        let next = calmly(|| {
            loop {
                let Some(cell) = self.reader.next_cell_with_formula_metadata().map_err(|_| Refusal::Damaged)? else {
                    return Ok(None);
                };
                self.budget.cells = self.budget.cells.checked_sub(1).ok_or(Refusal::TooMuch)?;
                let (row, column) = cell.pos;
                if row >= cell::MAX_ROWS || column >= cell::MAX_COLUMNS {
                    return Err(Refusal::Damaged);
                }
                let (value, is_formula) = (Value::of(&cell.value), cell.formula.is_some());
                // A formula that came to an empty text is an empty cell, and one that came to nothing was not computed.
                if value != Value::Empty || is_formula && cell.value == DataRef::Empty {
                    self.left = self.left.checked_sub(1).ok_or(Refusal::TooMuch)?;
                    if let Value::Text(text) = &value {
                        self.budget.text = self.budget.text.checked_sub(text.len()).ok_or(Refusal::TooMuch)?;
                    }
                    return Ok(Some(Cell { position: Position { row, column }, value, is_formula }));
                }
            }
        });
        next.transpose()
    }
}

/// The parser computes with what the file says, and may overflow: then the file is damaged.
fn calmly<T>(parse: impl FnOnce() -> Result<T, Refusal>) -> Result<T> {
    let parsed = catch_unwind(AssertUnwindSafe(parse)).unwrap_or(Err(Refusal::Damaged));
    parsed.map_err(AppError::from)
}
