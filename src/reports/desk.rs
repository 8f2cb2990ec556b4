//! Who may do what with a report.

use super::model::{Action, State};
use super::queries::Report;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// A caller, as one who writes reports or decides on them.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    scope: Scope,
    writes: bool,
    approves: bool,
}

impl Hand {
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            scope: caller.scope_for_own_account(),
            writes: caller.may(Permission::WriteReports),
            approves: caller.may(Permission::ApproveReports),
        }
    }

    /// Whether the caller may do something, whatever the state.
    ///
    /// # Errors
    /// Forbidden; or that whoever assembled it does not decide.
    pub(super) fn check(&self, action: Action, report: &Report) -> Result<()> {
        let may = match action {
            Action::Assemble | Action::Publish | Action::Discard => self.writes,
            Action::Approve | Action::Return => self.approves,
        };
        if !may || self.scope.school().is_some() {
            return Err(AppError::new(Code::Forbidden));
        }
        if matches!(action, Action::Approve | Action::Return) && report.assembled_by == self.scope.actor() {
            return Err(AppError::new(Code::FourEyes)
                .detail(say!("编制报告的人不得审批该报告", "Whoever assembled the report does not decide on it")));
        }
        Ok(())
    }

    /// What the caller may do now.
    pub(super) fn may(&self, report: &Report) -> Vec<Action> {
        let allowed = |action: &&Action| self.check(**action, report).is_ok();
        report.state.actions().iter().filter(allowed).copied().collect()
    }

    /// Whether the caller sees what the bureau says of its own report: findings, reasons, notes.
    pub(super) fn sees_work(&self) -> bool {
        self.scope.school().is_none()
    }
}

/// 409: in this state that cannot be done.
pub(super) fn state_forbids(state: State) -> AppError {
    let name = state.name();
    AppError::new(Code::StateForbids)
        .detail(say!("报告当前状态为 {name}", "The report is {name} now"))
        .state(name, state.actions().iter().map(|action| action.name().to_owned()).collect())
}
