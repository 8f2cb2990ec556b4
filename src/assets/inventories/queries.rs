//! Inventory rounds in the database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;

use super::model::{Inventory, Item, Outcome, State, Summary};
use crate::platform::access::Scope;
use crate::platform::db::{Tx, violated_unique};
use crate::platform::error::{AppError, Code, Result};
use crate::platform::statement::statement;
use crate::say;

/// What became of an item; of something unexpected that was taken back, nothing.
macro_rules! outcome {
    () => {
        "CASE WHEN expected AND found IS NULL THEN 'uncounted'
              WHEN expected AND NOT found THEN 'missing'
              WHEN expected AND found_place <> coalesce(place, '') THEN 'misplaced'
              WHEN expected THEN 'found'
              WHEN found THEN 'surplus' END"
    };
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    inventory: String,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    organisation: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    opened_by: String,
    #[diesel(sql_type = Timestamptz)]
    opened_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    closed_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    expected: i64,
    #[diesel(sql_type = BigInt)]
    uncounted: i64,
    #[diesel(sql_type = BigInt)]
    found: i64,
    #[diesel(sql_type = BigInt)]
    misplaced: i64,
    #[diesel(sql_type = BigInt)]
    missing: i64,
    #[diesel(sql_type = BigInt)]
    surplus: i64,
    #[diesel(sql_type = BigInt)]
    unexplained: i64,
    #[diesel(sql_type = Array<Text>)]
    counters: Vec<String>,
}

impl TryFrom<Row> for Inventory {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        let state = State::named(&row.state).ok_or_else(|| AppError::internal("a round is in an unknown state"))?;
        Ok(Self {
            code: row.inventory,
            day: row.day,
            organisation: row.organisation,
            note: row.note,
            state,
            version: row.version,
            opened_by: row.opened_by,
            opened_at: row.opened_at,
            closed_by: row.closed_by,
            closed_at: row.closed_at,
            summary: Summary {
                expected: row.expected,
                uncounted: row.uncounted,
                found: row.found,
                misplaced: row.misplaced,
                missing: row.missing,
                surplus: row.surplus,
                unexplained: row.unexplained,
            },
            counters: row.counters,
        })
    }
}

/// A page of the rounds that a caller sees; or the one with a code.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    (code, state): (Option<&str>, Option<State>),
    (after, limit): (Option<&str>, i64),
) -> Result<Vec<Inventory>> {
    let rows: Vec<Row> = statement(concat!(
        "SELECT round.inventory, round.day, round.organisation, round.note, round.state, round.opened_by, round.opened_at,
             (round.version + found.counts)::integer AS version, round.closed_by, round.closed_at, found.expected,
             found.uncounted, found.found, found.misplaced, found.missing, found.surplus, found.unexplained,
             found.counters
         FROM (
             SELECT * FROM asset_inventories
             WHERE bureau_id = $1 AND ($2 IS NULL OR organisation IS NULL OR school = $2)
                 AND ($3 IS NULL OR inventory = $3) AND ($4 IS NULL OR state = $4) AND ($5 IS NULL OR inventory > $5)
             ORDER BY inventory LIMIT $6
         ) AS round
         CROSS JOIN LATERAL (
             SELECT count(*) FILTER (WHERE expected) AS expected,
                 count(*) FILTER (WHERE outcome = 'uncounted') AS uncounted,
                 count(*) FILTER (WHERE outcome IN ('found', 'misplaced')) AS found,
                 count(*) FILTER (WHERE outcome = 'misplaced') AS misplaced,
                 count(*) FILTER (WHERE outcome = 'missing') AS missing,
                 count(*) FILTER (WHERE outcome = 'surplus') AS surplus,
                 count(*) FILTER (WHERE outcome IN ('missing', 'surplus') AND note IS NULL) AS unexplained,
                 coalesce(sum(counts), 0) AS counts,
                 coalesce(array_agg(DISTINCT counted_by) FILTER (WHERE counted_by IS NOT NULL), '{}') AS counters
             FROM (
                 SELECT expected, note, counts, counted_by, ",
        outcome!(),
        " AS outcome
                 FROM asset_inventory_items
                 WHERE bureau_id = $1 AND inventory = round.inventory AND ($2 IS NULL OR school = $2)
             ) AS item
         ) AS found
         ORDER BY round.inventory"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Text>, _>(code)
    .bind::<Nullable<Text>, _>(state.map(State::name))
    .bind::<Nullable<Text>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    rows.into_iter().map(Inventory::try_from).collect()
}

/// A round as it is; none where there is none or the scope does not cover it.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Option<Inventory>> {
    Ok(list(tx, scope, (Some(code), None), (None, 1)).await?.pop())
}

/// Keeps a round as it is until the transaction ends: open for those who count, and for nobody else to close.
pub(super) async fn lock(tx: &mut Tx, scope: &Scope, code: &str, alone: bool) -> Result<()> {
    let sql = if alone {
        "SELECT FROM asset_inventories WHERE bureau_id = $1 AND inventory = $2 FOR UPDATE"
    } else {
        "SELECT FROM asset_inventories WHERE bureau_id = $1 AND inventory = $2 FOR SHARE"
    };
    statement(sql).bind::<Integer, _>(scope.bureau_id()).bind::<Text, _>(code).execute(&mut **tx).await?;
    Ok(())
}

/// A round to be opened.
pub(super) struct Opening<'a> {
    pub code: &'a str,
    pub day: NaiveDate,
    pub organisation: Option<&'a str>,
    /// The organisation, where it is a school.
    pub school: Option<&'a str>,
    pub note: Option<&'a str>,
}

