//! Organisations and their versions in the database.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;

use super::kinds::{Kind, Stage};
use super::model::{Definition, Organisation, World};
use crate::platform::access::Scope;
use crate::platform::db::{Tx, violated_unique};
use crate::platform::error::{AppError, Code, Result};
use crate::say;
use crate::schema::{bureaus, organisation_versions as versions, organisations};

/// Which organisations are meant.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub code: Option<&'a str>,
    pub kind: Option<Kind>,
    pub stage: Option<Stage>,
    pub township: Option<&'a str>,
    /// Those that are open on a day.
    pub open_on: Option<NaiveDate>,
    /// As they were known at a moment, rather than as they are.
    pub as_of: Option<DateTime<Utc>>,
    /// Those that come after a code.
    pub after: Option<&'a str>,
    pub limit: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = versions)]
struct Row {
    code: String,
    version: i32,
    name: String,
    stage: Option<Stage>,
    township: Option<String>,
    parent: Option<String>,
    opened_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    recorded_at: DateTime<Utc>,
}

impl Row {
    fn of_kind(self, kind: Kind) -> Organisation {
        let Self { code, version, name, stage, township, parent, opened_on, closed_on, recorded_at } = self;
        let definition = Definition { code, kind, name, stage, township, parent, opened_on, closed_on };
        Organisation { definition, version, recorded_at }
    }
}

/// The organisations that a filter means and the scope covers, in the order of their codes.
pub(super) async fn select(tx: &mut Tx, scope: &Scope, filter: &Filter<'_>) -> Result<Vec<Organisation>> {
    let mut query = organisations::table
        .inner_join(
            versions::table
                .on(versions::bureau_id.eq(organisations::bureau_id).and(versions::code.eq(organisations::code))),
        )
        .filter(organisations::bureau_id.eq(scope.bureau_id()))
        .select((organisations::kind, Row::as_select()))
        .order(organisations::code)
        .into_boxed();
    if let Some(own) = scope.school() {
        query = query.filter(organisations::kind.ne(Kind::School).or(organisations::code.eq(own)));
    }
    query = match filter.as_of {
        None => query.filter(versions::superseded_at.is_null()),
        Some(moment) => query
            .filter(versions::recorded_at.le(moment))
            .filter(versions::superseded_at.is_null().or(versions::superseded_at.gt(moment))),
    };
    if let Some(code) = filter.code {
        query = query.filter(organisations::code.eq(code));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(organisations::kind.eq(kind));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(versions::stage.eq(stage));
    }
    if let Some(township) = filter.township {
        query = query.filter(versions::township.eq(township));
    }
    if let Some(day) = filter.open_on {
        query = query
            .filter(versions::opened_on.is_null().or(versions::opened_on.le(day)))
            .filter(versions::closed_on.is_null().or(versions::closed_on.gt(day)));
    }
    if let Some(after) = filter.after {
        query = query.filter(organisations::code.gt(after));
    }
    if let Some(limit) = filter.limit {
        query = query.limit(limit);
    }
    let rows: Vec<(Kind, Row)> = query.load(&mut **tx).await?;
    Ok(rows.into_iter().map(|(kind, row)| row.of_kind(kind)).collect())
}

/// An organisation as it is, or as it was known at a moment; none where there was none or the scope
/// does not cover it.
///
/// # Errors
/// Where the database refuses.
pub async fn find_at(
    tx: &mut Tx,
    scope: &Scope,
    code: &str,
    as_of: Option<DateTime<Utc>>,
) -> Result<Option<Organisation>> {
    let filter = Filter { code: Some(code), as_of, ..Filter::default() };
    Ok(select(tx, scope, &filter).await?.pop())
}

