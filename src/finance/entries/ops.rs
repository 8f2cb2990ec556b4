//! How budgets change: by adjustments, and by detailing lumps to schools.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;
use serde_json::json;

use super::body::{Adjustment, Detailing, Part};
use super::model::EntryKind;
use super::queries::{self, Change, NewEntry};
use crate::catalogue::Catalogue;
use crate::finance::balance::{by_constraint, exceeded, outside_year};
use crate::finance::classification::{Tables, no_policy};
use crate::finance::items::{self, Item, Stored, Totals, no_item};
use crate::finance::money::Yuan;
use crate::organisations::{self, Kind};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// Changes the budget of an item; gives the item back as it is then.
pub(super) async fn adjust(tx: &mut Tx, scope: &Scope, code: &str, adjustment: &Adjustment) -> Result<Stored> {
    recording_time(tx, scope, Strand::Decisions).await?;
    let found = items::lock(tx, scope, &[code]).await?.pop();
    let item = found.ok_or_else(|| no_item(code))?.item;
    let Adjustment { amount, document, reason, day } = adjustment;
    if let Some(violation) = outside_year("/day", *day, item.year) {
        return Err(AppError::invalid(vec![violation]));
    }
    let available = item.totals.available();
    if available + amount < Decimal::ZERO {
        return Err(exceeded("/amount", code, available, -amount - available));
    }
    let entry = NewEntry {
        item: &item,
        kind: EntryKind::Adjustment,
        amount: *amount,
        day: *day,
        counterpart: None,
        document: Some(document),
        reason: Some(reason),
    };
    queries::insert(tx, scope, &[entry]).await?;
    let change = Change { item: code, adjusted: *amount, received: Decimal::ZERO, detailed: Decimal::ZERO };
    queries::change(tx, scope, &[change]).await.map_err(by_constraint)?;
    let before = item.totals.budget();
    let entry = Entry {
        action: "budget_item.adjust",
        subject_type: "budget_item",
        subject: code.to_owned(),
        school: item.school.as_deref(),
        before: Some(json!({ "budget": Yuan(before) })),
        after: Some(json!({
            "budget": Yuan(before + amount), "amount": Yuan(*amount), "document": document, "reason": reason, "day": day,
        })),
    };
    journal::record(tx, scope, vec![entry]).await?;
    items::find(tx, scope, &[code]).await?.pop().ok_or_else(|| no_item(code))
}

/// A part of a lump and the item to which it goes.
struct Share {
    item: Item,
    amount: Decimal,
    is_new: bool,
}

/// Splits a lump; gives back the lump and the items as they are then.
pub(super) async fn detail(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    code: &str,
    detailing: &Detailing,
) -> Result<(Stored, Vec<Stored>)> {
    recording_time(tx, scope, Strand::Decisions).await?;
    let mut codes: Vec<&str> = detailing.parts.iter().map(|part| part.code.as_str()).collect();
    codes.push(code);
    let locked = items::lock(tx, scope, &codes).await?;
    let mut locked: HashMap<String, Item> =
        locked.into_iter().map(|stored| (stored.item.code.clone(), stored.item)).collect();
    let lump = locked.remove(code).ok_or_else(|| no_item(code))?;
    if !lump.is_lump {
        let detail = say!("指标“{code}”不是代编预算，不能细化", "The item “{code}” is no lump, so it is not split");
        return Err(AppError::new(Code::StateForbids).detail(detail));
    }
    let shares = shares(tx, scope, catalogue, &lump, &locked, detailing).await?;
    check_balances(&lump, &shares)?;
    write(tx, scope, &lump, &shares, detailing).await?;
    let mut items = items::find(tx, scope, &codes).await?;
    items.sort_by(|a, b| a.item.code.cmp(&b.item.code));
    let place = items.iter().position(|stored| stored.item.code == code).ok_or_else(|| no_item(code))?;
    let lump = items.remove(place);
    Ok((lump, items))
}

