//! Registers, and indicators that are counted from them.

use super::*;

/// Puts a sound register and a counted indicator (the seventh) into the sound document, then something wrong.
#[track_caller]
fn assert_faults_of_registers(cases: Vec<Case<'_>>) {
    let name = |text: &str| json!({"zh": text});
    let field = |code: &str, kind: &str| json!({"code": code, "name": name(code), "type": kind});
    let with = |mut field: Value, key: &str, value: Value| {
        field[key] = value;
        field
    };
    let register = json!({
        "code": "honours", "name": name("荣誉"), "section": "teaching", "writers": ["section"], "concerns": "either",
        "fields": [
            field("title", "text"),
            with(field("sex", "choice"), "dimension", json!("sex")),
            field("prize", "amount"),
            field("awarded_on", "date"),
            with(field("before", "record"), "register", json!("honours")),
            with(field("kind", "choice"), "options", json!([{"code": "green", "name": name("绿色")}])),
            field("national", "boolean")
        ],
        "states": [
            {"code": "proposed", "name": name("推荐"), "initial": true}, {"code": "granted", "name": name("授予")}
        ],
        "transitions": [{"code": "grant", "name": name("授予"), "from": ["proposed"], "to": "granted",
            "requires": ["awarded_on"]}],
        "rules": [{"code": "prized", "expression": "prize > 0", "severity": "error", "message": name("有奖金")}]
    });
    let counted = json!({
        "code": "honours", "name": name("荣誉"), "value_type": "count", "aggregation": "sum", "dimensions": ["sex"],
        "counted": {"register": "honours", "when": "at_end", "states": ["granted"], "where": {"kind": ["green"]}}
    });
    let sound = [("/registers", json!([register])), ("/indicators/-", counted)];
    assert_eq!(faults(&sound), [""; 0]);
    for (changes, expected) in cases {
        let all: Vec<(&str, Value)> = sound.iter().chain(changes).cloned().collect();
        assert_eq!(faults(&all), expected, "{changes:?}");
    }
}

#[test]
fn a_register_says_who_keeps_it_and_what_is_known_of_its_records() {
    assert_faults_of_registers(vec![
        (&[("/registers/0/writers", json!([]))], &["/registers/0/writers WrongLength"]),
        (
            &[("/registers/0/writers", json!(["school"])), ("/registers/0/concerns", json!("bureau"))],
            &["/registers/0/writers Inconsistent"],
        ),
        (&[("/registers/0/fields/0/code", json!("state"))], &["/registers/0/fields/0/code NotAllowed"]),
        (&[("/registers/0/fields/0/code", json!("Title"))], &["/registers/0/fields/0/code WrongFormat"]),
        (&[("/registers/0/fields/6/code", json!("title"))], &["/registers/0/fields/6/code Duplicate"]),
        (&[("/registers/0/fields/2/pattern", json!("a"))], &["/registers/0/fields/2/pattern Inconsistent"]),
        (&[("/registers/0/fields/0/pattern", json!("("))], &["/registers/0/fields/0/pattern WrongFormat"]),
        (&[("/registers/0/fields/0/minimum", json!(1))], &["/registers/0/fields/0/minimum Inconsistent"]),
        (
            &[("/registers/0/fields/2/minimum", json!(2)), ("/registers/0/fields/2/maximum", json!(1))],
            &["/registers/0/fields/2/maximum Inconsistent"],
        ),
        (&[("/registers/0/fields/6/unique", json!(true))], &["/registers/0/fields/6/unique Inconsistent"]),
        (
            &[("/registers/0/fields/5/dimension", json!("sex")), ("/registers/0/fields/5/options", json!([]))],
            &["/indicators/7/counted/where/kind/0 NotAllowed", "/registers/0/fields/5/dimension Duplicate"],
        ),
        (
            &[("/registers/0/fields/1/options", json!([{"code": "a", "name": {"zh": "甲"}}]))],
            &["/registers/0/fields/1/options Inconsistent"],
        ),
        (&[("/registers/0/fields/4/register", json!("others"))], &["/registers/0/fields/4/register UnknownReference"]),
        (&[("/registers/0/fields/4/register", Value::Null)], &["/registers/0/fields/4/register Missing"]),
    ]);
}

