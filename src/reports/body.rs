//! Reports as they are sent and shown.

mod checks;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

pub(super) use checks::{FindingsBody, SourceBody, TextFindingsBody, TextInput, VerificationBody};

use super::desk::Hand;
use super::model::{Acknowledgement, Action, State, blocks, hex, id_of};
use super::ops::Words;
use super::queries::{Position, Report};
use crate::documents::{Document, Finding, FindingKind};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::message::Language;
use crate::say;

/// A report to be assembled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportInput {
    /// The year of which it reports.
    #[schema(example = 2022, minimum = 1949, maximum = 2199)]
    pub year: i32,
    /// Code of the report template.
    #[schema(example = "self_evaluation", min_length = 1, max_length = 64)]
    pub template: String,
}

/// What is said where nothing has to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportStepInput)]
pub(super) struct NothingInput {}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportNoteInput)]
pub(super) struct NoteInput {
    /// Why; needed.
    #[serde(default)]
    #[schema(example = "请核对高考上线人数", max_length = 2_000, nullable = true)]
    note: Option<String>,
}

impl NoteInput {
    /// What was said.
    ///
    /// # Errors
    /// That nothing was.
    pub(super) fn read_needed(self) -> Result<Words> {
        let note = self.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
        if note.is_none() {
            return Err(AppError::violation("/note", ViolationCode::Missing, say!("请说明原因", "Say why")));
        }
        Ok(Words { note, ..Words::default() })
    }
}

/// What a leader says who approves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportApprovalInput)]
pub(super) struct ApprovalInput {
    /// Findings that stand as they are.
    #[serde(default)]
    #[schema(max_items = 1_000, required = false)]
    acknowledged: Vec<AcknowledgementInput>,
}

/// A finding that stands as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportAcknowledgementInput)]
struct AcknowledgementInput {
    /// The id of the finding.
    #[schema(example = "9f86d081884c7d65", max_length = 64)]
    finding: String,
    /// Why it stands.
    #[schema(example = "一所学校停办，无数据", min_length = 1, max_length = 2_000)]
    reason: String,
}

impl ApprovalInput {
    /// What was said.
    ///
    /// # Errors
    /// Findings without a reason, or named twice.
    pub(super) fn read(self) -> Result<Words> {
        let mut seen = HashSet::new();
        let mut violations = Vec::new();
        let mut acknowledged = Vec::new();
        for (i, AcknowledgementInput { finding, reason }) in self.acknowledged.into_iter().enumerate() {
            let reason = reason.trim().to_owned();
            let place = format!("/acknowledged/{i}");
            if reason.is_empty() {
                let message = say!("请说明理由", "Say why it stands");
                violations.push(Violation::new(format!("{place}/reason"), ViolationCode::Missing, message));
            }
            if !seen.insert(finding.clone()) {
                let message = say!("“{finding}”重复", "“{finding}” stands twice");
                violations.push(Violation::new(format!("{place}/finding"), ViolationCode::Duplicate, message));
            }
            acknowledged.push(Acknowledgement { finding, reason });
        }
        if violations.is_empty() { Ok(Words { note: None, acknowledged }) } else { Err(AppError::invalid(violations)) }
    }
}

/// Something in a report that cannot be right, or is not backed by data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportFinding)]
pub(super) struct FindingBody {
    /// By which it is named: the same as long as the same is found at the same place.
    #[schema(example = "9f86d081884c7d65")]
    id: String,
    /// What is wrong.
    kind: FindingKind,
    /// Where it stands, as the paragraph names it.
    #[schema(example = "/sections/1/sections/0/blocks/2")]
    place: String,
    /// The words that it is about.
    #[schema(example = "增长3.7%")]
    quote: String,
    /// What is wrong with them, for people.
    #[schema(example = "135 与 130 相比应为增长 3.85%")]
    message: String,
    /// Whether it stands in the way of approving, unless it is acknowledged.
    #[schema(example = true)]
    blocks: bool,
    /// Why it stands as it is, where it was acknowledged.
    #[schema(example = "一所学校停办，无数据", required)]
    reason: Option<String>,
}

