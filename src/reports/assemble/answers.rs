//! What templates asked for, read from the database: whatever is open, in one go.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use minijinja::Value;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::super::template::{
    Amount, EvaluationAsk, FigureAsk, Form, Number, Origin, Outcome, Record, RecordsAsk, World, cleared,
    known_evaluation, missing_evaluation,
};
use super::queries::{self, RecordRow};
use super::sheets;
use crate::catalogue::document::{EvaluationOf, FieldKind};
use crate::catalogue::{Catalogues, CompiledRegister};
use crate::documents::Shows;
use crate::figures;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::say;

/// Answers whatever stands open.
pub(super) async fn answer(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    world: &Arc<World>,
    moment: DateTime<Utc>,
) -> Result<()> {
    let (figures, records, evaluations, wanted) = {
        let memory = world.memory();
        let (figures, records) = (memory.figures.open().to_vec(), memory.records.open().to_vec());
        (figures, records, memory.evaluations.open().to_vec(), memory.sheets.open().to_vec())
    };
    if !figures.is_empty() {
        answer_figures(tx, scope, world, (figures, moment)).await?;
    }
    if !records.is_empty() {
        answer_records(tx, scope, world, (records, moment)).await?;
    }
    if !(evaluations.is_empty() && wanted.is_empty()) {
        let outcomes = queries::evaluations(tx, scope, world.year, moment).await?;
        let mut found = Vec::new();
        for sheet in wanted {
            let tables = sheets::read(tx, catalogues, scope, (world, &outcomes, &sheet), moment).await?;
            found.push((sheet, Arc::new(tables)));
        }
        world.memory().sheets.answer(found.into_iter());
        let answers = evaluations.into_iter().map(|ask| {
            let record = match outcomes.iter().find(|outcome| is_asked(&ask, outcome)) {
                Some(outcome) => known_evaluation(world, outcome),
                None => missing_evaluation(world, &ask),
            };
            (ask, Arc::new(record))
        });
        world.memory().evaluations.answer(answers);
    }
    Ok(())
}

fn is_asked(ask: &EvaluationAsk, outcome: &Outcome) -> bool {
    ask.kind == outcome.kind
        && (ask.kind == EvaluationOf::Department || ask.subject.as_deref() == Some(outcome.subject.as_str()))
}

async fn answer_figures(
    tx: &mut Tx,
    scope: &Scope,
    world: &Arc<World>,
    (asks, moment): (Vec<FigureAsk>, DateTime<Utc>),
) -> Result<()> {
    let questions: Vec<figures::Ask> = asks.iter().map(FigureAsk::question).collect();
    let figures = figures::settled_values(tx, scope, &world.catalogue, &questions, moment).await?;
    world.memory().figures.answer(asks.into_iter().zip(figures.into_iter().map(|figure| figure.map(Arc::new))));
    Ok(())
}

async fn answer_records(
    tx: &mut Tx,
    scope: &Scope,
    world: &Arc<World>,
    (asks, moment): (Vec<RecordsAsk>, DateTime<Utc>),
) -> Result<()> {
    let rows = queries::records(tx, scope, moment, &asks).await?;
    let most = queries::MAX_RECORDS_IN_ALL;
    if rows.len() > most {
        return Err(AppError::violation(
            "/template",
            ViolationCode::OutOfRange,
            say!("一份报告取得的登记簿记录合计超过 {most} 条", "More than {most} records are asked for at once"),
        ));
    }
    let mut lists: BTreeMap<i32, Vec<RecordRow>> = BTreeMap::new();
    for row in rows {
        lists.entry(row.number).or_default().push(row);
    }
    let mut answers = Vec::new();
    for (number, ask) in (1..).zip(asks) {
        let rows = lists.remove(&number).unwrap_or_default();
        let most = queries::MAX_RECORDS;
        if rows.len() > most {
            let register = &ask.register;
            return Err(AppError::violation(
                "/template",
                ViolationCode::OutOfRange,
                say!(
                    "登记簿“{register}”中取得的记录超过 {most} 条",
                    "More than {most} records of the register “{register}” are asked for at once"
                ),
            ));
        }
        let catalogue = Arc::clone(&world.catalogue);
        let register = catalogue.register(&ask.register);
        let records = rows.into_iter().map(|row| Arc::new(record(world, &ask.register, register, row)));
        let records: Arc<[Arc<Record>]> = records.collect();
        answers.push((ask, records));
    }
    world.memory().records.answer(answers.into_iter());
    Ok(())
}

/// A record as templates speak of it: names where it has codes, and the codes beside them.
fn record(world: &Arc<World>, code: &str, register: Option<&CompiledRegister>, row: RecordRow) -> Record {
    let place = |code: &str| world.organisations.get(code).map_or_else(|| cleared(code), |place| cleared(&place.name));
    let mut codes: BTreeMap<String, Value> = BTreeMap::new();
    let mut fields: BTreeMap<String, Value> = BTreeMap::new();
    let states = register.into_iter().flat_map(|register| &register.definition.states);
    let state = states.into_iter().find(|state| state.code == row.state);
    fields.insert("state".to_owned(), Value::from(state.map_or(row.state.as_str(), |state| state.name.zh.as_str())));
    codes.insert("state".to_owned(), Value::from(row.state.as_str()));
    fields.insert(
        "school".to_owned(),
        row.school.as_deref().map_or(Value::from(()), |school| Value::from(place(school))),
    );
    codes.insert("school".to_owned(), row.school.as_deref().map_or(Value::from(()), Value::from));
    fields.insert("code".to_owned(), Value::from(cleared(&row.record)));
    for field in register.into_iter().flat_map(|register| &register.definition.fields) {
        let (value, known) = match row.fields.get(&field.code) {
            None | Some(Json::Null) => (Value::from(()), Value::from(())),
            Some(Json::Bool(flag)) => (Value::from(*flag), Value::from(*flag)),
            Some(Json::String(text)) => {
                let options = register.map(|register| register.options(&field.code)).unwrap_or_default();
                let shown = match field.kind {
                    FieldKind::Choice => options
                        .iter()
                        .find(|option| option.code == *text)
                        .map_or_else(|| text.clone(), |option| option.name.zh.clone()),
                    FieldKind::School => place(text),
                    _ => text.clone(),
                };
                (Value::from(cleared(&shown)), Value::from(cleared(text)))
            }
            Some(other) => match other.to_string().parse::<Decimal>() {
                Ok(value) => {
                    (number(world, code, &row.record, (value, field.kind)).into(), Value::from(other.to_string()))
                }
                Err(_) => (Value::from(()), Value::from(())),
            },
        };
        fields.insert(field.code.clone(), value);
        codes.insert(field.code.clone(), known);
    }
    fields.insert("codes".to_owned(), Value::from(codes));
    Record { register: Some(code.to_owned()), code: row.record, fields, exists: true, world: Arc::downgrade(world) }
}

fn number(world: &Arc<World>, register: &str, record: &str, (value, kind): (Decimal, FieldKind)) -> Number {
    Number {
        amount: Amount::Known(value),
        form: Form::Plain,
        unit: if kind == FieldKind::Amount { "元".to_owned() } else { String::new() },
        shows: Shows::Value,
        origins: vec![Origin::Records { register: register.to_owned(), records: vec![record.to_owned()] }],
        doubts: Vec::new(),
        text: None,
        world: Arc::downgrade(world),
    }
}
