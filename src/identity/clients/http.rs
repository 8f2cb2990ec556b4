//! `/v1/clients`

use std::cell::RefCell;

use actix_web::web::{Data, Path};
use actix_web::{delete, get, patch, post};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ClientRow, bureau_of, find_client, ops, queries};
use crate::app::App;
use crate::identity::roles::known;
use crate::identity::sessions::random_secret;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{
    ActionErrors, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, ListErrors, NotModified, ReadErrors,
    WriteErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::{Command, Params};
use crate::platform::idempotency::Idempotency;
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::platform::upload::Upload;

/// A machine client.
#[derive(Clone, Serialize, ToSchema)]
struct MachineClient {
    /// With which the client obtains tokens.
    #[schema(example = "c-Zm9vYmFyYmF6MTIz@130128")]
    client_id: String,
    /// The name for people.
    #[schema(example = "第一小学教务系统")]
    name: String,
    /// Code of the organisation to which the client belongs.
    #[schema(example = "2113000001")]
    organisation: String,
    /// What the client may do.
    scopes: Vec<Permission>,
    /// Whether the client is kept out for good.
    revoked: bool,
    /// When the client was registered.
    created_at: DateTime<Utc>,
    /// When the client was last changed.
    updated_at: DateTime<Utc>,
}

impl From<ClientRow> for MachineClient {
    fn from(row: ClientRow) -> Self {
        Self {
            client_id: row.client_id,
            name: row.name,
            organisation: row.organisation,
            scopes: known(&row.scopes),
            revoked: row.revoked,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// A machine client and its secret, which is shown this once.
#[derive(Serialize, ToSchema)]
struct ClientWithSecret {
    /// The client.
    client: MachineClient,
    /// The secret. Absent where the request was a repetition with the same `Idempotency-Key`: then
    /// the secret was in the first answer, and is not kept; obtain another where that was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

/// A machine client to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "第一小学教务系统", "organisation": "2113000001", "scopes": ["catalogue:read", "submissions:write"],
}))]
struct ClientDefinition {
    /// The name for people.
    #[schema(min_length = 1, max_length = 100, pattern = r"\S")]
    name: String,
    /// Code of the organisation to which the client belongs.
    #[schema(min_length = 1, max_length = 64)]
    organisation: String,
    /// What the client may do; each must fit the kind of the organisation.
    #[schema(min_items = 1, max_items = 20)]
    scopes: Vec<Permission>,
}

/// What is to be changed about a machine client; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"scopes": ["catalogue:read"]}))]
struct ClientChange {
    /// The name for people.
    #[schema(nullable = false, min_length = 1, max_length = 100, pattern = r"\S")]
    name: Option<String>,
    /// What the client may do; each must fit the kind of the organisation.
    #[schema(nullable = false, min_items = 1, max_items = 20)]
    scopes: Option<Vec<Permission>>,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ClientPage {
    /// How many at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
}

/// List machine clients
///
/// In the order of their ids; those that were revoked too.
#[utoipa::path(
    tag = "identity",
    params(ClientPage),
    responses((status = 200, description = "A page of clients", body = Page<MachineClient>), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/clients")]
pub(super) async fn list_clients(app: Data<App>, caller: Caller, Params(asked): Params<ClientPage>) -> Result<Reply> {
    const ALL: &str = "clients";
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let limit = page::limit(asked.limit)?;
    let after: Option<String> = page::read_cursor(asked.cursor.as_deref(), &ALL)?;
    let rows = app.db.read(&scope, async |tx| queries::list(tx, &scope, after.as_deref(), limit).await).await?;
    let clients = rows.into_iter().map(MachineClient::from).collect();
    Reply::ok(&Page::of(clients, limit, &ALL, |client: &MachineClient| client.client_id.clone())?)
}

/// Read a machine client
///
/// Without its secret, which nobody can read after it was made.
#[utoipa::path(
    tag = "identity",
    params(("client_id" = String, Path, description = "Id of the client"), IfNoneMatch),
    responses((status = 200, description = "The client", body = MachineClient), NotModified, ReadErrors),
    security(("bearer" = [])),
)]
#[get("/v1/clients/{client_id}")]
pub(super) async fn get_client(app: Data<App>, caller: Caller, client_id: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let client_id = existing(&client_id)?;
    let client = app.db.read(&scope, async |tx| find_client(tx, &scope, client_id).await).await?;
    reply(client.ok_or_else(ops::no_client)?)
}

/// Register a machine client
///
/// The answer shows the secret, which is not kept and never shown again. No client may manage
/// accounts, and a school's client has no more than the school's people have.
#[utoipa::path(
    tag = "identity",
    params(IdempotencyKey),
    request_body = ClientDefinition,
    responses((status = 201, description = "The client and its secret", body = ClientWithSecret), ActionErrors),
    security(("bearer" = [])),
)]
#[post("/v1/clients")]
pub(super) async fn create_client(app: Data<App>, caller: Caller, command: Command<ClientDefinition>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let ClientDefinition { name, organisation, scopes } = &command.body;
    show_once(&app, &scope, &command.idempotency, Shown::Created, async |tx, secret| {
        ops::register(tx, &scope, name, organisation, scopes, secret).await
    })
    .await
}

