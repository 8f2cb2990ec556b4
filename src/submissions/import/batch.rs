//! Takes a batch of submissions in a handful of statements, whatever their number.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Number, Value};

use super::file::{FileRow, FileSubmission};
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::catalogue::document::ValueType;
use crate::platform::access::Scope;
use crate::platform::bulk::{Outcome, Rejected};
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal;
use crate::say;
use crate::submissions::content::{Content, RawCell};
use crate::submissions::model::{Action, State};
use crate::submissions::ops::{self, Saving, Sheet};
use crate::submissions::queries::{self, Desk, Draft, Handover, Key, Submission, Terms};

/// What is to become of the submissions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intent {
    /// Submit them as well.
    pub submit: bool,
    /// Whether the caller signs for the principal.
    pub signs: bool,
}

/// The keys that a file has named, and the line of each.
#[derive(Debug, Default)]
pub(super) struct KeysSeen(HashMap<Key, u64>);

impl KeysSeen {
    /// The rows, where those whose key the file named before are refused.
    pub(super) fn without_repeated(&mut self, batch: Vec<FileRow>) -> Vec<FileRow> {
        batch.into_iter().map(|row| self.unless_repeated(row)).collect()
    }

    fn unless_repeated(&mut self, row: FileRow) -> FileRow {
        let Ok(submission) = &row.submission else { return row };
        let Some(line) = self.0.insert(submission.key.clone(), row.line) else { return row };
        let message = say!("第 {line} 行已有同一份填报", "Line {line} has the same submission");
        FileRow { submission: Err(vec![Violation::new("", ViolationCode::Duplicate, message)]), ..row }
    }
}

/// A row that makes sense by itself.
struct Written {
    index: usize,
    line: u64,
    sheet: Sheet,
    key: Key,
    content: Content,
}

/// A row that may be saved.
struct Landing {
    row: Written,
    desk: Desk,
    saving: Saving,
    /// How it is submitted then, where it is to be.
    terms: Option<Terms>,
}

/// Imports a batch; a submission that is refused leaves no trace.
pub(super) async fn import(
    tx: &mut Tx,
    app: &App,
    scope: &Scope,
    batch: Vec<FileRow>,
    intent: Intent,
) -> Result<Outcome> {
    if intent.submit {
        recording_time(tx, scope, Strand::Submissions).await?;
    }
    let today = local_date(tx.now());
    let catalogue = app.catalogues.current(tx, scope).await?;
    let mut rejected = Vec::new();
    let written = accepted(&mut rejected, batch.into_iter().map(|row| read(&catalogue, row)));
    let desks = desks(tx, scope, &written).await?;
    let landings = written.into_iter().map(|row| {
        let desk = desks.get(&row.key).cloned();
        land(row, desk, intent, today)
    });
    let landings = accepted(&mut rejected, landings);
    let saved = save(tx, scope, &landings).await?;
    let landings = landings.into_iter().map(|landing| {
        if saved.contains(&landing.row.key) || landing.saving == Saving::Unchanged {
            Ok(landing)
        } else {
            Err(landing.row.refused(ops::overtaken()))
        }
    });
    let landings = accepted(&mut rejected, landings);
    submit(tx, scope, &landings).await?;
    rejected.sort_by_key(|each| each.index);
    Ok(count(&landings, rejected))
}

/// Those that are right; the others are put aside.
fn accepted<T>(rejected: &mut Vec<Rejected>, rows: impl Iterator<Item = Result<T, Rejected>>) -> Vec<T> {
    rows.filter_map(|row| row.map_err(|each| rejected.push(each)).ok()).collect()
}

fn count(landings: &[Landing], rejected: Vec<Rejected>) -> Outcome {
    let mut outcome = Outcome { rejected, ..Outcome::default() };
    for landing in landings {
        match landing.saving {
            Saving::Create => outcome.created += 1,
            Saving::Unchanged if landing.terms.is_none() => outcome.unchanged += 1,
            Saving::Update | Saving::Unchanged => outcome.updated += 1,
        }
    }
    outcome
}

impl Written {
    fn refused(&self, error: AppError) -> Rejected {
        Rejected { index: self.index, line: self.line, violations: as_violations(error) }
    }
}

/// What a single submission would have been answered, as violations of its row.
fn as_violations(error: AppError) -> Vec<Violation> {
    let code = match error.code() {
        Code::ValidationFailed => {
            // What a single submission has in its address, a row has in its fields.
            let in_row = |violation: Violation| Violation { pointer: violation.pointer.replace('?', "/"), ..violation };
            return error.into_violations().unwrap_or_default().into_iter().map(in_row).collect();
        }
        Code::NotFound => ViolationCode::UnknownReference,
        Code::Forbidden => ViolationCode::NotAllowed,
        _ => ViolationCode::StateForbids,
    };
    vec![Violation::new("", code, error.message())]
}

fn read(catalogue: &Arc<Catalogue>, row: FileRow) -> Result<Written, Rejected> {
    let FileRow { index, line, submission } = row;
    let reject = |violations| Rejected { index, line, violations };
    let FileSubmission { key, cells, explanations, is_textual } = submission.map_err(reject)?;
    if catalogue.form(&key.form).is_none() {
        let form = &key.form;
        let message = say!("没有表单“{form}”", "There is no form “{form}”");
        return Err(reject(vec![Violation::new("/form", ViolationCode::UnknownForm, message)]));
    }
    let read = || {
        let sheet = Sheet::find(Arc::clone(catalogue), &key.form, &key.period)?;
        let cells = if is_textual { cells.into_iter().map(|cell| typed(catalogue, cell)).collect() } else { cells };
        let content = Content::read(catalogue, sheet.form()?, cells, explanations).map_err(AppError::invalid)?;
        Ok((sheet, content))
    };
    let (sheet, content) = read().map_err(|error| reject(as_violations(error)))?;
    Ok(Written { index, line, sheet, key, content })
}

