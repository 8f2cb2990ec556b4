//! The results of a year: what every final evaluation came to, and what the policy makes of it for the next budget.

use actix_web::get;
use actix_web::web::{Data, Path};
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Numeric, Text as SqlText, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::model::Kind;
use super::queries::stored;
use crate::app::App;
use crate::catalogue::document::{BudgetAction, Grade, Text};
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::QueryErrors;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::extract::Params;
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::platform::statement::statement;

/// Which results, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ResultParams {
    /// Only those of this kind.
    #[param(inline)]
    kind: Option<Kind>,
    /// Only projects of this category.
    #[param(example = "specific")]
    category: Option<String>,
    /// Only those with this grade.
    #[param(inline)]
    grade: Option<Grade>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct Filter<'a> {
    results_of: i32,
    kind: Option<Kind>,
    category: Option<&'a str>,
    grade: Option<Grade>,
}

/// What a final evaluation came to, and what is suggested for the next budget.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluationResult {
    /// What was evaluated.
    kind: Kind,
    /// Code of the project, of the school, or of the bureau.
    #[schema(example = "130128220000000000001")]
    subject: String,
    /// Its name.
    #[schema(example = "校舍维修改造")]
    name: String,
    /// Category of the project; null of anything else.
    #[schema(example = "specific", required)]
    category: Option<String>,
    /// Code of the school whose it is; null of what is the bureau's.
    #[schema(required)]
    school: Option<String>,
    /// Its total, of 100.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 93.5)]
    total: Decimal,
    /// Its grade.
    grade: Grade,
    /// Its rank by total among those of its kind and category; equals share one. Null for a school, which does not see the
    /// others.
    #[schema(example = 1, required)]
    rank: Option<i64>,
    /// Among how many it is ranked.
    #[schema(example = 12, required)]
    ranked_among: Option<i64>,
    /// Code of the policy by which it was scored.
    #[schema(example = "hebei_2022")]
    policy: String,
    /// What is suggested.
    action: BudgetAction,
    /// The suggested budget, in percent of the year's.
    #[schema(example = 105)]
    percent: i32,
    /// The year's budget, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_200_000)]
    budget: Decimal,
    /// The suggested budget of the next year, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 1_260_000)]
    suggested: Decimal,
    /// Why: the score, the grade, the policy and what it says.
    reasoning: Text,
    /// The moment as of which it was frozen.
    as_of: DateTime<Utc>,
    /// Where the sealed journal ended then.
    #[schema(example = 4711)]
    journal_position: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlText)]
    kind: String,
    #[diesel(sql_type = SqlText)]
    subject: String,
    #[diesel(sql_type = SqlText)]
    name: String,
    #[diesel(sql_type = Nullable<SqlText>)]
    category: Option<String>,
    #[diesel(sql_type = Nullable<SqlText>)]
    school: Option<String>,
    #[diesel(sql_type = Numeric)]
    total: Decimal,
    #[diesel(sql_type = SqlText)]
    grade: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    rank: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    ranked_among: Option<i64>,
    #[diesel(sql_type = SqlText)]
    policy: String,
    #[diesel(sql_type = SqlText)]
    action: String,
    #[diesel(sql_type = Integer)]
    percent: i32,
    #[diesel(sql_type = Numeric)]
    budget: Decimal,
    #[diesel(sql_type = Numeric)]
    suggested: Decimal,
    #[diesel(sql_type = Jsonb)]
    reasoning: Value,
    #[diesel(sql_type = Timestamptz)]
    as_of: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    journal_position: i64,
}

impl TryFrom<Row> for EvaluationResult {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            kind: stored(&row.kind)?,
            subject: row.subject,
            name: row.name,
            category: row.category,
            school: row.school,
            total: row.total.normalize(),
            grade: stored(&row.grade)?,
            rank: row.rank,
            ranked_among: row.ranked_among,
            policy: row.policy,
            action: stored(&row.action)?,
            percent: row.percent,
            budget: row.budget.normalize(),
            suggested: row.suggested.normalize(),
            reasoning: serde_json::from_value(row.reasoning).map_err(AppError::internal)?,
            as_of: row.as_of,
            journal_position: row.journal_position,
        })
    }
}

/// List the results of a year
///
/// Every final evaluation with its score, grade and rank, and the budget that the policy suggests for the next year, with the
/// reasoning: for the finance system to fetch. They never change; new ones come by the change feed. A school sees its own.
#[utoipa::path(tag = "evaluation",
    params(("year" = i32, Path, description = "The year", example = 2022), ResultParams),
    responses((status = 200, description = "A page of results by kind and subject", body = Page<EvaluationResult>), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/evaluations/{year}/results")]
pub(super) async fn list_evaluation_results(
    app: Data<App>,
    caller: Caller,
    year: Path<i32>,
    Params(params): Params<ResultParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadPerformance)?;
    let limit = page::limit(params.limit)?;
    let ResultParams { kind, grade, .. } = params;
    let filter = Filter { results_of: *year, kind, category: params.category.as_deref(), grade };
    let after: Option<(Kind, String)> = page::read_cursor(params.cursor.as_deref(), &filter)?;
    let read = async |tx: &mut Tx| {
        let rows: Vec<Row> = statement(include_str!("sql/results.sql"))
            .bind::<Integer, _>(scope.bureau_id())
            .bind::<Integer, _>(*year)
            .bind::<Nullable<SqlText>, _>(scope.school())
            .bind::<Nullable<SqlText>, _>(kind.map(Kind::name))
            .bind::<Nullable<SqlText>, _>(filter.category)
            .bind::<Nullable<SqlText>, _>(grade.map(super::queries::name_of).transpose()?)
            .bind::<Nullable<SqlText>, _>(after.as_ref().map(|(kind, _)| kind.name()))
            .bind::<Nullable<SqlText>, _>(after.as_ref().map(|(_, subject)| subject.as_str()))
            .bind::<BigInt, _>(limit + 1)
            .load(&mut **tx)
            .await?;
        let results = rows.into_iter().map(EvaluationResult::try_from).collect::<Result<Vec<_>>>()?;
        Reply::ok(&Page::of(results, limit, &filter, |result| (result.kind, result.subject.clone()))?)
    };
    app.db.read(&scope, read).await
}
