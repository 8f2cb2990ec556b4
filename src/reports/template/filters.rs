//! How a template words numbers, and what it decides by them.

use std::sync::Arc;

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{Environment, Error, State};
use rust_decimal::Decimal;

use super::number::{Amount, Form, Number};
use super::record::{Record, Records};
use super::trace::cleared;
use super::wording::{self, Rise};
use super::world::World;
use super::{functions, wrong};
use crate::documents::Shows;
use crate::say;

/// Decimals where none are named.
const DECIMALS: u32 = 2;

/// Makes the filters and tests known.
pub(super) fn install(environment: &mut Environment<'_>, world: &Arc<World>) {
    environment.add_filter("unit", |number: Value, unit: Option<String>, options: Kwargs| {
        let decimals = options.get("decimals")?;
        options.assert_all_used()?;
        worded(&number, |value, number| {
            if number.form == Form::Ratio && (unit.is_some() || !number.unit.is_empty()) {
                return Err(is_ratio());
            }
            let unit = unit.as_deref().unwrap_or(&number.unit);
            Ok(format!("{}{unit}", plainly(value, number.form, decimals)))
        })
    });
    environment.add_filter("over", |number: Value, unit: Option<String>, options: Kwargs| {
        let digits: Option<u32> = options.get("digits")?;
        options.assert_all_used()?;
        let digits = digits.unwrap_or(2);
        worded(&number, |value, number| {
            if number.form == Form::Ratio || value != value.trunc() {
                return Err(wrong(say!("over 只用于整数", "over words whole numbers")));
            }
            Ok(wording::over(value, unit.as_deref().unwrap_or(&number.unit), digits))
        })
    });
    environment.add_filter("wan", |number: Value, decimals: Option<u32>| {
        worded(&number, |value, number| {
            if number.form == Form::Ratio {
                return Err(is_ratio());
            }
            let unit = if number.unit.is_empty() { "元" } else { &number.unit };
            Ok(wording::wan(value, unit, decimals.unwrap_or(DECIMALS)))
        })
    });
    environment.add_filter("percent", |number: Value, decimals: Option<u32>| {
        worded(&number, |value, number| {
            if number.form == Form::Plain && !number.origins.is_empty() {
                return Err(wrong(say!("percent 只用于比率", "percent words ratios")));
            }
            Ok(wording::percent(value, decimals.unwrap_or(DECIMALS)))
        })
    });
    environment.add_filter(
        "rise",
        |number: Value, up: Option<String>, down: Option<String>, same: Option<String>, options: Kwargs| {
            let decimals: Option<u32> = options.get("decimals")?;
            options.assert_all_used()?;
            worded(&number, |value, number| {
                let words = if number.shows == Shows::Change { ("增加", "减少") } else { ("提高", "下降") };
                let rise = Rise {
                    up: up.as_deref().unwrap_or(words.0),
                    down: down.as_deref().unwrap_or(words.1),
                    same: same.as_deref().unwrap_or("持平"),
                };
                let is_share = number.shows != Shows::Change;
                Ok(rise.word(value, |size| match number.form {
                    Form::Ratio if is_share => wording::percent(size, decimals.unwrap_or(DECIMALS)),
                    // How much a rate changed is said in points of it.
                    Form::Ratio => {
                        let points = wording::percent(size, decimals.unwrap_or(DECIMALS));
                        format!("{}个百分点", points.trim_end_matches('%'))
                    }
                    Form::Plain => format!("{}{}", wording::plain(size, decimals), number.unit),
                }))
            })
        },
    );
    environment.add_filter("chinese", |number: Value, measure: Option<String>| {
        worded(&number, |value, _| {
            let measure = measure.as_deref().unwrap_or_default();
            wording::chinese(value, measure)
                .ok_or_else(|| wrong(say!("{value} 不能用汉字书写", "{value} is not written in Chinese numerals")))
        })
    });
    environment.add_filter("plain", |number: Value, decimals: Option<u32>| {
        worded(&number, |value, _| Ok(wording::plain(value, decimals)))
    });
    environment.add_filter("date", |day: Value| {
        let text = day.as_str().and_then(wording::day);
        text.ok_or_else(|| wrong(say!("“{day}”不是日期", "“{day}” is no day")))
    });
    let world = Arc::clone(world);
    let length = move |state: &State<'_, '_>, items: Value| length(&world, state, &items);
    environment.add_filter("length", length);
    install_tests(environment);
}

