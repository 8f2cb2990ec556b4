//! The catalogue as a file, YAML or JSON: read strictly, with line and column of all that is wrong.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

use super::compile::{Versions, compile};
use super::compiled::Catalogue;
use super::document::CatalogueDocument;
use crate::platform::contract::escape;
use crate::platform::error::{AppError, Violation, ViolationCode};
use crate::platform::extract;
use crate::platform::message::Message;
use crate::say;

/// A document that was read from a file, and where its parts stand there.
#[derive(Debug)]
pub struct CatalogueFile {
    /// The document.
    pub document: CatalogueDocument,
    places: Places,
}

/// Reads a catalogue from YAML or JSON, which YAML contains.
///
/// # Errors
/// All places where it departs from the schema, or the first where it is not YAML at all.
pub fn read_document(bytes: &[u8]) -> Result<CatalogueDocument, Vec<Violation>> {
    read_file(bytes).map(|file| file.document)
}

/// As [`read_document`], but remembers the places.
///
/// # Errors
/// As for [`read_document`].
pub fn read_file(bytes: &[u8]) -> Result<CatalogueFile, Vec<Violation>> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    let node: Spanned<Node> =
        serde_saphyr::from_slice_with_options(bytes, options).map_err(|error| vec![not_yaml(&error)])?;
    let mut places = Places::default();
    let value = places.take(node, String::new());
    let document = conform(value).map_err(|violations| places.add_to(violations))?;
    Ok(CatalogueFile { document, places })
}

impl From<CatalogueDocument> for CatalogueFile {
    /// A document that came from elsewhere: its parts have no places.
    fn from(document: CatalogueDocument) -> Self {
        Self { document, places: Places::default() }
    }
}

impl CatalogueFile {
    /// Checks the document as a whole, as far as that can be done without a database.
    ///
    /// # Errors
    /// Everything that is wrong with it, with line and column.
    pub fn compile(&self) -> Result<Catalogue, Vec<Violation>> {
        compile(self.document.clone(), 1, &Versions::default()).map_err(|violations| self.locate(violations))
    }

    /// Adds line and column to violations whose pointers lead into the document.
    #[must_use]
    pub fn locate(&self, violations: Vec<Violation>) -> Vec<Violation> {
        self.places.add_to(violations)
    }
}

/// Writes a catalogue as YAML, so that reading it again gives the same.
///
/// # Errors
/// Where it cannot be written, which is a defect.
pub fn write_yaml(document: &CatalogueDocument) -> Result<String, AppError> {
    serde_saphyr::to_string(document).map_err(|error| AppError::internal(error.to_string()))
}

/// The document that a value is, where it conforms to the schema.
fn conform(value: Value) -> Result<CatalogueDocument, Vec<Violation>> {
    let unusable = |error: &dyn fmt::Display| {
        let reason = error.to_string();
        vec![Violation::new(
            "",
            ViolationCode::WrongFormat,
            say!("无法理解此文件：{reason}", "This file cannot be understood: {reason}"),
        )]
    };
    let violations = extract::violations::<CatalogueDocument>(&value).map_err(|error| unusable(&error))?;
    if !violations.is_empty() {
        return Err(violations);
    }
    serde_json::from_value(value).map_err(|error| unusable(&error))
}

fn not_yaml(error: &serde_saphyr::Error) -> Violation {
    let reason = error.render();
    Violation::new(
        "",
        ViolationCode::WrongFormat,
        say!("不是有效的 YAML：{reason}", "This is not valid YAML: {reason}"),
    )
}

/// A part of a file, whatever it is.
#[derive(Debug)]
enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Fields(Vec<(String, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = entries.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Fields(fields))
    }
}

/// Where the parts of a document stand in its file, by JSON pointer.
#[derive(Debug, Default)]
struct Places(HashMap<String, Location>);

impl Places {
    /// Notes the places of a node, and turns it into a plain value.
    fn take(&mut self, node: Spanned<Node>, pointer: String) -> Value {
        let value = match node.value {
            Node::Scalar(value) => value,
            Node::List(items) => {
                let items = items.into_iter().enumerate();
                items.map(|(i, item)| self.take(item, format!("{pointer}/{i}"))).collect()
            }
            Node::Fields(fields) => {
                let fields = fields.into_iter().map(|(name, field)| {
                    let value = self.take(field, format!("{pointer}/{}", escape(&name)));
                    (name, value)
                });
                Value::Object(fields.collect::<Map<_, _>>())
            }
        };
        self.0.insert(pointer, node.referenced);
        value
    }

