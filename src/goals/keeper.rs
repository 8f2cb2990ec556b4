//! Who may do what with goals.

use super::model::{Action, Goal, Version};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// A caller, as one who writes goals or decides on them.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    scope: Scope,
    writes: bool,
    reviews: Reviews,
    approves: bool,
}

/// What somebody reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reviews {
    All,
    /// What names the own section, as its officers do; programs do not.
    OwnSection,
    Nothing,
}

impl Keeper {
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            scope: caller.scope_for_own_account(),
            writes: caller.may(Permission::WritePerformance),
            reviews: if caller.may(Permission::ReviewPerformance) {
                Reviews::All
            } else if caller.may(Permission::WritePerformance) && caller.actor.starts_with("user:") {
                Reviews::OwnSection
            } else {
                Reviews::Nothing
            },
            approves: caller.may(Permission::ApprovePerformance),
        }
    }

    /// Whether the caller may write goals of a unit for which a section is responsible: a school its own, a section what names
    /// it, and all of them whoever runs the performance cycle or stands at the bureau itself.
    pub(super) fn may_write(&self, school: Option<&str>, section: &str) -> bool {
        let theirs = match self.scope.school() {
            Some(own) => school == Some(own),
            None => self.reviews == Reviews::All || self.scope.is_bureau_wide() || self.scope.works_in(section),
        };
        self.writes && theirs
    }

    fn may_review(&self, section: &str) -> bool {
        match self.reviews {
            Reviews::All => true,
            Reviews::OwnSection => self.scope.works_in(section),
            Reviews::Nothing => false,
        }
    }

    /// Whether the caller may do something with goals like this one, four eyes and its state apart.
    fn may(&self, action: Action, goal: &Goal) -> bool {
        let section = &goal.newest.wording.section;
        match action {
            Action::Save | Action::Delete | Action::Submit | Action::Amend => {
                self.may_write(goal.head.school.as_deref(), section)
            }
            Action::Review => self.may_review(section),
            Action::Return => self.may_review(section) || self.approves,
            Action::Approve => self.approves,
        }
    }

    /// Whether the caller had a hand in a version, and so does not decide on it.
    fn is_party(&self, action: Action, version: &Version) -> bool {
        let hands = [Some(&version.updated_by), version.submitted_by.as_ref()];
        let reviewer = version.reviewed_by.as_ref().filter(|_| action == Action::Approve);
        matches!(action, Action::Review | Action::Return | Action::Approve)
            && hands.into_iter().chain([reviewer]).flatten().any(|hand| hand == self.scope.actor())
    }

    /// Checks that the caller may take a step now.
    ///
    /// # Errors
    /// [`Code::Forbidden`], [`Code::StateForbids`], [`Code::FourEyes`].
    pub(super) fn check(&self, action: Action, goal: &Goal) -> Result<()> {
        if !self.may(action, goal) {
            return Err(forbidden(&goal.newest.wording.section));
        }
        let state = goal.newest.state;
        if !state.actions().contains(&action) {
            let (state, step) = (state.code(), action.code());
            let allowed = goal.newest.state.actions().iter().map(|each| each.code().to_owned()).collect();
            return Err(AppError::new(Code::StateForbids)
                .detail(say!(
                    "目标处于“{state}”状态，不能执行 {step}",
                    "The goal is {state}, which does not allow {step}"
                ))
                .state(state, allowed));
        }
        if self.is_party(action, &goal.newest) {
            return Err(AppError::new(Code::FourEyes));
        }
        Ok(())
    }

    /// What the caller may do now.
    pub(super) fn actions(&self, goal: &Goal) -> Vec<Action> {
        let fits = |action: &Action| self.may(*action, goal) && !self.is_party(*action, &goal.newest);
        goal.newest.state.actions().iter().copied().filter(fits).collect()
    }
}

/// 403: what concerns another unit or section.
pub(super) fn forbidden(section: &str) -> AppError {
    AppError::new(Code::Forbidden).detail(say!(
        "此目标由责任科室“{section}”及所属单位负责",
        "The goal is a matter of its unit and of the section “{section}”"
    ))
}
