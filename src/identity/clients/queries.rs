//! Machine clients in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::platform::access::{Permission, Scope};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::schema::{bureaus, clients};

/// A machine client, without the secret.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = clients)]
pub(in crate::identity) struct ClientRow {
    pub(in crate::identity) client_id: String,
    pub(in crate::identity) name: String,
    pub(in crate::identity) organisation: String,
    pub(in crate::identity) scopes: Vec<String>,
    pub(in crate::identity) revoked: bool,
    pub(in crate::identity) version: i32,
    pub(in crate::identity) created_at: DateTime<Utc>,
    pub(in crate::identity) updated_at: DateTime<Utc>,
}

/// What a machine client is registered with.
pub(super) struct NewClient<'a> {
    pub(super) client_id: &'a str,
    pub(super) name: &'a str,
    pub(super) organisation: &'a str,
    pub(super) scopes: &'a [Permission],
    pub(super) secret_hash: &'a [u8],
}

fn names(scopes: &[Permission]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.name()).collect()
}

/// Finds a machine client.
///
/// # Errors
/// Where the database cannot be asked.
pub(in crate::identity) async fn find_client(tx: &mut Tx, scope: &Scope, client_id: &str) -> Result<Option<ClientRow>> {
    Ok(clients::table
        .find((scope.bureau_id(), client_id))
        .select(ClientRow::as_select())
        .first(&mut **tx)
        .await
        .optional()?)
}

/// The hash of a machine client's secret; none where there is no such client.
///
/// # Errors
/// Where the database cannot be asked.
pub(in crate::identity) async fn secret_hash(tx: &mut Tx, scope: &Scope, client_id: &str) -> Result<Option<Vec<u8>>> {
    Ok(clients::table
        .find((scope.bureau_id(), client_id))
        .select(clients::secret_hash)
        .first(&mut **tx)
        .await
        .optional()?)
}

/// Finds a machine client, which nobody else changes until the transaction ends.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn lock_client(tx: &mut Tx, scope: &Scope, client_id: &str) -> Result<Option<ClientRow>> {
    Ok(clients::table
        .find((scope.bureau_id(), client_id))
        .select(ClientRow::as_select())
        .for_update()
        .first(&mut **tx)
        .await
        .optional()?)
}

/// The machine clients after an id; one more than the limit, where there are.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn list(tx: &mut Tx, scope: &Scope, after: Option<&str>, limit: i64) -> Result<Vec<ClientRow>> {
    Ok(clients::table
        .filter(clients::bureau_id.eq(scope.bureau_id()))
        .filter(clients::client_id.gt(after.unwrap_or_default()))
        .order(clients::client_id)
        .limit(limit.saturating_add(1))
        .select(ClientRow::as_select())
        .load(&mut **tx)
        .await?)
}

/// The code of the bureau, which its client ids end with.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn bureau_code(tx: &mut Tx, scope: &Scope) -> Result<String> {
    Ok(bureaus::table.find(scope.bureau_id()).select(bureaus::code).first(&mut **tx).await?)
}

/// Adds a machine client.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn insert(tx: &mut Tx, scope: &Scope, client: NewClient<'_>) -> Result<ClientRow> {
    let now = tx.now();
    Ok(diesel::insert_into(clients::table)
        .values((
            clients::bureau_id.eq(scope.bureau_id()),
            clients::client_id.eq(client.client_id),
            clients::name.eq(client.name),
            clients::organisation.eq(client.organisation),
            clients::scopes.eq(names(client.scopes)),
            clients::secret_hash.eq(client.secret_hash),
            clients::created_at.eq(now),
            clients::updated_at.eq(now),
        ))
        .returning(ClientRow::as_returning())
        .get_result(&mut **tx)
        .await?)
}

/// What can be changed about a machine client; what is absent stays.
#[derive(AsChangeset, Default)]
#[diesel(table_name = clients)]
pub(super) struct ClientChange {
    pub(super) name: Option<String>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) secret_hash: Option<Vec<u8>>,
    pub(super) revoked: Option<bool>,
}

/// Changes a machine client, which then has the next version.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn update(tx: &mut Tx, scope: &Scope, client_id: &str, change: ClientChange) -> Result<ClientRow> {
    let now = tx.now();
    Ok(diesel::update(clients::table.find((scope.bureau_id(), client_id)))
        .set((change, clients::version.eq(clients::version + 1), clients::updated_at.eq(now)))
        .returning(ClientRow::as_returning())
        .get_result(&mut **tx)
        .await?)
}
