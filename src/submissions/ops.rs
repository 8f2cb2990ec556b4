//! What happens to a submission: saved, submitted, returned, accepted, reopened.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::content::Content;
use super::findings::{self, Finding, Kind};
use super::model::{Action, SchoolWindow, State};
use super::queries::{self, Decision, Desk, DeskKey, Draft, Handover, Key, School, Submission, Terms};
use crate::catalogue::{Catalogue, CompiledForm, Period};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal;
use crate::say;

/// A form and period that go together.
#[derive(Clone)]
pub(super) struct Sheet {
    pub catalogue: Arc<Catalogue>,
    form: String,
    pub period: Period,
}

impl Sheet {
    /// The form of a code for the period of a text.
    pub(super) fn find(catalogue: Arc<Catalogue>, form: &str, period: &str) -> Result<Self> {
        let Some(compiled) = catalogue.form(form) else {
            return Err(AppError::not_found(say!("没有表单“{form}”", "There is no form “{form}”")));
        };
        let kind = compiled.definition.period_type;
        let period: Period = period.parse().map_err(|error: crate::catalogue::InvalidPeriod| {
            AppError::violation("?period", ViolationCode::InvalidPeriod, error.message())
        })?;
        if period.kind() != kind {
            return Err(AppError::violation(
                "?period",
                ViolationCode::WrongPeriodType,
                say!("该表单按其他类型的期间填报", "This form is filled in for another kind of period"),
            ));
        }
        Ok(Self { catalogue, form: form.to_owned(), period })
    }

    /// The form; it was there when the sheet was found.
    pub(super) fn form(&self) -> Result<&CompiledForm> {
        self.catalogue.form(&self.form).ok_or_else(|| AppError::internal("a form went missing from its catalogue"))
    }

    pub(super) fn key(&self, school: &str) -> Key {
        Key { form: self.form.clone(), period: self.period.to_string(), school: school.to_owned() }
    }

    pub(super) fn desk_key(&self, school: &str) -> Result<DeskKey> {
        let looks_back = self.form()?.looks_back();
        Ok(DeskKey { key: self.key(school), previous_period: looks_back.then(|| self.period.previous().to_string()) })
    }

    /// The school's desk, where it fills in this form for this period.
    ///
    /// A school that is absent or out of scope is not found; one that does not fill it in has a
    /// code of its own.
    pub(super) async fn desk(&self, tx: &mut Tx, scope: &Scope, school: &str) -> Result<Desk> {
        let desk = queries::desks(tx, scope, &[self.desk_key(school)?]).await?.pop();
        let Some((_, desk)) = desk else {
            return Err(AppError::not_found(say!("没有学校“{school}”", "There is no school “{school}”")));
        };
        match self.why_not_expected(&desk.school)? {
            Some(violation) => Err(AppError::invalid(vec![violation])),
            None => Ok(desk),
        }
    }

    /// Why a school need not fill in the form for the period, where that is so.
    pub(super) fn why_not_expected(&self, school: &School) -> Result<Option<Violation>> {
        let definition = &self.form()?.definition;
        let named = definition.schools.contains(&school.code);
        let of_stage = definition.stages.iter().any(|stage| school.stage.as_deref() == Some(stage.code()));
        let name = &school.name;
        Ok(if !named && !of_stage {
            let message = say!("“{name}”不填报此表", "“{name}” does not fill in this form");
            Some(Violation::new("?school", ViolationCode::SchoolNotInForm, message))
        } else if school.opened_on.is_some_and(|day| day > self.period.end())
            || school.closed_on.is_some_and(|day| day <= self.period.start())
        {
            let message = say!("“{name}”在此期间没有开办", "“{name}” was not open in this period");
            Some(Violation::new("?school", ViolationCode::SchoolNotOpen, message))
        } else {
            None
        })
    }

    pub(super) fn window(&self, extended_until: Option<NaiveDate>) -> Result<SchoolWindow> {
        Ok(SchoolWindow { dates: self.form()?.window.dates(self.period), extended_until })
    }

