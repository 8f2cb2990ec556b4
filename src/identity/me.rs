//! `/v1/me`: the own account.

use actix_web::web::Data;
use actix_web::{get, put};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::clients::find_client;
use super::passwords::password_violations;
use super::roles::{Role, known};
use super::sessions;
use super::throttle::Target;
use super::users::{find_user, password_hash, set_password};
use crate::app::App;
use crate::platform::access::{Caller, Permission, Post, Scope};
use crate::platform::answers::{ListErrors, WriteErrors};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::extract::Command;
use crate::platform::journal::{self, Entry};
use crate::platform::reply::Reply;
use crate::say;
use crate::schema::{bureaus, organisation_versions};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(get_me).service(put_my_password);
}

/// What kind of account it is.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AccountKind {
    /// Somebody who logs in with a password.
    User,
    /// A program that logs in with a secret.
    Client,
}

/// The own account.
#[derive(Serialize, ToSchema)]
struct Me {
    /// What kind of account it is.
    account: AccountKind,
    /// The name of the user, or the id of the client.
    #[schema(example = "jijiao.officer")]
    name: String,
    /// The name for people.
    #[schema(example = "基础教育科审核员")]
    display_name: String,
    /// The bureau.
    bureau: MyBureau,
    /// The organisation where the account stands.
    organisation: MyOrganisation,
    /// What the user is there; empty for a client.
    roles: Vec<Role>,
    /// What the account may do.
    permissions: Vec<Permission>,
}

/// The bureau of an account.
#[derive(Queryable, Serialize, ToSchema)]
struct MyBureau {
    /// Its code.
    #[schema(example = "130128")]
    code: String,
    /// Its name.
    #[schema(example = "深泽县教育局")]
    name: String,
}

/// Where in the bureau an account stands.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Place {
    /// At the bureau itself.
    Bureau,
    /// In a section.
    Section,
    /// At a school.
    School,
}

impl From<&Post> for Place {
    fn from(post: &Post) -> Self {
        match post {
            Post::Bureau => Self::Bureau,
            Post::Section(_) => Self::Section,
            Post::School(_) => Self::School,
        }
    }
}

/// The organisation of an account.
#[derive(Serialize, ToSchema)]
struct MyOrganisation {
    /// Its code.
    #[schema(example = "jijiao")]
    code: String,
    /// What it is.
    kind: Place,
    /// Its name.
    #[schema(example = "基础教育科")]
    name: String,
}

/// Read the own account
///
/// Who the token belongs to, where that is, and what it may do: a frontend can show what fits.
#[utoipa::path(
    tag = "identity",
    responses((status = 200, description = "The own account", body = Me), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/me")]
async fn get_me(app: Data<App>, caller: Caller) -> Result<Reply> {
    let scope = caller.scope_for_own_account();
    let me = app.db.read(&scope, async |tx| describe(tx, &scope, &caller).await).await?;
    Reply::ok(&me)
}

async fn describe(tx: &mut Tx, scope: &Scope, caller: &Caller) -> Result<Me> {
    let gone = || AppError::new(Code::Unauthenticated);
    let (account, name, display_name, roles) = if let Some(username) = username(caller) {
        let user = find_user(tx, scope, username).await?.ok_or_else(gone)?;
        (AccountKind::User, user.username, user.display_name, known(&user.roles))
    } else {
        let client_id = caller.actor.trim_start_matches("client:");
        let client = find_client(tx, scope, client_id).await?.ok_or_else(gone)?;
        (AccountKind::Client, client.client_id, client.name, Vec::new())
    };
    let bureau = bureaus::table.find(scope.bureau_id()).select((bureaus::code, bureaus::name));
    Ok(Me {
        account,
        name,
        display_name,
        bureau: bureau.first(&mut **tx).await?,
        organisation: MyOrganisation {
            code: caller.organisation.clone(),
            kind: Place::from(&caller.post),
            name: organisation_name(tx, scope, &caller.organisation).await?,
        },
        roles,
        permissions: caller.permissions.iter().copied().collect(),
    })
}

fn username(caller: &Caller) -> Option<&str> {
    caller.actor.strip_prefix("user:")
}

async fn organisation_name(tx: &mut Tx, scope: &Scope, code: &str) -> Result<String> {
    Ok(organisation_versions::table
        .filter(organisation_versions::bureau_id.eq(scope.bureau_id()).and(organisation_versions::code.eq(code)))
        .filter(organisation_versions::superseded_at.is_null())
        .select(organisation_versions::name)
        .first(&mut **tx)
        .await?)
}

/// Another password for the own account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"current": "correct horse battery", "new": "four random words again"}))]
struct PasswordChange {
    /// The password until now.
    #[schema(value_type = String, max_length = 128, format = Password)]
    current: SecretString,
    /// The password from now on: not containing the username, and not one of the commonest.
    #[schema(value_type = String, min_length = 12, max_length = 128, format = Password)]
    new: SecretString,
}

/// Change the own password
///
/// Ends all sessions of the user, this one included: log in again with the new password. Wrong
/// attempts at the current password count as failed logins.
#[utoipa::path(
    tag = "identity",
    request_body = PasswordChange,
    responses((status = 204, description = "The password is changed"), WriteErrors),
    security(("bearer" = [])),
)]
#[put("/v1/me/password")]
async fn put_my_password(app: Data<App>, caller: Caller, command: Command<PasswordChange>) -> Result<Reply> {
    let scope = caller.scope_for_own_account();
    let username = username(&caller).ok_or_else(|| {
        AppError::new(Code::Forbidden).detail(say!("机器客户端没有密码", "Machine clients have no password"))
    })?;
    let PasswordChange { current, new } = command.body;
    let mut violations = password_violations("/new", username, &new);
    if !is_current_password(&app, &scope, username, current).await? {
        let message = say!("当前密码不对", "This is not the current password");
        violations.insert(0, Violation::new("/current", ViolationCode::NotAllowed, message));
    }
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    let hash = app.identity.passwords.hash(new).await?;
    app.db.write(&scope, async |tx| change_password(tx, &scope, username, &hash).await).await?;
    app.identity.standings.forget();
    Ok(Reply::no_content())
}

/// Slowed down as logins are.
async fn is_current_password(app: &App, scope: &Scope, username: &str, password: SecretString) -> Result<bool> {
    let target = Target::Account { bureau_id: scope.bureau_id(), username: username.to_owned() };
    app.identity.throttle.begin(&target, app.db.clock().now())?;
    let stored = app.db.read(scope, async |tx| password_hash(tx, scope, username).await).await?;
    let matches = app.identity.passwords.verify(password, stored).await?;
    if matches {
        app.identity.throttle.succeeded(&target);
    }
    Ok(matches)
}

async fn change_password(tx: &mut Tx, scope: &Scope, username: &str, hash: &str) -> Result<()> {
    set_password(tx, scope, username, hash).await?;
    sessions::revoke_all(tx, scope, username).await?;
    let entry = Entry {
        action: "user.set_password",
        subject_type: "user",
        subject: username.to_owned(),
        school: scope.school(),
        ..Entry::default()
    };
    journal::record(tx, scope, vec![entry]).await
}
