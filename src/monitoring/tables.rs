//! The official forms of rounds, for whoever hands them in.

use super::queries::{self, Grip, sheets};
use super::table::of_round;
use crate::documents::Table;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// A round with all its sheets, a row for each project that the scope covers; none where there is no such round. What is
/// closed never changes.
///
/// # Errors
/// Where the database refuses.
pub async fn table(tx: &mut Tx, scope: &Scope, round: &str) -> Result<Option<Table>> {
    let Some(round) = queries::round(tx, scope, round, Grip::None).await? else { return Ok(None) };
    let all =
        sheets::Filter { section: None, organisation: None, state: None, light: None, after: None, limit: i64::MAX };
    let sheets = sheets::list(tx, scope, &round.code, &all).await?;
    Ok(Some(of_round(&round, &sheets)))
}
