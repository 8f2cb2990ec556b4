//! Submissions as they are sent and shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::content::{Cell, Dimensions, Explanation, RawCell};
use super::desk::Desk;
use super::findings::{Finding, Kind};
use super::model::{Action, State};
use super::sheet::Sheet;
use super::window::{WindowBody, window_body};
use crate::catalogue::CellValue;
use crate::platform::access::Caller;
use crate::platform::clock::local_date;
use crate::platform::error::Result;
use crate::platform::message::Language;

/// A form, a period, a school.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct SubmissionPath {
    /// Code of the form.
    #[param(example = "gaokao")]
    pub form: String,
    /// The period, of the form's period type.
    #[param(example = "2022")]
    pub period: String,
    /// Code of the school.
    #[param(example = "3413000001")]
    pub school: String,
}

/// The working document of a school.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionInput {
    /// The cells. Those that are left out are not reported.
    #[schema(max_items = 5000)]
    pub values: Vec<CellInput>,
    /// Why warnings are all right.
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    pub explanations: Vec<ExplanationBody>,
}

/// One value of one indicator, as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CellInput {
    /// Code of the indicator.
    #[schema(example = "gaokao.undergraduate", max_length = 100)]
    pub indicator: String,
    /// One option of each dimension of the indicator.
    #[serde(default)]
    #[schema(value_type = HashMap<String, String>, example = json!({"exam_category": "arts"}), required = false)]
    pub dimensions: Dimensions,
    /// The value; null where it is not reported, which is not zero.
    #[serde(default)]
    #[schema(value_type = CellScalar, required = false)]
    pub value: serde_json::Value,
    /// What whoever reads it should know.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

/// One value of one indicator, as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CellBody {
    /// Code of the indicator.
    #[schema(example = "gaokao.undergraduate")]
    indicator: String,
    /// One option of each dimension of the indicator.
    #[schema(value_type = HashMap<String, String>, example = json!({"exam_category": "arts"}))]
    dimensions: Dimensions,
    /// The value; null where it is not reported.
    #[schema(required, value_type = CellScalar)]
    value: Option<CellValue>,
    /// What whoever reads it should know.
    #[schema(required)]
    note: Option<String>,
}

impl From<Cell> for CellBody {
    fn from(Cell { indicator, dimensions, value, note }: Cell) -> Self {
        Self { indicator, dimensions, value, note }
    }
}

/// A number (exact), true or false, a text, the code of an option, or a date as `YYYY-MM-DD`; null where nothing is
/// reported.
pub struct CellScalar;

impl PartialSchema for CellScalar {
    fn schema() -> RefOr<Schema> {
        let types = [Type::Number, Type::Boolean, Type::String, Type::Null];
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter(types))
            .description(Some(
                "A number (exact), true or false, a text, the code of an option, or a date; null where nothing is reported",
            ))
            .examples([serde_json::json!(85)])
            .into()
    }
}

impl ToSchema for CellScalar {}

/// Why a warning is all right.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Explanation)]
pub struct ExplanationBody {
    /// Code of the rule.
    #[schema(example = "steady")]
    pub rule: String,
    /// The explanation.
    #[schema(example = "两校合并，学生增加", max_length = 2000, pattern = r"\S")]
    pub text: String,
}

impl From<ExplanationBody> for Explanation {
    fn from(ExplanationBody { rule, text }: ExplanationBody) -> Self {
        Self { rule, text }
    }
}

/// Why a submission is returned or reopened, and whatever else should be remembered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteInput {
    /// Needed to return and to reopen.
    #[serde(default)]
    #[schema(example = "艺术类人数与名单不符，请核对", max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

/// What kind of finding, and whether it stands in the way of submitting.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FindingKind {
    /// A required value is missing.
    MissingValue,
    /// A rule of severity `error` does not hold.
    BrokenRule,
    /// A rule of severity `warning` does not hold and is not explained.
    UnexplainedWarning,
    /// A rule of severity `warning` does not hold, and is explained.
    ExplainedWarning,
}

/// Something that whoever fills in or reviews the form should know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
struct FindingBody {
    /// What kind of finding it is.
    kind: FindingKind,
    /// Whether it stands in the way of submitting.
    blocks: bool,
    /// Code of the rule, or of the indicator whose value is missing.
    #[schema(example = "steady")]
    about: String,
    /// The finding in words.
    #[schema(example = "学生数与上期相差超过三成")]
    message: String,
}