    fn add_to(&self, violations: Vec<Violation>) -> Vec<Violation> {
        violations.into_iter().map(|violation| self.add_to_one(violation)).collect()
    }

    fn add_to_one(&self, violation: Violation) -> Violation {
        let Some(location) = self.of(&violation.pointer) else { return violation };
        let (line, column) = (location.line(), location.column());
        let Message { zh, en } = &violation.message;
        let message = Message {
            zh: format!("第 {line} 行第 {column} 列：{zh}").into(),
            en: format!("Line {line}, column {column}: {en}").into(),
        };
        Violation { message, ..violation }
    }

    /// The place of a part, or of the nearest part around it where it is absent.
    fn of(&self, pointer: &str) -> Option<&Location> {
        let found = self.0.get(pointer);
        found.or_else(|| pointer.rsplit_once('/').and_then(|(around, _)| self.of(around)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::document::{Choice, Dimension, Text};

    const EXAMPLE: &str = include_str!("../../examples/shenze-2022/catalogue.yaml");

    /// Code, pointer and the English message of each violation.
    fn told(violations: &[Violation]) -> Vec<String> {
        violations.iter().map(|each| format!("{:?} {} {}", each.code, each.pointer, each.message.en)).collect()
    }

    #[test]
    fn the_example_county_can_be_read_and_compiles() {
        let file = read_file(EXAMPLE.as_bytes()).unwrap_or_else(|violations| panic!("{:#?}", told(&violations)));
        let catalogue = file.compile().unwrap_or_else(|violations| panic!("{:#?}", told(&violations)));
        assert_eq!(catalogue.document().forms.len(), EXAMPLE.matches("period_type:").count());
        assert!(catalogue.indicator("gaokao.undergraduate").is_some());
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let document = read_document(EXAMPLE.as_bytes()).unwrap();
        let yaml = write_yaml(&document).unwrap();
        assert_eq!(read_document(yaml.as_bytes()), Ok(document.clone()));
        let json = serde_json::to_vec_pretty(&document).unwrap();
        assert_eq!(read_document(&json), Ok(document));
    }

    #[test]
    fn awkward_texts_survive_the_file() {
        for text in ["no", "1e3", "007", "- a: b", "#", "a: 'b' \"c\"", "两\n行", " ", "null", "~", "2022-01-01", "\t"]
        {
            let mut document = CatalogueDocument::default();
            let name = Text { zh: text.to_owned(), en: Some(text.to_owned()) };
            let option = Choice { code: text.to_owned(), name: name.clone() };
            let dimension = Dimension { code: text.to_owned(), name, options: vec![option] };
            document.dimensions.push(dimension);
            let yaml = write_yaml(&document).unwrap();
            assert_eq!(read_document(yaml.as_bytes()), Ok(document), "{yaml}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        let yaml = "\
dimensions:
  - code: sex
    name: {zh: 性别, colour: red}
    options: boys
indicators:
  - code: pupils
    name: {zh: 学生数}
    value_type: number
    aggregation: sum
";
        assert_eq!(
            told(&read_document(yaml.as_bytes()).unwrap_err()),
            [
                "UnknownField /dimensions/0/name/colour Line 3, column 28: There is no field “colour”",
                "WrongType /dimensions/0/options Line 4, column 14: The value has the wrong type",
                "NotAllowed /indicators/0/value_type Line 8, column 17: Allowed are: count, quantity, amount, ratio, \
                 boolean, choice, text, date",
            ]
        );
    }

    #[test]
    fn what_breaks_the_rules_is_told_with_its_place() {
        let yaml =
            "indicators:\n- code: pupils\n  name: {zh: 学生数}\n  value_type: count\n  aggregation: weighted_average\n";
        let violations = read_file(yaml.as_bytes()).unwrap().compile().unwrap_err();
        assert_eq!(
            told(&violations),
            ["Missing /indicators/0/weight Line 2, column 3: A weighted average needs the indicator that weighs it"]
        );
    }

    #[test]
    fn what_is_no_yaml_is_refused_at_its_place() {
        for (yaml, place) in [("a: [1, 2", "line 1"), ("a: 1\na: 2\n", "line 2"), ("a: b: c", "line 1")] {
            let told = told(&read_document(yaml.as_bytes()).unwrap_err()).concat();
            assert!(told.contains(place), "{yaml}: {told}");
        }
        assert!(read_document(b"\xff\xfe").is_err());
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                    c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                    e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
                    g: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
        assert!(read_document(bomb.as_bytes()).is_err());
    }
}
