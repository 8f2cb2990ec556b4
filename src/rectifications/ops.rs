//! How rectifications are opened, by people and by what finds them, and how they change.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::life::{self, Hand};
use super::model::{Change, Content, Revision, Source, State, Stay, Step, Subject};
use super::queries::{self, Next};
use crate::organisations::{Kind, kinds};
use crate::platform::access::Scope;
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::{Tx, unique_behind};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::projects::find_project;
use crate::say;

/// A finding, as it is entered.
#[derive(Debug, Clone)]
pub(super) struct Entered {
    pub code: String,
    pub organisation: String,
    pub section: String,
    pub source: Source,
    pub subject: Option<Subject>,
    pub finding: String,
    pub measure: Option<String>,
    pub owner: Option<String>,
    /// Today where it is not said.
    pub found_on: Option<NaiveDate>,
    pub due_on: NaiveDate,
    pub note: Option<String>,
}

impl Entered {
    fn content(&self, today: NaiveDate) -> Content {
        let found_on = self.found_on.unwrap_or(today);
        Content {
            organisation: self.organisation.clone(),
            school: None,
            section: self.section.clone(),
            source: self.source,
            subject: self.subject.clone(),
            finding: self.finding.clone(),
            measure: self.measure.clone(),
            owner: self.owner.clone(),
            found_on,
            due_on: self.due_on,
            timeline: vec![Stay { state: State::Open, since: found_on }],
        }
    }
}

/// Enters a finding.
pub(super) async fn enter(tx: &mut Tx, scope: &Scope, hand: &Hand, finding: &Entered) -> Result<Revision> {
    if !hand.opens(finding.source, &finding.section) {
        return Err(life::not_found_by(finding.source));
    }
    let today = local_date(recording_time(tx, scope, Strand::Decisions).await?);
    if queries::current(tx, scope, &finding.code).await?.is_some() {
        return Err(exists(&finding.code));
    }
    let mut content = finding.content(today);
    let mut violations = life::judge(&content, today);
    violations.extend(complete(tx, scope, &mut content).await?);
    if let Some(Subject { kind, key }) = &content.subject
        && kind == "project"
        && find_project(tx, scope, key).await?.is_none()
    {
        let message = say!("没有项目“{key}”", "There is no project “{key}”");
        violations.push(Violation::new("/subject", ViolationCode::UnknownReference, message));
    }
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    let note = finding.note.as_deref();
    write(tx, scope, (&finding.code, Step::Open, note), None, &content).await?;
    written(tx, scope, &finding.code).await
}

/// Finds out whether the unit is a school, and what is wrong with what it refers to.
async fn complete(tx: &mut Tx, scope: &Scope, content: &mut Content) -> Result<Vec<Violation>> {
    let (organisation, section) = (content.organisation.as_str(), content.section.as_str());
    let known = kinds(tx, scope, &[organisation, section]).await?;
    let mut violations = Vec::new();
    if !known.contains_key(organisation) {
        let message = say!("没有单位“{organisation}”", "There is no organisation “{organisation}”");
        violations.push(Violation::new("/organisation", ViolationCode::UnknownReference, message));
    }
    if known.get(section) != Some(&Kind::Section) {
        let message = say!("没有科室“{section}”", "There is no section “{section}”");
        violations.push(Violation::new("/section", ViolationCode::UnknownReference, message));
    }
    content.school = (known.get(organisation) == Some(&Kind::School)).then(|| organisation.to_owned());
    Ok(violations)
}

/// What the service itself finds, in something that it looked at.
#[derive(Debug, Clone, Copy)]
pub struct NewRectification<'a> {
    /// Where the finding comes from.
    pub source: Source,
    /// The unit that has to put it right.
    pub organisation: &'a str,
    /// The section that watches over it.
    pub section: &'a str,
    /// What it was found in, as the journal names it: the kind of thing, such as `monitoring_sheet`.
    pub subject_type: &'a str,
    /// And its natural key.
    pub subject: &'a str,
    /// What was found.
    pub finding: &'a str,
    /// The day on which it was found.
    pub found_on: NaiveDate,
    /// The day on which it has to be put right.
    pub due_on: NaiveDate,
}

