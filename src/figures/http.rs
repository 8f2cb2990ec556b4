//! Figures over HTTP.

use actix_web::get;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ask::ask;
use super::bodies::{AnswerBody, FigureBody, SourceBody, SourcesBody};
use super::question::{Basis, By, Compare, Question};
use super::sources::{After, Position, sources};
use crate::app::App;
use crate::catalogue::Period;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::QueryErrors;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::extract::Params;
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// The question.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FigureParams {
    /// Codes of the indicators, separated by commas; at most 50.
    #[param(example = "gaokao.undergraduate")]
    indicator: String,
    /// The period: of the type for which the indicators are reported, or a longer one that consists of such.
    #[param(example = "2022")]
    period: String,
    /// Keys of the breakdown, separated by commas, at most 3: `school`, `stage`, `township`, the code of a dimension
    /// that all the indicators have, or, where all are read from the ledger, `project`.
    #[param(example = "exam_category")]
    by: Option<String>,
    /// A period to compare with.
    #[param(inline)]
    compare: Option<Compare>,
    /// Which revisions count; the accepted ones where absent.
    #[param(inline)]
    basis: Option<Basis>,
    /// Answer what would have been answered at this moment.
    #[param(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// Only schools that are this organisation, or stand below it.
    #[param(example = "3413000001")]
    within: Option<String>,
    /// Only this part of a breakdown: `KEY:VALUE`, separated by commas. An empty value is none, as of a school without
    /// township.
    #[param(example = "exam_category:arts")]
    r#where: Option<String>,
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SourceParams {
    /// The period, as of the figure.
    #[param(example = "2022")]
    period: String,
    /// Which revisions count; the accepted ones where absent.
    #[param(inline)]
    basis: Option<Basis>,
    /// Answer what would have been answered at this moment.
    #[param(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// Only schools that are this organisation, or stand below it.
    #[param(example = "3413000001")]
    within: Option<String>,
    /// Only this part of a breakdown, as the `group` of a figure says it: `KEY:VALUE`, separated by commas.
    #[param(example = "exam_category:arts")]
    r#where: Option<String>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before. The pages of one list are read as of one moment.
    cursor: Option<String>,
}

/// Ask for figures
///
/// The one question: numbers of some indicators in a period, aggregated from what the schools reported, each with how
/// many reports it rests on. A missing report is not zero. What is accepted counts at once, without a rebuild.
///
/// Every answer names its moment, and the same question as of that moment is answered identically for ever: with the
/// indicators, forms and schools of that time, and the revisions that counted then. Schools that were closed, or not yet
/// open, throughout a period are not expected in it.
#[utoipa::path(tag = "figures", params(FigureParams),
    responses((status = 200, description = "The figures", body = AnswerBody), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/figures")]
pub(super) async fn get_figures(app: Data<App>, caller: Caller, Params(params): Params<FigureParams>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFigures)?;
    let FigureParams { indicator, period, by, compare, basis, as_of, within, r#where } = params;
    let (period, only) = parsed(&period, r#where.as_deref())?;
    let question = Question {
        indicators: list(Some(&indicator)).map(str::to_owned).collect(),
        period,
        by: list(by.as_deref()).map(By::from).collect(),
        compare,
        basis: basis.unwrap_or_default(),
        as_of,
        within,
        only,
    };
    let answer = app.db.read(&scope, async |tx| ask(tx, &app.catalogues, &scope, &question).await).await?;
    Reply::ok(&AnswerBody::from(answer))
}

/// Trace a figure to its sources
///
/// Every reported value behind a figure, with the school, the revision, who accepted it and when; and every record, where
/// it is counted from a register; and every entry, payment, asset, rectification or project, where it is read from a book. The contributions reproduce the figure. For a formula these are the sources of its
/// operands. The `group` of a figure goes into `where`.
#[utoipa::path(tag = "figures", params(("indicator" = String, Path, description = "Code of the indicator",
        example = "gaokao.undergraduate"), SourceParams),
    responses((status = 200, description = "The figure and a page of its sources", body = SourcesBody), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/figures/{indicator}/sources")]
pub(super) async fn get_figure_sources(
    app: Data<App>,
    caller: Caller,
    indicator: Path<String>,
    Params(params): Params<SourceParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadFigures)?;
    let SourceParams { period, basis, as_of, within, r#where, limit, cursor } = params;
    let limit = page::limit(limit)?;
    let filter = (indicator.as_str(), &period, basis, as_of, &within, &r#where);
    let after: Option<Position> = page::read_cursor(cursor.as_deref(), &filter)?;
    let (asked, only) = parsed(&period, r#where.as_deref())?;
    let question = Question {
        basis: basis.unwrap_or_default(),
        as_of,
        within: within.clone(),
        only,
        ..Question::new(vec![indicator.clone()], asked)
    };
    let found = app
        .db
        .read(&scope, async |tx| sources(tx, &app.catalogues, &scope, &question, (after.clone(), limit + 1)).await)
        .await?;
    let as_of = found.as_of;
    let items = found.items.into_iter().map(SourceBody::from).collect();
    let Page { items, next } = Page::of(items, limit, &filter, |last: &SourceBody| Position {
        as_of,
        indicator: last.indicator.clone(),
        after: match (&last.record, last.book) {
            (Some(record), Some(_)) => After::Line {
                record: record.clone(),
                state: last.state.clone().unwrap_or_default(),
                entry: last.entry.clone(),
            },
            (Some(record), None) => After::Record(record.clone()),
            (None, _) => After::Report {
                period: last.period.clone(),
                school: last.school.clone().unwrap_or_default(),
                dimensions: last.dimensions.clone(),
            },
        },
    })?;
    Reply::ok(&SourcesBody {
        as_of,
        basis: found.basis,
        figure: found.figure.into(),
        operands: found.operands.into_iter().map(FigureBody::from).collect(),
        items,
        next,
    })
}

fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.filter(|text| !text.is_empty()).into_iter().flat_map(|text| text.split(',')).map(str::trim)
}

fn parsed(period: &str, only: Option<&str>) -> Result<(Period, Vec<(By, String)>)> {
    let mut violations = Vec::new();
    let period: Option<Period> = period
        .parse()
        .map_err(|error: crate::catalogue::InvalidPeriod| {
            violations.push(Violation::new("?period", ViolationCode::InvalidPeriod, error.message()));
        })
        .ok();
    let mut parts = Vec::new();
    for part in list(only) {
        match part.split_once(':') {
            Some((key, value)) => parts.push((By::from(key), value.to_owned())),
            None => violations.push(Violation::new(
                "?where",
                ViolationCode::WrongFormat,
                say!("应写作 键:值，如 exam_category:arts", "Write KEY:VALUE, for example exam_category:arts"),
            )),
        }
    }
    match period {
        Some(period) if violations.is_empty() => Ok((period, parts)),
        _ => Err(AppError::invalid(violations)),
    }
}
