//! How an account stands now: what it may do, and where. Read with each request, through a cache
//! so short-lived that whoever is disabled stops within seconds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use moka::sync::Cache;
use uuid::Uuid;

use super::roles::{known, permissions_of, post};
use super::tokens::{Account, Holder};
use crate::platform::access::{Caller, Permission, Post, Scope};
use crate::platform::db::{Database, Tx};
use crate::platform::error::{Result, Violation, ViolationCode};
use crate::say;
use crate::schema::{bureaus, clients, organisations, sessions, users};

/// How long another process may go on with what it knew of an account.
const REMEMBERED_FOR: Duration = Duration::from_secs(3);

const REMEMBERED: u64 = 10_000;

/// What an account may do, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) bureau_code: String,
    pub(super) organisation: String,
    pub(super) post: Post,
    pub(super) permissions: BTreeSet<Permission>,
}

impl Standing {
    /// The caller whom the account is.
    pub(super) fn caller(&self, holder: &Holder, request_id: Uuid) -> Caller {
        Caller {
            bureau_id: holder.bureau_id,
            actor: holder.account.actor(),
            organisation: self.organisation.clone(),
            post: self.post.clone(),
            permissions: self.permissions.clone(),
            request_id,
        }
    }

    /// The permissions as an OAuth scope.
    pub(super) fn scope(&self) -> String {
        self.permissions.iter().map(|permission| permission.name()).collect::<Vec<_>>().join(" ")
    }
}

/// Remembers how accounts stand.
pub(super) struct Standings(Cache<Holder, Arc<Standing>>);

impl Standings {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build())
    }

    /// How an account stands; none where it is disabled or revoked, or its session has ended.
    ///
    /// # Errors
    /// Where the database cannot be asked.
    pub(super) async fn of(&self, db: &Database, holder: &Holder) -> Result<Option<Arc<Standing>>> {
        if let Some(standing) = self.0.get(holder) {
            return Ok(Some(standing));
        }
        let scope = Scope::system(holder.bureau_id, "identity");
        let standing = db.read(&scope, async |tx| load(tx, &scope, &holder.account).await).await?.map(Arc::new);
        if let Some(standing) = &standing {
            self.0.insert(holder.clone(), Arc::clone(standing));
        }
        Ok(standing)
    }

    /// Forgets everything, after an account was changed: that is rare, and reading anew is cheap.
    pub(super) fn forget(&self) {
        self.0.invalidate_all();
    }
}

/// Reads how an account stands.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn load(tx: &mut Tx, scope: &Scope, account: &Account) -> Result<Option<Standing>> {
    let now = tx.now();
    match account {
        Account::User { username, session } => load_user(tx, scope, username, Some(*session), now).await,
        Account::Client { client_id } => load_client(tx, scope, client_id).await,
    }
}

async fn load_user(
    tx: &mut Tx,
    scope: &Scope,
    username: &str,
    session: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Option<Standing>> {
    let mut query = users::table
        .inner_join(bureaus::table.on(bureaus::id.eq(users::bureau_id)))
        .inner_join(
            organisations::table
                .on(organisations::bureau_id.eq(users::bureau_id).and(organisations::code.eq(users::organisation))),
        )
        .filter(users::bureau_id.eq(scope.bureau_id()).and(users::username.eq(username)).and(users::disabled.eq(false)))
        .select((bureaus::code, users::organisation, organisations::kind, users::roles))
        .into_boxed();
    if let Some(session) = session {
        let sessions = sessions::table
            .filter(sessions::bureau_id.eq(users::bureau_id).and(sessions::username.eq(users::username)))
            .filter(sessions::id.eq(session).and(sessions::revoked_at.is_null()).and(sessions::expires_at.gt(now)));
        query = query.filter(exists(sessions));
    }
    let row: Option<(String, String, String, Vec<String>)> = query.first(&mut **tx).await.optional()?;
    Ok(row.map(|(bureau_code, organisation, kind, roles)| Standing {
        bureau_code,
        post: post(&kind, &organisation),
        organisation,
        permissions: permissions_of(&known(&roles)),
    }))
}

async fn load_client(tx: &mut Tx, scope: &Scope, client_id: &str) -> Result<Option<Standing>> {
    let row: Option<(String, String, String, Vec<String>)> = clients::table
        .inner_join(bureaus::table.on(bureaus::id.eq(clients::bureau_id)))
        .inner_join(
            organisations::table
                .on(organisations::bureau_id.eq(clients::bureau_id).and(organisations::code.eq(clients::organisation))),
        )
        .filter(clients::bureau_id.eq(scope.bureau_id()))
        .filter(clients::client_id.eq(client_id).and(clients::revoked.eq(false)))
        .select((bureaus::code, clients::organisation, organisations::kind, clients::scopes))
        .first(&mut **tx)
        .await
        .optional()?;
    Ok(row.map(|(bureau_code, organisation, kind, scopes)| Standing {
        bureau_code,
        post: post(&kind, &organisation),
        organisation,
        permissions: known(&scopes).into_iter().collect(),
    }))
}

/// The account that the journal names so, as it stands, for what is done in its name while it is not logged in; none where it
/// is disabled, revoked or gone.
///
/// # Errors
/// Where the database cannot be asked.
pub async fn acting_for(tx: &mut Tx, scope: &Scope, actor: &str, request_id: Uuid) -> Result<Option<Caller>> {
    let now = tx.now();
    let standing = match actor.split_once(':') {
        Some(("user", username)) => load_user(tx, scope, username, None, now).await?,
        Some(("client", client_id)) => load_client(tx, scope, client_id).await?,
        _ => None,
    };
    Ok(standing.map(|Standing { organisation, post, permissions, .. }| Caller {
        bureau_id: scope.bureau_id(),
        actor: actor.to_owned(),
        organisation,
        post,
        permissions,
        request_id,
    }))
}

/// Where an account of an organisation stands; none where there is no such organisation.
///
/// # Errors
/// Where the database cannot be asked.
pub(super) async fn find_post(tx: &mut Tx, scope: &Scope, organisation: &str) -> Result<Option<Post>> {
    let kind: Option<String> = organisations::table
        .find((scope.bureau_id(), organisation))
        .select(organisations::kind)
        .first(&mut **tx)
        .await
        .optional()?;
    Ok(kind.map(|kind| post(&kind, organisation)))
}

/// What is wrong with an account of an organisation that does not exist.
pub(super) fn unknown_organisation() -> Violation {
    let message = say!("没有这个机构", "There is no such organisation");
    Violation::new("/organisation", ViolationCode::UnknownReference, message)
}
