//! Who may do what with a rectification, and what it is then. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::model::{Change, Content, Revision, Source, State, Stay, Step};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

/// A caller, as one who works on rectifications, watches over them, or finds what has to be put right.
#[derive(Debug, Clone)]
pub(super) struct Hand {
    scope: Scope,
    permissions: BTreeSet<Permission>,
}

impl Hand {
    pub(super) fn of(caller: &Caller) -> Self {
        Self { scope: caller.scope_for_own_account(), permissions: caller.permissions.clone() }
    }

    fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Whether the caller looks after the whole bureau's, as the finance office does.
    fn manages(&self) -> bool {
        self.may(Permission::ReviewPerformance)
    }

    fn audits(&self) -> bool {
        self.may(Permission::VerifyRectifications) && self.may(Permission::ReadJournal)
    }

    /// A program of the bureau, which brings in what other systems found. People at the bureau who write also verify.
    fn is_bureaus_program(&self) -> bool {
        self.scope.is_bureau_wide() && !self.may(Permission::VerifyRectifications)
    }

    /// Whether the caller may open findings of a source over which a section watches.
    pub(super) fn opens(&self, source: Source, section: &str) -> bool {
        let finds = if source.is_audit() { self.audits() } else { self.manages() || self.scope.works_in(section) };
        self.may(Permission::WriteRectifications)
            && self.scope.school().is_none()
            && (finds || self.is_bureaus_program())
    }

    /// Whether the caller puts it right: its unit, the section that watches over it, or the finance office. Auditors find,
    /// and do not help.
    pub(super) fn works(&self, organisation: &str, section: &str) -> bool {
        let own = match self.scope.school() {
            Some(school) => school == organisation,
            None => {
                self.manages()
                    || self.scope.works_in(organisation)
                    || self.scope.works_in(section)
                    || self.is_bureaus_program()
            }
        };
        self.may(Permission::WriteRectifications) && own
    }

    /// Whether the caller says until when it is due.
    fn watches(&self, content: &Content) -> bool {
        let found = self.audits() && content.source.is_audit();
        let watches = found || self.manages() || self.scope.works_in(&content.section) || self.is_bureaus_program();
        self.may(Permission::WriteRectifications) && self.scope.school().is_none() && watches
    }

    /// Whether the caller sees whether it was put right, four eyes apart.
    fn verifies(&self, content: &Content) -> bool {
        let sees = self.audits() || self.manages() || self.scope.works_in(&content.section);
        self.may(Permission::VerifyRectifications) && self.scope.school().is_none() && sees
    }

    fn may_take(&self, step: Step, content: &Content) -> bool {
        match step {
            Step::Open => false,
            Step::Update => self.works(&content.organisation, &content.section) || self.watches(content),
            Step::Begin | Step::Resolve => self.works(&content.organisation, &content.section),
            Step::Verify | Step::SendBack => self.verifies(content),
        }
    }
}

/// The state to which a step leads; none where it cannot be taken in the present one.
const fn leads_to(step: Step, state: State) -> Option<State> {
    match (step, state) {
        (Step::Update, State::Open | State::InProgress) => Some(state),
        (Step::Begin, State::Open) | (Step::SendBack, State::Resolved) => Some(State::InProgress),
        (Step::Resolve, State::InProgress) => Some(State::Resolved),
        (Step::Verify, State::Resolved) => Some(State::Verified),
        _ => None,
    }
}

/// The state to which a step leads, where the caller may take it now.
fn allowed(hand: &Hand, current: &Revision, step: Step) -> Result<State> {
    if !hand.may_take(step, &current.content) {
        return Err(not_own(&current.content.section));
    }
    let state = current.content.state();
    let Some(to) = leads_to(step, state) else {
        let name = state.code();
        let steps = Step::LATER.into_iter().filter(|step| leads_to(*step, state).is_some());
        return Err(AppError::new(Code::StateForbids)
            .detail(say!("整改当前状态为 {name}", "The rectification is {name} now"))
            .state(name, steps.map(|step| step.name().to_owned()).collect()));
    };
    // Nothing changes while it is resolved, so whoever recorded it last is who says that it is.
    if step.decides() && current.recorded_by == hand.scope.actor() {
        return Err(AppError::new(Code::FourEyes));
    }
    Ok(to)
}

/// What a caller may do with a rectification now, for a frontend to show just those buttons.
pub(super) fn may(hand: &Hand, current: &Revision) -> Vec<&'static str> {
    Step::LATER.into_iter().filter(|step| allowed(hand, current, *step).is_ok()).map(Step::name).collect()
}

