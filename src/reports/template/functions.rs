//! What a template can ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{Environment, Error};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use super::ask::{EvaluationAsk, FigureAsk, RecordsAsk};
use super::number::{Amount, Form, Number, Origin};
use super::record::Records;
use super::trace::cleared;
use super::world::World;
use super::wrong;
use crate::catalogue::document::{EvaluationOf, FieldKind};
use crate::catalogue::{CompiledRegister, Period};
use crate::documents::Shows;
use crate::platform::message::Message;
use crate::say;

/// Makes the functions known.
pub(super) fn install(environment: &mut Environment<'_>, world: &Arc<World>) {
    for (name, shows) in
        [("value", Shows::Value), ("previous", Shows::Previous), ("growth", Shows::Growth), ("change", Shows::Change)]
    {
        let world = Arc::clone(world);
        environment.add_function(name, move |indicator: String, options: Kwargs| -> Result<Value, Error> {
            let ask = figure_ask(&world, indicator, &options)?;
            Ok(world.figure(ask, shows).into())
        });
    }
    environment.add_function("share", |part: Value, whole: Value| -> Result<Value, Error> { share(&part, &whole) });
    environment.add_function("sum", |values: Rest<Value>| -> Result<Value, Error> { sum(&values) });
    let of_records = Arc::clone(world);
    environment.add_function("records", move |register: String, options: Kwargs| -> Result<Value, Error> {
        let ask = records_ask(&of_records, register, &options)?;
        let records = of_records.memory().records.get(&ask).map(|records| records.to_vec()).unwrap_or_default();
        Ok(Value::from_object(Records { register: ask.register, records }))
    });
    let of_names = Arc::clone(world);
    environment.add_function("name", move |code: String| -> Result<Value, Error> {
        match of_names.organisations.get(&code) {
            Some(place) => Ok(Value::from(cleared(&place.name))),
            None => Err(wrong(say!("没有组织“{code}”", "There is no organisation “{code}”"))),
        }
    });
    let of_evaluations = Arc::clone(world);
    environment.add_function("evaluation", move |kind: String, subject: Option<String>| -> Result<Value, Error> {
        evaluation(&of_evaluations, &kind, subject)
    });
}

fn figure_ask(world: &World, indicator: String, options: &Kwargs) -> Result<FigureAsk, Error> {
    let period = period(world, options)?;
    let within: Option<String> = options.get("within")?;
    let mut only = BTreeMap::new();
    for (key, part) in conditions(options)? {
        let part = part.as_str().map(str::to_owned);
        let part = part.ok_or_else(|| wrong(say!("where 中“{key}”应为文本", "“{key}” of where is a text")))?;
        only.insert(key, part);
    }
    options.assert_all_used()?;
    Ok(FigureAsk { indicator, period, within, only })
}

/// The period that is asked for: that of the report, a number of years later, or one by its name.
fn period(world: &World, options: &Kwargs) -> Result<Period, Error> {
    let asked: Option<Value> = options.get("period")?;
    let Some(asked) = asked else {
        return world.period_after(0).ok_or_else(|| no_period(&world.year.to_string()));
    };
    named_period(world, &asked.to_string()).ok_or_else(|| no_period(&asked.to_string()))
}

/// A period by its name, or by how many years it lies after that of the report.
pub(in crate::reports) fn named_period(world: &World, name: &str) -> Option<Period> {
    match name.parse::<i32>() {
        Ok(years) if years.abs() < 1_000 => world.period_after(years),
        _ => name.parse().ok(),
    }
}

fn no_period(name: &str) -> Error {
    wrong(say!("没有期间“{name}”", "There is no period “{name}”"))
}

fn conditions(options: &Kwargs) -> Result<Vec<(String, Value)>, Error> {
    let given: Option<Value> = options.get("where")?;
    let Some(given) = given else { return Ok(Vec::new()) };
    if given.kind() != ValueKind::Map {
        return Err(wrong(say!("where 应为 {{…}}", "where is {{…}}")));
    }
    let keys: Vec<Value> = given.try_iter()?.collect();
    keys.into_iter().map(|key| Ok((key.to_string(), given.get_item(&key)?))).collect()
}

