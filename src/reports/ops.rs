//! What happens to a report: assembled, checked, approved, returned, published, discarded; and assembled again.
//!
//! Assembling and checking take their time and change nothing: they go before the transaction that writes, which looks whether
//! the report is still the one that was read.

use serde_json::{Value, json};

use super::assemble::{Assembled, assemble, by_template_of};
use super::consistency::Known;
use super::desk::{Hand, state_forbids};
use super::frozen::{self, Difference};
use super::model::{Acknowledgement, Action, blocks, hex, id_of};
use super::queries::{self, Assembly, Report, Step};
use super::recheck::{self, Subject};
use crate::catalogue::Catalogues;
use crate::documents::{Document, Finding};
use crate::platform::access::Scope;
use crate::platform::conditional::Precondition;
use crate::platform::db::{Database, Tx};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::settled_moment;
use crate::platform::journal::{self, Entry};
use crate::platform::message::Message;
use crate::say;

/// How often a number is tried that others take at the same time.
const ATTEMPTS: usize = 20;

/// Where reports are made, and who is there.
pub(super) struct Office<'a> {
    pub db: &'a Database,
    pub catalogues: &'a Catalogues,
    pub scope: &'a Scope,
    pub hand: &'a Hand,
}

/// What a person says with a step.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub note: Option<String>,
    pub acknowledged: Vec<Acknowledgement>,
}

/// A report, assembled again.
pub(super) struct Verified {
    pub report: Report,
    /// Whether the kept text still hashes to what was kept with it, and to what the journal says was assembled or approved.
    pub intact: bool,
    /// The hash of what was assembled now.
    pub sha256: String,
    /// Where it differs from what was kept.
    pub differences: Vec<Difference>,
}

/// A report as it is read.
///
/// # Errors
/// Not found where it is not there, or not visible.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Report> {
    queries::find(tx, scope, code).await?.ok_or_else(|| no_report(code))
}

/// A report with its document, word for word.
pub(super) async fn find_whole(tx: &mut Tx, scope: &Scope, code: &str) -> Result<(Report, String)> {
    let report = find(tx, scope, code).await?;
    match queries::document(tx, scope, &report).await? {
        Some(text) => Ok((report, text)),
        None => Err(overtaken()),
    }
}

