//! Final evaluations as templates speak of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Value;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::ask::EvaluationAsk;
use super::number::{Amount, Form, Number, Origin, Problem};
use super::record::Record;
use super::trace::cleared;
use super::world::World;
use crate::catalogue::document::{EvaluationOf, Grade};
use crate::documents::Shows;
use crate::say;

/// What a final evaluation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::reports) struct Outcome {
    pub kind: EvaluationOf,
    pub subject: String,
    pub name: String,
    pub total: Decimal,
    pub grade: Grade,
    pub suggested: Decimal,
    /// The row of all funds of its sheet.
    pub funds: Json,
}

/// The fields with numbers, each with the unit.
const ITEMS: [(&str, &str); 7] = [
    ("total", "分"),
    ("grade", ""),
    ("execution_rate", ""),
    ("original", "元"),
    ("budget", "元"),
    ("executed", "元"),
    ("suggested", "元"),
];

/// An evaluation that was asked for and is not answered yet.
pub(super) fn pending(world: &Arc<World>, ask: &EvaluationAsk) -> Record {
    nothing(world, ask, &Amount::Pending)
}

/// An evaluation that is not final.
pub(in crate::reports) fn missing(world: &Arc<World>, ask: &EvaluationAsk) -> Record {
    let year = world.year;
    let problem = match &ask.subject {
        None => say!("{year} 年部门整体绩效评价尚未定稿", "The evaluation of the department of {year} is not final"),
        Some(subject) => {
            say!("{year} 年“{subject}”的绩效评价尚未定稿", "The evaluation of “{subject}” of {year} is not final")
        }
    };
    nothing(world, ask, &Amount::Missing(Problem::undefined(problem)))
}

fn nothing(world: &Arc<World>, ask: &EvaluationAsk, amount: &Amount) -> Record {
    let empty = Number {
        amount: amount.clone(),
        form: Form::Plain,
        unit: String::new(),
        shows: Shows::Value,
        origins: Vec::new(),
        doubts: Vec::new(),
        text: None,
        world: Arc::downgrade(world),
    };
    let names = ITEMS.iter().map(|(item, _)| *item).chain(["name"]);
    let fields = names.map(|item| (item.to_owned(), Value::from(empty.clone()))).collect();
    Record {
        register: None,
        code: ask.subject.clone().unwrap_or_default(),
        fields,
        exists: false,
        world: Arc::downgrade(world),
    }
}

/// An evaluation as it became final.
pub(in crate::reports) fn known(world: &Arc<World>, outcome: &Outcome) -> Record {
    let fund = |item: &str| outcome.funds.get(item).and_then(|amount| amount.to_string().parse::<Decimal>().ok());
    let mut fields = BTreeMap::new();
    for (item, unit) in ITEMS {
        let value = match item {
            "total" => Some(outcome.total),
            "suggested" => Some(outcome.suggested),
            // The sheet has it in percent.
            "execution_rate" => fund("rate").map(|percent| percent / Decimal::ONE_HUNDRED),
            "grade" => None,
            item => fund(item),
        };
        let amount = match (value, item) {
            (Some(value), _) => Amount::Known(value.normalize()),
            (None, "grade") => Amount::Word(word(outcome.grade).to_owned()),
            (None, _) => {
                Amount::Missing(Problem::undefined(say!("没有预算，无执行率", "There is no budget to be executed")))
            }
        };
        let number = Number {
            amount,
            form: if item == "execution_rate" { Form::Ratio } else { Form::Plain },
            unit: unit.to_owned(),
            shows: Shows::Value,
            origins: vec![Origin::Evaluation {
                kind: outcome.kind,
                subject: outcome.subject.clone(),
                item,
                value: value.map(|value| value.normalize()),
            }],
            doubts: Vec::new(),
            text: None,
            world: Arc::downgrade(world),
        };
        fields.insert(item.to_owned(), Value::from(number));
    }
    fields.insert("name".to_owned(), Value::from(cleared(&outcome.name)));
    Record { register: None, code: outcome.subject.clone(), fields, exists: true, world: Arc::downgrade(world) }
}

const fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Excellent => "优",
        Grade::Good => "良",
        Grade::Fair => "中",
        Grade::Poor => "差",
    }
}