/// Opens a round, and freezes the cards that are held on its day as what is to be found.
pub(super) async fn open(tx: &mut Tx, scope: &Scope, opening: &Opening<'_>) -> Result<()> {
    let now = tx.now();
    let opened = statement(
        "INSERT INTO asset_inventories
             (bureau_id, inventory, day, organisation, school, note, state, version, opened_by, opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', 1, $7, $8)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(opening.code)
    .bind::<Date, _>(opening.day)
    .bind::<Nullable<Text>, _>(opening.organisation)
    .bind::<Nullable<Text>, _>(opening.school)
    .bind::<Nullable<Text>, _>(opening.note)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await;
    opened.map_err(|error| match violated_unique(&error) {
        Some(_) => taken(opening.code),
        None => error.into(),
    })?;
    statement(
        "INSERT INTO asset_inventory_items
             (bureau_id, inventory, asset, organisation, school, expected, name, category, value, place)
         SELECT bureau_id, $2, asset, organisation, school, true, name, category, value, place
         FROM asset_revisions
         WHERE bureau_id = $1 AND superseded_at IS NULL AND ($4 IS NULL OR organisation = $4)
             AND acquired_on <= $3 AND (deregistered_on IS NULL OR deregistered_on > $3)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(opening.code)
    .bind::<Date, _>(opening.day)
    .bind::<Nullable<Text>, _>(opening.organisation)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// 409: the code of a round is taken.
pub(super) fn taken(code: &str) -> AppError {
    AppError::new(Code::AlreadyExists).detail(say!("编码“{code}”已被使用", "The code “{code}” is taken"))
}

/// Closes a round.
pub(super) async fn close(tx: &mut Tx, scope: &Scope, code: &str) -> Result<()> {
    let now = tx.now();
    statement(
        "UPDATE asset_inventories SET state = 'closed', version = version + 1, closed_by = $3, closed_at = $4
         WHERE bureau_id = $1 AND inventory = $2 AND state = 'open'",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(code)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct ItemRow {
    #[diesel(sql_type = Text)]
    asset: String,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<String>,
    #[diesel(sql_type = Nullable<Numeric>)]
    value: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    place: Option<String>,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Nullable<Text>)]
    found_place: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    counted_by: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    counted_at: Option<DateTime<Utc>>,
}

/// A page of what was to be found, or was.
pub(super) async fn items(
    tx: &mut Tx,
    scope: &Scope,
    code: &str,
    (organisation, outcome): (Option<&str>, Option<Outcome>),
    (after, limit): (Option<&(String, String)>, i64),
) -> Result<Vec<Item>> {
    let rows: Vec<ItemRow> = statement(concat!(
        "SELECT * FROM (
             SELECT asset, organisation, name, category, value, place, found_place, note, counted_by, counted_at, ",
        outcome!(),
        " AS outcome
             FROM asset_inventory_items
             WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND inventory = $3
                 AND ($4 IS NULL OR organisation = $4) AND ($5 IS NULL OR (organisation, asset) > ($5, $6))
         ) AS item
         WHERE outcome IS NOT NULL AND ($7 IS NULL OR outcome = $7)
         ORDER BY organisation, asset LIMIT $8"
    ))
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Text, _>(code)
    .bind::<Nullable<Text>, _>(organisation)
    .bind::<Nullable<Text>, _>(after.map(|(organisation, _)| organisation.as_str()))
    .bind::<Nullable<Text>, _>(after.map(|(_, asset)| asset.as_str()))
    .bind::<Nullable<Text>, _>(outcome.map(Outcome::name))
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    let item = |row: ItemRow| {
        let outcome = Outcome::named(&row.outcome).ok_or_else(|| AppError::internal("an unknown outcome"))?;
        Ok(Item {
            asset: row.asset,
            organisation: row.organisation,
            name: row.name,
            category: row.category,
            value: row.value.map(|value| value.normalize()),
            place: row.place,
            outcome,
            found_place: row.found_place,
            note: row.note,
            counted_by: row.counted_by,
            counted_at: row.counted_at,
        })
    };
    rows.into_iter().map(item).collect()
}

/// An item that is there already.
#[derive(Debug, QueryableByName)]
pub(super) struct Known {
    #[diesel(sql_type = Text)]
    pub asset: String,
    #[diesel(sql_type = Text)]
    pub organisation: String,
    #[diesel(sql_type = Bool)]
    pub expected: bool,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// Those of some things that a round knows of, and the scope covers.
pub(super) async fn known(tx: &mut Tx, scope: &Scope, code: &str, assets: &[&str]) -> Result<Vec<Known>> {
    let known = statement(
        "SELECT asset, organisation, expected, name FROM asset_inventory_items
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND inventory = $3 AND asset = ANY ($4)
         ORDER BY expected DESC, organisation",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Text, _>(code)
    .bind::<Array<Text>, _>(assets)
    .load(&mut **tx)
    .await?;
    Ok(known)
}

/// What is to be kept of a count.
pub(super) struct Counted<'a> {
    pub asset: &'a str,
    pub organisation: &'a str,
    /// The organisation, where it is a school.
    pub school: Option<&'a str>,
    pub name: &'a str,
    pub found: bool,
    pub place: Option<&'a str>,
    pub note: Option<&'a str>,
}

/// Keeps counts, in one statement: of what was expected, and of what was not.
pub(super) async fn count(tx: &mut Tx, scope: &Scope, code: &str, counts: &[Counted<'_>]) -> Result<()> {
    let now = tx.now();
    statement(
        "INSERT INTO asset_inventory_items (bureau_id, inventory, counted_by, counted_at, expected, counts, asset,
             organisation, school, name, found, found_place, note)
         SELECT $1, $2, $3, $4, false, 1, *
         FROM unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::text[], $11::text[])
         ON CONFLICT (bureau_id, inventory, organisation, asset) DO UPDATE SET found = excluded.found,
             found_place = excluded.found_place, note = excluded.note, counted_by = excluded.counted_by,
             counted_at = excluded.counted_at, counts = asset_inventory_items.counts + 1",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(code)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Text>, _>(counts.iter().map(|each| each.asset).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(counts.iter().map(|each| each.organisation).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(counts.iter().map(|each| each.school).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(counts.iter().map(|each| each.name).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(counts.iter().map(|each| each.found).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(counts.iter().map(|each| each.place).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(counts.iter().map(|each| each.note).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