impl Office<'_> {
    /// Assembles a document out of what is known now, and checks it.
    pub(super) async fn assemble(&self, template: &str, year: i32) -> Result<Assembly> {
        let as_of = settled_moment(self.db, self.scope).await?;
        let work = async |tx: &mut Tx| {
            let catalogue = self.catalogues.as_of(tx, self.scope, as_of).await?;
            let (by, of) = ((&catalogue, template), (year, as_of));
            let assembled = by_template_of(tx, self.catalogues, self.scope, by, &catalogue, of).await?;
            let Assembled { document, findings, journal_position, .. } = assembled;
            let subject = subject(document, year, false).await?;
            let known = recheck::known(tx, self.scope, &catalogue, &subject, as_of).await?;
            Ok((subject, known, findings, journal_position))
        };
        let (subject, known, findings, journal_position) = self.db.snapshot(self.scope, work).await?;
        let (document, findings) = found(subject, known, findings).await?;
        let text = frozen::canonical(&document)?;
        Ok(Assembly {
            title: document.title.concat(),
            sha256: frozen::hash(&text),
            text,
            findings,
            as_of,
            journal_position,
        })
    }

    /// What is found wrong with a report now: with figures as they are by now, and with what it would say.
    pub(super) async fn findings(&self, report: &Report, text: &str) -> Result<Vec<Finding>> {
        let subject = subject(frozen::read(text)?, report.year, true).await?;
        let now = settled_moment(self.db, self.scope).await?;
        let work = async |tx: &mut Tx| {
            let catalogue = self.catalogues.as_of(tx, self.scope, now).await?;
            let templates = self.catalogues.as_of(tx, self.scope, report.as_of).await?;
            let (by, of) = ((&templates, report.template.as_str()), (report.year, now));
            let again = match by_template_of(tx, self.catalogues, self.scope, by, &catalogue, of).await {
                Ok(assembled) => Ok(assembled.document),
                // It has become too much, which is no reason to say nothing else.
                Err(error) if error.code() == Code::ValidationFailed => Err(why(&error)),
                Err(error) => return Err(error),
            };
            let known = recheck::known(tx, self.scope, &catalogue, &subject, now).await?;
            Ok(Known { again: Some(again), ..known })
        };
        let known = self.db.snapshot(self.scope, work).await?;
        let (_, findings) = found(subject, known, report.findings.clone()).await?;
        Ok(findings)
    }

    /// Adds a report that was assembled just now.
    pub(super) async fn add(&self, tx: &mut Tx, (template, year): (&str, i32), assembly: &Assembly) -> Result<Report> {
        for _ in 0..ATTEMPTS {
            if let Some(code) = queries::add(tx, self.scope, (template, year), assembly).await? {
                let report = find(tx, self.scope, &code).await?;
                self.note(tx, Action::Assemble, &report, None, None).await?;
                return Ok(report);
            }
        }
        Err(AppError::new(Code::Overloaded))
    }

    /// Puts another assembly in the place of the one that was read.
    pub(super) async fn replace(
        &self,
        tx: &mut Tx,
        read: &Report,
        assembly: &Assembly,
        precondition: &Precondition,
    ) -> Result<Report> {
        let report = self.may(tx, Action::Assemble, &read.code, precondition).await?;
        if report.version != read.version || !queries::replace(tx, self.scope, &report, assembly).await? {
            return Err(overtaken());
        }
        let after = find(tx, self.scope, &report.code).await?;
        self.note(tx, Action::Assemble, &after, Some(&report), None).await?;
        Ok(after)
    }

    /// The report, where an action can be done with it by the caller.
    async fn may(&self, tx: &mut Tx, action: Action, code: &str, precondition: &Precondition) -> Result<Report> {
        let report = find(tx, self.scope, code).await?;
        self.hand.check(action, &report)?;
        precondition.check_if_given(Some(report.version))?;
        if report.state.actions().contains(&action) { Ok(report) } else { Err(state_forbids(report.state)) }
    }

    /// As [`Office::step`], before anything is written: so that nothing is computed in vain.
    pub(super) async fn may_do(
        &self,
        action: Action,
        code: &str,
        precondition: &Precondition,
    ) -> Result<(Report, String)> {
        let look = async |tx: &mut Tx| {
            self.may(tx, action, code, precondition).await?;
            find_whole(tx, self.scope, code).await
        };
        self.db.read(self.scope, look).await
    }

    /// Takes a report to its next state.
    pub(super) async fn step(
        &self,
        tx: &mut Tx,
        (action, code): (Action, &str),
        words: &Words,
        precondition: &Precondition,
    ) -> Result<Report> {
        let report = self.may(tx, action, code, precondition).await?;
        let step = Step { action, note: words.note.as_deref(), approval: None };
        self.take(tx, &report, &step).await
    }

    /// Approves a report in which these findings are open.
    ///
    /// # Errors
    /// Conflict with every finding that stands in the way and is not acknowledged; a violation for each acknowledgement of what
    /// was not found.
    pub(super) async fn approve(
        &self,
        tx: &mut Tx,
        (read, findings): (&Report, &[Finding]),
        words: &Words,
        precondition: &Precondition,
    ) -> Result<Report> {
        let report = self.may(tx, Action::Approve, &read.code, precondition).await?;
        if report.version != read.version {
            return Err(overtaken());
        }
        judge(&report, findings, &words.acknowledged)?;
        let approval = Some((findings, words.acknowledged.as_slice()));
        self.take(tx, &report, &Step { action: Action::Approve, note: None, approval }).await
    }

    async fn take(&self, tx: &mut Tx, report: &Report, step: &Step<'_>) -> Result<Report> {
        if !queries::step(tx, self.scope, report, step).await? {
            return Err(overtaken());
        }
        let after = find(tx, self.scope, &report.code).await?;
        self.note(tx, step.action, &after, Some(report), step.note).await?;
        Ok(after)
    }

    /// Assembles a report again as of its moment.
    pub(super) async fn verify(&self, code: &str) -> Result<Verified> {
        let look = async |tx: &mut Tx| {
            let (report, text) = find_whole(tx, self.scope, code).await?;
            let journaled = queries::journaled_sha256(tx, self.scope, code).await?;
            Ok((report, text, journaled))
        };
        let (report, text, journaled) = self.db.snapshot(self.scope, look).await?;
        let kept = frozen::hash(&text);
        let (template, year, as_of) = (report.template.as_str(), report.year, report.as_of);
        let work = async |tx: &mut Tx| assemble(tx, self.catalogues, self.scope, template, year, as_of).await;
        let again = self.db.snapshot(self.scope, work).await?;
        let mut document = again.document;
        frozen::set_journal_position(&mut document, report.journal_position);
        let now = frozen::canonical(&document)?;
        Ok(Verified {
            intact: kept.as_slice() == report.sha256 && journaled.is_some_and(|journaled| journaled == hex(&kept)),
            sha256: hex(&frozen::hash(&now)),
            differences: frozen::differences(&text, &now)?,
            report,
        })
    }

    /// Writes the journal.
    async fn note(
        &self,
        tx: &mut Tx,
        action: Action,
        after: &Report,
        before: Option<&Report>,
        note: Option<&str>,
    ) -> Result<()> {
        let mut said = json!({ "state": after.state, "version": after.version });
        let details = match action {
            Action::Assemble => json!({ "assembly": after.assembly, "as_of": after.as_of,
                "journal_position": after.journal_position, "sha256": hex(&after.sha256), "findings": after.findings.len() }),
            Action::Approve => json!({ "sha256": hex(&after.sha256), "acknowledged": after.acknowledged }),
            Action::Return | Action::Discard => json!({ "note": note }),
            Action::Publish => json!({}),
        };
        if let (Value::Object(said), Value::Object(details)) = (&mut said, details) {
            said.extend(details);
        }
        let entry = Entry {
            action: action.journaled(),
            subject_type: "report",
            subject: after.code.clone(),
            school: None,
            before: before.map(|before| json!({ "state": before.state, "version": before.version })),
            after: Some(said),
        };
        journal::record(tx, self.scope, vec![entry]).await
    }
}

