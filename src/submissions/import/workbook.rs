//! The workbook of a form on its way in: as a submission, or back to whoever sent it.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Seek};

use tokio::task::spawn_blocking;

use super::batch::{self, Intent};
use super::file::{FileRow, FileSubmission};
use super::{ImportParams, MAX_FILE};
use crate::app::App;
use crate::catalogue::{Catalogue, MAX_TEXT};
use crate::platform::access::Scope;
use crate::platform::bulk::{ImportReport, Outcome, Rejected};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::message::{Language, Message};
use crate::platform::reply::Reply;
use crate::platform::rows::Place;
use crate::platform::upload::Spool;
use crate::platform::workbook::XLSX;
use crate::say;
use crate::submissions::content::{Content, Explanation, RawCell};
use crate::submissions::desk::Desk;
use crate::submissions::findings::{self, Finding, Kind};
use crate::submissions::sheet::Sheet;
use crate::submissions::workbook::{About, Assignment, Complaint, Refused, Sent};

/// The largest workbook, in bytes. A form of 5,000 cells is a tenth of it.
const MAX_WORKBOOK: u64 = 16 * 1024 * 1024;

/// Rows of the hidden sheet.
const VERSION_ROW: u32 = 2;
const SCHOOL_ROW: u32 = 3;
const PERIOD_ROW: u32 = 4;

/// How the caller wants to be answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub language: Language,
    /// Whether a workbook that is refused comes back.
    pub as_workbook: bool,
}

/// What became of a workbook.
struct Taken {
    outcome: Outcome,
    /// Where it was refused.
    refused: Option<Refused>,
}

/// Takes a workbook, and answers what became of it.
pub(super) async fn import(
    app: &App,
    scope: &Scope,
    upload: Spool<MAX_FILE>,
    params: &ImportParams,
    intent: Intent,
    answer: Answer,
) -> Result<Reply> {
    let Spool { file, idempotency, .. } = upload;
    let sent = spawn_blocking(move || read(&file)).await.map_err(AppError::internal)??;
    let refusal = RefCell::new(None);
    let work = async |tx: &mut Tx| {
        refusal.replace(None);
        let Taken { outcome, refused } = take(tx, app, scope, &sent, intent).await?;
        let is_refused = refused.is_some();
        refusal.replace(refused);
        if is_refused && (params.atomic || answer.as_workbook) {
            let violations = outcome.rejected.into_iter().flat_map(|each| each.violations).collect();
            return Err(AppError::invalid(violations));
        }
        Reply::ok(&ImportReport::of(&outcome, answer.language))
    };
    let outcome = app.db.execute_unless(params.dry_run, scope, &idempotency, work).await;
    match (outcome, refusal.into_inner()) {
        (Err(error), Some(refused)) if answer.as_workbook && error.code() == Code::ValidationFailed => {
            let bytes = spawn_blocking(move || refused.annotated(&sent)).await.map_err(AppError::internal)??;
            Ok(Reply::refusal(XLSX, bytes))
        }
        (outcome, _) => outcome,
    }
}

/// Reads a workbook out of a file. It is long work, of a blocking kind.
fn read(mut file: &File) -> Result<Sent> {
    if file.metadata().map_err(AppError::internal)?.len() > MAX_WORKBOOK {
        let detail = say!("工作簿至多 {MAX_WORKBOOK} 字节", "A workbook has at most {MAX_WORKBOOK} bytes");
        return Err(AppError::new(Code::PayloadTooLarge).detail(detail));
    }
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).map_err(AppError::internal)?;
    Sent::read(&bytes)
}

/// Takes a workbook as the submission that it is, with the outcome that it would have as JSON; where it is refused nothing is
/// written.
async fn take(tx: &mut Tx, app: &App, scope: &Scope, sent: &Sent, intent: Intent) -> Result<Taken> {
    let catalogue = app.catalogues.current(tx, scope).await?;
    let sheet = Sheet::find(catalogue, &sent.form, &sent.period).map_err(in_map)?;
    let desk = sheet.desk_with_previous(tx, scope, &sent.school).await.map_err(in_map)?;
    let form = sheet.form()?;
    let refuse = |complaints| Ok(Taken::refused(sent, Assignment::of(sheet.clone(), &desk)?, complaints));
    if sent.form_version != form.version.to_string() {
        return refuse(vec![outdated(&sent.form_version, form.version)]);
    }
    let Typed { cells, explanations, mut complaints } = typed(&sheet.catalogue, sent);
    let content = match Content::read(&sheet.catalogue, form, cells.clone(), explanations.clone()) {
        Ok(content) => content,
        Err(violations) => {
            complaints.extend(violations.into_iter().map(|violation| complaint(violation, &explanations)));
            Content::default()
        }
    };
    if !complaints.is_empty() {
        return refuse(complaints);
    }
    let submission = FileSubmission { key: sheet.key(&sent.school), cells, explanations, is_textual: false };
    let row = FileRow { index: 0, place: Place::line(1), submission: Ok(submission) };
    let outcome = batch::import(tx, app, scope, vec![row], intent).await?;
    if outcome.rejected.is_empty() {
        return Ok(Taken { outcome, refused: None });
    }
    let violations = outcome.rejected.into_iter().flat_map(|rejected| rejected.violations);
    refuse(with_findings(&sheet, &desk, &content, violations.collect())?)
}

