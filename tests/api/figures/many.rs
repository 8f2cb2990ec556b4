//! Many figures at once are what each of them is when it is asked for alone.

use jixiao::figures::{Ask, By, Figure, values};
use jixiao::platform::access::Scope;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::county::County;
use super::model::Model;
use super::terms::Question;

/// Each figure of some questions, by itself, as of a moment; and what it should be.
pub async fn compare(county: &County, model: &Model, questions: &[&Question], as_of: &str) -> Result<(), String> {
    let (mut asks, mut expected) = (Vec::new(), Vec::new());
    for question in questions.iter().filter(|question| question.basis == "accepted") {
        let whole = Question { compare: None, ..(*question).clone() };
        for item in model.answer(&whole) {
            let group = item["group"].as_object().unwrap();
            let of_group =
                group.iter().map(|(key, part)| (By::from(key.as_str()), part.as_str().unwrap_or("").to_owned()));
            let mut only: Vec<(By, String)> = of_group.collect();
            let others = question.only.iter().filter(|(key, _)| !group.contains_key(*key));
            only.extend(others.map(|(key, part)| (By::from(*key), (*part).to_owned())));
            asks.push(Ask {
                indicator: item["indicator"].as_str().unwrap().to_owned(),
                period: question.period.parse().unwrap(),
                within: question.within.map(str::to_owned),
                only,
            });
            expected.push(numbers(&item));
        }
    }
    asks.push(Ask { indicator: "nothing".to_owned(), period: "2022".parse().unwrap(), within: None, only: Vec::new() });
    let scope = Scope::system(1, "test");
    let app = &county.app.app;
    let as_of = as_of.parse().unwrap();
    let read = app.db.read(&scope, async |tx| values(tx, &app.catalogues, &scope, &asks, Some(as_of)).await).await;
    let (moment, mut figures) = read.unwrap();
    assert_eq!((moment, figures.pop()), (as_of, Some(None)), "what is not there has no figure");
    for ((ask, figure), expected) in asks.iter().zip(figures).zip(expected) {
        let figure = figure.as_ref().map(answered);
        if figure.as_ref() != Some(&expected) {
            return Err(format!("{ask:?}: {figure:?} is not {expected}"));
        }
    }
    Ok(())
}

fn numbers(item: &Value) -> Value {
    json!([
        item["value"],
        item["numerator"],
        item["denominator"],
        item["coverage"]["expected"],
        item["coverage"]["reported"]
    ])
}

fn answered(figure: &Figure) -> Value {
    let exact = |number: Option<Decimal>| {
        number.map_or(Value::Null, |number| serde_json::from_str(&number.normalize().to_string()).unwrap())
    };
    let [value, numerator, denominator] = [figure.value, figure.numerator, figure.denominator].map(exact);
    json!([value, numerator, denominator, figure.coverage.expected, figure.coverage.reported])
}