/// A document, looked through past the threads that serve requests.
async fn subject(document: Document, year: i32, is_older: bool) -> Result<Subject> {
    let look = move || Subject::of(document, year, is_older);
    tokio::task::spawn_blocking(look).await.map_err(AppError::internal)
}

/// A document, and all that is found wrong with it by what is known, besides what was found when it was assembled.
async fn found(subject: Subject, known: Known, assembling: Vec<Finding>) -> Result<(Document, Vec<Finding>)> {
    let check = move || {
        let findings = recheck::all(&subject.document, &known, assembling);
        (subject.document, findings)
    };
    tokio::task::spawn_blocking(check).await.map_err(AppError::internal)
}

/// What a refusal says first.
fn why(error: &AppError) -> Message {
    error.violations().first().map_or_else(|| error.message(), |violation| violation.message.clone())
}

/// Whether a report may be approved with what is found in it, and what of that is acknowledged.
fn judge(report: &Report, findings: &[Finding], acknowledged: &[Acknowledgement]) -> Result<()> {
    let ids: Vec<String> = findings.iter().map(id_of).collect();
    let unknown: Vec<Violation> = acknowledged
        .iter()
        .enumerate()
        .filter(|(_, each)| !ids.contains(&each.finding))
        .map(|(i, each)| {
            let finding = &each.finding;
            let message = say!("没有检查结果“{finding}”", "There is no finding “{finding}”");
            Violation::new(format!("/acknowledged/{i}/finding"), ViolationCode::UnknownReference, message)
        })
        .collect();
    if !unknown.is_empty() {
        return Err(AppError::invalid(unknown));
    }
    let open: Vec<Violation> = findings
        .iter()
        .zip(&ids)
        .filter(|(finding, id)| blocks(finding.kind) && !acknowledged.iter().any(|each| each.finding == **id))
        .map(|(finding, id)| {
            let Finding { place, quote, zh, en, .. } = finding;
            let message = say!("{place}“{quote}”：{zh}", "{place} “{quote}”: {en}");
            Violation::new(format!("/findings/{id}"), ViolationCode::UnexplainedWarning, message)
        })
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let count = open.len();
    Err(state_forbids(report.state)
        .detail(say!(
            "有 {count} 项检查结果尚未处理：请重新编制，或逐项说明理由",
            "{count} findings are open: assemble the report anew, or say of each why it stands"
        ))
        .with_violations(open))
}

fn no_report(code: &str) -> AppError {
    AppError::not_found(say!("没有报告“{code}”", "There is no report “{code}”"))
}

/// 412: somebody else was quicker.
fn overtaken() -> AppError {
    AppError::new(Code::PreconditionFailed)
        .detail(say!("内容刚被他人修改，请重新读取", "Somebody changed it just now; read it again"))
}
