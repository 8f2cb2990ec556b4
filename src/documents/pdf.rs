//! A document as PDF, in the form of official documents (GB/T 9704), set by typst. What the document says goes to typst as
//! data in a file of its own, never as markup: whatever stands in it is printed as it stands.

mod content;
mod faces;

use typst_as_lib::TypstEngine;
use typst_pdf::PdfOptions;

use self::content::Content;
use self::faces::Faces;
use super::fonts::Fonts;
use super::model::Document;

/// How documents look.
const TEMPLATE: &str = include_str!("pdf/document.typ");

/// A document that cannot be written as PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// No font is installed that can write Chinese.
    #[error("there is no Chinese font")]
    NoFont,
    /// The document could not be set.
    #[error("the document cannot be set: {0}")]
    Unset(String),
}

/// Writes a document as PDF. The same document gives the same bytes wherever the fonts are the same. It takes a moment.
///
/// # Errors
/// Where there is no Chinese font.
pub fn pdf(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let faces = Faces::of(fonts).ok_or(PdfError::NoFont)?;
    let content = Content::of(document, fonts, &faces);
    let data = serde_json::to_vec(&content).map_err(|error| PdfError::Unset(error.to_string()))?;
    let charts = content.pictures.iter().map(|(name, svg)| (name.as_str(), svg.clone().into_bytes()));
    let engine = TypstEngine::builder()
        .main_file(TEMPLATE)
        .with_static_file_resolver(charts.chain([("document.json", data)]))
        .fonts(faces.fonts)
        .build();
    let set = engine.compile().output.map_err(|error| PdfError::Unset(error.to_string()))?;
    typst_pdf::pdf(&set, &PdfOptions::default()).map_err(|errors| PdfError::Unset(format!("{errors:?}")))
}

#[cfg(test)]
mod tests;
