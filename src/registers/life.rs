//! How a change makes the next revision of a record. Pure.

use chrono::NaiveDate;

use super::content::{judge, missing, patched};
use super::keeper::Keeper;
use super::model::{Change, Content, Fields, Revision, Stay, Step};
use crate::catalogue::CompiledRegister;
use crate::catalogue::document::{Actor, Concerns, Transition};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

/// What a record says after a change, where the change is allowed and nothing is wrong with it.
///
/// # Errors
/// Everything that is wrong with what was sent; or that the caller, or the state, does not allow it.
pub(super) fn after(
    register: &CompiledRegister,
    keeper: &Keeper,
    current: Option<&Revision>,
    change: &Change,
    today: NaiveDate,
) -> Result<Content> {
    match (current, &change.step) {
        (None, _) => created(register, keeper, change, today),
        (Some(current), step) => {
            let transition = allowed(register, keeper, current, step)?;
            moved(register, current, transition, change, today)
        }
    }
}

fn created(register: &CompiledRegister, keeper: &Keeper, change: &Change, today: NaiveDate) -> Result<Content> {
    let school = change.origin.school.as_deref();
    let mut violations = whose(register, school);
    if violations.is_empty() && !keeper.may_write(register, school) {
        return Err(not_kept(register));
    }
    let state = initial_state(register, change.origin.state.as_deref(), &mut violations);
    let since = change.on.unwrap_or(today);
    violations.extend(wrong_day(since, None, today, "/since"));
    let content = Content {
        school: change.origin.school.clone(),
        timeline: vec![Stay { state, since }],
        fields: Fields::new(),
        explanations: change.explanations.clone().unwrap_or_default(),
        withdrawn: false,
    };
    complete(register, content, None, change, (&[], violations))
}

/// Whether records are of schools, or of none.
fn whose(register: &CompiledRegister, school: Option<&str>) -> Vec<Violation> {
    let message = match (register.definition.concerns, school) {
        (Concerns::School, None) => say!("请指明学校", "Name the school"),
        (Concerns::Bureau, Some(_)) => {
            say!("此登记簿的记录不属于学校", "The records of this register are of no school")
        }
        _ => return Vec::new(),
    };
    let code = if school.is_none() { ViolationCode::Missing } else { ViolationCode::Inconsistent };
    vec![Violation::new("/school", code, message)]
}

fn initial_state(register: &CompiledRegister, asked: Option<&str>, violations: &mut Vec<Violation>) -> String {
    let mut initial = register.definition.states.iter().filter(|state| state.initial);
    let found = match asked {
        None => initial.next(),
        Some(code) => initial.clone().find(|state| state.code == code),
    };
    if found.is_none() {
        let codes = initial.map(|state| state.code.as_str()).collect::<Vec<_>>().join(", ");
        violations.push(Violation::new(
            "/state",
            ViolationCode::NotAllowed,
            say!("新记录的状态只能是：{codes}", "A record begins in one of: {codes}"),
        ));
    }
    found.map(|state| state.code.clone()).unwrap_or_default()
}

/// The transition that a step is, where it may be taken; none of a step that is none.
fn allowed<'r>(
    register: &'r CompiledRegister,
    keeper: &Keeper,
    current: &Revision,
    step: &Step,
) -> Result<Option<&'r Transition>> {
    let school = current.content.school.as_deref();
    let transition = match step {
        Step::Transition(code) => Some(transition(register, code)?),
        _ => None,
    };
    let may = transition
        .map_or_else(|| keeper.may_write(register, school), |transition| keeper.may_take(register, transition, school));
    if !may {
        return Err(not_kept(register));
    }
    let fits = match step {
        Step::Create => false,
        Step::Update | Step::Withdraw => !current.content.withdrawn,
        Step::Restore => current.content.withdrawn,
        Step::Transition(_) => {
            let state = current.content.state();
            !current.content.withdrawn
                && transition.is_some_and(|transition| transition.from.iter().any(|from| from == state))
        }
    };
    if !fits {
        return Err(state_forbids(register, current));
    }
    if transition.is_some_and(|transition| transition.by == Actor::Reviewer) && current.recorded_by == keeper.actor() {
        return Err(AppError::new(Code::FourEyes));
    }
    Ok(transition)
}

fn transition<'r>(register: &'r CompiledRegister, code: &str) -> Result<&'r Transition> {
    let found = register.definition.transitions.iter().find(|transition| transition.code == code);
    found.ok_or_else(|| AppError::not_found(say!("登记簿没有操作“{code}”", "The register has no transition “{code}”")))
}

