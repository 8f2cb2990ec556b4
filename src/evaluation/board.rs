//! The board: everything that is evaluated in a year, how far it has come, and what is still missing.

use std::collections::HashMap;

use actix_web::get;
use actix_web::web::{Data, Path};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::inputs::days;
use super::model::{Kind, State};
use super::queries::{name_of, stored};
use super::tables;
use crate::app::App;
use crate::catalogue::document::Grade;
use crate::documents::{self, Table, XLSX};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{Binary, ComputedErrors, QueryErrors};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::extract::Params;
use crate::platform::history::{Strand, settled_time};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::platform::statement::{Statement, statement};
use crate::scoring;

/// Written out with the rest of a statement, so that each is a constant.
macro_rules! select {
    ($rest:literal) => {
        concat!(include_str!("sql/due.sql"), $rest)
    };
}

/// Which evaluations, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BoardParams {
    /// Only those of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// Only those in this state; `missing`: of which nothing was entered yet.
    #[param(inline)]
    state: Option<State>,
    /// Only those with this grade, which is known of final ones.
    #[param(inline)]
    grade: Option<Grade>,
    /// Only projects for which this section is responsible.
    #[param(example = "jijian")]
    section: Option<String>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct Filter<'a> {
    evaluations_of: i32,
    kind: Option<Kind>,
    state: Option<State>,
    grade: Option<Grade>,
    section: Option<&'a str>,
}

/// How far the evaluation of something has come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EvaluationBoardRow)]
struct BoardRow {
    /// What is evaluated.
    kind: Kind,
    /// Code of the project, of the school, or of the bureau.
    #[schema(example = "130128220000000000001")]
    subject: String,
    /// Its name.
    #[schema(example = "校舍维修改造")]
    name: String,
    /// Code of the unit.
    #[schema(example = "2113000001")]
    organisation: String,
    /// The section that is responsible for the project; null of anything else.
    #[schema(required)]
    section: Option<String>,
    /// Category of the project; null of anything else.
    #[schema(required)]
    category: Option<String>,
    /// How far it has come.
    state: State,
    /// The version; null where nothing was entered yet.
    #[schema(required)]
    version: Option<i32>,
    /// Its total, where it is final.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 93.5, required)]
    total: Option<Decimal>,
    /// Its grade, where it is final.
    #[schema(required)]
    grade: Option<Grade>,
    /// When it was handed in.
    #[schema(required)]
    submitted_at: Option<DateTime<Utc>>,
    /// When it was changed last.
    #[schema(required)]
    updated_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    section: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Integer>)]
    version: Option<i32>,
    #[diesel(sql_type = Nullable<Numeric>)]
    total: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    grade: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    updated_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for BoardRow {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            kind: stored(&row.kind)?,
            subject: row.subject,
            name: row.name,
            organisation: row.organisation,
            section: row.section,
            category: row.category,
            state: stored(&row.state)?,
            version: row.version,
            total: row.total.map(|total| total.normalize()),
            grade: row.grade.as_deref().map(stored).transpose()?,
            submitted_at: row.submitted_at,
            updated_at: row.updated_at,
        })
    }
}

fn of_year<'a>(sql: &'static str, scope: &'a Scope, year: i32) -> Result<Statement<'a>> {
    let (first, last): (NaiveDate, NaiveDate) = days(year)?;
    Ok(statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Date, _>(first)
        .bind::<Date, _>(last)
        .bind::<Nullable<Text>, _>(scope.school()))
}

