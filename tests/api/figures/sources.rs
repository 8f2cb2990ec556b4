//! Where a figure comes from, by example.

use serde_json::{Value, json};

use super::county::{County, JUNIOR, ONE, TWO};

#[tokio::test]
async fn a_figure_is_traced_to_schools_revisions_and_people() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("boarders sex=girls", 4.into()), ("boarders sex=boys", 6.into())]).await;
    county.act("yearly", "2022", ONE, "reopen").await.expect(200);
    county.report("yearly", "2022", ONE, &[("boarders sex=girls", 5.into()), ("boarders sex=boys", 6.into())]).await;
    county.report("yearly", "2022", JUNIOR, &[("boarders sex=girls", 7.into())]).await;
    county.submit("yearly", "2022", TWO, &[("boarders sex=girls", 9.into())]).await;
    let sources = county.sources("indicator=boarders&period=2022").await;
    assert_eq!(sources["figure"]["value"], 18);
    assert_eq!(sources["figure"]["coverage"], json!({ "expected": 3, "reported": 2 }));
    assert_eq!(sources["operands"], json!([]));
    let items = sources["items"].as_array().unwrap();
    let summary: Vec<Value> = items
        .iter()
        .map(|item| json!([item["school"], item["dimensions"]["sex"], item["revision"], item["contribution"]]))
        .collect();
    assert_eq!(summary, [json!([ONE, "boys", 2, 6]), json!([ONE, "girls", 2, 5]), json!([JUNIOR, "girls", 1, 7])]);
    let first = &items[0];
    assert_eq!(first["school_name"], "第一小学");
    assert_eq!(json!([first["form"], first["period"], first["value"]]), json!(["yearly", "2022", 6]));
    assert_eq!([&first["submitted_by"], &first["decided_by"]], ["user:principal", "user:officer"]);
    assert!(first["since"].as_str() > first["submitted_at"].as_str(), "it counts since it was accepted");
    let girls = county.sources("indicator=boarders&period=2022&where=sex:girls,stage:primary&basis=submitted").await;
    let contributions: Vec<&Value> =
        girls["items"].as_array().unwrap().iter().map(|item| &item["contribution"]).collect();
    assert_eq!(contributions, [5, 9]);
    assert_eq!(girls["figure"]["value"], 14);
}

#[tokio::test]
async fn a_weighted_average_shows_its_weights_and_a_formula_its_operands() {
    let county = County::start().await;
    county
        .report("yearly", "2022", ONE, &[("pupils", 200.into()), ("sleep", 9.into()), ("boarders sex=boys", 8.into())])
        .await;
    county.report("yearly", "2022", TWO, &[("pupils", 100.into()), ("sleep", 8.into())]).await;
    county.report("yearly", "2022", JUNIOR, &[("sleep", 7.into()), ("motto", "勤".into())]).await;
    let sources = county.sources("indicator=sleep&period=2022").await;
    let rows = sources["items"].as_array().unwrap().iter();
    let rows: Vec<Value> = rows.map(|item| json!([item["value"], item["weight"], item["contribution"]])).collect();
    assert_eq!(rows, [json!([9, 200, 1800]), json!([8, 100, 800]), json!([7, null, null])]);
    assert_eq!([&sources["figure"]["numerator"], &sources["figure"]["denominator"]], [2600, 300]);

    let sources = county.sources("indicator=boarding_rate&period=2022").await;
    let operands: Vec<Value> =
        sources["operands"].as_array().unwrap().iter().map(|each| json!([each["indicator"], each["value"]])).collect();
    assert_eq!(operands, [json!(["boarders", 8]), json!(["pupils", 300])]);
    let rows = sources["items"].as_array().unwrap().iter();
    let rows: Vec<Value> = rows.map(|item| json!([item["indicator"], item["school"], item["contribution"]])).collect();
    assert_eq!(rows, [json!(["boarders", ONE, 8]), json!(["pupils", ONE, 200]), json!(["pupils", TWO, 100])]);

    let sources = county.sources("indicator=motto&period=2022").await;
    let item = &sources["items"][0];
    assert_eq!([&item["text"], &item["value"], &item["contribution"]], [&json!("勤"), &Value::Null, &Value::Null]);
}

#[tokio::test]
async fn all_pages_are_read_as_of_one_moment() {
    let county = County::start().await;
    for school in [ONE, TWO] {
        county.report("yearly", "2022", school, &[("pupils", 1.into())]).await;
    }
    let address = "/v1/figures/pupils/sources?period=2022&limit=1";
    let first = county.officer.get(address).await.expect(200);
    county.report("yearly", "2022", JUNIOR, &[("pupils", 1.into())]).await;
    let cursor = first["next"].as_str().unwrap();
    let second = county.officer.get(&format!("{address}&cursor={cursor}")).await.expect(200);
    assert_eq!(second["items"][0]["school"], TWO);
    assert_eq!(
        [&second["next"], &second["as_of"], &second["figure"]],
        [&Value::Null, &first["as_of"], &first["figure"]]
    );
    let other = county.officer.get(&format!("/v1/figures/pupils/sources?period=2021&limit=1&cursor={cursor}")).await;
    assert_eq!(other.problem(400, "invalid_parameter"), ["?cursor wrong_format"]);
    county.officer.get("/v1/figures/nothing/sources?period=2022").await.problem(404, "not_found");
    let refused = county.officer.get("/v1/figures/pupils/sources?period=2022-06&where=sex:boys").await;
    assert_eq!(refused.problem(422, "validation_failed"), ["?period wrong_period_type", "?where wrong_dimension"]);
}
