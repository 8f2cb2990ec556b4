//! The archive that a DOCX is: its parts, and how they name each other.

use std::io::{Cursor, Write};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::super::markup::Markup;
use super::super::model::Document;
use super::body::Body;

/// What every document contains.
const PARTS: [(&str, &str); 7] = [
    ("[Content_Types].xml", include_str!("parts/content_types.xml")),
    ("_rels/.rels", include_str!("parts/relationships.xml")),
    ("word/styles.xml", include_str!("parts/styles.xml")),
    ("word/settings.xml", include_str!("parts/settings.xml")),
    ("word/fontTable.xml", include_str!("parts/fontTable.xml")),
    ("word/footer1.xml", include_str!("parts/footer1.xml")),
    ("word/footer2.xml", include_str!("parts/footer2.xml")),
];

/// The parts that a document's text names by an id, by kind and file.
const RELATED: [(&str, &str, &str); 5] = [
    ("rIdStyles", "styles", "styles.xml"),
    ("rIdSettings", "settings", "settings.xml"),
    ("rIdFonts", "fontTable", "fontTable.xml"),
    (FOOTER_OF_ODD_PAGES, "footer", "footer1.xml"),
    (FOOTER_OF_EVEN_PAGES, "footer", "footer2.xml"),
];

pub(super) const FOOTER_OF_ODD_PAGES: &str = "rIdFooter1";
pub(super) const FOOTER_OF_EVEN_PAGES: &str = "rIdFooter2";

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// The id by which the text names a picture, counted from 1.
pub(super) fn picture_id(number: usize) -> String {
    format!("rIdPicture{number}")
}

/// Packs a document.
pub(super) fn pack(document: &Document, body: &Body) -> ZipResult<Vec<u8>> {
    // Without the time of packing, so that the same document gives the same bytes.
    let deflated = SimpleFileOptions::default().last_modified_time(DateTime::default());
    let stored = deflated.compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in PARTS {
        archive.start_file(name, deflated)?;
        archive.write_all(text.as_bytes())?;
    }
    for (name, text) in [
        ("docProps/core.xml", properties(document)),
        ("word/_rels/document.xml.rels", relationships(body.pictures.len())),
        ("word/document.xml", format!("{DECLARATION}{}", body.xml)),
    ] {
        archive.start_file(name, deflated)?;
        archive.write_all(text.as_bytes())?;
    }
    for (at, picture) in body.pictures.iter().enumerate() {
        archive.start_file(format!("word/media/picture{}.png", at + 1), stored)?;
        archive.write_all(picture)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn properties(document: &Document) -> String {
    let mut markup = Markup::default();
    markup.raw(DECLARATION);
    let names = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties";
    let elements = "http://purl.org/dc/elements/1.1/";
    markup.within("cp:coreProperties", &[("xmlns:cp", &names), ("xmlns:dc", &elements)], |markup| {
        markup.element("dc:title", &[], document.title.concat());
        if let Some(signature) = &document.signature {
            markup.element("dc:creator", &[], &signature.name);
        }
        markup.element("dc:language", &[], "zh-CN");
    });
    markup.finish()
}

fn relationships(pictures: usize) -> String {
    let mut markup = Markup::default();
    markup.raw(DECLARATION);
    let names = "http://schemas.openxmlformats.org/package/2006/relationships";
    markup.within("Relationships", &[("xmlns", &names)], |markup| {
        let mut relate = |id: &str, kind: &str, target: &str| {
            let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
            markup.empty("Relationship", &[("Id", &id), ("Type", &kind), ("Target", &target)]);
        };
        for (id, kind, target) in RELATED {
            relate(id, kind, target);
        }
        for number in 1..=pictures {
            relate(&picture_id(number), "image", &format!("media/picture{number}.png"));
        }
    });
    markup.finish()
}
