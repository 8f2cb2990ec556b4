//! What happens to a submission: saved, submitted, returned, accepted, reopened.

use serde_json::json;

use super::content::Content;
use super::desk::{Desk, Key, Submission};
use super::model::{Action, State};
use super::queries::{self, Decision, Draft, Handover, Terms};
use super::sheet::{Saving, Sheet, state_forbids};
use crate::platform::access::Scope;
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal;
use crate::say;

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
    sheet.check_signature(signs)?;
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
