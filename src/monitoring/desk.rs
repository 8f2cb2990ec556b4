//! What happens to a sheet: filled in, handed in, returned, reviewed.

use serde_json::json;

use super::check::{self, Placed};
use super::model::{Action, Entered, Round, Sheet, State, light_name};
use super::queries::{self, Grip, sheets};
use super::rectify;
use super::rounds::{check_open, no_round};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, ViolationCode};
use crate::platform::journal::{self, Entry};
use crate::say;
use crate::scoring::Light;

/// A caller, as one who fills in sheets or reviews them.
pub(super) struct Clerk {
    pub scope: Scope,
    writes: bool,
    reviews: bool,
}

impl Clerk {
    /// What the caller is to sheets.
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            scope: caller.scope_for_own_account(),
            writes: caller.may(Permission::WritePerformance),
            reviews: caller.may(Permission::ReviewPerformance),
        }
    }

    /// Who spends is responsible: the unit fills the sheet in, or the section that is responsible for the project. The bureau
    /// fills in those of its own.
    fn may_write(&self, sheet: &Sheet) -> bool {
        let own = match self.scope.school() {
            Some(school) => sheet.school.as_deref() == Some(school),
            None if self.scope.is_bureau_wide() => sheet.school.is_none(),
            None => self.scope.works_in(&sheet.section) || self.scope.works_in(&sheet.organisation),
        };
        self.writes && own
    }

    /// Who allocates watches: the section that is responsible, or whoever runs the round.
    fn may_review(&self, sheet: &Sheet) -> bool {
        self.scope.school().is_none() && (self.reviews || self.writes && self.scope.works_in(&sheet.section))
    }

    /// Whether somebody else filled the sheet in and handed it in.
    fn is_another(&self, sheet: &Sheet) -> bool {
        let actor = Some(self.scope.actor());
        sheet.submitted_by.as_deref() != actor && sheet.entered_by.as_deref() != actor
    }

    /// What the caller may do with a sheet now.
    pub(super) fn may(&self, round: &Round, sheet: &Sheet) -> Vec<Action> {
        let may = |action: &Action| match action {
            Action::Save | Action::Submit => self.may_write(sheet),
            Action::Return => self.may_review(sheet),
            Action::Review => self.may_review(sheet) && self.is_another(sheet),
        };
        let actions = if check_open(round).is_ok() { sheet.state.actions() } else { &[] };
        actions.iter().copied().filter(may).collect()
    }
}

/// Enters what is said to a sheet, in place of what was said before.
pub(super) async fn save(
    tx: &mut Tx,
    clerk: &Clerk,
    key: (&str, &str),
    said: &Said,
    precondition: &Precondition,
) -> Result<(Round, Sheet)> {
    let (round, sheet) = find(tx, &clerk.scope, key, Grip::Share).await?;
    if !clerk.may_write(&sheet) {
        return Err(not_theirs(&sheet));
    }
    precondition.check(Some(sheet.version))?;
    let strangers = check::strangers(&sheet.seen, &said.targets);
    if !strangers.is_empty() {
        return Err(AppError::invalid(strangers));
    }
    let entered = said.entered();
    if sheet.state != State::NotBegun && sheet.entered == entered {
        return Ok((round, sheet));
    }
    check_state(&round, &sheet, Action::Save)?;
    let state = if sheet.state == State::NotBegun { State::Draft } else { sheet.state };
    let next = Sheet { entered, state, entered_by: Some(clerk.scope.actor().to_owned()), ..sheet.clone() };
    keep(tx, &clerk.scope, &round, &sheet, next, Action::Save).await.map(|sheet| (round, sheet))
}

/// Everything that is said to a sheet.
pub(super) struct Said {
    pub budget: super::model::EnteredBudget,
    pub targets: Vec<Placed>,
    pub measures: Option<String>,
}

impl Said {
    fn entered(&self) -> Entered {
        Entered {
            budget: self.budget.clone(),
            targets: self.targets.iter().map(|(_, code, said)| (code.clone(), said.clone())).collect(),
            measures: self.measures.clone(),
        }
    }
}

/// Hands a sheet in. A red light opens a rectification.
pub(super) async fn submit(
    tx: &mut Tx,
    clerk: &Clerk,
    key: (&str, &str),
    note: Option<&str>,
    precondition: &Precondition,
) -> Result<(Round, Sheet)> {
    let scope = &clerk.scope;
    let (round, sheet) = find(tx, scope, key, Grip::Share).await?;
    if !clerk.may_write(&sheet) {
        return Err(not_theirs(&sheet));
    }
    precondition.check_if_given(Some(sheet.version))?;
    check_state(&round, &sheet, Action::Submit)?;
    let missing = check::missing(&sheet.seen, &sheet.entered);
    if !missing.is_empty() {
        return Err(AppError::invalid(missing));
    }
    let next = Sheet {
        state: State::Submitted,
        note: note.map(str::to_owned),
        submitted_by: Some(scope.actor().to_owned()),
        submitted_at: Some(tx.now()),
        ..sheet.clone()
    };
    let first = sheet.submitted_at.is_none();
    let sheet = keep(tx, scope, &round, &sheet, next, Action::Submit).await?;
    if first && sheet.light == Some(Light::Red) {
        rectify::open(tx, scope, &round, &sheet).await?;
    }
    Ok((round, sheet))
}

