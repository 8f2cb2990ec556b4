//! The official forms of rounds, for whoever hands them in.

use chrono::{DateTime, Utc};

use super::model::Round;
use super::queries::{self, Grip, sheets};
use super::table::of_round;
use crate::documents::Table;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// A round with all its sheets, a row for each project that the scope covers; none where there is no such round.
pub(super) async fn table(tx: &mut Tx, scope: &Scope, round: &str) -> Result<Option<Table>> {
    match queries::round(tx, scope, round, Grip::None).await? {
        Some(round) => with_sheets(tx, scope, &round).await.map(Some),
        None => Ok(None),
    }
}

/// The same of a round that was closed at a moment, of which nothing has changed since; none where it was not.
///
/// # Errors
/// Where the database refuses.
pub async fn closed_table(tx: &mut Tx, scope: &Scope, round: &str, moment: DateTime<Utc>) -> Result<Option<Table>> {
    let round = queries::round(tx, scope, round, Grip::None).await?;
    match round.filter(|round| round.closed_at.is_some_and(|closed_at| closed_at <= moment)) {
        Some(round) => with_sheets(tx, scope, &round).await.map(Some),
        None => Ok(None),
    }
}

async fn with_sheets(tx: &mut Tx, scope: &Scope, round: &Round) -> Result<Table> {
    let all =
        sheets::Filter { section: None, organisation: None, state: None, light: None, after: None, limit: i64::MAX };
    let sheets = sheets::list(tx, scope, &round.code, &all).await?;
    Ok(of_round(round, &sheets))
}