impl FindingBody {
    fn of(finding: &Finding, acknowledged: &[Acknowledgement], language: Language) -> Self {
        let id = id_of(finding);
        let message = match language {
            Language::Chinese => &finding.zh,
            Language::English => &finding.en,
        };
        Self {
            kind: finding.kind,
            place: finding.place.clone(),
            quote: finding.quote.clone(),
            message: message.clone(),
            blocks: blocks(finding.kind),
            reason: acknowledged.iter().find(|each| each.finding == id).map(|each| each.reason.clone()),
            id,
        }
    }
}

/// A report: how far it has come, what it says, what is wrong with it, and what may be done now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Report)]
pub(super) struct ReportBody {
    /// Its code: template, year and number.
    #[schema(example = "self_evaluation-2022-1")]
    code: String,
    /// Code of the template.
    #[schema(example = "self_evaluation")]
    template: String,
    /// The year of which it reports.
    #[schema(example = 2022)]
    year: i32,
    /// Its number among the reports of the template and year.
    #[schema(example = 1)]
    number: i32,
    /// Its title, in one line.
    #[schema(example = "深泽县教育局2022年度部门绩效自评工作报告")]
    title: String,
    /// How far it has come.
    state: State,
    /// Its version, as in the `ETag`.
    #[schema(example = 2)]
    version: i32,
    /// How often it was assembled.
    #[schema(example = 1)]
    assembly: i32,
    /// The moment as of which everything was read.
    as_of: DateTime<Utc>,
    /// Where the sealed journal ended then.
    #[schema(example = 4711)]
    journal_position: i64,
    /// SHA-256 of its document, as `document.json` is sent.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// Who assembled it.
    #[schema(example = "user:finance")]
    assembled_by: String,
    /// When it was assembled.
    assembled_at: DateTime<Utc>,
    /// Why it was returned or discarded; null for schools.
    #[schema(required)]
    note: Option<String>,
    /// Who approved it.
    #[schema(example = "user:leader", required)]
    approved_by: Option<String>,
    /// When it was approved.
    #[schema(required)]
    approved_at: Option<DateTime<Utc>>,
    /// Who published it.
    #[schema(example = "user:finance", required)]
    published_by: Option<String>,
    /// When it was published.
    #[schema(required)]
    published_at: Option<DateTime<Utc>>,
    /// Who changed it last.
    #[schema(example = "user:finance")]
    updated_by: String,
    /// When it was changed last.
    updated_at: DateTime<Utc>,
    /// What was found wrong with it when it was assembled; of what is approved, when it was approved. Empty for schools.
    findings: Vec<FindingBody>,
    /// What it says; only where the report itself is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Document, required = false)]
    document: Option<Box<RawValue>>,
    /// What the caller may do now.
    may: Vec<Action>,
}

impl ReportBody {
    /// A report without its document.
    pub(super) fn of(report: &Report, hand: &Hand, language: Language) -> Self {
        let findings = if hand.sees_work() { report.findings.as_slice() } else { &[] };
        Self {
            code: report.code.clone(),
            template: report.template.clone(),
            year: report.year,
            number: report.number,
            title: report.title.clone(),
            state: report.state,
            version: report.version,
            assembly: report.assembly,
            as_of: report.as_of,
            journal_position: report.journal_position,
            sha256: hex(&report.sha256),
            assembled_by: report.assembled_by.clone(),
            assembled_at: report.assembled_at,
            note: report.note.clone().filter(|_| hand.sees_work()),
            approved_by: report.approved_by.clone(),
            approved_at: report.approved_at,
            published_by: report.published_by.clone(),
            published_at: report.published_at,
            updated_by: report.updated_by.clone(),
            updated_at: report.updated_at,
            findings: findings.iter().map(|each| FindingBody::of(each, &report.acknowledged, language)).collect(),
            document: None,
            may: hand.may(report),
        }
    }

    /// The same with its document, as it is kept.
    ///
    /// # Errors
    /// Where the text is no JSON, which is a defect.
    pub(super) fn with_document(mut self, text: String) -> Result<Self> {
        self.document = Some(RawValue::from_string(text).map_err(AppError::internal)?);
        Ok(self)
    }

    /// What orders it among the others.
    pub(super) fn position(&self) -> Position {
        (self.year, self.template.clone(), self.number)
    }
}
