//! How records change: one by one, or by a file.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::keeper::Keeper;
use super::life;
use super::model::{Change, Content, Revision, Step};
use super::queries::{self, Next};
use super::world::{self, Candidate};
use crate::catalogue::document::Register;
use crate::catalogue::{Catalogue, CompiledRegister};
use crate::platform::access::Scope;
use crate::platform::bulk::{Outcome, Rejected, as_violations};
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::{Tx, unique_behind};
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::platform::rows::Place;
use crate::say;

/// A register to work on, and who does.
pub(super) struct Desk<'a> {
    pub catalogue: &'a Catalogue,
    pub register: &'a CompiledRegister,
    pub keeper: &'a Keeper,
    pub scope: &'a Scope,
}

impl Desk<'_> {
    fn code(&self) -> &str {
        &self.register.definition.code
    }

    /// Changes a record, or makes it; gives it back as it is then.
    pub(super) async fn change(
        &self,
        tx: &mut Tx,
        record: &str,
        change: &Change,
        precondition: &Precondition,
    ) -> Result<Revision> {
        recording_time(tx, self.scope, Strand::Decisions).await?;
        let current = queries::current(tx, self.scope, self.code(), &[record]).await?.pop();
        let number = current.as_ref().map(|revision| revision.number);
        match (&change.step, &current) {
            (Step::Create, Some(_)) => return Err(exists(record)),
            (Step::Create, None) => {}
            (_, None) => return Err(no_record(record)),
            (Step::Update, Some(_)) => precondition.check(number)?,
            (_, Some(_)) => precondition.check_if_given(number)?,
        }
        let today = local_date(tx.now());
        let content = life::after(self.register, self.keeper, current.as_ref(), change, today)?;
        if let Some(current) = &current
            && change.step == Step::Update
            && current.content == content
        {
            return Ok(current.clone());
        }
        let candidate = Candidate { record, content: &content };
        let violations = world::check(tx, self.scope, self.register, &[candidate]).await?.of(0);
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        if change.step == Step::Withdraw
            && world::is_referred_to(tx, self.scope, self.catalogue, (self.code(), record)).await?
        {
            return Err(AppError::new(Code::InUse)
                .detail(say!("其他记录引用了它，不能撤销", "Other records refer to it, so it cannot be withdrawn")));
        }
        let next = Next {
            record,
            number: number.unwrap_or_default() + 1,
            content: &content,
            action: change.step.name(),
            note: change.note.as_deref(),
        };
        let before = current.as_ref().map(|revision| &revision.content);
        self.write(tx, &[(next, before)], (&Progress::default(), 1)).await.map_err(|error| {
            match unique_behind(&error) {
                // There is a record that the caller does not see.
                Some("register_revisions_pkey") => exists(record),
                _ => error,
            }
        })?;
        let recorded = queries::current(tx, self.scope, self.code(), &[record]).await?.pop();
        recorded.ok_or_else(|| AppError::internal("a record that was written is not there"))
    }

    /// Records revisions that come of so many rows, and the journal of them.
    async fn write(
        &self,
        tx: &mut Tx,
        changes: &[(Next<'_>, Option<&Content>)],
        (progress, of): (&Progress, usize),
    ) -> Result<()> {
        let CompiledRegister { definition, version, .. } = self.register;
        let write_part = async |part: &[(Next<'_>, Option<&Content>)]| {
            let next: Vec<&Next<'_>> = part.iter().map(|(next, _)| next).collect();
            queries::record(tx, self.scope, (self.code(), *version), &next).await?;
            let entries = part.iter().map(|(next, before)| entry(definition, next, *before));
            journal::record(tx, self.scope, entries).await
        };
        progress.write_in_parts(changes, of, write_part).await
    }
}

/// 404: no such record, or none that the caller may see.
pub(super) fn no_record(record: &str) -> AppError {
    AppError::not_found(say!("没有记录“{record}”", "There is no record “{record}”"))
}

/// 404: no such register.
pub(super) fn no_register(register: &str) -> AppError {
    AppError::not_found(say!("没有登记簿“{register}”", "There is no register “{register}”"))
}

fn exists(record: &str) -> AppError {
    AppError::new(Code::AlreadyExists).detail(say!("编码“{record}”已被使用", "The code “{record}” is taken"))
}

/// The journal keeps what changed, and by its state what did not.
fn entry<'a>(register: &Register, next: &Next<'a>, before: Option<&Content>) -> Entry<'a> {
    Entry {
        action: match next.action {
            "create" => "record.create",
            "update" => "record.update",
            "withdraw" => "record.withdraw",
            "restore" => "record.restore",
            _ => "record.move",
        },
        subject_type: "record",
        subject: format!("{}/{}", register.code, next.record),
        school: next.content.school.as_deref(),
        before: before.map(|before| side(before, next.content, None)),
        after: Some(side(next.content, before.unwrap_or(&Content::nothing()), Some(next))),
    }
}

