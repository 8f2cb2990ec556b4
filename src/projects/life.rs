//! Who may take a project where. Pure.

use super::model::{Category, Conclusion, Content, Revision, State, Step};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

/// A caller, as one who keeps projects or decides on them.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    scope: Scope,
    writes: bool,
    decides: bool,
}

impl Keeper {
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            scope: caller.scope_for_own_account(),
            writes: caller.may(Permission::WriteProjects),
            decides: caller.may(Permission::AppraiseProjects),
        }
    }

    /// Whether the caller may change projects of a unit that a section is responsible for: the school its own, a section
    /// its own and those that it is responsible for, and all of them whoever decides on them or stands at the bureau itself.
    pub(super) fn keeps(&self, organisation: &str, section: &str) -> bool {
        let own = match self.scope.school() {
            Some(school) => school == organisation,
            None => {
                self.decides
                    || self.scope.is_bureau_wide()
                    || self.scope.works_in(organisation)
                    || self.scope.works_in(section)
            }
        };
        self.writes && own
    }

    /// The same, from the bureau's side.
    fn oversees(&self, content: &Content) -> bool {
        self.scope.school().is_none() && self.keeps(&content.organisation, &content.section)
    }

    /// Whether the caller belongs to those who may take a step, four eyes apart.
    fn may_take(&self, step: Step, content: &Content) -> bool {
        match step {
            Step::Propose | Step::Update | Step::Start | Step::Complete => {
                self.keeps(&content.organisation, &content.section)
            }
            Step::Reject | Step::Close => self.oversees(content),
            Step::Appraise | Step::Admit => self.decides && self.scope.school().is_none(),
        }
    }

    /// Whether only somebody else may take a step.
    fn needs_other_eyes(&self, step: Step, current: &Revision) -> bool {
        matches!(step, Step::Appraise | Step::Reject | Step::Admit) && current.written_by == self.scope.actor()
    }
}

/// The state to which a step leads; none where it cannot be taken in the present one.
fn leads_to(step: Step, current: &Revision, keeper: Option<&Keeper>) -> Option<State> {
    let content = &current.content;
    match (step, content.state) {
        // After a change, what was appraised is not what stands there any more.
        (Step::Propose, State::Rejected) | (Step::Update, State::Appraised) => Some(State::Proposed),
        (Step::Update, state @ (State::Proposed | State::Rejected)) => Some(state),
        // What money is budgeted for is changed by the bureau.
        (Step::Update, state @ (State::InBudget | State::UnderWay | State::Completed)) => {
            keeper.is_none_or(|keeper| keeper.oversees(content)).then_some(state)
        }
        (Step::Appraise, State::Proposed | State::Appraised) => Some(State::Appraised),
        (Step::Reject, State::Proposed | State::Appraised) => Some(State::Rejected),
        (Step::Admit, State::Proposed | State::Appraised) => is_admissible(current).then_some(State::InBudget),
        (Step::Start, State::InBudget) => Some(State::UnderWay),
        (Step::Complete, State::UnderWay) => Some(State::Completed),
        (Step::Close, State::InBudget | State::UnderWay | State::Completed) => Some(State::Closed),
        _ => None,
    }
}

/// Whether a project may enter the budget: a specific one with the support of an appraisal of what it says now, any other
/// unless an appraisal rejected it.
fn is_admissible(current: &Revision) -> bool {
    let appraised = current.verdict.as_ref().filter(|_| current.content.state == State::Appraised);
    match (current.content.category, appraised) {
        (Category::Specific, verdict) => verdict.is_some_and(|it| it.conclusion == Conclusion::Supported),
        (Category::Personnel | Category::Operation, verdict) => {
            verdict.is_none_or(|it| it.conclusion != Conclusion::Rejected)
        }
    }
}

/// The state to which a step leads, where the caller may take it now.
///
/// # Errors
/// That the caller, the state or the rule of four eyes does not allow it.
pub(super) fn allowed(keeper: &Keeper, current: &Revision, step: Step) -> Result<State> {
    if !keeper.may_take(step, &current.content) {
        return Err(not_kept(&current.content.section));
    }
    let Some(state) = leads_to(step, current, Some(keeper)) else {
        return Err(state_forbids(current, step));
    };
    if keeper.needs_other_eyes(step, current) {
        return Err(AppError::new(Code::FourEyes));
    }
    Ok(state)
}

/// Whether a step needs a reason.
pub(super) fn needs_note(current: &Revision, step: Step) -> bool {
    match step {
        Step::Reject => true,
        Step::Close => current.content.state != State::Completed,
        _ => false,
    }
}

/// What a caller may do with a project now, for a frontend to show just those buttons.
pub(super) fn may(keeper: &Keeper, current: &Revision) -> Vec<&'static str> {
    Step::ALL.into_iter().filter(|step| allowed(keeper, current, *step).is_ok()).map(Step::name).collect()
}

/// The step by which a project gets from its state to another, among those that the caller may take without a further
/// document.
pub(super) fn leading_to(keeper: &Keeper, current: &Revision, state: State) -> Option<Step> {
    let steps = Step::ALL.into_iter().filter(|step| !matches!(step, Step::Update | Step::Appraise));
    steps.into_iter().find(|step| allowed(keeper, current, *step).is_ok_and(|to| to == state))
}

/// Everything that is wrong with what a project says, as far as that shows by itself.
pub(super) fn judge(content: &Content, before: Option<&Content>) -> Vec<Violation> {
    let mut violations = Vec::new();
    if content.name.trim().is_empty() {
        violations.push(Violation::new("/name", ViolationCode::WrongLength, say!("不得为空", "It is not empty")));
    }
    if content.last_year < content.first_year {
        let first = content.first_year;
        violations.push(Violation::new(
            "/last_year",
            ViolationCode::OutOfRange,
            say!("不得早于起始年度 {first}", "It must not be before the first year, {first}"),
        ));
    }
    if before.is_some_and(|before| before.state.is_budgeted() && before.category != content.category) {
        violations.push(Violation::new(
            "/category",
            ViolationCode::StateForbids,
            say!("已列入预算的项目不能改变类别", "The category of a project that is in the budget does not change"),
        ));
    }
    violations
}

/// 403: others keep it.
pub(super) fn not_kept(section: &str) -> AppError {
    AppError::new(Code::Forbidden).detail(say!(
        "该项目由单位本身、科室“{section}”和财务部门负责，您不能这样更改",
        "The project is its unit's, the section's “{section}” and the finance office's; you cannot change it so"
    ))
}

fn state_forbids(current: &Revision, step: Step) -> AppError {
    let state = current.content.state;
    let name = state.code();
    let unsupported = step == Step::Admit && matches!(state, State::Proposed | State::Appraised);
    let detail = if !unsupported {
        say!("项目当前状态为 {name}", "The project is {name} now")
    } else if current.content.category == Category::Specific {
        say!(
            "特定目标类项目须经事前评估且结论为“予以支持”，方可列入预算",
            "A specific project enters the budget only with a supporting appraisal (conclusion supported)"
        )
    } else {
        say!("事前评估结论为“不予支持”，不能列入预算", "The appraisal rejected it, so it does not enter the budget")
    };
    let allowed = Step::ALL.into_iter().filter(|step| leads_to(*step, current, None).is_some());
    AppError::new(Code::StateForbids).detail(detail).state(name, allowed.map(|step| step.name().to_owned()).collect())
}