/// The number that a value is, where it is one of a figure or of records.
fn number_of(value: &Value) -> Result<Arc<Number>, Error> {
    value.downcast_object::<Number>().ok_or_else(|| {
        wrong(say!("此处应为 value(…) 等取得的数", "A number that value(…) and the like give is expected here"))
    })
}

fn share(part: &Value, whole: &Value) -> Result<Value, Error> {
    let (part, whole) = (number_of(part)?, number_of(whole)?);
    if part.origins.len() != 1 || whole.origins.len() != 1 || part.shows != Shows::Value || whole.shows != Shows::Value
    {
        return Err(wrong(say!("share 的两项应为单独的数值", "share takes two single values")));
    }
    let amount = match (&part.amount, &whole.amount) {
        (Amount::Known(part), Amount::Known(whole)) => match part.checked_div(*whole) {
            Some(share) => Amount::Known(share),
            None => Amount::Missing(super::Problem::undefined(say!("分母为零", "It is divided by zero"))),
        },
        (Amount::Known(_), other) | (other, _) => other.clone(),
    };
    Ok(combined(&[part, whole], amount, Shows::Share).into())
}

fn sum(values: &[Value]) -> Result<Value, Error> {
    let numbers = values.iter().map(number_of).collect::<Result<Vec<_>, _>>()?;
    if numbers.is_empty() || numbers.iter().any(|number| !matches!(number.shows, Shows::Value | Shows::Sum)) {
        return Err(wrong(say!("sum 的各项应为数值", "sum takes values")));
    }
    let units: BTreeSet<&str> =
        numbers.iter().map(|number| number.unit.as_str()).filter(|unit| !unit.is_empty()).collect();
    let is_mixed = numbers.iter().any(|number| number.form != Form::Plain) && numbers.len() > 1;
    if units.len() > 1 || is_mixed {
        return Err(wrong(say!("sum 的各项单位应相同，且不是比率", "What sum adds has one unit, and is no ratio")));
    }
    let unknown = numbers.iter().find(|number| number.value().is_none());
    let amount = if let Some(number) = unknown {
        number.amount.clone()
    } else {
        let sum = numbers.iter().filter_map(|number| number.value()).try_fold(Decimal::ZERO, Decimal::checked_add);
        Amount::Known(sum.ok_or_else(|| wrong(say!("数值过大", "The numbers are too large")))?)
    };
    Ok(combined(&numbers, amount, Shows::Sum).into())
}

/// A number that is made of others.
fn combined(numbers: &[Arc<Number>], amount: Amount, shows: Shows) -> Number {
    let first = numbers.first();
    let is_share = shows == Shows::Share;
    Number {
        amount,
        form: if is_share { Form::Ratio } else { first.map_or(Form::Plain, |number| number.form) },
        unit: first.filter(|_| !is_share).map(|number| number.unit.clone()).unwrap_or_default(),
        shows,
        origins: numbers.iter().flat_map(|number| number.origins.iter().cloned()).collect(),
        doubts: numbers.iter().flat_map(|number| number.doubts.iter().cloned()).collect(),
        text: None,
        world: first.map(|number| number.world.clone()).unwrap_or_default(),
    }
}

