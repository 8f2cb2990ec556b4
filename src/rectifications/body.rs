//! Rectifications as they are sent and shown.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::life::{self, Hand};
use super::model::{Change, Revision, Source, State, Stay, Step, Subject};
use super::ops::Entered;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::say;

/// The kind of thing in which something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RectificationSubjectType)]
pub(super) enum SubjectType {
    /// A project; its key is the code.
    Project,
    /// A record; its key is register and code.
    Record,
    /// An asset card; its key is the code.
    Asset,
    /// A goal; its key is year and code.
    Goal,
    /// A monitoring sheet; its key is round and project.
    MonitoringSheet,
    /// An evaluation; its key is year, kind and subject.
    Evaluation,
}

impl SubjectType {
    /// As the journal names it.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Record => "record",
            Self::Asset => "asset",
            Self::Goal => "goal",
            Self::MonitoringSheet => "monitoring_sheet",
            Self::Evaluation => "evaluation",
        }
    }
}

/// Something that was found and has to be put right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RectificationInput {
    /// Its code, which stands for the same finding for ever.
    #[schema(example = "2022-audit-03", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub code: String,
    /// Code of the unit that has to put it right.
    #[schema(example = "2113000001", min_length = 1, max_length = 32)]
    organisation: String,
    /// Code of the section that watches over it.
    #[schema(example = "caiwu", min_length = 1, max_length = 32)]
    section: String,
    /// Where it comes from.
    source: Source,
    /// The kind of thing in which it was found, together with `subject`.
    #[serde(default)]
    #[schema(nullable = true)]
    subject_type: Option<SubjectType>,
    /// The natural key of that thing, as the journal names it.
    #[serde(default)]
    #[schema(example = "13050021100001", min_length = 1, max_length = 300, nullable = true)]
    subject: Option<String>,
    /// What was found.
    #[schema(example = "专项资金支出进度低于 60%", min_length = 1, max_length = 4000)]
    finding: String,
    /// What is to be done.
    #[serde(default)]
    #[schema(max_length = 4000, nullable = true)]
    measure: Option<String>,
    /// Who sees to it.
    #[serde(default)]
    #[schema(max_length = 200, nullable = true)]
    owner: Option<String>,
    /// The day on which it was found; today where absent.
    #[serde(default)]
    #[schema(example = "2022-08-10", nullable = true)]
    found_on: Option<NaiveDate>,
    /// The day on which it has to be put right.
    #[schema(example = "2022-09-10")]
    due_on: NaiveDate,
    /// Whatever should be remembered of this entry.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl RectificationInput {
    pub(super) fn into_finding(self) -> Result<Entered> {
        let subject = match (self.subject_type, self.subject) {
            (Some(kind), Some(key)) => Some(Subject { kind: kind.code().to_owned(), key }),
            (None, None) => None,
            (kind, _) => {
                let missing = if kind.is_none() { "/subject_type" } else { "/subject" };
                let message = say!("subject_type 与 subject 应同时给出", "Give both subject_type and subject");
                return Err(AppError::violation(missing, ViolationCode::Missing, message));
            }
        };
        Ok(Entered {
            code: self.code,
            organisation: self.organisation,
            section: self.section,
            source: self.source,
            subject,
            finding: self.finding.trim().to_owned(),
            measure: said(self.measure),
            owner: said(self.owner),
            found_on: self.found_on,
            due_on: self.due_on,
            note: said(self.note),
        })
    }
}

/// What is to be different; a field that is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RectificationPatch {
    /// What is to be done.
    #[schema(example = "按月通报支出进度", min_length = 1, max_length = 4000, nullable = false)]
    measure: Option<String>,
    /// Who sees to it.
    #[schema(example = "总务主任", min_length = 1, max_length = 200, nullable = false)]
    owner: Option<String>,
    /// The day on which it has to be put right: said by those who watch over it, with a note.
    #[schema(example = "2022-10-10", nullable = false)]
    due_on: Option<NaiveDate>,
    /// Why it is changed.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl From<RectificationPatch> for Change {
    fn from(RectificationPatch { measure, owner, due_on, note }: RectificationPatch) -> Self {
        let (measure, owner, note) = (said(measure), said(owner), said(note));
        Self { step: Step::Update, measure, owner, due_on, on: None, note }
    }
}

