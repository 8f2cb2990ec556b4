//! The life of a submission: its states, and what may be done in each.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::WindowDates;

/// How far a submission has come.
///
/// `draft → submitted → accepted`, `submitted → returned → submitted`,
/// `accepted → reopened → submitted`. What was accepted counts until something newer is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SubmissionState)]
pub enum State {
    /// The school has saved nothing yet.
    NotBegun,
    /// The school is working on it.
    Draft,
    /// The bureau reviews it.
    Submitted,
    /// The bureau wants it mended.
    Returned,
    /// It counts.
    Accepted,
    /// It counts, and the school is mending it.
    Reopened,
}

/// What a person may do with a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SubmissionAction)]
pub enum Action {
    /// Save the working document.
    Save,
    /// Hand it in, or sign it.
    Submit,
    /// Send it back, with a note.
    Return,
    /// Let it count.
    Accept,
    /// Let the school mend what was accepted, with a note.
    Reopen,
}

impl State {
    /// The name by which it is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotBegun => "not_begun",
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
            Self::Reopened => "reopened",
        }
    }

    /// The state of a name, where there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::NotBegun, Self::Draft, Self::Submitted, Self::Returned, Self::Accepted, Self::Reopened]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// The actions that the state allows, whoever asks.
    #[must_use]
    pub fn actions(self) -> &'static [Action] {
        match self {
            Self::NotBegun => &[Action::Save],
            Self::Draft | Self::Returned | Self::Reopened => &[Action::Save, Action::Submit],
            Self::Submitted => &[Action::Return, Action::Accept],
            Self::Accepted => &[Action::Reopen],
        }
    }

    /// Whether the bureau asked for what the school is to do now, so that the window does not
    /// matter.
    #[must_use]
    pub fn was_asked_for(self) -> bool {
        matches!(self, Self::Returned | Self::Reopened)
    }
}

impl Action {
    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Accept => "accept",
            Self::Reopen => "reopen",
        }
    }

    /// Whether the action says nothing new, because it was done already.
    #[must_use]
    pub fn is_done_in(self, state: State) -> bool {
        matches!(
            (self, state),
            (Self::Return, State::Returned)
                | (Self::Accept, State::Accepted)
                | (Self::Reopen, State::Reopened)
                | (Self::Submit, State::Submitted)
        )
    }
}

/// A school's window for a form and period, extension included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SchoolWindow {
    pub dates: WindowDates,
    pub extended_until: Option<NaiveDate>,
}

/// Whether a window is open, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WindowState)]
pub(super) enum WindowState {
    /// The first day has not come.
    NotYetOpen,
    /// It may be filled in.
    Open,
    /// The last day has passed, but the school has more time.
    Extended,
    /// The last day has passed.
    Closed,
}

impl SchoolWindow {
    pub(super) fn state(self, today: NaiveDate) -> WindowState {
        if today < self.dates.opens_on {
            WindowState::NotYetOpen
        } else if today <= self.dates.closes_on {
            WindowState::Open
        } else if self.extended_until.is_some_and(|until| today <= until) {
            WindowState::Extended
        } else {
            WindowState::Closed
        }
    }

    /// The last day on which it may be submitted.
    pub(super) fn last_day(self) -> NaiveDate {
        self.extended_until.map_or(self.dates.closes_on, |until| until.max(self.dates.closes_on))
    }

    pub(super) fn is_open(self, today: NaiveDate) -> bool {
        matches!(self.state(today), WindowState::Open | WindowState::Extended)
    }

    /// Whether today is later than what was agreed with the school.
    pub(super) fn is_late(self, today: NaiveDate) -> bool {
        today > self.extended_until.map_or(self.dates.due_on, |until| until.max(self.dates.due_on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_opens_closes_and_may_be_extended() {
        let dates =
            WindowDates { opens_on: day("2022-12-01"), due_on: day("2023-01-15"), closes_on: day("2023-01-31") };
        let plain = SchoolWindow { dates, extended_until: None };
        let extended = SchoolWindow { dates, extended_until: Some(day("2023-02-10")) };
        for (today, state, late) in [
            ("2022-11-30", WindowState::NotYetOpen, false),
            ("2022-12-01", WindowState::Open, false),
            ("2023-01-15", WindowState::Open, false),
            ("2023-01-16", WindowState::Open, true),
            ("2023-01-31", WindowState::Open, true),
            ("2023-02-01", WindowState::Closed, true),
        ] {
            assert_eq!((plain.state(day(today)), plain.is_late(day(today))), (state, late), "{today}");
        }
        assert_eq!(extended.state(day("2023-02-10")), WindowState::Extended);
        assert!(!extended.is_late(day("2023-02-10")));
        assert_eq!(extended.state(day("2023-02-11")), WindowState::Closed);
    }

    #[test]
    fn every_state_has_a_name_of_its_own() {
        for state in
            [State::NotBegun, State::Draft, State::Submitted, State::Returned, State::Accepted, State::Reopened]
        {
            assert_eq!(State::named(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
