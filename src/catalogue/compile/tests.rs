//! One departure from a sound document at a time: each class of violation is found at its place.

mod books;
mod registers;

use serde_json::{Value, json};

use super::*;

/// A document with which nothing is wrong.
fn sound() -> Value {
    let name = |text: &str| json!({"zh": text});
    let form = |code: &str, stage: &str, fields: Value, rules: Value| {
        json!({
            "code": code, "name": name(code), "section": "teaching", "period_type": "year", "stages": [stage],
            "window": {"opens_on": "start", "due_on": "end+15d", "closes_on": "end+2m"},
            "fields": fields, "rules": rules
        })
    };
    let rule = |code: &str, expression: &str| json!({"code": code, "expression": expression, "severity": "error", "message": name(code)});
    json!({
        "dimensions": [
            {"code": "sex", "name": name("性别"), "options": [
                {"code": "girls", "name": name("女")}, {"code": "boys", "name": name("男")}
            ]},
            {"code": "grade", "name": name("年级"), "options": [{"code": "1", "name": name("一年级")}]}
        ],
        "indicators": [
            {"code": "pupils", "name": name("学生数"), "value_type": "count", "aggregation": "sum"},
            {"code": "pupils.by_sex", "name": name("分性别"), "value_type": "count", "aggregation": "sum",
                "dimensions": ["sex"]},
            {"code": "sleep", "name": name("睡眠"), "value_type": "quantity", "aggregation": "weighted_average",
                "weight": "pupils"},
            {"code": "library", "name": name("图书馆"), "value_type": "boolean", "aggregation": "count_true"},
            {"code": "heating", "name": name("取暖"), "value_type": "choice", "aggregation": "none",
                "options": [{"code": "coal", "name": name("煤")}]},
            {"code": "staff", "name": name("教职工"), "value_type": "count", "aggregation": "sum"},
            {"code": "ratio", "name": name("生师比"), "value_type": "ratio", "aggregation": "none",
                "formula": "pupils / staff"}
        ],
        "forms": [
            form("basics", "primary", json!([
                {"indicator": "pupils"}, {"indicator": "pupils.by_sex"}, {"indicator": "sleep"},
                {"indicator": "library"}, {"indicator": "heating"}
            ]), json!([
                rule("sum", "sum(pupils.by_sex) == pupils"),
                rule("steady", "pupils <= 2 * previous(pupils)")
            ])),
            form("staff", "nine_year", json!([{"indicator": "staff"}]), json!([]))
        ],
        "drafts": [form("basics", "primary", json!([{"indicator": "pupils"}]), json!([]))]
    })
}

fn compiled(document: Value) -> Result<Catalogue, Vec<Violation>> {
    let document: CatalogueDocument = serde_json::from_value(document).unwrap();
    compile(document, 3, &Versions { forms: PartVersions::from([("staff".to_owned(), 5)]), ..Versions::default() })
}

/// What is wrong with the sound document after something was put into a place of it, as `place Code`.
fn faults(changes: &[(&str, Value)]) -> Vec<String> {
    let mut document = sound();
    for (place, value) in changes {
        let (around, name) = place.rsplit_once('/').unwrap();
        match document.pointer_mut(around).unwrap() {
            Value::Array(items) if name == "-" => items.push(value.clone()),
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value.clone(),
            fields => fields[name] = value.clone(),
        }
    }
    let violations = compiled(document).err().unwrap_or_default();
    let mut faults: Vec<String> = violations.iter().map(|each| format!("{} {:?}", each.pointer, each.code)).collect();
    faults.sort();
    faults
}

