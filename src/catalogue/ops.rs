//! How a catalogue changes: every edit makes the next version of the whole document.

use serde_json::json;

use super::compile::{Versions, compile};
use super::compiled::Catalogue;
use super::diff::{Changes, Coded, position, put as put_into};
use super::document::{CatalogueDocument, Form, Indicator, Policy, Register, ReportTemplate};
use super::queries::{self, Catalogues, NextVersions, PublishedForm};
use super::standing;
use crate::platform::access::Scope;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation};
use crate::platform::history::redefinition_time;
use crate::platform::journal::{self, Entry};
use crate::platform::message::Message;
use crate::say;

/// A document to be, and which part of it the caller sent.
#[derive(Debug)]
pub(super) struct Edit {
    /// The whole document.
    pub document: CatalogueDocument,
    /// Pointer to the part that was sent; empty where that is the whole.
    pub sent: String,
}

/// Replaces the whole catalogue.
///
/// # Errors
/// Everything that is wrong with the document, by itself and with what schools have reported.
pub async fn replace(
    tx: &mut Tx,
    scope: &Scope,
    catalogues: &Catalogues,
    document: &CatalogueDocument,
) -> Result<Changes> {
    edit(tx, scope, catalogues, |_| Ok(Edit { document: document.clone(), sent: String::new() })).await
}

/// Replaces the whole catalogue, where it is as the caller expects.
pub(super) async fn put(
    tx: &mut Tx,
    scope: &Scope,
    catalogues: &Catalogues,
    document: &CatalogueDocument,
    precondition: &Precondition,
) -> Result<Changes> {
    edit(tx, scope, catalogues, |current| {
        let version = current.version();
        // Before the first version nothing is there to change, and yet it can be read and named.
        if version > 0 || precondition.check(None).is_err() {
            precondition.check(Some(version))?;
        }
        Ok(Edit { document: document.clone(), sent: String::new() })
    })
    .await
}

/// Something of which the catalogue has a list, and that is replaced by itself.
pub(super) trait Part: Coded + Clone {
    /// Where the list stands in the document.
    const PLACE: &str;

    /// The list of a document.
    fn list(document: &mut CatalogueDocument) -> &mut Vec<Self>;
}

impl Part for Indicator {
    const PLACE: &str = "/indicators";

    fn list(document: &mut CatalogueDocument) -> &mut Vec<Self> {
        &mut document.indicators
    }
}

impl Part for Register {
    const PLACE: &str = "/registers";

    fn list(document: &mut CatalogueDocument) -> &mut Vec<Self> {
        &mut document.registers
    }
}

impl Part for Policy {
    const PLACE: &str = "/policies";

    fn list(document: &mut CatalogueDocument) -> &mut Vec<Self> {
        &mut document.policies
    }
}

impl Part for ReportTemplate {
    const PLACE: &str = "/report_templates";

    fn list(document: &mut CatalogueDocument) -> &mut Vec<Self> {
        &mut document.report_templates
    }
}

/// Puts an indicator, register, policy or report template into the catalogue.
pub(super) async fn put_part<T: Part>(
    tx: &mut Tx,
    scope: &Scope,
    catalogues: &Catalogues,
    part: &T,
    precondition: &Precondition,
) -> Result<Changes> {
    edit(tx, scope, catalogues, |current| {
        let mut document = current.document().clone();
        let list = T::list(&mut document);
        let exists = position(list, part.code()).is_some();
        precondition.check(exists.then_some(current.version()))?;
        let (place, list_place) = (put_into(list, part.clone()), T::PLACE);
        Ok(Edit { document, sent: format!("{list_place}/{place}") })
    })
    .await
}

/// Writes or replaces the draft of a form.
pub(super) async fn put_draft(
    tx: &mut Tx,
    scope: &Scope,
    catalogues: &Catalogues,
    form: &Form,
    precondition: &Precondition,
) -> Result<Changes> {
    edit(tx, scope, catalogues, |current| {
        let mut document = current.document().clone();
        let exists = current.form(&form.code).is_some() || position(&document.drafts, &form.code).is_some();
        precondition.check(exists.then_some(current.version()))?;
        let place = put_into(&mut document.drafts, form.clone());
        Ok(Edit { document, sent: format!("/drafts/{place}") })
    })
    .await
}

/// Makes the draft of a form its next published version; gives back that version.
pub(super) async fn publish(
    tx: &mut Tx,
    scope: &Scope,
    catalogues: &Catalogues,
    code: &str,
    precondition: &Precondition,
) -> Result<(Changes, PublishedForm)> {
    let changes = edit(tx, scope, catalogues, |current| {
        let mut document = current.document().clone();
        precondition.check_if_given(Some(current.version()))?;
        let draft = take_draft(&mut document, code).ok_or_else(|| match current.form(code) {
            Some(_) => no_draft(code),
            None => no_form(code),
        })?;
        let place = put_into(&mut document.forms, draft);
        Ok(Edit { document, sent: format!("/forms/{place}") })
    })
    .await?;
    let published = queries::newest_forms(tx, scope).await?.remove(code).ok_or_else(|| no_form(code))?;
    Ok((changes, published))
}