/// One side of a change: the state, and the fields in which it differs from the other.
fn side(this: &Content, other: &Content, next: Option<&Next<'_>>) -> Value {
    let differs = |code: &&String| this.fields.get(*code) != other.fields.get(*code);
    let codes: HashSet<&String> = this.fields.keys().chain(other.fields.keys()).filter(differs).collect();
    let fields: Map<String, Value> =
        codes.into_iter().map(|code| (code.clone(), json!(this.fields.get(code)))).collect();
    let mut side = json!({ "state": this.state(), "withdrawn": this.withdrawn, "fields": fields });
    if let (Some(next), Some(side)) = (next, side.as_object_mut()) {
        side.insert("step".to_owned(), json!(next.action));
        side.insert("revision".to_owned(), json!(next.number));
        side.insert("note".to_owned(), json!(next.note));
    }
    side
}

/// A row of a file, as far as it can be understood by itself.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Position among the rows of the file, from 0.
    pub index: usize,
    /// Where it stands in the file.
    pub place: Place,
    /// The record and what is to become of it, or everything that is wrong with how that is said.
    pub entry: Result<(String, Change), Vec<Violation>>,
}

/// A row that may be written.
struct Landing<'r> {
    row: (usize, Place),
    record: &'r str,
    current: Option<&'r Revision>,
    step: Step,
    note: Option<&'r str>,
    content: Content,
}

