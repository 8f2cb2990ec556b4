//! Records over HTTP: listed, read, entered, changed, moved from state to state.

mod export;

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{Either, HttpResponse, get, patch, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::IntoParams;

use self::export::Format;
use super::body::{RecordBody, RecordInput, RecordPatch, StepInput};
use super::filter::{Filter, check_state, read_conditions, read_sort};
use super::keeper::Keeper;
use super::model::{Change, Revision, Step};
use super::ops::{Desk, no_record, no_register};
use super::queries::{self, Position};
use super::readings;
use crate::app::App;
use crate::catalogue::{Catalogue, CompiledRegister};
use crate::platform::accept::Accept;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{
    ActionErrors, Binary, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, NotModified, QueryErrors, ReadErrors,
    WriteErrors,
};
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;

const JSON: &str = "application/json";

/// A register of the catalogue as it is.
pub(super) struct Found {
    pub catalogue: Arc<Catalogue>,
    code: String,
}

impl Found {
    pub(super) async fn find(app: &App, tx: &mut Tx, scope: &Scope, code: &str) -> Result<Self> {
        let catalogue = app.catalogues.current(tx, scope).await?;
        match catalogue.register(code) {
            Some(_) => Ok(Self { catalogue, code: code.to_owned() }),
            None => Err(no_register(code)),
        }
    }

    pub(super) fn register(&self) -> Result<&CompiledRegister> {
        self.catalogue.register(&self.code).ok_or_else(|| no_register(&self.code))
    }
}

/// A record of a register.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct RecordPath {
    /// Code of the register.
    #[param(example = "construction")]
    register: String,
    /// Code of the record.
    #[param(example = "2022-07")]
    record: String,
}

/// Which records, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Only those of this school.
    #[param(example = "2113000001")]
    school: Option<String>,
    /// Only those in this state.
    #[param(example = "completed")]
    state: Option<String>,
    /// Only those whose fields fulfil these conditions: `FIELD:VALUE`, and for numbers and dates also `FIELD>=VALUE` and
    /// `FIELD<=VALUE`, separated by commas.
    #[param(example = "kind:playground,cost>=100000")]
    r#where: Option<String>,
    /// In the order of this field, `-` before it for the other way round; of their codes where absent.
    #[param(example = "-cost")]
    sort: Option<String>,
    /// Also those that were withdrawn.
    #[serde(default)]
    #[param(default = false)]
    withdrawn: bool,
    /// As they were known at this moment.
    #[param(example = "2023-06-14T08:00:00Z")]
    as_of: Option<DateTime<Utc>>,
    /// Items on a page, at most 1000; of a file there are no pages.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct BoundTo<'a> {
    records_of: &'a str,
    school: Option<&'a str>,
    state: Option<&'a str>,
    r#where: Option<&'a str>,
    sort: Option<&'a str>,
    withdrawn: bool,
    as_of: Option<DateTime<Utc>>,
}

impl ListParams {
    fn filter(&self, register: &CompiledRegister) -> Result<Filter> {
        check_state(register, self.state.as_deref())?;
        let mut filter = Filter {
            as_of: self.as_of,
            school: self.school.clone(),
            state: self.state.clone(),
            withdrawn: self.withdrawn,
            sort: read_sort(register, self.sort.as_deref())?,
            ..Filter::default()
        };
        read_conditions(register, self.r#where.as_deref(), &mut filter)?;
        Ok(filter)
    }

    fn bound_to<'a>(&'a self, register: &'a str) -> BoundTo<'a> {
        BoundTo {
            records_of: register,
            school: self.school.as_deref(),
            state: self.state.as_deref(),
            r#where: self.r#where.as_deref(),
            sort: self.sort.as_deref(),
            withdrawn: self.withdrawn,
            as_of: self.as_of,
        }
    }
}

/// List the records of a register
///
/// A page of them; or, on `Accept: text/csv`, `application/x-ndjson` or that of a workbook (XLSX), all of them as a file that
/// can be imported again, as of one moment. A caller of a school sees that school's. An export is journaled, and so is it where the register
/// tells of persons and the caller does not keep it.
#[utoipa::path(tag = "registers",
    params(("register" = String, Path, description = "Code of the register", example = "construction"), ListParams),
    responses((status = 200, description = "A page of records, or all of them as a file", content(
        (Page<RecordBody> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))), QueryErrors),
    security(("bearer" = [])))]