/// Throws the draft of a form away.
pub(super) async fn discard_draft(
    tx: &mut Tx,
    scope: &Scope,
    catalogues: &Catalogues,
    code: &str,
    precondition: &Precondition,
) -> Result<Changes> {
    edit(tx, scope, catalogues, |current| {
        let mut document = current.document().clone();
        take_draft(&mut document, code).ok_or_else(|| no_form(code))?;
        precondition.check(Some(current.version()))?;
        Ok(Edit { document, sent: String::new() })
    })
    .await
}

fn take_draft(document: &mut CatalogueDocument, code: &str) -> Option<Form> {
    position(&document.drafts, code).map(|place| document.drafts.remove(place))
}

/// 404: no such form.
pub(super) fn no_form(code: &str) -> AppError {
    AppError::not_found(say!("没有表单“{code}”", "There is no form “{code}”"))
}

fn no_draft(code: &str) -> AppError {
    AppError::new(Code::StateForbids)
        .state("published", vec!["put_form".to_owned()])
        .detail(say!("表单“{code}”没有待发布的草稿", "The form “{code}” has no draft to publish"))
}

/// Changes the catalogue as `prepare` says, who sees it as it is when nobody else can change it.
///
/// Forms whose published content differs get their next versions, and so do registers; the others
/// keep theirs. Where nothing differs nothing is written.
pub(super) async fn edit(
    tx: &mut Tx,
    scope: &Scope,
    catalogues: &Catalogues,
    prepare: impl Fn(&Catalogue) -> Result<Edit>,
) -> Result<Changes> {
    let now = redefinition_time(tx, scope).await?;
    let current = catalogues.current(tx, scope).await?;
    let Edit { document, sent } = prepare(&current)?;
    let mut changes = Changes::between(current.document(), &document, current.version());
    if !changes.changed {
        return Ok(changes);
    }
    changes.version += 1;
    let refuse = |violations| Err(AppError::invalid(relocate(violations, &sent)));
    let published = queries::newest_forms(tx, scope).await?;
    let kept = queries::newest_registers(tx, scope).await?;
    let next = NextVersions {
        forms: next_versions(&document.forms, |code| published.get(code).map(|form| (form.version, &form.definition))),
        registers: next_versions(&document.registers, |code| {
            kept.get(code).map(|(version, register)| (*version, register))
        }),
    };
    let versions = Versions {
        forms: published.iter().map(|(code, form)| (code.clone(), form.version)).collect(),
        registers: kept.iter().map(|(code, (version, _))| (code.clone(), *version)).collect(),
    };
    if let Err(violations) = compile(document.clone(), changes.version, &versions) {
        return refuse(violations);
    }
    let violations = standing::check(tx, scope, current.document(), &document).await?;
    if !violations.is_empty() {
        return refuse(violations);
    }
    changes.published = next.forms.iter().map(|(form, version)| (form.code.clone(), *version)).collect();
    changes.register_versions =
        next.registers.iter().map(|(register, version)| (register.code.clone(), *version)).collect();
    queries::record(tx, scope, changes.version, &document, &next, now).await?;
    journal(tx, scope, &changes).await?;
    Ok(changes)
}

/// The parts that differ from their newest versions, with the numbers of the next.
fn next_versions<'a, T: Coded + 'a>(
    parts: &'a [T],
    newest: impl Fn(&str) -> Option<(i32, &'a T)>,
) -> Vec<(&'a T, i32)> {
    parts
        .iter()
        .filter_map(|part| match newest(part.code()) {
            Some((_, known)) if known == part => None,
            Some((version, _)) => Some((part, version + 1)),
            None => Some((part, 1)),
        })
        .collect()
}

/// Turns pointers into the document into pointers into the part of it that was sent. What is wrong
/// elsewhere is told with its place in the document.
fn relocate(violations: Vec<Violation>, sent: &str) -> Vec<Violation> {
    let relocate_one = |violation: Violation| {
        let Violation { pointer, code, message, .. } = violation;
        match pointer.strip_prefix(sent) {
            Some(within) if within.is_empty() || within.starts_with('/') => Violation::new(within, code, message),
            _ => {
                let Message { zh, en } = message;
                let message = Message {
                    zh: format!("目录 {pointer}：{zh}").into(),
                    en: format!("Catalogue {pointer}: {en}").into(),
                };
                Violation::new("", code, message)
            }
        }
    };
    violations.into_iter().map(relocate_one).collect()
}

/// The documents themselves stay in their versions; the journal keeps what changed.
async fn journal(tx: &mut Tx, scope: &Scope, changes: &Changes) -> Result<()> {
    let mut entries = vec![Entry {
        action: "catalogue.change",
        subject_type: "catalogue",
        subject: changes.version.to_string(),
        after: Some(serde_json::to_value(changes).map_err(AppError::internal)?),
        ..Entry::default()
    }];
    entries.extend(changes.published.iter().map(|(form, version)| Entry {
        action: "form.publish",
        subject_type: "form",
        subject: form.clone(),
        after: Some(json!({ "version": version })),
        ..Entry::default()
    }));
    entries.extend(changes.register_versions.iter().map(|(register, version)| Entry {
        action: "register.change",
        subject_type: "register",
        subject: register.clone(),
        after: Some(json!({ "version": version })),
        ..Entry::default()
    }));
    journal::record(tx, scope, entries).await
}
