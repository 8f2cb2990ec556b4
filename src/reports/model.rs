//! Reports as they are kept: their states, what can be done in them, and what was found in them.

use std::fmt::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::documents::{Finding, FindingKind};

/// How far a report has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportState)]
pub(super) enum State {
    /// It was assembled, and waits for a leader.
    Draft,
    /// A leader wants it assembled anew.
    Returned,
    /// A leader approved it: it never changes again.
    Approved,
    /// Schools see it as well.
    Published,
    /// Nothing comes of it.
    Discarded,
}

impl State {
    /// As it is stored and shown.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Discarded => "discarded",
        }
    }

    /// What can be done in it, whoever asks.
    pub(super) const fn actions(self) -> &'static [Action] {
        match self {
            Self::Draft => &[Action::Assemble, Action::Approve, Action::Return, Action::Discard],
            Self::Returned => &[Action::Assemble, Action::Discard],
            Self::Approved => &[Action::Publish],
            Self::Published | Self::Discarded => &[],
        }
    }
}

/// What can be done with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportAction)]
pub(super) enum Action {
    /// Assemble it anew, out of what is known now.
    Assemble,
    /// Approve it.
    Approve,
    /// Send it back, with a note.
    Return,
    /// Show it to the schools.
    Publish,
    /// Give it up, with a note.
    Discard,
}

impl Action {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Assemble => "assemble",
            Self::Approve => "approve",
            Self::Return => "return",
            Self::Publish => "publish",
            Self::Discard => "discard",
        }
    }

    /// As the journal names it.
    pub(super) const fn journaled(self) -> &'static str {
        match self {
            Self::Assemble => "report.assemble",
            Self::Approve => "report.approve",
            Self::Return => "report.return",
            Self::Publish => "report.publish",
            Self::Discard => "report.discard",
        }
    }

    /// The state to which it leads.
    pub(super) const fn leads_to(self) -> State {
        match self {
            Self::Assemble => State::Draft,
            Self::Approve => State::Approved,
            Self::Return => State::Returned,
            Self::Publish => State::Published,
            Self::Discard => State::Discarded,
        }
    }
}

/// A finding that stands as it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acknowledgement {
    /// The id of the finding.
    pub finding: String,
    pub reason: String,
}

/// By what a finding is named: the same as long as the same is found at the same place.
pub(super) fn id_of(finding: &Finding) -> String {
    let Finding { kind, place, quote, zh, .. } = finding;
    let mut hash = Sha256::new();
    for part in [&format!("{kind:?}"), place, quote, zh] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(hash.finalize().first_chunk::<8>().map_or(&[], |start| start.as_slice()))
}

/// Whether a finding stands in the way of approving: a number typed as text may be right, whatever else is found is not.
pub(super) const fn blocks(kind: FindingKind) -> bool {
    match kind {
        FindingKind::Typed => false,
        FindingKind::Growth
        | FindingKind::Total
        | FindingKind::Subset
        | FindingKind::Changed
        | FindingKind::Numbering
        | FindingKind::Incomplete
        | FindingKind::Undefined => true,
    }
}

/// Bytes as they are written.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 5] = [State::Draft, State::Returned, State::Approved, State::Published, State::Discarded];

    fn finding(place: &str, zh: &str) -> Finding {
        Finding {
            kind: FindingKind::Growth,
            place: place.to_owned(),
            quote: "增长3.7%".to_owned(),
            zh: zh.to_owned(),
            en: String::new(),
        }
    }

    #[test]
    fn states_are_stored_under_the_names_that_are_shown() {
        for state in STATES {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            for action in state.actions() {
                assert_eq!(serde_json::to_value(action).unwrap(), action.name());
                assert_eq!(action.journaled(), format!("report.{}", action.name()));
            }
        }
    }

    #[test]
    fn what_was_approved_is_published_at_most() {
        assert_eq!(State::Approved.actions(), [Action::Publish]);
        assert_eq!(State::Published.actions(), []);
        assert_eq!(State::Discarded.actions(), []);
    }

    #[test]
    fn a_finding_has_the_same_name_while_it_says_the_same() {
        let one = id_of(&finding("/sections/0", "130"));
        assert_eq!(one.len(), 16);
        assert_eq!(one, id_of(&finding("/sections/0", "130")));
        assert_ne!(one, id_of(&finding("/sections/1", "130")));
        assert_ne!(one, id_of(&finding("/sections/0", "131")), "another value is another finding");
    }
}