/// A cell whose text is a number, or yes or no, where its indicator is one; otherwise it stays a
/// text, and is refused as any other.
fn typed(catalogue: &Catalogue, cell: RawCell) -> RawCell {
    let Some(indicator) = catalogue.indicator(&cell.indicator) else { return cell };
    let Value::String(text) = &cell.value else { return cell };
    let value = match indicator.definition.value_type {
        ValueType::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "是" | "1" => Some(Value::Bool(true)),
            "false" | "否" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        _ if indicator.is_numeric() => Number::from_str(text).ok().map(Value::Number),
        _ => None,
    };
    match value {
        Some(value) => RawCell { value, ..cell },
        None => cell,
    }
}

async fn desks(tx: &mut Tx, scope: &Scope, written: &[Written]) -> Result<HashMap<Key, Desk>> {
    let keys = written.iter().map(|row| row.sheet.desk_key(&row.key.school)).collect::<Result<Vec<_>>>()?;
    Ok(queries::desks(tx, scope, &keys).await?.into_iter().collect())
}

fn land(row: Written, desk: Option<Desk>, intent: Intent, today: NaiveDate) -> Result<Landing, Rejected> {
    let Some(desk) = desk else {
        let school = &row.key.school;
        let message = say!("没有学校“{school}”", "There is no school “{school}”");
        return Err(row.refused(AppError::violation("?school", ViolationCode::UnknownSchool, message)));
    };
    let judged = judge(&row, &desk, intent, today);
    match judged {
        Ok((saving, terms)) => Ok(Landing { row, desk, saving, terms }),
        Err(error) => Err(row.refused(error)),
    }
}

fn judge(row: &Written, desk: &Desk, intent: Intent, today: NaiveDate) -> Result<(Saving, Option<Terms>)> {
    if let Some(violation) = row.sheet.why_not_expected(&desk.school)? {
        return Err(AppError::invalid(vec![violation]));
    }
    let saving = row.sheet.judge_save(desk, &row.content, today)?;
    let is_handed_in = saving == Saving::Unchanged && !desk.state().actions().contains(&Action::Submit);
    if !intent.submit || is_handed_in {
        return Ok((saving, None));
    }
    let desk = as_saved(desk, &row.content, saving);
    let Some(submission) = &desk.submission else { return Ok((saving, None)) };
    Ok((saving, Some(row.sheet.judge_submit(&desk, submission, intent.signs, today)?)))
}

/// The desk as it will be when the content is saved.
fn as_saved(desk: &Desk, content: &Content, saving: Saving) -> Desk {
    let fresh = || Submission {
        state: State::Draft,
        version: 0,
        content: Content::default(),
        revision: 0,
        handed_over: None,
        accepted_revision: None,
        late: false,
        submitted_by: None,
        submitted_at: None,
        note: None,
        updated_by: String::new(),
        updated_at: chrono::DateTime::UNIX_EPOCH,
    };
    let submission = desk.submission.clone().unwrap_or_else(fresh);
    let version = submission.version + i32::from(saving != Saving::Unchanged);
    let submission = Submission { version, content: content.clone(), ..submission };
    Desk { submission: Some(submission), ..desk.clone() }
}

/// Saves what is not saved yet; returns the keys of those that nobody had changed meanwhile.
async fn save(tx: &mut Tx, scope: &Scope, landings: &[Landing]) -> Result<HashSet<Key>> {
    let changed: Vec<&Landing> = landings.iter().filter(|landing| landing.saving != Saving::Unchanged).collect();
    if changed.is_empty() {
        return Ok(HashSet::new());
    }
    let drafts: Vec<Draft<'_>> = changed
        .iter()
        .map(|landing| Draft {
            key: &landing.row.key,
            read_version: landing.desk.version(),
            content: &landing.row.content,
        })
        .collect();
    let saved: HashSet<Key> = queries::save_drafts(tx, scope, &drafts).await?.into_iter().collect();
    let entries = changed
        .iter()
        .filter(|landing| saved.contains(&landing.row.key))
        .map(|landing| ops::save_entry(&landing.row.key, &landing.desk, &landing.row.content))
        .collect();
    journal::record(tx, scope, entries).await?;
    Ok(saved)
}

async fn submit(tx: &mut Tx, scope: &Scope, landings: &[Landing]) -> Result<()> {
    let mut handovers = Vec::new();
    let mut entries = Vec::new();
    let saved: Vec<(&Landing, &Terms, Desk)> = landings
        .iter()
        .filter_map(|landing| {
            let terms = landing.terms.as_ref()?;
            Some((landing, terms, as_saved(&landing.desk, &landing.row.content, landing.saving)))
        })
        .collect();
    for (landing, terms, desk) in &saved {
        let Some(submission) = &desk.submission else { continue };
        let Written { key, content, .. } = &landing.row;
        handovers.push(Handover { key, read_version: submission.version, content, terms });
        entries.push(ops::submit_entry(key, submission, terms));
    }
    if handovers.is_empty() {
        return Ok(());
    }
    // What was just saved in this transaction nobody else can have changed; what was unchanged may be.
    if queries::submit(tx, scope, &handovers).await?.len() < handovers.len() {
        return Err(ops::overtaken());
    }
    journal::record(tx, scope, entries).await
}
