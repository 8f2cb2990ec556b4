//! How cards change: one by one, or by a file.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::check::World;
use super::keeper::Keeper;
use super::model::{Card, Revision, Statement};
use super::queries::{self, Next};
use crate::catalogue::Catalogue;
use crate::catalogue::document::{AssetPolicy, Choice, Policy};
use crate::organisations;
use crate::platform::access::Scope;
use crate::platform::bulk::{Outcome, Rejected, as_violations};
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::{Tx, unique_behind};
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::platform::rows::Place;
use crate::say;

/// The policy of a day.
///
/// # Errors
/// 409 where the catalogue has none for that day.
pub(super) fn policy(catalogue: &Catalogue, on: NaiveDate) -> Result<&Policy> {
    catalogue.policy(on).ok_or_else(|| {
        AppError::new(Code::StateForbids)
            .detail(say!("目录中没有 {on} 生效的政策", "The catalogue has no policy for {on}"))
    })
}

/// The options of the dimension that a policy names for categories; none where it names none.
pub(super) fn categories<'c>(catalogue: &'c Catalogue, policy: &AssetPolicy) -> Option<&'c [Choice]> {
    let dimension = catalogue.dimension(policy.category.as_deref()?)?;
    Some(&dimension.options)
}

/// Cards to work on, and who does.
pub(super) struct Desk<'a> {
    pub catalogue: &'a Catalogue,
    pub keeper: &'a Keeper,
    pub scope: &'a Scope,
}

/// A row of a file, as far as it can be understood by itself.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Position among the rows of the file, from 0.
    pub index: usize,
    /// Where it stands in the file.
    pub place: Place,
    /// The card and what is said of it, or everything that is wrong with how that is said.
    pub entry: Result<(String, Statement), Vec<Violation>>,
}

impl Desk<'_> {
    /// Enters a card.
    pub(super) async fn create(&self, tx: &mut Tx, asset: &str, statement: &Statement) -> Result<Revision> {
        recording_time(tx, self.scope, Strand::Decisions).await?;
        if !queries::current(tx, self.scope, &[asset]).await?.is_empty() {
            return Err(taken(asset));
        }
        let kinds = organisations::kinds(tx, self.scope, &named(&[statement])).await?;
        let today = local_date(tx.now());
        let card = self.world(&kinds, today)?.after(None, statement)?;
        let next = Next { asset, number: 1, card, action: "create", note: statement.note.as_deref() };
        self.write_one(tx, next, None).await
    }

    /// Changes a card; the same again changes nothing.
    pub(super) async fn change(
        &self,
        tx: &mut Tx,
        asset: &str,
        statement: &Statement,
        precondition: &Precondition,
    ) -> Result<Revision> {
        recording_time(tx, self.scope, Strand::Decisions).await?;
        let current = queries::current(tx, self.scope, &[asset]).await?.pop().ok_or_else(|| no_asset(asset))?;
        precondition.check(Some(current.number))?;
        let today = local_date(tx.now());
        let card = self.world(&HashMap::new(), today)?.after(Some(&current.card), statement)?;
        if card == current.card {
            return Ok(current);
        }
        let next = Next { asset, number: current.number + 1, card, action: "update", note: statement.note.as_deref() };
        self.write_one(tx, next, Some(&current.card)).await
    }

    fn world<'w>(&'w self, kinds: &'w HashMap<String, organisations::Kind>, today: NaiveDate) -> Result<World<'w>> {
        let policy = policy(self.catalogue, today)?;
        Ok(World { keeper: self.keeper, kinds, categories: categories(self.catalogue, &policy.assets), today })
    }

    async fn write_one(&self, tx: &mut Tx, next: Next<'_>, before: Option<&Card>) -> Result<Revision> {
        let asset = next.asset;
        write(tx, self.scope, &[(next, before)], (&Progress::default(), 1)).await.map_err(|error| {
            match unique_behind(&error) {
                // There is a card that the caller does not see.
                Some("asset_revisions_pkey") => taken(asset),
                _ => error,
            }
        })?;
        let recorded = queries::current(tx, self.scope, &[asset]).await?.pop();
        recorded.ok_or_else(|| AppError::internal("a card that was written is not there"))
    }

    /// Enters and changes cards as a file says, in a handful of statements for thousands of them. A row that is refused
    /// leaves no trace.
    pub(super) async fn import(&self, tx: &mut Tx, rows: &[Row], progress: &Progress) -> Result<Outcome> {
        recording_time(tx, self.scope, Strand::Decisions).await?;
        let today = local_date(tx.now());
        let entries: Vec<&(String, Statement)> = rows.iter().filter_map(|row| row.entry.as_ref().ok()).collect();
        let codes: Vec<&str> = entries.iter().map(|(asset, _)| asset.as_str()).collect();
        let statements: Vec<&Statement> = entries.iter().map(|(_, statement)| statement).collect();
        let kinds = organisations::kinds(tx, self.scope, &named(&statements)).await?;
        let world = self.world(&kinds, today)?;
        let current = queries::current(tx, self.scope, &codes).await?;
        let current: HashMap<&str, &Revision> = current.iter().map(|each| (each.asset.as_str(), each)).collect();
        let elsewhere = queries::elsewhere(tx, self.scope, &codes).await?;
        let mut outcome = Outcome::default();
        let mut seen: HashMap<&str, &Place> = HashMap::new();
        let mut changes = Vec::new();
        for row in rows {
            let landed = row.entry.as_ref().map_err(Clone::clone).and_then(|(asset, statement)| {
                if let Some(line) = seen.insert(asset, &row.place) {
                    let message = say!("第 {line} 行已有此卡片", "Line {line} has the same card");
                    return Err(vec![Violation::new("/code", ViolationCode::Duplicate, message)]);
                }
                let there = current.get(asset.as_str()).copied();
                let card = world.after(there.map(|there| &there.card), statement).map_err(as_violations)?;
                if elsewhere.contains(asset) {
                    return Err(vec![Violation::new("/code", ViolationCode::Duplicate, taken(asset).message())]);
                }
                Ok((asset.as_str(), there, card, statement.note.as_deref()))
            });
            match landed {
                Err(violations) => {
                    outcome.rejected.push(Rejected { index: row.index, place: row.place.clone(), violations });
                }
                Ok((_, Some(there), card, _)) if there.card == card => outcome.unchanged += 1,
                Ok((asset, there, card, note)) => {
                    let (action, number) = there.map_or(("create", 1), |there| ("update", there.number + 1));
                    outcome.created += usize::from(there.is_none());
                    outcome.updated += usize::from(there.is_some());
                    changes.push((Next { asset, number, card, action, note }, there.map(|there| &there.card)));
                }
            }
        }
        write(tx, self.scope, &changes, (progress, rows.len())).await?;
        Ok(outcome)
    }
}