#[get("/v1/registers/{register}/records")]
pub(super) async fn list_records(
    app: Data<App>,
    caller: Caller,
    register: Path<String>,
    Params(params): Params<ListParams>,
    accept: Accept,
) -> Result<Either<Reply, HttpResponse>> {
    let scope = caller.scope_for(Permission::ReadRegisters)?;
    let keeper = Keeper::of(&caller);
    let format = accept.choose(&[[JSON].as_slice(), &Format::ALL.map(Format::media_type)].concat())?;
    let bound_to = params.bound_to(&register);
    if let Some(format) = Format::of(format) {
        let found = app.db.read(&scope, async |tx| Found::find(&app, tx, &scope, &register).await).await?;
        let filter = params.filter(found.register()?)?;
        return export::export(app, scope, found, filter, format).await.map(Either::Right);
    }
    let limit = page::limit(params.limit)?;
    let after: Option<Position> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| {
        let found = Found::find(&app, tx, &scope, &register).await?;
        let register = found.register()?;
        let filter = params.filter(register)?;
        let code = &register.definition.code;
        let revisions = queries::list(tx, &scope, code, &filter, (after.as_ref(), limit + 1)).await?;
        if readings::leaves_trace(register, &keeper) {
            let how = json!({ "filter": serde_json::to_value(&bound_to).unwrap_or_default(), "page": true });
            readings::note(tx, &scope, "records.read", code.clone(), Some(how)).await?;
        }
        let show = |revision: Revision| match filter.as_of {
            None => RecordBody::of(register, &keeper, revision),
            Some(_) => RecordBody::past(register, revision),
        };
        let items: Vec<RecordBody> = revisions.into_iter().map(show).collect();
        let sorted_by = |item: &RecordBody| match &filter.sort.field {
            None => Value::Null,
            Some(field) => json!(item.fields.get(field)),
        };
        Reply::ok(&Page::of(items, limit, &bound_to, |item| (sorted_by(item), item.code.clone()))?)
    };
    // A reading may leave a trace.
    app.db.write(&scope, read).await.map(Either::Left)
}

/// Read a record
///
/// As it is, with what the caller may do now. Where the register tells of persons and the caller does not keep it, the
/// reading is journaled.
#[utoipa::path(tag = "registers", params(RecordPath, IfNoneMatch),
    responses((status = 200, description = "The record", body = RecordBody,
        headers(("ETag" = String, description = "The revision"))), NotModified, ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/registers/{register}/records/{record}")]
pub(super) async fn get_record(app: Data<App>, caller: Caller, path: Path<RecordPath>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadRegisters)?;
    let keeper = Keeper::of(&caller);
    let read = async |tx: &mut Tx| {
        let found = Found::find(&app, tx, &scope, &path.register).await?;
        let register = found.register()?;
        let revision = queries::current(tx, &scope, &path.register, &[&path.record]).await?.pop();
        let revision = revision.ok_or_else(|| no_record(&path.record))?;
        if readings::leaves_trace(register, &keeper) {
            readings::note(tx, &scope, "record.read", format!("{}/{}", path.register, path.record), None).await?;
        }
        reply(&RecordBody::of(register, &keeper, revision))
    };
    app.db.write(&scope, read).await
}

fn reply(body: &RecordBody) -> Result<Reply> {
    Ok(Reply::ok(body)?.version(body.revision))
}

/// List the revisions of a record
///
/// Everything that was ever recorded of it, from the first on.
#[utoipa::path(tag = "registers", params(RecordPath, page::PageParams),
    responses((status = 200, description = "A page of revisions", body = Page<RecordBody>), ReadErrors),
    security(("bearer" = [])))]
#[get("/v1/registers/{register}/records/{record}/revisions")]
pub(super) async fn list_record_revisions(
    app: Data<App>,
    caller: Caller,
    path: Path<RecordPath>,
    Params(params): Params<page::PageParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadRegisters)?;
    let keeper = Keeper::of(&caller);
    let limit = page::limit(params.limit)?;
    let bound_to = ("revisions", &path.register, &path.record);
    let after: Option<i32> = page::read_cursor(params.cursor.as_deref(), &bound_to)?;
    let read = async |tx: &mut Tx| {
        let found = Found::find(&app, tx, &scope, &path.register).await?;
        let register = found.register()?;
        let from = (after.unwrap_or_default(), limit + 1);
        let revisions = queries::history(tx, &scope, &path.register, &path.record, from).await?;
        if revisions.is_empty() && after.is_none() {
            return Err(no_record(&path.record));
        }
        if readings::leaves_trace(register, &keeper) {
            readings::note(tx, &scope, "record.read", format!("{}/{}", path.register, path.record), None).await?;
        }
        let items = revisions.into_iter().map(|revision| RecordBody::past(register, revision)).collect();
        Reply::ok(&Page::of(items, limit, &bound_to, |item: &RecordBody| item.revision)?)
    };
    app.db.write(&scope, read).await
}