/// Returns a sheet, or finds it in order.
pub(super) async fn decide(
    tx: &mut Tx,
    clerk: &Clerk,
    key: (&str, &str),
    action: Action,
    note: Option<&str>,
    precondition: &Precondition,
) -> Result<(Round, Sheet)> {
    let scope = &clerk.scope;
    let (round, sheet) = find(tx, scope, key, Grip::Share).await?;
    if !clerk.may_review(&sheet) {
        let section = &sheet.section;
        return Err(AppError::new(Code::Forbidden).detail(say!(
            "由科室“{section}”或财务审核",
            "The section “{section}” reviews it, or the finance officer"
        )));
    }
    precondition.check_if_given(Some(sheet.version))?;
    check_state(&round, &sheet, action)?;
    if action == Action::Review && !clerk.is_another(&sheet) {
        return Err(AppError::new(Code::FourEyes));
    }
    if action == Action::Return && note.is_none() {
        let message = say!("退回时应说明原因", "Say why it is returned");
        return Err(AppError::violation("/note", ViolationCode::Missing, message));
    }
    let reviewed = (action == Action::Review).then(|| (scope.actor().to_owned(), tx.now()));
    let (reviewed_by, reviewed_at) = reviewed.unzip();
    let next = Sheet {
        state: if action == Action::Review { State::Reviewed } else { State::Returned },
        note: note.map(str::to_owned),
        reviewed_by,
        reviewed_at,
        ..sheet.clone()
    };
    keep(tx, scope, &round, &sheet, next, action).await.map(|sheet| (round, sheet))
}

/// A round and one of its sheets; the sheet is locked where the round is held.
pub(super) async fn find(
    tx: &mut Tx,
    scope: &Scope,
    (round, project): (&str, &str),
    grip: Grip,
) -> Result<(Round, Sheet)> {
    let found = queries::round(tx, scope, round, grip).await?.ok_or_else(|| no_round(round))?;
    let sheet = sheets::find(tx, scope, (round, project), grip != Grip::None).await?;
    let sheet = sheet.ok_or_else(|| {
        AppError::not_found(say!("本轮没有项目“{project}”的监控表", "The round has no sheet of a project “{project}”"))
    })?;
    Ok((found, sheet))
}

fn not_theirs(sheet: &Sheet) -> AppError {
    let (unit, section) = (&sheet.organisation, &sheet.section);
    AppError::new(Code::Forbidden).detail(say!(
        "由项目单位“{unit}”或科室“{section}”填写",
        "The unit “{unit}” fills it in, or the section “{section}”"
    ))
}

fn check_state(round: &Round, sheet: &Sheet, action: Action) -> Result<()> {
    check_open(round)?;
    let allowed = sheet.state.actions();
    if allowed.contains(&action) {
        return Ok(());
    }
    let allowed = allowed.iter().map(|action| action.name().to_owned()).collect();
    Err(AppError::new(Code::StateForbids).state(sheet.state.name(), allowed))
}

/// Keeps what becomes of a sheet, and tells the journal.
async fn keep(tx: &mut Tx, scope: &Scope, round: &Round, before: &Sheet, next: Sheet, action: Action) -> Result<Sheet> {
    let next =
        Sheet { version: before.version + 1, updated_by: scope.actor().to_owned(), updated_at: tx.now(), ..next };
    sheets::update(tx, scope, &round.code, &next).await?;
    let entered = (next.entered != before.entered).then_some(&next.entered);
    let entry = Entry {
        action: match action {
            Action::Save => "monitoring_sheet.save",
            Action::Submit => "monitoring_sheet.submit",
            Action::Return => "monitoring_sheet.return",
            Action::Review => "monitoring_sheet.review",
        },
        subject_type: "monitoring_sheet",
        subject: format!("{}/{}", round.code, next.project),
        school: next.school.as_deref(),
        before: Some(json!({ "state": before.state, "entered": entered.and(Some(&before.entered)) })),
        after: Some(json!({
            "state": next.state, "reading": next.reading, "light": next.light.map(light_name),
            "entered": entered, "note": next.note.as_deref().filter(|_| action != Action::Save),
        })),
    };
    journal::record(tx, scope, vec![entry]).await?;
    Ok(next)
}