/// Records revisions that come of so many rows, each with what the card was before, and the journal of them.
pub(super) async fn write(
    tx: &mut Tx,
    scope: &Scope,
    changes: &[(Next<'_>, Option<&Card>)],
    (progress, of): (&Progress, usize),
) -> Result<()> {
    let write_part = async |part: &[(Next<'_>, Option<&Card>)]| {
        queries::record(tx, scope, &part.iter().map(|(next, _)| next).collect::<Vec<_>>()).await?;
        journal::record(tx, scope, part.iter().map(|(next, before)| entry(next, *before))).await
    };
    progress.write_in_parts(changes, of, write_part).await
}

fn entry<'a>(next: &'a Next<'_>, before: Option<&Card>) -> Entry<'a> {
    Entry {
        action: match next.action {
            "create" => "asset.create",
            "update" => "asset.update",
            _ => "asset.move",
        },
        subject_type: "asset",
        subject: next.asset.to_owned(),
        school: next.card.school.as_deref(),
        before: before.map(side),
        after: Some(side(&next.card)),
    }
}

/// A card, as the journal keeps it.
fn side(card: &Card) -> Value {
    json!({
        "organisation": card.organisation, "name": card.name, "category": card.category,
        "value": card.value.to_string(), "acquired_on": card.acquired_on, "funded_from": card.funded_from,
        "place": card.place, "user_name": card.user_name, "state": card.state.name(),
        "deregistered_on": card.deregistered_on,
    })
}

/// The organisations that statements name.
fn named<'s>(statements: &[&'s Statement]) -> Vec<&'s str> {
    let codes: BTreeSet<&str> = statements.iter().filter_map(|each| each.organisation.as_deref()).collect();
    codes.into_iter().collect()
}

/// 404: no such card, or none that the caller may see.
pub(super) fn no_asset(asset: &str) -> AppError {
    AppError::not_found(say!("没有资产卡片“{asset}”", "There is no asset “{asset}”"))
}

fn taken(asset: &str) -> AppError {
    AppError::new(Code::AlreadyExists).detail(say!("编码“{asset}”已被使用", "The code “{asset}” is taken"))
}
