//! The goals of a year, taken over into another.

use actix_web::post;
use actix_web::web::{Data, Path};

use super::{YearPath, period};
use crate::app::App;
use crate::goals::copy::{CopyBody, CopyInput, copy};
use crate::goals::keeper::Keeper;
use crate::goals::ops::Desk;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::{ActionErrors, IdempotencyKey};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::extract::Command;
use crate::platform::reply::Reply;

/// Copy goals from another year
///
/// Takes over what was in force in that year and the caller may write, all or some, as drafts of this one, with what each
/// target came to beside it. A goal whose code is there already is left alone, and so is that of a project which does not
/// run in this year or has a goal in it; they are named with the reason. What a goal serves is taken over where it is in
/// this year.
#[utoipa::path(tag = "goals", params(YearPath, IdempotencyKey),
    request_body(content = CopyInput, example = json!({"from": 2021})),
    responses((status = 200, description = "What was copied", body = CopyBody), ActionErrors),
    security(("bearer" = [])))]
#[post("/v1/goals/{year}/copy")]
pub(in crate::goals) async fn copy_goals(
    app: Data<App>,
    caller: Caller,
    path: Path<YearPath>,
    command: Command<CopyInput>,
) -> Result<Reply> {
    let scope = caller.scope_for(Permission::WritePerformance)?;
    let keeper = Keeper::of(&caller);
    let (number, year) = (path.year, period(path.year)?);
    let desk = Desk { catalogues: &app.catalogues, scope: &scope, keeper: &keeper, year, number };
    let work = async |tx: &mut Tx| Reply::ok(&copy(&desk, tx, &command.body).await?);
    app.db.execute(&scope, &command.idempotency, work).await
}
