//! Reports that were typed and not assembled, held against the figures of their year.

use actix_web::post;
use actix_web::web::{self, Data};

use crate::app::App;
use crate::documents::Document;
use crate::platform::access::{Caller, Permission};
use crate::platform::answers::QuestionErrors;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::Command;
use crate::platform::history::settled_moment;
use crate::platform::message::Language;
use crate::platform::reply::Reply;
use crate::reports::body::{TextFindingsBody, TextInput};
use crate::reports::recheck::{self, Subject};
use crate::say;

/// The longest line, in characters.
const LONGEST_LINE: usize = 5_000;

/// Check a text
///
/// What cannot be right in a report that somebody typed: growth that does not follow from its values or from the figures of
/// the year, parts that do not add up, subsets larger than their set, numbers of sections that do not follow each other; and
/// numbers for which there is an indicator. Nothing is kept, so that no `Idempotency-Key` is needed. Not from a school.
#[utoipa::path(tag = "reports", request_body = TextInput,
    responses((status = 200, description = "What was found", body = TextFindingsBody), QuestionErrors),
    security(("bearer" = [])))]
#[post("/v1/reports/check")]
pub(in crate::reports) async fn check_report_text(
    app: Data<App>,
    caller: Caller,
    command: Command<TextInput>,
    language: Language,
) -> Result<Reply> {
    let scope = caller.bureau_scope_for(Permission::ReadReports)?;
    let TextInput { year, text } = command.body;
    if text.lines().any(|line| line.chars().count() > LONGEST_LINE) {
        let message = say!("每段至多 {LONGEST_LINE} 个字", "A line has at most {LONGEST_LINE} characters");
        return Err(AppError::violation("/text", ViolationCode::WrongLength, message));
    }
    let look = move || Subject::of(Document::of_text(&text), year, false);
    let subject = web::block(look).await.map_err(AppError::internal)?;
    let now = settled_moment(&app.db, &scope).await?;
    let work = async |tx: &mut Tx| {
        let catalogue = app.catalogues.as_of(tx, &scope, now).await?;
        recheck::known(tx, &scope, &catalogue, &subject, now).await
    };
    let known = app.db.snapshot(&scope, work).await?;
    let check = move || recheck::all(&subject.document, &known, Vec::new());
    let findings = web::block(check).await.map_err(AppError::internal)?;
    Reply::ok(&TextFindingsBody::of(year, &findings, language))
}