/// Enter a record
///
/// Everything that is wrong with it is named: fields, references, rules. A warning needs an explanation.
#[utoipa::path(tag = "registers",
    params(("register" = String, Path, description = "Code of the register", example = "construction"), IdempotencyKey),
    request_body(content = RecordInput, example = json!({"code": "2022-07", "school": "2113000001", "state": "foundation",
        "since": "2022-03-01", "fields": {"title": "小堡村小学综合楼", "kind": "building"}})),
    responses((status = 201, description = "Entered", body = RecordBody, headers(
        ("ETag" = String, description = "The revision"), ("Location" = String, description = "Where it is"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/registers/{register}/records")]
pub(super) async fn create_record(
    app: Data<App>,
    caller: Caller,
    register: Path<String>,
    command: Command<RecordInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteRegisters)?;
    let (record, change) = command.body.into_change();
    let location = format!("/v1/registers/{register}/records/{record}");
    let work = async |tx: &mut Tx| {
        let body = changed(&app, tx, &scope, &caller, (&register, &record), &change, &command.precondition).await?;
        Ok(Reply::created(location.clone(), &body)?.version(body.revision))
    };
    app.db.execute(&scope, &command.idempotency, work).await
}

/// Change a record
///
/// Makes the next revision. What is known of a record is corrected so; its state changes by a transition. The same again
/// changes nothing.
#[utoipa::path(tag = "registers", params(RecordPath, IfMatch),
    request_body(content = RecordPatch, example = json!({"fields": {"cost": 1_860_000.5}, "note": "按决算更正"})),
    responses((status = 200, description = "Changed, or unchanged", body = RecordBody,
        headers(("ETag" = String, description = "The revision"))), WriteErrors),
    security(("bearer" = [])))]
#[patch("/v1/registers/{register}/records/{record}")]
pub(super) async fn patch_record(
    app: Data<App>,
    caller: Caller,
    path: Path<RecordPath>,
    command: Command<RecordPatch>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteRegisters)?;
    let change = Change::from(command.body);
    let key = (path.register.as_str(), path.record.as_str());
    let work =
        async |tx: &mut Tx| reply(&changed(&app, tx, &scope, &caller, key, &change, &command.precondition).await?);
    app.db.write(&scope, work).await
}

/// A record, and what happens to it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct StepPath {
    /// Code of the register.
    #[param(example = "construction")]
    register: String,
    /// Code of the record.
    #[param(example = "2022-07")]
    record: String,
    /// Code of a transition of the register; or `withdraw`, which takes a note, or `restore`.
    #[param(example = "complete")]
    transition: String,
}

/// Move a record to another state
///
/// By a transition of the register, from `on`; fields that it requires can be given with it. Or `withdraw`: the record
/// stays, with the reason, and counts nowhere any more; `restore` takes that back. Where an officer decides, it is not
/// whoever changed the record last.
#[utoipa::path(tag = "registers", params(StepPath, IfMatchOptional, IdempotencyKey),
    request_body(content = StepInput, example = json!({"on": "2022-11-30", "note": "竣工验收"})),
    responses((status = 200, description = "Moved", body = RecordBody,
        headers(("ETag" = String, description = "The revision"))), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/registers/{register}/records/{record}/{transition}")]
pub(super) async fn move_record(
    app: Data<App>,
    caller: Caller,
    path: Path<StepPath>,
    command: Command<StepInput>,
) -> Result<Reply> {
    // Which of the two is needed depends on the transition.
    let reviews = caller.may(Permission::ReviewRegisters);
    let scope = caller.scope_for(if reviews { Permission::ReviewRegisters } else { Permission::WriteRegisters })?;
    let change = command.body.into_change(Step::named(&path.transition));
    let key = (path.register.as_str(), path.record.as_str());
    let work =
        async |tx: &mut Tx| reply(&changed(&app, tx, &scope, &caller, key, &change, &command.precondition).await?);
    app.db.execute(&scope, &command.idempotency, work).await
}

async fn changed(
    app: &App,
    tx: &mut Tx,
    scope: &Scope,
    caller: &Caller,
    (register, record): (&str, &str),
    change: &Change,
    precondition: &Precondition,
) -> Result<RecordBody> {
    let found = Found::find(app, tx, scope, register).await?;
    let register = found.register()?;
    let keeper = Keeper::of(caller);
    let desk = Desk { catalogue: &found.catalogue, register, keeper: &keeper, scope };
    let revision = desk.change(tx, record, change, precondition).await?;
    Ok(RecordBody::of(register, &keeper, revision))
}
