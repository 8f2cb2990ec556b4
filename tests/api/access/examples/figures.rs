//! Questions for many figures, and texts that are held against figures.

use serde_json::json;

use super::{Request, json_request};

/// The request of an operation that asks by a POST.
pub fn request(operation: &str) -> Option<Request> {
    let body = match operation {
        "query_figures" => json!({"indicators": ["pupils"], "periods": ["2021", "2022"], "by": ["school"]}),
        "pivot_figures" => {
            json!({"indicators": ["pupils"], "periods": ["2021", "2022"], "rows": ["school"], "columns": ["period"]})
        }
        "check_report_text" => json!({"year": 2022, "text": "在校学生2人，比2021年增长3.7%。"}),
        _ => return None,
    };
    Some(json_request("", &body))
}
