//! Cards and their revisions in the database.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use super::model::{Card, Filter, Revision, State};
use crate::platform::access::Scope;
use crate::platform::db::{Tx, beyond_school};
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;

/// Written out with the rest of a statement, so that each is a constant.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT asset, revision, organisation, school, name, category, value, acquired_on, funded_from, place,
                    user_name, state, deregistered_on, action, note, recorded_by, recorded_at
             FROM asset_revisions
             WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND ",
            $rest
        )
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    asset: String,
    #[diesel(sql_type = Integer)]
    revision: i32,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = Numeric)]
    value: Decimal,
    #[diesel(sql_type = Date)]
    acquired_on: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    funded_from: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    place: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    user_name: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Date>)]
    deregistered_on: Option<NaiveDate>,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

impl TryFrom<Row> for Revision {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let state = State::named(&row.state).ok_or_else(|| AppError::internal("a card is in an unknown state"))?;
        let card = Card {
            organisation: row.organisation,
            school: row.school,
            name: row.name,
            category: row.category,
            value: row.value.normalize(),
            acquired_on: row.acquired_on,
            funded_from: row.funded_from,
            place: row.place,
            user_name: row.user_name,
            state,
            deregistered_on: row.deregistered_on,
        };
        let (action, note, recorded_by, recorded_at) = (row.action, row.note, row.recorded_by, row.recorded_at);
        Ok(Self { asset: row.asset, number: row.revision, card, action, note, recorded_by, recorded_at })
    }
}

fn revisions(rows: Vec<Row>) -> Result<Vec<Revision>> {
    rows.into_iter().map(Revision::try_from).collect()
}

/// Those of some cards that exist and the scope covers, as they are.
pub(super) async fn current(tx: &mut Tx, scope: &Scope, assets: &[&str]) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!("superseded_at IS NULL AND asset = ANY ($3)"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Array<Text>, _>(assets)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// The codes among some of which there are cards that the scope does not cover. Who calls has taken the recording time, so
/// that it stays so.
pub(super) async fn elsewhere(tx: &mut Tx, scope: &Scope, assets: &[&str]) -> Result<HashSet<String>> {
    #[derive(QueryableByName)]
    struct Coded {
        #[diesel(sql_type = Text)]
        asset: String,
    }
    let Some(school) = scope.school() else { return Ok(HashSet::new()) };
    let rows: Vec<Coded> = beyond_school(tx, scope, async |connection| {
        let found = statement(
            "SELECT asset FROM asset_revisions
             WHERE bureau_id = $1 AND asset = ANY ($2) AND superseded_at IS NULL AND school IS DISTINCT FROM $3",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Array<Text>, _>(assets)
        .bind::<Text, _>(school);
        Ok(found.load(connection).await?)
    })
    .await?;
    Ok(rows.into_iter().map(|row| row.asset).collect())
}

/// A page of the revisions of a card, from the first on.
pub(super) async fn history(
    tx: &mut Tx,
    scope: &Scope,
    asset: &str,
    (after, limit): (i32, i64),
) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!("asset = $3 AND revision > $4 ORDER BY revision LIMIT $5"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Text, _>(asset)
        .bind::<Integer, _>(after)
        .bind::<BigInt, _>(limit)
        .load(&mut **tx)
        .await?;
    revisions(rows)
}

/// A page of the cards that a filter means, as they are.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    (after, limit): (Option<&str>, i64),
) -> Result<Vec<Revision>> {
    let rows: Vec<Row> = statement(select!(
        "superseded_at IS NULL AND ($3 IS NULL OR organisation = $3) AND ($4 IS NULL OR category = $4)
             AND ($5 IS NULL OR state = $5) AND ($6 IS NULL OR position($6 IN place) > 0) AND asset > coalesce($7, '')
         ORDER BY asset LIMIT $8"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Text>, _>(filter.organisation.as_deref())
    .bind::<Nullable<Text>, _>(filter.category.as_deref())
    .bind::<Nullable<Text>, _>(filter.state.map(State::name))
    .bind::<Nullable<Text>, _>(filter.place.as_deref())
    .bind::<Nullable<Text>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    revisions(rows)
}

/// The names of organisations as they are now.
pub(super) async fn names(tx: &mut Tx, scope: &Scope, codes: &[&str]) -> Result<HashMap<String, String>> {
    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        code: String,
        #[diesel(sql_type = Text)]
        name: String,
    }
    let rows: Vec<Named> = statement(
        "SELECT code, name FROM organisation_versions
         WHERE bureau_id = $1 AND code = ANY ($2) AND superseded_at IS NULL",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(codes)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name)).collect())
}

/// A revision to be recorded, after the one with the number before it.
pub(super) struct Next<'a> {
    pub asset: &'a str,
    pub number: i32,
    pub card: Card,
    pub action: &'static str,
    pub note: Option<&'a str>,
}

/// Records revisions in two statements, whatever their number. Who calls has taken the recording time, so that nobody else
/// changes any of them meanwhile.
pub(super) async fn record(tx: &mut Tx, scope: &Scope, next: &[&Next<'_>]) -> Result<()> {
    let now = tx.now();
    let changed: Vec<&str> = next.iter().filter(|each| each.number > 1).map(|each| each.asset).collect();
    if !changed.is_empty() {
        statement(
            "UPDATE asset_revisions SET superseded_at = $3
             WHERE bureau_id = $1 AND asset = ANY ($2) AND superseded_at IS NULL",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Array<Text>, _>(changed)
        .bind::<Timestamptz, _>(now)
        .execute(&mut **tx)
        .await?;
    }
    let texts = |field: fn(&Card) -> &str| next.iter().map(|each| field(&each.card)).collect::<Vec<_>>();
    let given = |field: fn(&Card) -> Option<&str>| next.iter().map(|each| field(&each.card)).collect::<Vec<_>>();
    statement(
        "INSERT INTO asset_revisions (bureau_id, recorded_by, recorded_at, asset, revision, organisation, school, name,
             category, value, acquired_on, funded_from, place, user_name, state, deregistered_on, action, note)
         SELECT $1, $2, $3, *
         FROM unnest($4::text[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[], $10::numeric[],
             $11::date[], $12::text[], $13::text[], $14::text[], $15::text[], $16::date[], $17::text[], $18::text[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(next.iter().map(|each| each.asset).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(next.iter().map(|each| each.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(texts(|card| &card.organisation))
    .bind::<Array<Nullable<Text>>, _>(given(|card| card.school.as_deref()))
    .bind::<Array<Text>, _>(texts(|card| &card.name))
    .bind::<Array<Text>, _>(texts(|card| &card.category))
    .bind::<Array<Numeric>, _>(next.iter().map(|each| each.card.value).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(next.iter().map(|each| each.card.acquired_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(given(|card| card.funded_from.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(given(|card| card.place.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(given(|card| card.user_name.as_deref()))
    .bind::<Array<Text>, _>(texts(|card| card.state.name()))
    .bind::<Array<Nullable<Date>>, _>(next.iter().map(|each| each.card.deregistered_on).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(next.iter().map(|each| each.action).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(next.iter().map(|each| each.note).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
