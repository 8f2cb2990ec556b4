//! What is counted from registers, by example.

use serde_json::{Value, json};

use super::county::{County, Honour, JUNIOR, ONE, THREE, TWO};

async fn honours(county: &County) {
    let fields = |kind: &str, category: &str, holder: &str, prize: Value, day: &str| {
        json!({ "kind": kind, "category": category, "sex": "girls", "holder": holder, "prize": prize, "national": true,
            "awarded_on": day })
    };
    let granted = [("proposed", "2021-03-01"), ("granted", "2022-05-01")];
    let number: fn(&str) -> Value = |text| serde_json::from_str(text).unwrap();
    for (record, school, timeline, fields) in [
        ("a", Some(ONE), &granted[..], fields("green", "arts", "甲", number("0.10"), "2022-05-01")),
        ("b", Some(ONE), &granted[..], fields("green", "science", "甲", number("0.20"), "2022-06-01")),
        ("c", Some(THREE), &granted[..], fields("safe", "arts", "乙", number("5"), "2021-06-01")),
        ("d", None, &granted[..1], fields("art", "arts", "丙", number("100"), "2022-12-31")),
        (
            "e",
            Some(TWO),
            &[("proposed", "2022-01-01"), ("granted", "2022-02-01"), ("revoked", "2022-11-01")],
            json!({}),
        ),
        ("f", Some(JUNIOR), &granted[..], json!({ "kind": "green", "category": "arts" })),
    ] {
        county.honour(record, &Honour::new(school, timeline, fields)).await;
    }
    let gone = Honour::new(Some(ONE), &granted, json!({ "kind": "green", "awarded_on": "2022-01-01" }));
    county.honour("g", &gone).await;
    county.honour("g", &Honour { withdrawn: true, ..gone }).await;
}

#[tokio::test]
async fn records_are_counted_as_they_stood_and_as_they_happened() {
    let county = County::start().await;
    honours(&county).await;
    // a, b, c and f; e is revoked by then, and d is only proposed.
    assert_eq!(county.table("indicator=honours&period=2022").await, [json!([4, 4, 4])]);
    // Of e it is known that it stood in summer.
    assert_eq!(county.table("indicator=honours&period=2022-H1").await, [json!([5, 5, 5])]);
    assert_eq!(county.table("indicator=honours&period=2022-03").await, [json!([1, 1, 1])]);
    assert_eq!(county.table("indicator=honours&period=2021").await, [json!([0, 0, 0])]);
    // a, b and f are granted and e is revoked; e has no category.
    assert_eq!(county.table("indicator=granted&period=2022").await, [json!([4, 4, 4])]);
    assert_eq!(
        county.table("indicator=granted&period=2022-Q2&by=category").await,
        [json!(["science", 1, 1, 1]), json!(["arts", 3, 3, 3])]
    );
    assert_eq!(county.table("indicator=honours_by&period=2022&where=category:arts").await, [json!([2, 2, 2])]);
    // Two honours of one school, in one year.
    assert_eq!(county.table("indicator=awarded&period=2022").await, [json!([1, 2, 2])]);
    // Exactly.
    assert_eq!(county.table("indicator=prizes&period=2022").await, [json!([100.3, 3, 3])]);
    let rate = county.figure("indicator=prize_per_honour&period=2022").await;
    assert_eq!([&rate["value"], &rate["numerator"], &rate["denominator"]], [&json!(100.3), &json!(100.3), &json!(1)]);
    let growth = county.figure("indicator=honours&period=2022-Q2&compare=previous").await;
    assert_eq!(growth["previous"], json!({ "period": "2022-Q1", "value": 1, "change": 4, "growth": 4 }));
}

#[tokio::test]
async fn records_stand_with_their_schools_and_those_of_the_bureau_with_none() {
    let county = County::start().await;
    honours(&county).await;
    assert_eq!(
        county.table("indicator=holders&period=2022&by=school").await,
        [
            json!([ONE, 1, 2, 2]),
            json!([TWO, 0, 0, 0]),
            json!([THREE, 1, 1, 1]),
            json!([JUNIOR, 0, 0, 0]),
            json!([null, 1, 1, 1])
        ]
    );
    // The parts do not add up: 甲 stands in both categories.
    assert_eq!(
        county.table("indicator=holders&period=2022&by=category").await,
        [json!(["science", 1, 1, 1]), json!(["arts", 3, 3, 3])]
    );
    assert_eq!(county.table("indicator=holders&period=2022").await, [json!([3, 4, 4])]);
    assert_eq!(county.table("indicator=holders&period=2022&where=stage:primary").await, [json!([2, 3, 3])]);
    assert_eq!(county.table("indicator=holders&period=2022&where=school:").await, [json!([1, 1, 1])]);
    assert_eq!(county.table(&format!("indicator=holders&period=2022&within={ONE}")).await, [json!([1, 2, 2])]);
    assert_eq!(county.table("indicator=holders&period=2022&within=990001").await, [json!([3, 4, 4])]);
    let own = county.school(ONE).get("/v1/figures?indicator=holders&period=2022&by=school").await.expect(200);
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(own["items"][0]["coverage"], json!({ "expected": 2, "reported": 2 }));
    // A report and the honours together.
    county.report("yearly", "2022", ONE, &[("pupils", 200.into())]).await;
    assert_eq!(county.table("indicator=honours_per_pupil&period=2022").await, [json!([0.02, 7, 5])]);
}

#[tokio::test]
async fn a_counted_figure_is_traced_to_its_records() {
    let county = County::start().await;
    honours(&county).await;
    let sources = county.sources("indicator=holders&period=2022&limit=2").await;
    let rows = sources["items"].as_array().unwrap().iter();
    let rows: Vec<Value> = rows
        .map(|item| json!([item["record"], item["school"], item["state"], item["text"], item["contribution"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["a", ONE, "granted", "甲", 1]),
            json!(["b", ONE, "granted", "甲", 0]),
            json!(["c", THREE, "granted", "乙", 1]),
            json!(["d", null, "proposed", "丙", 1])
        ]
    );
    let first = &sources["items"][0];
    assert_eq!(
        json!([first["register"], first["revision"], first["decided_by"], first["school_name"]]),
        json!(["honours", 1, "user:officer", "第一小学"])
    );
    assert_eq!([&first["form"], &first["submitted_by"], &first["submitted_at"]], [&Value::Null; 3]);
    assert_eq!(first["dimensions"], json!({ "category": "arts", "sex": "girls" }));

    county.report("yearly", "2022", ONE, &[("pupils", 200.into())]).await;
    county.report("yearly", "2022", TWO, &[("pupils", 100.into())]).await;
    let sources = county.sources("indicator=honours_per_pupil&period=2022&limit=1").await;
    let rows = sources["items"].as_array().unwrap().iter();
    let rows: Vec<Value> =
        rows.map(|item| json!([item["form"], item["record"], item["school"], item["contribution"]])).collect();
    assert_eq!(
        rows,
        [
            json!(["yearly", null, ONE, 200]),
            json!(["yearly", null, TWO, 100]),
            json!([null, "a", ONE, 1]),
            json!([null, "b", ONE, 1]),
            json!([null, "c", THREE, 1]),
            json!([null, "f", JUNIOR, 1])
        ]
    );
}
