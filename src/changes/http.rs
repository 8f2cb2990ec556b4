//! The change feed over HTTP.

use std::time::Duration;

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};
use utoipa::{IntoParams, ToSchema};

use super::kinds::Kind;
use super::queries::{self, ChangeRow};
use crate::app::App;
use crate::platform::access::{Caller, Scope};
use crate::platform::answers::FeedErrors;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::extract::Params;
use crate::platform::journal::Heads;
use crate::platform::page;
use crate::platform::reply::Reply;
use crate::say;

/// The longest that a request may wait, in seconds: less than the time that it may take.
const MAX_WAIT: u64 = 25;

/// Since when, of what, and how long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ChangeParams {
    /// The `next` of the answer before; 0 to begin.
    #[param(minimum = 0, example = 1024)]
    after: i64,
    /// Only these kinds of things, separated by commas; all that the caller may see where absent.
    #[param(example = "submission,record")]
    types: Option<String>,
    /// Seconds to wait where nothing has changed yet.
    #[param(minimum = 0, maximum = 25, default = 0)]
    wait: Option<u64>,
    /// Changes in one answer, at most 1000.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
}

/// Changes, in sealed order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Changes)]
struct ChangesBody {
    /// The changes.
    items: Vec<ChangeBody>,
    /// After which to ask the next time. It goes on also where nothing that the caller may see has changed.
    #[schema(example = 1027)]
    next: i64,
}

/// Something that changed; read the thing itself for what it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
struct ChangeBody {
    /// Its position, from 1; those of things that the caller may not see are left out.
    #[schema(example = 1025)]
    position: i64,
    /// When it was recorded.
    at: DateTime<Utc>,
    /// The kind of thing.
    r#type: Kind,
    /// What happened, for example `record.withdraw`.
    #[schema(example = "submission.accept")]
    action: String,
    /// Its natural key, parts separated by slashes.
    #[schema(example = "gaokao/2022/3413000001")]
    key: String,
    /// The school that it concerns.
    #[schema(example = "3413000001", required)]
    school: Option<String>,
}

impl ChangeBody {
    fn of(row: ChangeRow) -> Option<Self> {
        Some(Self {
            position: row.position,
            at: row.recorded_at,
            r#type: Kind::named(&row.subject_type)?,
            action: row.action,
            key: row.subject,
            school: row.school,
        })
    }
}

/// Follow what changes
///
/// Everything of which the caller may read the things themselves, in the order in which it was sealed, withdrawals
/// included; a school sees its own and what is everybody's. Ask again after `next`, with `wait` to be answered as soon as
/// something changes: so every change is seen exactly once. A change appears within a second of its commit. Where the feed
/// does not go back that far, 410 names the oldest position: read the lists anew, and go on after the one before it.
#[utoipa::path(tag = "changes", params(ChangeParams),
    responses((status = 200, description = "What changed", body = ChangesBody), FeedErrors),
    security(("bearer" = [])))]
#[get("/v1/changes")]
pub(super) async fn list_changes(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ChangeParams>,
) -> Result<Reply> {
    let scope = caller.scope_for_own_account();
    let kinds = kinds(&caller, params.types.as_deref())?;
    let limit = page::limit(params.limit)?;
    let wait = params.wait.unwrap_or_default();
    if params.after < 0 || wait > MAX_WAIT {
        let (name, message) = if wait > MAX_WAIT {
            ("wait", say!("至多 {MAX_WAIT} 秒", "At most {MAX_WAIT} seconds"))
        } else {
            ("after", say!("不得小于 0", "It must be at least 0"))
        };
        return Err(AppError::parameter(name, ViolationCode::OutOfRange, message));
    }
    check_age(&app, &scope, params.after).await?;
    let deadline = Instant::now() + Duration::from_secs(wait);
    let permit = app.feed.waiting.try_acquire();
    let mut heads = app.sealer.heads();
    let mut after = params.after;
    loop {
        // What is sealed after this was looked at wakes the wait below.
        let head = head(&heads.borrow_and_update(), &scope);
        let read = async |tx: &mut Tx| queries::changes(tx, &scope, &kinds, (after, head, limit)).await;
        let (rows, next) = app.db.read(&scope, read).await?;
        let waits = rows.is_empty() && permit.is_ok() && Instant::now() < deadline;
        if !waits {
            let items = rows.into_iter().filter_map(ChangeBody::of).collect();
            return Reply::ok(&ChangesBody { items, next });
        }
        // There may be more than was looked at; otherwise there is nothing before the next sealing.
        if next == after {
            let _ = timeout_at(deadline, heads.changed()).await;
        }
        after = next;
    }
}

/// The last sealed position of the caller's bureau; 0 before the first.
fn head(heads: &Heads, scope: &Scope) -> i64 {
    heads.get(&scope.bureau_id()).copied().unwrap_or_default()
}

/// The kinds that are asked for, and that the caller may see.
fn kinds(caller: &Caller, types: Option<&str>) -> Result<Vec<Kind>> {
    let visible = |kind: &Kind| kind.is_visible_to(caller);
    let Some(types) = types else { return Ok(Kind::ALL.into_iter().filter(visible).collect()) };
    let mut kinds = Vec::new();
    let mut violations = Vec::new();
    for name in types.split(',').map(str::trim) {
        match Kind::named(name) {
            Some(kind) => kinds.push(kind),
            None => violations.push(Violation::new(
                "?types",
                ViolationCode::NotAllowed,
                say!("没有类型“{name}”", "There is no type “{name}”"),
            )),
        }
    }
    if violations.is_empty() {
        Ok(kinds.into_iter().filter(visible).collect())
    } else {
        Err(AppError::invalid(violations))
    }
}

/// Refuses to go on where something after the position is not offered any more.
async fn check_age(app: &App, scope: &Scope, after: i64) -> Result<()> {
    if app.feed.days == 0 {
        return Ok(());
    }
    // Where the feed begins is the same for all, whatever they see of it.
    let whole = Scope::system(scope.bureau_id(), "changes");
    let head = head(&app.sealer.heads().borrow(), scope);
    let check = async |tx: &mut Tx| {
        let oldest_offered = tx.now() - TimeDelta::days(app.feed.days.into());
        let is_offered = !queries::recorded_before(tx, &whole, after.saturating_add(1), oldest_offered).await?;
        Ok(if is_offered { None } else { Some(queries::first_since(tx, &whole, head, oldest_offered).await?) })
    };
    let Some(oldest) = app.db.read(&whole, check).await? else { return Ok(()) };
    Err(AppError::new(Code::Gone).oldest(oldest).detail(say!(
        "变更流从位置 {oldest} 开始；请重新读取列表，然后从 {oldest} 之前继续",
        "The feed begins at the position {oldest}; read the lists anew, and go on after the one before it"
    )))
}
