//! Catalogue versions in the database.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::compile::{FormVersions, compile};
use super::compiled::Catalogue;
use super::document::CatalogueDocument;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result};
use crate::schema::{catalogue_versions, form_versions};

/// Compiled catalogues, kept in memory. A version never changes, so what is kept is never stale.
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

    async fn version(&self, tx: &mut Tx, scope: &Scope, version: i32) -> Result<Arc<Catalogue>> {
        if let Some(kept) = self.0.get(&(scope.bureau_id(), version)) {
            return Ok(kept);
        }
        let catalogue = Arc::new(load(tx, scope, version).await?);
        self.0.insert((scope.bureau_id(), version), Arc::clone(&catalogue));
        Ok(catalogue)
    }
}

async fn load(tx: &mut Tx, scope: &Scope, version: i32) -> Result<Catalogue> {
    let document: Option<serde_json::Value> = catalogue_versions::table
        .find((scope.bureau_id(), version))
        .select(catalogue_versions::document)
        .first(&mut **tx)
        .await
        .optional()?;
    let document = match document {
        Some(document) => serde_json::from_value(document).map_err(AppError::internal)?,
        None => CatalogueDocument::default(),
    };
    let versions = form_versions_at(tx, scope, version).await?;
    compile(document, version, &versions).map_err(|violations| AppError::internal(AppError::invalid(violations)))
}

/// The published version of each form in a version of the catalogue.
pub(super) async fn form_versions_at(tx: &mut Tx, scope: &Scope, catalogue_version: i32) -> Result<FormVersions> {
    let rows: Vec<(String, Option<i32>)> = form_versions::table
        .filter(form_versions::bureau_id.eq(scope.bureau_id()))
        .filter(form_versions::catalogue_version.le(catalogue_version))
        .group_by(form_versions::form)
        .select((form_versions::form, max(form_versions::version)))
        .load(&mut **tx)
        .await?;
    Ok(rows.into_iter().filter_map(|(form, version)| Some((form, version?))).collect::<HashMap<_, _>>())
}
