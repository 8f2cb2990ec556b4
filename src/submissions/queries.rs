//! How submissions change in the database.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde_json::Value;

use super::content::Content;
use super::desk::Key;
use super::model::State;
use crate::catalogue::CellValue;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::platform::statement::statement;
use crate::schema::{submission_standings, submissions};

/// A working document to be stored.
pub(super) struct Draft<'a> {
    pub key: &'a Key,
    /// The version that was read; none where there was nothing.
    pub read_version: Option<i32>,
    pub content: &'a Content,
}

/// Stores working documents in one statement; returns the keys of those that nobody had changed
/// since they were read.
pub(super) async fn save_drafts(tx: &mut Tx, scope: &Scope, drafts: &[Draft<'_>]) -> Result<Vec<Key>> {
    let now = tx.now();
    let contents = drafts.iter().map(|draft| json(draft.content)).collect::<Result<Vec<Value>>>()?;
    let column = |of: fn(&Key) -> &str| drafts.iter().map(|draft| of(draft.key)).collect::<Vec<_>>();
    let read: Vec<i32> = drafts.iter().map(|draft| draft.read_version.unwrap_or_default()).collect();
    // The new version is one more than the one that was read; so is that of the row it meets.
    // Always in the same order, so that two imports cannot wait for each other.
    let rows: Vec<KeyRow> = statement(
        "INSERT INTO submissions AS s
                (bureau_id, form, period, school, state, version, content, updated_by, updated_at)
         SELECT $1, d.form, d.period, d.school, 'draft', d.read_version + 1, d.content, $7, $8
         FROM unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::integer[])
              AS d (form, period, school, content, read_version)
         ORDER BY d.form, d.period, d.school
         ON CONFLICT (bureau_id, form, period, school) DO UPDATE
            SET version = excluded.version, content = excluded.content,
                updated_by = excluded.updated_by, updated_at = excluded.updated_at
          WHERE s.version = excluded.version - 1 AND s.state IN ('draft', 'returned', 'reopened')
         RETURNING s.form, s.period, s.school",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(column(|key| &key.form))
    .bind::<Array<Text>, _>(column(|key| &key.period))
    .bind::<Array<Text>, _>(column(|key| &key.school))
    .bind::<Array<Jsonb>, _>(contents)
    .bind::<Array<Integer>, _>(read)
    .bind::<Text, _>(scope.actor())
    .bind::<Timestamptz, _>(now)
    .load(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Key::from).collect())
}

fn json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(AppError::internal)
}

#[derive(QueryableByName)]
struct KeyRow {
    #[diesel(sql_type = Text)]
    form: String,
    #[diesel(sql_type = Text)]
    period: String,
    #[diesel(sql_type = Text)]
    school: String,
}

impl From<KeyRow> for Key {
    fn from(KeyRow { form, period, school }: KeyRow) -> Self {
        Self { form, period, school }
    }
}

/// A working document to be submitted.
pub(super) struct Handover<'a> {
    pub key: &'a Key,
    pub read_version: i32,
    pub content: &'a Content,
    pub terms: &'a Terms,
}

/// How a working document is submitted.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    /// The number of the new revision, or of the newest one where that says the same.
    pub revision: i32,
    pub is_new: bool,
    pub form_version: i32,
    pub warnings: Value,
    pub late: bool,
}

/// The cells of all contents in columns, one element a cell.
#[derive(Default)]
struct Columns<'a> {
    handover: Vec<i32>,
    indicator: Vec<&'a str>,
    dimensions: Vec<Value>,
    number: Vec<Option<Decimal>>,
    text: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn of(handovers: &'a [Handover<'a>]) -> Result<Self> {
        let mut columns = Self::default();
        for (i, handover) in handovers.iter().enumerate().filter(|(_, handover)| handover.terms.is_new) {
            for cell in &handover.content.values {
                let Some(value) = &cell.value else { continue };
                let (number, text) = match value {
                    CellValue::Number(number) => (Some(*number), None),
                    CellValue::Boolean(boolean) => (Some(Decimal::from(u8::from(*boolean))), None),
                    CellValue::Text(text) => (None, Some(text.as_str())),
                };
                columns.handover.push(i32::try_from(i).map_err(AppError::internal)?);
                columns.indicator.push(&cell.indicator);
                columns.dimensions.push(json(&cell.dimensions)?);
                columns.number.push(number);
                columns.text.push(text);
            }
        }
        Ok(columns)
    }
}