/// Change a machine client
///
/// What is absent stays as it is.
#[utoipa::path(
    tag = "identity",
    params(("client_id" = String, Path, description = "Id of the client"), IfMatch),
    request_body = ClientChange,
    responses((status = 200, description = "The client as changed", body = MachineClient), WriteErrors),
    security(("bearer" = [])),
)]
#[patch("/v1/clients/{client_id}")]
pub(super) async fn patch_client(
    app: Data<App>,
    caller: Caller,
    client_id: Path<String>,
    command: Command<ClientChange>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let client_id = existing(&client_id)?;
    let ClientChange { name, scopes } = &command.body;
    let client = app
        .db
        .write(&scope, async |tx| {
            ops::patch(tx, &scope, client_id, &command.precondition, name.as_deref(), scopes.as_deref()).await
        })
        .await?;
    app.identity.standings.forget();
    reply(client)
}

/// Give a machine client another secret
///
/// The answer shows it, once. The old secret is of no use from then on; tokens that were obtained
/// with it stay valid until they expire.
#[utoipa::path(
    tag = "identity",
    params(("client_id" = String, Path, description = "Id of the client"), IdempotencyKey, IfMatchOptional),
    responses((status = 200, description = "The client and its secret", body = ClientWithSecret), ActionErrors),
    security(("bearer" = [])),
)]
#[post("/v1/clients/{client_id}/rotate-secret")]
pub(super) async fn rotate_client_secret(
    app: Data<App>,
    caller: Caller,
    client_id: Path<String>,
    command: Upload<0>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let client_id = existing(&client_id)?;
    show_once(&app, &scope, &command.idempotency, Shown::Rotated, async |tx, secret| {
        ops::rotate_secret(tx, &scope, client_id, &command.precondition, secret).await
    })
    .await
}

/// Revoke a machine client
///
/// It is kept out within seconds, and for good. It stays readable, because records name it.
#[utoipa::path(
    tag = "identity",
    params(("client_id" = String, Path, description = "Id of the client"), IfMatch),
    responses((status = 204, description = "The client is revoked"), WriteErrors),
    security(("bearer" = [])),
)]
#[delete("/v1/clients/{client_id}")]
pub(super) async fn revoke_client(
    app: Data<App>,
    caller: Caller,
    client_id: Path<String>,
    command: Upload<0>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ManageAccounts)?;
    let client_id = existing(&client_id)?;
    app.db.write(&scope, async |tx| ops::revoke(tx, &scope, client_id, &command.precondition).await).await?;
    app.identity.standings.forget();
    Ok(Reply::no_content())
}

/// How a secret comes to be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Created,
    Rotated,
}

impl Shown {
    fn reply(self, client: &MachineClient, version: i32, secret: Option<&SecretString>) -> Result<Reply> {
        let location = format!("/v1/clients/{}", client.client_id);
        let secret = secret.map(|secret| secret.expose_secret().to_owned());
        let document = ClientWithSecret { client: client.clone(), secret };
        let reply = match self {
            Self::Created => Reply::created(location, &document),
            Self::Rotated => Reply::ok(&document),
        };
        Ok(reply?.version(version))
    }
}

/// Gives a client a secret, and shows it. The answer that is kept for a repetition of the request
/// lacks it, because a secret is stored nowhere.
async fn show_once(
    app: &App,
    scope: &Scope,
    idempotency: &Idempotency,
    shown: Shown,
    work: impl AsyncFn(&mut Tx, &SecretString) -> Result<ClientRow>,
) -> Result<Reply> {
    let secret = SecretString::from(random_secret());
    let done = RefCell::new(None);
    let repeatable = app
        .db
        .execute(scope, idempotency, async |tx| {
            let row = work(tx, &secret).await?;
            let version = row.version;
            let client = MachineClient::from(row);
            let reply = shown.reply(&client, version, None)?;
            done.replace(Some((client, version)));
            Ok(reply)
        })
        .await?;
    match done.into_inner() {
        Some((client, version)) => shown.reply(&client, version, Some(&secret)),
        None => Ok(repeatable),
    }
}

/// An id that some client may have.
fn existing(client_id: &str) -> Result<&str> {
    bureau_of(client_id).map(|_| client_id).ok_or_else(ops::no_client)
}

fn reply(client: ClientRow) -> Result<Reply> {
    let version = client.version;
    Ok(Reply::ok(&MachineClient::from(client))?.version(version))
}
