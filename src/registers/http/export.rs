//! All records of a register as a file that can be imported again: page by page, as of one moment.

use std::io::Write;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::stream;
use serde_json::json;

use super::Found;
use crate::app::App;
use crate::catalogue::CellValue;
use crate::catalogue::document::{FieldKind, Register};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::export::{self, PAGE, Pages, Table};
use crate::platform::history::{Strand, settled_time};
use crate::platform::rows;
use crate::platform::workbook::Datum;
use crate::registers::file::{columns, explanation_name};
use crate::registers::filter::Filter;
use crate::registers::model::{Content, Explanation, Revision};
use crate::registers::queries::{self, Position};
use crate::registers::readings;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Table(export::Format),
    Ndjson,
}

impl Format {
    pub(super) const ALL: [Self; 3] =
        [Self::Table(export::Format::Csv), Self::Ndjson, Self::Table(export::Format::Xlsx)];

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Table(format) => format.media_type(),
            Self::Ndjson => rows::NDJSON,
        }
    }

    pub(super) fn of(media_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.media_type() == media_type)
    }
}

/// Notes that the register is exported, and sends it.
pub(super) async fn export(
    app: Data<App>,
    scope: Scope,
    found: Found,
    mut filter: Filter,
    format: Format,
) -> Result<HttpResponse> {
    let register = found.register()?;
    let columns = columns(register);
    let has_explanations = explanation_name(register).is_some();
    let register = register.definition.clone();
    let begin = async |tx: &mut Tx| {
        let moment = settled_time(tx, &scope, Strand::Decisions).await?;
        let how = json!({ "format": format.media_type(), "equal": filter.equal, "bounds": filter.bounds,
            "school": filter.school, "state": filter.state, "as_of": filter.as_of });
        readings::note(tx, &scope, "records.export", register.code.clone(), Some(how)).await?;
        Ok(moment)
    };
    let moment: DateTime<Utc> = app.db.write(&scope, begin).await?;
    filter.as_of = Some(filter.as_of.map_or(moment, |asked| asked.min(moment)));
    let title = register.name.zh.clone();
    let records = Records { app, scope, register, has_explanations, filter, after: None };
    match format {
        Format::Table(format) => Table { file_name: "records", title, columns }.send(format, records).await,
        Format::Ndjson => {
            let parts = stream::try_unfold(records, async |mut records| {
                let page = records.page().await?;
                Ok::<_, AppError>(if page.is_empty() { None } else { Some((Bytes::from(lines(&page)?), records)) })
            });
            Ok(HttpResponse::Ok().content_type("application/x-ndjson; charset=utf-8").streaming(parts))
        }
    }
}

/// Records on their way out.
struct Records {
    app: Data<App>,
    scope: Scope,
    register: Register,
    has_explanations: bool,
    filter: Filter,
    after: Option<Position>,
}

impl Records {
    /// The next ones, or none.
    async fn page(&mut self) -> Result<Vec<Revision>> {
        let code = &self.register.code;
        let after = self.after.clone();
        let read = async |tx: &mut Tx| queries::list(tx, &self.scope, code, &self.filter, (after.as_ref(), PAGE)).await;
        let revisions = self.app.db.read(&self.scope, read).await?;
        let sorted_by = |content: &Content| match &self.filter.sort.field {
            None => serde_json::Value::Null,
            Some(field) => json!(content.fields.get(field)),
        };
        if let Some(last) = revisions.last() {
            self.after = Some((sorted_by(&last.content), last.record.clone()));
        }
        Ok(revisions)
    }
}

impl Pages for Records {
    async fn next(&mut self) -> Result<Vec<Vec<Datum>>> {
        let revisions = self.page().await?;
        Ok(revisions.into_iter().map(|revision| self.row(revision)).collect())
    }
}

fn lines(revisions: &[Revision]) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    for Revision { record, content, .. } in revisions {
        let line = json!({
            "code": record, "school": content.school, "state": content.state(),
            "since": content.timeline.last().map(|stay| stay.since),
            "fields": content.fields, "explanations": content.explanations,
        });
        serde_json::to_writer(&mut text, &line).map_err(AppError::internal)?;
        text.write_all(b"\n").map_err(AppError::internal)?;
    }
    Ok(text)
}

impl Records {
    /// A record in the columns of its register.
    fn row(&self, Revision { record, mut content, .. }: Revision) -> Vec<Datum> {
        let stay = content.timeline.pop();
        let (state, since) = stay.map(|stay| (stay.state, stay.since)).unzip();
        let mut cells = vec![record.into(), content.school.into(), state.into(), since.into(), Datum::Empty];
        if self.has_explanations {
            cells.push(explanation(&content.explanations).into());
        }
        cells.extend(self.register.fields.iter().map(|field| match content.fields.remove(&field.code) {
            Some(value) => datum(field.kind, value),
            None => Datum::Empty,
        }));
        cells
    }
}

/// The one explanation; none where there are several, which a row does not tell apart: left out, they stay.
fn explanation(explanations: &[Explanation]) -> Option<String> {
    let (first, rest) = explanations.split_first()?;
    rest.iter().all(|each| each.text == first.text).then(|| first.text.clone())
}

fn datum(kind: FieldKind, value: CellValue) -> Datum {
    match value {
        CellValue::Number(number) => number.into(),
        CellValue::Boolean(boolean) => boolean.into(),
        CellValue::Text(text) => match text.parse::<NaiveDate>() {
            Ok(date) if kind == FieldKind::Date => date.into(),
            _ => text.into(),
        },
    }
}