/// Submits working documents: the revisions with their cells, and from now on they stand as
/// submitted. Returns the keys of those that nobody had changed since they were read.
pub(super) async fn submit(tx: &mut Tx, scope: &Scope, handovers: &[Handover<'_>]) -> Result<Vec<Key>> {
    let now = tx.now();
    let cells = Columns::of(handovers)?;
    let column = |of: fn(&Key) -> &str| handovers.iter().map(|each| of(each.key)).collect::<Vec<_>>();
    let contents = handovers.iter().map(|each| json(each.content)).collect::<Result<Vec<Value>>>()?;
    if handovers.iter().any(|each| each.terms.revision > 1 || !each.terms.is_new) {
        end_other_standings(tx, scope, "submitted", &standing_keys(handovers)).await?;
    }
    let rows: Vec<KeyRow> = statement(include_str!("sql/submit.sql"))
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Array<Text>, _>(column(|key| &key.form))
        .bind::<Array<Text>, _>(column(|key| &key.period))
        .bind::<Array<Text>, _>(column(|key| &key.school))
        .bind::<Array<Integer>, _>(handovers.iter().map(|each| each.read_version).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(handovers.iter().map(|each| each.terms.revision).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(handovers.iter().map(|each| each.terms.is_new).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(handovers.iter().map(|each| each.terms.form_version).collect::<Vec<_>>())
        .bind::<Array<Jsonb>, _>(contents)
        .bind::<Array<Jsonb>, _>(handovers.iter().map(|each| each.terms.warnings.clone()).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(handovers.iter().map(|each| each.terms.late).collect::<Vec<_>>())
        .bind::<Text, _>(scope.actor())
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Integer>, _>(cells.handover)
        .bind::<Array<Text>, _>(cells.indicator)
        .bind::<Array<Jsonb>, _>(cells.dimensions)
        .bind::<Array<Nullable<Numeric>>, _>(cells.number)
        .bind::<Array<Nullable<Text>>, _>(cells.text)
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(Key::from).collect())
}

fn standing_keys<'a>(handovers: &'a [Handover<'a>]) -> Vec<(&'a Key, i32)> {
    handovers.iter().map(|each| (each.key, each.terms.revision)).collect()
}

/// Ends, now, what stands for these submissions on a basis, unless it is the revision named.
pub(super) async fn end_other_standings(tx: &mut Tx, scope: &Scope, basis: &str, keys: &[(&Key, i32)]) -> Result<()> {
    let now = tx.now();
    let column = |of: fn(&Key) -> &str| keys.iter().map(|(key, _)| of(key)).collect::<Vec<_>>();
    statement(
        "UPDATE submission_standings o SET valid_until = $6
           FROM unnest($2::text[], $3::text[], $4::text[], $5::integer[]) AS k (form, period, school, revision)
          WHERE o.bureau_id = $1 AND o.form = k.form AND o.period = k.period AND o.school = k.school
            AND o.basis = $7 AND o.valid_until IS NULL AND o.revision <> k.revision",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Array<Text>, _>(column(|key| &key.form))
    .bind::<Array<Text>, _>(column(|key| &key.period))
    .bind::<Array<Text>, _>(column(|key| &key.school))
    .bind::<Array<Integer>, _>(keys.iter().map(|(_, revision)| *revision).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(now)
    .bind::<Text, _>(basis)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// From now on a revision stands for a submission on a basis, unless it does already.
pub(super) async fn begin_standing(tx: &mut Tx, scope: &Scope, basis: &str, key: &Key, revision: i32) -> Result<()> {
    let now = tx.now();
    diesel::insert_into(submission_standings::table)
        .values((
            submission_standings::bureau_id.eq(scope.bureau_id()),
            submission_standings::form.eq(&key.form),
            submission_standings::period.eq(&key.period),
            submission_standings::school.eq(&key.school),
            submission_standings::basis.eq(basis),
            submission_standings::valid_from.eq(now),
            submission_standings::revision.eq(revision),
            submission_standings::decided_by.eq(scope.actor()),
        ))
        .on_conflict((
            submission_standings::bureau_id,
            submission_standings::form,
            submission_standings::period,
            submission_standings::school,
            submission_standings::basis,
        ))
        .filter_target(submission_standings::valid_until.is_null())
        .do_nothing()
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What a reviewer decides of a submission.
pub(super) struct Decision<'a> {
    pub from: State,
    pub to: State,
    pub accepted_revision: Option<i32>,
    pub note: Option<&'a str>,
}

/// Moves a submission on, where nobody changed it since it was read; tells whether it did.
pub(super) async fn decide(
    tx: &mut Tx,
    scope: &Scope,
    key: &Key,
    read_version: i32,
    decision: &Decision<'_>,
) -> Result<bool> {
    let now = tx.now();
    let target = submissions::table
        .find((scope.bureau_id(), &key.form, &key.period, &key.school))
        .filter(submissions::version.eq(read_version))
        .filter(submissions::state.eq(decision.from.name()));
    let moved = diesel::update(target)
        .set((
            submissions::state.eq(decision.to.name()),
            submissions::version.eq(submissions::version + 1),
            submissions::accepted_revision.eq(decision.accepted_revision),
            submissions::note.eq(decision.note),
            submissions::updated_by.eq(scope.actor()),
            submissions::updated_at.eq(now),
        ))
        .execute(&mut **tx)
        .await?;
    Ok(moved == 1)
}