/// To which item each part goes, or everything that is wrong with them.
async fn shares(
    tx: &mut Tx,
    scope: &Scope,
    catalogue: &Catalogue,
    lump: &Item,
    existing: &HashMap<String, Item>,
    detailing: &Detailing,
) -> Result<Vec<Share>> {
    let tables = Tables::of(catalogue, lump.year).ok_or_else(|| no_policy(lump.year))?;
    let schools: HashSet<&str> = detailing.parts.iter().filter_map(|part| part.organisation.as_deref()).collect();
    let kinds = organisations::kinds(tx, scope, &schools.into_iter().collect::<Vec<_>>()).await?;
    let mut violations: Vec<Violation> = outside_year("/day", detailing.day, lump.year).into_iter().collect();
    let mut seen = HashSet::new();
    let mut shares = Vec::with_capacity(detailing.parts.len());
    for (place, part) in detailing.parts.iter().enumerate() {
        let place = format!("/items/{place}");
        if !seen.insert(part.code.as_str()) || part.code == lump.code {
            let message = say!("同一指标出现多次", "The same item stands more than once");
            violations.push(Violation::new(format!("{place}/code"), ViolationCode::Duplicate, message));
            continue;
        }
        if let Some(item) = existing.get(&part.code) {
            violations.extend(contradictions(lump, item, part).into_iter().map(|violation| violation.below(&place)));
            shares.push(Share { item: item.clone(), amount: part.amount, is_new: false });
        } else {
            let item = child(lump, part);
            violations.extend(misfits(&kinds, part).into_iter().map(|violation| violation.below(&place)));
            items::check_codes(&tables, &item, &place, &mut violations);
            shares.push(Share { item, amount: part.amount, is_new: true });
        }
    }
    if violations.is_empty() { Ok(shares) } else { Err(AppError::invalid(violations)) }
}

/// In what a part contradicts the item that has its code already.
fn contradictions(lump: &Item, item: &Item, part: &Part) -> Vec<Violation> {
    let other = |said: &Option<String>, is: Option<&String>| said.is_some() && said.as_ref() != is;
    let contradictions = [
        ("/code", item.parent.as_ref() != Some(&lump.code)),
        ("/organisation", other(&part.organisation, Some(&item.organisation))),
        ("/name", other(&part.name, Some(&item.name))),
        ("/agency_code", other(&part.agency, item.codes.agency.as_ref())),
        ("/function", other(&part.function, item.codes.function.as_ref())),
        ("/economic", other(&part.economic, item.codes.economic.as_ref())),
        ("/government_economic", other(&part.government_economic, item.codes.government_economic.as_ref())),
    ];
    let violation = |pointer: &str| {
        let message = match pointer {
            "/code" => say!("此编码是另一项指标", "The code stands for an item that is not of this lump"),
            _ => say!("与已有指标不同", "The item that exists has another"),
        };
        Violation::new(pointer, ViolationCode::Inconsistent, message)
    };
    contradictions.into_iter().filter(|(_, wrong)| *wrong).map(|(pointer, _)| violation(pointer)).collect()
}

/// What is wrong with a part that makes a new item.
fn misfits(kinds: &HashMap<String, Kind>, part: &Part) -> Vec<Violation> {
    let mut violations = Vec::new();
    match part.organisation.as_ref().map(|organisation| (organisation, kinds.get(organisation))) {
        None => violations.push(Violation::new(
            "/organisation",
            ViolationCode::Missing,
            say!("新指标需要学校", "A new item needs a school"),
        )),
        Some((_, Some(Kind::School))) => {}
        Some((organisation, _)) => violations.push(Violation::new(
            "/organisation",
            ViolationCode::UnknownSchool,
            say!("没有学校“{organisation}”", "There is no school “{organisation}”"),
        )),
    }
    if part.amount < Decimal::ZERO {
        let message = say!("新指标没有可收回的金额", "Nothing can be taken back from a new item");
        violations.push(Violation::new("/amount", ViolationCode::OutOfRange, message));
    }
    violations
}

/// The new item of a part: classified as the lump is where the part says nothing else.
fn child(lump: &Item, part: &Part) -> Item {
    let own = |said: &Option<String>, inherited: &Option<String>| said.clone().or_else(|| inherited.clone());
    let mut item = lump.clone();
    item.code.clone_from(&part.code);
    item.parent = Some(lump.code.clone());
    item.is_lump = false;
    item.organisation = part.organisation.clone().unwrap_or_default();
    item.school = Some(item.organisation.clone());
    item.name = part.name.clone().unwrap_or_else(|| lump.name.clone());
    item.codes.agency.clone_from(&part.agency);
    item.codes.function = own(&part.function, &lump.codes.function);
    item.codes.economic = own(&part.economic, &lump.codes.economic);
    item.codes.government_economic = own(&part.government_economic, &lump.codes.government_economic);
    item.totals = Totals { received: part.amount, ..Totals::default() };
    item
}

