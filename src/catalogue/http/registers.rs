//! The operations on the definitions of registers.

use std::collections::BTreeMap;

use actix_web::web::{Data, Path};
use actix_web::{get, put};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DryRun, check_code};
use crate::app::App;
use crate::catalogue::compiled::CompiledRegister;
use crate::catalogue::document::Register;
use crate::catalogue::ops;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{IfMatch, IfNoneMatch, ListErrors, NotModified, ReadErrors, WriteErrors};
use crate::platform::error::{AppError, Result};
use crate::platform::extract::{Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// The definition of a register, and its version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterVersion)]
pub(in crate::catalogue) struct RegisterBody {
    /// Code of the register.
    #[schema(example = "construction")]
    code: String,
    /// The number of the version.
    #[schema(example = 1)]
    version: i32,
    /// What is known of each record, and the states it passes through.
    definition: Register,
}

impl From<&CompiledRegister> for RegisterBody {
    fn from(register: &CompiledRegister) -> Self {
        let definition = register.definition.clone();
        Self { code: definition.code.clone(), version: register.version, definition }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::catalogue) struct ListParams {
    /// Registers that this section of the bureau owns.
    section: Option<String>,
    /// Items on a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What a cursor is bound to.
#[derive(Serialize)]
struct Filter<'a> {
    registers_of: Option<&'a str>,
}

/// List registers
///
/// The definitions, in the order of their codes.
#[utoipa::path(
    tag = "catalogue",
    params(ListParams),
    responses((status = 200, description = "A page of registers", body = Page<RegisterBody>), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/registers")]
pub(in crate::catalogue) async fn list_registers(
    app: Data<App>,
    caller: Caller,
    params: Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let ListParams { section, limit, cursor } = params.0;
    let filter = Filter { registers_of: section.as_deref() };
    let limit = page::limit(limit)?;
    let after: Option<String> = page::read_cursor(cursor.as_deref(), &filter)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let codes = catalogue.document().registers.iter().map(|register| register.code.as_str());
    let by_code: BTreeMap<&str, &CompiledRegister> = codes
        .filter_map(|code| Some((code, catalogue.register(code)?)))
        .filter(|(_, register)| section.as_ref().is_none_or(|section| register.definition.section == *section))
        .collect();
    let items = page::take(by_code, after.as_deref(), limit).map(RegisterBody::from).collect();
    Reply::ok(&Page::of(items, limit, &filter, |register: &RegisterBody| register.code.clone())?)
}

/// Read a register's definition
///
/// As the current version of the catalogue has it; that version is the `ETag`.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the register", example = "construction"), IfNoneMatch),
    responses(
        (status = 200, description = "The definition", body = RegisterBody,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        NotModified,
        ReadErrors,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/registers/{code}")]
pub(in crate::catalogue) async fn get_register(app: Data<App>, caller: Caller, code: Path<String>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let catalogue = app.db.read(&scope, async |tx| app.catalogues.current(tx, &scope).await).await?;
    let register = catalogue
        .register(&code)
        .ok_or_else(|| AppError::not_found(say!("没有登记簿“{code}”", "There is no register “{code}”")))?;
    Ok(Reply::ok(&RegisterBody::from(register))?.version(catalogue.version()))
}

/// Create or replace a register's definition
///
/// An edit of the catalogue: the document is checked as a whole, and its version is the `ETag`. Other content makes the
/// next version of the register. What records already say cannot lose its meaning: fields, options and states that are in
/// use stay; a field that becomes required is asked for when a record is changed.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the register", example = "construction"), DryRun, IfMatch),
    request_body(content = Register, example = json!({
        "code": "construction", "name": {"zh": "建设项目"}, "section": "jijian", "writers": ["section"],
        "fields": [{"code": "title", "name": {"zh": "名称"}, "type": "text", "required": true},
            {"code": "cost", "name": {"zh": "造价"}, "type": "amount", "minimum": 0}],
        "states": [{"code": "foundation", "name": {"zh": "基础"}, "initial": true},
            {"code": "completed", "name": {"zh": "完工"}}],
        "transitions": [{"code": "complete", "name": {"zh": "完工"}, "from": ["foundation"], "to": "completed",
            "requires": ["cost"]}]
    })),
    responses(
        (status = 200, description = "Replaced, or unchanged", body = Register,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        (status = 201, description = "Created", body = Register, headers(
            ("ETag" = String, description = "The version of the catalogue"),
            ("Location" = String, description = "Where it is"),
        )),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/registers/{code}")]
pub(in crate::catalogue) async fn put_register(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<DryRun>,
    command: Command<Register>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let Command { body: register, precondition, .. } = &command;
    check_code(&code, &register.code)?;
    let work = async |tx: &mut _| ops::put_part(tx, &scope, &app.catalogues, register, precondition).await;
    let changes = app.db.write_unless(params.0.dry_run, &scope, work).await?;
    let reply = if changes.registers.added.is_empty() {
        Reply::ok(register)?
    } else {
        Reply::created(format!("/v1/registers/{code}"), register)?
    };
    Ok(reply.version(changes.version))
}
