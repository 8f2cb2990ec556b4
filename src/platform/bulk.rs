//! What becomes of the rows of a file that is imported.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AppError, Code, Result, Violation, ViolationBody, ViolationCode};
use super::message::{Language, Message};
use super::rows::Place;
use crate::say;

/// The most violations of a file that are told in one answer.
const MAX_TOLD: usize = 10_000;

/// What became of a file: how many rows had which effect, and which were refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Rows that made something new.
    pub created: usize,
    /// Rows that changed something.
    pub updated: usize,
    /// Rows that say what is so already.
    pub unchanged: usize,
    /// Rows that had no effect because they violate rules.
    pub rejected: Vec<Rejected>,
}

/// A row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Position among the rows of the file, from 0.
    pub index: usize,
    /// Where it stands in the file.
    pub place: Place,
    /// Everything that is wrong with it; the pointers are within the row.
    pub violations: Vec<Violation>,
}

impl Outcome {
    /// The outcome where it may stand: of an atomic import only one without refused rows.
    ///
    /// # Errors
    /// 422 with everything that is wrong, at `/ROW/FIELD`.
    pub fn settle(self, atomic: bool) -> Result<Self> {
        if !atomic || self.rejected.is_empty() {
            return Ok(self);
        }
        let rows = self.rejected.len();
        let mut violations: Vec<Violation> =
            self.rejected.into_iter().flat_map(Rejected::within_file).take(MAX_TOLD + 1).collect();
        if violations.len() > MAX_TOLD {
            violations.truncate(MAX_TOLD);
            let message = say!(
                "共 {rows} 行有问题，此处只列出前 {MAX_TOLD} 处",
                "{rows} rows are wrong; the first {MAX_TOLD} faults are named here"
            );
            violations.push(Violation::new("", ViolationCode::OutOfRange, message));
        }
        Err(AppError::invalid(violations))
    }
}

impl Rejected {
    /// What is wrong with it, as it is told of the whole file.
    pub(super) fn within_file(self) -> impl Iterator<Item = Violation> {
        let Self { index, place, violations } = self;
        violations.into_iter().map(move |violation| {
            let violation = located(violation, &place);
            let message = if let Some(cell) = &violation.cell {
                let Message { zh, en } = &violation.message;
                let (zh, en) = (format!("单元格 {cell}：{zh}"), format!("Cell {cell}: {en}"));
                Message { zh: zh.into(), en: en.into() }
            } else {
                let line = place.line_of_value(&violation.pointer).unwrap_or_else(|| place.number());
                on_line(&violation.message, line)
            };
            Violation { message, ..violation }.below(&format!("/{index}"))
        })
    }
}

/// A violation with the cell in which it lies, where the file has cells.
fn located(violation: Violation, place: &Place) -> Violation {
    match place.cell(&violation.pointer) {
        Some(cell) if violation.cell.is_none() => violation.at_cell(cell),
        _ => violation,
    }
}

/// A violation with its line, where its row says only on which line it begins.
fn with_line(violation: Violation, place: &Place) -> Violation {
    match place.line_of_value(&violation.pointer) {
        Some(line) => Violation { message: on_line(&violation.message, line), ..violation },
        None => violation,
    }
}

fn on_line(Message { zh, en }: &Message, line: u64) -> Message {
    Message { zh: format!("第 {line} 行：{zh}").into(), en: format!("Line {line}: {en}").into() }
}

/// What a single request would have been answered, as violations of its row.
#[must_use]
pub fn as_violations(error: AppError) -> Vec<Violation> {
    let code = match error.code() {
        Code::ValidationFailed => {
            // What a single request has in its address, a row has in its fields.
            let in_row = |violation: Violation| Violation { pointer: violation.pointer.replace('?', "/"), ..violation };
            return error.into_violations().unwrap_or_default().into_iter().map(in_row).collect();
        }
        Code::NotFound => ViolationCode::UnknownReference,
        Code::Forbidden | Code::FourEyes => ViolationCode::NotAllowed,
        _ => ViolationCode::StateForbids,
    };
    vec![Violation::new("", code, error.message())]
}

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// Rows that made something new.
    #[schema(example = 3)]
    created: usize,
    /// Rows that changed something.
    #[schema(example = 1)]
    updated: usize,
    /// Rows that say what is so already.
    #[schema(example = 119)]
    unchanged: usize,
    /// Rows that had no effect because they violate rules; none where the import is atomic.
    rejected: Vec<RejectedRow>,
}

/// A row that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedRow {
    /// Position among the rows of the file, from 0.
    #[schema(example = 4)]
    index: usize,
    /// Line of the file on which it begins, or row of the sheet, from 1.
    #[schema(example = 6)]
    line: u64,
    /// Everything that is wrong with it; the pointers are within the row.
    violations: Vec<ViolationBody>,
}

impl ImportReport {
    /// The outcome in the caller's language.
    #[must_use]
    pub fn of(outcome: &Outcome, language: Language) -> Self {
        let body = |rejected: &Rejected| RejectedRow {
            index: rejected.index,
            line: rejected.place.number(),
            violations: rejected
                .violations
                .iter()
                .map(|violation| located(with_line(violation.clone(), &rejected.place), &rejected.place).body(language))
                .collect(),
        };
        Self {
            created: outcome.created,
            updated: outcome.updated,
            unchanged: outcome.unchanged,
            rejected: outcome.rejected.iter().map(body).collect(),
        }
    }
}