/// A part of the list.
async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter<'_>,
    after: Option<&(Kind, String)>,
    limit: i64,
) -> Result<Vec<BoardRow>> {
    let list = of_year(
        select!(
            "SELECT board.*, result.total, result.grade
             FROM board LEFT JOIN evaluation_results result ON result.bureau_id = $1 AND result.year = $2
                 AND result.kind = board.kind AND result.subject = board.subject
             WHERE ($6 IS NULL OR board.kind = $6) AND ($7 IS NULL OR state = $7) AND ($8 IS NULL OR grade = $8)
               AND ($9 IS NULL OR section = $9) AND ($10 IS NULL OR (board.kind, board.subject) > ($10, $11))
             ORDER BY board.kind, board.subject LIMIT $12"
        ),
        scope,
        filter.evaluations_of,
    )?;
    let rows: Vec<Row> = list
        .bind::<Nullable<Text>, _>(filter.kind.map(Kind::name))
        .bind::<Nullable<Text>, _>(filter.state.map(State::name))
        .bind::<Nullable<Text>, _>(filter.grade.map(name_of).transpose()?)
        .bind::<Nullable<Text>, _>(filter.section)
        .bind::<Nullable<Text>, _>(after.map(|(kind, _)| kind.name()))
        .bind::<Nullable<Text>, _>(after.map(|(_, subject)| subject.as_str()))
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?;
    rows.into_iter().map(BoardRow::try_from).collect()
}

const JSON: &str = "application/json";

/// List the evaluations of a year
///
/// The board: every project that was in the year's budget, every school that was open, and the department, also those of
/// which nothing was entered yet. A school sees what is its own. As a workbook it is the official forms (绩效自评表) of all
/// projects that are meant, whatever the page, each on a sheet of its own.
#[utoipa::path(tag = "evaluation",
    params(("year" = i32, Path, description = "The year", example = 2022), BoardParams),
    responses((status = 200, description = "A page of evaluations by kind and subject, or the forms of all projects", content(
        (Page<BoardRow> = "application/json"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), ComputedErrors),
    security(("bearer" = [])))]
#[get("/v1/evaluations/{year}")]
pub(super) async fn list_evaluations(
    app: Data<App>,
    caller: Caller,
    year: Path<i32>,
    Params(params): Params<BoardParams>,
    accept: Accept,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let limit = page::limit(params.limit)?;
    let BoardParams { kind, state, grade, .. } = params;
    let filter = Filter { evaluations_of: *year, kind, state, grade, section: params.section.as_deref() };
    let after: Option<(Kind, String)> = page::read_cursor(params.cursor.as_deref(), &filter)?;
    if accept.choose(&[JSON, XLSX])? == XLSX {
        let forms = app.db.read(&scope, async |tx| forms(tx, &app, &scope, &filter).await).await?;
        return Reply::written(XLSX, move || documents::workbook(&forms)).await;
    }
    let read = async |tx: &mut Tx| {
        let rows = list(tx, &scope, &filter, after.as_ref(), limit + 1).await?;
        Reply::ok(&Page::of(rows, limit, &filter, |row| (row.kind, row.subject.clone()))?)
    };
    app.db.read(&scope, read).await
}

/// The forms of the projects that a filter means, by their names.
async fn forms(tx: &mut Tx, app: &App, scope: &Scope, filter: &Filter<'_>) -> Result<Vec<(String, Table)>> {
    if filter.kind.is_some_and(|kind| kind != Kind::Project) {
        return Ok(Vec::new());
    }
    let moment = settled_time(tx, scope, Strand::Decisions).await?;
    let of_projects = Filter { kind: Some(Kind::Project), ..*filter };
    let rows = list(tx, scope, &of_projects, None, i64::MAX).await?;
    let names: HashMap<String, String> = rows.into_iter().map(|row| (row.subject, row.name)).collect();
    let tables = tables::project_tables(tx, &app.catalogues, scope, filter.evaluations_of, moment).await?;
    Ok(tables.into_iter().filter_map(|(code, table)| Some((names.get(&code)?.clone(), table))).collect())
}

/// The most that are named of what is missing.
const MOST_NAMED: i64 = 1_000;

