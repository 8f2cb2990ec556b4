//! What happens to an evaluation: entered, submitted, returned, reviewed, made final; and computed again.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::desk::{Evaluator, is_due};
use super::inputs::{self, Subject};
use super::model::{Action, Correction, Entered, Key, State};
use super::queries::{self, Evaluation, Freezing, Frozen, Step};
use super::sheet::Sheet;
use super::{checks, compute};
use crate::catalogue::Catalogues;
use crate::platform::access::Scope;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation};
use crate::platform::history::{Strand, recording_time, settled_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// The place of an evaluation, and who works there.
pub(super) struct Desk<'a> {
    pub catalogues: &'a Catalogues,
    pub scope: &'a Scope,
    pub evaluator: &'a Evaluator,
    pub key: &'a Key,
}

/// An evaluation as it is shown.
pub(super) struct Shown {
    /// None where nothing was entered yet.
    pub evaluation: Option<Evaluation>,
    /// As it is computed now, or as it was frozen.
    pub sheet: Value,
    /// What stands in the way of handing it in.
    pub obstacles: Vec<Violation>,
    /// What it came to, where it is final.
    pub frozen: Option<Frozen>,
    pub may: Vec<Action>,
}

/// What a person says with a step.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub note: Option<String>,
    pub opinion: Option<String>,
    pub corrections: Vec<Correction>,
}

