//! The workbook of a form: downloaded, filled in, taken back; and sent back where something is wrong.

mod book;
mod oddities;
mod refusals;
mod rounds;
mod template;

use serde_json::{Value, json};

use crate::support::{SCHOOL, TestApp};

const CATALOGUE: &str = include_str!("form_workbooks/catalogue.yaml");
const FORM: &str = "everything";

/// A service with a form of every type of value.
async fn service() -> TestApp {
    TestApp::with_catalogue_of(CATALOGUE).await
}

fn sheet() -> String {
    crate::support::sheet(FORM, "2022", SCHOOL)
}

fn cell(indicator: &str, dimensions: &Value, value: &Value) -> Value {
    json!({ "indicator": indicator, "dimensions": dimensions, "value": value })
}

/// A submission with a value of every type.
fn full() -> Value {
    json!({ "values": [
        { "indicator": "pupils", "value": 1234, "note": "含寄宿\n不含借读" },
        cell("boarders", &json!({"sex": "girls"}), &json!(120)),
        cell("boarders", &json!({"sex": "boys"}), &json!(0)),
        cell("sleep", &json!({}), &json!(9.5)),
        cell("absences", &json!({"grade": "one", "sex": "girls"}), &json!(3)),
        { "indicator": "absences", "dimensions": {"grade": "three", "sex": "boys"}, "value": 14, "note": "流感" },
        cell("grant", &json!({}), &json!(12345.67)),
        cell("fitness", &json!({}), &json!(0.3512)),
        cell("library", &json!({}), &json!(true)),
        cell("heating", &json!({}), &json!("pump2")),
        cell("inspected_on", &json!({}), &json!("2022-09-01")),
        cell("remark", &json!({}), &json!("=1+1 是文字")),
    ]})
}