    pub(super) fn findings(&self, content: &Content, previous: Option<&Content>) -> Result<Vec<Finding>> {
        Ok(findings::find(&self.catalogue, self.form()?, content, previous))
    }

    /// What saving a content would do, where it is allowed.
    pub(super) fn judge_save(&self, desk: &Desk, content: &Content, today: NaiveDate) -> Result<Saving> {
        if desk.submission.as_ref().is_some_and(|submission| submission.content == *content) {
            return Ok(Saving::Unchanged);
        }
        self.check_allowed(desk, Action::Save, today)?;
        Ok(if desk.submission.is_some() { Saving::Update } else { Saving::Create })
    }

    /// How a working document is submitted, where that is allowed and nothing stands in its way.
    pub(super) fn judge_submit(
        &self,
        desk: &Desk,
        submission: &Submission,
        signs: bool,
        today: NaiveDate,
    ) -> Result<Terms> {
        let form = self.form()?;
        if form.definition.principal_signs && !signs {
            return Err(AppError::new(Code::Forbidden)
                .detail(say!("此表须由校长提交", "Only the principal may submit this form")));
        }
        self.check_allowed(desk, Action::Submit, today)?;
        let findings = self.findings(&submission.content, desk.previous.as_ref())?;
        let violations = findings::blocking(&findings);
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let says_the_same = submission.handed_over.as_ref() == Some(&submission.content);
        let was_in_time = submission.revision > 0 && !submission.late;
        Ok(Terms {
            revision: if says_the_same { submission.revision } else { submission.revision + 1 },
            is_new: !says_the_same,
            form_version: form.version,
            warnings: warnings(&findings, &submission.content),
            late: !was_in_time && self.window(desk.extended_until)?.is_late(today),
        })
    }

    /// What the caller may do now, for a frontend to show just those buttons.
    pub(super) fn may(&self, desk: &Desk, caller: &Caller, today: NaiveDate) -> Result<Vec<Action>> {
        let definition = &self.form()?.definition;
        let may_write =
            caller.scope_for(Permission::WriteSubmissions).is_ok_and(|scope| scope.covers_school(&desk.school.code));
        let may_review =
            caller.scope_for(Permission::ReviewSubmissions).is_ok_and(|scope| scope.works_in(&definition.section));
        let may_hand_in = !definition.principal_signs || caller.may(Permission::SignSubmissions);
        let submitted = desk.submission.as_ref().and_then(|submission| submission.submitted_by.as_deref());
        let allowed = |action: &&Action| match action {
            Action::Save => may_write,
            Action::Submit => may_write && may_hand_in,
            Action::Accept => may_review && submitted != Some(caller.actor.as_str()),
            Action::Return | Action::Reopen => may_review,
        };
        let possible = |action: &&Action| self.check_allowed(desk, **action, today).is_ok();
        Ok(desk.state().actions().iter().filter(allowed).filter(possible).copied().collect())
    }

    fn check_allowed(&self, desk: &Desk, action: Action, today: NaiveDate) -> Result<()> {
        let state = desk.state();
        if !state.actions().contains(&action) {
            return Err(state_forbids(state));
        }
        let window = self.window(desk.extended_until)?;
        let is_the_bureaus = matches!(state, State::Submitted | State::Accepted);
        if is_the_bureaus || state.was_asked_for() || window.is_open(today) {
            return Ok(());
        }
        let (opens, closes) = (window.dates.opens_on, window.last_day());
        Err(AppError::new(Code::WindowClosed).detail(say!(
            "填报时间为 {opens} 至 {closes}；需要延期请联系负责科室",
            "It may be filled in from {opens} to {closes}; the section in charge can extend it"
        )))
    }
}

impl Desk {
    pub(super) fn state(&self) -> State {
        self.submission.as_ref().map_or(State::NotBegun, |submission| submission.state)
    }

    pub(super) fn version(&self) -> Option<i32> {
        self.submission.as_ref().map(|submission| submission.version)
    }

    /// The desk when a content was saved there.
    pub(super) fn saved(self, content: &Content, actor: &str, now: DateTime<Utc>) -> Self {
        let begun = self.submission.unwrap_or_else(Submission::begun);
        let submission = Submission {
            version: begun.version + 1,
            content: content.clone(),
            updated_by: actor.to_owned(),
            updated_at: now,
            ..begun
        };
        Self { submission: Some(submission), ..self }
    }

