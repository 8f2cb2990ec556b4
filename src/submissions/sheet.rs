//! A form for a period: who fills it in, when, and what may be done with a submission of it.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::json;

use super::content::Content;
use super::desk::{Desk, DeskKey, Key, School, Submission, desks};
use super::findings::{self, Finding, Kind};
use super::model::{Action, SchoolWindow, State};
use super::queries::Terms;
use crate::catalogue::{Catalogue, CompiledForm, Period};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
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
        if period.kind() != Some(kind) {
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
        self.find_desk(tx, scope, self.desk_key(school)?).await
    }

    /// As [`Sheet::desk`], with what counts for the period before whether or not rules look there.
    pub(super) async fn desk_with_previous(&self, tx: &mut Tx, scope: &Scope, school: &str) -> Result<Desk> {
        let previous_period = Some(self.period.previous().to_string());
        self.find_desk(tx, scope, DeskKey { key: self.key(school), previous_period }).await
    }

    async fn find_desk(&self, tx: &mut Tx, scope: &Scope, key: DeskKey) -> Result<Desk> {
        let school = key.key.school.clone();
        let desk = desks(tx, scope, &[key]).await?.pop();
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

    /// Where the form says so, only who signs may hand it in.
    pub(super) fn check_signature(&self, signs: bool) -> Result<()> {
        if signs || !self.form()?.definition.principal_signs {
            return Ok(());
        }
        Err(AppError::new(Code::Forbidden).detail(say!("此表须由校长提交", "Only the principal may submit this form")))
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
        self.check_signature(signs)?;
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

    pub(super) fn check_allowed(&self, desk: &Desk, action: Action, today: NaiveDate) -> Result<()> {
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

/// What saving a content does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saving {
    Create,
    Update,
    Unchanged,
}

pub(super) fn state_forbids(state: State) -> AppError {
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