/// How far self-evaluation covers what it must cover.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluationCoverage {
    /// The year.
    #[schema(example = 2022)]
    year: i32,
    /// By kind, those of which there is something.
    kinds: Vec<KindCoverage>,
    /// What has no self-evaluation yet: the first 1000; all of them are in the list of evaluations.
    missing: Vec<Uncovered>,
}

/// How far self-evaluation covers one kind of thing.
#[derive(Debug, Serialize, ToSchema)]
struct KindCoverage {
    /// What is evaluated.
    kind: Kind,
    /// How many are to be evaluated.
    #[schema(example = 12)]
    due: i64,
    /// How many were handed in.
    #[schema(example = 9)]
    evaluated: i64,
    /// How many are final.
    #[schema(example = 3)]
    finalised: i64,
    /// How many were handed in, in percent of all.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 75)]
    share: Decimal,
}

/// Something that has no self-evaluation yet.
#[derive(Debug, Serialize, ToSchema)]
struct Uncovered {
    /// What it is.
    kind: Kind,
    /// Code of the project, of the school, or of the bureau.
    #[schema(example = "130128220000000000001")]
    subject: String,
    /// Its name.
    name: String,
    /// Code of the unit.
    #[schema(example = "2113000001")]
    organisation: String,
    /// The section that is responsible for the project; null of anything else.
    #[schema(required)]
    section: Option<String>,
    /// `missing`, `draft` or `returned`.
    state: State,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    due: i64,
    #[diesel(sql_type = BigInt)]
    evaluated: i64,
    #[diesel(sql_type = BigInt)]
    finalised: i64,
}

#[derive(QueryableByName)]
struct UncoveredRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    section: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
}

/// Tell how far self-evaluation covers a year
///
/// Self-evaluation covers every project and every school: how many there are, how many were handed in, and which were not.
#[utoipa::path(tag = "evaluation", params(("year" = i32, Path, description = "The year", example = 2022)),
    responses((status = 200, description = "The coverage by kind", body = EvaluationCoverage), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/evaluations/{year}/coverage")]
pub(super) async fn get_evaluation_coverage(app: Data<App>, caller: Caller, year: Path<i32>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let year = *year;
    app.db.read(&scope, async |tx| Reply::ok(&coverage(tx, &scope, year).await?)).await
}

async fn coverage(tx: &mut Tx, scope: &Scope, year: i32) -> Result<EvaluationCoverage> {
    let counted = of_year(
        select!(
            "SELECT kind, count(*) AS due, count(*) FILTER (WHERE state IN ('submitted', 'reviewed', 'final')) AS evaluated,
                    count(*) FILTER (WHERE state = 'final') AS finalised
             FROM board GROUP BY kind ORDER BY array_position(ARRAY['project', 'school', 'department'], kind)"
        ),
        scope,
        year,
    )?;
    let counts: Vec<CountRow> = counted.load(&mut **tx).await?;
    let missing = of_year(
        select!(
            "SELECT * FROM board WHERE state IN ('missing', 'draft', 'returned')
             ORDER BY array_position(ARRAY['project', 'school', 'department'], kind), subject LIMIT $6"
        ),
        scope,
        year,
    )?;
    let missing: Vec<UncoveredRow> = missing.bind::<BigInt, _>(MOST_NAMED).load(&mut **tx).await?;
    let kind = |CountRow { kind, due, evaluated, finalised }: CountRow| {
        let share = scoring::percent(evaluated.into(), due.into()).unwrap_or_default();
        Ok(KindCoverage { kind: stored(&kind)?, due, evaluated, finalised, share })
    };
    let uncovered = |row: UncoveredRow| {
        Ok(Uncovered {
            kind: stored(&row.kind)?,
            subject: row.subject,
            name: row.name,
            organisation: row.organisation,
            section: row.section,
            state: stored(&row.state)?,
        })
    };
    Ok(EvaluationCoverage {
        year,
        kinds: counts.into_iter().map(kind).collect::<Result<_>>()?,
        missing: missing.into_iter().map(uncovered).collect::<Result<_>>()?,
    })
}
