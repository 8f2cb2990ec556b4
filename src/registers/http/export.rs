//! All records of a register as a file that can be imported again: streamed, page by page, as of one moment.

use std::io::Write;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use chrono::{DateTime, Utc};
use futures_util::stream;
use serde_json::json;

use super::Found;
use crate::app::App;
use crate::catalogue::CellValue;
use crate::catalogue::document::Register;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::history::{Strand, settled_time};
use crate::platform::rows;
use crate::registers::filter::Filter;
use crate::registers::model::{Content, Revision};
use crate::registers::queries::{self, Position};
use crate::registers::readings;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Ndjson,
}

impl Format {
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    pub(super) fn of(media_type: &str) -> Option<Self> {
        [Self::Csv, Self::Ndjson].into_iter().find(|format| format.media_type() == media_type)
    }
}

/// Records in one statement; memory does not grow with the file.
const PAGE: i64 = 1_000;

/// Notes that the register is exported, and begins to.
pub(super) async fn export(
    app: Data<App>,
    scope: Scope,
    found: Found,
    mut filter: Filter,
    format: Format,
) -> Result<HttpResponse> {
    let register = found.register()?.definition.clone();
    let begin = async |tx: &mut Tx| {
        let moment = settled_time(tx, &scope, Strand::Decisions).await?;
        let how = json!({ "format": format.media_type(), "equal": filter.equal, "bounds": filter.bounds,
            "school": filter.school, "state": filter.state, "as_of": filter.as_of });
        readings::note(tx, &scope, "records.export", register.code.clone(), Some(how)).await?;
        Ok(moment)
    };
    let moment: DateTime<Utc> = app.db.write(&scope, begin).await?;
    filter.as_of = Some(filter.as_of.map_or(moment, |asked| asked.min(moment)));
    let file = File { app, scope, register, filter, format, after: None, begun: false };
    let parts = stream::try_unfold(Some(file), async |file| match file {
        None => Ok::<_, AppError>(None),
        Some(mut file) => {
            let (part, ended) = file.next_part().await?;
            Ok(Some((part, (!ended).then_some(file))))
        }
    });
    Ok(HttpResponse::Ok().content_type(format!("{}; charset=utf-8", format.media_type())).streaming(parts))
}

/// A file on its way out.
struct File {
    app: Data<App>,
    scope: Scope,
    register: Register,
    filter: Filter,
    format: Format,
    after: Option<Position>,
    begun: bool,
}

impl File {
    /// The next part, and whether it is the last.
    async fn next_part(&mut self) -> Result<(Bytes, bool)> {
        let code = &self.register.code;
        let after = self.after.clone();
        let read = async |tx: &mut Tx| queries::list(tx, &self.scope, code, &self.filter, (after.as_ref(), PAGE)).await;
        let revisions = self.app.db.read(&self.scope, read).await?;
        let ended = i64::try_from(revisions.len()).is_ok_and(|count| count < PAGE);
        let sorted_by = |content: &Content| match &self.filter.sort.field {
            None => serde_json::Value::Null,
            Some(field) => json!(content.fields.get(field)),
        };
        self.after = revisions.last().map(|last| (sorted_by(&last.content), last.record.clone()));
        let part = match self.format {
            Format::Ndjson => lines(&revisions)?,
            Format::Csv => table(&self.register, &revisions, !self.begun)?,
        };
        self.begun = true;
        Ok((part.into(), ended))
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

fn table(register: &Register, revisions: &[Revision], with_header: bool) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fields = || register.fields.iter().map(|field| field.code.as_str());
    if with_header {
        writer
            .write_record(["code", "school", "state", "since"].into_iter().chain(fields()))
            .map_err(AppError::internal)?;
    }
    for Revision { record, content, .. } in revisions {
        let since = content.timeline.last().map(|stay| stay.since.to_string()).unwrap_or_default();
        let own = [record.clone(), content.school.clone().unwrap_or_default(), content.state().to_owned(), since];
        let values = fields().map(|code| content.fields.get(code).map(cell).unwrap_or_default());
        writer.write_record(own.into_iter().chain(values)).map_err(AppError::internal)?;
    }
    writer.into_inner().map_err(|error| AppError::internal(error.into_error()))
}

fn cell(value: &CellValue) -> String {
    match value {
        CellValue::Number(number) => number.to_string(),
        CellValue::Boolean(boolean) => boolean.to_string(),
        CellValue::Text(text) => rows::escaped(text),
    }
}
