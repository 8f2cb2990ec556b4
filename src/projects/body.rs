//! Projects as they are sent and shown.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::life::{self, Keeper};
use super::model::{Category, Conclusion, Content, Patch, Revision, State, Step, Verdict};
use super::ops::{Change, Proposal};

/// A project that is put forward.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectInput {
    /// Its code, which stands for the same project for ever.
    #[schema(example = "13050021100001", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub code: String,
    /// Its name.
    #[schema(example = "校舍安全工程", min_length = 1, max_length = 200)]
    pub name: String,
    /// What kind of spending it is.
    pub category: Category,
    /// Code of the unit that spends: a school, a section, or the bureau. It never changes.
    #[schema(example = "2113000001", min_length = 1, max_length = 32)]
    pub organisation: String,
    /// Code of the section that is responsible for it.
    #[schema(example = "jijian", min_length = 1, max_length = 32)]
    pub section: String,
    /// The first year.
    #[schema(example = 2022, minimum = 1990, maximum = 2100)]
    pub first_year: i32,
    /// The last year; the first where absent.
    #[serde(default)]
    #[schema(example = 2023, minimum = 1990, maximum = 2100, nullable = true)]
    pub last_year: Option<i32>,
    /// Whether it is a key project (重点项目).
    #[serde(default)]
    pub is_key: bool,
    /// Whether it is paid out of a special fund (专项资金).
    #[serde(default)]
    pub is_special_fund: bool,
    /// What it is for.
    #[serde(default)]
    #[schema(example = "29 所学校 67 栋校舍加固", max_length = 4000, nullable = true)]
    pub summary: Option<String>,
    /// Whatever should be remembered of this entry.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

/// A row of a file of projects.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectRow {
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    category: Category,
    #[schema(min_length = 1, max_length = 32)]
    organisation: String,
    #[schema(min_length = 1, max_length = 32)]
    section: String,
    #[schema(minimum = 1990, maximum = 2100)]
    first_year: i32,
    #[serde(default)]
    #[schema(minimum = 1990, maximum = 2100, nullable = true)]
    last_year: Option<i32>,
    #[serde(default)]
    is_key: bool,
    #[serde(default)]
    is_special_fund: bool,
    #[serde(default)]
    #[schema(max_length = 4000, nullable = true)]
    summary: Option<String>,
    #[serde(default)]
    #[schema(nullable = true)]
    state: Option<State>,
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl ProjectRow {
    /// The project as the row has it, and the state that it is to be in, where it says so.
    pub(super) fn into_proposal(self) -> (Proposal, Option<State>) {
        let Self { code, name, category, organisation, section, first_year, last_year, .. } = self;
        let Self { is_key, is_special_fund, summary, state, note, .. } = self;
        let input = ProjectInput {
            code,
            name,
            category,
            organisation,
            section,
            first_year,
            last_year,
            is_key,
            is_special_fund,
            summary,
            note,
        };
        (input.into_proposal(), state)
    }
}

/// What is to change of a project: a field that is absent stays, null clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(super) struct ProjectPatch {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// What kind of spending it is; not once it is in a budget.
    #[schema(nullable = false)]
    category: Option<Category>,
    /// Code of the section that is responsible for it.
    #[schema(min_length = 1, max_length = 32, nullable = false)]
    section: Option<String>,
    /// The first year.
    #[schema(minimum = 1990, maximum = 2100, nullable = false)]
    first_year: Option<i32>,
    /// The last year.
    #[schema(minimum = 1990, maximum = 2100, nullable = false)]
    last_year: Option<i32>,
    /// Whether it is a key project.
    #[schema(nullable = false)]
    is_key: Option<bool>,
    /// Whether it is paid out of a special fund.
    #[schema(nullable = false)]
    is_special_fund: Option<bool>,
    /// What it is for.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    summary: Option<Option<String>>,
    /// Why it is changed.
    #[serde(default)]
    #[schema(example = "按初步设计调整", max_length = 2000, nullable = true)]
    note: Option<String>,
}

/// Tells null from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// What happens to a project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectStepInput {
    /// Why; needed to reject, and to close before it is completed.
    #[serde(default)]
    #[schema(example = "竣工验收", max_length = 2000, nullable = true)]
    note: Option<String>,
}

