//! Takes a batch of submissions in a handful of statements, whatever their number.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Number, Value};

use super::file::{FileRow, FileSubmission};
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::catalogue::document::ValueType;
use crate::platform::access::Scope;
use crate::platform::bulk::{Outcome, Rejected, as_violations};
use crate::platform::cells::{self, Doubt};
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal;
use crate::platform::rows::Place;
use crate::say;
use crate::submissions::content::{Content, RawCell};
use crate::submissions::desk::{Desk, Key, desks as read_desks};
use crate::submissions::model::Action;
use crate::submissions::ops::{self};
use crate::submissions::queries::{self, Draft, Handover, Terms};
use crate::submissions::sheet::{Saving, Sheet};

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
        let Some(line) = self.0.insert(submission.key.clone(), row.place.number()) else { return row };
        let message = say!("第 {line} 行已有同一份填报", "Line {line} has the same submission");
        FileRow { submission: Err(vec![Violation::new("", ViolationCode::Duplicate, message)]), ..row }
    }
}

/// A row that makes sense by itself.
struct Written {
    index: usize,
    place: Place,
    sheet: Sheet,
    key: Key,
    content: Content,
}

/// A row that may be saved.
struct Landing {
    row: Written,
    /// As it was found.
    desk: Desk,
    saving: Saving,
    /// As it is when the row is saved.
    saved: Desk,
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
    let now = tx.now();
    let catalogue = app.catalogues.current(tx, scope).await?;
    let mut rejected = Vec::new();
    let written = accepted(&mut rejected, batch.into_iter().map(|row| read(&catalogue, row)));
    let desks = desks(tx, scope, &written).await?;
    let landings = written.into_iter().map(|row| {
        let desk = desks.get(&row.key).cloned();
        land(row, desk, scope.actor(), intent, now)
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
        Rejected { index: self.index, place: self.place.clone(), violations: as_violations(error) }
    }
}

fn read(catalogue: &Arc<Catalogue>, row: FileRow) -> Result<Written, Rejected> {
    let FileRow { index, place, submission } = row;
    let reject = |violations| Rejected { index, place: place.clone(), violations };
    let FileSubmission { key, cells, explanations, is_textual } = submission.map_err(reject)?;
    if catalogue.form(&key.form).is_none() {
        let form = &key.form;
        let message = say!("没有表单“{form}”", "There is no form “{form}”");
        return Err(reject(vec![Violation::new("/form", ViolationCode::UnknownForm, message)]));
    }
    let read = || {
        let sheet = Sheet::find(Arc::clone(catalogue), &key.form, &key.period)?;
        let (cells, doubts) = if is_textual { typed_cells(catalogue, cells) } else { (cells, HashMap::new()) };
        let content = Content::read(catalogue, sheet.form()?, cells, explanations);
        let content = content.map_err(|violations| AppError::invalid(explained(violations, &doubts)))?;
        Ok((sheet, content))
    };
    let (sheet, content) = read().map_err(|error| reject(as_violations(error)))?;
    Ok(Written { index, place, sheet, key, content })
}

/// Cells whose text is a number, a date, or yes or no, where their indicators are one. What is not understood stays a text, and
/// is refused as any other; why it was not is told by where it stands.
fn typed_cells(catalogue: &Catalogue, cells: Vec<RawCell>) -> (Vec<RawCell>, HashMap<String, Doubt>) {
    let mut doubts = HashMap::new();
    let typed = |(i, cell): (usize, RawCell)| {
        let value = typed(catalogue, &cell).unwrap_or_else(|doubt| {
            doubts.insert(format!("/values/{i}/value"), doubt);
            None
        });
        match value {
            Some(value) => RawCell { value, ..cell },
            None => cell,
        }
    };
    (cells.into_iter().enumerate().map(typed).collect(), doubts)
}

fn typed(catalogue: &Catalogue, cell: &RawCell) -> Result<Option<Value>, Doubt> {
    let Some(indicator) = catalogue.indicator(&cell.indicator) else { return Ok(None) };
    let Value::String(text) = &cell.value else { return Ok(None) };
    match indicator.definition.value_type {
        ValueType::Boolean => Ok(Some(cells::boolean(text)?.into())),
        ValueType::Date => Ok(Some(cells::date(text)?.to_string().into())),
        value_type if indicator.is_numeric() => number(text, value_type).map(Some),
        _ => Ok(None),
    }
}

/// A number, where the meaning of the text is certain: 85% of a ratio is 0.85, and of nothing else.
fn number(text: &str, value_type: ValueType) -> Result<Value, Doubt> {
    let typed = cells::number(text)?;
    if typed.is_percentage && value_type != ValueType::Ratio {
        return Err(Doubt::Percentage);
    }
    Number::from_str(&typed.number.to_string()).map(Value::Number).map_err(|_| Doubt::NotANumber)
}

/// Violations, those of doubtful cells with what was doubtful.
fn explained(violations: Vec<Violation>, doubts: &HashMap<String, Doubt>) -> Vec<Violation> {
    let explain = |violation: Violation| match doubts.get(&violation.pointer) {
        Some(doubt) => Violation::new(violation.pointer, doubt.code(), doubt.message()),
        None => violation,
    };
    violations.into_iter().map(explain).collect()
}

async fn desks(tx: &mut Tx, scope: &Scope, written: &[Written]) -> Result<HashMap<Key, Desk>> {
    let keys = written.iter().map(|row| row.sheet.desk_key(&row.key.school)).collect::<Result<Vec<_>>>()?;
    Ok(read_desks(tx, scope, &keys).await?.into_iter().collect())
}

fn land(
    row: Written,
    desk: Option<Desk>,
    actor: &str,
    intent: Intent,
    now: DateTime<Utc>,
) -> Result<Landing, Rejected> {
    let Some(desk) = desk else {
        let school = &row.key.school;
        let message = say!("没有学校“{school}”", "There is no school “{school}”");
        return Err(row.refused(AppError::violation("?school", ViolationCode::UnknownSchool, message)));
    };
    let judged = judge_save(&row, &desk, now).and_then(|saving| {
        let saved = match saving {
            Saving::Unchanged => desk.clone(),
            Saving::Create | Saving::Update => desk.clone().saved(&row.content, actor, now),
        };
        let terms = judge_submit(&row, &saved, saving, intent, now)?;
        Ok((saving, saved, terms))
    });
    match judged {
        Ok((saving, saved, terms)) => Ok(Landing { row, desk, saving, saved, terms }),
        Err(error) => Err(row.refused(error)),
    }
}

fn judge_save(row: &Written, desk: &Desk, now: DateTime<Utc>) -> Result<Saving> {
    match row.sheet.why_not_expected(&desk.school)? {
        Some(violation) => Err(AppError::invalid(vec![violation])),
        None => row.sheet.judge_save(desk, &row.content, local_date(now)),
    }
}

/// How the saved row is submitted; not at all where nobody wants that, or it was handed in already.
fn judge_submit(
    row: &Written,
    saved: &Desk,
    saving: Saving,
    intent: Intent,
    now: DateTime<Utc>,
) -> Result<Option<Terms>> {
    let is_handed_in = saving == Saving::Unchanged && !saved.state().actions().contains(&Action::Submit);
    match &saved.submission {
        Some(submission) if intent.submit && !is_handed_in => {
            row.sheet.judge_submit(saved, submission, intent.signs, local_date(now)).map(Some)
        }
        _ => Ok(None),
    }
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
        .map(|landing| ops::save_entry(&landing.row.key, &landing.desk, &landing.row.content));
    journal::record(tx, scope, entries).await?;
    Ok(saved)
}

async fn submit(tx: &mut Tx, scope: &Scope, landings: &[Landing]) -> Result<()> {
    let mut handovers = Vec::new();
    let mut entries = Vec::new();
    for landing in landings {
        let (Some(terms), Some(submission)) = (&landing.terms, &landing.saved.submission) else { continue };
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
