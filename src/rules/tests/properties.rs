//! What holds for every expression.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::super::*;
use super::{Report, parse, school, vocabulary};

/// A naive reading of fully parenthesised integer arithmetic, none where it overflows 96 bits or divides.
#[derive(Clone, Debug)]
enum Model {
    Number(u32),
    Negate(Box<Model>),
    Binary(char, Box<Model>, Box<Model>),
    Abs(Box<Model>),
    Extreme(bool, Box<Model>, Box<Model>),
}

impl Model {
    fn any() -> impl Strategy<Value = Model> {
        any::<u32>().prop_map(Model::Number).prop_recursive(5, 40, 2, |inner| {
            let boxed = inner.prop_map(Box::new);
            let operator = prop::sample::select(vec!['+', '-', '*']);
            prop_oneof![
                boxed.clone().prop_map(Model::Negate),
                boxed.clone().prop_map(Model::Abs),
                (any::<bool>(), boxed.clone(), boxed.clone()).prop_map(|(max, a, b)| Model::Extreme(max, a, b)),
                (operator, boxed.clone(), boxed).prop_map(|(operator, a, b)| Model::Binary(operator, a, b)),
            ]
        })
    }

    fn source(&self) -> String {
        match self {
            Model::Number(number) => number.to_string(),
            Model::Negate(inner) => format!("(-{})", inner.source()),
            Model::Binary(operator, a, b) => format!("({}{operator}{})", a.source(), b.source()),
            Model::Abs(inner) => format!("abs({})", inner.source()),
            Model::Extreme(true, a, b) => format!("max({}, {})", a.source(), b.source()),
            Model::Extreme(false, a, b) => format!("min({}, {})", a.source(), b.source()),
        }
    }

    fn value(&self) -> Option<i128> {
        let value = match self {
            Model::Number(number) => i128::from(*number),
            Model::Negate(inner) => -inner.value()?,
            Model::Binary('+', a, b) => a.value()? + b.value()?,
            Model::Binary('-', a, b) => a.value()? - b.value()?,
            Model::Binary(_, a, b) => a.value()?.checked_mul(b.value()?)?,
            Model::Abs(inner) => inner.value()?.abs(),
            Model::Extreme(true, a, b) => a.value()?.max(b.value()?),
            Model::Extreme(false, a, b) => a.value()?.min(b.value()?),
        };
        (value.unsigned_abs() < 1 << 96).then_some(value)
    }
}

/// Any expression of the language, every operand in parentheses.
fn any_source() -> impl Strategy<Value = String> {
    let reference = prop::sample::select(vec![
        "girls",
        "nurses",
        "previous(total)",
        "rooms",
        "kind",
        "pupils[sex=male]",
        "pupils[sex=\"男\", grade=g1]",
        "gaokao.undergraduate",
    ]);
    let literal = prop_oneof![
        "[0-9]{1,5}(\\.[0-9]{1,3})?",
        "\"[a-z学校 ]{0,4}\"",
        prop::sample::select(vec!["true", "false", "date(\"2022-09-01\")"]).prop_map(str::to_owned),
    ];
    let gather = ("sum|count|present|missing", reference.clone());
    let leaf = prop_oneof![
        reference.prop_map(str::to_owned),
        literal,
        gather.prop_map(|(gather, reference)| format!("{gather}({reference})")),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operator = "or|and|==|!=|<|<=|>|>=|\\+|-|\\*|/";
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, operator, b)| format!("({a}) {operator} ({b})")),
            ("not|-|abs", inner.clone()).prop_map(|(prefix, a)| format!("{prefix} ({a})")),
            ("min|max|default", inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            (inner.clone(), 0..=28).prop_map(|(a, digits)| format!("round({a}, {digits})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("if({a}, {b}, {c})")),
        ]
    })
}

/// Fragments in any order, most of it nonsense.
fn any_fragments() -> impl Strategy<Value = String> {
    let fragment = "girls|sum|previous|not|if|date|true|\\(|\\)|\\[|\\]|=|==|<|\\+|-|/|,|0|1\\.5|\"|\"a\"|#|\n| |（|学";
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

proptest! {
    #[test]
    fn arithmetic_is_that_of_integers(model in Model::any()) {
        let (expression, facts) = (parse(&model.source()), Report::default());
        let result = expression.evaluate(&facts);
        let expected = model.value().map(|value| Value::Number(Decimal::from_i128_with_scale(value, 0)));
        match result {
            Ok(value) => prop_assert_eq!(value, expected),
            Err(problem) => prop_assert_eq!((problem.code(), expected), ("overflow", None)),
        }
    }

    #[test]
    fn canonical_source_parses_to_the_same(source in any_source()) {
        let expression = parse(&source);
        let canonical = expression.to_string();
        let again = parse(&canonical);
        prop_assert_eq!(&again, &expression);
        prop_assert_eq!(again.to_string(), canonical);
    }

    #[test]
    fn what_passes_the_check_fits_the_facts(source in any_source()) {
        let expression = parse(&source);
        for expected in [Type::Number, Type::Boolean, Type::Text, Type::Date] {
            if expression.check(&vocabulary(), expected).is_ok() {
                match expression.evaluate(&school()) {
                    Ok(Some(Value::Number(_))) => prop_assert_eq!(expected, Type::Number),
                    Ok(Some(Value::Boolean(_))) => prop_assert_eq!(expected, Type::Boolean),
                    Ok(Some(Value::Text(_))) => prop_assert!(matches!(expected, Type::Text | Type::Date)),
                    Ok(None) => {}
                    Err(problem) => prop_assert_ne!(problem.code(), "unfit_facts"),
                }
            }
        }
    }

    #[test]
    fn nothing_panics(source in prop_oneof![any_fragments(), any::<String>(), any_source()]) {
        match Expression::parse(&source) {
            Ok(expression) => {
                let _ = expression.check(&vocabulary(), Type::Boolean);
                let _ = expression.evaluate(&school());
                prop_assert_eq!(&parse(&expression.to_string()), &expression);
            }
            Err(problem) => {
                prop_assert!(source.get(problem.place.start..problem.place.end).is_some());
                prop_assert!(!problem.zh().is_empty() && !problem.en().is_empty());
            }
        }
    }
}
