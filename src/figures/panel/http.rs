//! Many figures over HTTP. Both operations are a POST because their questions are too long for an address; they change nothing,
//! so that a key for repetitions would have no effect, and each answer is a fresh one.

use actix_web::web::{Bytes, Data};
use actix_web::{Either, HttpResponse, post};
use futures_util::stream;

use super::body::{PivotBody, PivotQueryBody, QueryBody, RowBody, RowsBody};
use super::pivot::{Laid, Pivot};
use super::reading::{Asked, Panel, Part};
use super::{layout, rows};
use crate::app::App;
use crate::documents::{self, Table, XLSX};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{Binary, QuestionErrors};
use crate::platform::error::{AppError, Result};
use crate::platform::extract::Command;
use crate::platform::message::Language;
use crate::platform::reply::Reply;

const JSON: &str = "application/json";
const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

/// Ask for many figures
///
/// Several indicators, periods and groups in one answer, all as of one moment; each row is what `GET /v1/figures` answers to
/// the same question. At most 100 indicators and 40 periods. As JSON and as a workbook there are at most 20,000 rows; as CSV
/// and NDJSON at most 20,000 for each period, which are streamed. Asks only: it changes nothing, and needs no
/// `Idempotency-Key`.
#[utoipa::path(tag = "figures", request_body = QueryBody,
    responses((status = 200, description = "The figures", content((RowsBody = "application/json"),
        (String = "text/csv"), (String = "application/x-ndjson"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), QuestionErrors),
    security(("bearer" = [])))]
#[post("/v1/figures/query")]
pub(in crate::figures) async fn query_figures(
    app: Data<App>,
    caller: Caller,
    command: Command<QueryBody>,
    accept: Accept,
    language: Language,
) -> Result<Either<Reply, HttpResponse>> {
    let scope = caller.scope_for(Permission::ReadFigures)?;
    let format = accept.choose(&[JSON, CSV, NDJSON, XLSX])?;
    let asked = command.body.asked()?;
    if let Some(format) = Streamed::of(format) {
        return stream_rows(app, scope, asked, (format, language)).await.map(Either::Right);
    }
    let (panel, part) = read_all(&app, &scope, &asked).await?;
    let names = panel.names(&part, language);
    if format == XLSX {
        let table = rows::table(&part.figures, &asked.question, &names);
        return workbook(language, table).await.map(Either::Left);
    }
    let items = part.figures.iter().map(|figure| RowBody::of(figure.clone(), &names)).collect();
    Reply::ok(&RowsBody { as_of: panel.moment, basis: panel.basis, items }).map(Either::Left)
}

/// Lay out many figures as a table
///
/// Several indicators, periods and groups as a table with two sides, as a statistical yearbook has them: indicators, periods
/// and the keys of a breakdown go along either side, several of them nested. Each cell is what `GET /v1/figures` answers to the
/// same question; what is missing stays empty. Totals are made only where adding up has a meaning: over the parts of a sum. At
/// most 20,000 figures, 2,000 columns and 100,000 cells. Asks only: it changes nothing, and needs no `Idempotency-Key`.
#[utoipa::path(tag = "figures", request_body = PivotQueryBody,
    responses((status = 200, description = "The table", content((PivotBody = "application/json"), (String = "text/csv"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), QuestionErrors),
    security(("bearer" = [])))]
#[post("/v1/figures/pivot")]
pub(in crate::figures) async fn pivot_figures(
    app: Data<App>,
    caller: Caller,
    command: Command<PivotQueryBody>,
    accept: Accept,
    language: Language,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFigures)?;
    let format = accept.choose(&[JSON, CSV, XLSX])?;
    let (asked, row_keys, column_keys) = command.body.asked()?;
    let (panel, part) = read_all(&app, &scope, &asked).await?;
    let indicators = &asked.question.indicators;
    let laid = Laid { catalogue: &panel.catalogue, indicators, figures: &part.figures };
    let pivot = Pivot::of(&laid, row_keys, column_keys)?;
    let names = panel.names(&part, language);
    match format {
        CSV => Ok(Reply::file("text/csv; charset=utf-8", layout::csv(&pivot, &names)?)),
        XLSX => {
            let periods: Vec<String> = asked.periods.iter().map(ToString::to_string).collect();
            workbook(language, layout::table(&pivot, (indicators, &periods), &names)).await
        }
        _ => Reply::ok(&PivotBody::of((panel.moment, panel.basis), &pivot, &names)),
    }
}

async fn read_all(app: &App, scope: &Scope, asked: &Asked) -> Result<(Panel, Part)> {
    let read = app.db.read(scope, async |tx| {
        let panel = Panel::open(tx, &app.catalogues, scope, asked).await?;
        let part = panel.read_all(tx, scope).await?;
        Ok((panel, part))
    });
    read.await
}

async fn workbook(language: Language, table: Table) -> Result<Reply> {
    let name = crate::say!("数据", "Figures").text(language).to_owned();
    Reply::written(XLSX, move || documents::workbook(&[(name, table)])).await
}

/// A format in which rows go out while the next period is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Streamed {
    Csv,
    Ndjson,
}

impl Streamed {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => CSV,
            Self::Ndjson => NDJSON,
        }
    }

    fn of(media_type: &str) -> Option<Self> {
        [Self::Csv, Self::Ndjson].into_iter().find(|format| format.media_type() == media_type)
    }
}

/// The first period is read before the answer begins, so that what is wrong with the question is said as a problem.
async fn stream_rows(
    app: Data<App>,
    scope: Scope,
    asked: Asked,
    (format, language): (Streamed, Language),
) -> Result<HttpResponse> {
    let read = app.db.read(&scope, async |tx| {
        let panel = Panel::open(tx, &app.catalogues, &scope, &asked).await?;
        let part = match panel.questions.first() {
            Some(question) => Some(panel.read(tx, &scope, question).await?),
            None => None,
        };
        Ok((panel, part))
    });
    let (panel, first) = read.await?;
    let file = File { app, scope, panel, format, language, first, next: 0 };
    let parts = stream::try_unfold(file, async |mut file| {
        let part = file.next_part().await?;
        Ok::<_, AppError>(part.map(|part| (part, file)))
    });
    Ok(HttpResponse::Ok().content_type(format!("{}; charset=utf-8", format.media_type())).streaming(parts))
}

/// A file on its way out: memory does not grow with the number of periods.
struct File {
    app: Data<App>,
    scope: Scope,
    panel: Panel,
    format: Streamed,
    language: Language,
    /// What was read before the answer began.
    first: Option<Part>,
    next: usize,
}

impl File {
    /// The rows of the next period; none where there is none. Each is read as of the moment that was settled first.
    async fn next_part(&mut self) -> Result<Option<Bytes>> {
        let Some(question) = self.panel.questions.get(self.next) else { return Ok(None) };
        let part = match self.first.take() {
            Some(part) => part,
            None => self.app.db.read(&self.scope, async |tx| self.panel.read(tx, &self.scope, question).await).await?,
        };
        let names = self.panel.names(&part, self.language);
        let text = match self.format {
            Streamed::Csv => rows::csv(&part.figures, question, &names, self.next == 0)?,
            Streamed::Ndjson => rows::lines(part.figures.clone(), &names)?,
        };
        self.next += 1;
        Ok(Some(text.into()))
    }
}
