//! The formats in which a report is written.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::frozen;
use crate::documents::{Block, Document, Fonts, HtmlOptions, Table, XLSX, docx, html, workbook};
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// The fonts of this machine, found when the first report is written.
static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::find);

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
    /// Its tables, each on a sheet of its own, with numbers as numbers.
    Xlsx,
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
            Self::Xlsx => XLSX,
            Self::Pdf => "application/pdf",
        }
    }

    /// How names of such files end.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
        }
    }

    /// Whether this build can write it.
    pub(super) const fn is_built(self) -> bool {
        match self {
            Self::Json | Self::Html | Self::Docx | Self::Xlsx => true,
            Self::Pdf => cfg!(feature = "pdf"),
        }
    }

    /// Writes a document. It takes a while: outside of transactions, and where nobody waits for the thread.
    ///
    /// # Errors
    /// [`Code::NotBuilt`] where this build cannot.
    pub(super) fn write(self, text: String) -> Result<Vec<u8>> {
        match self {
            Self::Json => Ok(text.into_bytes()),
            Self::Html => Ok(html(&frozen::read(&text)?, &HtmlOptions::default()).into_bytes()),
            Self::Docx => docx(&frozen::read(&text)?, &FONTS).map_err(AppError::internal),
            Self::Xlsx => tables(frozen::read(&text)?),
            Self::Pdf => pdf(&frozen::read(&text)?),
        }
    }
}

fn tables(document: Document) -> Result<Vec<u8>> {
    let table = |block| match block {
        Block::Table(table) => Some((table.caption.clone(), table)),
        Block::Heading(_) | Block::Paragraph(_) | Block::Chart(_) | Block::PageBreak | Block::Signature => None,
    };
    let tables: Vec<(String, Table)> = document.blocks.into_iter().filter_map(table).collect();
    workbook(&tables).map_err(AppError::internal)
}

#[cfg(feature = "pdf")]
fn pdf(document: &Document) -> Result<Vec<u8>> {
    use crate::documents::PdfError;
    crate::documents::pdf(document, &FONTS).map_err(|error| match error {
        PdfError::NoFont => AppError::new(Code::NotBuilt).detail(say!(
            "服务器未安装中文字体，无法输出 PDF",
            "There is no Chinese font where the service runs, and so no PDF"
        )),
        PdfError::Unset(_) => AppError::internal(error),
    })
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
