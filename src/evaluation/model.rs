//! What is evaluated, how far it has come, and what people enter.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::scoring::Band;

/// What is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EvaluationKind)]
pub enum Kind {
    /// 项目支出: a project, by its code.
    Project,
    /// The budget of a school, by the code of the school.
    School,
    /// 部门整体支出: the bureau as a whole, by its code.
    Department,
}

impl Kind {
    /// As it is stored, and as addresses name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::School => "school",
            Self::Department => "department",
        }
    }
}

/// Which evaluation is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub year: i32,
    pub kind: Kind,
    /// Code of the project, of the school, or of the bureau.
    pub subject: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.year, self.kind.name(), self.subject)
    }
}

/// How far an evaluation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EvaluationState)]
pub(super) enum State {
    /// Nothing was entered yet.
    Missing,
    /// The unit is working on it.
    Draft,
    /// The bureau reviews it.
    Submitted,
    /// The bureau wants it mended.
    Returned,
    /// A leader is to make it final.
    Reviewed,
    /// It never changes again.
    Final,
}

impl State {
    /// As it is stored and shown.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Reviewed => "reviewed",
            Self::Final => "final",
        }
    }

    /// What can be done in it, whoever asks.
    pub(super) const fn actions(self) -> &'static [Action] {
        match self {
            Self::Missing => &[Action::Save],
            Self::Draft | Self::Returned => &[Action::Save, Action::Submit],
            Self::Submitted => &[Action::Return, Action::Review],
            Self::Reviewed => &[Action::Return, Action::Finalise],
            Self::Final => &[],
        }
    }
}

/// What can be done with an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EvaluationAction)]
pub(super) enum Action {
    /// Enter scores of qualitative targets, reasons and measures.
    Save,
    /// Hand it in.
    Submit,
    /// Send it back, with a note.
    Return,
    /// Agree, where need be with corrected scores.
    Review,
    /// Make it final.
    Finalise,
}

impl Action {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Review => "review",
            Self::Finalise => "finalise",
        }
    }

    /// As the journal names it.
    pub(super) const fn journaled(self) -> &'static str {
        match self {
            Self::Save => "evaluation.save",
            Self::Submit => "evaluation.submit",
            Self::Return => "evaluation.return",
            Self::Review => "evaluation.review",
            Self::Finalise => "evaluation.finalise",
        }
    }

    /// The state to which it leads.
    pub(super) const fn leads_to(self) -> State {
        match self {
            Self::Save => State::Draft,
            Self::Submit => State::Submitted,
            Self::Return => State::Returned,
            Self::Review => State::Reviewed,
            Self::Finalise => State::Final,
        }
    }
}

/// What the unit entered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entered {
    /// What is said of the whole.
    pub summary: Option<String>,
    /// What became of each goal.
    pub goals: Vec<GoalEntry>,
    pub targets: Vec<TargetEntry>,
}

/// What became of a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GoalEntry {
    pub goal: String,
    pub actual: String,
}

/// What was entered of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TargetEntry {
    pub goal: String,
    pub target: String,
    /// How far a qualitative target was reached, and its score within that band.
    pub band: Option<Band>,
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub score: Option<Decimal>,
    /// What was achieved, in words.
    pub actual: Option<String>,
    pub reason: Option<String>,
    pub measures: Option<String>,
}

/// A score as the review corrected it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Correction {
    pub goal: String,
    pub target: String,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub score: Decimal,
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 3] = [Kind::Project, Kind::School, Kind::Department];
    const STATES: [State; 6] =
        [State::Missing, State::Draft, State::Submitted, State::Returned, State::Reviewed, State::Final];

    #[test]
    fn kinds_and_states_are_stored_under_the_names_that_are_shown() {
        for kind in KINDS {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        for state in STATES {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }

    #[test]
    fn what_is_final_stays_so_and_every_other_action_changes_the_state() {
        assert!(State::Final.actions().is_empty());
        for state in STATES {
            for action in state.actions() {
                assert!(action.leads_to() != state || *action == Action::Save, "{action:?} in {state:?}");
            }
        }
    }
}
