//! `/v1/users`

use actix_web::web::{Data, Path};
use actix_web::{get, patch, put};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ops::{self, Changes, NewPassword};
use super::queries::{self, Particulars, UserRow};
use super::{find_user, is_username};
use crate::app::App;
use crate::identity::roles::{Role, known};
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{IfMatch, IfNoneMatch, ListErrors, NotModified, ReadErrors, WriteErrors};
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// A user.
#[derive(Serialize, ToSchema)]
struct User {
    /// The name with which the user logs in.
    #[schema(example = "jijiao.officer")]
    username: String,
    /// The name for people.
    #[schema(example = "基础教育科审核员")]
    display_name: String,
    /// Code of the organisation where the user works.
    #[schema(example = "jijiao")]
    organisation: String,
    /// What the user is there.
    roles: Vec<Role>,
    /// Whether the user is kept out.
    disabled: bool,
    /// When the user was added.
    created_at: DateTime<Utc>,
    /// When the user was last changed.
    updated_at: DateTime<Utc>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            username: row.username,
            display_name: row.display_name,
            organisation: row.organisation,
            roles: known(&row.roles),
            disabled: row.disabled,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A user as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "display_name": "第一小学填报员", "organisation": "2113000001", "roles": ["school_reporter"],
    "password": "correct horse battery",
}))]
struct UserDefinition {
    /// The name for people.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    display_name: String,
    /// Code of the organisation where the user works.
    #[schema(min_length = 1, max_length = 64)]
    organisation: String,
    /// What the user is there; each must fit the kind of the organisation.
    #[schema(min_items = 1, max_items = 7)]
    roles: Vec<Role>,
    /// Whether the user is kept out; this ends the user's sessions.
    #[serde(default)]
    #[schema(default = false)]
    disabled: bool,
    /// Needed for a new user; for another, it replaces the password and ends the user's sessions.
    #[schema(value_type = Option<String>, nullable = false, min_length = 12, max_length = 128, format = Password)]
    password: Option<SecretString>,
}

/// What is to be changed about a user; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"disabled": true}))]
struct UserChange {
    /// The name for people.
    #[schema(nullable = false, min_length = 1, max_length = 100, pattern = r"\S")]
    display_name: Option<String>,
    /// Code of the organisation where the user works.
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    organisation: Option<String>,
    /// What the user is there; each must fit the kind of the organisation.
    #[schema(nullable = false, min_items = 1, max_items = 7)]
    roles: Option<Vec<Role>>,
    /// Whether the user is kept out; this ends the user's sessions.
    #[schema(nullable = false)]
    disabled: Option<bool>,
    /// Replaces the password and ends the user's sessions.
    #[schema(value_type = Option<String>, nullable = false, min_length = 12, max_length = 128, format = Password)]
    password: Option<SecretString>,
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UserFilter {
    /// Code of an organisation: only those who work there.
    organisation: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
}

/// List users
///
/// In the order of their names.
#[utoipa::path(
    tag = "identity",
    params(UserFilter),
    responses((status = 200, description = "A page of users", body = Page<User>), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/users")]
pub(super) async fn list_users(app: Data<App>, caller: Caller, Params(filter): Params<UserFilter>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let limit = page::limit(filter.limit)?;
    let after: Option<String> = page::read_cursor(filter.cursor.as_deref(), &filter.organisation)?;
    let rows = app
        .db
        .read(&scope, async |tx| {
            queries::list(tx, &scope, filter.organisation.as_deref(), after.as_deref(), limit).await
        })
        .await?;
    let users = rows.into_iter().map(User::from).collect();
    Reply::ok(&Page::of(users, limit, &filter.organisation, |user: &User| user.username.clone())?)
}

/// Read a user
///
/// Of the own bureau; its password is never shown.
#[utoipa::path(
    tag = "identity",
    params(("username" = String, Path, description = "The name with which the user logs in"), IfNoneMatch),
    responses((status = 200, description = "The user", body = User), NotModified, ReadErrors),
    security(("bearer" = [])),
)]
#[get("/v1/users/{username}")]
pub(super) async fn get_user(app: Data<App>, caller: Caller, username: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let username = existing(&username)?;
    let user = app.db.read(&scope, async |tx| find_user(tx, &scope, username).await).await?;
    reply(user.ok_or_else(ops::no_user)?)
}

/// Add or replace a user
///
/// Without a password, that of an existing user stays. Administrators cannot disable or demote
/// themselves.
#[utoipa::path(
    tag = "identity",
    params(
        ("username" = String, Path, description = "The name with which the user logs in",
            pattern = "^[a-z0-9][a-z0-9._-]{1,63}$"),
        IfMatch,
    ),
    request_body = UserDefinition,
    responses(
        (status = 200, description = "The user as replaced", body = User),
        (status = 201, description = "The user as added", body = User),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/users/{username}")]
pub(super) async fn put_user(
    app: Data<App>,
    caller: Caller,
    username: Path<String>,
    command: Command<UserDefinition>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    if !is_username(&username) {
        return Err(AppError::parameter(
            "username",
            ViolationCode::WrongFormat,
            say!("用户名应符合 [a-z0-9][a-z0-9._-]{{1,63}}", "A username matches [a-z0-9][a-z0-9._-]{{1,63}}"),
        ));
    }
    let UserDefinition { display_name, organisation, roles, disabled, password } = command.body;
    let wanted = Particulars { display_name, organisation, roles, disabled };
    let password = NewPassword::of(&app.identity.passwords, &username, password).await?;
    let (user, created) = app
        .db
        .write(&scope, async |tx| ops::put(tx, &scope, &username, &command.precondition, &wanted, &password).await)
        .await?;
    app.identity.standings.forget();
    if created { created_reply(user) } else { reply(user) }
}

/// Change a user
///
/// Administrators cannot disable or demote themselves.
#[utoipa::path(
    tag = "identity",
    params(("username" = String, Path, description = "The name with which the user logs in"), IfMatch),
    request_body = UserChange,
    responses((status = 200, description = "The user as changed", body = User), WriteErrors),
    security(("bearer" = [])),
)]
#[patch("/v1/users/{username}")]
pub(super) async fn patch_user(
    app: Data<App>,
    caller: Caller,
    username: Path<String>,
    command: Command<UserChange>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let username = existing(&username)?;
    let UserChange { display_name, organisation, roles, disabled, password } = command.body;
    let changes = Changes { display_name, organisation, roles, disabled };
    let password = NewPassword::of(&app.identity.passwords, username, password).await?;
    let user = app
        .db
        .write(&scope, async |tx| {
            ops::patch(tx, &scope, username, &command.precondition, changes.clone(), &password).await
        })
        .await?;
    app.identity.standings.forget();
    reply(user)
}

/// A name that somebody may have.
fn existing(username: &str) -> Result<&str> {
    if is_username(username) { Ok(username) } else { Err(ops::no_user()) }
}

fn reply(user: UserRow) -> Result<Reply> {
    let version = user.version;
    Ok(Reply::ok(&User::from(user))?.version(version))
}

fn created_reply(user: UserRow) -> Result<Reply> {
    let (version, location) = (user.version, format!("/v1/users/{}", user.username));
    Ok(Reply::created(location, &User::from(user))?.version(version))
}