/// What happens to a rectification.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RectificationStepInput {
    /// The day on which the state was entered; today where absent.
    #[serde(default)]
    #[schema(example = "2022-09-05", nullable = true)]
    on: Option<NaiveDate>,
    /// What is to be done, where it is said at the same time.
    #[serde(default)]
    #[schema(max_length = 4000, nullable = true)]
    measure: Option<String>,
    /// Who sees to it, where it is said at the same time.
    #[serde(default)]
    #[schema(max_length = 200, nullable = true)]
    owner: Option<String>,
    /// What was done, or what is still wrong; needed to resolve and to send back.
    #[serde(default)]
    #[schema(example = "已按进度支付", max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl RectificationStepInput {
    pub(super) fn into_change(self, step: Step) -> Change {
        let Self { on, measure, owner, note } = self;
        Change { step, measure: said(measure), owner: said(owner), due_on: None, on, note: said(note) }
    }
}

fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A state, and since when it lasts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RectificationStay)]
struct StayBody {
    /// The state.
    state: State,
    /// The day on which it was entered.
    #[schema(example = "2022-08-10")]
    since: NaiveDate,
}

/// A rectification: what was found, what is done about it, and what may be done now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rectification)]
pub(super) struct RectificationBody {
    /// Its code.
    #[schema(example = "2022-audit-03")]
    pub code: String,
    /// Code of the unit that has to put it right.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Name of the unit.
    #[schema(example = "小堡村小学", required)]
    organisation_name: Option<String>,
    /// Code of the section that watches over it.
    #[schema(example = "caiwu")]
    section: String,
    /// Where it comes from.
    source: Source,
    /// The kind of thing in which it was found.
    #[schema(example = "project", required)]
    subject_type: Option<String>,
    /// The natural key of that thing.
    #[schema(example = "13050021100001", required)]
    subject: Option<String>,
    /// What was found.
    #[schema(example = "专项资金支出进度低于 60%")]
    finding: String,
    /// What is to be done.
    #[schema(example = "按月通报支出进度", required)]
    measure: Option<String>,
    /// Who sees to it.
    #[schema(example = "总务主任", required)]
    owner: Option<String>,
    /// The day on which it was found.
    #[schema(example = "2022-08-10")]
    found_on: NaiveDate,
    /// The day on which it has to be put right.
    #[schema(example = "2022-09-10")]
    pub due_on: NaiveDate,
    /// How far it has come.
    state: State,
    /// The states in their order; the last is the present one.
    timeline: Vec<StayBody>,
    /// Whether it should have been put right, and is not.
    overdue: bool,
    /// For how many days it should have been put right.
    #[schema(example = 0)]
    days_overdue: i64,
    /// Number of the revision, as in the `ETag`.
    #[schema(example = 2)]
    pub revision: i32,
    /// What made this revision: `open`, `update`, `begin`, `resolve`, `verify`, `send_back`.
    #[schema(example = "begin")]
    action: String,
    /// Why, or what was done.
    #[schema(required)]
    note: Option<String>,
    /// Who recorded it.
    #[schema(example = "user:2113000001.principal")]
    recorded_by: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// What the caller may do now: `update`, `begin`, `resolve`, `verify`, `send_back`.
    #[schema(value_type = Vec<String>, example = json!(["update", "resolve"]))]
    may: Vec<&'static str>,
}

impl RectificationBody {
    /// A rectification as it is on a day; `hand` is whoever asks.
    pub(super) fn of(hand: &Hand, revision: Revision, today: NaiveDate) -> Self {
        let may = life::may(hand, &revision);
        let days_overdue = revision.content.days_overdue(today);
        Self::told(revision, days_overdue, may)
    }

    /// A rectification as it was known then, with which nothing can be done any more.
    pub(super) fn past(revision: Revision, recorded_on: NaiveDate) -> Self {
        let days_overdue = revision.content.days_overdue(recorded_on);
        Self::told(revision, days_overdue, Vec::new())
    }

    fn told(revision: Revision, days_overdue: i64, may: Vec<&'static str>) -> Self {
        let Revision { code, number, content, organisation_name, action, note, recorded_by, recorded_at } = revision;
        let state = content.state();
        let (subject_type, subject) = content.subject.map(|Subject { kind, key }| (kind, key)).unzip();
        let stay = |Stay { state, since }: Stay| StayBody { state, since };
        Self {
            code,
            organisation: content.organisation,
            organisation_name,
            section: content.section,
            source: content.source,
            subject_type,
            subject,
            finding: content.finding,
            measure: content.measure,
            owner: content.owner,
            found_on: content.found_on,
            due_on: content.due_on,
            state,
            timeline: content.timeline.into_iter().map(stay).collect(),
            overdue: days_overdue > 0,
            days_overdue,
            revision: number,
            action,
            note,
            recorded_by,
            recorded_at,
            may,
        }
    }
}