/// What is put into the sound document, and what is wrong with it then.
type Case<'a> = (&'a [(&'a str, Value)], &'a [&'a str]);

#[track_caller]
fn assert_faults(cases: Vec<Case<'_>>) {
    for (changes, expected) in cases {
        assert_eq!(faults(changes), expected, "{changes:?}");
    }
}

#[test]
fn a_sound_document_is_compiled() {
    let catalogue = compiled(sound()).unwrap();
    assert_eq!(catalogue.version(), 3);
    assert_eq!(catalogue.form("staff").unwrap().version, 5);
    assert_eq!(catalogue.form("basics").unwrap().version, 1);
    assert!(catalogue.form("basics").unwrap().looks_back());
    let by_sex = catalogue.indicator("pupils.by_sex").unwrap();
    assert_eq!((by_sex.cells(), by_sex.forms.as_slice()), (2, ["basics".to_owned()].as_slice()));
    assert!(catalogue.indicator("ratio").unwrap().formula.is_some());
    assert_eq!(compiled(json!({})).unwrap().version(), 3, "an empty document is sound");
}

#[test]
fn codes_are_well_formed_and_unique() {
    let pupils = sound()["indicators"][0].clone();
    let staff_form = sound()["forms"][1].clone();
    assert_faults(vec![
        (&[("/dimensions/1/code", json!("Grade"))], &["/dimensions/1/code WrongFormat"]),
        (&[("/dimensions/1/code", json!("sex"))], &["/dimensions/1/code Duplicate"]),
        (&[("/dimensions/1/options/0/code", json!("_1"))], &["/dimensions/1/options/0/code WrongFormat"]),
        (&[("/dimensions/0/options/1/code", json!("girls"))], &["/dimensions/0/options/1/code Duplicate"]),
        (&[("/dimensions/1/options", json!([]))], &["/dimensions/1/options WrongLength"]),
        (
            &[("/indicators/3/code", json!("library."))],
            &["/forms/0/fields/3/indicator UnknownIndicator", "/indicators/3/code WrongFormat"],
        ),
        (&[("/indicators/-", pupils)], &["/indicators/7/code Duplicate"]),
        (&[("/forms/1/code", json!("a.b"))], &["/forms/1/code WrongFormat"]),
        (&[("/forms/1/code", json!("x".repeat(101)))], &["/forms/1/code WrongFormat"]),
        (&[("/drafts/-", staff_form.clone()), ("/drafts/-", staff_form)], &["/drafts/2/code Duplicate"]),
        (&[("/forms/0/rules/1/code", json!("sum"))], &["/forms/0/rules/1/code Duplicate"]),
        (&[("/forms/0/rules/1/code", json!("1st"))], &["/forms/0/rules/1/code WrongFormat"]),
        (
            &[("/forms/0/fields/1/indicator", json!("pupils"))],
            &["/forms/0/fields/1/indicator Duplicate", "/forms/0/rules/0/expression Expression"],
        ),
    ]);
}

#[test]
fn types_and_aggregations_fit() {
    assert_faults(vec![
        (&[("/indicators/0/aggregation", json!("count_true"))], &["/indicators/0/aggregation Inconsistent"]),
        (&[("/indicators/3/aggregation", json!("sum"))], &["/indicators/3/aggregation Inconsistent"]),
        (&[("/indicators/4/aggregation", json!("last"))], &["/indicators/4/aggregation Inconsistent"]),
        (&[("/indicators/5/value_type", json!("ratio"))], &["/indicators/5/aggregation Inconsistent"]),
        (&[("/indicators/6/aggregation", json!("average"))], &["/indicators/6/aggregation Inconsistent"]),
        (&[("/indicators/6/value_type", json!("text"))], &["/indicators/6/aggregation Inconsistent"]),
        (&[("/indicators/4/options", json!([]))], &["/indicators/4/options WrongLength"]),
        (
            &[("/indicators/0/options", json!([{"code": "a", "name": {"zh": "甲"}}]))],
            &["/indicators/0/options Inconsistent"],
        ),
    ]);
}

#[test]
fn a_weighted_average_has_a_weight_that_is_a_collected_number() {
    assert_faults(vec![
        (&[("/indicators/2/weight", Value::Null)], &["/indicators/2/weight Missing"]),
        (&[("/indicators/0/weight", json!("staff"))], &["/indicators/0/weight Inconsistent"]),
        (&[("/indicators/2/weight", json!("pupil"))], &["/indicators/2/weight UnknownReference"]),
        (&[("/indicators/2/weight", json!("library"))], &["/indicators/2/weight Inconsistent"]),
        (&[("/indicators/2/weight", json!("ratio"))], &["/indicators/2/weight Inconsistent"]),
        (&[("/indicators/2/weight", json!("pupils.by_sex"))], &["/indicators/2/weight Inconsistent"]),
        (&[("/indicators/2/weight", json!("pupils.by_sex")), ("/indicators/2/dimensions", json!(["sex"]))], &[]),
    ]);
}

#[test]
fn dimensions_are_known_and_make_a_bounded_number_of_cells() {
    let many: Vec<Value> = (0..501).map(|i| json!({"code": i.to_string(), "name": {"zh": "甲"}})).collect();
    assert_faults(vec![
        (&[("/indicators/5/dimensions", json!(["age"]))], &["/indicators/5/dimensions/0 UnknownReference"]),
        (&[("/indicators/5/dimensions", json!(["sex", "sex"]))], &["/indicators/5/dimensions/1 Duplicate"]),
        (&[("/indicators/6/dimensions", json!(["sex"]))], &["/indicators/6/dimensions Inconsistent"]),
        (
            &[("/dimensions/1/options", json!(many)), ("/indicators/5/dimensions", json!(["sex", "grade"]))],
            &["/indicators/5/dimensions OutOfRange"],
        ),
    ]);
}

#[test]
fn formulas_are_numbers_made_of_collected_figures_of_the_same_period() {
    for formula in [
        "pupils / teachers",
        "pupils / heating",
        "ratio + 1",
        "pupils / 0",
        "pupils / (2 - 2)",
        "pupils > staff",
        "previous(pupils) / staff",
        "pupils /",
    ] {
        let faults = faults(&[("/indicators/6/formula", json!(formula))]);
        assert!(
            !faults.is_empty() && faults.iter().all(|each| each == "/indicators/6/formula Expression"),
            "{formula}"
        );
    }
    // Aggregated first, each is a number, whatever it was collected by.
    assert_faults(vec![(&[("/indicators/6/formula", json!("library / pupils.by_sex"))], &[])]);
}

#[test]
fn a_form_says_who_fills_it_in_and_when() {
    assert_faults(vec![
        (&[("/forms/1/stages", json!([]))], &["/forms/1/stages Inconsistent"]),
        (&[("/forms/1/schools", json!(["2199000001"]))], &["/forms/1/stages Inconsistent"]),
        (
            &[("/forms/1/stages", json!([])), ("/forms/1/schools", json!(["a", "b", "a"]))],
            &["/forms/1/schools/2 Duplicate"],
        ),
        (
            &[("/forms/1/window/opens_on", json!("beginning")), ("/forms/1/window/due_on", json!("end+15"))],
            &["/forms/1/window/due_on WrongFormat", "/forms/1/window/opens_on WrongFormat"],
        ),
        (&[("/drafts/0/window/closes_on", json!("end+1w"))], &["/drafts/0/window/closes_on WrongFormat"]),
        (&[("/forms/1/window/due_on", json!("start-1d"))], &["/forms/1/window/due_on Inconsistent"]),
        (&[("/forms/1/window/closes_on", json!("end+14d"))], &["/forms/1/window/closes_on Inconsistent"]),
        // In most months this is in order, in February it is not.
        (
            &[
                ("/forms/1/period_type", json!("month")),
                ("/forms/1/window/opens_on", json!("start+30d")),
                ("/forms/1/window/due_on", json!("end")),
            ],
            &["/forms/1/window/due_on Inconsistent"],
        ),
    ]);
}

#[test]
fn a_form_asks_for_indicators_that_are_collected() {
    assert_faults(vec![
        (&[("/forms/1/fields", json!([]))], &["/forms/1/fields WrongLength"]),
        (&[("/forms/1/fields/0/indicator", json!("stuff"))], &["/forms/1/fields/0/indicator UnknownIndicator"]),
        (&[("/forms/1/fields/0/indicator", json!("ratio"))], &["/forms/1/fields/0/indicator Inconsistent"]),
        (&[("/drafts/0/fields/0/indicator", json!("stuff"))], &["/drafts/0/fields/0/indicator UnknownIndicator"]),
    ]);
}

#[test]
fn a_rule_is_true_or_false_of_what_its_form_asks_for() {
    for rule in [
        "pupils",
        "staff > 0",
        "pupils.by_sex > 0",
        "pupils.by_sex[sex=girl] > 0",
        "pupils.by_sex[age=1] > 0",
        "library > 0",
        "sum(library) > 0",
        "pupils == heating",
        "pupils / 0 > 1",
        "pupils >",
    ] {
        let faults = faults(&[("/forms/0/rules/0/expression", json!(rule))]);
        assert!(
            !faults.is_empty() && faults.iter().all(|each| each == "/forms/0/rules/0/expression Expression"),
            "{rule}"
        );
    }
}

#[test]
fn a_school_reports_an_indicator_once() {
    let again = |place: &str| json!([{"indicator": "staff"}, {"indicator": place}]);
    assert_faults(vec![
        (&[("/forms/1/fields", again("pupils"))], &[]),
        (
            &[("/forms/1/fields", again("pupils")), ("/forms/1/stages", json!(["nine_year", "primary"]))],
            &["/forms/1/fields/1/indicator Inconsistent"],
        ),
        (
            &[("/forms/1/fields", again("pupils")), ("/forms/1/period_type", json!("month"))],
            &["/forms/1/fields/1/indicator Inconsistent"],
        ),
        (
            &[
                ("/forms/1/fields", again("pupils")),
                ("/forms/1/stages", json!([])),
                ("/forms/1/schools", json!(["2199000001"])),
            ],
            &["/forms/1/fields/1/indicator Inconsistent"],
        ),
        // Until it is published a draft counts nothing.
        (&[("/drafts/0/code", json!("rival"))], &[]),
    ]);
}
