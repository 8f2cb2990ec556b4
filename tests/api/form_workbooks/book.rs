//! A workbook as a school has it before it: cells are filled in by their places, in the file itself, so that everything
//! else of it stays as it was written.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, Xlsx};
use regex::Regex;
use reqwest::Method;
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::support::{Answer, Client};

pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Clone)]
pub struct Book {
    parts: BTreeMap<String, Vec<u8>>,
}

/// What is filled in.
#[derive(Clone, Debug)]
pub enum Typed {
    Text(String),
    /// As it stands in the file.
    Number(String),
    Boolean(bool),
    Error(&'static str),
    /// A formula, and what it came to.
    Formula(&'static str, Option<&'static str>),
    Nothing,
}

pub fn text(text: &str) -> Typed {
    Typed::Text(text.to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "numbers of any kind")]
pub fn number(number: impl ToString) -> Typed {
    Typed::Number(number.to_string())
}

impl Book {
    pub fn open(bytes: &[u8]) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = BTreeMap::new();
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            parts.insert(entry.name().unwrap().to_string(), content);
        }
        Self { parts }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.parts {
            writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// Downloads the workbook of a form.
    pub async fn download(client: &Client, form: &str, period: &str, school: &str) -> Self {
        let answer = client.get(&format!("/v1/forms/{form}/template.xlsx?school={school}&period={period}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.headers["content-type"], XLSX);
        Self::open(&answer.bytes)
    }

    pub async fn import(&self, client: &Client, query: &str) -> Answer {
        let path = format!("/v1/submissions/import{query}");
        client.send_raw(Method::POST, &path, Some((XLSX, self.bytes()))).await
    }

    pub fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    pub fn part(&self, name: &str) -> String {
        String::from_utf8(self.parts[name].clone()).unwrap()
    }

    pub fn change(&mut self, name: &str, change: impl FnOnce(String) -> String) {
        let changed = change(self.part(name));
        self.parts.insert(name.to_owned(), changed.into_bytes());
    }

    /// Changes the sheet that is filled in.
    pub fn change_data(&mut self, change: impl FnOnce(String) -> String) {
        self.change("xl/worksheets/sheet1.xml", change);
    }

    /// What a sheet shows, by the names of the cells.
    pub fn cells(&self, sheet: &str) -> BTreeMap<String, Data> {
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(self.bytes())).unwrap();
        let range = workbook.worksheet_range(sheet).unwrap();
        let (top, left) = range.start().unwrap_or_default();
        let used = range.used_cells();
        used.map(|(row, column, data)| (name(position(top) + row, position(left) + column), data.clone())).collect()
    }

    /// The place of a cell of the form, as the hidden sheet says it; the note on it with `note`.
    pub fn place(&self, indicator: &str, dimensions: &str, note: bool) -> String {
        let map = self.cells("_jixiao");
        let at =
            |column: &str, row: usize| map.get(&format!("{column}{row}")).map(ToString::to_string).unwrap_or_default();
        let row = (9..2000).find(|row| at("B", *row) == indicator && at("C", *row) == dimensions);
        let row = row.unwrap_or_else(|| panic!("{indicator} {dimensions} is not in the map"));
        let (of_row, of_column) = if note { ("J", "K") } else { ("F", "G") };
        name(at(of_row, row).parse().unwrap(), at(of_column, row).parse().unwrap())
    }

    /// Fills in the value of a cell of the form.
    pub fn fill(&mut self, indicator: &str, dimensions: &str, typed: &Typed) -> String {
        let place = self.place(indicator, dimensions, false);
        self.set(&place, typed);
        place
    }

    /// Fills in a cell of the sheet.
    pub fn set(&mut self, place: &str, typed: &Typed) {
        let content = match typed {
            Typed::Text(text) => {
                format!(r#" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#, escaped(text))
            }
            Typed::Number(number) => format!("><v>{number}</v></c>"),
            Typed::Boolean(boolean) => format!(r#" t="b"><v>{}</v></c>"#, u8::from(*boolean)),
            Typed::Error(error) => format!(r#" t="e"><v>{error}</v></c>"#),
            Typed::Formula(formula, Some(result)) => format!("><f>{formula}</f><v>{result}</v></c>"),
            Typed::Formula(formula, None) => format!("><f>{formula}</f></c>"),
            Typed::Nothing => "/>".to_owned(),
        };
        let cell = Regex::new(&format!(r#"<c r="{place}"( s="\d+")?[^>]*?(/>|>.*?</c>)"#)).unwrap();
        self.change_data(|xml| {
            assert!(cell.is_match(&xml), "there is no cell {place}");
            cell.replace(&xml, |found: &regex::Captures<'_>| {
                format!(r#"<c r="{place}"{}{content}"#, found.get(1).map_or("", |style| style.as_str()))
            })
            .into_owned()
        });
    }

    /// Fills in what a document of cells says, as people would.
    pub fn fill_in(&mut self, document: &Value) {
        for cell in document["values"].as_array().unwrap() {
            let dimensions = cell["dimensions"].as_object().into_iter().flatten();
            let dimensions: Vec<String> =
                dimensions.map(|(code, option)| format!("{code}={}", option.as_str().unwrap())).collect();
            let (indicator, dimensions) = (cell["indicator"].as_str().unwrap(), dimensions.join(";"));
            match &cell["value"] {
                Value::Number(value) => self.fill(indicator, &dimensions, &number(value)),
                Value::Bool(value) => self.fill(indicator, &dimensions, &text(if *value { "是" } else { "否" })),
                Value::String(value) => self.fill(indicator, &dimensions, &text(value)),
                _ => String::new(),
            };
            if let Some(note) = cell["note"].as_str() {
                self.set(&self.place(indicator, &dimensions, true), &text(note));
            }
        }
    }
}

fn position(number: u32) -> usize {
    usize::try_from(number).unwrap()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// As people name a cell, by row and column from 0.
pub fn name(row: usize, column: usize) -> String {
    assert!(column < 26, "a narrow sheet");
    format!("{}{}", char::from(b'A' + u8::try_from(column).unwrap()), row + 1)
}