/// What a rectification says after a change; none where it says so already.
///
/// # Errors
/// That the change is not allowed, or everything that is wrong with it.
pub(super) fn after(hand: &Hand, current: &Revision, change: &Change, today: NaiveDate) -> Result<Option<Content>> {
    let state = allowed(hand, current, change.step)?;
    let mut content = current.content.clone();
    let mut violations = Vec::new();
    content.measure = change.measure.clone().or(content.measure);
    content.owner = change.owner.clone().or(content.owner);
    if let Some(due_on) = change.due_on.filter(|due_on| *due_on != content.due_on) {
        violations.extend(wrong_extension(hand, &content, due_on));
        content.due_on = due_on;
    }
    let moved = content.due_on != current.content.due_on;
    if (moved || needs_note(change.step)) && change.note.is_none() {
        violations.push(Violation::new("/note", ViolationCode::Missing, say!("请说明情况", "Say how it is")));
    }
    if change.step == Step::Begin {
        violations.extend(unplanned(&content));
    }
    if change.step != Step::Update {
        let on = change.on.unwrap_or(today);
        violations.extend(wrong_day(on, &content, today));
        content.timeline.push(Stay { state, since: on });
    }
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    Ok((content != current.content).then_some(content))
}

const fn needs_note(step: Step) -> bool {
    matches!(step, Step::Resolve | Step::SendBack)
}

/// Whoever has to put it right does not say until when.
fn wrong_extension(hand: &Hand, content: &Content, due_on: NaiveDate) -> Option<Violation> {
    let (code, message) = if !hand.watches(content) {
        let message = say!("期限由监督方确定", "Those who watch over it say until when it is due");
        (ViolationCode::NotAllowed, message)
    } else if due_on < content.found_on {
        (ViolationCode::OutOfRange, say!("不得早于发现日期", "It must not be before it was found"))
    } else {
        return None;
    };
    Some(Violation::new("/due_on", code, message))
}

/// What has to be known before somebody begins.
fn unplanned(content: &Content) -> Vec<Violation> {
    let missing = |place: &str| Violation::new(place, ViolationCode::RequiredValue, say!("必填", "It is required"));
    let fields = [("/measure", &content.measure), ("/owner", &content.owner)];
    fields.into_iter().filter(|(_, value)| value.is_none()).map(|(place, _)| missing(place)).collect()
}

/// A state is entered neither before the one that it follows nor in the future.
fn wrong_day(on: NaiveDate, content: &Content, today: NaiveDate) -> Option<Violation> {
    let message = if on > today {
        say!("不得晚于今天 {today}", "It must not be later than today, {today}")
    } else {
        let since = content.timeline.last().map(|stay| stay.since).filter(|since| on < *since)?;
        say!("不得早于当前状态的起始日 {since}", "It must not be earlier than {since}, when the present state began")
    };
    Some(Violation::new("/on", ViolationCode::OutOfRange, message))
}

/// Everything that is wrong with the days of a new finding.
pub(super) fn judge(content: &Content, today: NaiveDate) -> Vec<Violation> {
    let mut violations = Vec::new();
    let found = content.found_on;
    if found > today {
        let message = say!("不得晚于今天 {today}", "It must not be later than today, {today}");
        violations.push(Violation::new("/found_on", ViolationCode::OutOfRange, message));
    }
    if content.due_on < found {
        let message = say!("不得早于发现日期 {found}", "It must not be before {found}, when it was found");
        violations.push(Violation::new("/due_on", ViolationCode::OutOfRange, message));
    }
    if content.finding.is_empty() {
        violations.push(Violation::new("/finding", ViolationCode::WrongLength, say!("不得为空", "It is not empty")));
    }
    violations
}

/// 403: others find such things.
pub(super) fn not_found_by(source: Source) -> AppError {
    let code = source.code();
    AppError::new(Code::Forbidden)
        .detail(say!("来源为“{code}”的问题不由您登记", "Findings of the source “{code}” are not entered by you"))
}

/// 403: it is others'.
pub(super) fn not_own(section: &str) -> AppError {
    AppError::new(Code::Forbidden).detail(say!(
        "该整改由责任单位、科室“{section}”和财务部门负责，您不能这样更改",
        "The rectification is its unit's, the section's “{section}” and the finance office's; you cannot change it so"
    ))
}
