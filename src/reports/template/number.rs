//! A number with its trace: what it shows, of what, and how it is worded.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, Weak};

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use rust_decimal::Decimal;

use super::ask::FigureAsk;
use super::trace;
use super::wording;
use super::world::World;
use crate::catalogue::document::EvaluationOf;
use crate::documents::{FindingKind, Shows};
use crate::platform::message::Message;

/// What a number is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reports) enum Amount {
    Known(Decimal),
    /// What stands for a number in words, such as a grade.
    Word(String),
    /// It was asked for, and is not answered yet.
    Pending,
    /// It is not there, and why.
    Missing(Problem),
}

/// Why something is not there, or cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reports) struct Problem {
    pub kind: FindingKind,
    pub message: Message,
}

impl Problem {
    pub(in crate::reports) fn undefined(message: Message) -> Self {
        Self { kind: FindingKind::Undefined, message }
    }

    pub(in crate::reports) fn incomplete(message: Message) -> Self {
        Self { kind: FindingKind::Incomplete, message }
    }
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::reports) enum Origin {
    Figure { ask: FigureAsk, with_previous: bool },
    Records { register: String, records: Vec<String> },
    Evaluation { kind: EvaluationOf, subject: String, item: &'static str, value: Option<Decimal> },
}

/// How a number is worded where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reports) enum Form {
    /// As it is.
    Plain,
    /// A share of 1, in percent.
    Ratio,
}

/// A number with its trace.
#[derive(Clone)]
pub(in crate::reports) struct Number {
    pub amount: Amount,
    pub form: Form,
    pub unit: String,
    pub shows: Shows,
    pub origins: Vec<Origin>,
    /// What makes it unreliable although it is there.
    pub doubts: Vec<Problem>,
    /// As it was worded.
    pub text: Option<String>,
    /// Who takes its trace when it is written.
    pub world: Weak<World>,
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Number {
    /// The value, where it is known.
    pub(in crate::reports) fn value(&self) -> Option<Decimal> {
        match self.amount {
            Amount::Known(value) => Some(value),
            Amount::Word(_) | Amount::Pending | Amount::Missing(_) => None,
        }
    }

    /// Something is decided by it: what it lacks is lacking there as well, although it may not be printed.
    pub(super) fn decide(&self) {
        let Some(world) = self.world.upgrade() else { return };
        if let Amount::Missing(problem) = &self.amount {
            world.note(problem.clone());
        }
        for doubt in &self.doubts {
            world.note(doubt.clone());
        }
    }

    /// The same number in other words.
    pub(super) fn worded(&self, text: String) -> Self {
        Self { text: Some(text), ..self.clone() }
    }

    /// As it is printed.
    pub(in crate::reports) fn text(&self) -> String {
        match (&self.text, &self.amount) {
            (_, Amount::Missing(problem)) => format!("【{}】", problem.message.zh),
            (_, Amount::Pending) => "…".to_owned(),
            (Some(text), _) | (None, Amount::Word(text)) => text.clone(),
            (None, Amount::Known(value)) => match self.form {
                Form::Plain => wording::plain(*value, None),
                Form::Ratio => wording::percent(*value, 2),
            },
        }
    }
}

impl Object for Number {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.decide();
        match &self.amount {
            Amount::Known(value) => !value.is_zero(),
            Amount::Word(_) => true,
            Amount::Pending | Amount::Missing(_) => false,
        }
    }

    /// By their values, however they are worded; where one has none, by what is printed.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        self.decide();
        other.decide();
        Some(match (self.value(), other.value()) {
            (Some(one), Some(other)) => one.cmp(&other),
            (one, another) => one.cmp(&another).then_with(|| self.text().cmp(&other.text())),
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.world.upgrade() {
            Some(world) => f.write_str(&trace::marked(world.trace(Arc::clone(self)), &self.text())),
            None => f.write_str(&self.text()),
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::from_object(number)
    }
}