/// Checks that no more is taken from an item than it has left.
fn check_balances(lump: &Item, shares: &[Share]) -> Result<()> {
    for (place, share) in shares.iter().enumerate().filter(|(_, share)| !share.is_new) {
        let available = share.item.totals.available();
        if available + share.amount < Decimal::ZERO {
            let pointer = format!("/items/{place}/amount");
            return Err(exceeded(&pointer, &share.item.code, available, -share.amount - available));
        }
    }
    let total: Decimal = shares.iter().map(|share| share.amount).sum();
    let undetailed = lump.totals.available();
    if total > undetailed {
        let (parent, excess) = (&lump.code, (total - undetailed).normalize());
        let undetailed = undetailed.normalize();
        return Err(AppError::new(Code::BalanceExceeded).detail(say!(
            "代编指标“{parent}”待分配 {undetailed} 元，超出 {excess} 元",
            "The lump “{parent}” has {undetailed} yuan that are not detailed, which is exceeded by {excess} yuan"
        )));
    }
    Ok(())
}

async fn write(tx: &mut Tx, scope: &Scope, lump: &Item, shares: &[Share], detailing: &Detailing) -> Result<()> {
    let Detailing { day, document, reason, .. } = detailing;
    let new: Vec<&Item> = shares.iter().filter(|share| share.is_new).map(|share| &share.item).collect();
    items::insert(tx, scope, &new).await?;
    let entry = |item, kind, amount, counterpart| NewEntry {
        item,
        kind,
        amount,
        day: *day,
        counterpart: Some(counterpart),
        document: document.as_deref(),
        reason: reason.as_deref(),
    };
    let given = shares.iter().map(|share| entry(lump, EntryKind::Detailed, share.amount, share.item.code.as_str()));
    let received = shares.iter().map(|share| entry(&share.item, EntryKind::Received, share.amount, lump.code.as_str()));
    let entries: Vec<NewEntry<'_>> = given.chain(received).collect();
    queries::insert(tx, scope, &entries).await?;
    let total: Decimal = shares.iter().map(|share| share.amount).sum();
    let none = Change { item: &lump.code, adjusted: Decimal::ZERO, received: Decimal::ZERO, detailed: Decimal::ZERO };
    // New items are there with what they received.
    let known = shares.iter().filter(|share| !share.is_new);
    let received = known.map(|share| Change { item: &share.item.code, received: share.amount, ..none });
    let changes: Vec<Change<'_>> = received.chain([Change { detailed: total, ..none }]).collect();
    queries::change(tx, scope, &changes).await.map_err(by_constraint)?;
    journal::record(tx, scope, journaled(lump, shares, detailing, total)).await
}

fn journaled<'a>(lump: &'a Item, shares: &'a [Share], detailing: &'a Detailing, total: Decimal) -> Vec<Entry<'a>> {
    let Detailing { day, document, reason, .. } = detailing;
    let entry = |item: &'a Item, before: Option<Decimal>, after: Decimal, amount: Decimal, parts: Option<_>| Entry {
        action: "budget_item.detail",
        subject_type: "budget_item",
        subject: item.code.clone(),
        school: item.school.as_deref(),
        before: before.map(|budget| json!({ "budget": Yuan(budget) })),
        after: Some(json!({
            "budget": Yuan(after), "amount": Yuan(amount), "items": parts, "day": day, "document": document,
            "reason": reason,
        })),
    };
    let parts: HashMap<&str, Yuan> =
        shares.iter().map(|share| (share.item.code.as_str(), Yuan(share.amount))).collect();
    let budget = lump.totals.budget();
    let mut entries = vec![entry(lump, Some(budget), budget - total, -total, Some(parts))];
    for Share { item, amount, is_new } in shares {
        if *is_new {
            entries.push(Entry {
                action: "budget_item.create",
                subject_type: "budget_item",
                subject: item.code.clone(),
                school: item.school.as_deref(),
                before: None,
                after: Some(items::journaled(item, document.as_deref())),
            });
        } else {
            let budget = item.totals.budget();
            entries.push(entry(item, Some(budget), budget + amount, *amount, None));
        }
    }
    entries
}
