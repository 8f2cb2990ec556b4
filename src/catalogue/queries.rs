//! Catalogue versions in the database.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Integer, Text};
use diesel_async::RunQueryDsl;

use super::compile::{PartVersions, Versions, compile};
use super::compiled::Catalogue;
use super::document::{CatalogueDocument, Form, Register};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::schema::{catalogue_versions, form_versions, register_versions};

/// Compiled catalogues, kept in memory. A version never changes, so what is kept is never stale.
///
/// A transaction that records a version must not ask for that version: it might not be committed.
#[derive(Clone)]
pub struct Catalogues(moka::sync::Cache<(i32, i32), Arc<Catalogue>>);

impl Default for Catalogues {
    fn default() -> Self {
        const KEPT_VERSIONS: u64 = 64;
        Self(moka::sync::Cache::new(KEPT_VERSIONS))
    }
}

impl Catalogues {
    /// The bureau's catalogue as it is.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn current(&self, tx: &mut Tx, scope: &Scope) -> Result<Arc<Catalogue>> {
        let version = catalogue_versions::table
            .filter(catalogue_versions::bureau_id.eq(scope.bureau_id()))
            .filter(catalogue_versions::superseded_at.is_null())
            .select(catalogue_versions::version)
            .first(&mut **tx)
            .await
            .optional()?;
        self.version(tx, scope, version.unwrap_or_default()).await
    }

    /// The bureau's catalogue as it was at a moment.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn as_of(&self, tx: &mut Tx, scope: &Scope, moment: DateTime<Utc>) -> Result<Arc<Catalogue>> {
        let version: Option<Option<i32>> = catalogue_versions::table
            .filter(catalogue_versions::bureau_id.eq(scope.bureau_id()))
            .filter(catalogue_versions::recorded_at.le(moment))
            .select(max(catalogue_versions::version))
            .first(&mut **tx)
            .await
            .optional()?;
        self.version(tx, scope, version.flatten().unwrap_or_default()).await
    }

    /// A version of the bureau's catalogue by its number; none where there is none.
    ///
    /// # Errors
    /// Where the database refuses.
    pub async fn numbered(&self, tx: &mut Tx, scope: &Scope, version: i32) -> Result<Option<Arc<Catalogue>>> {
        if let Some(kept) = self.0.get(&(scope.bureau_id(), version)) {
            return Ok(Some(kept));
        }
        let Some(document) = load(tx, scope, version).await? else { return Ok(None) };
        let versions = Versions {
            forms: form_versions_at(tx, scope, version).await?,
            registers: register_versions_at(tx, scope, version).await?,
        };
        let catalogue = compile(document, version, &versions)
            .map_err(|violations| AppError::internal(AppError::invalid(violations)))?;
        let catalogue = Arc::new(catalogue);
        self.0.insert((scope.bureau_id(), version), Arc::clone(&catalogue));
        Ok(Some(catalogue))
    }

    /// As [`Catalogues::numbered`], of a version that is known to exist.
    async fn version(&self, tx: &mut Tx, scope: &Scope, version: i32) -> Result<Arc<Catalogue>> {
        let missing = || AppError::internal(format!("there is no version {version} of the catalogue"));
        self.numbered(tx, scope, version).await?.ok_or_else(missing)
    }
}

/// The document of a version; that of version 0, before the first, is empty.
async fn load(tx: &mut Tx, scope: &Scope, version: i32) -> Result<Option<CatalogueDocument>> {
    if version == 0 {
        return Ok(Some(CatalogueDocument::default()));
    }
    let document: Option<serde_json::Value> = catalogue_versions::table
        .find((scope.bureau_id(), version))
        .select(catalogue_versions::document)
        .first(&mut **tx)
        .await
        .optional()?;
    document.map(serde_json::from_value).transpose().map_err(AppError::internal)
}