impl Taken {
    fn refused(sent: &Sent, assignment: Assignment, complaints: Vec<Complaint>) -> Self {
        let refused = Refused::new(assignment, complaints, sent);
        let rejected = Rejected { index: 0, place: Place::line(1), violations: refused.violations(sent) };
        Self { outcome: Outcome { rejected: vec![rejected], ..Outcome::default() }, refused: Some(refused) }
    }
}

/// What a single request has in its address, a workbook has in its hidden sheet.
fn in_map(error: AppError) -> AppError {
    let place = |pointer: &str| match pointer {
        "?school" => About::Map(SCHOOL_ROW).pointer(),
        "?period" => About::Map(PERIOD_ROW).pointer(),
        _ => String::new(),
    };
    match error.into_violations() {
        Ok(violations) => {
            let found = violations.into_iter();
            AppError::invalid(found.map(|each| Violation { pointer: place(&each.pointer), ..each }).collect())
        }
        Err(error) => error,
    }
}

fn outdated(sent: &str, current: i32) -> Complaint {
    let message = say!(
        "此工作簿按表单第 {sent} 版制作，现行的是第 {current} 版；请重新下载后填写",
        "This workbook was made for version {sent} of the form; version {current} is current, so download it again"
    );
    Complaint { about: About::Map(VERSION_ROW), code: ViolationCode::Inconsistent, message }
}

/// What a workbook says, as it would be sent as JSON: a cell for each of its own.
struct Typed {
    cells: Vec<RawCell>,
    explanations: Vec<Explanation>,
    complaints: Vec<Complaint>,
}

fn typed(catalogue: &Catalogue, sent: &Sent) -> Typed {
    let mut typed = Typed { cells: Vec::new(), explanations: Vec::new(), complaints: Vec::new() };
    for (i, cell) in sent.cells.iter().enumerate() {
        let value = match catalogue.indicator(&cell.indicator) {
            Some(indicator) => cell.value.value(indicator),
            // It is named when the form is asked.
            None => Ok(serde_json::Value::Null),
        };
        let value = typed.or_complain(About::Value(i), value);
        let note = typed.or_complain(About::Note(i), cell.note.remark());
        typed.cells.push(RawCell {
            indicator: cell.indicator.clone(),
            dimensions: cell.dimensions.clone(),
            value,
            note,
        });
    }
    for explanation in &sent.explanations {
        let about = || About::Explanation(explanation.rule.clone());
        let Some(text) = typed.or_complain(about(), explanation.text.remark()) else { continue };
        if text.chars().count() > MAX_TEXT {
            let message = say!("至多 {MAX_TEXT} 个字", "At most {MAX_TEXT} characters");
            typed.complaints.push(Complaint { about: about(), code: ViolationCode::WrongLength, message });
        }
        typed.explanations.push(Explanation { rule: explanation.rule.clone(), text });
    }
    typed.complaints.extend((0..sent.stray.len()).map(|i| {
        let message = say!(
            "此处不需要填写，内容不会被采用；请移到应填的单元格，或者清除",
            "Nothing is asked here, so that this is not taken: move it to its cell, or clear it"
        );
        Complaint { about: About::Stray(i), code: ViolationCode::UnknownField, message }
    }));
    typed
}

impl Typed {
    /// What was read; nothing where it could not be, which is put aside.
    fn or_complain<T: Default>(&mut self, about: About, read: Result<T, (ViolationCode, Message)>) -> T {
        read.unwrap_or_else(|(code, message)| {
            self.complaints.push(Complaint { about, code, message });
            T::default()
        })
    }
}

/// A violation at a place of the content, at its cell.
fn complaint(violation: Violation, explanations: &[Explanation]) -> Complaint {
    let Violation { pointer, code, message, .. } = violation;
    let mut parts = pointer.split('/').skip(1);
    let (list, position) = (parts.next(), parts.next().and_then(|position| position.parse::<usize>().ok()));
    let about = match (list, position, parts.next()) {
        (Some("values"), Some(i), Some("note")) => About::Note(i),
        (Some("values"), Some(i), _) => About::Value(i),
        (Some("explanations"), Some(i), _) => {
            explanations.get(i).map_or(About::Everything, |each| About::Explanation(each.rule.clone()))
        }
        _ => About::Everything,
    };
    Complaint { about, code, message }
}

/// What stands in the way, where it is a finding at the cells that it is about.
fn with_findings(sheet: &Sheet, desk: &Desk, content: &Content, violations: Vec<Violation>) -> Result<Vec<Complaint>> {
    use ViolationCode::{RequiredValue, RuleViolated, UnexplainedWarning};
    let is_finding = |code| matches!(code, RequiredValue | RuleViolated | UnexplainedWarning);
    let (form, previous) = (sheet.form()?, desk.previous.as_ref());
    let mut complaints = Vec::new();
    if violations.iter().any(|violation| is_finding(violation.code)) {
        for Finding { kind, about, message } in sheet.findings(content, previous)? {
            let (about, code) = match kind {
                Kind::MissingValue => {
                    (About::Cells(findings::missing_cells(&sheet.catalogue, content, &about)), RequiredValue)
                }
                Kind::BrokenRule => (About::Cells(findings::cells_of(form, &about, content, previous)), RuleViolated),
                Kind::UnexplainedWarning => (About::Explanation(about), UnexplainedWarning),
                Kind::ExplainedWarning => continue,
            };
            complaints.push(Complaint { about, code, message });
        }
    }
    let are_named = !complaints.is_empty();
    let others = violations.into_iter().filter(|violation| !(are_named && is_finding(violation.code)));
    complaints.extend(others.map(|Violation { code, message, .. }| Complaint {
        about: About::Everything,
        code,
        message,
    }));
    Ok(complaints)
}