/// An organisation as it is; none where there is none or the scope does not cover it.
///
/// # Errors
/// Where the database refuses.
pub async fn find(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Option<Organisation>> {
    find_at(tx, scope, code, None).await
}

/// What each of some codes stands for; a code that stands for nothing is not in the answer.
///
/// # Errors
/// Where the database refuses.
pub async fn kinds(tx: &mut Tx, scope: &Scope, codes: &[&str]) -> Result<HashMap<String, Kind>> {
    let rows: Vec<(String, Kind)> = organisations::table
        .filter(organisations::bureau_id.eq(scope.bureau_id()))
        .filter(organisations::code.eq_any(codes))
        .select((organisations::code, organisations::kind))
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// All organisations as they are.
pub(super) async fn all(tx: &mut Tx, scope: &Scope) -> Result<World> {
    let all = select(tx, scope, &Filter::default()).await?;
    Ok(all.into_iter().map(|organisation| (organisation.definition.code.clone(), organisation)).collect())
}

/// Makes the codes of those organisations that are new, in one statement. A version refers to the code of what is above it.
pub(super) async fn insert_codes(tx: &mut Tx, scope: &Scope, organisations: &[Organisation]) -> Result<()> {
    if organisations.is_empty() {
        return Ok(());
    }
    let column = Columns(organisations);
    sql_query(
        "INSERT INTO organisations (bureau_id, code, kind) \
         SELECT $1, * FROM unnest($2, $3) ON CONFLICT (bureau_id, code) DO NOTHING",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(column.of(|each| each.code.as_str()))
    .bind::<Array<Text>, _>(column.of(|each| each.kind.code()))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Records the first or next versions of organisations whose codes there are, in two statements.
pub(super) async fn record(tx: &mut Tx, scope: &Scope, organisations: &[Organisation]) -> Result<()> {
    let Some(recorded_at) = organisations.first().map(|organisation| organisation.recorded_at) else { return Ok(()) };
    let column = Columns(organisations);
    sql_query(
        "UPDATE organisation_versions SET superseded_at = $3 \
         WHERE bureau_id = $1 AND code = ANY ($2) AND superseded_at IS NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(column.of(|each| each.code.as_str()))
    .bind::<Timestamptz, _>(recorded_at)
    .execute(&mut **tx)
    .await?;
    sql_query(
        "INSERT INTO organisation_versions \
         (bureau_id, recorded_at, code, version, name, stage, township, parent, opened_on, closed_on) \
         SELECT $1, $2, * FROM unnest($3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Timestamptz, _>(recorded_at)
    .bind::<Array<Text>, _>(column.of(|each| each.code.as_str()))
    .bind::<Array<Integer>, _>(organisations.iter().map(|each| each.version).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(column.of(|each| each.name.as_str()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|each| each.stage.map(Stage::code)))
    .bind::<Array<Nullable<Text>>, _>(column.of(|each| each.township.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column.of(|each| each.parent.as_deref()))
    .bind::<Array<Nullable<Date>>, _>(column.of(|each| each.opened_on))
    .bind::<Array<Nullable<Date>>, _>(column.of(|each| each.closed_on))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Organisations column by column, as `unnest` takes them.
struct Columns<'a>(&'a [Organisation]);

impl<'a> Columns<'a> {
    fn of<T>(&self, field: impl Fn(&'a Definition) -> T) -> Vec<T> {
        self.0.iter().map(|organisation| field(&organisation.definition)).collect()
    }
}

/// The tenant's id by its code.
pub(super) async fn tenant(tx: &mut Tx, code: &str) -> Result<Option<i32>> {
    let bureau = bureaus::table.filter(bureaus::code.eq(code)).select(bureaus::id);
    Ok(bureau.first(&mut **tx).await.optional()?)
}

/// Makes the row of a new tenant. Only the role that owns the schema may.
pub(super) async fn insert_tenant(tx: &mut Tx, code: &str, name: &str) -> Result<i32> {
    let inserted = diesel::insert_into(bureaus::table)
        .values((bureaus::code.eq(code), bureaus::name.eq(name)))
        .returning(bureaus::id)
        .get_result(&mut **tx)
        .await;
    inserted.map_err(|error| match violated_unique(&error) {
        Some("bureaus_code_key") => AppError::new(Code::AlreadyExists)
            .detail(say!("已有编码为“{code}”的局", "There is a bureau with the code “{code}”")),
        _ => error.into(),
    })
}
