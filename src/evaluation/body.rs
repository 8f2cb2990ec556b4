//! Evaluations as they are sent and shown.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use utoipa::ToSchema;

use super::model::{Action, Correction, Entered, GoalEntry, Key, Kind, State, TargetEntry};
use super::ops::{Shown, Words};
use super::sheet::Sheet;
use crate::platform::decimal::{self, Refusal};
use crate::platform::error::{AppError, Result, Violation, ViolationBody, ViolationCode};
use crate::platform::message::Language;
use crate::say;
use crate::scoring::Band;

/// What the unit enters; it replaces what was entered before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EvaluationInput {
    /// What is said of the whole.
    #[serde(default)]
    #[schema(example = "全年任务基本完成，一个操场因汛期推迟。", max_length = 10_000, nullable = true)]
    summary: Option<String>,
    /// What became of the goals.
    #[serde(default)]
    #[schema(max_items = 1_000, required = false)]
    goals: Vec<GoalInput>,
    /// Scores of qualitative targets, reasons and measures.
    #[serde(default)]
    #[schema(max_items = 10_000, required = false)]
    targets: Vec<TargetInput>,
}

/// What became of a goal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvaluatedGoalInput)]
struct GoalInput {
    /// Code of the goal.
    #[schema(example = "renovation", max_length = 64)]
    goal: String,
    /// 实际完成情况.
    #[schema(example = "新建操场 11 个，维修 5 个。", min_length = 1, max_length = 10_000)]
    actual: String,
}

/// What is entered of a target.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvaluatedTargetInput)]
struct TargetInput {
    /// Code of the goal.
    #[schema(example = "renovation", max_length = 64)]
    goal: String,
    /// Code of the target within the goal.
    #[schema(example = "influence", max_length = 64)]
    target: String,
    /// How far a qualitative target was reached.
    #[serde(default)]
    #[schema(nullable = true)]
    band: Option<Band>,
    /// Its score, within that band; at most 2 decimals.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 9, nullable = true)]
    score: Option<Number>,
    /// What was achieved, in words.
    #[serde(default)]
    #[schema(example = "家长反映良好", max_length = 2_000, nullable = true)]
    actual: Option<String>,
    /// 偏差原因.
    #[serde(default)]
    #[schema(example = "汛期推迟施工", max_length = 2_000, nullable = true)]
    reason: Option<String>,
    /// 改进措施.
    #[serde(default)]
    #[schema(example = "次年提前招标", max_length = 2_000, nullable = true)]
    measures: Option<String>,
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvaluationNoteInput)]
pub(super) struct NoteInput {
    /// Why; needed to return.
    #[serde(default)]
    #[schema(example = "请补充操场未完成的原因", max_length = 2_000, nullable = true)]
    note: Option<String>,
}

/// What a review says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewInput {
    /// What it says of the whole.
    #[serde(default)]
    #[schema(example = "情况属实", max_length = 10_000, nullable = true)]
    opinion: Option<String>,
    /// Scores of targets that are corrected.
    #[serde(default)]
    #[schema(max_items = 10_000, required = false)]
    corrections: Vec<CorrectionInput>,
}

/// A score that is corrected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectionInput {
    /// Code of the goal.
    #[schema(example = "renovation", max_length = 64)]
    goal: String,
    /// Code of the target within the goal.
    #[schema(example = "playgrounds", max_length = 64)]
    target: String,
    /// What it scores, from 0 to its weight; at most 2 decimals.
    #[schema(value_type = f64, example = 15)]
    score: Number,
    /// Why.
    #[schema(example = "两个操场未通过验收", min_length = 1, max_length = 2_000)]
    reason: String,
}

fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn read_score(number: &Number, place: String, violations: &mut Vec<Violation>) -> Option<Decimal> {
    let refused = |refusal| match refusal {
        Refusal::NotANumber => (ViolationCode::WrongFormat, say!("不是数字", "This is not a number")),
        Refusal::TooManyDigits => {
            (ViolationCode::TooManyDigits, say!("得分至多 2 位小数", "A score has at most 2 decimals"))
        }
    };
    match decimal::parse(&number.to_string(), 2) {
        Ok(score) => Some(score),
        Err(refusal) => {
            let (code, message) = refused(refusal);
            violations.push(Violation::new(place, code, message));
            None
        }
    }
}

impl EvaluationInput {
    /// What is entered.
    ///
    /// # Errors
    /// Scores with too many digits.
    pub(super) fn read(self) -> Result<Entered> {
        let mut violations = Vec::new();
        let mut target = |(i, input): (usize, TargetInput)| TargetEntry {
            goal: input.goal,
            target: input.target,
            band: input.band,
            score: input.score.and_then(|score| read_score(&score, format!("/targets/{i}/score"), &mut violations)),
            actual: said(input.actual),
            reason: said(input.reason),
            measures: said(input.measures),
        };
        let targets = self.targets.into_iter().enumerate().map(&mut target).collect();
        let goal = |GoalInput { goal, actual }: GoalInput| GoalEntry { goal, actual: actual.trim().to_owned() };
        let goals = self.goals.into_iter().map(goal).collect();
        if violations.is_empty() {
            Ok(Entered { summary: said(self.summary), goals, targets })
        } else {
            Err(AppError::invalid(violations))
        }
    }
}

