//! The operations on policies.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{DryRun, check_code};
use crate::app::App;
use crate::catalogue::document::Policy;
use crate::catalogue::ops;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{IfMatch, IfNoneMatch, ListErrors, NotModified, ReadErrors, WriteErrors};
use crate::platform::error::{AppError, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::catalogue) struct ListParams {
    /// Only the policy that is in force on this day.
    #[param(example = "2022-12-31")]
    on: Option<NaiveDate>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct Filter {
    policies_on: Option<NaiveDate>,
}

/// List policies
///
/// What the jurisdiction sets for the budget performance cycle, in the order of their codes; each is in force from its day
/// on until the next one is.
#[utoipa::path(
    tag = "catalogue",
    params(ListParams),
    responses((status = 200, description = "A page of policies", body = Page<Policy>), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/policies")]
pub(in crate::catalogue) async fn list_policies(
    app: Data<App>,
    caller: Caller,
    params: Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let ListParams { on, limit, cursor } = params.0;
    let filter = Filter { policies_on: on };
    let limit = page::limit(limit)?;
    let after: Option<String> = page::read_cursor(cursor.as_deref(), &filter)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let in_force = on.map(|on| catalogue.policy(on));
    let by_code: BTreeMap<&str, &Policy> = catalogue
        .document()
        .policies
        .iter()
        .filter(|policy| in_force.is_none_or(|in_force| in_force == Some(*policy)))
        .map(|policy| (policy.code.as_str(), policy))
        .collect();
    let items = page::take(by_code, after.as_deref(), limit).cloned().collect();
    Reply::ok(&Page::of(items, limit, &filter, |policy: &Policy| policy.code.clone())?)
}

/// Read a policy
///
/// As the current version of the catalogue has it; that version is the `ETag`.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the policy", example = "hebei_2022"), IfNoneMatch),
    responses(
        (status = 200, description = "The policy", body = Policy,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        NotModified,
        ReadErrors,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/policies/{code}")]
pub(in crate::catalogue) async fn get_policy(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let policy = catalogue.document().policies.iter().find(|policy| policy.code == *code);
    let policy = policy.ok_or_else(|| AppError::not_found(say!("没有政策“{code}”", "There is no policy “{code}”")))?;
    Ok(Reply::ok(policy)?.version(catalogue.version()))
}

/// Create or replace a policy
///
/// An edit of the catalogue: the document is checked as a whole, and its version is the `ETag`. What was evaluated and
/// made final keeps the policy by which it was.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the policy", example = "hebei_2022"), DryRun, IfMatch),
    request_body(content = Policy),
    responses(
        (status = 200, description = "Replaced, or unchanged", body = Policy,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        (status = 201, description = "Created", body = Policy, headers(
            ("ETag" = String, description = "The version of the catalogue"),
            ("Location" = String, description = "Where it is"),
        )),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/policies/{code}")]
pub(in crate::catalogue) async fn put_policy(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<DryRun>,
    command: Command<Policy>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let Command { body: policy, precondition, .. } = &command;
    check_code(&code, &policy.code)?;
    let work = async |tx: &mut _| ops::put_part(tx, &scope, &app.catalogues, policy, precondition).await;
    let changes = app.db.write_unless(params.0.dry_run, &scope, work).await?;
    let reply = if changes.policies.added.is_empty() {
        Reply::ok(policy)?
    } else {
        Reply::created(format!("/v1/policies/{code}"), policy)?
    };
    Ok(reply.version(changes.version))
}
