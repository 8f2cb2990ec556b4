//! Whose evidence of a rectification may be changed, and by whom.

use super::life::{self, Hand};
use super::model::State;
use super::ops::no_rectification;
use super::queries;
use crate::platform::access::{Caller, Scope};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::say;

/// Refuses a rectification that the scope does not cover.
///
/// # Errors
/// 404 where there is no such rectification for the caller.
pub async fn check_rectification_visible(tx: &mut Tx, scope: &Scope, code: &str) -> Result<()> {
    queries::current(tx, scope, code).await?.map(drop).ok_or_else(|| no_rectification(code))
}

/// The school of a rectification whose evidence the caller may change; none where it is the bureau's.
///
/// # Errors
/// 404 where there is no such rectification for the caller; [`Code::Forbidden`] where others put it right;
/// [`Code::StateForbids`] where it is verified.
pub async fn school_where_rectification_evidence_may_change(
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    code: &str,
) -> Result<Option<String>> {
    let content = queries::current(tx, scope, code).await?.ok_or_else(|| no_rectification(code))?.content;
    if !Hand::of(caller).works(&content.organisation, &content.section) {
        return Err(life::not_own(&content.section));
    }
    if content.state() == State::Verified {
        return Err(AppError::new(Code::StateForbids)
            .detail(say!("整改已验收", "The rectification is verified"))
            .state(State::Verified.code(), Vec::new()));
    }
    Ok(content.school)
}
