//! What expressions are worth.

use super::super::*;
use super::{decimal, parse, school};

/// The value as text; `missing` or the code of the problem if there is none.
fn outcome(source: &str) -> String {
    let expression = parse(source);
    match expression.evaluate(&school()) {
        Ok(Some(Value::Number(number))) => number.to_string(),
        Ok(Some(Value::Boolean(boolean))) => boolean.to_string(),
        Ok(Some(Value::Text(text))) => text.to_owned(),
        Ok(None) => "missing".to_owned(),
        Err(problem) => problem.code().to_owned(),
    }
}

#[track_caller]
fn assert_outcomes(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(outcome(source), *expected, "{source}");
    }
}

#[test]
fn evaluates_rules_and_formulas() {
    assert_outcomes(&[
        ("girls + boys == total", "true"),
        ("abs(total - previous(total)) <= 0.05 * previous(total)", "false"),
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("10 - 4 - 3", "3"),
        ("-2 * -(3 - 1)", "4"),
        ("0.1 + 0.2 == 0.3", "true"),
        ("1 / 3 * 3 == 1", "false"),
        ("1.50 == 1.5", "true"),
        ("9999999999999999999999999999 > 999999999999999999999999999.9", "true"),
        ("9999999999999999999999999999 == 0.000000000000000000000000001", "false"),
        ("not boarding or kind != \"urban\"", "true"),
        ("kind", "rural"),
        ("founded < date(\"1978-12-18\")", "true"),
        ("min(girls, boys, 200)", "190"),
        ("max(girls, boys, 200)", "210"),
        ("if(rooms == 0, 0, total / rooms)", "0"),
        ("-rooms", "0"),
        ("rooms * -1", "0"),
    ]);
}

#[test]
fn rounds_half_away_from_zero() {
    assert_outcomes(&[
        ("round(2.345, 2)", "2.35"),
        ("round(-2.345, 2)", "-2.35"),
        ("round(2.5, 0)", "3"),
        ("round(-0.4, 0)", "0"),
        ("round(2 / 3, 4)", "0.6667"),
    ]);
}

#[test]
fn gathers_cells() {
    assert_outcomes(&[
        ("pupils[sex=male, grade=g1]", "60"),
        ("pupils[grade=g2, sex=male]", "missing"),
        ("previous(pupils[sex=male, grade=g1])", "55"),
        ("sum(pupils)", "270.5"),
        ("sum(pupils[sex=female])", "210.5"),
        ("sum(pupils[sex=male, grade=g2])", "missing"),
        ("count(pupils)", "3"),
        ("count(nurses)", "0"),
        ("sum(previous(pupils))", "55"),
        ("previous(sum(pupils))", "55"),
        ("previous(count(pupils[sex=female]))", "0"),
        ("present(pupils[sex=male])", "true"),
        ("missing(pupils[sex=male])", "false"),
        ("missing(previous(girls))", "true"),
    ]);
}

#[test]
fn missing_is_not_zero() {
    assert_outcomes(&[
        ("nurses + 1", "missing"),
        ("-nurses", "missing"),
        ("nurses == nurses", "missing"),
        ("max(nurses, 1)", "missing"),
        ("round(abs(nurses), 1)", "missing"),
        ("default(nurses, 0) + 1", "1"),
        ("default(girls, 0)", "210"),
        ("default(nurses, previous(nurses))", "missing"),
        ("if(nurses > 0, 1, 2)", "missing"),
        ("nurses / 0", "missing"),
    ]);
}

#[test]
fn logic_has_three_values() {
    let values = ["true", "false", "missing"];
    let spell = |value: &str| {
        if value == "missing" { "(nurses > 0)".to_owned() } else { value.to_owned() }
    };
    for left in values {
        for right in values {
            let and = match (left, right) {
                ("false", _) | (_, "false") => "false",
                ("true", "true") => "true",
                _ => "missing",
            };
            let or = match (left, right) {
                ("true", _) | (_, "true") => "true",
                ("false", "false") => "false",
                _ => "missing",
            };
            assert_eq!(outcome(&format!("{} and {}", spell(left), spell(right))), and);
            assert_eq!(outcome(&format!("{} or {}", spell(left), spell(right))), or);
        }
    }
    assert_outcomes(&[("not true", "false"), ("not false", "true"), ("not nurses > 0", "missing")]);
}

#[test]
fn undefined_is_not_missing() {
    assert_outcomes(&[
        ("girls / rooms", "division_by_zero"),
        ("nurses + girls / rooms", "division_by_zero"),
        ("min(nurses, girls / rooms)", "division_by_zero"),
        ("default(girls / rooms, 0)", "division_by_zero"),
        ("girls / rooms > 1 and false", "division_by_zero"),
        ("false and girls / rooms > 1", "false"),
        ("true or girls / rooms > 1", "true"),
        ("default(girls, girls / rooms)", "210"),
        ("9999999999999999999999999999 * 10", "overflow"),
        ("9999999999999999999999999999 / 0.01", "overflow"),
    ]);
    let problem = parse("1 + girls / rooms").evaluate(&school()).unwrap_err();
    assert_eq!((problem.place.start, problem.place.end), (4, 17));
}

#[test]
fn unfit_facts_are_refused() {
    assert_outcomes(&[
        ("kind + 1", "unfit_facts"),
        ("not girls", "unfit_facts"),
        ("girls == kind", "unfit_facts"),
        ("pupils > 1", "unfit_facts"),
        ("sum(kind)", "unfit_facts"),
    ]);
}

#[test]
fn only_an_outermost_division_has_two_sides() {
    let ratio = parse("(100 * girls / total)");
    let (numerator, denominator) = ratio.as_division().unwrap();
    assert_eq!(numerator.evaluate(&school()), Ok(Some(decimal("21000"))));
    assert_eq!(denominator.evaluate(&school()), Ok(Some(decimal("400"))));
    assert_eq!(parse("1 + girls / total").as_division(), None);
}
