//! A report is put together: what its template says of a year, as of a moment.
//!
//! Everything is read as of the one moment, the template itself with the rest of the catalogue, so that the same moment gives
//! the same document for ever; only where the sealed journal ends is a matter of when it is asked.

mod answers;
mod charts;
mod groups;
mod queries;
mod sheets;
mod sources;
mod tables;
mod write;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::template::{Engine, MAX_FIGURES, World};
use crate::catalogue::document::{ReportTemplate, TemplateBlock, TemplateSection};
use crate::catalogue::{Catalogue, Catalogues};
use crate::documents::{Document, Finding, FindingKind};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::journal;
use crate::say;
use sources::Sources;

/// How often a text may ask anew after what it asked for was answered.
const ROUNDS: usize = 4;

/// A document, and what is not backed by data in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembled {
    /// What the report says.
    pub document: Document,
    /// What it asks for and is not there, or not complete.
    pub findings: Vec<Finding>,
    /// The moment as of which everything was read.
    pub as_of: DateTime<Utc>,
    /// Where the sealed journal ended when it was read.
    pub journal_position: i64,
}

/// Assembles the report of a year by the template with a code, as of a moment before which nothing can be recorded any more.
///
/// # Errors
/// A violation where the catalogue has no such template, or where the template is too much.
pub async fn assemble(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    template: &str,
    year: i32,
    moment: DateTime<Utc>,
) -> Result<Assembled> {
    let catalogue = catalogues.as_of(tx, scope, moment).await?;
    by_template_of(tx, catalogues, scope, (&catalogue, template), &catalogue, (year, moment)).await
}

/// As [`assemble`], by the template of one catalogue and the definitions of another, which is that of the moment.
pub(super) async fn by_template_of(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    (templates, template): (&Arc<Catalogue>, &str),
    catalogue: &Arc<Catalogue>,
    (year, moment): (i32, DateTime<Utc>),
) -> Result<Assembled> {
    let definition = find(templates, template)?;
    let journal_position = journal::sealed_position(tx, scope).await?;
    let (bureau, organisations) = queries::organisations(tx, scope, moment).await?;
    let projects = if definition.sections.iter().any(goes_by_project) {
        queries::projects(tx, scope, year, moment).await?
    } else {
        std::collections::BTreeMap::new()
    };
    let world = Arc::new(World::new((year, bureau), Arc::clone(catalogue), organisations, projects));
    let mut engine = Engine::new(Arc::clone(&world));
    let mut round = 0;
    let (document, findings) = loop {
        let sources = Sources::new(Arc::clone(&world), moment, journal_position);
        let (templates, template) = (Arc::clone(templates), template.to_owned());
        let work = move || {
            let written =
                find(&templates, &template).and_then(|definition| write::write(&mut engine, definition, sources));
            (engine, written)
        };
        let (back, written) = tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?;
        engine = back;
        let written = written?;
        let (is_curious, is_overwhelmed) = {
            let memory = world.memory();
            (memory.is_curious(), memory.is_overwhelmed())
        };
        if is_overwhelmed {
            return Err(AppError::violation(
                "/template",
                ViolationCode::OutOfRange,
                say!("一份报告至多取 {MAX_FIGURES} 个数", "A report asks for at most {MAX_FIGURES} figures"),
            ));
        }
        if !is_curious {
            break written;
        }
        if round == ROUNDS {
            return Err(AppError::violation(
                "/template",
                ViolationCode::OutOfRange,
                say!(
                    "取数层次过多：一个数取决于另一个数，至多 {ROUNDS} 层",
                    "Figures are asked for in too many layers: what is asked may depend on answers at most {ROUNDS} times"
                ),
            ));
        }
        answers::answer(tx, catalogues, scope, &world, moment).await?;
        round += 1;
    };
    let mut findings = findings;
    if document.blocks.is_empty() {
        findings.push(nothing());
    }
    Ok(Assembled { document, findings, as_of: moment, journal_position })
}

/// That nothing is said.
fn nothing() -> Finding {
    Finding {
        kind: FindingKind::Undefined,
        place: "/sections".to_owned(),
        quote: String::new(),
        zh: "报告没有内容".to_owned(),
        en: "The report says nothing".to_owned(),
    }
}

fn find<'a>(catalogue: &'a Catalogue, template: &str) -> Result<&'a ReportTemplate> {
    catalogue.report_template(template).ok_or_else(|| {
        AppError::violation(
            "/template",
            ViolationCode::UnknownReference,
            say!("没有报告模板“{template}”", "There is no report template “{template}”"),
        )
    })
}

fn goes_by_project(section: &TemplateSection) -> bool {
    let by_project = |block: &TemplateBlock| match block {
        TemplateBlock::Table(table) => table.by.as_deref() == Some("project"),
        TemplateBlock::Chart(chart) => chart.by.as_deref() == Some("project"),
        TemplateBlock::Paragraph(_)
        | TemplateBlock::Sheet(_)
        | TemplateBlock::PageBreak(_)
        | TemplateBlock::Signature(_) => false,
    };
    section.blocks.iter().any(by_project) || section.sections.iter().any(goes_by_project)
}
