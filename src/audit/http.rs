//! The journal over HTTP.

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::head::{Claims, JournalHead, TYPE, hexadecimal};
use super::queries::{self, EntryRow, Filter};
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::ListErrors;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::Params;
use crate::platform::journal::{self, Entry, GENESIS};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

/// Which entries, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct JournalParams {
    /// Only what this account did: `user:NAME`, `client:ID` or `system:WHAT`.
    #[param(example = "user:jijiao.officer")]
    actor: Option<String>,
    /// Only this kind of act.
    #[param(example = "submission.accept")]
    action: Option<String>,
    /// Only what was done to this kind of thing.
    #[param(example = "submission")]
    r#type: Option<String>,
    /// Only what was done to the thing with this natural key.
    #[param(example = "gaokao/2022/3413000001")]
    subject: Option<String>,
    /// Only what concerns this school.
    #[param(example = "3413000001")]
    school: Option<String>,
    /// Only what was recorded at this moment or later.
    from: Option<DateTime<Utc>>,
    /// Only what was recorded before this moment.
    until: Option<DateTime<Utc>>,
    /// The newest first.
    #[serde(default)]
    #[param(default = false)]
    newest_first: bool,
    /// Items on a page, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to, and what the journal keeps of a reading.
#[derive(Debug, Serialize)]
struct BoundTo<'a> {
    actor: Option<&'a str>,
    action: Option<&'a str>,
    r#type: Option<&'a str>,
    subject: Option<&'a str>,
    school: Option<&'a str>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    newest_first: bool,
}

/// An entry of the journal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JournalEntry)]
struct EntryBody {
    /// Its position in the chain, from 1 without gaps.
    #[schema(example = 1024)]
    position: i64,
    /// When it was recorded.
    at: DateTime<Utc>,
    /// Who did it.
    #[schema(example = "user:jijiao.officer")]
    actor: String,
    /// What was done.
    #[schema(example = "submission.accept")]
    action: String,
    /// The kind of thing.
    #[schema(example = "submission")]
    r#type: String,
    /// Its natural key.
    #[schema(example = "gaokao/2022/3413000001")]
    subject: String,
    /// The school that it concerns.
    #[schema(example = "3413000001", required)]
    school: Option<String>,
    /// What it was; null where there was nothing.
    #[schema(value_type = Option<Object>, required)]
    before: Option<Value>,
    /// What it is; null where there is nothing.
    #[schema(value_type = Option<Object>, required)]
    after: Option<Value>,
    /// The request that did it.
    request_id: Uuid,
    /// Its hash in the chain, SHA-256 in hexadecimal.
    hash: String,
}

impl From<EntryRow> for EntryBody {
    fn from(row: EntryRow) -> Self {
        Self {
            position: row.position,
            at: row.recorded_at,
            actor: row.actor,
            action: row.action,
            r#type: row.subject_type,
            subject: row.subject,
            school: row.school,
            before: row.before,
            after: row.after,
            request_id: row.request_id,
            hash: hexadecimal(&row.hash),
        }
    }
}

/// Read the journal
///
/// Who changed what, when, by which request, what it was before and is after; in sealed order. An entry appears within a
/// second of its commit. Reading it is journaled itself.
#[utoipa::path(tag = "audit", params(JournalParams),
    responses((status = 200, description = "A page of entries", body = Page<EntryBody>), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/journal")]
pub(super) async fn list_journal(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<JournalParams>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReadJournal)?;
    let bound_to = BoundTo {
        actor: params.actor.as_deref(),
        action: params.action.as_deref(),
        r#type: params.r#type.as_deref(),
        subject: params.subject.as_deref(),
        school: params.school.as_deref(),
        from: params.from,
        until: params.until,
        newest_first: params.newest_first,
    };
    let limit = page::limit(params.limit)?;
    let after: Option<i64> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let filter = Filter {
        actor: bound_to.actor,
        action: bound_to.action,
        subject_type: bound_to.r#type,
        subject: bound_to.subject,
        school: bound_to.school,
        from: bound_to.from,
        until: bound_to.until,
        newest_first: bound_to.newest_first,
    };
    let read = async |tx: &mut Tx| {
        let rows = queries::entries(tx, &scope, &filter, (after, limit + 1)).await?;
        let entry = Entry {
            action: "journal.read",
            subject_type: "reading",
            subject: "journal".to_owned(),
            after: Some(json!({ "filter": serde_json::to_value(&bound_to).unwrap_or_default(), "after": after })),
            ..Entry::default()
        };
        journal::record(tx, &scope, vec![entry]).await?;
        Ok(rows)
    };
    let rows = app.db.write(&scope, read).await?;
    let items = rows.into_iter().map(EntryBody::from).collect();
    Reply::ok(&Page::of(items, limit, &bound_to, |item: &EntryBody| item.position)?)
}

/// Read the head of the journal
///
/// The position and hash of the newest sealed entry, signed by the service, to be kept elsewhere: `jixiao audit verify
/// --head FILE` tells later whether the journal still leads to it.
#[utoipa::path(tag = "audit",
    responses((status = 200, description = "The head", body = JournalHead), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/journal/head")]
pub(super) async fn get_journal_head(app: Data<App>, caller: Caller) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReadJournal)?;
    let read = async |tx: &mut Tx| Ok((queries::head(tx, &scope).await?, queries::bureau(tx, &scope).await?, tx.now()));
    let (head, bureau, at) = app.db.read(&scope, read).await?;
    let (position, hash) = head.map_or((0, GENESIS.to_vec()), |head| (head.position, head.hash));
    let claims = Claims { bureau: bureau.clone(), position, hash: hexadecimal(&hash), iat: at.timestamp() };
    let jws = app.identity.sign_statement(TYPE, &claims, at)?;
    Reply::ok(&JournalHead { bureau, position, hash: claims.hash, at, jws })
}
