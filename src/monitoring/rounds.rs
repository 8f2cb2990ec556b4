//! Opening, refreshing and closing rounds.

use std::collections::HashMap;

use serde_json::json;

use super::model::{CutOff, Round, RoundState, light_name};
use super::queries::{self, Grip, sheets};
use super::reading::{self, Reading, Readings};
use crate::catalogue::Catalogues;
use crate::platform::access::Scope;
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::{Tx, unique_behind};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// A round to be opened.
pub(super) struct New<'a> {
    pub code: &'a str,
    pub name: &'a str,
    pub cut_off: CutOff,
    pub due_on: chrono::NaiveDate,
}

/// Opens a round: looks at all projects, and makes a sheet for each.
pub(super) async fn open(tx: &mut Tx, catalogues: &Catalogues, scope: &Scope, new: &New<'_>) -> Result<Round> {
    check(new, local_date(tx.now()))?;
    let readings = reading::read(tx, catalogues, scope, new.cut_off).await?;
    let round = Round {
        code: new.code.to_owned(),
        name: new.name.to_owned(),
        cut_off: new.cut_off,
        due_on: new.due_on,
        state: RoundState::Open,
        version: 1,
        read_at: readings.as_of,
        opened_by: scope.actor().to_owned(),
        opened_at: tx.now(),
        closed_by: None,
        closed_at: None,
    };
    queries::insert_round(tx, scope, &round).await.map_err(|error| match unique_behind(&error) {
        Some("monitoring_rounds_pkey") => exists(new.code),
        _ => error,
    })?;
    let first: Vec<(&Reading, i32)> = readings.projects.iter().map(|reading| (reading, 1)).collect();
    keep(tx, scope, &round, ("monitoring_round.open", "monitoring_sheet.open"), &readings, &first).await?;
    Ok(round)
}

fn check(new: &New<'_>, today: chrono::NaiveDate) -> Result<()> {
    let until = new.cut_off.until;
    let mut violations = Vec::new();
    if until > today {
        let message = say!("{until} 尚未到来，不能监控到该日", "The month is not over before {until}");
        violations.push(Violation::new("/month", ViolationCode::OutOfRange, message));
    }
    if new.due_on <= until {
        let message = say!("应晚于截止日 {until}", "It must lie after the cut-off day, {until}");
        violations.push(Violation::new("/due_on", ViolationCode::Inconsistent, message));
    }
    if violations.is_empty() { Ok(()) } else { Err(AppError::invalid(violations)) }
}

/// Looks again, for the sheets that have not been handed in and the projects that have come since. What was handed in stays
/// with what it was handed in upon, and what was seen before stays beside.
pub(super) async fn refresh(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    code: &str,
    precondition: &Precondition,
) -> Result<Round> {
    let mut round = held(tx, scope, code, precondition).await?;
    let readings = reading::read(tx, catalogues, scope, round.cut_off).await?;
    let standings = sheets::standings(tx, scope, code).await?;
    let standings: HashMap<&str, &sheets::Standing> =
        standings.iter().map(|standing| (standing.project.as_str(), standing)).collect();
    let next = |reading| {
        let reading: &Reading = reading;
        match standings.get(reading.project.as_str()) {
            None => Some((reading, 1)),
            Some(standing) => standing.is_in_work().then_some((reading, standing.reading + 1)),
        }
    };
    let again: Vec<(&Reading, i32)> = readings.projects.iter().filter_map(next).collect();
    round.version += 1;
    round.read_at = readings.as_of;
    queries::update_round(tx, scope, &round).await?;
    keep(tx, scope, &round, ("monitoring_round.refresh", "monitoring_sheet.refresh"), &readings, &again).await?;
    Ok(round)
}

/// Ends a round: from now on nothing of it changes.
pub(super) async fn close(tx: &mut Tx, scope: &Scope, code: &str, precondition: &Precondition) -> Result<Round> {
    let mut round = held(tx, scope, code, precondition).await?;
    // What reads as of a moment sees a round closed, or not, and the same for ever.
    let closed_at = recording_time(tx, scope, Strand::Decisions).await?;
    round.version += 1;
    round.state = RoundState::Closed;
    round.closed_by = Some(scope.actor().to_owned());
    round.closed_at = Some(closed_at);
    queries::update_round(tx, scope, &round).await?;
    let entry = Entry {
        action: "monitoring_round.close",
        subject_type: "monitoring_round",
        subject: code.to_owned(),
        before: Some(json!({ "state": RoundState::Open })),
        after: Some(json!({ "state": RoundState::Closed })),
        ..Entry::default()
    };
    journal::record(tx, scope, vec![entry]).await?;
    Ok(round)
}

/// An open round that nobody else changes meanwhile.
async fn held(tx: &mut Tx, scope: &Scope, code: &str, precondition: &Precondition) -> Result<Round> {
    let round = queries::round(tx, scope, code, Grip::Own).await?.ok_or_else(|| no_round(code))?;
    precondition.check_if_given(Some(round.version))?;
    check_open(&round)?;
    Ok(round)
}

/// # Errors
/// [`Code::StateForbids`] where the round is closed.
pub(super) fn check_open(round: &Round) -> Result<()> {
    match round.state {
        RoundState::Open => Ok(()),
        RoundState::Closed => Err(AppError::new(Code::StateForbids)
            .detail(say!("监控轮次已结束", "The round is closed"))
            .state(round.state.name(), Vec::new())),
    }
}

/// 404: no such round.
pub(super) fn no_round(code: &str) -> AppError {
    AppError::not_found(say!("没有监控轮次“{code}”", "There is no monitoring round “{code}”"))
}

fn exists(code: &str) -> AppError {
    AppError::new(Code::AlreadyExists).detail(say!("编码“{code}”已被使用", "The code “{code}” is taken"))
}

/// Keeps readings as those that count, and tells the journal of the round and of each sheet.
async fn keep(
    tx: &mut Tx,
    scope: &Scope,
    round: &Round,
    (of_round, of_sheet): (&'static str, &'static str),
    readings: &Readings,
    of: &[(&Reading, i32)],
) -> Result<()> {
    sheets::insert_readings(tx, scope, &round.code, readings, of).await?;
    sheets::turn(tx, scope, &round.code, of).await?;
    let (year, month) = (round.cut_off.year, round.cut_off.month.number_from_month());
    let first = Entry {
        action: of_round,
        subject_type: "monitoring_round",
        subject: round.code.clone(),
        after: Some(json!({
            "year": year, "month": month, "due_on": round.due_on, "as_of": readings.as_of,
            "journal_position": readings.journal_position, "sheets": of.len(),
        })),
        ..Entry::default()
    };
    let sheets = of.iter().map(|(reading, number)| Entry {
        action: of_sheet,
        subject_type: "monitoring_sheet",
        subject: format!("{}/{}", round.code, reading.project),
        school: reading.school.as_deref(),
        before: None,
        after: Some(json!({ "reading": number, "light": reading.light.map(light_name), "as_of": readings.as_of })),
    });
    journal::record(tx, scope, std::iter::once(first).chain(sheets)).await
}
