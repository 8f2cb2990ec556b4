//! Reading the service's answers.

use rust_decimal::Decimal;
use serde_json::Value;

/// A text of an answer; empty where there is none.
pub(super) fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A list of an answer; empty where there is none.
pub(super) fn items<'a>(answer: &'a Value, field: &str) -> &'a [Value] {
    answer.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A number at a JSON pointer, exactly as it was sent.
pub(super) fn number(answer: &Value, pointer: &str) -> Option<Decimal> {
    let number = answer.pointer(pointer)?.as_number()?.to_string();
    number.parse().ok().or_else(|| Decimal::from_scientific(&number).ok())
}

/// What a problem says to people: its title and detail, and each violation on a line of its own.
pub(super) fn problem(problem: &Value) -> Vec<String> {
    let head = [text(problem, "title"), text(problem, "detail")];
    let head = head.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("：");
    let violation = |each: &Value| format!("{}  {}", text(each, "pointer"), text(each, "message"));
    std::iter::once(head).chain(items(problem, "violations").iter().map(violation)).collect()
}
