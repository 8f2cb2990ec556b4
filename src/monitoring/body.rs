//! Rounds and sheets as they are sent and shown.

mod entered;
mod sheet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Round, RoundState, State, named};
use super::queries::Count;
use crate::platform::error::Result;
use crate::scoring::Light;

pub(super) use entered::SheetInput;
pub(super) use sheet::{RowBody, SheetBody};

/// A round to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoringRoundInput)]
pub(super) struct RoundInput {
    /// Its code, which stands for it for ever.
    #[schema(example = "2022-07", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub code: String,
    /// Its name.
    #[schema(example = "2022年1—7月绩效运行监控", min_length = 1, max_length = 200)]
    pub name: String,
    /// The budget year.
    #[schema(example = 2022, minimum = 1949, maximum = 2199)]
    pub year: i32,
    /// The month at whose end is looked, 1 to 12.
    #[schema(example = 7, minimum = 1, maximum = 12)]
    pub month: u32,
    /// The day by which the sheets are handed in.
    #[schema(example = "2022-08-20")]
    pub due_on: NaiveDate,
}

/// What is said at a step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MonitoringNote)]
pub(super) struct NoteInput {
    /// Why; needed to return.
    #[serde(default)]
    #[schema(example = "请补充整改措施", max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

impl NoteInput {
    /// What was said, where it was anything.
    pub(super) fn said(&self) -> Option<&str> {
        self.note.as_deref().map(str::trim).filter(|note| !note.is_empty())
    }
}

/// How many sheets are in each state.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = MonitoringProgress)]
struct ProgressBody {
    /// Nobody has begun.
    not_begun: i64,
    /// Being filled in.
    draft: i64,
    /// Handed in.
    submitted: i64,
    /// Returned to be mended.
    returned: i64,
    /// Reviewed.
    reviewed: i64,
}

/// How many sheets show each light.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = MonitoringLights)]
struct LightsBody {
    /// Red.
    red: i64,
    /// Yellow.
    yellow: i64,
    /// Green.
    green: i64,
    /// Blue.
    blue: i64,
    /// Without a budget and without a target that has a value.
    none: i64,
}

/// What a person may do with a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MonitoringRoundAction)]
pub(super) enum RoundAction {
    /// Look again.
    Refresh,
    /// End it.
    Close,
}

/// A round of monitoring.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRound)]
pub(super) struct RoundBody {
    /// Its code.
    #[schema(example = "2022-07")]
    pub code: String,
    /// Its name.
    #[schema(example = "2022年1—7月绩效运行监控")]
    name: String,
    /// The budget year.
    #[schema(example = 2022)]
    year: i32,
    /// The month at whose end is looked.
    #[schema(example = 7)]
    month: u32,
    /// The last day whose payments count.
    #[schema(example = "2022-07-31")]
    until: NaiveDate,
    /// The day by which the sheets are handed in.
    #[schema(example = "2022-08-20")]
    due_on: NaiveDate,
    /// Whether it goes on.
    state: RoundState,
    /// The moment as of which was looked, the last time.
    read_at: DateTime<Utc>,
    /// Who opened it.
    #[schema(example = "user:finance")]
    opened_by: String,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// Who closed it; null while it is open.
    #[schema(required)]
    closed_by: Option<String>,
    /// When it was closed; null while it is open.
    #[schema(required)]
    closed_at: Option<DateTime<Utc>>,
    /// How far the sheets are that the caller sees.
    progress: ProgressBody,
    /// What they show.
    lights: LightsBody,
    /// The version, as in the `ETag`.
    #[schema(example = 1)]
    pub version: i32,
    /// What the caller may do now.
    may: Vec<RoundAction>,
}

impl RoundBody {
    /// A round, with the counts that are its own; `runs` is whether the caller runs rounds.
    pub(super) fn of(round: Round, counts: &[Count], runs: bool) -> Result<Self> {
        let (mut progress, mut lights) = (ProgressBody::default(), LightsBody::default());
        for count in counts.iter().filter(|count| count.round == round.code) {
            *match named::<State>(count.state.clone())? {
                State::NotBegun => &mut progress.not_begun,
                State::Draft => &mut progress.draft,
                State::Submitted => &mut progress.submitted,
                State::Returned => &mut progress.returned,
                State::Reviewed => &mut progress.reviewed,
            } += count.sheets;
            *match count.light.clone().map(named::<Light>).transpose()? {
                Some(Light::Red) => &mut lights.red,
                Some(Light::Yellow) => &mut lights.yellow,
                Some(Light::Green) => &mut lights.green,
                Some(Light::Blue) => &mut lights.blue,
                None => &mut lights.none,
            } += count.sheets;
        }
        let open = runs && round.state == RoundState::Open;
        Ok(Self {
            code: round.code,
            name: round.name,
            year: round.cut_off.year,
            month: round.cut_off.month.number_from_month(),
            until: round.cut_off.until,
            due_on: round.due_on,
            state: round.state,
            read_at: round.read_at,
            opened_by: round.opened_by,
            opened_at: round.opened_at,
            closed_by: round.closed_by,
            closed_at: round.closed_at,
            progress,
            lights,
            version: round.version,
            may: if open { vec![RoundAction::Refresh, RoundAction::Close] } else { Vec::new() },
        })
    }
}
