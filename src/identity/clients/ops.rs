//! Registering, changing and revoking machine clients.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::queries::{self, ClientChange, ClientRow, NewClient};
use crate::identity::roles::{fits_client, known};
use crate::identity::{sessions, standing};
use crate::platform::access::{Permission, Post, Scope};
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::journal::{self, Entry};
use crate::say;

/// Registers a machine client.
///
/// # Errors
/// [`Code::ValidationFailed`] where the organisation does not exist, or a scope does not fit it.
pub(super) async fn register(
    tx: &mut Tx,
    scope: &Scope,
    name: &str,
    organisation: &str,
    scopes: &[Permission],
    secret: &SecretString,
) -> Result<ClientRow> {
    let post = standing::find_post(tx, scope, organisation).await?;
    let mut violations = duplicates(scopes);
    match &post {
        Some(post) => violations.extend(misfits(scopes, post)),
        None => violations.push(standing::unknown_organisation()),
    }
    refuse(violations)?;
    let random: [u8; 12] = rand::random();
    let bureau = queries::bureau_code(tx, scope).await?;
    let client_id = format!("c-{}@{bureau}", BASE64_URL_SAFE_NO_PAD.encode(random));
    let secret_hash = sessions::digest(secret);
    let new = NewClient { client_id: &client_id, name, organisation, scopes, secret_hash: &secret_hash };
    let client = queries::insert(tx, scope, new).await?;
    let entry = Entry { after: Some(journaled(&client)), ..entry("client.create", &client_id) };
    journal::record(tx, scope, vec![entry]).await?;
    Ok(client)
}

/// Changes the name or the scopes of a machine client.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::StateForbids`] where it is revoked; where the precondition is not
/// met, or a scope does not fit.
pub(super) async fn patch(
    tx: &mut Tx,
    scope: &Scope,
    client_id: &str,
    precondition: &Precondition,
    name: Option<&str>,
    scopes: Option<&[Permission]>,
) -> Result<ClientRow> {
    let current = lock_live(tx, scope, client_id, |version| precondition.check(version)).await?;
    if let Some(scopes) = scopes {
        let post = standing::find_post(tx, scope, &current.organisation).await?;
        let misfits = post.map(|post| misfits(scopes, &post)).unwrap_or_default();
        refuse(duplicates(scopes).into_iter().chain(misfits).collect())?;
    }
    let name = name.map(str::to_owned);
    let scopes = scopes.map(|scopes| scopes.iter().map(|each| each.name().to_owned()).collect());
    change(tx, scope, "client.change", current, ClientChange { name, scopes, ..ClientChange::default() }).await
}

/// Gives a machine client another secret; the old one is of no use from then on.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::StateForbids`] where it is revoked.
pub(super) async fn rotate_secret(
    tx: &mut Tx,
    scope: &Scope,
    client_id: &str,
    precondition: &Precondition,
    secret: &SecretString,
) -> Result<ClientRow> {
    let current = lock_live(tx, scope, client_id, |version| precondition.check_if_given(version)).await?;
    let secret_hash = Some(sessions::digest(secret));
    change(tx, scope, "client.rotate_secret", current, ClientChange { secret_hash, ..ClientChange::default() }).await
}

/// Keeps a machine client out for good; harmless where that has been done.
///
/// # Errors
/// [`Code::NotFound`]; where the precondition is not met.
pub(super) async fn revoke(tx: &mut Tx, scope: &Scope, client_id: &str, precondition: &Precondition) -> Result<()> {
    let current = queries::lock_client(tx, scope, client_id).await?.ok_or_else(no_client)?;
    precondition.check(Some(current.version))?;
    if !current.revoked {
        let revoked = ClientChange { revoked: Some(true), ..ClientChange::default() };
        change(tx, scope, "client.revoke", current, revoked).await?;
    }
    Ok(())
}

/// 404 for a machine client.
pub(super) fn no_client() -> AppError {
    AppError::not_found(say!("没有这个客户端", "There is no such client"))
}

async fn lock_live(
    tx: &mut Tx,
    scope: &Scope,
    client_id: &str,
    precondition: impl Fn(Option<i32>) -> Result<()>,
) -> Result<ClientRow> {
    let current = queries::lock_client(tx, scope, client_id).await?.ok_or_else(no_client)?;
    precondition(Some(current.version))?;
    if current.revoked {
        return Err(AppError::new(Code::StateForbids)
            .detail(say!("此客户端已被撤销", "The client has been revoked"))
            .state("revoked", Vec::new()));
    }
    Ok(current)
}

async fn change(
    tx: &mut Tx,
    scope: &Scope,
    action: &str,
    current: ClientRow,
    change: ClientChange,
) -> Result<ClientRow> {
    let changed = queries::update(tx, scope, &current.client_id, change).await?;
    let (before, after) = (Some(journaled(&current)), Some(journaled(&changed)));
    journal::record(tx, scope, vec![Entry { before, after, ..entry(action, &current.client_id) }]).await?;
    Ok(changed)
}

fn misfits(scopes: &[Permission], post: &Post) -> Vec<Violation> {
    let misfits = scopes.iter().enumerate().filter(|(_, scope)| !fits_client(**scope, post));
    misfits
        .map(|(index, scope)| {
            let name = scope.name();
            let message = say!("该机构的客户端不能有 {name}", "A client of this organisation cannot have {name}");
            Violation::new(format!("/scopes/{index}"), ViolationCode::NotAllowed, message)
        })
        .collect()
}

fn duplicates(scopes: &[Permission]) -> Vec<Violation> {
    let mut seen = BTreeSet::new();
    let again = scopes.iter().enumerate().filter(|(_, scope)| !seen.insert(**scope));
    again
        .map(|(index, scope)| {
            let name = scope.name();
            let message = say!("{name} 出现多次", "{name} stands twice");
            Violation::new(format!("/scopes/{index}"), ViolationCode::Duplicate, message)
        })
        .collect()
}

fn refuse(violations: Vec<Violation>) -> Result<()> {
    if violations.is_empty() { Ok(()) } else { Err(AppError::invalid(violations)) }
}

fn entry<'a>(action: &'a str, client_id: &str) -> Entry<'a> {
    Entry { action, subject_type: "client", subject: client_id.to_owned(), ..Entry::default() }
}

fn journaled(client: &ClientRow) -> Value {
    let scopes: Vec<Permission> = known(&client.scopes);
    json!({ "name": client.name, "organisation": client.organisation, "scopes": scopes, "revoked": client.revoked })
}
