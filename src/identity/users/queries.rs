//! Users in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::identity::roles::{self, Role};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::schema::users;

/// A user, without the password.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub(in crate::identity) struct UserRow {
    pub(in crate::identity) username: String,
    pub(in crate::identity) display_name: String,
    pub(in crate::identity) organisation: String,
    pub(in crate::identity) roles: Vec<String>,
    pub(in crate::identity) disabled: bool,
    pub(in crate::identity) version: i32,
    pub(in crate::identity) created_at: DateTime<Utc>,
    pub(in crate::identity) updated_at: DateTime<Utc>,
}

/// What can be set about a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Particulars {
    pub(super) display_name: String,
    pub(super) organisation: String,
    pub(super) roles: Vec<Role>,
    pub(super) disabled: bool,
}

impl From<&UserRow> for Particulars {
    fn from(row: &UserRow) -> Self {
        Self {
            display_name: row.display_name.clone(),
            organisation: row.organisation.clone(),
            roles: roles::known(&row.roles),
            disabled: row.disabled,
        }
    }
}

impl Particulars {
    fn role_names(&self) -> Vec<&'static str> {
        self.roles.iter().map(|role| role.name()).collect()
    }
}

/// Finds a user.
///
/// # Errors
/// Where the database cannot be asked.
pub(in crate::identity) async fn find_user(tx: &mut Tx, scope: &Scope, username: &str) -> Result<Option<UserRow>> {
    Ok(users::table
        .find((scope.bureau_id(), username))
        .select(UserRow::as_select())
        .first(&mut **tx)
        .await
        .optional()?)
}

/// Finds a user, whom nobody else changes until the transaction ends.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn lock_user(tx: &mut Tx, scope: &Scope, username: &str) -> Result<Option<UserRow>> {
    Ok(users::table
        .find((scope.bureau_id(), username))
        .select(UserRow::as_select())
        .for_update()
        .first(&mut **tx)
        .await
        .optional()?)
}

/// The users after a name, of one organisation or of all; one more than the limit, where there are.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    organisation: Option<&str>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<UserRow>> {
    let mut query = users::table
        .filter(users::bureau_id.eq(scope.bureau_id()))
        .filter(users::username.gt(after.unwrap_or_default()))
        .order(users::username)
        .limit(limit.saturating_add(1))
        .select(UserRow::as_select())
        .into_boxed();
    if let Some(organisation) = organisation {
        query = query.filter(users::organisation.eq(organisation));
    }
    Ok(query.load(&mut **tx).await?)
}

/// Adds a user; the database refuses a name that is taken.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    username: &str,
    particulars: &Particulars,
    password_hash: &str,
) -> QueryResult<UserRow> {
    let now = tx.now();
    diesel::insert_into(users::table)
        .values((
            users::bureau_id.eq(scope.bureau_id()),
            users::username.eq(username),
            users::display_name.eq(&particulars.display_name),
            users::organisation.eq(&particulars.organisation),
            users::roles.eq(particulars.role_names()),
            users::password_hash.eq(password_hash),
            users::disabled.eq(particulars.disabled),
            users::created_at.eq(now),
            users::updated_at.eq(now),
        ))
        .returning(UserRow::as_returning())
        .get_result(&mut **tx)
        .await
}

/// Changes a user, who then has the next version.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn update(tx: &mut Tx, scope: &Scope, username: &str, particulars: &Particulars) -> Result<UserRow> {
    let now = tx.now();
    Ok(diesel::update(users::table.find((scope.bureau_id(), username)))
        .set((
            users::display_name.eq(&particulars.display_name),
            users::organisation.eq(&particulars.organisation),
            users::roles.eq(particulars.role_names()),
            users::disabled.eq(particulars.disabled),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
        ))
        .returning(UserRow::as_returning())
        .get_result(&mut **tx)
        .await?)
}

/// The hash of a user's password; none where there is no such user.
///
/// # Errors
/// Where the database cannot be asked.
pub(in crate::identity) async fn password_hash(tx: &mut Tx, scope: &Scope, username: &str) -> Result<Option<String>> {
    Ok(users::table
        .find((scope.bureau_id(), username))
        .select(users::password_hash)
        .first(&mut **tx)
        .await
        .optional()?)
}

/// Whether a user is not disabled, and has this password still; nobody changes that until the
/// transaction ends.
///
/// # Errors
/// Where the database cannot be asked.
pub(in crate::identity) async fn may_log_in(
    tx: &mut Tx,
    scope: &Scope,
    username: &str,
    password_hash: &str,
) -> Result<bool> {
    let found: Option<i32> = users::table
        .find((scope.bureau_id(), username))
        .filter(users::disabled.eq(false).and(users::password_hash.eq(password_hash)))
        .select(users::version)
        .for_share()
        .first(&mut **tx)
        .await
        .optional()?;
    Ok(found.is_some())
}

/// Gives a user another password.
///
/// # Errors
/// Where the database refuses.
pub(in crate::identity) async fn set_password(
    tx: &mut Tx,
    scope: &Scope,
    username: &str,
    password_hash: &str,
) -> Result<()> {
    diesel::update(users::table.find((scope.bureau_id(), username)))
        .set(users::password_hash.eq(password_hash))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
