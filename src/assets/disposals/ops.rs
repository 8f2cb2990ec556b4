//! How a disposal is applied for and taken through its steps.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::life;
use super::model::{Action, Disposal, Ground, Item, Method, State};
use super::queries;
use crate::assets::keeper::{Keeper, not_kept};
use crate::assets::model::{Card, Revision, State as CardState};
use crate::assets::queries::Next;
use crate::assets::{ops as cards, queries as card_queries};
use crate::catalogue::Catalogue;
use crate::platform::access::Scope;
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// What is applied for.
#[derive(Debug, Clone)]
pub(super) struct Application {
    pub code: String,
    pub method: Method,
    pub assets: Vec<String>,
    /// Today where absent.
    pub on: Option<NaiveDate>,
    pub document: Option<String>,
    pub note: Option<String>,
}

/// What is said of a step.
#[derive(Debug, Clone)]
pub(super) struct Saying {
    /// Today where absent.
    pub on: Option<NaiveDate>,
    pub document: Option<String>,
    pub participants: Option<String>,
    pub amount: Option<Decimal>,
    pub note: Option<String>,
}

/// Applies for a disposal: from now on its cards are in no other.
pub(super) async fn apply(
    tx: &mut Tx,
    scope: &Scope,
    keeper: &Keeper,
    catalogue: &Catalogue,
    application: &Application,
) -> Result<Disposal> {
    recording_time(tx, scope, Strand::Decisions).await?;
    let today = local_date(tx.now());
    let ground = Ground {
        day: application.on.unwrap_or(today),
        document: application.document.clone(),
        participants: None,
        amount: None,
        note: application.note.clone(),
    };
    if queries::find(tx, scope, &application.code).await?.is_some() {
        return Err(queries::taken(&application.code));
    }
    let codes: Vec<&str> = application.assets.iter().map(String::as_str).collect();
    let revisions = card_queries::current(tx, scope, &codes).await?;
    let found: HashMap<&str, &Revision> = revisions.iter().map(|each| (each.asset.as_str(), each)).collect();
    let unit = codes.iter().find_map(|code| found.get(code)).map(|revision| &revision.card);
    if let Some(unit) = unit
        && !keeper.keeps(&unit.organisation)
    {
        return Err(not_kept(&unit.organisation));
    }
    let mut violations = life::wrong(Action::Apply, application.method, &ground, None, today);
    let organisation = unit.map(|unit| unit.organisation.clone()).unwrap_or_default();
    violations.extend(unfit(&codes, &found, &organisation, ground.day));
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    let policy = cards::policy(catalogue, ground.day)?;
    let value = revisions.iter().map(|revision| revision.card.value).sum();
    let item = |revision: &Revision| Item {
        asset: revision.asset.clone(),
        name: revision.card.name.clone(),
        value: revision.card.value,
        state_before: revision.card.state,
    };
    let disposal = Disposal {
        code: application.code.clone(),
        organisation,
        school: unit.and_then(|unit| unit.school.clone()),
        method: application.method,
        value,
        approval: life::approval(&policy.assets, value),
        state: State::Applied,
        version: 1,
        items: revisions.iter().map(item).collect(),
        steps: Vec::new(),
    };
    queries::insert(tx, scope, &disposal).await?;
    move_cards(tx, scope, &disposal, &revisions, ("dispose", None)).await?;
    finish(tx, scope, &disposal, Action::Apply, &ground, None).await
}

/// Everything that is wrong with the cards of an application.
fn unfit(codes: &[&str], found: &HashMap<&str, &Revision>, organisation: &str, on: NaiveDate) -> Vec<Violation> {
    let mut seen = HashSet::new();
    let mut violations = Vec::new();
    for (i, code) in codes.iter().enumerate() {
        let mut wrong = |code, message| violations.push(Violation::new(format!("/assets/{i}"), code, message));
        let Some(revision) = found.get(code) else {
            wrong(ViolationCode::UnknownReference, say!("没有资产卡片“{code}”", "There is no asset “{code}”"));
            continue;
        };
        let card = &revision.card;
        if !seen.insert(code) {
            wrong(ViolationCode::Duplicate, say!("此卡片出现多次", "This asset stands twice"));
        }
        if card.organisation != organisation {
            let message = say!("一次处置的资产应属于同一单位", "The assets of a disposal are of one unit");
            wrong(ViolationCode::Inconsistent, message);
        }
        if !card.state.is_free() {
            let state = card.state.name();
            wrong(ViolationCode::StateForbids, say!("资产当前状态为 {state}", "The asset is {state} now"));
        }
        if card.acquired_on > on {
            let message = say!("此资产在该日尚未取得", "It was not acquired yet on that day");
            wrong(ViolationCode::OutOfRange, message);
        }
    }
    violations
}

