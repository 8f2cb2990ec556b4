//! How budget items are entered: one by one, or by a file.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::body::Proposal;
use super::model::Item;
use super::queries::{self, Stored};
use crate::catalogue::Catalogue;
use crate::finance::classification::{Tables, no_policy_at};
use crate::finance::entries::{self, EntryKind, NewEntry};
use crate::finance::file::Row;
use crate::finance::money::Yuan;
use crate::organisations::{self, Kind};
use crate::platform::access::Scope;
use crate::platform::bulk::{Outcome, Rejected};
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// The states of a project in which it may have a budget.
const ADMITTED: [&str; 3] = ["in_budget", "under_way", "completed"];

/// What becomes of a proposed item.
enum Verdict {
    New(Box<Item>),
    Unchanged,
    /// Its code stands for another item; said is in what they differ.
    Taken(Vec<Violation>),
    Refused(Vec<Violation>),
}

/// 404: no such item, or none that the caller sees.
pub(in crate::finance) fn no_item(code: &str) -> AppError {
    AppError::not_found(say!("没有预算指标“{code}”", "There is no budget item “{code}”"))
}

/// Enters an item; gives it back as it is then.
pub(super) async fn create(tx: &mut Tx, scope: &Scope, catalogue: &Catalogue, proposal: &Proposal) -> Result<Stored> {
    let verdict = judge(tx, scope, catalogue, &[proposal]).await?.pop();
    let code = &proposal.item.code;
    match verdict {
        Some(Verdict::New(item)) => {
            write(tx, scope, &[(&item, proposal.document.as_deref())], (&Progress::default(), 1)).await?;
        }
        Some(Verdict::Refused(violations)) => return Err(AppError::invalid(violations)),
        Some(Verdict::Unchanged | Verdict::Taken(_)) | None => {
            return Err(AppError::new(Code::AlreadyExists)
                .detail(say!("已有预算指标“{code}”", "There is a budget item “{code}” already")));
        }
    }
    queries::find(tx, scope, &[code]).await?.pop().ok_or_else(|| no_item(code))
}

/// Enters the items of a file, in a handful of statements for thousands of them. A row that is refused leaves no trace.
pub(super) async fn import(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    rows: &[Row<Proposal>],
    progress: &Progress,
) -> Result<Outcome> {
    let readable: Vec<&Proposal> = rows.iter().filter_map(|row| row.content.as_ref().ok()).collect();
    let mut verdicts = judge(tx, scope, catalogue, &readable).await?.into_iter();
    let mut outcome = Outcome::default();
    let mut new = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let rejected = |violations| Rejected { index, place: row.place.clone(), violations };
        let proposal = match &row.content {
            Ok(proposal) => proposal,
            Err(violations) => {
                outcome.rejected.push(rejected(violations.clone()));
                continue;
            }
        };
        match verdicts.next() {
            Some(Verdict::New(item)) => new.push((item, proposal.document.as_deref())),
            Some(Verdict::Refused(violations) | Verdict::Taken(violations)) => {
                outcome.rejected.push(rejected(violations));
            }
            Some(Verdict::Unchanged) | None => outcome.unchanged += 1,
        }
    }
    outcome.created = new.len();
    let new: Vec<(&Item, Option<&str>)> = new.iter().map(|(item, document)| (&**item, *document)).collect();
    write(tx, scope, &new, (progress, rows.len())).await?;
    Ok(outcome)
}

/// What the proposals meet: from here until the commit nobody else changes any of it.
struct World<'a> {
    catalogue: &'a Catalogue,
    existing: HashMap<String, Item>,
    kinds: HashMap<String, Kind>,
    project_states: HashMap<String, String>,
}

async fn judge(tx: &mut Tx, scope: &Scope, catalogue: &Catalogue, proposals: &[&Proposal]) -> Result<Vec<Verdict>> {
    recording_time(tx, scope, Strand::Decisions).await?;
    let codes: Vec<&str> = proposals.iter().map(|each| each.item.code.as_str()).collect();
    let organisations: HashSet<&str> = proposals.iter().map(|each| each.item.organisation.as_str()).collect();
    let projects: HashSet<&str> = proposals.iter().filter_map(|each| each.item.project.as_deref()).collect();
    let existing = queries::find(tx, scope, &codes).await?;
    let world = World {
        catalogue,
        existing: existing.into_iter().map(|stored| (stored.item.code.clone(), stored.item)).collect(),
        kinds: organisations::kinds(tx, scope, &organisations.into_iter().collect::<Vec<_>>()).await?,
        project_states: queries::project_states(tx, scope, &projects.into_iter().collect::<Vec<_>>()).await?,
    };
    let mut seen = HashSet::new();
    let mut verdicts = Vec::with_capacity(proposals.len());
    for proposal in proposals {
        verdicts.push(if seen.insert(proposal.item.code.as_str()) {
            world.judge(&proposal.item)
        } else {
            let message = say!("文件中已有此指标", "The file has the same item before");
            Verdict::Refused(vec![Violation::new("/code", ViolationCode::Duplicate, message)])
        });
    }
    Ok(verdicts)
}

