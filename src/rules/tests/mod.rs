//! The language as its users meet it: rules and formulas in, values and problems out.

mod checking;
mod evaluating;
mod parsing;
mod properties;

use std::collections::BTreeMap;

use super::*;

/// Facts in memory.
#[derive(Default)]
struct Report(Vec<Cell>);

/// Code, period, options and value.
type Cell = (&'static str, When, Vec<(&'static str, &'static str)>, Value<'static>);

impl Facts for Report {
    fn cells<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = Value<'a>> {
        self.0
            .iter()
            .filter(|(code, when, ..)| (*code, *when) == (reference.code(), reference.when()))
            .filter(|(.., options, _)| reference.choices().all(|choice| options.contains(&choice)))
            .map(|(.., value)| *value)
    }
}

fn decimal(number: &str) -> Value<'static> {
    Value::Number(number.parse().unwrap())
}

/// A school of 400 pupils, of which 210 are girls; it had 380 before. `rooms` is 0, `nurses` is missing.
fn school() -> Report {
    let cell = |sex, grade| vec![("sex", sex), ("grade", grade)];
    Report(vec![
        ("girls", When::Current, vec![], decimal("210")),
        ("boys", When::Current, vec![], decimal("190")),
        ("total", When::Current, vec![], decimal("400")),
        ("total", When::Previous, vec![], decimal("380")),
        ("rooms", When::Current, vec![], decimal("0")),
        ("boarding", When::Current, vec![], Value::Boolean(true)),
        ("kind", When::Current, vec![], Value::Text("rural")),
        ("founded", When::Current, vec![], Value::Text("1956-09-01")),
        ("pupils", When::Current, cell("female", "g1"), decimal("70")),
        ("pupils", When::Current, cell("female", "g2"), decimal("140.5")),
        ("pupils", When::Current, cell("male", "g1"), decimal("60")),
        ("pupils", When::Previous, cell("male", "g1"), decimal("55")),
    ])
}

fn vocabulary() -> BTreeMap<String, FieldType> {
    let options = |codes: [&str; 2]| codes.map(str::to_owned).to_vec();
    let pupils = FieldType {
        value: Type::Number,
        dimensions: BTreeMap::from([
            ("sex".to_owned(), options(["female", "male"])),
            ("grade".to_owned(), options(["g1", "g2"])),
        ]),
    };
    let mut vocabulary = BTreeMap::from([("pupils".to_owned(), pupils)]);
    let scalars = [
        ("girls", Type::Number),
        ("boys", Type::Number),
        ("total", Type::Number),
        ("rooms", Type::Number),
        ("nurses", Type::Number),
        ("boarding", Type::Boolean),
        ("kind", Type::Text),
        ("founded", Type::Date),
        ("gaokao.undergraduate", Type::Number),
    ];
    vocabulary.extend(scalars.map(|(code, value)| (code.to_owned(), FieldType::scalar(value))));
    vocabulary
}

fn parse(source: &str) -> Expression {
    Expression::parse(source).unwrap_or_else(|problem| panic!("{source}: {problem}"))
}
