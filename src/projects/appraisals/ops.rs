//! How an appraisal is recorded.

use super::judge::{Findings, judge};
use super::queries::{self, Appraisal};
use crate::catalogue::Catalogue;
use crate::platform::clock::local_date;
use crate::platform::conditional::Precondition;
use crate::platform::db::Tx;
use crate::platform::errand::Progress;
use crate::platform::error::{AppError, Code, Result};
use crate::platform::history::{Strand, recording_time};
use crate::projects::life;
use crate::projects::model::Step;
use crate::projects::ops::{Desk, Landing, no_project};
use crate::projects::queries::current;
use crate::say;

/// Appraises a project as it is, by the policy that is in force.
pub(super) async fn appraise(
    tx: &mut Tx,
    desk: &Desk<'_>,
    catalogue: &Catalogue,
    (project, findings): (&str, &Findings),
    precondition: &Precondition,
) -> Result<Appraisal> {
    let now = recording_time(tx, desk.scope, Strand::Decisions).await?;
    let revision = current(tx, desk.scope, &[project]).await?.pop().ok_or_else(|| no_project(project))?;
    precondition.check_if_given(Some(revision.number))?;
    let state = life::allowed(desk.keeper, &revision, Step::Appraise)?;
    let policy = catalogue.policy(local_date(now)).ok_or_else(no_policy)?;
    let judgement = judge(&policy.appraisal, findings).map_err(AppError::invalid)?;
    let appraisal = Appraisal {
        number: revision.verdict.as_ref().map(|verdict| verdict.appraisal).unwrap_or_default() + 1,
        revision: revision.number,
        policy: policy.code.clone(),
        judgement,
        opinion: findings.opinion.clone(),
        recorded_by: desk.scope.actor().to_owned(),
        recorded_at: now,
    };
    queries::insert(tx, desk.scope, (project, revision.content.school.as_deref()), &appraisal).await?;
    let mut content = revision.content.clone();
    content.state = state;
    let note = Some(findings.opinion.as_str());
    let landing = Landing { code: project, current: Some(&revision), step: Step::Appraise, content, note };
    desk.write(tx, &[landing], (&Progress::default(), 1)).await?;
    Ok(appraisal)
}

fn no_policy() -> AppError {
    AppError::new(Code::StateForbids)
        .detail(say!("目录中没有现行的绩效政策", "The catalogue has no policy that is in force"))
}
