//! To which submissions evidence may be attached, and from which it may be taken away.

use diesel::sql_types::{Integer, Text};
use diesel_async::RunQueryDsl;

use super::model::{Action, State};
use super::sheet::{Sheet, state_forbids};
use crate::app::App;
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::clock::local_date;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::statement::statement;
use crate::say;

/// Refuses what would change the evidence of a submission, where that is not the caller's to change:
/// whoever may save it may, while it can be edited; officers of the form's section may at any time.
/// The submission stays in its state until the transaction ends.
///
/// # Errors
/// 404 where there is no such thing for the caller; [`Code::Forbidden`]; [`Code::StateForbids`] and
/// [`Code::WindowClosed`] where it cannot be edited, or has not begun.
pub async fn check_evidence_may_change(
    app: &App,
    tx: &mut Tx,
    caller: &Caller,
    scope: &Scope,
    (form, period, school): (&str, &str, &str),
) -> Result<()> {
    let catalogue = app.catalogues.current(tx, scope).await?;
    let sheet = Sheet::find(catalogue, form, period)?;
    keep_in_its_state(tx, scope, &sheet, school).await?;
    let desk = sheet.desk(tx, scope, school).await?;
    if scope.works_in(&sheet.form()?.definition.section) {
        return if desk.submission.is_some() { Ok(()) } else { Err(state_forbids(State::NotBegun)) };
    }
    // A school's own account that may write files may write here; of the bureau's, those that bring in submissions.
    if scope.school().is_none() && !caller.may(Permission::WriteSubmissions) {
        return Err(AppError::new(Code::Forbidden).detail(say!(
            "只有学校自己和负责科室可以更改此填报的佐证材料",
            "Only the school and the section in charge change the evidence of this submission"
        )));
    }
    if desk.submission.is_none() {
        return Err(state_forbids(State::NotBegun));
    }
    sheet.check_allowed(&desk, Action::Save, local_date(tx.now()))
}

/// Refuses a submission that the scope does not cover.
///
/// # Errors
/// 404 where there is no such thing for the caller.
pub async fn check_submission_visible(
    app: &App,
    tx: &mut Tx,
    scope: &Scope,
    (form, period, school): (&str, &str, &str),
) -> Result<()> {
    let catalogue = app.catalogues.current(tx, scope).await?;
    Sheet::find(catalogue, form, period)?.desk(tx, scope, school).await?;
    Ok(())
}

async fn keep_in_its_state(tx: &mut Tx, scope: &Scope, sheet: &Sheet, school: &str) -> Result<()> {
    let key = sheet.key(school);
    statement("SELECT FROM submissions WHERE bureau_id = $1 AND form = $2 AND period = $3 AND school = $4 FOR SHARE")
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Text, _>(key.form)
        .bind::<Text, _>(key.period)
        .bind::<Text, _>(key.school)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
