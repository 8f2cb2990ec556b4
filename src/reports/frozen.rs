//! The text of a document as it is kept and hashed, and how two of them differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::documents::{Document, Source};
use crate::platform::error::{AppError, Result};
use crate::platform::journal::Hash;

/// The most differences that are told.
const MOST_DIFFERENCES: usize = 100;

/// A document as one text: its fields by name, no space between, numbers digit by digit as they are. The text is kept, and
/// never written anew, so that it hashes to the same for ever.
pub(super) fn canonical(document: &Document) -> Result<String> {
    let value = serde_json::to_value(document).map_err(AppError::internal)?;
    serde_json::to_string(&sorted(value)).map_err(AppError::internal)
}

/// SHA-256 of a text.
pub(super) fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// The document that a text says.
pub(super) fn read(text: &str) -> Result<Document> {
    serde_json::from_str(text).map_err(AppError::internal)
}

/// Whatever order the maps of a build keep.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> =
                fields.into_iter().map(|(name, field)| (name, sorted(field))).collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Says where the sealed journal ended, in each source: which entries were sealed at a moment is only known at it.
pub(super) fn set_journal_position(document: &mut Document, position: i64) {
    for source in &mut document.sources {
        let (Source::Figure { journal_position, .. }
        | Source::Records { journal_position, .. }
        | Source::Evaluation { journal_position, .. }
        | Source::Sheet { journal_position, .. }) = source;
        *journal_position = position;
    }
}

/// A place at which two documents differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// JSON pointer into the document.
    pub pointer: String,
    /// What stands there in the one; none where nothing does.
    pub kept: Option<Value>,
    /// What stands there in the other.
    pub now: Option<Value>,
}

/// Where two documents differ, from top to bottom; the first of very many.
pub(super) fn differences(kept: &str, now: &str) -> Result<Vec<Difference>> {
    let read = |text: &str| serde_json::from_str::<Value>(text).map_err(AppError::internal);
    let mut found = Vec::new();
    compare(Some(&read(kept)?), Some(&read(now)?), "", &mut found);
    Ok(found)
}

fn compare(kept: Option<&Value>, now: Option<&Value>, pointer: &str, found: &mut Vec<Difference>) {
    if kept == now || found.len() == MOST_DIFFERENCES {
        return;
    }
    match (kept, now) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(one.get(name), other.get(name), &pointer, found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for i in 0..one.len().max(other.len()) {
                compare(one.get(i), other.get(i), &format!("{pointer}/{i}"), found);
            }
        }
        _ => found.push(Difference { pointer: pointer.to_owned(), kept: kept.cloned(), now: now.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const WRITTEN: &str = r#"{
        "title": ["教育局", "报告"],
        "blocks": [
            {"type": "heading", "place": "/sections/0", "level": 1, "number": "一、", "spans": []},
            {"type": "paragraph", "place": "/sections/0/blocks/0", "spans": [
                {"type": "number", "text": "455人", "shows": "value", "sources": [0]}]},
            {"type": "table", "caption": "表", "widths": [1], "head": [], "rows": [[
                {"spans": [], "number": 1234567890123456.78, "columns": 1, "rows": 1, "align": "right"}]]},
            {"type": "chart", "caption": "图", "kind": "columns", "labels": ["一", "二"], "unit": "人",
                "series": [{"name": "今年", "values": [0.10, null]}]}
        ],
        "sources": [{"type": "figure", "indicator": "pupils", "name": "学生数", "period": "2022", "value": 455.10,
            "previous": -0.5, "unit": null, "expected": 1, "reported": 1, "as_of": "2023-01-01T00:00:00.000001Z",
            "journal_position": 7}]
    }"#;

    fn document() -> Document {
        read(WRITTEN).unwrap()
    }

    #[test]
    fn the_text_says_the_document_and_is_always_the_same() {
        let text = canonical(&document()).unwrap();
        assert_eq!(read(&text).unwrap(), document());
        assert_eq!(canonical(&read(&text).unwrap()).unwrap(), text);
        assert!(text.starts_with("{\"blocks\":[{\"level\":1,\"number\":\"一、\",\"place\""), "{text}");
        for number in ["\"value\":455.10}", "\"previous\":-0.5,", "\"number\":1234567890123456.78,", "[0.10,null]"] {
            assert!(text.contains(number), "a number is kept digit by digit: {number} in {text}");
        }
    }

    #[test]
    fn a_difference_is_told_at_its_place() {
        let kept = canonical(&document()).unwrap();
        let mut other = document();
        set_journal_position(&mut other, 9);
        other.title.push("又一行".to_owned());
        let now = canonical(&other).unwrap();
        assert_eq!(differences(&kept, &kept).unwrap(), []);
        let places: Vec<_> = differences(&kept, &now).unwrap();
        assert_eq!(
            places,
            [
                Difference {
                    pointer: "/sources/0/journal_position".to_owned(),
                    kept: Some(json!(7)),
                    now: Some(json!(9))
                },
                Difference { pointer: "/title/2".to_owned(), kept: None, now: Some(json!("又一行")) },
            ]
        );
        set_journal_position(&mut other, 7);
        other.title.pop();
        assert_eq!(canonical(&other).unwrap(), kept);
    }
}