fn install_tests(environment: &mut Environment<'_>) {
    environment.add_test("above", |a: Value, b: Value| Ok::<_, Error>(compared(&a, &b)?.is_some_and(|(a, b)| a > b)));
    environment.add_test("below", |a: Value, b: Value| Ok::<_, Error>(compared(&a, &b)?.is_some_and(|(a, b)| a < b)));
    environment
        .add_test("at_least", |a: Value, b: Value| Ok::<_, Error>(compared(&a, &b)?.is_some_and(|(a, b)| a >= b)));
    environment
        .add_test("at_most", |a: Value, b: Value| Ok::<_, Error>(compared(&a, &b)?.is_some_and(|(a, b)| a <= b)));
    environment.add_test("equal", |a: Value, b: Value| Ok::<_, Error>(compared(&a, &b)?.is_some_and(|(a, b)| a == b)));
}

/// Two numbers; none where one of them is not known, of which nothing is true.
fn compared(a: &Value, b: &Value) -> Result<Option<(Decimal, Decimal)>, Error> {
    let number = |value: &Value| match value.downcast_object_ref::<Number>() {
        Some(Number { amount: Amount::Word(_), .. }) => Err(no_number(value)),
        Some(number) => {
            number.decide();
            Ok(number.value())
        }
        None => decimal(value).map(Some),
    };
    Ok(number(a)?.zip(number(b)?))
}

/// A plain number of a template.
fn decimal(value: &Value) -> Result<Decimal, Error> {
    let number = if value.kind() == ValueKind::Number { value.to_string().parse().ok() } else { None };
    number.ok_or_else(|| no_number(value))
}

fn no_number(value: &Value) -> Error {
    wrong(say!("“{value}”不是数", "“{value}” is no number"))
}

/// A number in other words; what is not known stays what it is.
fn worded(value: &Value, words: impl Fn(Decimal, &Number) -> Result<String, Error>) -> Result<Value, Error> {
    let Some(number) = value.downcast_object_ref::<Number>() else {
        // Such as how often a loop has run: it has no trace.
        let bare = Number {
            amount: Amount::Pending,
            form: Form::Plain,
            unit: String::new(),
            shows: Shows::Value,
            origins: Vec::new(),
            doubts: Vec::new(),
            text: None,
            world: std::sync::Weak::new(),
        };
        return Ok(Value::from(words(decimal(value)?, &bare)?));
    };
    match number.amount {
        Amount::Known(known) => Ok(number.worded(words(known, number)?).into()),
        Amount::Pending | Amount::Missing(_) => Ok(value.clone()),
        Amount::Word(_) => Err(no_number(value)),
    }
}

fn is_ratio() -> Error {
    wrong(say!("比率用 percent 或 rise 表述", "A ratio is worded by percent or rise"))
}

fn plainly(value: Decimal, form: Form, decimals: Option<u32>) -> String {
    match form {
        Form::Plain => wording::plain(value, decimals),
        Form::Ratio => wording::percent(value, decimals.unwrap_or(DECIMALS)),
    }
}

/// How many there are: of records a number that knows which.
fn length(world: &Arc<World>, state: &State<'_, '_>, items: &Value) -> Result<Value, Error> {
    if let Some(records) = items.downcast_object_ref::<Records>() {
        // The number knows each of them, for as long as the report is written.
        state.consume_fuel(u64::try_from(records.records.len()).unwrap_or(u64::MAX))?;
        let codes = records.records.iter().map(|record| record.code.clone()).collect();
        return Ok(functions::count(world, &records.register, codes).into());
    }
    let mut codes = Vec::new();
    let mut register = None;
    let mut number = 0_usize;
    if items.kind() == ValueKind::String {
        number = items.as_str().map_or(0, |text| cleared(text).chars().count());
    } else {
        for item in items.try_iter()? {
            state.consume_fuel(1)?;
            number += 1;
            if let Some(record) = item.downcast_object_ref::<Record>() {
                register = register.or_else(|| record.register.clone());
                codes.push(record.code.clone());
            }
        }
    }
    match register {
        Some(register) if codes.len() == number => Ok(functions::count(world, &register, codes).into()),
        _ => Ok(Value::from(number)),
    }
}
