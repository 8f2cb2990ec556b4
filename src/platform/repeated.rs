//! Fields that stand twice in a JSON object: most readers keep the last and forget the others, so
//! two programs may see two documents in one.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::contract::escape;

/// JSON pointers of the fields that stand more than once; what is no JSON has none.
#[must_use]
pub fn fields(json: &[u8]) -> Vec<String> {
    let found = RefCell::default();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    // What is not JSON is refused by who reads the values.
    let _ = Place { pointer: String::new(), found: &found }.deserialize(&mut deserializer);
    found.into_inner()
}

/// A place in the document, where any value may stand.
struct Place<'a> {
    pointer: String,
    found: &'a RefCell<Vec<String>>,
}

impl Place<'_> {
    fn below(&self, name: impl fmt::Display) -> Place<'_> {
        Place { pointer: format!("{}/{name}", self.pointer), found: self.found }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut i = 0_usize;
        while items.next_element_seed(self.below(i))?.is_some() {
            i += 1;
        }
        Ok(())
    }

    /// Also a number with decimals, which is shown as a map of one field because it is kept exactly.
    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            let place = self.below(escape(&name));
            if !seen.insert(name) {
                self.found.borrow_mut().push(place.pointer.clone());
            }
            fields.next_value_seed(place)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_repetition_is_found_wherever_it_stands() {
        for (json, places) in [
            (r#"{"a": 1, "b": {"a": [1.5, -2e400, true, null, "a"]}}"#, vec![]),
            (r#"{"a": 1, "a": 2, "a": 3}"#, vec!["/a", "/a"]),
            (
                r#"[{"a": {"b/c": 1, "b\u002fc": 2}}, {"x": {}, "x": {"y": 1, "y": 2}}]"#,
                vec!["/0/a/b~1c", "/1/x", "/1/x/y"],
            ),
            ("1", vec![]),
            ("{", vec![]),
        ] {
            assert_eq!(fields(json.as_bytes()), places, "{json}");
        }
    }
}