/// The published version of each form in a version of the catalogue.
pub(super) async fn form_versions_at(tx: &mut Tx, scope: &Scope, catalogue_version: i32) -> Result<PartVersions> {
    let rows: Vec<(String, Option<i32>)> = form_versions::table
        .filter(form_versions::bureau_id.eq(scope.bureau_id()))
        .filter(form_versions::catalogue_version.le(catalogue_version))
        .group_by(form_versions::form)
        .select((form_versions::form, max(form_versions::version)))
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().filter_map(|(form, version)| Some((form, version?))).collect::<HashMap<_, _>>())
}

/// The version of each register in a version of the catalogue.
async fn register_versions_at(tx: &mut Tx, scope: &Scope, catalogue_version: i32) -> Result<PartVersions> {
    let rows: Vec<(String, Option<i32>)> = register_versions::table
        .filter(register_versions::bureau_id.eq(scope.bureau_id()))
        .filter(register_versions::catalogue_version.le(catalogue_version))
        .group_by(register_versions::register)
        .select((register_versions::register, max(register_versions::version)))
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().filter_map(|(register, version)| Some((register, version?))).collect())
}

/// The newest version of each register, also of those that are no longer in the catalogue.
pub(super) async fn newest_registers(tx: &mut Tx, scope: &Scope) -> Result<HashMap<String, (i32, Register)>> {
    let rows: Vec<(String, i32, serde_json::Value)> = register_versions::table
        .filter(register_versions::bureau_id.eq(scope.bureau_id()))
        .distinct_on(register_versions::register)
        .order((register_versions::register, register_versions::version.desc()))
        .select((register_versions::register, register_versions::version, register_versions::definition))
        .load(&mut **tx)
        .await?;
    let read = |(code, version, definition)| {
        Ok((code, (version, serde_json::from_value(definition).map_err(AppError::internal)?)))
    };
    rows.into_iter().map(read).collect()
}

/// A version of a form that was published.
#[derive(Debug, Clone)]
pub(super) struct PublishedForm {
    /// Its number, from 1.
    pub version: i32,
    /// What was published.
    pub definition: Form,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = form_versions)]
struct FormRow {
    version: i32,
    definition: serde_json::Value,
    published_at: DateTime<Utc>,
}

impl TryFrom<FormRow> for PublishedForm {
    type Error = AppError;

    fn try_from(row: FormRow) -> Result<Self> {
        let definition = serde_json::from_value(row.definition).map_err(AppError::internal)?;
        Ok(Self { version: row.version, definition, published_at: row.published_at })
    }
}

/// The newest published version of each form, also of those that are no longer in the catalogue.
pub(super) async fn newest_forms(tx: &mut Tx, scope: &Scope) -> Result<HashMap<String, PublishedForm>> {
    let rows: Vec<(String, FormRow)> = form_versions::table
        .filter(form_versions::bureau_id.eq(scope.bureau_id()))
        .distinct_on(form_versions::form)
        .order((form_versions::form, form_versions::version.desc()))
        .select((form_versions::form, FormRow::as_select()))
        .load(&mut **tx)
        .await?;
    rows.into_iter().map(|(form, row)| Ok((form, row.try_into()?))).collect()
}