    /// The desk when its working document was submitted.
    pub(super) fn submitted(self, terms: &Terms, actor: &str, now: DateTime<Utc>) -> Self {
        let submission = self.submission.map(|submission| Submission {
            state: State::Submitted,
            version: submission.version + 1,
            revision: terms.revision,
            handed_over: None,
            late: terms.late,
            note: None,
            submitted_by: Some(actor.to_owned()),
            submitted_at: Some(now),
            updated_by: actor.to_owned(),
            updated_at: now,
            ..submission
        });
        Self { submission, ..self }
    }
}

impl Submission {
    /// What is not saved yet.
    fn begun() -> Self {
        Self {
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
            updated_at: DateTime::UNIX_EPOCH,
        }
    }
}

/// What saving a content does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saving {
    Create,
    Update,
    Unchanged,
}

fn state_forbids(state: State) -> AppError {
    let name = state.name();
    AppError::new(Code::StateForbids)
        .detail(say!("当前状态为 {name}", "It is {name} now"))
        .state(name, state.actions().iter().map(|action| action.name().to_owned()).collect())
}

/// The warnings that were explained, as a revision keeps them.
fn warnings(findings: &[Finding], content: &Content) -> serde_json::Value {
    findings
        .iter()
        .filter(|finding| finding.kind == Kind::ExplainedWarning)
        .map(|finding| json!({ "rule": finding.about, "explanation": content.explanation(&finding.about) }))
        .collect()
}

/// Somebody else was quicker.
pub(super) fn overtaken() -> AppError {
    AppError::new(Code::PreconditionFailed)
        .detail(say!("内容刚被他人修改，请重新读取", "Somebody changed it just now; read it again"))
}

/// Saves a working document; returns what was done, and the desk as it is then.
pub(super) async fn save(
    tx: &mut Tx,
    scope: &Scope,
    sheet: &Sheet,
    school: &str,
    content: &Content,
    precondition: &Precondition,
) -> Result<(Saving, Desk)> {
    let desk = sheet.desk(tx, scope, school).await?;
    precondition.check(desk.version())?;
    let saving = sheet.judge_save(&desk, content, local_date(tx.now()))?;
    if saving == Saving::Unchanged {
        return Ok((saving, desk));
    }
    let key = sheet.key(school);
    let draft = Draft { key: &key, read_version: desk.version(), content };
    if queries::save_drafts(tx, scope, &[draft]).await?.is_empty() {
        return Err(overtaken());
    }
    journal::record(tx, scope, vec![save_entry(&key, &desk, content)]).await?;
    Ok((saving, desk.saved(content, scope.actor(), tx.now())))
}

/// Submits the working document; returns the desk as it is then.
pub(super) async fn submit(
    tx: &mut Tx,
    scope: &Scope,
    sheet: &Sheet,
    school: &str,
    signs: bool,
    precondition: &Precondition,
) -> Result<Desk> {
    recording_time(tx, scope, Strand::Submissions).await?;
    let desk = sheet.desk(tx, scope, school).await?;
    precondition.check_if_given(desk.version())?;
    if Action::Submit.is_done_in(desk.state()) {
        return Ok(desk);
    }
    let Some(submission) = &desk.submission else { return Err(state_forbids(State::NotBegun)) };
    let key = sheet.key(school);
    let terms = sheet.judge_submit(&desk, submission, signs, local_date(tx.now()))?;
    let entry = submit_entry(&key, submission, &terms);
    let handover =
        Handover { key: &key, read_version: submission.version, content: &submission.content, terms: &terms };
    if queries::submit(tx, scope, &[handover]).await?.is_empty() {
        return Err(overtaken());
    }
    journal::record(tx, scope, vec![entry]).await?;
    Ok(desk.submitted(&terms, scope.actor(), tx.now()))
}

