//! What is not a form: the sections import their registers, and some of it happens one by one.

use jixiao::catalogue::document::{CatalogueDocument, Register};
use jixiao::identity::Role;
use jixiao::say;
use reqwest::{Method, StatusCode};

use super::answers::problem;
use super::example::{Act, Example, RecordFile};
use super::office::Office;
use super::{Step, count, print, tell};
use crate::cli::failure::Failure;

/// Imports the registers, and does what is done one by one. Says how many things went otherwise than expected.
pub(super) async fn play(office: &Office, example: &Example, catalogue: &CatalogueDocument) -> Result<usize, Failure> {
    if example.registers.files.is_empty() {
        return Ok(0);
    }
    import(office, example, catalogue).await?;
    act(office, &example.registers.acts).await
}

/// In the order of the catalogue, so that what is referred to is there before.
async fn import(office: &Office, example: &Example, catalogue: &CatalogueDocument) -> Result<(), Failure> {
    let step = Step::begin(&say!("登记台账", "keeping the registers"))?;
    let (mut registers, mut records, mut changes) = (0, 0, 0);
    for register in &catalogue.registers {
        let Some(files) = example.registers.files.get(&register.code) else { continue };
        let (created, updated) = import_one(office, example, register, files).await?;
        let (zh, en) = (&register.name.zh, register.name.en.as_deref().unwrap_or_default());
        tell(&say!("  {zh}：登记 {created} 条，变更 {updated} 次", "{en}"))?;
        registers += 1;
        records += created;
        changes += updated;
    }
    step.end(&say!(
        "{registers} 本台账，登记 {records} 条，变更 {changes} 次",
        "{registers} registers, {records} records, changed {changes} times"
    ))?;
    Ok(())
}

/// The officers of the section take turns with its files, so that what one entered another may decide.
async fn import_one(
    office: &Office,
    example: &Example,
    register: &Register,
    files: &[RecordFile],
) -> Result<(u64, u64), Failure> {
    let Register { code, section, .. } = register;
    let is_officer = |roles: &[Role]| roles.contains(&Role::SectionOfficer);
    let officers: Vec<&str> = example
        .accounts
        .iter()
        .filter(|account| account.organisation == *section && is_officer(&account.roles))
        .map(|account| account.username.as_str())
        .collect();
    if officers.is_empty() {
        return Err(Failure::new(&say!("示例中科室 {section} 没有审核员", "the section {section} has no officer")));
    }
    let path = format!("/v1/registers/{code}/records/import?atomic=true");
    let (mut created, mut updated) = (0, 0);
    for (RecordFile { media_type, content }, officer) in files.iter().zip(officers.into_iter().cycle()) {
        let officer = office.session(officer).await?;
        let report = officer.send_file(Method::POST, &path, media_type, content).await?;
        created += count(&report, "/created");
        updated += count(&report, "/updated");
    }
    Ok((created, updated))
}

async fn act(office: &Office, acts: &[Act]) -> Result<usize, Failure> {
    let step = Step::begin(&say!("逐项办理", "one by one"))?;
    let (mut done, mut refused, mut faults) = (0, 0, 0);
    for act in acts {
        let answer = office.session(&act.by).await?.post(&act.path(), &act.body).await?;
        let (name, zh, en) = (act.name(), &act.told.zh, act.told.en.as_deref().unwrap_or_default());
        if answer.status.is_success() {
            done += 1;
            tell(&say!("  → {name}：{zh}", "{en}"))?;
        } else {
            let status = answer.status.as_u16();
            refused += usize::from(is_refusal(answer.status));
            tell(&say!("  ✗ {name} → {status}：{zh}", "{en}"))?;
            for line in problem(&answer.body) {
                print(&format!("      {line}"))?;
            }
        }
        let as_expected = if act.refused { is_refusal(answer.status) } else { answer.status.is_success() };
        faults += usize::from(!as_expected);
    }
    let (all, wrong) = (acts.len(), acts.iter().filter(|act| act.refused).count());
    step.end(&say!(
        "{all} 件，办成 {done} 件，拒绝 {refused}/{wrong} 件不当的",
        "{all} things, {done} done, {refused} of {wrong} refused that should be"
    ))?;
    Ok(faults)
}

/// Whether the service understood what was asked, and did not allow it.
fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::FORBIDDEN | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
}
