//! What people do one by one, as the example says; some of it should be refused.

use jixiao::platform::message::Message;
use jixiao::say;
use reqwest::StatusCode;

use super::answers::problem;
use super::client::Answer;
use super::example::{Act, Method};
use super::office::Office;
use super::{print, tell};
use crate::cli::failure::Failure;

/// How it went.
#[derive(Default)]
pub(super) struct Deeds {
    all: usize,
    done: usize,
    refused: usize,
    /// How many should be refused.
    wrong: usize,
    /// How many went otherwise than expected.
    pub(super) faults: usize,
}

impl Deeds {
    /// What is told of it.
    pub(super) fn told(&self) -> Message {
        let Self { all, done, refused, wrong, .. } = self;
        say!(
            "{all} 件，办成 {done} 件，拒绝 {refused}/{wrong} 件不当的",
            "{all} things, {done} done, {refused} of {wrong} refused that should be"
        )
    }
}

/// Does it all in its order, and tells of what the example tells, and of what went wrong.
pub(super) async fn perform(office: &Office, acts: &[Act]) -> Result<Deeds, Failure> {
    let mut deeds = Deeds::default();
    for act in acts {
        let answer = send(office, act).await?;
        let (succeeded, is_refused) = (answer.status.is_success(), is_refusal(answer.status));
        let as_expected = if act.refused { is_refused } else { succeeded };
        deeds.all += 1;
        deeds.done += usize::from(succeeded);
        deeds.refused += usize::from(is_refused);
        deeds.wrong += usize::from(act.refused);
        deeds.faults += usize::from(!as_expected);
        if act.told.is_some() || !as_expected {
            tell_of(act, &answer)?;
        }
    }
    Ok(deeds)
}

async fn send(office: &Office, act: &Act) -> Result<Answer, Failure> {
    let session = office.session(&act.by).await?;
    match act.method {
        Method::Post => session.post(&act.path, &act.body).await,
        Method::Put => session.replace(&act.path, &act.body).await,
    }
}

fn tell_of(act: &Act, answer: &Answer) -> Result<(), Failure> {
    let told = act.told.as_ref();
    let zh = told.map(|told| told.zh.as_str()).unwrap_or_default();
    let en = told.and_then(|told| told.en.as_deref()).unwrap_or_default();
    let name = act.name();
    if answer.status.is_success() {
        tell(&say!("  → {name}：{zh}", "{en}"))?;
        return Ok(());
    }
    let status = answer.status.as_u16();
    tell(&say!("  ✗ {name} → {status}：{zh}", "{en}"))?;
    for line in problem(&answer.body) {
        print(&format!("      {line}"))?;
    }
    Ok(())
}

/// Whether the service understood what was asked, and did not allow it.
fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::FORBIDDEN | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
}
