//! A document for word processors (Office Open XML), in the form of official documents (GB/T 9704). The parts that are always
//! the same lie beside this file as they are packed; the rest is written from the document. Written here rather than by a
//! crate, because those at hand can neither repeat the head of a table nor name fonts that take the place of others.

mod body;
mod package;
mod pages;
mod table;
mod words;

use std::io;

use super::fonts::Fonts;
use super::model::Document;

/// Writes a document as DOCX. The same document gives the same bytes wherever the fonts are the same.
///
/// # Errors
/// Where the archive cannot be written.
pub fn docx(document: &Document, fonts: &Fonts) -> io::Result<Vec<u8>> {
    let body = body::write(document, fonts);
    Ok(package::pack(document, &body)?)
}

#[cfg(test)]
mod tests;
