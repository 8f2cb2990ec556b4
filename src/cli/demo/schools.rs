//! What the schools do: save, submit, and mend what is refused.

use futures_util::{StreamExt, TryStreamExt, stream};
use jixiao::say;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::answers::{items, problem, text};
use super::client::Answer;
use super::example::{Explained, Round, Submission, Told};
use super::office::{Office, principal, reporter};
use super::{AT_ONCE, print, tell};
use crate::cli::failure::Failure;

/// Saves and submits all that the schools submit themselves for a period.
pub(super) async fn submit_all(office: &Office, round: &Round) -> Result<(), Failure> {
    let submitted = stream::iter(&round.submissions)
        .map(async |submission| save_and_submit(office, submission).await?.granted().map(drop));
    submitted.buffer_unordered(AT_ONCE).try_collect().await
}

/// Tries what is wrong, and shows how it is refused. Says how many were refused, as all should be.
pub(super) async fn try_mistakes(office: &Office, round: &Round) -> Result<usize, Failure> {
    let mut refused = 0;
    for Told { submission, about: Explained { why } } in &round.mistakes {
        let Submission { form, period, school, .. } = submission;
        let answer = save_and_submit(office, submission).await?;
        if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
            refused += 1;
        }
        let (status, en) = (answer.status.as_u16(), why.en.as_deref().unwrap_or_default());
        tell(&say!("  ✗ {school} {form} {period} → {status}", "{en}"))?;
        for line in problem(&answer.body) {
            print(&format!("      {line}"))?;
        }
    }
    Ok(refused)
}

/// The reporter saves; whoever the service says may do so submits.
pub(super) async fn save_and_submit(office: &Office, submission: &Submission) -> Result<Answer, Failure> {
    let path = submission.path();
    let writer = office.session(&reporter(&submission.school)).await?;
    let saved = writer.replace(&path, &submission.body()).await?;
    let is_done = text(&saved.body, "state") == "submitted";
    if !saved.status.is_success() || is_done {
        return Ok(saved);
    }
    let may_submit = items(&saved.body, "may").contains(&Value::from("submit"));
    let hand = if may_submit { writer } else { office.session(&principal(&submission.school)).await? };
    hand.post(&format!("{path}/submit"), &json!({})).await
}
