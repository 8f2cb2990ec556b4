//! Cells: each is checked against its indicator, and everything that is wrong is named.

use serde_json::{Value, json};

use crate::support::{Desk, TestApp, cell, document, pupils};

async fn violations(desk: &Desk, body: &Value) -> Vec<String> {
    desk.reporter.put(&desk.path, body).await.problem(422, "validation_failed")
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_value_must_be_what_its_indicator_measures() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (indicator, value, code) in [
        ("pupils", json!(-1), "out_of_range"),
        ("pupils", number("1.5"), "too_many_digits"),
        ("pupils", number("1000000000000"), "too_many_digits"),
        ("pupils", number("1e40"), "too_many_digits"),
        ("pupils", number("1e400"), "too_many_digits"),
        ("pupils", number("1e-400"), "too_many_digits"),
        ("pupils", json!("85"), "wrong_type"),
        ("pupils", json!(true), "wrong_type"),
        ("grant", number("0.001"), "too_many_digits"),
        ("grant", number("1234567890123"), "too_many_digits"),
        ("grant", number("0.12000000000000000000000000000000000001"), "too_many_digits"),
        ("grant", json!("1200.00"), "wrong_type"),
        ("sleep_hours", number("8.0000001"), "too_many_digits"),
        ("has_library", json!(1), "wrong_type"),
        ("has_library", json!("true"), "wrong_type"),
        ("heating", json!("wood"), "not_allowed"),
        ("heating", json!(1), "wrong_type"),
        ("inspected_on", json!("2022-02-30"), "wrong_format"),
        ("inspected_on", json!("2022-9-1"), "wrong_format"),
        ("inspected_on", json!("20220901"), "wrong_format"),
        ("inspected_on", json!(20_220_901), "wrong_type"),
        ("remark", json!(1), "wrong_type"),
        ("remark", json!("长".repeat(2001)), "wrong_length"),
        ("remark", json!("a\u{0}b"), "wrong_format"),
    ] {
        let found = violations(&desk, &document(&[cell(indicator, value.clone())])).await;
        assert_eq!(found, [format!("/values/0/value {code}")], "{indicator} {value}");
    }
    for value in [json!([1]), json!({"a": 1})] {
        let found = violations(&desk, &document(&[cell("pupils", value)])).await;
        assert_eq!(found, ["/values/0/value wrong_type"]);
    }
}

#[tokio::test]
async fn the_largest_and_the_longest_are_taken() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let cells = [
        cell("boarders", number("999999999999")),
        cell("grant", number("-999999999999.99")),
        cell("has_library", false),
        cell("heating", "gas"),
        cell("inspected_on", "2024-02-29"),
        cell("remark", "长".repeat(2000)),
    ];
    assert_eq!(desk.save(&document(&cells)).await.expect(201)["values"].as_array().unwrap().len(), cells.len());
}

#[tokio::test]
async fn an_indicator_must_exist_and_stand_on_the_form() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (indicator, code) in [
        ("unicorns", "unknown_indicator"),
        ("", "unknown_indicator"),
        ("drills", "indicator_not_on_form"),
        // Computed by a formula, so it is never sent.
        ("boarding_rate", "indicator_not_on_form"),
    ] {
        let found = violations(&desk, &document(&[cell(indicator, 1)])).await;
        assert_eq!(found, [format!("/values/0/indicator {code}")], "{indicator}");
    }
}

#[tokio::test]
async fn a_cell_has_one_option_of_each_dimension_of_its_indicator() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (indicator, dimensions, places) in [
        ("pupils_by_sex", json!({}), vec!["/values/0/dimensions wrong_dimension"]),
        ("pupils_by_sex", json!({"sex": "cats"}), vec!["/values/0/dimensions/sex wrong_dimension"]),
        ("pupils_by_sex", json!({"sex": "girls", "age": "9"}), vec!["/values/0/dimensions/age wrong_dimension"]),
        (
            "pupils_by_sex",
            json!({"a/b": "x"}),
            vec!["/values/0/dimensions wrong_dimension", "/values/0/dimensions/a~1b wrong_dimension"],
        ),
        ("pupils", json!({"sex": "girls"}), vec!["/values/0/dimensions/sex wrong_dimension"]),
        ("pupils_by_sex", json!({"sex": 1}), vec!["/values/0/dimensions/sex wrong_type"]),
        ("pupils_by_sex", json!("girls"), vec!["/values/0/dimensions wrong_type"]),
    ] {
        let body = json!({"values": [{"indicator": indicator, "dimensions": dimensions, "value": 1}]});
        assert_eq!(violations(&desk, &body).await, places, "{body}");
    }
}

#[tokio::test]
async fn a_cell_twice_refuses_the_payload_and_names_both() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let mut cells = pupils(1, 2);
    cells.push(cells[1].clone());
    cells.push(cell("pupils", 9));
    let found = violations(&desk, &document(&cells)).await;
    assert_eq!(found, ["/values/0 duplicate", "/values/1 duplicate", "/values/3 duplicate", "/values/4 duplicate"]);
    assert_eq!(desk.read().await["state"], "not_begun");
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    let body = json!({
        "values": [
            {"indicator": "unicorns", "value": 1},
            {"indicator": "pupils", "value": -1, "note": "长".repeat(2000)},
            {"indicator": "pupils_by_sex", "dimensions": {"sex": "cats"}, "value": "two"},
            {"indicator": "boarders", "value": 5},
            {"indicator": "boarders", "value": 6},
        ],
        "explanations": [{"rule": "steady", "text": "一"}, {"rule": "unknown", "text": "二"}, {"rule": "steady", "text": "三"}],
    });
    assert_eq!(
        violations(&desk, &body).await,
        [
            "/explanations/1/rule unknown_reference",
            "/explanations/2/rule duplicate",
            "/values/0/indicator unknown_indicator",
            "/values/1/value out_of_range",
            "/values/2/dimensions/sex wrong_dimension",
            "/values/2/value wrong_type",
            "/values/3 duplicate",
            "/values/4 duplicate",
        ]
    );
}

#[tokio::test]
async fn the_shape_of_the_body_is_checked_as_the_document_shows_it() {
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    for (body, places) in [
        (json!({}), vec!["/values missing"]),
        (json!([]), vec![" wrong_type"]),
        (json!({"values": {}}), vec!["/values wrong_type"]),
        (json!({"values": [{}]}), vec!["/values/0/indicator missing"]),
        (json!({"values": [1, {"indicator": 2}]}), vec!["/values/0 wrong_type", "/values/1/indicator wrong_type"]),
        (
            json!({"values": [{"indicator": "pupils", "amount": 1, "comment": ""}], "more": 1}),
            vec!["/more unknown_field", "/values/0/amount unknown_field", "/values/0/comment unknown_field"],
        ),
        (
            json!({"values": [], "explanations": [{"rule": "steady", "text": ""}]}),
            vec!["/explanations/0/text wrong_format"],
        ),
        (
            json!({"values": [], "explanations": [{"rule": "steady", "text": "  "}]}),
            vec!["/explanations/0/text wrong_format"],
        ),
        (json!({"values": [{"indicator": "pupils", "note": "长".repeat(2001)}]}), vec!["/values/0/note wrong_length"]),
        (json!({"values": vec![cell("pupils", 1); 5001]}), vec!["/values wrong_length"]),
    ] {
        assert_eq!(
            violations(&desk, &body).await,
            places,
            "{}",
            body.to_string().chars().take(200).collect::<String>()
        );
    }
}