impl Desk<'_> {
    /// The evaluation as it is.
    pub(super) async fn show(&self, tx: &mut Tx) -> Result<Shown> {
        let moment = settled_time(tx, self.scope, Strand::Decisions).await?;
        let subject = inputs::subject(tx, self.scope, self.key, moment).await?;
        let evaluation = queries::find(tx, self.scope, self.key).await?;
        self.shown(tx, &subject, evaluation, moment).await
    }

    async fn shown(
        &self,
        tx: &mut Tx,
        subject: &Subject,
        evaluation: Option<Evaluation>,
        moment: DateTime<Utc>,
    ) -> Result<Shown> {
        let may = self.evaluator.may(self.key.kind, subject, evaluation.as_ref());
        let is_final = evaluation.as_ref().is_some_and(|evaluation| evaluation.state == State::Final);
        if is_final {
            let frozen = self.frozen(tx).await?;
            let sheet = frozen.sheet.clone();
            return Ok(Shown { evaluation, sheet, obstacles: Vec::new(), frozen: Some(frozen), may });
        }
        let nothing = Entered::default();
        let (entered, corrections) = match &evaluation {
            Some(evaluation) => (&evaluation.entered, evaluation.corrections.as_slice()),
            None => (&nothing, [].as_slice()),
        };
        let sheet = self.sheet(tx, entered, corrections, moment).await?;
        let obstacles = checks::obstacles(self.key.kind, &sheet);
        let sheet = serde_json::to_value(&sheet).map_err(AppError::internal)?;
        Ok(Shown { evaluation, sheet, obstacles, frozen: None, may })
    }

    async fn sheet(
        &self,
        tx: &mut Tx,
        entered: &Entered,
        corrections: &[Correction],
        moment: DateTime<Utc>,
    ) -> Result<Sheet> {
        let inputs = inputs::load(tx, self.catalogues, self.scope, self.key, moment).await?;
        Ok(compute::sheet(&inputs, entered, corrections))
    }

    async fn frozen(&self, tx: &mut Tx) -> Result<Frozen> {
        let frozen = queries::frozen(tx, self.scope, self.key).await?;
        frozen.ok_or_else(|| AppError::internal("a final evaluation has no result"))
    }

    /// Replaces what the unit entered; whether it is the first that was.
    pub(super) async fn save(
        &self,
        tx: &mut Tx,
        entered: &Entered,
        precondition: &Precondition,
    ) -> Result<(bool, Shown)> {
        let Self { scope, key, .. } = *self;
        let moment = settled_time(tx, scope, Strand::Decisions).await?;
        let subject = inputs::subject(tx, scope, key, moment).await?;
        let evaluation = queries::find(tx, scope, key).await?;
        self.evaluator.check(Action::Save, key.kind, &subject, evaluation.as_ref())?;
        precondition.check(evaluation.as_ref().map(|evaluation| evaluation.version))?;
        let state = evaluation.as_ref().map_or(State::Missing, |evaluation| evaluation.state);
        if !state.actions().contains(&Action::Save) {
            return Err(state_forbids(state));
        }
        if evaluation.is_none() && !is_due(key.kind, &subject) {
            return Err(not_due(key, &subject));
        }
        let inputs = inputs::load(tx, self.catalogues, scope, key, moment).await?;
        let sheet = compute::sheet(&inputs, entered, &[]);
        let violations = checks::entered(&inputs.policy.scoring, &sheet, entered);
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let saved = match &evaluation {
            None => queries::begin(tx, scope, key, &subject, entered).await?,
            Some(evaluation) if evaluation.entered == *entered => {
                return Ok((false, self.shown(tx, &subject, Some(evaluation.clone()), moment).await?));
            }
            Some(evaluation) => queries::save(tx, scope, key, evaluation, entered).await?,
        };
        if !saved {
            return Err(overtaken());
        }
        let after = json!({ "targets": entered.targets.len(), "goals": entered.goals.len() });
        self.note(tx, Action::Save, &subject, evaluation.as_ref(), after).await?;
        let begun = evaluation.is_none();
        let evaluation = queries::find(tx, scope, key).await?;
        Ok((begun, self.shown(tx, &subject, evaluation, moment).await?))
    }

    /// Takes the evaluation a step further, or back.
    pub(super) async fn step(
        &self,
        tx: &mut Tx,
        action: Action,
        words: &Words,
        precondition: &Precondition,
    ) -> Result<Shown> {
        let Self { scope, key, .. } = *self;
        let moment = match action {
            // Nothing earlier can be recorded any more, neither decided nor paid.
            Action::Finalise => {
                recording_time(tx, scope, Strand::Decisions).await?;
                settled_time(tx, scope, Strand::Submissions).await?
            }
            _ => settled_time(tx, scope, Strand::Decisions).await?,
        };
        let subject = inputs::subject(tx, scope, key, moment).await?;
        let evaluation = queries::find(tx, scope, key).await?;
        self.evaluator.check(action, key.kind, &subject, evaluation.as_ref())?;
        let Some(evaluation) = evaluation else { return Err(state_forbids(State::Missing)) };
        precondition.check_if_given(Some(evaluation.version))?;
        if !evaluation.state.actions().contains(&action) {
            return Err(state_forbids(evaluation.state));
        }
        let after = match action {
            Action::Return => json!({ "note": words.note }),
            _ => self.advance(tx, action, words, (&subject, &evaluation), moment).await?,
        };
        let step = Step {
            action,
            note: words.note.as_deref(),
            opinion: words.opinion.as_deref(),
            corrections: &words.corrections,
        };
        if !queries::step(tx, scope, key, &evaluation, &step).await? {
            return Err(overtaken());
        }
        self.note(tx, action, &subject, Some(&evaluation), after).await?;
        let evaluation = queries::find(tx, scope, key).await?;
        self.shown(tx, &subject, evaluation, moment).await
    }

    /// Checks that nothing stands in the way, and freezes what becomes final; says for the journal what it comes to.
    async fn advance(
        &self,
        tx: &mut Tx,
        action: Action,
        words: &Words,
        (subject, evaluation): (&Subject, &Evaluation),
        moment: DateTime<Utc>,
    ) -> Result<Value> {
        let corrections = match action {
            Action::Review => &words.corrections,
            _ => &evaluation.corrections,
        };
        let sheet = self.sheet(tx, &evaluation.entered, corrections, moment).await?;
        let wrong = if action == Action::Review { checks::corrections(&sheet, corrections) } else { Vec::new() };
        let violations = if wrong.is_empty() { checks::obstacles(self.key.kind, &sheet) } else { wrong };
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let mut after = json!({ "total": sheet.total.to_string(), "grade": sheet.grade });
        if action == Action::Finalise {
            let journal_position = journal::sealed_position(tx, self.scope).await?;
            let suggestion = sheet.suggestion.as_ref();
            let suggestion = suggestion.ok_or_else(|| AppError::internal("the policy says nothing of a grade"))?;
            let result = Freezing { evaluation, sheet: &sheet, suggestion, journal_position };
            queries::freeze(tx, self.scope, self.key, subject.school.as_deref(), &result).await?;
            if let Some(after) = after.as_object_mut() {
                after.insert("as_of".to_owned(), json!(sheet.as_of));
                after.insert("journal_position".to_owned(), json!(journal_position));
            }
        }
        Ok(after)
    }

    /// The sheet of a final evaluation computed again, beside the frozen one.
    pub(super) async fn recompute(&self, tx: &mut Tx) -> Result<(Value, Frozen)> {
        let moment = settled_time(tx, self.scope, Strand::Decisions).await?;
        inputs::subject(tx, self.scope, self.key, moment).await?;
        let evaluation = queries::find(tx, self.scope, self.key).await?;
        let state = evaluation.map_or(State::Missing, |evaluation| evaluation.state);
        if state != State::Final {
            return Err(AppError::new(Code::StateForbids)
                .detail(say!("只有定稿后才能复算", "Only what is final can be computed again"))
                .state(state.name(), vec![]));
        }
        let frozen = self.frozen(tx).await?;
        let sheet = self.sheet(tx, &frozen.entered, &frozen.corrections, frozen.as_of).await?;
        Ok((serde_json::to_value(&sheet).map_err(AppError::internal)?, frozen))
    }

    /// Writes the journal.
    async fn note(
        &self,
        tx: &mut Tx,
        action: Action,
        subject: &Subject,
        before: Option<&Evaluation>,
        mut after: Value,
    ) -> Result<()> {
        let state = match (action, before) {
            (Action::Save, Some(before)) => before.state,
            _ => action.leads_to(),
        };
        if let Some(after) = after.as_object_mut() {
            after.insert("state".to_owned(), json!(state));
            after.insert("version".to_owned(), json!(before.map_or(1, |before| before.version + 1)));
        }
        let entry = Entry {
            action: action.journaled(),
            subject_type: "evaluation",
            subject: self.key.to_string(),
            school: subject.school.as_deref(),
            before: before.map(|before| json!({ "state": before.state, "version": before.version })),
            after: Some(after),
        };
        journal::record(tx, self.scope, vec![entry]).await
    }
}

/// 409: in this state that cannot be done.
fn state_forbids(state: State) -> AppError {
    let name = state.name();
    AppError::new(Code::StateForbids)
        .detail(say!("评价当前状态为 {name}", "The evaluation is {name} now"))
        .state(name, state.actions().iter().map(|action| action.name().to_owned()).collect())
}

/// 409: there is nothing to be evaluated.
fn not_due(key: &Key, subject: &Subject) -> AppError {
    let (year, state) = (key.year, subject.project_state.clone().unwrap_or_default());
    AppError::new(Code::StateForbids)
        .detail(say!(
            "项目状态为 {state}，不在 {year} 年评价范围内",
            "The project is {state}: in {year} there is nothing to be evaluated of it"
        ))
        .state(state, vec![])
}

/// 412: somebody else was quicker.
fn overtaken() -> AppError {
    AppError::new(Code::PreconditionFailed)
        .detail(say!("内容刚被他人修改，请重新读取", "Somebody changed it just now; read it again"))
}
