//! What a card says after somebody said something of it. Pure.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::keeper::{Keeper, not_kept};
use super::model::{Card, State, Statement};
use crate::catalogue::document::Choice;
use crate::catalogue::read_option;
use crate::organisations::Kind;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

/// Before this day nothing was acquired that is still kept.
const EARLIEST: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// What a statement is checked against.
pub(super) struct World<'a> {
    pub keeper: &'a Keeper,
    /// The organisations that were named, and that the caller sees.
    pub kinds: &'a HashMap<String, Kind>,
    /// The categories; none where the policy names no dimension for them.
    pub categories: Option<&'a [Choice]>,
    pub today: NaiveDate,
}

impl World<'_> {
    /// What a card says after a statement of it.
    ///
    /// # Errors
    /// Everything that is wrong; or that the caller, or the state, does not allow it.
    pub(super) fn after(&self, current: Option<&Card>, statement: &Statement) -> Result<Card> {
        match current {
            None => self.created(statement),
            Some(current) => self.changed(current, statement),
        }
    }

    fn created(&self, statement: &Statement) -> Result<Card> {
        let mut violations = Vec::new();
        let organisation = required(statement.organisation.as_ref(), "/organisation", &mut violations);
        let kind = organisation.as_ref().and_then(|code| self.kinds.get(code));
        match (&organisation, kind) {
            (Some(code), None) => violations.push(Violation::new(
                "/organisation",
                ViolationCode::UnknownReference,
                say!("没有机构“{code}”", "There is no organisation “{code}”"),
            )),
            (Some(code), Some(_)) if !self.keeper.keeps(code) => return Err(not_kept(code)),
            _ => {}
        }
        let name = required(statement.name.as_ref(), "/name", &mut violations);
        let category = required(statement.category.as_ref(), "/category", &mut violations);
        let value = required(statement.value.as_ref(), "/value", &mut violations);
        let acquired_on = required(statement.acquired_on.as_ref(), "/acquired_on", &mut violations);
        self.check(statement, &mut violations);
        let (Some(organisation), Some(name), Some(category), Some(value), Some(acquired_on), []) =
            (organisation, name, category, value, acquired_on, violations.as_slice())
        else {
            return Err(AppError::invalid(violations));
        };
        Ok(Card {
            school: (kind == Some(&Kind::School)).then(|| organisation.clone()),
            organisation,
            name,
            category,
            value,
            acquired_on,
            funded_from: statement.funded_from.clone().flatten(),
            place: statement.place.clone().flatten(),
            user_name: statement.user_name.clone().flatten(),
            state: statement.state.unwrap_or(State::InUse),
            deregistered_on: None,
        })
    }

    fn changed(&self, current: &Card, statement: &Statement) -> Result<Card> {
        if !self.keeper.keeps(&current.organisation) {
            return Err(not_kept(&current.organisation));
        }
        let mut card = current.clone();
        set(&mut card.name, statement.name.as_ref());
        set(&mut card.category, statement.category.as_ref());
        set(&mut card.value, statement.value.as_ref());
        set(&mut card.acquired_on, statement.acquired_on.as_ref());
        set(&mut card.funded_from, statement.funded_from.as_ref());
        set(&mut card.place, statement.place.as_ref());
        set(&mut card.user_name, statement.user_name.as_ref());
        set(&mut card.state, statement.state.as_ref());
        let mut violations = Vec::new();
        if statement.organisation.as_ref().is_some_and(|given| *given != current.organisation) {
            violations.push(Violation::new(
                "/organisation",
                ViolationCode::Inconsistent,
                say!("卡片的单位不能更改，请办理处置", "A card stays with its unit: dispose of the asset"),
            ));
        }
        if card != *current && !current.state.is_free() {
            return Err(state_forbids(current.state));
        }
        self.check(statement, &mut violations);
        let books = |card: &Card| (card.value, card.category.clone(), card.acquired_on);
        if books(&card) != books(current) && statement.note.is_none() {
            violations.push(Violation::new(
                "/note",
                ViolationCode::Missing,
                say!("更正价值、类别或取得日期时，请说明原因", "Say why value, category or date of acquisition change"),
            ));
        }
        if violations.is_empty() { Ok(card) } else { Err(AppError::invalid(violations)) }
    }

    fn check(&self, statement: &Statement, violations: &mut Vec<Violation>) {
        if let (Some(category), Some(categories)) = (&statement.category, self.categories)
            && let Err((code, message)) = read_option(categories, category.clone())
        {
            violations.push(Violation::new("/category", code, message));
        }
        let today = self.today;
        if statement.acquired_on.is_some_and(|day| day > today || day < EARLIEST) {
            violations.push(Violation::new(
                "/acquired_on",
                ViolationCode::OutOfRange,
                say!("取得日期应在 {EARLIEST} 至 {today} 之间", "It must be between {EARLIEST} and today, {today}"),
            ));
        }
    }
}

/// 409: the state of a card forbids a change.
pub(super) fn state_forbids(state: State) -> AppError {
    let name = state.name();
    AppError::new(Code::StateForbids)
        .detail(say!("资产当前状态为 {name}", "The asset is {name} now"))
        .state(name, Vec::new())
}

fn required<T: Clone>(given: Option<&T>, place: &str, violations: &mut Vec<Violation>) -> Option<T> {
    if given.is_none() {
        violations.push(Violation::new(place, ViolationCode::Missing, say!("新卡片需要此项", "A new card needs this")));
    }
    given.cloned()
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(value) = given {
        field.clone_from(value);
    }
}
