//! The budget performance cycle: appraised, budgeted, paid, monitored, evaluated.

use jixiao::say;
use reqwest::Method;

use super::acts;
use super::example::{Cycle, Example, File, Stage};
use super::office::Office;
use super::{Step, count, tell};
use crate::cli::failure::Failure;

/// Goes through the stages. Says how many things went otherwise than expected.
pub(super) async fn play(office: &Office, example: &Example) -> Result<usize, Failure> {
    let Some(Cycle { stages, .. }) = &example.cycle else { return Ok(0) };
    let mut faults = 0;
    for stage in stages {
        faults += play_stage(office, stage).await?;
    }
    Ok(faults)
}

async fn play_stage(office: &Office, stage: &Stage) -> Result<usize, Failure> {
    let (zh, en) = (&stage.told.zh, stage.told.en.as_deref().unwrap_or_default());
    let step = Step::begin(&say!("{zh}", "{en}"))?;
    for File { by, path, media_type, content } in &stage.files {
        let report = office.session(by).await?.send_file(Method::POST, path, media_type, content).await?;
        let (name, created) = (path.split('?').next().unwrap_or_default(), count(&report, "/created"));
        tell(&say!("  {name}：{created} 条", "imported"))?;
    }
    let deeds = acts::perform(office, &stage.acts).await?;
    step.end(&deeds.told())?;
    Ok(deeds.faults)
}
