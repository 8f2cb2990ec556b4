//! The naive model: what happened, kept in vectors, and figures out of loops over them. Written
//! from what a figure means, and not from how the service finds it.

mod answers;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use super::county::Honour;
use super::ledger::Ledger;

/// Dimension → option.
pub type Options = BTreeMap<String, String>;

/// A reported value.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub indicator: &'static str,
    pub options: Options,
    pub value: Value,
}

/// A form, a period, and a school.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub form: &'static str,
    pub period: &'static str,
    pub school: &'static str,
}

#[derive(Debug, Clone)]
pub struct School {
    pub code: &'static str,
    pub stage: &'static str,
    pub township: Option<&'static str>,
    pub parent: Option<&'static str>,
    pub opened_on: NaiveDate,
    pub closed_on: Option<NaiveDate>,
}

/// A revision, and since when it counts, in a clock that ticks with every event.
#[derive(Debug, Clone)]
struct Standing {
    revision: usize,
    since: usize,
}

#[derive(Debug, Clone, Default)]
struct Submission {
    draft: Vec<Cell>,
    revisions: Vec<Vec<Cell>>,
    submitted: Option<Standing>,
    accepted: Option<Standing>,
}

/// A county at some moment.
#[derive(Debug, Clone)]
pub struct Model {
    pub schools: Vec<School>,
    /// What is known of each honour.
    pub honours: BTreeMap<&'static str, Honour>,
    pub ledger: Ledger,
    submissions: BTreeMap<Slot, Submission>,
    clock: usize,
}

impl Model {
    pub fn new(schools: Vec<School>) -> Self {
        Self { schools, honours: BTreeMap::new(), ledger: Ledger::default(), submissions: BTreeMap::new(), clock: 0 }
    }

    fn at(&mut self, slot: &Slot) -> &mut Submission {
        self.clock += 1;
        self.submissions.entry(slot.clone()).or_default()
    }

    pub fn save(&mut self, slot: &Slot, draft: Vec<Cell>) {
        self.at(slot).draft = draft.into_iter().filter(|cell| !cell.value.is_null()).collect();
    }

    /// What says the same as the newest revision is no new revision.
    pub fn submit(&mut self, slot: &Slot) {
        let since = self.clock + 1;
        let submission = self.at(slot);
        if submission.revisions.last() != Some(&submission.draft) {
            submission.revisions.push(submission.draft.clone());
        }
        stand(&mut submission.submitted, Some(submission.revisions.len() - 1), since);
    }

    pub fn accept(&mut self, slot: &Slot) {
        let since = self.clock + 1;
        let submission = self.at(slot);
        stand(&mut submission.accepted, Some(submission.revisions.len() - 1), since);
    }

    /// What was accepted before stands again.
    pub fn give_back(&mut self, slot: &Slot) {
        let since = self.clock + 1;
        let submission = self.at(slot);
        stand(&mut submission.submitted, submission.accepted.as_ref().map(|accepted| accepted.revision), since);
    }
}

fn stand(standing: &mut Option<Standing>, revision: Option<usize>, since: usize) {
    if standing.as_ref().map(|standing| standing.revision) != revision {
        *standing = revision.map(|revision| Standing { revision, since });
    }
}
