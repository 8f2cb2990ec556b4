//! Documents as people read them, and how they are written: what a report says is put together once, as a [`Document`], and
//! every format is written from it. Pure: it knows no database and no web.

mod cells;
mod charts;
mod chinese;
mod docx;
mod fit;
mod fonts;
mod grid;
mod html;
mod markup;
mod model;
#[cfg(feature = "pdf")]
mod pdf;
mod plain;
#[cfg(test)]
mod sample;
mod xlsx;

pub use cells::{beside, under_heads};
pub use charts::chart_svg;
pub use chinese::chinese_date;
pub use docx::docx;
pub use fonts::Fonts;
pub use html::{HtmlOptions, html};
pub use model::{
    Align, Block, Cell, Chart, ChartKind, Document, Finding, FindingKind, Paragraph, Series, Shows, Signature, Source,
    Span, Table,
};
#[cfg(feature = "pdf")]
pub use pdf::{PdfError, pdf};
pub use xlsx::{WorkbookError, XLSX, workbook};

/// Whether this program can write documents as PDF: with the feature `pdf`. It needs a Chinese font where it runs, as well.
pub const PDF_AVAILABLE: bool = cfg!(feature = "pdf");
