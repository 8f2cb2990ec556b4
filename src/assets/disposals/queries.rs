//! Disposals in the database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use std::collections::HashMap;

use super::model::{Action, Disposal, Filter, Ground, Item, Method, State, Step};
use crate::assets::model::State as CardState;
use crate::catalogue::document::ApprovalLevel;
use crate::platform::access::Scope;
use crate::platform::db::{Tx, violated_unique};
use crate::platform::error::{AppError, Code, Result};
use crate::platform::statement::statement;
use crate::say;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    disposal: String,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    school: Option<String>,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Numeric)]
    value: Decimal,
    #[diesel(sql_type = Text)]
    approval: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Integer)]
    version: i32,
}

#[derive(QueryableByName)]
struct ItemRow {
    #[diesel(sql_type = Text)]
    disposal: String,
    #[diesel(sql_type = Text)]
    asset: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Numeric)]
    value: Decimal,
    #[diesel(sql_type = Text)]
    state_before: String,
}

#[derive(QueryableByName)]
struct StepRow {
    #[diesel(sql_type = Text)]
    disposal: String,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = Nullable<Text>)]
    document: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    participants: Option<String>,
    #[diesel(sql_type = Nullable<Numeric>)]
    amount: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
    #[diesel(sql_type = Text)]
    recorded_by: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

fn unknown() -> AppError {
    AppError::internal("a disposal has an unknown name")
}

const fn level_name(level: ApprovalLevel) -> &'static str {
    match level {
        ApprovalLevel::Unit => "unit",
        ApprovalLevel::Finance => "finance",
        ApprovalLevel::Leader => "leader",
    }
}

fn level(name: &str) -> Option<ApprovalLevel> {
    let all = [ApprovalLevel::Unit, ApprovalLevel::Finance, ApprovalLevel::Leader];
    all.into_iter().find(|level| level_name(*level) == name)
}

impl TryFrom<Row> for Disposal {
    type Error = AppError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            code: row.disposal,
            organisation: row.organisation,
            school: row.school,
            method: Method::named(&row.method).ok_or_else(unknown)?,
            value: row.value.normalize(),
            approval: level(&row.approval).ok_or_else(unknown)?,
            state: State::named(&row.state).ok_or_else(unknown)?,
            version: row.version,
            items: Vec::new(),
            steps: Vec::new(),
        })
    }
}

impl StepRow {
    fn step(self) -> Result<Step> {
        Ok(Step {
            action: Action::named(&self.action).ok_or_else(unknown)?,
            ground: Ground {
                day: self.day,
                document: self.document,
                participants: self.participants,
                amount: self.amount.map(|amount| amount.normalize()),
                note: self.note,
            },
            recorded_by: self.recorded_by,
            recorded_at: self.recorded_at,
        })
    }
}

