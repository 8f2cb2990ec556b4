//! The board: every school that fills in a form for a period, and how far it has come.

use actix_web::get;
use actix_web::web::{Data, Path};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::desk::stored_state;
use super::model::State;
use super::sheet::Sheet;
use super::window::SheetPath;
use crate::app::App;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::QueryErrors;
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::Params;
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// Which schools, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct BoardParams {
    /// Only those in this state.
    #[param(inline)]
    state: Option<State>,
    /// Only those that are late or overdue, or only those that are not.
    late: Option<bool>,
    /// Only those of this township.
    township: Option<String>,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

#[derive(Serialize)]
struct Filter<'a> {
    sheet: (&'a str, &'a str),
    state: Option<State>,
    late: Option<bool>,
    township: Option<&'a str>,
}

/// How far a school has come.
#[derive(Debug, Serialize, ToSchema)]
struct BoardRow {
    /// Code of the school.
    #[schema(example = "3413000001")]
    school: String,
    /// Name of the school.
    #[schema(example = "深泽中学")]
    school_name: String,
    /// Its township.
    #[schema(required)]
    township: Option<String>,
    /// How far it has come.
    state: State,
    /// Whether it was submitted late, or is overdue.
    late: bool,
    /// Number of the newest revision; null before the first submission.
    #[schema(required)]
    revision: Option<i32>,
    /// Number of the revision that counts; null where none was accepted.
    #[schema(required)]
    accepted_revision: Option<i32>,
    /// When it was submitted.
    #[schema(required)]
    submitted_at: Option<DateTime<Utc>>,
    /// When it was changed last.
    #[schema(required)]
    updated_at: Option<DateTime<Utc>>,
    /// Last day for this school, where it was given more time.
    #[schema(required)]
    extended_until: Option<NaiveDate>,
}

/// List the submissions of a form for a period
///
/// The board: every school that fills in the form, those that have not begun included.
#[utoipa::path(tag = "submissions", params(SheetPath, BoardParams),
    responses((status = 200, description = "A page of schools by code", body = Page<BoardRow>), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/forms/{form}/periods/{period}/submissions")]
pub(super) async fn list_submissions(
    app: Data<App>,
    caller: Caller,
    path: Path<SheetPath>,
    Params(params): Params<BoardParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadSubmissions)?;
    let limit = page::limit(params.limit)?;
    let filter = Filter {
        sheet: (&path.form, &path.period),
        state: params.state,
        late: params.late,
        township: params.township.as_deref(),
    };
    let after: Option<String> = page::read_cursor(params.cursor.as_deref(), &filter)?;
    app.db
        .read(&scope, async |tx| {
            let catalogue = app.catalogues.current(tx, &scope).await?;
            let sheet = Sheet::find(catalogue, &path.form, &path.period)?;
            let rows = load(tx, &scope, &sheet, &filter, after.as_deref(), limit).await?;
            Reply::ok(&Page::of(rows, limit, &filter, |row| row.school.clone())?)
        })
        .await
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    school: String,
    #[diesel(sql_type = Text)]
    school_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    township: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Bool)]
    late: bool,
    #[diesel(sql_type = Nullable<Integer>)]
    revision: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    accepted_revision: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    updated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Date>)]
    extended_until: Option<NaiveDate>,
}

async fn load(
    tx: &mut Tx,
    scope: &Scope,
    sheet: &Sheet,
    filter: &Filter<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<BoardRow>> {
    let today = local_date(tx.now());
    let definition = &sheet.form()?.definition;
    let rows: Vec<Row> = sql_query(
        "SELECT * FROM (
             SELECT o.code AS school, o.name AS school_name, o.township, coalesce(s.state, 'not_begun') AS state,
                    CASE WHEN s.revision > 0 THEN s.late ELSE $7 > greatest($6, e.until) END AS late,
                    nullif(s.revision, 0) AS revision, s.accepted_revision, s.submitted_at, s.updated_at,
                    e.until AS extended_until
               FROM organisation_versions o
               LEFT JOIN submissions s
                 ON s.bureau_id = o.bureau_id AND s.form = $2 AND s.period = $3 AND s.school = o.code
               LEFT JOIN submission_extensions e
                 ON e.bureau_id = o.bureau_id AND e.form = $2 AND e.period = $3 AND e.school = o.code
              WHERE o.bureau_id = $1 AND o.superseded_at IS NULL
                AND (o.stage = ANY($4) OR o.stage IS NOT NULL AND o.code = ANY($5))
                AND (o.opened_on IS NULL OR o.opened_on <= $8) AND (o.closed_on IS NULL OR o.closed_on > $9)
                AND ($10 IS NULL OR o.code = $10)) AS board
         WHERE ($11 IS NULL OR state = $11) AND ($12 IS NULL OR late = $12) AND ($13 IS NULL OR township = $13)
           AND ($14 IS NULL OR school > $14)
         ORDER BY school LIMIT $15",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&definition.code)
    .bind::<Text, _>(sheet.period.to_string())
    .bind::<Array<Text>, _>(definition.stages.iter().map(|stage| stage.code()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(&definition.schools)
    .bind::<Date, _>(sheet.window(None)?.dates.due_on)
    .bind::<Date, _>(today)
    .bind::<Date, _>(sheet.period.end())
    .bind::<Date, _>(sheet.period.start())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Text>, _>(filter.state.map(State::name))
    .bind::<Nullable<Bool>, _>(filter.late)
    .bind::<Nullable<Text>, _>(filter.township)
    .bind::<Nullable<Text>, _>(after)
    .bind::<BigInt, _>(limit + 1)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(BoardRow::of).collect()
}

impl BoardRow {
    fn of(row: Row) -> Result<Self> {
        Ok(Self {
            state: stored_state(&row.state)?,
            school: row.school,
            school_name: row.school_name,
            township: row.township,
            late: row.late,
            revision: row.revision,
            accepted_revision: row.accepted_revision,
            submitted_at: row.submitted_at,
            updated_at: row.updated_at,
            extended_until: row.extended_until,
        })
    }
}