#[test]
fn a_record_goes_from_state_to_state() {
    assert_faults_of_registers(vec![
        (&[("/registers/0/states/0/initial", json!(false))], &["/registers/0/states Inconsistent"]),
        (&[("/registers/0/transitions/0/code", json!("withdraw"))], &["/registers/0/transitions/0/code NotAllowed"]),
        (&[("/registers/0/transitions/0/from", json!([]))], &["/registers/0/transitions/0/from WrongLength"]),
        (
            &[("/registers/0/transitions/0/from", json!(["gone"]))],
            &["/registers/0/transitions/0/from/0 UnknownReference"],
        ),
        (&[("/registers/0/transitions/0/to", json!("gone"))], &["/registers/0/transitions/0/to UnknownReference"]),
        (
            &[("/registers/0/transitions/0/requires", json!(["day"]))],
            &["/registers/0/transitions/0/requires/0 UnknownReference"],
        ),
        (&[("/registers/0/rules/0/expression", json!("state > 0"))], &["/registers/0/rules/0/expression Expression"]),
    ]);
}

#[test]
fn what_is_counted_is_in_the_register() {
    assert_faults_of_registers(vec![
        (&[("/indicators/7/aggregation", json!("average"))], &["/indicators/7/aggregation Inconsistent"]),
        (&[("/indicators/7/counted/register", json!("others"))], &["/indicators/7/counted/register UnknownReference"]),
        (&[("/indicators/7/counted/states", json!(["gone"]))], &["/indicators/7/counted/states/0 UnknownReference"]),
        (
            &[("/indicators/7/counted/where", json!({"size": ["a"]}))],
            &["/indicators/7/counted/where/size UnknownReference"],
        ),
        (&[("/indicators/7/counted/where", json!({"kind": []}))], &["/indicators/7/counted/where/kind WrongLength"]),
        (
            &[("/indicators/7/counted/where", json!({"kind": ["red"]}))],
            &["/indicators/7/counted/where/kind/0 NotAllowed"],
        ),
        (
            &[("/indicators/7/counted/where", json!({"national": ["true"]}))],
            &["/indicators/7/counted/where/national/0 NotAllowed"],
        ),
        (&[("/indicators/7/counted/where", json!({"national": [true], "title": ["甲"]}))], &[]),
        (&[("/indicators/7/counted/date", json!("title"))], &["/indicators/7/counted/date UnknownReference"]),
        (
            &[("/indicators/7/counted/when", json!("in_period")), ("/indicators/7/counted/states", json!([]))],
            &["/indicators/7/counted/date Missing"],
        ),
        (&[("/indicators/7/dimensions", json!(["grade"]))], &["/indicators/7/counted/register WrongDimension"]),
        (&[("/indicators/7/counted/field", json!("title"))], &["/indicators/7/counted/field Inconsistent"]),
        (&[("/indicators/7/value_type", json!("quantity"))], &["/indicators/7/counted/measure Inconsistent"]),
        (&[("/indicators/7/counted/measure", json!("distinct"))], &["/indicators/7/counted/field Inconsistent"]),
        (
            &[("/indicators/7/counted/measure", json!("distinct")), ("/indicators/7/counted/field", json!("school"))],
            &[],
        ),
        (
            &[("/indicators/7/counted/measure", json!("sum")), ("/indicators/7/counted/field", json!("prize"))],
            &["/indicators/7/counted/measure Inconsistent"],
        ),
        (
            &[
                ("/indicators/7/counted/measure", json!("sum")),
                ("/indicators/7/counted/field", json!("prize")),
                ("/indicators/7/value_type", json!("amount")),
            ],
            &[],
        ),
        // What is counted is asked of no school.
        (&[("/forms/1/fields/0/indicator", json!("honours"))], &["/forms/1/fields/0/indicator Inconsistent"]),
    ]);
}