impl Desk<'_> {
    /// Creates and changes records as a file says, in a handful of statements for thousands of them. A row that is refused
    /// leaves no trace.
    pub(super) async fn import(&self, tx: &mut Tx, rows: &[Row], progress: &Progress) -> Result<Outcome> {
        recording_time(tx, self.scope, Strand::Decisions).await?;
        let today = local_date(tx.now());
        let codes: Vec<&str> = rows.iter().filter_map(|row| Some(row.entry.as_ref().ok()?.0.as_str())).collect();
        let current = queries::current(tx, self.scope, self.code(), &codes).await?;
        let current: HashMap<&str, &Revision> = current.iter().map(|each| (each.record.as_str(), each)).collect();
        let elsewhere = queries::elsewhere(tx, self.scope, self.code(), &codes).await?;
        let mut outcome = Outcome::default();
        let mut seen: HashMap<&str, &Place> = HashMap::new();
        let mut landings = Vec::new();
        for row in rows {
            let refused = |violations| Rejected { index: row.index, place: row.place.clone(), violations };
            let (record, change) = match &row.entry {
                Ok((record, change)) => (record.as_str(), change),
                Err(violations) => {
                    outcome.rejected.push(refused(violations.clone()));
                    continue;
                }
            };
            if let Some(line) = seen.insert(record, &row.place) {
                let message = say!("第 {line} 行已有此记录", "Line {line} has the same record");
                outcome.rejected.push(refused(vec![Violation::new("/code", ViolationCode::Duplicate, message)]));
                continue;
            }
            match self.land(current.get(record).copied(), change, today) {
                Ok(None) => outcome.unchanged += 1,
                Ok(Some(_)) if elsewhere.contains(record) => {
                    let violation = Violation::new("/code", ViolationCode::Duplicate, exists(record).message());
                    outcome.rejected.push(refused(vec![violation]));
                }
                Ok(Some((step, content))) => landings.push(Landing {
                    row: (row.index, row.place.clone()),
                    record,
                    current: current.get(record).copied(),
                    step,
                    note: change.note.as_deref(),
                    content,
                }),
                Err(error) => outcome.rejected.push(refused(as_violations(error))),
            }
        }
        let landings = self.unless_forbidden(tx, landings, &mut outcome).await?;
        let changes: Vec<(Next<'_>, Option<&Content>)> = landings.iter().map(Landing::next).collect();
        self.write(tx, &changes, (progress, rows.len())).await?;
        outcome.created += landings.iter().filter(|landing| landing.current.is_none()).count();
        outcome.updated += landings.iter().filter(|landing| landing.current.is_some()).count();
        outcome.rejected.sort_by_key(|each| each.index);
        Ok(outcome)
    }

    /// Takes out what may not be because of what stands outside the rows; once more until nothing is taken out, since rows
    /// may refer to each other.
    async fn unless_forbidden<'r>(
        &self,
        tx: &mut Tx,
        mut landings: Vec<Landing<'r>>,
        outcome: &mut Outcome,
    ) -> Result<Vec<Landing<'r>>> {
        loop {
            let candidates: Vec<Candidate<'_>> =
                landings.iter().map(|each| Candidate { record: each.record, content: &each.content }).collect();
            let mut findings = world::check(tx, self.scope, self.register, &candidates).await?;
            let before = landings.len();
            let mut kept = Vec::with_capacity(before);
            for (i, landing) in landings.into_iter().enumerate() {
                let violations = findings.of(i);
                if violations.is_empty() {
                    kept.push(landing);
                } else {
                    let (index, place) = landing.row;
                    outcome.rejected.push(Rejected { index, place, violations });
                }
            }
            landings = kept;
            if landings.len() == before {
                return Ok(landings);
            }
        }
    }

    /// What becomes of a record by a row; none where it says so already.
    fn land(
        &self,
        current: Option<&Revision>,
        change: &Change,
        today: chrono::NaiveDate,
    ) -> Result<Option<(Step, Content)>> {
        let Some(current) = current else {
            let content = life::after(self.register, self.keeper, None, change, today)?;
            return Ok(Some((Step::Create, content)));
        };
        let step = self.step_of(current, change)?;
        let change = Change { step: step.clone(), ..change.clone() };
        let content = life::after(self.register, self.keeper, Some(current), &change, today)?;
        Ok((content != current.content).then_some((step, content)))
    }

    /// By which step a record gets to where a row has it.
    fn step_of(&self, current: &Revision, change: &Change) -> Result<Step> {
        let refuse = |place: &str, code, message| Err(AppError::violation(place, code, message));
        let school = &change.origin.school;
        if school.is_some() && *school != current.content.school {
            let message = say!("记录的学校不能改变", "The school of a record does not change");
            return refuse("/school", ViolationCode::Inconsistent, message);
        }
        match change.origin.state.as_deref().filter(|state| *state != current.content.state()) {
            None => {
                let since = current.content.timeline.last().map(|stay| stay.since);
                match (change.on, since) {
                    (Some(on), Some(since)) if on != since => refuse(
                        "/since",
                        ViolationCode::Inconsistent,
                        say!("当前状态始于 {since}", "The present state began on {since}"),
                    ),
                    _ => Ok(Step::Update),
                }
            }
            Some(state) => life::leading_to(self.register, self.keeper, current, state).ok_or_else(|| {
                let from = current.content.state();
                let message = say!(
                    "您不能将其从“{from}”改为“{state}”",
                    "There is no transition from “{from}” to “{state}” that you can make"
                );
                AppError::violation("/state", ViolationCode::StateForbids, message)
            }),
        }
    }
}

impl Landing<'_> {
    fn next(&self) -> (Next<'_>, Option<&Content>) {
        let number = self.current.map(|current| current.number).unwrap_or_default() + 1;
        let next =
            Next { record: self.record, number, content: &self.content, action: self.step.name(), note: self.note };
        (next, self.current.map(|current| &current.content))
    }
}
