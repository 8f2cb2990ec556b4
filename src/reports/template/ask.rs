//! What a template asks for, as it is remembered and read from the database.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

use super::world::MAX_FIGURES;
use crate::catalogue::Period;
use crate::catalogue::document::EvaluationOf;
use crate::figures;

/// A figure that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::reports) struct FigureAsk {
    pub indicator: String,
    pub period: Period,
    pub within: Option<String>,
    /// Part of a breakdown, by key.
    pub only: BTreeMap<String, String>,
}

impl FigureAsk {
    /// The same a year earlier.
    pub(in crate::reports) fn year_ago(&self) -> Self {
        Self { period: self.period.year_ago(), ..self.clone() }
    }

    pub(in crate::reports) fn question(&self) -> figures::Ask {
        figures::Ask {
            indicator: self.indicator.clone(),
            period: self.period,
            within: self.within.clone(),
            only: self.only.iter().map(|(key, part)| (key.as_str().into(), part.clone())).collect(),
        }
    }
}

/// Records of a register that are asked for, as the statement takes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub(in crate::reports) struct RecordsAsk {
    pub register: String,
    /// In one of these states; in any where there are none.
    pub states: Vec<String>,
    /// The day on which they stood in it; as they are known to stand where there is none.
    pub on: Option<NaiveDate>,
    /// Fields that have exactly this value.
    pub contains: Map<String, Value>,
    /// Fields that have one of these values.
    pub any_of: Map<String, Value>,
    /// A field with a date that lies within these days.
    pub date: Option<String>,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// A final evaluation that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::reports) struct EvaluationAsk {
    pub kind: EvaluationOf,
    /// Code of the project or school; of the department there is only one.
    pub subject: Option<String>,
}

/// What was asked, and what was answered.
#[derive(Debug)]
pub(in crate::reports) struct Answers<A, T> {
    answered: HashMap<A, T>,
    /// In the order in which it was asked.
    open: Vec<A>,
    /// The same, to be found.
    noted: HashSet<A>,
}

impl<A, T> Default for Answers<A, T> {
    fn default() -> Self {
        Self { answered: HashMap::new(), open: Vec::new(), noted: HashSet::new() }
    }
}

impl<A: Clone + Eq + Hash, T: Clone> Answers<A, T> {
    /// The answer; where there is none yet, the question is noted, unless there are more than can be asked anyway.
    pub(in crate::reports) fn get(&mut self, ask: &A) -> Option<T> {
        let answer = self.answered.get(ask).cloned();
        if answer.is_none() && self.open.len() <= MAX_FIGURES && !self.noted.contains(ask) {
            self.noted.insert(ask.clone());
            self.open.push(ask.clone());
        }
        answer
    }

    /// The answer, where there is one.
    pub(super) fn known(&self, ask: &A) -> Option<T> {
        self.answered.get(ask).cloned()
    }

    pub(in crate::reports) fn open(&self) -> &[A] {
        &self.open
    }

    pub(in crate::reports) fn answer(&mut self, answers: impl Iterator<Item = (A, T)>) {
        self.answered.extend(answers);
        self.open.clear();
        self.noted.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.answered.len() + self.open.len()
    }
}
