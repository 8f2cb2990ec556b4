//! The operations on single forms: published versions, drafts, and the step from one to the other.

use std::collections::{BTreeMap, HashMap};

use actix_web::web::{Data, Path};
use actix_web::{delete, get, post, put};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{DryRun, check_code};
use crate::app::App;
use crate::catalogue::compiled::Catalogue;
use crate::catalogue::diff::position;
use crate::catalogue::document::Form;
use crate::catalogue::ops;
use crate::catalogue::queries::{self, PublishedForm};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::answers::{
    ActionErrors, IdempotencyKey, IfMatch, IfMatchOptional, IfNoneMatch, ListErrors, NotModified, ReadErrors,
    WriteErrors,
};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::{Action, Command, Params};
use crate::platform::page::{self, Page};
use crate::platform::reply::Reply;
use crate::say;

/// Whether schools fill it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FormState {
    /// Not yet.
    Draft,
    /// Schools fill it in; this version never changes.
    Published,
}

/// A form: a published version, or a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FormVersion)]
pub(in crate::catalogue) struct FormBody {
    /// Code of the form.
    #[schema(example = "gaokao")]
    code: String,
    /// Whether schools fill it in.
    state: FormState,
    /// The number of the published version; null for a draft.
    #[schema(example = 2, required = true)]
    version: Option<i32>,
    /// When this version was published; null for a draft.
    #[schema(required = true)]
    published_at: Option<DateTime<Utc>>,
    /// Whether there is a draft of the form, which may become its next version.
    has_draft: bool,
    /// What it asks for.
    definition: Form,
}

impl FormBody {
    fn published(form: PublishedForm, has_draft: bool) -> Self {
        let PublishedForm { version, definition, published_at } = form;
        Self {
            code: definition.code.clone(),
            state: FormState::Published,
            version: Some(version),
            published_at: Some(published_at),
            has_draft,
            definition,
        }
    }

    fn draft(definition: Form) -> Self {
        Self {
            code: definition.code.clone(),
            state: FormState::Draft,
            version: None,
            published_at: None,
            has_draft: true,
            definition,
        }
    }

    /// A form of the catalogue: as it is published, or as a draft where it never was.
    fn of(catalogue: &Catalogue, code: &str, published: Option<PublishedForm>) -> Option<Self> {
        let draft = find_draft(catalogue, code);
        match published.filter(|_| catalogue.form(code).is_some()) {
            Some(form) => Some(Self::published(form, draft.is_some())),
            None => draft.map(Self::draft),
        }
    }
}

fn find_draft(catalogue: &Catalogue, code: &str) -> Option<Form> {
    let drafts = &catalogue.document().drafts;
    position(drafts, code).and_then(|place| drafts.get(place)).cloned()
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::catalogue) struct ListParams {
    /// Forms that this section of the bureau reviews.
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
    forms_of: Option<&'a str>,
}

/// List forms
///
/// In the order of their codes: each as it is published, or as a draft where it never was.
#[utoipa::path(
    tag = "catalogue",
    params(ListParams),
    responses((status = 200, description = "A page of forms", body = Page<FormBody>), ListErrors),
    security(("bearer" = [])),
)]
#[get("/v1/forms")]
pub(in crate::catalogue) async fn list_forms(
    app: Data<App>,
    caller: Caller,
    params: Params<ListParams>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let ListParams { section, limit, cursor } = params.0;
    let filter = Filter { forms_of: section.as_deref() };
    let limit = page::limit(limit)?;
    let after: Option<String> = page::read_cursor(cursor.as_deref(), &filter)?;
    let read = async |tx: &mut _| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        Ok((catalogue, queries::newest_forms(tx, &scope).await?))
    };
    let (catalogue, published) = app.db.read(&scope, read).await?;
    let by_code = all_forms(&catalogue, published, section.as_deref());
    let items = page::take(by_code, after.as_deref(), limit).collect();
    Reply::ok(&Page::of(items, limit, &filter, |form: &FormBody| form.code.clone())?)
}

fn all_forms<'a>(
    catalogue: &'a Catalogue,
    mut published: HashMap<String, PublishedForm>,
    section: Option<&str>,
) -> BTreeMap<&'a str, FormBody> {
    let document = catalogue.document();
    let codes = document.forms.iter().chain(&document.drafts).map(|form| form.code.as_str());
    let mut forms = BTreeMap::new();
    for code in codes {
        if !forms.contains_key(code) {
            forms.extend(FormBody::of(catalogue, code, published.remove(code)).map(|form| (code, form)));
        }
    }
    forms.retain(|_, form| section.is_none_or(|section| form.definition.section == section));
    forms
}

/// Which version of a form is meant; the newest published one where nothing is given.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::catalogue) struct WhichForm {
    /// The published version with this number, also of a form that is no longer in the catalogue.
    #[param(minimum = 1)]
    version: Option<i32>,
    /// The draft.
    #[serde(default)]
    #[param(default = false)]
    draft: bool,
}

