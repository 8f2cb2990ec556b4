//! Adding and changing users.

use std::collections::BTreeSet;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::is_username;
use super::queries::{self, Particulars, UserRow};
use crate::identity::passwords::{PasswordDesk, password_violations};
use crate::identity::roles::Role;
use crate::identity::tokens::user_actor;
use crate::identity::{sessions, standing};
use crate::platform::access::{Post, Scope};
use crate::platform::conditional::Precondition;
use crate::platform::db::{Tx, violated_unique};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::journal::{self, Entry};
use crate::say;

/// A user who is to be.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// `[a-z0-9][a-z0-9._-]{1,63}`, unique in the bureau.
    pub username: String,
    /// The name for people.
    pub display_name: String,
    /// Code of the organisation where the user works.
    pub organisation: String,
    /// What the user is there.
    pub roles: Vec<Role>,
    /// By [`hash_password`](crate::identity::hash_password), of a password that was checked by
    /// [`password_violations`].
    pub password_hash: String,
}

/// Adds a user.
///
/// # Errors
/// [`Code::AlreadyExists`] where the name is taken; [`Code::ValidationFailed`] where it is not a
/// username, the organisation does not exist, or the roles do not fit it.
pub async fn create_user(tx: &mut Tx, scope: &Scope, user: NewUser) -> Result<()> {
    let violations = if is_username(&user.username) { Vec::new() } else { vec![no_username()] };
    let wanted = Particulars {
        display_name: user.display_name,
        organisation: user.organisation,
        roles: user.roles,
        disabled: false,
    };
    let post = check(tx, scope, &wanted, true, violations).await?;
    add(tx, scope, &user.username, &wanted, &post, &user.password_hash).await?;
    Ok(())
}

fn no_username() -> Violation {
    Violation::new(
        "/username",
        ViolationCode::WrongFormat,
        say!(
            "用户名为 2 至 64 个小写字母、数字、点、下划线或连字符，以字母或数字开头",
            "A username has 2 to 64 lower-case letters, digits, dots, underscores or hyphens, and begins with a letter or digit"
        ),
    )
}

/// A password as it came, hashed where nothing is wrong with it. Made outside the transaction,
/// because hashing takes long.
#[derive(Debug, Clone)]
pub(super) enum NewPassword {
    Unchanged,
    Hashed(String),
    Refused(Vec<Violation>),
}

impl NewPassword {
    pub(super) async fn of(desk: &PasswordDesk, username: &str, password: Option<SecretString>) -> Result<Self> {
        let Some(password) = password else { return Ok(Self::Unchanged) };
        let violations = password_violations("/password", username, &password);
        if violations.is_empty() { desk.hash(password).await.map(Self::Hashed) } else { Ok(Self::Refused(violations)) }
    }

    fn violations(&self) -> Vec<Violation> {
        if let Self::Refused(violations) = self { violations.clone() } else { Vec::new() }
    }

    fn hash(&self) -> Option<&str> {
        if let Self::Hashed(hash) = self { Some(hash) } else { None }
    }
}

/// Creates a user, or replaces what is set about one; says whether there was none.
///
/// # Errors
/// Where the precondition is not met, or the user violates rules.
pub(super) async fn put(
    tx: &mut Tx,
    scope: &Scope,
    username: &str,
    precondition: &Precondition,
    wanted: &Particulars,
    password: &NewPassword,
) -> Result<(UserRow, bool)> {
    let current = queries::lock_user(tx, scope, username).await?;
    precondition.check(current.as_ref().map(|user| user.version))?;
    let mut violations = password.violations();
    if current.is_none() && matches!(password, NewPassword::Unchanged) {
        let message = say!("新用户需要密码", "A new user needs a password");
        violations.push(Violation::new("/password", ViolationCode::Missing, message));
    }
    let post = check(tx, scope, wanted, true, violations).await?;
    let Some(current) = current else {
        let hash = password.hash().unwrap_or_default();
        return Ok((add(tx, scope, username, wanted, &post, hash).await?, true));
    };
    Ok((change(tx, scope, current, wanted, &post, password).await?, false))
}

/// What is to be changed about a user; what is absent stays.
#[derive(Debug, Clone)]
pub(super) struct Changes {
    pub(super) display_name: Option<String>,
    pub(super) organisation: Option<String>,
    pub(super) roles: Option<Vec<Role>>,
    pub(super) disabled: Option<bool>,
}

/// Changes a user.
///
/// # Errors
/// [`Code::NotFound`]; where the precondition is not met, or the user would violate rules.
pub(super) async fn patch(
    tx: &mut Tx,
    scope: &Scope,
    username: &str,
    precondition: &Precondition,
    changes: Changes,
    password: &NewPassword,
) -> Result<UserRow> {
    let current = queries::lock_user(tx, scope, username).await?.ok_or_else(no_user)?;
    precondition.check(Some(current.version))?;
    let now = Particulars::from(&current);
    let roles_sent = changes.roles.is_some();
    let wanted = Particulars {
        display_name: changes.display_name.unwrap_or(now.display_name),
        organisation: changes.organisation.unwrap_or(now.organisation),
        roles: changes.roles.unwrap_or(now.roles),
        disabled: changes.disabled.unwrap_or(now.disabled),
    };
    let post = check(tx, scope, &wanted, roles_sent, password.violations()).await?;
    change(tx, scope, current, &wanted, &post, password).await
}