impl NoteInput {
    pub(super) fn read(self) -> Words {
        Words { note: said(self.note), ..Words::default() }
    }

    /// As [`NoteInput::read`], of what takes a note.
    ///
    /// # Errors
    /// That there is none.
    pub(super) fn read_needed(self) -> Result<Words> {
        let words = self.read();
        if words.note.is_none() {
            return Err(AppError::violation("/note", ViolationCode::Missing, say!("请说明原因", "Say why")));
        }
        Ok(words)
    }
}

impl ReviewInput {
    /// What the review says.
    ///
    /// # Errors
    /// Scores with too many digits.
    pub(super) fn read(self) -> Result<Words> {
        let mut violations = Vec::new();
        let mut corrections = Vec::new();
        for (i, CorrectionInput { goal, target, score, reason }) in self.corrections.into_iter().enumerate() {
            if let Some(score) = read_score(&score, format!("/corrections/{i}/score"), &mut violations) {
                corrections.push(Correction { goal, target, score, reason: reason.trim().to_owned() });
            }
        }
        if violations.is_empty() {
            Ok(Words { note: None, opinion: said(self.opinion), corrections })
        } else {
            Err(AppError::invalid(violations))
        }
    }
}

/// An evaluation: how far it has come, its sheet, and what may be done now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evaluation)]
pub(super) struct EvaluationBody {
    /// The year that is evaluated.
    #[schema(example = 2022)]
    year: i32,
    /// What is evaluated.
    kind: Kind,
    /// Code of the project, of the school, or of the bureau.
    #[schema(example = "130128220000000000001")]
    subject: String,
    /// How far it has come.
    state: State,
    /// The version of what was entered and decided, as in the `ETag`; null where nothing was entered yet.
    #[schema(example = 2, required)]
    pub version: Option<i32>,
    /// What is said of the whole.
    #[schema(required)]
    summary: Option<String>,
    /// The sheet: computed as of now, or, of what is final, as it was frozen.
    #[schema(value_type = Sheet)]
    sheet: Value,
    /// What stands in the way of handing it in, at its place in the sheet.
    obstacles: Vec<ViolationBody>,
    /// What the review says of the whole.
    #[schema(example = "情况属实", required)]
    opinion: Option<String>,
    /// Why it was returned.
    #[schema(required)]
    note: Option<String>,
    /// Who handed it in.
    #[schema(example = "user:principal", required)]
    submitted_by: Option<String>,
    /// When it was handed in.
    #[schema(required)]
    submitted_at: Option<DateTime<Utc>>,
    /// Who reviewed it.
    #[schema(example = "user:finance", required)]
    reviewed_by: Option<String>,
    /// When it was reviewed.
    #[schema(required)]
    reviewed_at: Option<DateTime<Utc>>,
    /// Who made it final.
    #[schema(example = "user:leader", required)]
    finalised_by: Option<String>,
    /// As of which moment it was frozen.
    #[schema(required)]
    frozen_as_of: Option<DateTime<Utc>>,
    /// Where the sealed journal ended when it was frozen.
    #[schema(example = 4711, required)]
    journal_position: Option<i64>,
    /// Who changed it last.
    #[schema(example = "user:principal", required)]
    updated_by: Option<String>,
    /// When it was changed last.
    #[schema(required)]
    updated_at: Option<DateTime<Utc>>,
    /// What the caller may do now.
    may: Vec<Action>,
}

impl EvaluationBody {
    pub(super) fn of(key: &Key, shown: Shown, language: Language) -> Self {
        let Shown { evaluation, sheet, obstacles, frozen, may, .. } = shown;
        let evaluation = evaluation.as_ref();
        let text =
            |of: fn(&super::queries::Evaluation) -> &Option<String>| evaluation.and_then(|each| of(each).clone());
        Self {
            year: key.year,
            kind: key.kind,
            subject: key.subject.clone(),
            state: evaluation.map_or(State::Missing, |each| each.state),
            version: evaluation.map(|each| each.version),
            summary: text(|each| &each.entered.summary),
            sheet,
            obstacles: obstacles.iter().map(|each| each.body(language)).collect(),
            opinion: text(|each| &each.opinion),
            note: text(|each| &each.note),
            submitted_by: text(|each| &each.submitted_by),
            submitted_at: evaluation.and_then(|each| each.submitted_at),
            reviewed_by: text(|each| &each.reviewed_by),
            reviewed_at: evaluation.and_then(|each| each.reviewed_at),
            finalised_by: frozen.as_ref().map(|frozen| frozen.finalised_by.clone()),
            frozen_as_of: frozen.as_ref().map(|frozen| frozen.as_of),
            journal_position: frozen.as_ref().map(|frozen| frozen.journal_position),
            updated_by: evaluation.map(|each| each.updated_by.clone()),
            updated_at: evaluation.map(|each| each.updated_at),
            may,
        }
    }
}

/// A final evaluation, computed again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Recomputation {
    /// As of which moment everything was read again.
    pub as_of: DateTime<Utc>,
    /// Whether it comes to exactly what was frozen.
    #[schema(example = true)]
    pub identical: bool,
    /// The sheet as it was computed now.
    #[schema(value_type = Sheet)]
    pub sheet: Value,
}
