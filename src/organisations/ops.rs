//! How organisations change: one by one, or by a file.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::check::{check, check_code};
use super::kinds::Kind;
use super::model::{Definition, Organisation, World};
use super::queries;
use crate::platform::access::Scope;
use crate::platform::bulk::{Outcome, Rejected};
use crate::platform::conditional::Precondition;
use crate::platform::db::{self, Tx};
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Violation};
use crate::platform::history::redefinition_time;
use crate::platform::journal::{self, Entry};
use crate::platform::rows::Place;
use crate::say;

type Result<T, E = AppError> = std::result::Result<T, E>;

/// A row of a file, as far as it can be understood.
#[derive(Debug)]
pub(super) struct Row {
    /// Where it stands in the file.
    pub place: Place,
    /// What it says, or everything that is wrong with how it says it.
    pub definition: Result<Definition, Vec<Violation>>,
}

/// What a PUT leads to.
#[derive(Debug)]
pub(super) struct Saved {
    /// The organisation as it is then.
    pub organisation: Organisation,
    /// Whether it was not there before.
    pub created: bool,
}

/// Creates an organisation, or records its next version.
pub(super) async fn put(
    tx: &mut Tx,
    scope: &Scope,
    definition: &Definition,
    precondition: &Precondition,
) -> Result<Saved> {
    let (now, mut world) = lock(tx, scope).await?;
    let current = world.get(&definition.code).map(|current| current.version);
    precondition.check(current)?;
    let organisation = save(tx, scope, &mut world, definition, now).await?;
    Ok(Saved { organisation, created: current.is_none() })
}

/// Changes some of what is known of an organisation; gives it back as it is then.
pub(super) async fn patch(
    tx: &mut Tx,
    scope: &Scope,
    code: &str,
    precondition: &Precondition,
    change: impl Fn(&mut Definition),
) -> Result<Organisation> {
    let (now, mut world) = lock(tx, scope).await?;
    let current = world.get(code).ok_or_else(|| not_found(code))?;
    precondition.check(Some(current.version))?;
    let mut definition = current.definition.clone();
    change(&mut definition);
    save(tx, scope, &mut world, &definition, now).await
}

/// Enters the rows of a file, in a few statements for thousands of them.
pub(super) async fn import(tx: &mut Tx, scope: &Scope, rows: &[Row], progress: &Progress) -> Result<Outcome> {
    let (now, world) = lock(tx, scope).await?;
    let readable: Vec<&Definition> = rows.iter().filter_map(|row| row.definition.as_ref().ok()).collect();
    let mut verdicts = check(&readable, &world).into_iter();
    let mut outcome = Outcome::default();
    let mut changed = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let verdict = row.definition.as_ref().map_err(Clone::clone).and_then(|definition| {
            let violations = verdicts.next().unwrap_or_default();
            if violations.is_empty() { Ok(definition) } else { Err(violations) }
        });
        match verdict.map(|definition| Organisation::next(definition, &world, now)) {
            Err(violations) => outcome.rejected.push(Rejected { index, place: row.place.clone(), violations }),
            Ok(None) => outcome.unchanged += 1,
            Ok(Some(organisation)) => {
                *(if organisation.is_new() { &mut outcome.created } else { &mut outcome.updated }) += 1;
                changed.push(organisation);
            }
        }
    }
    record(tx, scope, &world, &changed, (progress, rows.len())).await?;
    Ok(outcome)
}

/// Makes a tenant and the organisation that stands for it, and enters its scope. Only the role
/// that owns the schema may.
///
/// # Errors
/// [`Code::AlreadyExists`](crate::platform::error::Code::AlreadyExists); violations where the code
/// cannot be one.
pub async fn create_bureau(tx: &mut Tx, code: &str, name: &str, actor: &str) -> Result<Scope> {
    let definition = Definition {
        code: code.to_owned(),
        kind: Kind::Bureau,
        name: name.to_owned(),
        stage: None,
        township: None,
        parent: None,
        opened_on: None,
        closed_on: None,
    };
    check_code(code).map_err(|violation| AppError::invalid(vec![violation]))?;
    let scope = Scope::system(queries::insert_tenant(tx, code, name).await?, actor);
    db::enter(tx, &scope).await?;
    let recorded_at = redefinition_time(tx, &scope).await?;
    let bureau = Organisation { definition, version: 1, recorded_at };
    record(tx, &scope, &World::new(), &[bureau], (&Progress::default(), 1)).await?;
    Ok(scope)
}

/// The scope of a tenant by its code, for what is done to it from outside.
///
/// # Errors
/// [`Code::NotFound`](crate::platform::error::Code::NotFound).
pub async fn find_bureau(tx: &mut Tx, code: &str, actor: &str) -> Result<Scope> {
    match queries::tenant(tx, code).await? {
        Some(id) => Ok(Scope::system(id, actor)),
        None => Err(AppError::not_found(say!("没有编码为“{code}”的局", "There is no bureau with the code “{code}”"))),
    }
}

/// Waits until nobody else changes organisations, and reads them.
async fn lock(tx: &mut Tx, scope: &Scope) -> Result<(DateTime<Utc>, World)> {
    let now = redefinition_time(tx, scope).await?;
    Ok((now, queries::all(tx, scope).await?))
}

async fn save(
    tx: &mut Tx,
    scope: &Scope,
    world: &mut World,
    definition: &Definition,
    now: DateTime<Utc>,
) -> Result<Organisation> {
    let violations: Vec<_> = check(&[definition], world).into_iter().flatten().collect();
    if !violations.is_empty() {
        return Err(AppError::invalid(violations));
    }
    match Organisation::next(definition, world, now) {
        Some(changed) => {
            record(tx, scope, world, std::slice::from_ref(&changed), (&Progress::default(), 1)).await?;
            Ok(changed)
        }
        None => world.remove(&definition.code).ok_or_else(|| not_found(&definition.code)),
    }
}

/// Writes what changed by so many rows, and the journal of it.
async fn record(
    tx: &mut Tx,
    scope: &Scope,
    world: &World,
    changed: &[Organisation],
    (progress, of): (&Progress, usize),
) -> Result<()> {
    // What is above an organisation may stand in any later part.
    queries::insert_codes(tx, scope, changed).await?;
    let record_part = async |part: &[Organisation]| {
        queries::record(tx, scope, part).await?;
        journal::record(tx, scope, entries(world, part)?).await
    };
    progress.write_in_parts(changed, of, record_part).await
}

fn entries<'a>(world: &World, changed: &'a [Organisation]) -> Result<Vec<Entry<'a>>> {
    let mut entries = Vec::with_capacity(changed.len());
    for Organisation { definition, .. } in changed {
        let past = world.get(&definition.code);
        entries.push(Entry {
            action: if past.is_some() { "organisation.update" } else { "organisation.create" },
            subject_type: "organisation",
            subject: definition.code.clone(),
            school: (definition.kind == Kind::School).then_some(&definition.code),
            before: past.map(|past| as_json(&past.definition)).transpose()?,
            after: Some(as_json(definition)?),
        });
    }
    Ok(entries)
}

fn as_json(definition: &Definition) -> Result<Value> {
    serde_json::to_value(definition).map_err(AppError::internal)
}

/// 404: no such organisation, or none that the caller sees.
pub(super) fn not_found(code: &str) -> AppError {
    AppError::not_found(say!("没有单位“{code}”", "There is no organisation “{code}”"))
}
