//! The three grants: what entitles somebody to a token.

use std::net::IpAddr;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::errors::{Answer, OAuthErrorCode, TokenError};
use super::form::Client;
use crate::app::App;
use crate::identity::clients;
use crate::identity::sessions::{self, Opened, Renewal};
use crate::identity::standing::{self, Standing};
use crate::identity::throttle::Target;
use crate::identity::tokens::{Account, Holder};
use crate::identity::users::{is_username, may_log_in, password_hash};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::schema::bureaus;

/// Somebody who has shown to be entitled to a token.
pub(super) struct Entitled {
    pub(super) holder: Holder,
    pub(super) standing: Standing,
    pub(super) refresh_token: Option<SecretString>,
}

/// A name and a password, as somebody typed them.
pub(super) struct Credentials {
    pub(super) name: String,
    pub(super) password: SecretString,
}

/// The same for each reason, so that nobody learns which names exist.
fn wrong_credentials() -> TokenError {
    TokenError::new(OAuthErrorCode::InvalidGrant, "the name or the password is wrong")
}

/// Logs a user in.
pub(super) async fn by_password(app: &App, address: Option<IpAddr>, credentials: Credentials) -> Answer<Entitled> {
    let login = find_login(app, &credentials.name).await?;
    let targets = address.map(Target::address).into_iter().chain(login.as_ref().map(Login::target));
    let targets: Vec<Target> = targets.collect();
    let now = app.db.clock().now();
    for target in &targets {
        app.identity.throttle.begin(target, now)?;
    }
    let entitled = check_password(app, login, credentials.password).await?.ok_or_else(wrong_credentials)?;
    for target in &targets {
        app.identity.throttle.succeeded(target);
    }
    Ok(entitled)
}

/// A user of a bureau, who may exist.
struct Login {
    scope: Scope,
    username: String,
}

impl Login {
    fn target(&self) -> Target {
        Target::Account { bureau_id: self.scope.bureau_id(), username: self.username.clone() }
    }
}

/// Whom `NAME` or `NAME@BUREAU` means.
async fn find_login(app: &App, name: &str) -> Result<Option<Login>> {
    let (username, code) = name.rsplit_once('@').map_or((name, None), |(username, code)| (username, Some(code)));
    if !is_username(username) || code.is_some_and(|code| code.contains('\0')) {
        return Ok(None);
    }
    let scope = find_bureau(app, code).await?;
    Ok(scope.map(|scope| Login { scope, username: username.to_owned() }))
}

/// Opens a session where the password is right. It takes as long where there is no such user.
async fn check_password(app: &App, login: Option<Login>, password: SecretString) -> Result<Option<Entitled>> {
    let stored = match &login {
        Some(login) => {
            app.db.read(&login.scope, async |tx| password_hash(tx, &login.scope, &login.username).await).await?
        }
        None => None,
    };
    let matches = app.identity.passwords.verify(password, stored.clone()).await?;
    match (login, stored) {
        (Some(login), Some(stored)) if matches => open_session(app, &login, &stored).await,
        _ => Ok(None),
    }
}

/// The scope of a bureau; of the only one, where no code is given.
async fn find_bureau(app: &App, code: Option<&str>) -> Result<Option<Scope>> {
    let found: Vec<i32> = app
        .db
        .unscoped(async |tx| {
            let mut query = bureaus::table.select(bureaus::id).limit(2).into_boxed();
            if let Some(code) = code {
                query = query.filter(bureaus::code.eq(code));
            }
            Ok(query.load(&mut **tx).await?)
        })
        .await?;
    match found.as_slice() {
        [only] => Ok(Some(Scope::system(*only, "identity"))),
        _ => Ok(None),
    }
}

/// Opens a session, unless the user is disabled or got another password in the meantime.
async fn open_session(app: &App, Login { scope, username }: &Login, stored: &str) -> Result<Option<Entitled>> {
    let lifetime = TimeDelta::days(app.identity.config.session_days.into());
    app.db
        .write(scope, async |tx| {
            if !may_log_in(tx, scope, username, stored).await? {
                return Ok(None);
            }
            let opened = sessions::open(tx, scope, username, lifetime).await?;
            entitle(tx, scope, opened).await
        })
        .await
}

async fn entitle(tx: &mut Tx, scope: &Scope, opened: Opened) -> Result<Option<Entitled>> {
    let account = Account::User { username: opened.username, session: opened.session };
    let standing = standing::load(tx, scope, &account).await?;
    Ok(standing.map(|standing| Entitled {
        holder: Holder { bureau_id: scope.bureau_id(), account },
        standing,
        refresh_token: Some(opened.refresh_token),
    }))
}

/// Goes on with a session.
pub(super) async fn by_refresh_token(app: &App, token: &SecretString) -> Answer<Entitled> {
    let refusal = || TokenError::new(OAuthErrorCode::InvalidGrant, "the refresh token is not valid any more");
    let bureau_id = sessions::bureau_of(token).ok_or_else(refusal)?;
    let scope = Scope::system(bureau_id, "identity");
    let (entitled, reused) = app
        .db
        .write(&scope, async |tx| match sessions::renew(tx, &scope, token).await? {
            Renewal::Renewed(opened) => Ok((entitle(tx, &scope, opened).await?, false)),
            Renewal::Refused => Ok((None, false)),
            Renewal::Reused => Ok((None, true)),
        })
        .await?;
    if reused {
        tracing::warn!(bureau_id, "a refresh token was used twice; its session is revoked");
        app.identity.standings.forget();
    }
    entitled.ok_or_else(refusal)
}

/// Lets a machine in by its secret.
pub(super) async fn by_client_secret(app: &App, client: Client) -> Answer<Entitled> {
    let refusal = || TokenError::new(OAuthErrorCode::InvalidClient, "the client or its secret is wrong");
    let secret = client.secret.ok_or_else(refusal)?;
    let code = clients::bureau_of(&client.id).ok_or_else(refusal)?;
    let scope = find_bureau(app, Some(code)).await?.ok_or_else(refusal)?;
    let account = Account::Client { client_id: client.id };
    let standing = app.db.read(&scope, async |tx| check_secret(tx, &scope, &account, &secret).await).await?;
    let standing = standing.ok_or_else(refusal)?;
    Ok(Entitled { holder: Holder { bureau_id: scope.bureau_id(), account }, standing, refresh_token: None })
}

async fn check_secret(
    tx: &mut Tx,
    scope: &Scope,
    account: &Account,
    secret: &SecretString,
) -> Result<Option<Standing>> {
    let Account::Client { client_id } = account else { return Ok(None) };
    let stored = clients::secret_hash(tx, scope, client_id).await?;
    let same = stored.is_some_and(|stored| bool::from(stored.ct_eq(&sessions::digest(secret))));
    if same { standing::load(tx, scope, account).await } else { Ok(None) }
}
