//! Indicators that are read from books.

use super::*;

const POLICIES: &str = include_str!("../../../../tests/api/support/county.yaml");

/// Puts a policy whose code tables are `sex` and `grade` and two booked indicators (the seventh and eighth) into the sound
/// document, then something wrong.
#[track_caller]
fn assert_faults_of_books(cases: Vec<Case<'_>>) {
    let county: Value = serde_saphyr::from_str(POLICIES).unwrap();
    let mut policy = county["policies"][0].clone();
    policy["finance"] = json!({"function": "grade", "payment": "sex"});
    policy["assets"] = json!({"category": "grade"});
    let booked = |code: &str, value_type: &str, booked: Value| json!({"code": code, "name": {"zh": code}, "value_type": value_type, "aggregation": "sum", "booked": booked});
    let mut spent = booked(
        "spent",
        "amount",
        json!({"book": "ledger", "measure": "executed", "when": "in_period",
            "where": {"function": ["1"], "economic": ["301*"], "is_lump": [false], "category": ["specific"]}}),
    );
    spent["dimensions"] = json!(["sex", "grade"]);
    let cards = booked("cards", "count", json!({"book": "assets", "measure": "cards", "when": "at_end"}));
    let sound = [("/policies", json!([policy])), ("/indicators/-", spent), ("/indicators/-", cards)];
    assert_eq!(faults(&sound), [""; 0]);
    for (changes, expected) in cases {
        let all: Vec<(&str, Value)> = sound.iter().chain(changes).cloned().collect();
        assert_eq!(faults(&all), expected, "{changes:?}");
    }
}

#[test]
fn a_book_has_its_measures_at_their_moments() {
    assert_faults_of_books(vec![
        (
            &[("/indicators/7/booked/measure", json!("cards")), ("/indicators/7/dimensions", json!([]))],
            &["/indicators/7/booked/measure Inconsistent"],
        ),
        (
            &[("/indicators/7/booked/measure", json!("available")), ("/indicators/7/dimensions", json!([]))],
            &["/indicators/7/booked/measure Inconsistent"],
        ),
        (&[("/indicators/8/booked/when", json!("in_period"))], &["/indicators/8/booked/measure Inconsistent"]),
        (&[("/indicators/8/booked/measure", json!("disposed"))], &["/indicators/8/booked/measure Inconsistent"]),
        (&[("/indicators/8/booked/measure", json!("net_value"))], &["/indicators/8/booked/measure Inconsistent"]),
        (&[("/indicators/8/booked/book", json!("rectifications"))], &["/indicators/8/booked/measure Inconsistent"]),
        (&[("/indicators/8/booked", json!({"book": "projects", "measure": "records", "when": "at_end"}))], &[]),
        (
            &[("/indicators/8/booked", json!({"book": "projects", "measure": "records", "when": "in_period"}))],
            &["/indicators/8/booked/measure Inconsistent"],
        ),
        (&[("/indicators/8/value_type", json!("amount"))], &["/indicators/8/booked/measure Inconsistent"]),
    ]);
}

#[test]
fn an_indicator_has_one_source() {
    let counted = json!({"register": "honours", "when": "at_end"});
    assert_faults_of_books(vec![
        (&[("/indicators/8/aggregation", json!("average"))], &["/indicators/8/aggregation Inconsistent"]),
        (
            &[("/indicators/8/formula", json!("pupils / staff"))],
            &["/indicators/8/aggregation Inconsistent", "/indicators/8/booked Inconsistent"],
        ),
        (
            &[("/indicators/8/counted", counted)],
            &["/indicators/8/booked Inconsistent", "/indicators/8/counted/register UnknownReference"],
        ),
        (&[("/indicators/2/weight", json!("cards"))], &["/indicators/2/weight Inconsistent"]),
        (&[("/forms/1/fields/0/indicator", json!("cards"))], &["/forms/1/fields/0/indicator Inconsistent"]),
        (&[("/indicators/6/formula", json!("spent / cards"))], &[]),
    ]);
}

#[test]
fn labels_and_dimensions_are_those_of_the_book() {
    let conditions = |conditions: Value| [("/indicators/7/booked/where", conditions)];
    assert_faults_of_books(vec![
        (&conditions(json!({"funded_from": ["x"]})), &["/indicators/7/booked/where/funded_from UnknownReference"]),
        (&conditions(json!({"function": []})), &["/indicators/7/booked/where/function WrongLength"]),
        (
            &conditions(json!({"function": ["1", "2", "1*", "2*", true]})),
            &[
                "/indicators/7/booked/where/function/1 NotAllowed",
                "/indicators/7/booked/where/function/3 NotAllowed",
                "/indicators/7/booked/where/function/4 NotAllowed",
            ],
        ),
        (
            &conditions(json!({"is_lump": ["true"], "category": ["special"], "project": [""]})),
            &[
                "/indicators/7/booked/where/category/0 NotAllowed",
                "/indicators/7/booked/where/is_lump/0 NotAllowed",
                "/indicators/7/booked/where/project/0 NotAllowed",
            ],
        ),
        // No policy names a table, so that any code may be meant.
        (&conditions(json!({"fund": ["anything"], "category": ["spec*"]})), &[]),
        (
            &[
                ("/indicators/7/booked/where/payment_type", json!(["boys"])),
                ("/indicators/7/booked/measure", json!("budget")),
            ],
            &["/indicators/7/booked/where/payment_type UnknownReference", "/indicators/7/dimensions/0 WrongDimension"],
        ),
        (&[("/indicators/8/dimensions", json!(["grade"]))], &[]),
        (&[("/indicators/8/dimensions", json!(["sex"]))], &["/indicators/8/dimensions/0 WrongDimension"]),
        (&[("/policies/0/finance/function", Value::Null)], &["/indicators/7/dimensions/1 WrongDimension"]),
    ]);
}
