//! How projects change, one by one.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::life::{self, Keeper};
use super::model::{Content, Patch, Revision, Step};
use super::queries::{self, Next};
use crate::organisations::{Kind, kinds};
use crate::platform::access::Scope;
use crate::platform::conditional::Precondition;
use crate::platform::db::{Tx, unique_behind};
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// Who works on projects.
pub(super) struct Desk<'a> {
    pub keeper: &'a Keeper,
    pub scope: &'a Scope,
}

/// A project as it is put forward. Whether its unit is a school is found out.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub code: String,
    pub content: Content,
    pub note: Option<String>,
}

/// What happens to a project.
#[derive(Debug)]
pub(super) struct Change {
    pub step: Step,
    pub patch: Patch,
    pub note: Option<String>,
}

/// A revision that may be written, and what it follows.
pub(super) struct Landing<'a> {
    pub code: &'a str,
    pub current: Option<&'a Revision>,
    pub step: Step,
    pub content: Content,
    pub note: Option<&'a str>,
}

impl Desk<'_> {
    /// Puts a project forward.
    pub(super) async fn propose(&self, tx: &mut Tx, proposal: &Proposal) -> Result<Revision> {
        let Proposal { code, content, note } = proposal;
        if !self.keeper.keeps(&content.organisation, &content.section) {
            return Err(life::not_kept(&content.section));
        }
        recording_time(tx, self.scope, Strand::Decisions).await?;
        if !queries::current(tx, self.scope, &[code]).await?.is_empty() {
            return Err(exists(code));
        }
        let units = Units::of(tx, self.scope, [content]).await?;
        let mut content = content.clone();
        let mut violations = life::judge(&content, None);
        violations.extend(units.judge(&content, None));
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        content.school = units.school(&content.organisation);
        let landing = Landing { code, current: None, step: Step::Propose, content, note: note.as_deref() };
        self.write_one(tx, landing).await
    }

    /// Changes a project, or takes it a step further.
    pub(super) async fn change(
        &self,
        tx: &mut Tx,
        code: &str,
        change: &Change,
        precondition: &Precondition,
    ) -> Result<Revision> {
        recording_time(tx, self.scope, Strand::Decisions).await?;
        let current = queries::current(tx, self.scope, &[code]).await?.pop().ok_or_else(|| no_project(code))?;
        match change.step {
            Step::Update => precondition.check(Some(current.number))?,
            _ => precondition.check_if_given(Some(current.number))?,
        }
        let Some(content) = self.after(&current, change)? else { return Ok(current) };
        let units = Units::of(tx, self.scope, [&content]).await?;
        let violations = units.judge(&content, Some(&current.content));
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let (step, note) = (change.step, change.note.as_deref());
        self.write_one(tx, Landing { code, current: Some(&current), step, content, note }).await
    }

    /// What a project says after a change; none where it says so already.
    ///
    /// # Errors
    /// That the change is not allowed, or everything that is wrong with it.
    pub(super) fn after(&self, current: &Revision, change: &Change) -> Result<Option<Content>> {
        let state = life::allowed(self.keeper, current, change.step)?;
        let mut content = current.content.clone();
        change.patch.apply(&mut content);
        if change.step == Step::Update && content == current.content {
            return Ok(None);
        }
        content.state = state;
        let mut violations = life::judge(&content, Some(&current.content));
        if life::needs_note(current, change.step) && change.note.is_none() {
            violations.push(Violation::new("/note", ViolationCode::Missing, say!("请说明原因", "Say why")));
        }
        if violations.is_empty() { Ok(Some(content)) } else { Err(AppError::invalid(violations)) }
    }

    /// Records one revision, and reads it back.
    pub(super) async fn write_one(&self, tx: &mut Tx, landing: Landing<'_>) -> Result<Revision> {
        let code = landing.code;
        self.write(tx, &[landing], (&Progress::default(), 1)).await.map_err(|error| {
            match unique_behind(&error) {
                // There is a project that the caller does not see.
                Some("projects_pkey") => exists(code),
                _ => error,
            }
        })?;
        let recorded = queries::current(tx, self.scope, &[code]).await?.pop();
        recorded.ok_or_else(|| AppError::internal("a project that was written is not there"))
    }

    /// Records revisions that come of so many rows, and tells the journal of them.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        landings: &[Landing<'_>],
        (progress, of): (&Progress, usize),
    ) -> Result<()> {
        let write_part = async |part: &[Landing<'_>]| {
            let next: Vec<Next<'_>> = part.iter().map(Landing::next).collect();
            queries::record(tx, self.scope, &next.iter().collect::<Vec<_>>()).await?;
            journal::record(tx, self.scope, part.iter().map(Landing::entry)).await
        };
        progress.write_in_parts(landings, of, write_part).await
    }
}

impl Landing<'_> {
    fn next(&self) -> Next<'_> {
        let number = self.current.map(|current| current.number).unwrap_or_default() + 1;
        Next { code: self.code, number, content: &self.content, action: self.step.name(), note: self.note }
    }

    fn entry(&self) -> Entry<'_> {
        let mut after = told(&self.content);
        if let Some(after) = after.as_object_mut() {
            after.insert("note".to_owned(), json!(self.note));
        }
        Entry {
            action: self.step.journaled(),
            subject_type: "project",
            subject: self.code.to_owned(),
            school: self.content.school.as_deref(),
            before: self.current.map(|current| told(&current.content)),
            after: Some(after),
        }
    }
}

fn told(content: &Content) -> Value {
    serde_json::to_value(content).unwrap_or_default()
}

/// What the codes of units and sections stand for, of all projects that are written at once.
pub(super) struct Units(HashMap<String, Kind>);

impl Units {
    pub(super) async fn of<'c>(
        tx: &mut Tx,
        scope: &Scope,
        contents: impl IntoIterator<Item = &'c Content>,
    ) -> Result<Self> {
        let codes = contents.into_iter().flat_map(|content| [content.organisation.as_str(), content.section.as_str()]);
        Ok(Self(kinds(tx, scope, &codes.collect::<Vec<_>>()).await?))
    }

    /// What is wrong with what a project refers to. What it referred to before is right.
    pub(super) fn judge(&self, content: &Content, before: Option<&Content>) -> Vec<Violation> {
        let mut violations = Vec::new();
        let (organisation, section) = (&content.organisation, &content.section);
        if before.is_none() && !self.0.contains_key(organisation) {
            violations.push(Violation::new(
                "/organisation",
                ViolationCode::UnknownReference,
                say!("没有单位“{organisation}”", "There is no organisation “{organisation}”"),
            ));
        }
        if before.is_none_or(|before| before.section != *section) && self.0.get(section) != Some(&Kind::Section) {
            violations.push(Violation::new(
                "/section",
                ViolationCode::UnknownReference,
                say!("没有科室“{section}”", "There is no section “{section}”"),
            ));
        }
        violations
    }

    /// The unit, where it is a school.
    pub(super) fn school(&self, organisation: &str) -> Option<String> {
        (self.0.get(organisation) == Some(&Kind::School)).then(|| organisation.to_owned())
    }
}

/// 404: no such project, or none that the caller may see.
pub(super) fn no_project(code: &str) -> AppError {
    AppError::not_found(say!("没有项目“{code}”", "There is no project “{code}”"))
}

pub(super) fn exists(code: &str) -> AppError {
    AppError::new(Code::AlreadyExists).detail(say!("编码“{code}”已被使用", "The code “{code}” is taken"))
}