/// Returns, accepts or reopens a submission.
pub(super) async fn review(
    tx: &mut Tx,
    scope: &Scope,
    sheet: &Sheet,
    school: &str,
    action: Action,
    note: Option<&str>,
    precondition: &Precondition,
) -> Result<()> {
    let strand = if action == Action::Return { Strand::Submissions } else { Strand::Decisions };
    recording_time(tx, scope, strand).await?;
    let desk = sheet.desk(tx, scope, school).await?;
    check_section(scope, sheet)?;
    precondition.check_if_given(desk.version())?;
    let state = desk.state();
    if action.is_done_in(state) {
        return Ok(());
    }
    let Some(submission) = desk.submission.filter(|_| state.actions().contains(&action)) else {
        return Err(state_forbids(state));
    };
    if action == Action::Accept && submission.submitted_by.as_deref() == Some(scope.actor()) {
        return Err(AppError::new(Code::FourEyes));
    }
    let key = sheet.key(school);
    let accepted_revision =
        if action == Action::Accept { Some(submission.revision) } else { submission.accepted_revision };
    let to = match action {
        Action::Accept => State::Accepted,
        Action::Reopen => State::Reopened,
        _ => State::Returned,
    };
    let decision = Decision { from: state, to, accepted_revision, note };
    if !queries::decide(tx, scope, &key, submission.version, &decision).await? {
        return Err(overtaken());
    }
    change_standings(tx, scope, &key, action, &submission).await?;
    journal::record(tx, scope, vec![review_entry(&key, action, &submission, to, note)]).await
}

/// Only the form's own section decides.
pub(super) fn check_section(scope: &Scope, sheet: &Sheet) -> Result<()> {
    let section = &sheet.form()?.definition.section;
    if scope.works_in(section) {
        return Ok(());
    }
    Err(AppError::new(Code::Forbidden)
        .detail(say!("此表由科室“{section}”审核", "The section “{section}” reviews this form")))
}

async fn change_standings(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    action: Action,
    submission: &Submission,
) -> Result<()> {
    match (action, submission.accepted_revision) {
        (Action::Accept, _) => {
            queries::end_other_standings(tx, scope, "accepted", &[(key, submission.revision)]).await?;
            queries::begin_standing(tx, scope, "accepted", key, submission.revision).await
        }
        // What was returned does not stand any more; what was accepted before it does again.
        (Action::Return, accepted) => {
            queries::end_other_standings(tx, scope, "submitted", &[(key, accepted.unwrap_or_default())]).await?;
            match accepted {
                Some(revision) => queries::begin_standing(tx, scope, "submitted", key, revision).await,
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

pub(super) fn save_entry<'a>(key: &'a Key, desk: &Desk, content: &Content) -> journal::Entry<'a> {
    let version = desk.version().unwrap_or_default();
    journal::Entry {
        action: "submission.save",
        subject_type: "submission",
        subject: key.to_string(),
        school: Some(&key.school),
        before: desk.submission.as_ref().map(|submission| json!({ "state": submission.state, "version": version })),
        after: Some(json!({ "version": version + 1, "cells": content.values.len() })),
    }
}

pub(super) fn submit_entry<'a>(key: &'a Key, submission: &Submission, terms: &Terms) -> journal::Entry<'a> {
    journal::Entry {
        action: "submission.submit",
        subject_type: "submission",
        subject: key.to_string(),
        school: Some(&key.school),
        before: Some(json!({ "state": submission.state, "revision": submission.revision })),
        after: Some(json!({ "state": State::Submitted, "revision": terms.revision, "late": terms.late })),
    }
}

fn review_entry<'a>(
    key: &'a Key,
    action: Action,
    submission: &Submission,
    to: State,
    note: Option<&str>,
) -> journal::Entry<'a> {
    let action = match action {
        Action::Accept => "submission.accept",
        Action::Reopen => "submission.reopen",
        _ => "submission.return",
    };
    journal::Entry {
        action,
        subject_type: "submission",
        subject: key.to_string(),
        school: Some(&key.school),
        before: Some(json!({ "state": submission.state, "revision": submission.revision })),
        after: Some(json!({ "state": to, "revision": submission.revision, "note": note })),
    }
}
