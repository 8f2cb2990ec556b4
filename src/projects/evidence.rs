//! What others ask of a project before they refer to it: whether it is there, in the budget, and open to evidence.

use super::life::{self, Keeper};
use super::model::State;
use super::ops::no_project;
use super::queries::{self, ProjectStanding};
use crate::platform::access::{Caller, Scope};
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

impl ProjectStanding {
    /// Why no money may be budgeted for it, where it may not; at a place of a request.
    #[must_use]
    pub fn refusal_of_budget(&self, place: &str) -> Option<Violation> {
        if self.state.is_budgeted() {
            return None;
        }
        let (code, state) = (&self.code, self.state.code());
        let message = say!(
            "项目“{code}”当前状态为 {state}，未列入预算",
            "The project “{code}” is {state}, and not in the budget"
        );
        Some(Violation::new(place, ViolationCode::StateForbids, message))
    }
}

/// Refuses a project that the scope does not cover.
///
/// # Errors
/// 404 where there is no such project for the caller.
pub async fn check_project_visible(tx: &mut Tx, scope: &Scope, code: &str) -> Result<()> {
    queries::find(tx, scope, code).await?.map(drop).ok_or_else(|| no_project(code))
}

/// The school of a project whose evidence the caller may change; none where it is the bureau's.
///
/// # Errors
/// 404 where there is no such project for the caller; [`Code::Forbidden`] where others keep it; [`Code::StateForbids`]
/// where it is closed.
pub async fn school_where_project_evidence_may_change(
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    code: &str,
) -> Result<Option<String>> {
    let project = queries::find(tx, scope, code).await?.ok_or_else(|| no_project(code))?;
    if !Keeper::of(caller).keeps(&project.organisation, &project.section) {
        return Err(life::not_kept(&project.section));
    }
    if project.state == State::Closed {
        return Err(AppError::new(Code::StateForbids)
            .detail(say!("项目已关闭", "The project is closed"))
            .state(project.state.code(), Vec::new()));
    }
    Ok(project.school)
}