impl WhichForm {
    async fn find(&self, tx: &mut Tx, scope: &Scope, catalogue: &Catalogue, code: &str) -> Result<Option<FormBody>> {
        match (self.version, self.draft) {
            (Some(_), true) => Err(AppError::parameter(
                "draft",
                ViolationCode::Inconsistent,
                say!("version 与 draft 只能给一个", "Give either version or draft"),
            )),
            (None, true) => Ok(find_draft(catalogue, code).map(FormBody::draft)),
            (Some(version), false) => {
                let published = queries::published_form(tx, scope, code, version).await?;
                let has_draft = find_draft(catalogue, code).is_some();
                Ok(published.map(|form| FormBody::published(form, has_draft)))
            }
            (None, false) => {
                let published = match catalogue.form(code) {
                    Some(form) => queries::published_form(tx, scope, code, form.version).await?,
                    None => None,
                };
                Ok(FormBody::of(catalogue, code, published))
            }
        }
    }
}

/// Read a form
///
/// The newest published version, any other published version, or the draft.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the form", example = "gaokao"), WhichForm, IfNoneMatch),
    responses(
        (status = 200, description = "The form", body = FormBody,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        NotModified,
        ReadErrors,
    ),
    security(("bearer" = [])),
)]
#[get("/v1/forms/{code}")]
pub(in crate::catalogue) async fn get_form(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<WhichForm>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::ReadCatalogue)?;
    let read = async |tx: &mut _| {
        let catalogue = app.catalogues.current(tx, &scope).await?;
        let form = params.0.find(tx, &scope, &catalogue, &code).await?;
        Ok((form.ok_or_else(|| ops::no_form(&code))?, catalogue.version()))
    };
    let (form, version) = app.db.read(&scope, read).await?;
    Ok(Reply::ok(&form)?.version(version))
}

/// Write the draft of a form
///
/// Creates or replaces the draft; schools see nothing of it until it is published. An edit of the
/// catalogue: the draft must be well-formed, and the version of the catalogue is the `ETag`.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the form", example = "gaokao"), DryRun, IfMatch),
    request_body(content = Form, example = json!({
        "code": "gaokao", "name": {"zh": "高考成绩年报"}, "section": "jijiao", "period_type": "year",
        "stages": ["senior_secondary"], "principal_signs": true,
        "window": {"opens_on": "end-30d", "due_on": "end+20d", "closes_on": "end+6m"},
        "fields": [{"indicator": "gaokao.undergraduate", "required": true}],
        "rules": [{"code": "some", "expression": "sum(gaokao.undergraduate) > 0", "severity": "warning",
            "message": {"zh": "没有一名考生上本科线，请说明原因"}}]
    })),
    responses(
        (status = 200, description = "The draft, replaced or unchanged", body = FormBody,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        (status = 201, description = "The draft, created", body = FormBody, headers(
            ("ETag" = String, description = "The version of the catalogue"),
            ("Location" = String, description = "Where it is"),
        )),
        WriteErrors,
    ),
    security(("bearer" = [])),
)]
#[put("/v1/forms/{code}")]
pub(in crate::catalogue) async fn put_form(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    params: Params<DryRun>,
    command: Command<Form>,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let Command { body: form, precondition, .. } = command;
    check_code(&code, &form.code)?;
    let work = async |tx: &mut _| ops::put_draft(tx, &scope, &app.catalogues, &form, &precondition).await;
    let changes = app.db.write_unless(params.0.dry_run, &scope, work).await?;
    let body = FormBody::draft(form);
    let reply = if changes.drafts.added.is_empty() {
        Reply::ok(&body)?
    } else {
        Reply::created(format!("/v1/forms/{code}?draft=true"), &body)?
    };
    Ok(reply.version(changes.version))
}

/// Publish a form
///
/// The draft becomes the next published version, which never changes: from now on schools fill in
/// this one. A draft that says what is published already is put aside without a new version.
#[utoipa::path(
    tag = "catalogue",
    params(
        ("code" = String, Path, description = "Code of the form", example = "gaokao"),
        IfMatchOptional,
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "The form as it is published now", body = FormBody,
            headers(("ETag" = String, description = "The version of the catalogue"))),
        ActionErrors,
    ),
    security(("bearer" = [])),
)]
#[post("/v1/forms/{code}/publish")]
pub(in crate::catalogue) async fn publish_form(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    action: Action,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let work = async |tx: &mut _| {
        let (changes, published) = ops::publish(tx, &scope, &app.catalogues, &code, &action.precondition).await?;
        Ok(Reply::ok(&FormBody::published(published, false))?.version(changes.version))
    };
    app.db.execute(&scope, &action.idempotency, work).await
}

/// Throw the draft of a form away
///
/// What is published stays.
#[utoipa::path(
    tag = "catalogue",
    params(("code" = String, Path, description = "Code of the form", example = "gaokao"), IfMatch),
    responses((status = 204, description = "There is no draft any more"), WriteErrors),
    security(("bearer" = [])),
)]
#[delete("/v1/forms/{code}/draft")]
pub(in crate::catalogue) async fn delete_form_draft(
    app: Data<App>,
    caller: Caller,
    code: Path<String>,
    action: Action,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::WriteCatalogue)?;
    let work = async |tx: &mut _| ops::discard_draft(tx, &scope, &app.catalogues, &code, &action.precondition).await;
    let changes = app.db.write(&scope, work).await?;
    Ok(Reply::no_content().version(changes.version))
}
