//! How an inventory round is opened, counted and closed.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::json;

use super::model::{Count, Inventory, State};
use super::queries::{self, Counted, Known, Opening};
use crate::assets::keeper::{Keeper, not_kept};
use crate::organisations::{self, Kind};
use crate::platform::access::Scope;
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::journal::{self, Entry};
use crate::say;

/// What is to be opened.
#[derive(Debug, Clone)]
pub(super) struct Round {
    pub code: String,
    /// Today where absent.
    pub day: Option<NaiveDate>,
    /// None: the assets of all are looked for.
    pub organisation: Option<String>,
    pub note: Option<String>,
}

/// What the caller may do with a round now.
pub(super) fn may(keeper: &Keeper, inventory: &Inventory) -> Vec<&'static str> {
    if inventory.state == State::Closed {
        return Vec::new();
    }
    let counts = inventory.organisation.as_ref().map_or_else(|| keeper.keeps_own(), |unit| keeper.keeps(unit));
    let closes = keeper.approves_all() && hindrance(keeper, inventory).is_ok();
    [("count", counts), ("close", closes)].into_iter().filter(|(_, may)| *may).map(|(action, _)| action).collect()
}

/// Opens a round.
pub(super) async fn open(tx: &mut Tx, scope: &Scope, keeper: &Keeper, round: &Round) -> Result<Inventory> {
    let today = local_date(tx.now());
    let day = round.day.unwrap_or(today);
    let mut violations = Vec::new();
    if day > today {
        let message = say!("不得晚于今天 {today}", "It must not be later than today, {today}");
        violations.push(Violation::new("/day", ViolationCode::OutOfRange, message));
    }
    let mut school = None;
    if let Some(organisation) = &round.organisation {
        match organisations::kinds(tx, scope, &[organisation]).await?.get(organisation) {
            None => violations.push(Violation::new(
                "/organisation",
                ViolationCode::UnknownReference,
                say!("没有机构“{organisation}”", "There is no organisation “{organisation}”"),
            )),
            Some(_) if !keeper.keeps(organisation) => return Err(not_kept(organisation)),
            Some(kind) => school = Some(organisation.as_str()).filter(|_| *kind == Kind::School),
        }
    } else if !keeper.keeps_all() {
        return Err(AppError::new(Code::Forbidden).detail(say!(
            "全局盘点由财务部门组织",
            "Only whoever keeps the assets of the whole bureau has all of them counted"
        )));
    }
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    if queries::find(tx, scope, &round.code).await?.is_some() {
        return Err(queries::taken(&round.code));
    }
    let (organisation, note) = (round.organisation.as_deref(), round.note.as_deref());
    queries::open(tx, scope, &Opening { code: &round.code, day, organisation, school, note }).await?;
    let inventory = found(tx, scope, &round.code).await?;
    let after =
        json!({ "day": day, "organisation": organisation, "expected": inventory.summary.expected, "note": note });
    note_in_journal(tx, scope, ("inventory.open", &round.code, school), after).await?;
    Ok(inventory)
}

/// Keeps counts of a round that is open: all of them, or none where one is wrong.
pub(super) async fn count(
    tx: &mut Tx,
    scope: &Scope,
    keeper: &Keeper,
    (code, counts): (&str, &[Count]),
) -> Result<Inventory> {
    queries::lock(tx, scope, code, false).await?;
    let inventory = found(tx, scope, code).await?;
    if let Some(unit) = inventory.organisation.as_deref().filter(|unit| !keeper.keeps(unit)) {
        return Err(not_kept(unit));
    }
    expect_open(&inventory)?;
    let default = inventory.organisation.as_deref().unwrap_or(keeper.own());
    let assets: Vec<&str> = counts.iter().map(|count| count.asset.as_str()).collect();
    let known = queries::known(tx, scope, code, &assets).await?;
    let units: Vec<Placed<'_>> = counts.iter().map(|count| Placed::of(count, &known, default)).collect();
    let codes: BTreeSet<&str> = units.iter().map(|placed| placed.organisation).collect();
    let kinds = organisations::kinds(tx, scope, &codes.into_iter().collect::<Vec<_>>()).await?;
    let violations = wrong(keeper, &inventory, &units, &kinds);
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    let counted: Vec<Counted<'_>> = units.iter().map(|placed| placed.counted(&kinds)).collect();
    queries::count(tx, scope, code, &counted).await?;
    let schools: HashSet<Option<&str>> = counted.iter().map(|each| each.school).collect();
    let school = counted.first().and_then(|first| first.school).filter(|_| schools.len() == 1);
    let told = |each: &Counted<'_>| {
        json!({ "asset": each.asset, "organisation": each.organisation, "found": each.found, "place": each.place,
            "note": each.note })
    };
    let after = json!({ "counts": counted.iter().map(told).collect::<Vec<_>>() });
    note_in_journal(tx, scope, ("inventory.count", code, school), after).await?;
    found(tx, scope, code).await
}

/// A count, and where it belongs.
struct Placed<'a> {
    count: &'a Count,
    organisation: &'a str,
    known: Option<&'a Known>,
}

impl<'a> Placed<'a> {
    /// At the organisation that is named; else where the thing is expected; else where is counted.
    fn of(count: &'a Count, known: &'a [Known], default: &'a str) -> Self {
        let mut same = known.iter().filter(|known| known.asset == count.asset);
        let known = match &count.organisation {
            Some(named) => same.find(|known| known.organisation == *named),
            None => same.next(),
        };
        let organisation = count.organisation.as_deref().or(known.map(|known| known.organisation.as_str()));
        Self { count, organisation: organisation.unwrap_or(default), known }
    }