/// 404 for a user.
pub(super) fn no_user() -> AppError {
    AppError::not_found(say!("没有这个用户", "There is no such user"))
}

/// Where the user would stand, or everything that is wrong.
async fn check(
    tx: &mut Tx,
    scope: &Scope,
    wanted: &Particulars,
    roles_sent: bool,
    mut violations: Vec<Violation>,
) -> Result<Post> {
    let post = standing::find_post(tx, scope, &wanted.organisation).await?;
    match &post {
        Some(post) => violations.extend(role_violations(&wanted.roles, post, roles_sent)),
        None => violations.push(standing::unknown_organisation()),
    }
    match post {
        Some(post) if violations.is_empty() => Ok(post),
        _ => Err(AppError::invalid(violations)),
    }
}

/// The roles that stand twice or cannot be held there. Where the roles were not sent, it is the
/// organisation that does not fit.
fn role_violations(roles: &[Role], post: &Post, roles_sent: bool) -> Vec<Violation> {
    let mut seen = BTreeSet::new();
    let mut violations = Vec::new();
    for (index, role) in roles.iter().enumerate() {
        let name = role.name();
        let pointer = if roles_sent { format!("/roles/{index}") } else { "/organisation".to_owned() };
        if !seen.insert(role) {
            let message = say!("角色 {name} 出现多次", "The role {name} stands twice");
            violations.push(Violation::new(pointer, ViolationCode::Duplicate, message));
        } else if !role.fits(post) {
            let message = say!("该机构不设角色 {name}", "The role {name} cannot be held at this organisation");
            violations.push(Violation::new(pointer, ViolationCode::Inconsistent, message));
        }
    }
    violations
}

async fn add(
    tx: &mut Tx,
    scope: &Scope,
    username: &str,
    wanted: &Particulars,
    post: &Post,
    password_hash: &str,
) -> Result<UserRow> {
    let added = queries::insert(tx, scope, username, wanted, password_hash).await.map_err(|error| {
        if violated_unique(&error).is_some() {
            AppError::new(Code::AlreadyExists).detail(say!("用户名已被使用", "The username is taken"))
        } else {
            error.into()
        }
    })?;
    let entry = Entry { after: Some(journaled(wanted)), ..entry("user.create", username, post) };
    journal::record(tx, scope, vec![entry]).await?;
    Ok(added)
}

async fn change(
    tx: &mut Tx,
    scope: &Scope,
    current: UserRow,
    wanted: &Particulars,
    post: &Post,
    password: &NewPassword,
) -> Result<UserRow> {
    let before = Particulars::from(&current);
    protect_own_account(scope, &current, wanted)?;
    let username = current.username.clone();
    let mut entries = Vec::new();
    let mut user = current;
    if *wanted != before {
        user = queries::update(tx, scope, &username, wanted).await?;
        let (before, after) = (Some(journaled(&before)), Some(journaled(wanted)));
        entries.push(Entry { before, after, ..entry("user.change", &username, post) });
    }
    if let Some(hash) = password.hash() {
        queries::set_password(tx, scope, &username, hash).await?;
        entries.push(entry("user.set_password", &username, post));
    }
    if wanted.disabled || password.hash().is_some() {
        sessions::revoke_all(tx, scope, &username).await?;
    }
    journal::record(tx, scope, entries).await?;
    Ok(user)
}

/// So that a bureau always has somebody who can manage its accounts.
fn protect_own_account(scope: &Scope, current: &UserRow, wanted: &Particulars) -> Result<()> {
    let own = scope.actor() == user_actor(&current.username);
    if own && (wanted.disabled || !wanted.roles.contains(&Role::Administrator)) {
        return Err(AppError::new(Code::StateForbids).detail(say!(
            "管理员不能停用自己的账号，也不能取消自己的管理员角色，请由另一位管理员操作",
            "Administrators cannot disable or demote themselves; another administrator can"
        )));
    }
    Ok(())
}

fn entry<'a>(action: &'a str, username: &str, post: &'a Post) -> Entry<'a> {
    let school = if let Post::School(school) = post { Some(school.as_str()) } else { None };
    Entry { action, subject_type: "user", subject: username.to_owned(), school, ..Entry::default() }
}

fn journaled(particulars: &Particulars) -> Value {
    let Particulars { display_name, organisation, roles, disabled } = particulars;
    json!({ "display_name": display_name, "organisation": organisation, "roles": roles, "disabled": disabled })
}