fn records_ask(world: &World, code: String, options: &Kwargs) -> Result<RecordsAsk, Error> {
    let catalogue = Arc::clone(&world.catalogue);
    let register =
        catalogue.register(&code).ok_or_else(|| wrong(say!("没有登记簿“{code}”", "There is no register “{code}”")))?;
    let period = period(world, options)?;
    let states = texts(options.get("state")?)?;
    for state in &states {
        if !register.definition.states.iter().any(|each| each.code == *state) {
            return Err(wrong(say!("登记簿“{code}”没有状态“{state}”", "The register “{code}” has no state “{state}”")));
        }
    }
    let date: Option<String> = options.get("date")?;
    if let Some(date) = &date
        && register.field(date).is_none_or(|field| field.kind != FieldKind::Date)
    {
        return Err(wrong(say!("登记簿“{code}”没有日期字段“{date}”", "The register “{code}” has no date “{date}”")));
    }
    let on: Option<String> = options.get("on")?;
    let on = match on.as_deref() {
        // What happened in the period is looked at as it stands by now, as figures do.
        None if date.is_some() => None,
        None | Some("end") => Some(period.end()),
        Some(day) => Some(day.parse::<NaiveDate>().map_err(|_| wrong(say!("“{day}”不是日期", "“{day}” is no day")))?),
    };
    let (mut contains, mut any_of) = (Map::new(), Map::new());
    for (field, wanted) in conditions(options)? {
        match wanted.kind() {
            ValueKind::Seq | ValueKind::Iterable => {
                let wanted = wanted.try_iter()?.map(|wanted| condition(register, &field, &wanted));
                any_of.insert(field.clone(), Json::Array(wanted.collect::<Result<_, _>>()?));
            }
            _ => {
                contains.insert(field.clone(), condition(register, &field, &wanted)?);
            }
        }
    }
    options.assert_all_used()?;
    let (first, last) = (period.start(), period.end());
    Ok(RecordsAsk { register: code, states, on, contains, any_of, date, first, last })
}

/// What a field has to be.
fn condition(register: &CompiledRegister, field: &str, wanted: &Value) -> Result<Json, Error> {
    let unknown = |message: Message| Err(wrong(message));
    let Some(definition) = register.field(field) else {
        return unknown(say!("登记簿没有字段“{field}”", "The register has no field “{field}”"));
    };
    match (definition.kind, wanted.kind()) {
        (FieldKind::Boolean, ValueKind::Bool) => Ok(Json::Bool(wanted.is_true())),
        (FieldKind::Choice, ValueKind::String) if !register.has_option(field, wanted.as_str().unwrap_or_default()) => {
            unknown(say!("字段“{field}”没有选项“{wanted}”", "The field “{field}” has no option “{wanted}”"))
        }
        (
            FieldKind::Choice | FieldKind::Text | FieldKind::School | FieldKind::Record | FieldKind::Date,
            ValueKind::String,
        ) => Ok(Json::String(wanted.to_string())),
        (FieldKind::Whole | FieldKind::Decimal | FieldKind::Amount, ValueKind::Number) => {
            serde_json::from_str(&wanted.to_string())
                .or_else(|_| unknown(say!("“{wanted}”不是数", "“{wanted}” is no number")))
        }
        _ => unknown(say!("字段“{field}”不是这一类的值", "The field “{field}” has no values of this kind")),
    }
}

/// A text or several.
fn texts(given: Option<Value>) -> Result<Vec<String>, Error> {
    match given {
        None => Ok(Vec::new()),
        Some(given) => match given.as_str() {
            Some(text) => Ok(vec![text.to_owned()]),
            None => Ok(given.try_iter()?.map(|text| text.to_string()).collect()),
        },
    }
}

fn evaluation(world: &Arc<World>, kind: &str, subject: Option<String>) -> Result<Value, Error> {
    let kind = match (kind, &subject) {
        ("department", None) => EvaluationOf::Department,
        ("project", Some(_)) => EvaluationOf::Project,
        ("school", Some(_)) => EvaluationOf::School,
        _ => {
            return Err(wrong(say!(
                "应为 evaluation('department')、evaluation('project', 编码) 或 evaluation('school', 编码)",
                "Ask evaluation('department'), evaluation('project', CODE) or evaluation('school', CODE)"
            )));
        }
    };
    let ask = EvaluationAsk { kind, subject };
    let known = world.memory().evaluations.get(&ask);
    let record = known.unwrap_or_else(|| Arc::new(super::evaluations::pending(world, &ask)));
    Ok(Value::from_dyn_object(record))
}

/// A number that counts records.
pub(super) fn count(world: &Arc<World>, register: &str, records: Vec<String>) -> Number {
    Number {
        amount: Amount::Known(Decimal::from(records.len())),
        form: Form::Plain,
        unit: String::new(),
        shows: Shows::Value,
        origins: vec![Origin::Records { register: register.to_owned(), records }],
        doubts: Vec::new(),
        text: None,
        world: Arc::downgrade(world),
    }
}