impl World<'_> {
    fn judge(&self, item: &Item) -> Verdict {
        let mut item = item.clone();
        let is_school = self.kinds.get(&item.organisation) == Some(&Kind::School);
        item.school = is_school.then(|| item.organisation.clone());
        if let Some(existing) = self.existing.get(&item.code) {
            let difference = |pointer: &str| {
                let message = say!("与已有指标不同", "The item that exists has another");
                Violation::new(pointer, ViolationCode::Inconsistent, message)
            };
            let differences: Vec<Violation> = item.differs_from(existing).into_iter().map(difference).collect();
            return if differences.is_empty() { Verdict::Unchanged } else { Verdict::Taken(differences) };
        }
        let violations = self.violations(&item);
        if violations.is_empty() { Verdict::New(Box::new(item)) } else { Verdict::Refused(violations) }
    }

    fn violations(&self, item: &Item) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut refuse = |pointer: &str, code, message| violations.push(Violation::new(pointer, code, message));
        let Item { organisation, project, .. } = item;
        match self.kinds.get(organisation) {
            None => {
                let message = say!("没有单位“{organisation}”", "There is no organisation “{organisation}”");
                refuse("/organisation", ViolationCode::UnknownReference, message);
            }
            Some(Kind::School) if item.is_lump => {
                let message = say!("代编指标不能属于学校", "A lump is not a school's");
                refuse("/organisation", ViolationCode::Inconsistent, message);
            }
            Some(_) => {}
        }
        if let Some(project) = project {
            match self.project_states.get(project) {
                None => {
                    let message = say!("没有项目“{project}”", "There is no project “{project}”");
                    refuse("/project", ViolationCode::UnknownReference, message);
                }
                Some(state) if !ADMITTED.contains(&state.as_str()) => {
                    let message = say!(
                        "项目“{project}”尚未列入预算（{state}），应先通过事前评估并列入预算",
                        "The project “{project}” is not admitted to the budget ({state})"
                    );
                    refuse("/project", ViolationCode::StateForbids, message);
                }
                Some(_) => {}
            }
        }
        match Tables::of(self.catalogue, item.year) {
            None => violations.push(no_policy_at("/year", item.year)),
            Some(tables) => check_codes(&tables, item, "", &mut violations),
        }
        violations
    }
}

/// Checks how an item is classified; `place` is where its fields stand.
pub(in crate::finance) fn check_codes(tables: &Tables<'_>, item: &Item, place: &str, violations: &mut Vec<Violation>) {
    let (policy, codes) = (tables.policy, &item.codes);
    for (field, table, code) in [
        ("function", &policy.function, &codes.function),
        ("economic", &policy.economic, &codes.economic),
        ("government_economic", &policy.government_economic, &codes.government_economic),
        ("fund", &policy.fund, &codes.fund),
        ("source", &policy.source, &codes.source),
    ] {
        tables.check(&format!("{place}/{field}"), table.as_ref(), code.as_deref(), violations);
    }
}

/// Writes new items that come of so many rows, with the entries of their original budgets, and the journal of it.
async fn write(
    tx: &mut Tx,
    scope: &Scope,
    new: &[(&Item, Option<&str>)],
    (progress, of): (&Progress, usize),
) -> Result<()> {
    let write_part = async |part: &[(&Item, Option<&str>)]| {
        queries::insert(tx, scope, &part.iter().map(|(item, _)| *item).collect::<Vec<_>>()).await?;
        let originals: Vec<NewEntry<'_>> =
            part.iter().filter_map(|(item, document)| original(item, *document)).collect();
        entries::insert(tx, scope, &originals).await?;
        let created = part.iter().map(|(item, document)| Entry {
            action: "budget_item.create",
            subject_type: "budget_item",
            subject: item.code.clone(),
            school: item.school.as_deref(),
            before: None,
            after: Some(journaled(item, *document)),
        });
        journal::record(tx, scope, created).await
    };
    progress.write_in_parts(new, of, write_part).await
}

fn original<'a>(item: &'a Item, document: Option<&'a str>) -> Option<NewEntry<'a>> {
    let amount = item.totals.original;
    (amount > Decimal::ZERO).then_some(NewEntry {
        item,
        kind: EntryKind::Original,
        amount,
        day: NaiveDate::from_ymd_opt(item.year, 1, 1)?,
        counterpart: None,
        document,
        reason: None,
    })
}

/// What the journal keeps of a new item.
pub(in crate::finance) fn journaled(item: &Item, document: Option<&str>) -> Value {
    json!({
        "year": item.year, "parent": item.parent, "is_lump": item.is_lump, "organisation": item.organisation,
        "project": item.project, "name": item.name, "division_code": item.codes.division,
        "agency_code": item.codes.agency, "function": item.codes.function, "economic": item.codes.economic,
        "government_economic": item.codes.government_economic, "fund": item.codes.fund, "source": item.codes.source,
        "is_procurement": item.codes.is_procurement, "original": Yuan(item.totals.original),
        "received": Yuan(item.totals.received), "document": document,
    })
}
