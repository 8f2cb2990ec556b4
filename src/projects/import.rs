//! Many projects in one file.

use std::collections::{HashMap, HashSet};

use actix_web::post;
use actix_web::web::Data;

use super::file;
use super::life::{self, Keeper};
use super::model::{Content, Patch, Revision, State, Step};
use super::ops::{Change, Desk, Landing, Proposal, Units, exists};
use super::queries;
use crate::app::App;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{Binary, IdempotencyKey, ImportErrors};
use crate::platform::bulk::{ImportReport, Outcome, Rejected, as_violations};
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::{Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::import::{Import, ImportParams};
use crate::platform::reply::Reply;
use crate::platform::rows::Place;
use crate::say;

/// The largest file of projects, in bytes.
const MAX_FILE: usize = 32 * 1024 * 1024;

/// Import projects
///
/// Proposes and changes up to 100,000 projects (32 MB) in one transaction, by their codes: one a line as NDJSON, or a table
/// as CSV or a workbook (XLSX) with the columns `code`, `name`, `category`, `organisation`, `section`, `first_year`, `last_year`, `is_key`,
/// `is_special_fund`, `summary`, `state`, `note`. A row says the whole project; a `state` that differs is reached by the
/// one step that leads there, and then nothing else of the project may differ. The same file again leaves everything
/// unchanged. Where a row violates rules, an atomic import is refused with 422 and pointers `/ROW/FIELD`; otherwise the
/// other rows are entered. A workbook that is refused comes back
/// with `Accept` of its type: its wrong cells marked, and all of them listed on a sheet 问题.
#[utoipa::path(tag = "projects", params(ImportParams, IdempotencyKey),
    request_body(content(
        (String = "application/x-ndjson", example = "{\"code\":\"P1\",\"name\":\"校舍安全工程\",\"category\":\"specific\",\"organisation\":\"2113000001\",\"section\":\"jijian\",\"first_year\":2022}\n"),
        (String = "text/csv", example = "code,name,category,organisation,section,first_year\nP1,校舍安全工程,specific,2113000001,jijian,2022\n"),
        (Binary = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = 200, description = "What became of the rows", body = ImportReport), ImportErrors),
    security(("bearer" = [])))]
#[post("/v1/projects/import")]
pub(super) async fn import_projects(app: Data<App>, caller: Caller, import: Import<MAX_FILE>) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WriteProjects)?;
    let keeper = Keeper::of(&caller);
    let enter = async |tx: &mut Tx, rows: &[Row], progress: &Progress| {
        Desk { keeper: &keeper, scope: &scope }.import(tx, rows, progress).await
    };
    import.run(&app.db, &scope, file::columns(), file::row, enter).await
}

/// A row of a file, as far as it can be understood by itself.
#[derive(Debug)]
pub(super) struct Row {
    /// Position among the rows of the file, from 0.
    pub index: usize,
    /// Where it stands in the file.
    pub place: Place,
    /// The project and the state that it is to be in, or everything that is wrong with how that is said.
    pub entry: Result<(Proposal, Option<State>), Vec<Violation>>,
}