/// Takes a disposal one step further.
pub(super) async fn step(
    tx: &mut Tx,
    scope: &Scope,
    keeper: &Keeper,
    (code, action): (&str, Action),
    saying: &Saying,
    precondition: &Precondition,
) -> Result<Disposal> {
    recording_time(tx, scope, Strand::Decisions).await?;
    let before = queries::find(tx, scope, code).await?.ok_or_else(|| no_disposal(code))?;
    precondition.check_if_given(Some(before.version))?;
    let state = life::allowed(keeper, &before, action)?;
    let today = local_date(tx.now());
    let ground = Ground {
        day: saying.on.unwrap_or(today),
        document: saying.document.clone(),
        participants: saying.participants.clone(),
        amount: saying.amount,
        note: saying.note.clone(),
    };
    let last = before.steps.last().map(|step| step.ground.day);
    let violations = life::wrong(action, before.method, &ground, last, today);
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    let disposal = Disposal { state, version: before.version + 1, ..before.clone() };
    queries::update(tx, scope, &disposal).await?;
    let moves = match state {
        State::WrittenOff => Some(("deregister", Some(ground.day))),
        State::Rejected | State::Withdrawn => Some(("release", None)),
        _ => None,
    };
    if let Some(moves) = moves {
        queries::release(tx, scope, code).await?;
        let codes: Vec<&str> = disposal.items.iter().map(|item| item.asset.as_str()).collect();
        let revisions = card_queries::current(tx, scope, &codes).await?;
        move_cards(tx, scope, &disposal, &revisions, moves).await?;
    }
    finish(tx, scope, &disposal, action, &ground, Some(before.state)).await
}

/// Makes the next revision of each card: in disposal, back where it was, or not held any more.
async fn move_cards(
    tx: &mut Tx,
    scope: &Scope,
    disposal: &Disposal,
    revisions: &[Revision],
    (action, deregistered_on): (&'static str, Option<NaiveDate>),
) -> Result<()> {
    let states: HashMap<&str, CardState> =
        disposal.items.iter().map(|item| (item.asset.as_str(), item.state_before)).collect();
    let change = |revision| {
        let Revision { asset, number, card: before, .. }: &Revision = revision;
        let mut card = before.clone();
        card.state = match action {
            "dispose" => CardState::InDisposal,
            "deregister" => CardState::Deregistered,
            _ => states.get(asset.as_str()).copied().unwrap_or(CardState::InUse),
        };
        card.deregistered_on = deregistered_on;
        (Next { asset, number: number + 1, card, action, note: Some(&disposal.code) }, Some(before))
    };
    let changes: Vec<(Next<'_>, Option<&Card>)> = revisions.iter().map(change).collect();
    cards::write(tx, scope, &changes, (&Progress::default(), changes.len())).await
}

/// Records the step and its journal entry, and reads the disposal as it is then.
async fn finish(
    tx: &mut Tx,
    scope: &Scope,
    disposal: &Disposal,
    action: Action,
    ground: &Ground,
    before: Option<State>,
) -> Result<Disposal> {
    queries::record_step(tx, scope, disposal, action, ground).await?;
    let entry = Entry {
        action: journal_name(action),
        subject_type: "disposal",
        subject: disposal.code.clone(),
        school: disposal.school.as_deref(),
        before: before.map(|state| json!({ "state": state.name() })),
        after: Some(after(disposal, ground)),
    };
    journal::record(tx, scope, vec![entry]).await?;
    let recorded = queries::find(tx, scope, &disposal.code).await?;
    recorded.ok_or_else(|| AppError::internal("a disposal that was written is not there"))
}

fn after(disposal: &Disposal, ground: &Ground) -> Value {
    json!({
        "state": disposal.state.name(), "method": disposal.method.name(), "value": disposal.value.to_string(),
        "assets": disposal.items.iter().map(|item| item.asset.as_str()).collect::<Vec<_>>(),
        "on": ground.day, "document": ground.document, "participants": ground.participants,
        "amount": ground.amount.map(|amount| amount.to_string()), "note": ground.note,
    })
}

const fn journal_name(action: Action) -> &'static str {
    match action {
        Action::Apply => "disposal.apply",
        Action::Appraise => "disposal.appraise",
        Action::Decide => "disposal.decide",
        Action::Approve => "disposal.approve",
        Action::Dispose => "disposal.dispose",
        Action::PayProceeds => "disposal.pay_proceeds",
        Action::WriteOff => "disposal.write_off",
        Action::Reject => "disposal.reject",
        Action::Withdraw => "disposal.withdraw",
    }
}

/// 404: no such disposal, or none that the caller may see.
pub(super) fn no_disposal(code: &str) -> AppError {
    AppError::not_found(say!("没有处置“{code}”", "There is no disposal “{code}”"))
}