/// A version of a form, as it was published.
pub(super) async fn published_form(
    tx: &mut Tx,
    scope: &Scope,
    form: &str,
    version: i32,
) -> Result<Option<PublishedForm>> {
    let row: Option<FormRow> = form_versions::table
        .find((scope.bureau_id(), form, version))
        .select(FormRow::as_select())
        .first(&mut **tx)
        .await
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

/// The parts of a document that differ from their newest versions, with the numbers of the next.
pub(super) struct NextVersions<'a> {
    pub forms: Vec<(&'a Form, i32)>,
    pub registers: Vec<(&'a Register, i32)>,
}

/// Records a version of the catalogue, and the versions of forms and registers that it makes.
pub(super) async fn record(
    tx: &mut Tx,
    scope: &Scope,
    version: i32,
    document: &CatalogueDocument,
    next: &NextVersions<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let current = catalogue_versions::table
        .filter(catalogue_versions::bureau_id.eq(scope.bureau_id()))
        .filter(catalogue_versions::superseded_at.is_null());
    diesel::update(current).set(catalogue_versions::superseded_at.eq(now)).execute(&mut **tx).await?;
    diesel::insert_into(catalogue_versions::table)
        .values((
            catalogue_versions::bureau_id.eq(scope.bureau_id()),
            catalogue_versions::version.eq(version),
            catalogue_versions::document.eq(serde_json::to_value(document).map_err(AppError::internal)?),
            catalogue_versions::recorded_at.eq(now),
            catalogue_versions::recorded_by.eq(scope.actor()),
        ))
        .execute(&mut **tx)
        .await?;
    let mut rows = Vec::with_capacity(next.forms.len());
    for (form, form_version) in &next.forms {
        rows.push((
            form_versions::bureau_id.eq(scope.bureau_id()),
            form_versions::form.eq(&form.code),
            form_versions::version.eq(*form_version),
            form_versions::definition.eq(serde_json::to_value(form).map_err(AppError::internal)?),
            form_versions::catalogue_version.eq(version),
            form_versions::published_at.eq(now),
            form_versions::published_by.eq(scope.actor()),
        ));
    }
    // A statement has room for 65,535 parameters.
    for chunk in rows.chunks(8_000) {
        diesel::insert_into(form_versions::table).values(chunk).execute(&mut **tx).await?;
    }
    record_registers(tx, scope, version, &next.registers, now).await
}

async fn record_registers(
    tx: &mut Tx,
    scope: &Scope,
    catalogue_version: i32,
    registers: &[(&Register, i32)],
    now: DateTime<Utc>,
) -> Result<()> {
    let mut rows = Vec::with_capacity(registers.len());
    for (register, version) in registers {
        rows.push((
            register_versions::bureau_id.eq(scope.bureau_id()),
            register_versions::register.eq(&register.code),
            register_versions::version.eq(*version),
            register_versions::definition.eq(serde_json::to_value(register).map_err(AppError::internal)?),
            register_versions::catalogue_version.eq(catalogue_version),
            register_versions::recorded_at.eq(now),
            register_versions::recorded_by.eq(scope.actor()),
        ));
    }
    for chunk in rows.chunks(8_000) {
        diesel::insert_into(register_versions::table).values(chunk).execute(&mut **tx).await?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct FoundCode {
    #[diesel(sql_type = Text)]
    code: String,
}

/// Which of some indicators schools have reported values of.
pub(super) async fn reported_indicators(tx: &mut Tx, scope: &Scope, codes: Vec<&str>) -> Result<HashSet<String>> {
    existing(
        tx,
        scope,
        codes,
        "SELECT code FROM unnest($2) AS code WHERE EXISTS \
         (SELECT FROM submission_values WHERE bureau_id = $1 AND indicator = code)",
    )
    .await
}

/// Which of some forms schools have begun to fill in.
pub(super) async fn begun_forms(tx: &mut Tx, scope: &Scope, codes: Vec<&str>) -> Result<HashSet<String>> {
    existing(
        tx,
        scope,
        codes,
        "SELECT code FROM unnest($2) AS code WHERE EXISTS \
         (SELECT FROM submissions WHERE bureau_id = $1 AND form = code)",
    )
    .await
}

/// Which of some registers have records.
pub(super) async fn kept_registers(tx: &mut Tx, scope: &Scope, codes: Vec<&str>) -> Result<HashSet<String>> {
    existing(
        tx,
        scope,
        codes,
        "SELECT code FROM unnest($2) AS code WHERE EXISTS \
         (SELECT FROM register_revisions WHERE bureau_id = $1 AND register = code)",
    )
    .await
}

async fn existing(tx: &mut Tx, scope: &Scope, codes: Vec<&str>, sql: &'static str) -> Result<HashSet<String>> {
    let found: Vec<FoundCode> =
        sql_query(sql).bind::<Integer, _>(scope.bureau_id()).bind::<Array<Text>, _>(codes).load(&mut **tx).await?;
    Ok(found.into_iter().map(|found| found.code).collect())
}