impl Desk<'_> {
    /// Proposes and changes projects as a file says, in a handful of statements for thousands of them. A row that is refused
    /// leaves no trace.
    async fn import(&self, tx: &mut Tx, rows: &[Row], progress: &Progress) -> Result<Outcome> {
        recording_time(tx, self.scope, Strand::Decisions).await?;
        let proposals = || rows.iter().filter_map(|row| row.entry.as_ref().ok()).map(|(proposal, _)| proposal);
        let codes: Vec<&str> = proposals().map(|proposal| proposal.code.as_str()).collect();
        let current = queries::current(tx, self.scope, &codes).await?;
        let current: HashMap<&str, &Revision> = current.iter().map(|each| (each.code.as_str(), each)).collect();
        let elsewhere = queries::elsewhere(tx, self.scope, &codes).await?;
        let units = Units::of(tx, self.scope, proposals().map(|proposal| &proposal.content)).await?;
        let mut outcome = Outcome::default();
        let mut seen: HashMap<&str, &Place> = HashMap::new();
        let mut landings = Vec::new();
        for row in rows {
            match self.land(row, (&current, &elsewhere), &units, &mut seen) {
                Ok(Some(landing)) => landings.push(landing),
                Ok(None) => outcome.unchanged += 1,
                Err(violations) => {
                    outcome.rejected.push(Rejected { index: row.index, place: row.place.clone(), violations });
                }
            }
        }
        self.write(tx, &landings, (progress, rows.len())).await?;
        outcome.created = landings.iter().filter(|landing| landing.current.is_none()).count();
        outcome.updated = landings.len() - outcome.created;
        Ok(outcome)
    }

    /// What becomes of a project by a row; none where it says so already.
    fn land<'r>(
        &self,
        row: &'r Row,
        (current, elsewhere): (&HashMap<&str, &'r Revision>, &HashSet<String>),
        units: &Units,
        seen: &mut HashMap<&'r str, &'r Place>,
    ) -> Result<Option<Landing<'r>>, Vec<Violation>> {
        let (proposal, state) = row.entry.as_ref().map_err(Clone::clone)?;
        let code = proposal.code.as_str();
        if let Some(line) = seen.insert(code, &row.place) {
            let message = say!("第 {line} 行已有此项目", "Line {line} has the same project");
            return Err(vec![Violation::new("/code", ViolationCode::Duplicate, message)]);
        }
        let current = current.get(code).copied();
        let (step, content) = match current {
            None => (Step::Propose, Some(self.new_content(proposal, *state, units)?)),
            Some(current) => self.next_content(current, proposal, *state, units)?,
        };
        if elsewhere.contains(code) {
            return Err(vec![Violation::new("/code", ViolationCode::Duplicate, exists(code).message())]);
        }
        let note = proposal.note.as_deref();
        Ok(content.map(|content| Landing { code, current, step, content, note }))
    }

    fn new_content(&self, proposal: &Proposal, state: Option<State>, units: &Units) -> Result<Content, Vec<Violation>> {
        let mut content = proposal.content.clone();
        if !self.keeper.keeps(&content.organisation, &content.section) {
            return Err(as_violations(life::not_kept(&content.section)));
        }
        let mut violations = life::judge(&content, None);
        violations.extend(units.judge(&content, None));
        if state.is_some_and(|state| state != State::Proposed) {
            let message = say!("新项目的状态只能是 proposed", "A project begins as proposed");
            violations.push(Violation::new("/state", ViolationCode::StateForbids, message));
        }
        content.school = units.school(&content.organisation);
        if violations.is_empty() { Ok(content) } else { Err(violations) }
    }

    fn next_content(
        &self,
        current: &Revision,
        proposal: &Proposal,
        state: Option<State>,
        units: &Units,
    ) -> Result<(Step, Option<Content>), Vec<Violation>> {
        let refuse = |place: &str, code, message| Err(vec![Violation::new(place, code, message)]);
        let Content { organisation, state: now, .. } = &current.content;
        if proposal.content.organisation != *organisation {
            let message = say!("项目的单位不能改变", "The unit of a project does not change");
            return refuse("/organisation", ViolationCode::Inconsistent, message);
        }
        let patch = whole(&proposal.content);
        let mut patched = current.content.clone();
        patch.apply(&mut patched);
        let step = match state.filter(|state| state != now) {
            None => Step::Update,
            Some(_) if patched != current.content => {
                let message = say!("一行不能同时更改内容和状态", "One row changes what it says or its state, not both");
                return refuse("/state", ViolationCode::Inconsistent, message);
            }
            Some(state) => {
                let Some(step) = life::leading_to(self.keeper, current, state) else {
                    let (from, to) = (now.code(), state.code());
                    let message = say!(
                        "您不能将其从“{from}”改为“{to}”",
                        "There is no step from “{from}” to “{to}” that you can take"
                    );
                    return refuse("/state", ViolationCode::StateForbids, message);
                };
                step
            }
        };
        // Who may change nothing may still send what is so already.
        if step == Step::Update && patched == current.content {
            return Ok((step, None));
        }
        let change = Change { step, patch, note: proposal.note.clone() };
        let content = self.after(current, &change).map_err(as_violations)?;
        let violations =
            content.as_ref().map(|content| units.judge(content, Some(&current.content))).unwrap_or_default();
        if violations.is_empty() { Ok((step, content)) } else { Err(violations) }
    }
}

/// A row says the whole project.
fn whole(content: &Content) -> Patch {
    Patch {
        name: Some(content.name.clone()),
        category: Some(content.category),
        section: Some(content.section.clone()),
        first_year: Some(content.first_year),
        last_year: Some(content.last_year),
        is_key: Some(content.is_key),
        is_special_fund: Some(content.is_special_fund),
        summary: Some(content.summary.clone()),
    }
}