impl FindingBody {
    fn of(finding: Finding, language: Language) -> Self {
        let kind = match finding.kind {
            Kind::MissingValue => FindingKind::MissingValue,
            Kind::BrokenRule => FindingKind::BrokenRule,
            Kind::UnexplainedWarning => FindingKind::UnexplainedWarning,
            Kind::ExplainedWarning => FindingKind::ExplainedWarning,
        };
        let message = finding.message.text(language).to_owned();
        Self { kind, blocks: finding.kind.blocks(), about: finding.about, message }
    }
}

/// A school's submission: the working document, how far it has come, and what may be done now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Submission)]
pub(super) struct SubmissionBody {
    /// Code of the form.
    #[schema(example = "gaokao")]
    form: String,
    /// The version of the form by which it is checked now.
    #[schema(example = 1)]
    form_version: i32,
    /// The period.
    #[schema(example = "2022")]
    period: String,
    /// Code of the school.
    #[schema(example = "3413000001")]
    school: String,
    /// Name of the school.
    #[schema(example = "深泽中学")]
    school_name: String,
    /// How far it has come.
    state: State,
    /// Row version, as in the `ETag`; null before anything is saved.
    #[schema(required)]
    pub version: Option<i32>,
    /// The cells that say something, in the order of the form.
    values: Vec<CellBody>,
    /// Why warnings are all right.
    explanations: Vec<ExplanationBody>,
    /// What stands in the way of submitting, and what a reviewer should know.
    findings: Vec<FindingBody>,
    /// Number of the newest revision; null before the first submission.
    #[schema(required)]
    revision: Option<i32>,
    /// Number of the revision that counts; null where none was accepted.
    #[schema(required)]
    accepted_revision: Option<i32>,
    /// Whether it was submitted late, or is overdue.
    late: bool,
    /// Who submitted the newest revision.
    #[schema(required)]
    submitted_by: Option<String>,
    /// When it was submitted.
    #[schema(required)]
    submitted_at: Option<DateTime<Utc>>,
    /// Why it was returned or reopened.
    #[schema(required)]
    note: Option<String>,
    /// Who changed it last.
    #[schema(required)]
    updated_by: Option<String>,
    /// When it was changed last.
    #[schema(required)]
    updated_at: Option<DateTime<Utc>>,
    /// When it may be filled in.
    window: WindowBody,
    /// What the caller may do now.
    may: Vec<Action>,
}

impl SubmissionBody {
    pub(super) fn of(
        sheet: &Sheet,
        desk: Desk,
        caller: &Caller,
        now: DateTime<Utc>,
        language: Language,
    ) -> Result<Self> {
        let form = sheet.form()?;
        let today = local_date(now);
        let window = sheet.window(desk.extended_until)?;
        let may = sheet.may(&desk, caller, today)?;
        let state = desk.state();
        let version = desk.version();
        let (late, submission) = match desk.submission {
            Some(submission) if submission.revision > 0 => (submission.late, Some(submission)),
            submission => (window.is_late(today), submission),
        };
        let content = submission.as_ref().map(|submission| submission.content.clone()).unwrap_or_default();
        let findings = sheet.findings(&content, desk.previous.as_ref())?;
        let explanations =
            content.explanations.into_iter().map(|Explanation { rule, text }| ExplanationBody { rule, text }).collect();
        Ok(Self {
            form: form.definition.code.clone(),
            form_version: form.version,
            period: sheet.period.to_string(),
            school: desk.school.code,
            school_name: desk.school.name,
            state,
            version,
            values: content.values.into_iter().map(CellBody::from).collect(),
            explanations,
            findings: findings.into_iter().map(|finding| FindingBody::of(finding, language)).collect(),
            revision: submission.as_ref().map(|each| each.revision).filter(|revision| *revision > 0),
            accepted_revision: submission.as_ref().and_then(|each| each.accepted_revision),
            late,
            submitted_by: submission.as_ref().and_then(|each| each.submitted_by.clone()),
            submitted_at: submission.as_ref().and_then(|each| each.submitted_at),
            note: submission.as_ref().and_then(|each| each.note.clone()),
            updated_by: submission.as_ref().map(|each| each.updated_by.clone()),
            updated_at: submission.as_ref().map(|each| each.updated_at),
            window: window_body(window, today, &form.definition.section),
            may,
        })
    }
}

impl From<CellInput> for RawCell {
    fn from(CellInput { indicator, dimensions, value, note }: CellInput) -> Self {
        Self { indicator, dimensions, value, note }
    }
}