fn moved(
    register: &CompiledRegister,
    current: &Revision,
    transition: Option<&Transition>,
    change: &Change,
    today: NaiveDate,
) -> Result<Content> {
    let mut content = current.content.clone();
    let mut violations = Vec::new();
    let mut needs_note = change.step == Step::Withdraw;
    let mut requires: &[String] = &[];
    if let Some(transition) = transition {
        let on = change.on.unwrap_or(today);
        violations.extend(wrong_day(on, content.timeline.last(), today, "/on"));
        content.timeline.push(Stay { state: transition.to.clone(), since: on });
        needs_note = transition.needs_note;
        requires = &transition.requires;
    }
    if needs_note && change.note.is_none() {
        violations.push(Violation::new("/note", ViolationCode::Missing, say!("请说明原因", "Say why")));
    }
    content.withdrawn = change.step == Step::Withdraw;
    if let Some(explanations) = &change.explanations {
        content.explanations.clone_from(explanations);
    }
    complete(register, content, Some(&current.content), change, (requires, violations))
}

/// Fills in the fields, and checks the whole.
fn complete(
    register: &CompiledRegister,
    mut content: Content,
    before: Option<&Content>,
    change: &Change,
    (requires, mut violations): (&[String], Vec<Violation>),
) -> Result<Content> {
    match patched(register, &content.fields, &change.fields) {
        Ok(fields) => content.fields = fields,
        Err(wrong) => {
            violations.extend(wrong);
            return Err(AppError::invalid(violations));
        }
    }
    // What is withdrawn was a mistake: nothing is asked of it any more.
    if !content.withdrawn {
        violations.extend(missing(register, &content.fields, requires));
        violations.extend(judge(register, &mut content, before).err().unwrap_or_default());
    }
    if violations.is_empty() { Ok(content) } else { Err(AppError::invalid(violations)) }
}

/// A state is entered neither before the one that it follows nor in the future.
fn wrong_day(on: NaiveDate, last: Option<&Stay>, today: NaiveDate, place: &str) -> Option<Violation> {
    let message = if on > today {
        say!("不得晚于今天 {today}", "It must not be later than today, {today}")
    } else {
        let since = last.map(|stay| stay.since).filter(|since| on < *since)?;
        say!("不得早于当前状态的起始日 {since}", "It must not be earlier than {since}, when the present state began")
    };
    Some(Violation::new(place, ViolationCode::OutOfRange, message))
}

/// 403: others keep it.
fn not_kept(register: &CompiledRegister) -> AppError {
    let section = &register.definition.section;
    AppError::new(Code::Forbidden).detail(say!(
        "此登记簿属于科室“{section}”，您不能这样更改其记录",
        "This register belongs to the section “{section}”, and you cannot change its records so"
    ))
}

fn state_forbids(register: &CompiledRegister, current: &Revision) -> AppError {
    let name = if current.content.withdrawn { "withdrawn" } else { current.content.state() };
    AppError::new(Code::StateForbids)
        .detail(say!("记录当前状态为 {name}", "The record is {name} now"))
        .state(name, steps(register, current).iter().map(|step| step.name().to_owned()).collect())
}

/// What can be done with a record in its state.
fn steps(register: &CompiledRegister, current: &Revision) -> Vec<Step> {
    if current.content.withdrawn {
        return vec![Step::Restore];
    }
    let state = current.content.state();
    let possible = register.definition.transitions.iter().filter(|each| each.from.iter().any(|from| from == state));
    let transitions = possible.map(|each| Step::Transition(each.code.clone()));
    [Step::Update].into_iter().chain(transitions).chain([Step::Withdraw]).collect()
}

/// What a caller may do with a record now, for a frontend to show just those buttons.
pub(super) fn may(register: &CompiledRegister, keeper: &Keeper, current: &Revision) -> Vec<String> {
    steps(register, current)
        .into_iter()
        .filter(|step| allowed(register, keeper, current, step).is_ok())
        .map(|step| step.name().to_owned())
        .collect()
}

/// The transition by which a record gets from its state to another, among those that the caller may take.
pub(super) fn leading_to(
    register: &CompiledRegister,
    keeper: &Keeper,
    current: &Revision,
    state: &str,
) -> Option<Step> {
    steps(register, current).into_iter().find(|step| {
        let transition = allowed(register, keeper, current, step).ok().flatten();
        transition.is_some_and(|transition| transition.to == state)
    })
}