/// A page of the disposals that a filter means, each with its assets and steps.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    (after, limit): (Option<&str>, i64),
) -> Result<Vec<Disposal>> {
    let rows: Vec<Row> = statement(
        "SELECT disposal, organisation, school, method, value, approval, state, version
         FROM asset_disposals AS d
         WHERE bureau_id = $1 AND ($2 IS NULL OR school = $2) AND ($3 IS NULL OR disposal = $3)
             AND ($4 IS NULL OR organisation = $4) AND ($5 IS NULL OR method = $5) AND ($6 IS NULL OR state = $6)
             AND ($7 IS NULL OR EXISTS (
                 SELECT FROM asset_disposal_items AS i
                 WHERE i.bureau_id = $1 AND i.disposal = d.disposal AND i.asset = $7))
             AND ($8 IS NULL OR disposal > $8)
         ORDER BY disposal LIMIT $9",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Text>, _>(filter.disposal.as_deref())
    .bind::<Nullable<Text>, _>(filter.organisation.as_deref())
    .bind::<Nullable<Text>, _>(filter.method.map(Method::name))
    .bind::<Nullable<Text>, _>(filter.state.map(State::name))
    .bind::<Nullable<Text>, _>(filter.asset.as_deref())
    .bind::<Nullable<Text>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(&mut **tx)
    .await?;
    let disposals = rows.into_iter().map(Disposal::try_from).collect::<Result<Vec<_>>>()?;
    with_details(tx, scope, disposals).await
}

/// Adds assets and steps, in two statements, whatever the number of disposals.
async fn with_details(tx: &mut Tx, scope: &Scope, mut disposals: Vec<Disposal>) -> Result<Vec<Disposal>> {
    let codes: Vec<String> = disposals.iter().map(|disposal| disposal.code.clone()).collect();
    let items: Vec<ItemRow> = statement(
        "SELECT disposal, asset, name, value, state_before FROM asset_disposal_items
         WHERE bureau_id = $1 AND disposal = ANY ($2) ORDER BY disposal, asset",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(&codes)
    .load(&mut **tx)
    .await?;
    let steps: Vec<StepRow> = statement(
        "SELECT disposal, action, day, document, participants, amount, note, recorded_by, recorded_at
         FROM asset_disposal_steps WHERE bureau_id = $1 AND disposal = ANY ($2) ORDER BY disposal, step",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(&codes)
    .load(&mut **tx)
    .await?;
    let mut by_code: HashMap<&str, &mut Disposal> =
        codes.iter().map(String::as_str).zip(disposals.iter_mut()).collect();
    for row in items {
        if let Some(disposal) = by_code.get_mut(row.disposal.as_str()) {
            let state_before = CardState::named(&row.state_before).ok_or_else(unknown)?;
            let item = Item { asset: row.asset, name: row.name, value: row.value.normalize(), state_before };
            disposal.items.push(item);
        }
    }
    for row in steps {
        if let Some(disposal) = by_code.get_mut(row.disposal.as_str()) {
            disposal.steps.push(row.step()?);
        }
    }
    Ok(disposals)
}

/// A disposal as it is; none where there is none or the scope does not cover it.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, disposal: &str) -> Result<Option<Disposal>> {
    let filter = Filter { disposal: Some(disposal.to_owned()), ..Filter::default() };
    Ok(list(tx, scope, &filter, (None, 1)).await?.pop())
}

/// Enters a disposal and its assets, as they stand in it.
pub(super) async fn insert(tx: &mut Tx, scope: &Scope, disposal: &Disposal) -> Result<()> {
    let now = tx.now();
    let inserted = statement(
        "INSERT INTO asset_disposals
             (bureau_id, disposal, organisation, school, method, value, approval, state, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&disposal.code)
    .bind::<Text, _>(&disposal.organisation)
    .bind::<Nullable<Text>, _>(disposal.school.as_deref())
    .bind::<Text, _>(disposal.method.name())
    .bind::<Numeric, _>(disposal.value)
    .bind::<Text, _>(level_name(disposal.approval))
    .bind::<Text, _>(disposal.state.name())
    .bind::<Integer, _>(disposal.version)
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await;
    inserted.map_err(|error| match violated_unique(&error) {
        Some(_) => taken(&disposal.code),
        None => error.into(),
    })?;
    statement(
        "INSERT INTO asset_disposal_items (bureau_id, disposal, school, under_way, asset, name, value, state_before)
         SELECT $1, $2, $3, true, * FROM unnest($4::text[], $5::text[], $6::numeric[], $7::text[])",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&disposal.code)
    .bind::<Nullable<Text>, _>(disposal.school.as_deref())
    .bind::<Array<Text>, _>(disposal.items.iter().map(|item| item.asset.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(disposal.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(disposal.items.iter().map(|item| item.value).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(disposal.items.iter().map(|item| item.state_before.name()).collect::<Vec<_>>())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Brings a disposal to its state and version; who calls has taken the recording time, and read it after that.
pub(super) async fn update(tx: &mut Tx, scope: &Scope, disposal: &Disposal) -> Result<()> {
    let now = tx.now();
    statement(
        "UPDATE asset_disposals SET state = $3, version = $4, updated_at = $5 WHERE bureau_id = $1 AND disposal = $2",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&disposal.code)
    .bind::<Text, _>(disposal.state.name())
    .bind::<Integer, _>(disposal.version)
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets the assets of a disposal go: another one may be applied for, or they are written off.
pub(super) async fn release(tx: &mut Tx, scope: &Scope, disposal: &str) -> Result<()> {
    statement("UPDATE asset_disposal_items SET under_way = false WHERE bureau_id = $1 AND disposal = $2")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(disposal)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Records the step with which a disposal came to its version.
pub(super) async fn record_step(
    tx: &mut Tx,
    scope: &Scope,
    disposal: &Disposal,
    action: Action,
    ground: &Ground,
) -> Result<()> {
    let now = tx.now();
    statement(
        "INSERT INTO asset_disposal_steps (bureau_id, disposal, step, school, action, day, document, participants, amount,
             note, recorded_by, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(&disposal.code)
    .bind::<Integer, _>(disposal.version)
    .bind::<Nullable<Text>, _>(disposal.school.as_deref())
    .bind::<Text, _>(action.name())
    .bind::<Date, _>(ground.day)
    .bind::<Nullable<Text>, _>(ground.document.as_deref())
    .bind::<Nullable<Text>, _>(ground.participants.as_deref())
    .bind::<Nullable<Numeric>, _>(ground.amount)
    .bind::<Nullable<Text>, _>(ground.note.as_deref())
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// 409: the code of a disposal is taken.
pub(super) fn taken(disposal: &str) -> AppError {
    AppError::new(Code::AlreadyExists).detail(say!("编码“{disposal}”已被使用", "The code “{disposal}” is taken"))
}