/// The rectification of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedRectification {
    /// Its code.
    pub code: String,
    /// Whether it was opened just now, rather than before.
    pub is_new: bool,
}

/// Opens a rectification within a transaction that is under way. The same finding in the same subject opens no second one
/// while the first is not verified. Its code is made of source and subject, with signs that no code that is entered has.
///
/// Takes the recording time of decisions, if the transaction has not done so.
///
/// # Errors
/// Violations where unit or section do not exist for the scope.
pub async fn open(tx: &mut Tx, scope: &Scope, new: &NewRectification<'_>) -> Result<OpenedRectification> {
    let today = local_date(recording_time(tx, scope, Strand::Decisions).await?);
    let subject = Subject { kind: new.subject_type.to_owned(), key: new.subject.to_owned() };
    let before = queries::found_in(tx, scope, &subject).await?;
    let same = |each: &&Revision| each.content.finding == new.finding && each.content.state() != State::Verified;
    if let Some(same) = before.iter().find(same) {
        return Ok(OpenedRectification { code: same.code.clone(), is_new: false });
    }
    let number = before.len() + 1;
    let code = format!("{}~{}~{number}", new.source.code(), new.subject.replace('/', "~"));
    let finding = Entered {
        code,
        organisation: new.organisation.to_owned(),
        section: new.section.to_owned(),
        source: new.source,
        subject: Some(subject),
        finding: new.finding.to_owned(),
        measure: None,
        owner: None,
        found_on: Some(new.found_on),
        due_on: new.due_on,
        note: None,
    };
    let mut content = finding.content(today);
    let violations = complete(tx, scope, &mut content).await?;
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    write(tx, scope, (&finding.code, Step::Open, None), None, &content).await?;
    Ok(OpenedRectification { code: finding.code, is_new: true })
}

/// Changes a rectification, or takes it a step further.
pub(super) async fn change(
    tx: &mut Tx,
    scope: &Scope,
    hand: &Hand,
    (code, change): (&str, &Change),
    precondition: &Precondition,
) -> Result<Revision> {
    let today = local_date(recording_time(tx, scope, Strand::Decisions).await?);
    let current = queries::current(tx, scope, code).await?.ok_or_else(|| no_rectification(code))?;
    match change.step {
        Step::Update => precondition.check(Some(current.number))?,
        _ => precondition.check_if_given(Some(current.number))?,
    }
    let Some(content) = life::after(hand, &current, change, today)? else { return Ok(current) };
    write(tx, scope, (code, change.step, change.note.as_deref()), Some(&current), &content).await?;
    written(tx, scope, code).await
}

async fn written(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Revision> {
    let recorded = queries::current(tx, scope, code).await?;
    recorded.ok_or_else(|| AppError::internal("a rectification that was written is not there"))
}

async fn write(
    tx: &mut Tx,
    scope: &Scope,
    (code, step, note): (&str, Step, Option<&str>),
    current: Option<&Revision>,
    content: &Content,
) -> Result<()> {
    let number = current.map(|current| current.number).unwrap_or_default() + 1;
    queries::record(tx, scope, &Next { code, number, content, action: step.name(), note }).await.map_err(|error| {
        match unique_behind(&error) {
            // There is one that the caller does not see.
            Some("rectification_revisions_pkey") => exists(code),
            _ => error,
        }
    })?;
    let mut after = told(content);
    if let Some(after) = after.as_object_mut() {
        after.insert("note".to_owned(), json!(note));
    }
    let entry = Entry {
        action: step.journaled(),
        subject_type: "rectification",
        subject: code.to_owned(),
        school: content.school.as_deref(),
        before: current.map(|current| told(&current.content)),
        after: Some(after),
    };
    journal::record(tx, scope, vec![entry]).await
}

fn told(content: &Content) -> Value {
    serde_json::to_value(content).unwrap_or_default()
}

/// 404: no such rectification, or none that the caller may see.
pub(super) fn no_rectification(code: &str) -> AppError {
    AppError::not_found(say!("没有整改“{code}”", "There is no rectification “{code}”"))
}

fn exists(code: &str) -> AppError {
    AppError::new(Code::AlreadyExists).detail(say!("编码“{code}”已被使用", "The code “{code}” is taken"))
}