pub(super) fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl ProjectInput {
    pub(super) fn into_proposal(self) -> Proposal {
        let content = Content {
            organisation: self.organisation,
            school: None,
            name: self.name.trim().to_owned(),
            category: self.category,
            section: self.section,
            first_year: self.first_year,
            last_year: self.last_year.unwrap_or(self.first_year),
            is_key: self.is_key,
            is_special_fund: self.is_special_fund,
            summary: said(self.summary),
            state: State::Proposed,
        };
        Proposal { code: self.code, content, note: said(self.note) }
    }
}

impl From<ProjectPatch> for Change {
    fn from(patch: ProjectPatch) -> Self {
        let ProjectPatch { name, category, section, first_year, last_year, is_key, is_special_fund, summary, note } =
            patch;
        let name = name.map(|name| name.trim().to_owned());
        let summary = summary.map(said);
        let patch = Patch { name, category, section, first_year, last_year, is_key, is_special_fund, summary };
        Self { step: Step::Update, patch, note: said(note) }
    }
}

impl ProjectStepInput {
    pub(super) fn into_change(self, step: Step) -> Change {
        Change { step, patch: Patch::default(), note: said(self.note) }
    }
}

/// What the last appraisal of a project came to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectVerdict)]
struct VerdictBody {
    /// Its number within the project.
    #[schema(example = 1)]
    appraisal: i32,
    /// The points, of 100.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 86.5)]
    total: Decimal,
    /// What it comes to.
    conclusion: Conclusion,
}

impl From<Verdict> for VerdictBody {
    fn from(Verdict { appraisal, total, conclusion }: Verdict) -> Self {
        Self { appraisal, total: total.normalize(), conclusion }
    }
}

/// A project, and what may be done with it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Project)]
pub(super) struct ProjectBody {
    /// Its code.
    #[schema(example = "13050021100001")]
    pub code: String,
    /// Its name.
    #[schema(example = "校舍安全工程")]
    name: String,
    /// What kind of spending it is.
    category: Category,
    /// Code of the unit that spends.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Name of the unit.
    #[schema(example = "小堡村小学", required)]
    organisation_name: Option<String>,
    /// Code of the section that is responsible for it.
    #[schema(example = "jijian")]
    section: String,
    /// The first year.
    #[schema(example = 2022)]
    first_year: i32,
    /// The last year.
    #[schema(example = 2023)]
    last_year: i32,
    /// Whether it is a key project.
    is_key: bool,
    /// Whether it is paid out of a special fund.
    is_special_fund: bool,
    /// What it is for.
    #[schema(example = "29 所学校 67 栋校舍加固", required)]
    summary: Option<String>,
    /// Where it is in its life.
    state: State,
    /// What its last appraisal came to; null where there is none. It counts in the state `appraised`: a change of the
    /// project takes it back to `proposed`.
    #[schema(required)]
    verdict: Option<VerdictBody>,
    /// Number of the revision, as in the `ETag`.
    #[schema(example = 2)]
    pub revision: i32,
    /// What made this revision: `propose`, `update`, `appraise`, `reject`, `admit`, `start`, `complete`, `close`.
    #[schema(example = "appraise")]
    action: String,
    /// Why.
    #[schema(required)]
    note: Option<String>,
    /// Who recorded it.
    #[schema(example = "user:caiwu.officer")]
    recorded_by: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// What the caller may do now: the actions of `action`.
    #[schema(value_type = Vec<String>, example = json!(["update", "appraise", "admit"]))]
    may: Vec<&'static str>,
}

impl ProjectBody {
    /// A project as it is; `keeper` is whoever asks.
    pub(super) fn of(keeper: &Keeper, revision: Revision) -> Self {
        let may = life::may(keeper, &revision);
        Self::told(revision, may)
    }

    /// A project as it was, with which nothing can be done any more.
    pub(super) fn past(revision: Revision) -> Self {
        Self::told(revision, Vec::new())
    }

    fn told(revision: Revision, may: Vec<&'static str>) -> Self {
        let Revision { code, number, content, organisation_name, verdict, action, note, .. } = revision;
        Self {
            code,
            name: content.name,
            category: content.category,
            organisation: content.organisation,
            organisation_name,
            section: content.section,
            first_year: content.first_year,
            last_year: content.last_year,
            is_key: content.is_key,
            is_special_fund: content.is_special_fund,
            summary: content.summary,
            state: content.state,
            verdict: verdict.map(VerdictBody::from),
            revision: number,
            action,
            note,
            recorded_by: revision.recorded_by,
            recorded_at: revision.recorded_at,
            may,
        }
    }
}
