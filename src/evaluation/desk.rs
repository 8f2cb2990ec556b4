//! Who may do what with an evaluation.

use super::inputs::Subject;
use super::model::{Action, Kind, State};
use super::queries::Evaluation;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// A caller, as one who evaluates or decides on evaluations.
#[derive(Debug, Clone)]
pub(super) struct Evaluator {
    scope: Scope,
    writes: bool,
    reviews: bool,
    approves: bool,
}

impl Evaluator {
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            scope: caller.scope_for_own_account(),
            writes: caller.may(Permission::WritePerformance),
            reviews: caller.may(Permission::ReviewPerformance),
            approves: caller.may(Permission::ApprovePerformance),
        }
    }

    /// Who evaluates: the school itself; of a project of the bureau the section that is responsible for it or whose it is;
    /// of the department the finance officers, who run the evaluation. Whoever stands at the bureau itself with the
    /// permission brings in what was evaluated elsewhere.
    fn evaluates(&self, kind: Kind, subject: &Subject) -> bool {
        let works_in = |section: Option<&str>| section.is_some_and(|section| self.scope.works_in(section));
        match self.scope.school() {
            Some(own) => subject.school.as_deref() == Some(own),
            None if self.scope.is_bureau_wide() => true,
            None => match kind {
                Kind::Project => works_in(subject.section.as_deref()) || works_in(Some(&subject.organisation)),
                Kind::School => false,
                Kind::Department => self.reviews,
            },
        }
    }

    /// Whether the caller may do something, whatever the state.
    ///
    /// # Errors
    /// Forbidden; or that whoever submitted or reviewed does not decide.
    pub(super) fn check(
        &self,
        action: Action,
        kind: Kind,
        subject: &Subject,
        evaluation: Option<&Evaluation>,
    ) -> Result<()> {
        let at_bureau = self.scope.school().is_none();
        let may = match action {
            Action::Save | Action::Submit => self.writes && self.evaluates(kind, subject),
            Action::Review => self.reviews && at_bureau,
            Action::Return => (self.reviews || self.approves) && at_bureau,
            Action::Finalise => self.approves && at_bureau,
        };
        if !may {
            return Err(AppError::new(Code::Forbidden)
                .detail(say!("您不负责对此进行自评或审核", "It is not yours to evaluate this, or to decide on it")));
        }
        let took_part = |who: fn(&Evaluation) -> &Option<String>| {
            evaluation.is_some_and(|evaluation| who(evaluation).as_deref() == Some(self.scope.actor()))
        };
        let decides = matches!(action, Action::Review | Action::Return | Action::Finalise);
        if decides && took_part(|evaluation| &evaluation.submitted_by) {
            return Err(AppError::new(Code::FourEyes));
        }
        if action == Action::Finalise && took_part(|evaluation| &evaluation.reviewed_by) {
            return Err(AppError::new(Code::FourEyes)
                .detail(say!("审核人不得自行定稿", "Whoever reviewed it does not make it final")));
        }
        Ok(())
    }

    /// What the caller may do now.
    pub(super) fn may(&self, kind: Kind, subject: &Subject, evaluation: Option<&Evaluation>) -> Vec<Action> {
        let state = evaluation.map_or(State::Missing, |evaluation| evaluation.state);
        let due = state != State::Missing || is_due(kind, subject);
        let allowed = |action: &&Action| self.check(**action, kind, subject, evaluation).is_ok();
        state.actions().iter().filter(|_| due).filter(allowed).copied().collect()
    }
}

/// Whether there is something to be evaluated: of projects those that were in the budget of the year.
pub(super) fn is_due(kind: Kind, subject: &Subject) -> bool {
    const WITH_BUDGET: [&str; 4] = ["in_budget", "under_way", "completed", "closed"];
    kind != Kind::Project
        || subject.in_years && subject.project_state.as_deref().is_some_and(|state| WITH_BUDGET.contains(&state))
}