    fn counted(&self, kinds: &HashMap<String, Kind>) -> Counted<'a> {
        let is_school = kinds.get(self.organisation) == Some(&Kind::School);
        let name = self.count.name.as_deref().or(self.known.map(|known| known.name.as_str()));
        Counted {
            asset: &self.count.asset,
            organisation: self.organisation,
            school: Some(self.organisation).filter(|_| is_school),
            name: name.unwrap_or_default(),
            found: self.count.found,
            place: self.count.place.as_deref(),
            note: self.count.note.as_deref(),
        }
    }
}

fn wrong(
    keeper: &Keeper,
    inventory: &Inventory,
    units: &[Placed<'_>],
    kinds: &HashMap<String, Kind>,
) -> Vec<Violation> {
    let mut seen = HashSet::new();
    let mut violations = Vec::new();
    for (i, Placed { count, organisation, known }) in units.iter().enumerate() {
        let mut found = |field: &str, code, message| {
            violations.push(Violation::new(format!("/counts/{i}/{field}"), code, message));
        };
        if !seen.insert((*organisation, &count.asset)) {
            found("asset", ViolationCode::Duplicate, say!("同一资产出现多次", "The same thing stands twice"));
        }
        if !kinds.contains_key(*organisation) {
            let message = say!("没有机构“{organisation}”", "There is no organisation “{organisation}”");
            found("organisation", ViolationCode::UnknownReference, message);
        } else if inventory.organisation.as_deref().is_some_and(|scope| scope != *organisation) {
            let message = say!("本次盘点不包括“{organisation}”", "The round does not look at “{organisation}”");
            found("organisation", ViolationCode::Inconsistent, message);
        } else if !keeper.keeps(organisation) {
            let message =
                say!("“{organisation}”的资产由其他人员盘点", "The assets of “{organisation}” are counted by others");
            found("organisation", ViolationCode::NotAllowed, message);
        }
        let is_expected = known.is_some_and(|known| known.expected);
        if known.is_none() && !count.found {
            let message = say!("不在应盘清单中，不能为盘亏", "It was not expected, so it is not missing");
            found("found", ViolationCode::Inconsistent, message);
        }
        if !is_expected && known.is_none_or(|known| known.name.is_empty()) && count.name.is_none() {
            found("name", ViolationCode::Missing, say!("请写明盘盈的是什么", "Say what it is that was not expected"));
        }
    }
    violations
}

/// Closes a round, where everything was counted and each difference is explained.
pub(super) async fn close(
    tx: &mut Tx,
    scope: &Scope,
    keeper: &Keeper,
    code: &str,
    precondition: &Precondition,
) -> Result<Inventory> {
    queries::lock(tx, scope, code, true).await?;
    let inventory = found(tx, scope, code).await?;
    precondition.check_if_given(Some(inventory.version))?;
    if !keeper.approves_all() {
        return Err(AppError::new(Code::Forbidden)
            .detail(say!("盘点由财务部门或局领导结束", "A round is closed by the finance officer or a leader")));
    }
    expect_open(&inventory)?;
    hindrance(keeper, &inventory)?;
    queries::close(tx, scope, code).await?;
    let school = inventory.organisation.as_deref();
    let kinds = organisations::kinds(tx, scope, &school.into_iter().collect::<Vec<_>>()).await?;
    let school = school.filter(|school| kinds.get(*school) == Some(&Kind::School));
    let after = json!({ "state": "closed", "summary": inventory.summary });
    note_in_journal(tx, scope, ("inventory.close", code, school), after).await?;
    found(tx, scope, code).await
}

/// What stands in the way of closing a round that is open.
fn hindrance(keeper: &Keeper, inventory: &Inventory) -> Result<()> {
    let summary = inventory.summary;
    let (uncounted, unexplained) = (summary.uncounted, summary.unexplained);
    if uncounted > 0 || unexplained > 0 {
        return Err(AppError::new(Code::StateForbids)
            .detail(say!(
                "还有 {uncounted} 项未盘，{unexplained} 项盘亏或盘盈未说明原因",
                "{uncounted} were not counted, and {unexplained} differences are not explained"
            ))
            .state("open", vec!["count".to_owned()]));
    }
    if inventory.counters.iter().any(|counter| counter == keeper.actor()) {
        return Err(AppError::new(Code::FourEyes)
            .detail(say!("参加盘点的人不得结束盘点", "Whoever counted does not close the round")));
    }
    Ok(())
}

fn expect_open(inventory: &Inventory) -> Result<()> {
    if inventory.state == State::Open {
        return Ok(());
    }
    Err(AppError::new(Code::StateForbids).detail(say!("盘点已结束", "The round is closed")).state("closed", Vec::new()))
}

async fn found(tx: &mut Tx, scope: &Scope, code: &str) -> Result<Inventory> {
    queries::find(tx, scope, code).await?.ok_or_else(|| no_inventory(code))
}

async fn note_in_journal(
    tx: &mut Tx,
    scope: &Scope,
    (action, code, school): (&str, &str, Option<&str>),
    after: serde_json::Value,
) -> Result<()> {
    let subject = code.to_owned();
    let entry = Entry { action, subject_type: "inventory", subject, school, before: None, after: Some(after) };
    journal::record(tx, scope, vec![entry]).await
}

/// 404: no such round, or none that the caller may see.
pub(super) fn no_inventory(code: &str) -> AppError {
    AppError::not_found(say!("没有盘点“{code}”", "There is no inventory “{code}”"))
}
